# Plans of the fast multipole method beside direct sums.

const PLAN_POINTS = (sources = reshape([(7919 * i + 104729) % 65536 / 65536 for i in 0:8999], 3, 3000),
                     targets = reshape([(6271 * i + 331) % 65536 / 32768 - 0.5 for i in 0:2099], 3, 700),
                     charges = reshape([(37 * i + 11) % 128 / 64 - 1 for i in 0:5999], 3000, 2))

distance_of(found, exact) = sqrt(sum(abs2, Float64.(found) .- exact) / sum(abs2, exact))

@testset "values" begin
    sources, targets, charges = PLAN_POINTS
    plan = FmmPlan(sources; targets = targets, eps = 1e-7, leaf_size = 40)
    @test (plan.n_source, plan.n_target, plan.stats.leaf_size) == (3000, 700, 40) && plan.stats.leaves > 8
    found = fmm_evaluate(plan, charges; gradients = true)
    exact = direct_sum(sources, charges; targets = targets, gradients = true)
    @test distance_of(found.potentials, exact.potentials) < 1e-6
    @test distance_of(found.gradients, exact.gradients) < 1e-5
    @test fmm_evaluate(plan, charges[:, 2]; gradients = true).potentials == found.potentials[:, 2]
    @test 0 < fmm_estimate_error(plan, charges[:, 2], found.potentials[:, 2]) < 1e-6
    @test sum(plan.timings) > 0 && plan.timings.P2P >= 0
    @test Hotloop.with_threads(() -> fmm_evaluate(plan, charges; gradients = true), 3) == found

    spaced = view(zeros(1400, 2), 1:2:1400, 2:-1:1)
    fmm_evaluate!(spaced, nothing, plan, view(charges, :, 2:-1:1))
    @test spaced[:, 2:-1:1] == fmm_evaluate(plan, charges)

    @test fmm_set_points!(plan, targets) === plan && plan.n_source == 700
    @test distance_of(fmm_evaluate(plan, charges[1:700, 1]), direct_sum(targets, charges[1:700, 1])) < 1e-6

    single = FmmPlan(Float32.(sources); eps = 1e-4)
    @test fmm_evaluate(single, Float32.(charges[:, 1])) isa Vector{Float32}
    @test distance_of(fmm_evaluate(single, Float32.(charges[:, 1])), direct_sum(sources, charges[:, 1])) < 1e-3

    screened = FmmPlan(sources; kernel = :yukawa, screening = 2.0)
    @test distance_of(fmm_evaluate(screened, charges[:, 1]), direct_sum(sources, charges[:, 1]; kernel = :yukawa, screening = 2.0)) < 1e-5
    mktempdir() do folder
        file = joinpath(folder, "operators")
        before = fmm_evaluate(plan, charges[1:700, 1])
        Hotloop.fmm_save_operators(plan, file)
        Hotloop.fmm_forget_operators()
        Hotloop.fmm_load_operators(file)
        @test fmm_evaluate(FmmPlan(targets; eps = 1e-7, leaf_size = 40), charges[1:700, 1]) == before
        @test_throws HotloopError Hotloop.fmm_load_operators(file * ".missing")
    end
    balanced = FmmPlan(vcat(sources[1:2, :], sources[3:3, :] .^ 6); eps = 1e-6, leaf_size = 10, balance = true)
    @test balanced.stats.boxes > FmmPlan(vcat(sources[1:2, :], sources[3:3, :] .^ 6); eps = 1e-6, leaf_size = 10).stats.boxes
    by_matrices = FmmPlan(sources; eps = 1e-6, leaf_size = 30, translations = :blas)
    @test distance_of(fmm_evaluate(by_matrices, charges[:, 1]), direct_sum(sources, charges[:, 1])) < 1e-6
    Hotloop.fmm_forget_operators()
end

