# Direct sums: every row of tests/cases/fmm.txt with the naive answer, the same bits in every layout, and a file for the comparison of
# languages; then forms, bad input, progress.

const FMM_COLUMNS = (:name, :n_source, :n_target, :n_vectors, :bits, :kernel, :screening, :layout)

const FMM_CASES = map(filter(line -> !startswith(line, "#") && !isempty(strip(line)), readlines(joinpath(ROOT, "tests", "cases", "fmm.txt")))) do line
    fields = split(line)
    length(fields) == length(FMM_COLUMNS) || error("tests/cases/fmm.txt: a row has $(length(fields)) columns: $line")
    value(column, text) = column === :name ? String(text) : column === :screening ? parse(Float64, text) : parse(Int, text)
    NamedTuple{FMM_COLUMNS}(Tuple(value(column, text) for (column, text) in zip(FMM_COLUMNS, fields)))
end

# By the formulas in the table's head. Elements are numbered in C order, which is Julia's column-major order here.
function fmm_inputs(case)
    T = case.bits == 64 ? Float64 : Float32
    numbers(formula, extents...) = reshape([T(formula(i)) for i in 0:prod(extents)-1], extents)
    return (sources = numbers(i -> (7919 * i + 104729) % 65536 / 65536, 3, case.n_source),
            targets = case.n_target == 0 ? nothing : numbers(i -> (6271 * i + 331) % 65536 / 32768 - 0.5, 3, case.n_target),
            charges = numbers(i -> (37 * i + 11) % 128 / 64 - 1, case.n_source, case.n_vectors))
end

fmm_options(case) = (kernel = word(Hotloop.KERNELS, case.kernel), screening = case.screening)

# What a file of results holds.
function compute_sums(case, layout)
    given = fmm_inputs(case)
    sources, targets, charges = in_layout(layout, given.sources), in_layout(layout, given.targets), in_layout(layout, given.charges)
    T, m, k = eltype(sources), size(targets === nothing ? sources : targets, 2), case.n_vectors
    potentials, gradients, alone = blank(layout, T, m, k), blank(layout, T, 3, m, k), blank(layout, T, m, k)
    direct_sum!(potentials, gradients, sources, charges; targets = targets, fmm_options(case)...)
    direct_sum!(alone, nothing, sources, charges; targets = targets, fmm_options(case)...)
    return (potentials, gradients, alone)
end

sums_in_file_order(found) = Float64[Float64(x) for part in found for x in vec(Array(part))]

# One pair after another: sums and sums of magnitudes.
function naive_sums(case, given)
    sources, charges = Float64.(given.sources), Float64.(given.charges)
    targets = given.targets === nothing ? sources : Float64.(given.targets)
    sums, magnitudes = zeros(4, size(targets, 2), case.n_vectors), zeros(4, size(targets, 2), case.n_vectors)
    for v in 1:case.n_vectors, i in 1:size(targets, 2), j in 1:size(sources, 2)
        d = ntuple(axis -> targets[axis, i] - sources[axis, j], 3)
        r = sqrt(d[1]^2 + d[2]^2 + d[3]^2)
        r == 0 && continue
        potential = charges[j, v] * exp(-case.screening * r) / (4 * pi * r)
        slope = -potential * (1 + case.screening * r) / r^2
        for (component, term) in enumerate((potential, slope * d[1], slope * d[2], slope * d[3]))
            sums[component, i, v] += term
            magnitudes[component, i, v] += abs(term)
        end
    end
    return sums, magnitudes
end

