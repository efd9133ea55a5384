# Tables of mistakes with networks, mean fields, noise and adaptive steps, as in kuramoto_bad_input.jl.

using SparseArrays: sparse, spzeros

right_nodes() = (theta = [0.3, 1.9, -2.2, 4.0], dtheta = fill(-777.0, 4), omega = ones(4), coupling = ones(4), frames = fill(-777.0, 4, 3),
                 order_r = fill(-777.0, 3), order_psi = fill(-777.0, 3), row_start = [0, 2, 2, 3, 5], neighbours = [1, 3, 2, 0, 3],
                 weights = [1.0, 0.5, 2.0, 1.0, 3.0], next_step = fill(0.25))

graph(a; row_start = a.row_start, neighbours = a.neighbours, weights = a.weights) = KuramotoNetwork(row_start, neighbours; weights = weights)
pull(a; dtheta = a.dtheta, theta = a.theta, network = graph(a), omega = a.omega, coupling = a.coupling, options...) =
    kuramoto_network_rhs!(dtheta, theta, network, omega, coupling; options...)
run_network(a; theta = a.theta, network = graph(a), omega = a.omega, coupling = a.coupling, dt = 0.1, steps = 6, record_every = 2,
            frames = a.frames, order_r = a.order_r, order_psi = a.order_psi, options...) =
    kuramoto_network_integrate!(theta, network, omega, coupling, dt, steps; record_every = record_every, frames = frames,
                                order_r = order_r, order_psi = order_psi, options...)
mean_pull(a; dtheta = a.dtheta, theta = a.theta, omega = a.omega, coupling = a.coupling, options...) =
    kuramoto_mean_field_rhs!(dtheta, theta, omega, coupling; options...)
run_mean(a; theta = a.theta, omega = a.omega, coupling = a.coupling, dt = 0.1, steps = 6, record_every = 2, frames = a.frames,
         order_r = a.order_r, order_psi = a.order_psi, options...) =
    kuramoto_mean_field_integrate!(theta, omega, coupling, dt, steps; record_every = record_every, frames = frames, order_r = order_r,
                                   order_psi = order_psi, options...)
run_lattice(a; theta = a.theta, options...) =
    kuramoto_integrate!(theta, a.omega, a.coupling, 0.1, 6; record_every = 2, frames = a.frames, order_r = a.order_r,
                        order_psi = a.order_psi, options...)
adaptive(a) = (method = :dormand_prince, next_step = Ref(a.next_step, 1))

