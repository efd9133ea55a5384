# Fast multipole plans: every row of tests/cases/fmm_plan.txt with the same bits in every layout on 1, 2 and 7 threads, from a plan that got
# its points later as well, and a file for the comparison of languages.

const PLAN_COLUMNS = (:name, :n_source, :n_target, :n_vectors, :bits, :points, :kernel, :screening, :precision, :order, :eps, :leaf_size, :balance, :layout)

const PLAN_CASES = map(filter(line -> !startswith(line, "#") && !isempty(strip(line)), readlines(joinpath(ROOT, "tests", "cases", "fmm_plan.txt")))) do line
    fields = split(line)
    length(fields) == length(PLAN_COLUMNS) || error("tests/cases/fmm_plan.txt: a row has $(length(fields)) columns: $line")
    value(column, text) = column === :name ? String(text) : column in (:screening, :eps) ? parse(Float64, text) : parse(Int, text)
    NamedTuple{PLAN_COLUMNS}(Tuple(value(column, text) for (column, text) in zip(PLAN_COLUMNS, fields)))
end

# By the formulas in the table's head. Elements are numbered in C order, which is Julia's column-major order here.
plan_number(i) = (7 * i^3 + 31 * i^2 + 7919 * i + 104729) % 65521 / 65536

function plan_coordinate(points, i)
    j = i ÷ 3
    points == 1 && return plan_number(i) / 2.0^(j % 7) + j % 3 / 4
    points == 2 && return plan_number(i - 3 * (j % 4))
    points == 3 && i % 3 == 2 && return 0.5
    points == 4 && return j ÷ 11^(i % 3) % 11 / 8
    return plan_number(i)
end

function plan_inputs(case)
    T = case.bits == 64 ? Float64 : Float32
    numbers(formula, first, extents...) = reshape(T[formula(first + i) for i in 0:prod(extents)-1], extents)
    coordinates(first, count) = numbers(i -> plan_coordinate(case.points, i), 3 * first, 3, count)
    return (sources = coordinates(0, case.n_source), targets = case.n_target < 0 ? nothing : coordinates(case.points == 2 ? 4 : 50_000, case.n_target),
            charges = numbers(i -> (37 * i + 11) % 128 / 64 - 1, 0, case.n_source, case.n_vectors))
end

plan_options(case) = (kernel = word(Hotloop.KERNELS, case.kernel), screening = case.screening, precision = word(Hotloop.FMM_PRECISIONS, case.precision),
                      order = case.order, eps = case.order == 0 ? case.eps : 1e-6, leaf_size = case.leaf_size, balance = case.balance == 1)

# What a file of results holds. `late`: the plan is made for two points and gets the row's afterwards.
function compute_plan(case, layout, late = false)
    given = plan_inputs(case)
    sources, targets, charges = in_layout(layout, given.sources), in_layout(layout, given.targets), in_layout(layout, given.charges)
    T, m, k = eltype(sources), size(targets === nothing ? sources : targets, 2), case.n_vectors
    plan = late ? fmm_set_points!(FmmPlan(T[0 3; 0 2; 0 1]; plan_options(case)...), sources; targets = targets) :
           FmmPlan(sources; targets = targets, plan_options(case)...)
    potentials, gradients, alone = blank(layout, T, m, k), blank(layout, T, 3, m, k), blank(layout, T, m, k)
    fmm_evaluate!(potentials, gradients, plan, charges)
    fmm_evaluate!(alone, nothing, plan, charges)
    error = m > 0 && k > 0 ? fmm_estimate_error(plan, view(charges, :, 1), view(potentials, :, 1); sample = 40, seed = 3) : 0.0
    sizes = plan.stats
    return (potentials, gradients, alone, [error], [sizes.levels, sizes.boxes, sizes.leaves, sizes.near_pairs, sizes.translations, sizes.finer, sizes.coarser])
end

for case in PLAN_CASES
    @testset "$(case.name)" begin
        found = compute_plan(case, case.layout)
        numbers = sums_in_file_order(found)
        write(joinpath(RESULTS, case.name * ".f64"), map(htol, numbers))
        @test all(isfinite, numbers)
        @test all(part -> all(value -> isnan(value) || value == 0, gaps(part)), found[1:3])
        for (layout, threads) in ((0, 1), (1, 2), (2, 7), (3, 2))
            again = Hotloop.with_threads(() -> sums_in_file_order(compute_plan(case, layout, layout == 3)), threads)
            @test reinterpret(UInt64, numbers) == reinterpret(UInt64, again)
        end
    end
end
Hotloop.fmm_forget_operators()