for case in FMM_CASES
    @testset "$(case.name)" begin
        found = compute_sums(case, case.layout)
        numbers = sums_in_file_order(found)
        write(joinpath(RESULTS, case.name * ".f64"), map(htol, numbers))
        @test all(isfinite, numbers)
        @test all(part -> all(value -> isnan(value) || value == 0, gaps(part)), found)
        for layout in 0:3
            layout == case.layout && continue
            @test reinterpret(UInt64, numbers) == reinterpret(UInt64, sums_in_file_order(compute_sums(case, layout)))
        end
        sums, magnitudes = naive_sums(case, fmm_inputs(case))
        tolerance = case.bits == 64 ? 2e-12 : 1.5e-6
        @test all(abs.(found[1] .- sums[1, :, :]) .<= tolerance .* magnitudes[1, :, :])
        @test all(abs.(found[2] .- sums[2:4, :, :]) .<= tolerance .* magnitudes[2:4, :, :])
        @test all(abs.(found[3] .- sums[1, :, :]) .<= tolerance .* magnitudes[1, :, :])
    end
end

@testset "forms" begin
    given = fmm_inputs(first(filter(case -> case.name == "fmm_many", FMM_CASES)))
    charges = given.charges[:, 1]
    one = direct_sum(given.sources, charges; targets = given.targets, gradients = true)
    several = direct_sum(given.sources, [charges 2 .* charges]; targets = given.targets, gradients = true)
    @test size(one.potentials) == (530,) && size(one.gradients) == (3, 530) && size(several.gradients) == (3, 530, 2)
    @test several.potentials[:, 1] == one.potentials && several.gradients[:, :, 2] == 2 .* one.gradients
    @test direct_sum(given.sources, charges; targets = given.targets) isa Vector{Float64}
    gradients = zeros(3, 530)
    @test direct_sum!(nothing, gradients, given.sources, charges; targets = given.targets).gradients == one.gradients
    @test Hotloop.with_threads(() -> direct_sum(given.sources, charges; targets = given.targets, gradients = true), 7) == one
    @test direct_sum(zeros(3, 0), Float64[]; targets = zeros(3, 2)) == [0.0, 0.0]
    @test size(direct_sum(zeros(3, 4), zeros(4, 0))) == (4, 0)
end

@testset "bad input" begin
    points, charges = rand(3, 5), rand(5)
    message(call) = try call(); "nothing thrown" catch error; sprint(showerror, error) end
    @test occursin("sources: expected an array of Float64 or Float32", message(() -> direct_sum([1 2; 3 4; 5 6], charges)))
    @test occursin("sources: expected a matrix (3, n), got the size (5, 3)", message(() -> direct_sum(permutedims(points), charges)))
    @test occursin("charges: its size is (5,), expected (4,)", message(() -> direct_sum(points[:, 1:4], charges)))
    @test occursin("charges: has elements of type Float32", message(() -> direct_sum(points, Float32.(charges))))
    @test occursin("targets: has elements of type Float32", message(() -> direct_sum(points, charges; targets = Float32.(points))))
    @test occursin("kernel: :coulomb is not one of :laplace, :yukawa", message(() -> direct_sum(points, charges; kernel = :coulomb)))
    @test occursin("screening: is 1, but kernel is HL_KERNEL_LAPLACE", message(() -> direct_sum(points, charges; screening = 1)))
    @test occursin("potentials: is NULL, and so is gradients", message(() -> direct_sum!(nothing, nothing, points, charges)))
    @test occursin("charges: element [0, 1] is NaN", message(() -> direct_sum(points, [0, NaN, 0, 0, 0])))
    potentials = fill(7.0, 5)
    points[2, 3] = Inf
    @test occursin("sources: element [2, 1] is inf", message(() -> direct_sum!(potentials, nothing, points, charges)))
    @test all(potentials .== 7)
    points[2, 3] = 0
    @test occursin("potentials: shares memory with charges", message(() -> direct_sum!(charges, nothing, points, charges)))
end

@testset "progress" begin
    points, charges = rand(3, 2000), rand(2000)
    words = Tuple{Int,Int}[]
    direct_sum(points, charges; progress = (done, total) -> (push!(words, (done, total)); true))
    @test first(words) == (0, 4) && last(words) == (4, 4)
    @test_throws HotloopError direct_sum(points, charges; progress = (done, total) -> :cancel)
    @test_throws ErrorException direct_sum(points, charges; progress = (done, total) -> error("enough"))
end