const NODES_MISTAKES = [
    # What the package does not pass on.
    (0, "theta", "a matrix", a -> pull(a; theta = reshape(a.theta, 2, 2))),
    (0, "theta", "a matrix", a -> run_mean(a; theta = reshape(a.theta, 2, 2))),
    (0, "theta", "integers", a -> mean_pull(a; theta = [1, 2, 3, 4])),
    (0, "theta", "no array", a -> run_network(a; theta = 1.0)),
    (0, "theta", "a range", a -> mean_pull(a; theta = 0.0:1.0:3.0)),
    (0, "dtheta", "single precision", a -> pull(a; dtheta = zeros(Float32, 4))),
    (0, "dtheta", "too long", a -> mean_pull(a; dtheta = zeros(5))),
    (0, "dtheta", "nothing", a -> pull(a; dtheta = nothing)),
    (0, "omega", "too few", a -> run_network(a; omega = ones(3))),
    (0, "omega", "a matrix", a -> mean_pull(a; omega = ones(2, 2))),
    (0, "coupling", "single precision", a -> run_mean(a; coupling = ones(Float32, 4))),
    (0, "frames", "record first", a -> run_network(a; frames = zeros(3, 4))),
    (0, "frames", "a vector", a -> run_mean(a; frames = zeros(12))),
    (0, "order_r", "too many", a -> run_network(a; order_r = zeros(4))),
    (0, "order_psi", "a row", a -> run_mean(a; order_psi = zeros(1, 3))),
    (0, "steps", "negative", a -> run_network(a; steps = -1)),
    (0, "record_every", "negative", a -> run_mean(a; record_every = -2)),
    (0, "law", "unknown", a -> pull(a; law = :cosine)),
    (0, "method", "unknown", a -> run_mean(a; method = :rk45)),
    (0, "nonfinite", "unknown", a -> run_network(a; nonfinite = :ignore)),
    (0, "network", "a sparse matrix", a -> pull(a; network = spzeros(4, 4))),
    (0, "network", "arrays", a -> run_network(a; network = (a.row_start, a.neighbours))),
    (0, "network", "nothing", a -> pull(a; network = nothing)),
    (0, "row_start", "too short", a -> pull(a; network = graph(a; row_start = [0, 2, 5]))),
    (0, "row_start", "too long", a -> run_network(a; network = graph(a; row_start = [0, 2, 2, 3, 5, 5]))),
    (0, "row_start", "16 bits", a -> pull(a; network = graph(a; row_start = Int16.(a.row_start)))),
    (0, "row_start", "unsigned", a -> pull(a; network = graph(a; row_start = UInt32.(a.row_start)))),
    (0, "row_start", "a matrix", a -> pull(a; network = graph(a; row_start = reshape([0, 2, 3, 5], 2, 2)))),
    (0, "row_start", "a range", a -> pull(a; network = graph(a; row_start = 0:4))),
    (0, "neighbours", "numbers with fractions", a -> pull(a; network = graph(a; neighbours = Float64.(a.neighbours)))),
    (0, "neighbours", "of another size than row_start", a -> pull(a; network = graph(a; neighbours = Int32.(a.neighbours)))),
    (0, "neighbours", "chosen by a list", a -> pull(a; network = graph(a; neighbours = view(a.neighbours, [1, 2, 3, 4, 5])))),
    (0, "weights", "too few", a -> pull(a; network = graph(a; weights = ones(4)))),
    (0, "weights", "single precision", a -> run_network(a; network = graph(a; weights = ones(Float32, 5)))),
    (0, "weights", "integers", a -> pull(a; network = graph(a; weights = [1, 2, 3, 4, 5]))),
    (0, "weights", "a word", a -> pull(a; network = graph(a; weights = :equal))),
    (0, "matrix", "not square", a -> KuramotoNetwork(spzeros(3, 4))),
    (0, "matrix", "not sparse", a -> KuramotoNetwork(zeros(4, 4))),
    (0, "matrix", "integers", a -> KuramotoNetwork(sparse([0 1; 2 0]))),
    # What the library refuses.
    (2, "n_nodes", "an order parameter of nothing", a -> kuramoto_mean_field_integrate!(zeros(0), 1, 1, 0.1, 6; record_every = 2, order_r = a.order_r)),
    (4, "dtheta", "theta itself", a -> pull(a; dtheta = a.theta)),
    (4, "dtheta", "omega itself", a -> mean_pull(a; dtheta = a.omega)),
    (4, "dtheta", "the weights", a -> pull(a; dtheta = view(a.weights, 1:4))),
    (4, "dtheta", "the memory of the indices", a -> pull(a; dtheta = reinterpret(Float64, view(a.neighbours, 1:4)))),
    (4, "theta", "the memory of row_start", a -> run_network(a; theta = reinterpret(Float64, view(a.row_start, 2:5)))),
    (4, "theta", "coupling itself", a -> run_mean(a; coupling = a.theta)),
    (4, "order_psi", "order_r itself", a -> run_network(a; order_psi = a.order_r)),
    (4, "frames", "holds theta", a -> run_mean(a; theta = view(a.frames, :, 2))),
    (4, "next_step", "a phase", a -> run_mean(a; method = :dormand_prince, next_step = Ref(a.theta, 1))),
    (4, "next_step", "an input", a -> run_network(a; method = :dormand_prince, next_step = Ref(a.omega, 2))),
    (6, "dt", "0", a -> run_network(a; dt = 0)),
    (6, "dt", "NaN", a -> run_mean(a; dt = NaN)),
    (6, "theta", "without digits", a -> pull(a; theta = spoiled(a.theta, 1e16, 2))),
    (6, "theta", "without digits in single precision", a -> kuramoto_mean_field_rhs(Float32[1, 3e6], 1, 1)),
    (6, "row_start", "begins at 1", a -> pull(a; network = graph(a; row_start = a.row_start .+ 1))),
    (6, "row_start", "descends", a -> pull(a; network = graph(a; row_start = [0, 3, 2, 3, 5]))),
    (6, "row_start", "beyond the edges", a -> run_network(a; network = graph(a; row_start = [0, 2, 2, 6, 5]))),
    (6, "row_start", "edges left over", a -> run_network(a; network = graph(a; row_start = [0, 2, 2, 3, 4]))),
    (6, "neighbours", "counted from 1", a -> pull(a; network = graph(a; neighbours = a.neighbours .+ 1))),
    (6, "neighbours", "-1", a -> run_network(a; network = graph(a; neighbours = spoiled(a.neighbours, -1, 4)))),
    (6, "neighbours", "-1 in 32 bits", a -> pull(a; network = graph(a; row_start = Int32.(a.row_start), neighbours = Int32[1, 3, -1, 0, 3]))),
    (7, "theta", "NaN", a -> pull(a; theta = spoiled(a.theta, NaN, 2))),
    (7, "theta", "Inf", a -> run_mean(a; theta = spoiled(a.theta, Inf, 4))),
    (7, "omega", "NaN", a -> run_network(a; omega = spoiled(a.omega, NaN, 1))),
    (7, "coupling", "-Inf for all", a -> mean_pull(a; coupling = -Inf)),
    (7, "weights", "NaN", a -> pull(a; network = graph(a; weights = spoiled(a.weights, NaN, 5)))),
    (7, "weights", "Inf for all", a -> run_network(a; network = graph(a; weights = Inf))),
    (8, "lag", "NaN", a -> pull(a; lag = NaN)),
    # Noise and adaptive steps, of all models.
    [(8, argument, "$mistake, $model", a -> run(a; options(a)...))
     for (argument, mistake, options) in [
         ("noise", "negative", a -> (noise = -0.5,)),
         ("noise", "NaN", a -> (noise = NaN,)),
         ("noise", "with RK4", a -> (noise = 0.5, method = :rk4)),
         ("noise", "with adaptive steps", a -> (adaptive(a)..., noise = 0.5)),
         ("atol", "no tolerance at all", a -> (adaptive(a)..., atol = 0)),
         ("atol", "negative", a -> (adaptive(a)..., atol = -1e-6)),
         ("atol", "infinite", a -> (adaptive(a)..., atol = Inf)),
         ("rtol", "negative", a -> (adaptive(a)..., rtol = -1e-6)),
         ("rtol", "NaN", a -> (adaptive(a)..., rtol = NaN)),
         ("next_step", "negative", a -> (method = :dormand_prince, next_step = Ref(-0.1))),
         ("next_step", "NaN", a -> (method = :dormand_prince, next_step = Ref(NaN))),
         ("next_step", "infinite", a -> (method = :dormand_prince, next_step = Ref(Inf))),
     ] for (model, run) in [("a lattice", run_lattice), ("a mean field", run_mean), ("a network", run_network)]]...,
]

