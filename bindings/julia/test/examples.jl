# Each program of examples/julia runs as it is, and its results are right.

const EXAMPLES = joinpath(ROOT, "examples", "julia")

# Runs an example in a folder of its own, and hands what it printed and the folder to `check`.
function with_example(check, name, arguments...)
    mktempdir() do folder
        project, program = joinpath(ROOT, "bindings", "julia"), joinpath(EXAMPLES, name)
        command = `$(Base.julia_cmd()) --startup-file=no --project=$project $program $arguments`
        output = IOBuffer()
        process = cd(() -> run(pipeline(ignorestatus(command); stdout = output, stderr = output)), folder)
        text = String(take!(output))
        @test (process.exitcode, text) == (0, text)
        check(text, folder)
    end
end

# The columns of a CSV file with one line of names.
function read_csv(path)
    lines = readlines(path)
    return split(lines[1], ','), reduce(hcat, [parse.(Float64, split(line, ',')) for line in lines[2:end]])'
end

@testset "every example is tested" begin
    @test sort(readdir(EXAMPLES)) == ["anisoap_dimers.jl", "ensemble_spectrum.jl", "fmm_coulomb_explosion.jl", "fmo_spectrum.jl", "kuramoto_lattice.jl"]
end

@testset "anisoap_dimers.jl" begin
    with_example("anisoap_dimers.jl") do text, folder
        rows = [parse.(Float64, split(line)[end-3:end]) for line in split(chomp(text), '\n')]
        similarity = reduce(hcat, rows)
        @test size(similarity) == (4, 4) && similarity == similarity'
        # A stack turned as a whole is the same stack; the others are not.
        @test [similarity[k, k] for k in 1:4] == ones(4) && similarity[1, 4] == 1
        @test all(pair -> 0.3 < similarity[pair...] < 0.995, ((1, 2), (1, 3), (2, 3), (2, 4), (3, 4)))
    end
end

@testset "fmo_spectrum.jl" begin
    with_example("fmo_spectrum.jl") do text, folder
        names, columns = read_csv(joinpath(folder, "fmo_spectrum.csv"))
        @test names == ["wavenumber_cm-1", "absorption", "cd"]
        for (column, name) in ((2, "abs"), (3, "cd"))
            expected = REFERENCE["brixner7.default__$name"]
            # The reference was made with positions that had been rounded to single precision.
            @test agrees(columns[1:1510, column], expected; tolerance = 1e-6 * largest(expected))
        end
        @test columns[1:1510, 1] == DEFAULT_GRID
        energies = sort(REFERENCE["brixner7.stick_e_vals"])
        @test all(energy -> occursin(string(round(energy; digits = 1)), text), energies)
    end
end

@testset "ensemble_spectrum.jl" begin
    ensemble = joinpath(ROOT, "tests", "data", "exciton", "brixner_thrice.bin")
    with_example("ensemble_spectrum.jl", ensemble, "spectrum.bin", "2") do text, folder
        table = reshape(read_numbers(joinpath(folder, "spectrum.bin")), 3, :)
        @test table[1, :] == DEFAULT_GRID
        for (row, name) in ((2, "abs"), (3, "cd"))
            expected = REFERENCE["brixner7.default__$name"]
            @test agrees(table[row, :], expected; tolerance = 1e-6 * largest(expected)) # positions as above
        end
        @test occursin("3 configurations of 7 pigments", text) && occursin("threads: 2", text)
    end
end

@testset "kuramoto_lattice.jl" begin
    with_example("kuramoto_lattice.jl", "60") do text, folder
        names, columns = read_csv(joinpath(folder, "kuramoto_lattice.csv"))
        @test names == ["time", "r", "psi"] && size(columns) == (20, 3)
        @test columns[:, 1] == 5.0 .* (1:20)
        @test all(r -> 0 < r <= 1, columns[:, 2])
        @test occursin("60 x 60 oscillators, 2000 steps", text) && length(split(text, '\n'; keepempty = false)) == 25
    end
end

@testset "fmm_coulomb_explosion.jl" begin
    with_example("fmm_coulomb_explosion.jl", "2000") do text, folder
        lines = split(text, '\n')
        numbers(line) = parse.(Float64, split(line))
        rows = [numbers(line) for line in lines if occursin(r"^ +[\d.]+ +\d", line)]
        @test length(rows) == 6 && all(row -> length(row) == 6, rows)
        for (t, growth, law, smeared, change, _) in rows
            # A lattice that expands keeps its arrangement but for its surface, whose part of the energy falls as 1 / n (0.05 / n was found).
            @test abs(growth / law - 1) < 0.1 / 1996 < smeared / law - 1 && abs(change) < 1e-7
        end
        # eps is 1e-7
        errors = [parse(Float64, found.captures[1]) for line in lines for found in eachmatch(r"(?:pairs|estimated): ([\d.e+-]+)", line)]
        @test length(errors) == 3 && all(error -> 0 < error < 1e-7, errors)

        names, columns = read_csv(joinpath(folder, "fmm_coulomb_explosion.csv"))
        @test names == ["x", "y", "potential", "smeared"] && size(columns) == (61^2, 4)
        # From outside a ball is its charge at the centre, but for what the roughness of a lattice's surface adds (1e-3 was found).
        radius = maximum(columns[:, 1]) / 1.5
        outside = vec(sum(abs2, columns[:, 1:2]; dims = 2)) .> (1.2 * radius)^2
        @test maximum(abs.(columns[outside, 3] ./ columns[outside, 4] .- 1)) < 1e-2
    end
end