# Caesium chloride: its Madelung constant (D. Borwein, J. M. Borwein, K. F. Taylor, J. Math. Phys. 26, 2999 (1985)).
@testset "points that repeat in a cell" begin
    plan = FmmPlan([0.0 0.5; 0.0 3.5; 0.0 -0.5]; eps = 1e-9, period = 1)
    @test 4 * pi * sqrt(0.75) * fmm_evaluate(plan, [1.0, -1.0]) ≈ [-1.76267477307099, 1.76267477307099] rtol = 1e-8
end

@testset "bad input" begin
    sources, targets, charges = PLAN_POINTS
    plan = FmmPlan(sources; targets = targets, eps = 1e-3)
    message(call) = try call(); "nothing thrown" catch error; sprint(showerror, error) end
    @test occursin("charges: its size is (2999,), expected (3000,)", message(() -> fmm_evaluate(plan, charges[1:2999, 1])))
    @test occursin("potentials: has elements of type Float32", message(() -> fmm_evaluate!(zeros(Float32, 700), nothing, plan, charges[:, 1])))
    @test occursin("eps", message(() -> FmmPlan(sources; eps = 1e-30)))
    @test occursin("period: is -1", message(() -> FmmPlan(sources; period = -1)))
    @test occursin("precision: :half is not one of", message(() -> FmmPlan(sources; precision = :half)))
    @test occursin(r"sources.*is NaN", message(() -> FmmPlan([0.0 1; NaN 1; 0 1])))
    @test_throws HotloopError fmm_evaluate(plan, charges[:, 1]; progress = (done, total) -> :cancel)
end

@testset "copies, and plans that are freed" begin
    sources, targets, charges = PLAN_POINTS[1], PLAN_POINTS[2], PLAN_POINTS[3][:, 1]
    before(points) = fmm_evaluate(FmmPlan(points; eps = 1e-3), charges[1:size(points, 2)])
    plan = FmmPlan(sources; eps = 1e-3)
    holders = deepcopy((first = [plan], second = plan))
    @test holders.first[1] === holders.second && holders.second !== plan
    finalize(plan)
    @test_throws HotloopError fmm_evaluate(plan, charges)
    @test fmm_evaluate(holders.second, charges) == before(sources)
    # New points are those of one copy alone, whichever gets them.
    other = copy(holders.second)
    fmm_set_points!(other, targets)
    @test (other.n_source, holders.second.n_source) == (700, 3000)
    @test fmm_evaluate(other, charges[1:700]) == before(targets) && fmm_evaluate(holders.second, charges) == before(sources)
    third = deepcopy(other)
    fmm_set_points!(other, sources)
    @test fmm_evaluate(other, charges) == before(sources) && fmm_evaluate(third, charges[1:700]) == before(targets)
    # After an error a copy is as it was.
    @test_throws HotloopError fmm_set_points!(copy(third), [0.0 1; NaN 1; 0 1])
    fourth = copy(third)
    @test_throws HotloopError fmm_set_points!(fourth, [0.0 1; NaN 1; 0 1])
    @test fmm_evaluate(fourth, charges[1:700]) == before(targets)
    # The precision is that of the first points, as without copies.
    mixed, double = copy(FmmPlan(Float32.(sources); eps = 1e-3)), FmmPlan(sources; eps = 1e-3)
    kept = copy(double)
    fmm_set_points!(double, Float32.(sources))
    fmm_set_points!(kept, Float32.(sources))
    @test fmm_evaluate(double, charges) == fmm_evaluate(kept, charges)
    keep = copy(mixed)
    @test fmm_evaluate(fmm_set_points!(mixed, sources), charges) == fmm_evaluate(fmm_set_points!(keep, sources), charges)
    # A copy of what is no more is no more, and takes nothing from those that share.
    finalize(fourth)
    dead = copy(fourth)
    @test_throws HotloopError fmm_evaluate(dead, charges[1:700])
    @test_throws HotloopError fmm_set_points!(dead, targets)
    foreach(finalize, (dead, other))
    foreach(i -> copy(third), 1:100)
    GC.gc()
    @test fmm_evaluate(third, charges[1:700]) == before(targets)
    @test_throws ArgumentError Serialization.serialize(IOBuffer(), (1, third))
end