for (status, argument, mistake, call) in NODES_MISTAKES
    @testset "$argument: $mistake" begin
        arrays = right_nodes()
        before = map(copy, arrays)
        caught = try
            call(arrays)
        catch error
            error
        end
        if status == 0
            @test caught isa ArgumentError && startswith(caught.msg, argument * ":")
        else
            @test caught isa HotloopError && (caught.status, first(split(caught.message, ':'))) == (status, argument)
        end
        @test isequal(arrays, before)
    end
end

@testset "what is right is accepted" begin
    arrays = right_nodes()
    @test pull(arrays) === arrays.dtheta && mean_pull(arrays) === arrays.dtheta
    for run in (run_network, run_mean, run_lattice), options in ((), (noise = 0.5, noise_seed = -3), adaptive(arrays), (method = :rk4,))
        @test run(arrays; options...).theta === arrays.theta
    end
    @test arrays.next_step[] != 0.25
end

@testset "options of the wrong kind" begin
    arrays = right_nodes()
    @test_throws TypeError run_mean(arrays; next_step = 0.1)
    @test_throws TypeError run_mean(arrays; next_step = Ref(0.1f0))
    @test_throws TypeError run_network(arrays; noise = "much")
    @test_throws TypeError run_network(arrays; noise_seed = 1.5)
    @test_throws MethodError run_network(arrays; boundary = :periodic)
    @test_throws MethodError run_mean(arrays; accumulate = true)
    @test_throws MethodError mean_pull(arrays; noise = 0.1)
end

@testset "NaN may propagate along edges" begin
    arrays = right_nodes()
    slopes = pull(arrays; theta = spoiled(arrays.theta, NaN, 3), nonfinite = :propagate)
    @test isnan.(slopes) == [false, false, true, false]
end
