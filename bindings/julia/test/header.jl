# src/abi.jl says what include/hotloop.h says: a C compiler tells sizes, offsets and constants, the header's text the functions.

const HEADER = joinpath(ROOT, "include", "hotloop.h")

# What a C program that includes the header prints.
function of_c(statements)
    compiler = get(ENV, "CC", "cc")
    return mktempdir() do folder
        source, program = joinpath(folder, "header.c"), joinpath(folder, "header")
        write(source, "#include <stdio.h>\n#include \"hotloop.h\"\nint main(void) {\n$(join(statements, "\n"))\nreturn 0;\n}\n")
        run(`$(Base.shell_split(compiler)) -std=c99 -Wall -Werror -I$(dirname(HEADER)) -o $program $source`)
        split(read(`$program`, String))
    end
end

number(expression) = "printf(\"%lld\\n\", (long long)($expression));"

const STRUCTS = ("hl_exciton_options" => Hotloop.ExcitonOptions, "hl_exciton_fit_options" => Hotloop.ExcitonFitOptions,
                 "hl_exciton_fit_result" => Hotloop.ExcitonFitResult, "hl_exciton_sample" => Hotloop.ExcitonSample, "hl_kuramoto_options" => Hotloop.KuramotoOptions,
                 "hl_anisoap_options" => Hotloop.AnisoapOptions, "hl_direct_options" => Hotloop.DirectOptions,
                 "hl_fmm_options" => Hotloop.FmmOptions, "hl_fmm_plan_stats" => Hotloop.FmmPlanStats)

@testset "$name has C's size, offsets and field sizes" for (name, ours) in STRUCTS
    fields = fieldnames(ours)
    statements = [number("sizeof($name)")]
    for field in fields
        push!(statements, number("offsetof($name, $field)"), number("sizeof((($name *)0)->$field)"))
    end
    answers = parse.(Int, of_c(statements))
    @test answers[1] == sizeof(ours)
    for (i, field) in enumerate(fields)
        @test (field, answers[2i]) == (field, fieldoffset(ours, i))
        @test (field, answers[2i+1]) == (field, sizeof(fieldtype(ours, i)))
    end
end

@testset "every struct of the header is known" begin
    text = read(HEADER, String)
    structs = [found.captures[1] for found in eachmatch(r"^typedef struct (hl_\w+) \{"m, text)]
    @test sort(structs) == sort(collect(first.(STRUCTS)))
end

@testset "constants have C's values" begin
    text = read(HEADER, String)
    constants = unique(found.captures[1] for found in eachmatch(r"^#define (HL_\w+)"m, text))
    ours = filter(name -> startswith(String(name), "HL_"), names(Hotloop; all = true))
    @test sort(String.(constants)) == sort(String.(ours))
    answers = parse.(Int, of_c(map(number, constants)))
    for (name, value) in zip(constants, answers)
        @test (name, getfield(Hotloop, Symbol(name))) == (name, value)
    end
end

@testset "every function of the header is known, and no other" begin
    text = replace(read(HEADER, String), r"/\*.*?\*/"s => "")
    functions = [found.captures[1] for found in eachmatch(r"\b(hl_\w+)\s*\([^*]", text)]
    @test sort(unique(functions)) == sort(collect(String.(Hotloop.FUNCTION_NAMES)))
    for name in Hotloop.FUNCTION_NAMES
        @test getfield(Hotloop, name)[] != C_NULL
    end
end

@testset "the keywords' defaults are the library's" begin
    library = Ref{Hotloop.ExcitonOptions}()
    @test ccall(Hotloop.hl_exciton_options_init[], Int32, (Ptr{Cvoid}, Csize_t), library, sizeof(Hotloop.ExcitonOptions)) == 0
    ours = Ref{Any}()
    Hotloop.run_call(Hotloop.CallOptions(7, ()), nothing) do options
        ours[] = options
        return Hotloop.HL_OK
    end
    for field in fieldnames(Hotloop.ExcitonOptions)
        endswith(String(field), "_strides") && continue # of arrays that are not given
        @test (field, getfield(ours[], field)) == (field, getfield(library[], field))
    end
end

@testset "the keywords' defaults are the library's: oscillators" begin
    library, ours = Ref{Hotloop.KuramotoOptions}(), Ref{Any}()
    @test ccall(Hotloop.hl_kuramoto_options_init[], Int32, (Ptr{Cvoid}, Csize_t), library, sizeof(Hotloop.KuramotoOptions)) == 0
    Hotloop.run_call(Hotloop.OscillatorOptions((3, 4), Float64), nothing) do options
        ours[] = options
        return Hotloop.HL_OK
    end
    for field in fieldnames(Hotloop.KuramotoOptions)
        endswith(String(field), "_strides") && continue # of arrays that are not given
        @test (field, getfield(ours[], field)) == (field, getfield(library[], field))
    end
end

@testset "the keywords' defaults are the library's: AniSOAP" begin
    library = Ref{Hotloop.AnisoapOptions}()
    @test ccall(Hotloop.hl_anisoap_options_init[], Int32, (Ptr{Cvoid}, Csize_t), library, sizeof(Hotloop.AnisoapOptions)) == 0
    ours = Hotloop.anisoap_plan_options(Int32[])
    for field in fieldnames(Hotloop.AnisoapOptions)
        @test (field, getfield(ours, field)) == (field, getfield(library[], field))
    end
end

@testset "the keywords' defaults are the library's: plans" begin
    library = Ref{Hotloop.FmmOptions}()
    @test ccall(Hotloop.hl_fmm_options_init[], Int32, (Ptr{Cvoid}, Csize_t), library, sizeof(Hotloop.FmmOptions)) == 0
    @test library[] == Hotloop.fmm_options(C_NULL, C_NULL)
end
