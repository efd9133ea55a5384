# The forms of networks and mean fields: new arrays and given ones, both precisions and types of indices, sparse matrices, right-hand
# sides for solvers, records, word of progress, memory.

using SparseArrays: SparseMatrixCSC, sparse, spzeros

const SEVEN = [0.3, 1.9, -2.2, 4.0, 0.8, -0.5, 2.6]
# Rows with none, one and several edges; one edge leads to its own row, two to the same oscillator.
const EDGES_OF = [[2, 7], Int[], [3], [1, 1, 5], [4], [1, 2, 3, 4, 5, 6, 7], [6]]
const WEIGHT_OF = [[0.5, 1.5], Float64[], [2.0], [1.0, 0.25, -0.75], [1.0], [0.125 * k for k in 1:7], [3.0]]

network_of(T, I; weights = T.(reduce(vcat, WEIGHT_OF))) =
    KuramotoNetwork(I[0; cumsum(length.(EDGES_OF))], I.(reduce(vcat, EDGES_OF) .- 1); weights = weights)
slope_by_edges(theta, omega, coupling, weight_of; pull = sin, lag = 0.0) =
    [omega[i] + coupling[i] * reduce(+, (w * pull(theta[j] - theta[i] - lag) for (j, w) in zip(EDGES_OF[i], weight_of[i])); init = 0.0)
     for i in 1:7]

@testset "right-hand sides of a network: $T, $I" for T in (Float64, Float32), I in (Int32, Int64)
    theta, omega, coupling = T.(SEVEN), T.(cos.(SEVEN)), T.(1 .+ sin.(SEVEN) ./ 2)
    network = network_of(T, I)
    expected = slope_by_edges(SEVEN, cos.(SEVEN), 1 .+ sin.(SEVEN) ./ 2, WEIGHT_OF; lag = 0.3)
    found = kuramoto_network_rhs(theta, network, omega, coupling; lag = 0.3)
    @test found isa Vector{T} && agrees(found, expected; tolerance = 40 * eps(T))
    direct = kuramoto_network_rhs(theta, network, omega, coupling; law = :direct_sine, lag = 0.3)
    @test agrees(direct, expected; tolerance = 40 * eps(T))
    linear = slope_by_edges(SEVEN, cos.(SEVEN), 1 .+ sin.(SEVEN) ./ 2, WEIGHT_OF; pull = identity, lag = 0.3)
    @test agrees(kuramoto_network_rhs(theta, network, omega, coupling; law = :linear, lag = 0.3), linear; tolerance = 100 * eps(T))
    dtheta = fill(T(0.5), 7)
    @test kuramoto_network_rhs!(dtheta, theta, network, omega, coupling; lag = 0.3, accumulate = true) === dtheta
    @test dtheta == T(0.5) .+ found
    # One number for all, in place of an array of it.
    @test kuramoto_network_rhs(theta, network, 0.25, 2) == kuramoto_network_rhs(theta, network, fill(T(0.25), 7), fill(T(2), 7))
    ones_for_all = slope_by_edges(SEVEN, fill(0.25, 7), fill(2.0, 7), map(row -> fill(1.0, length(row)), EDGES_OF))
    for weights in (nothing, 1, true, 1.0f0, fill(T(1), 15))
        @test agrees(kuramoto_network_rhs(theta, network_of(T, I; weights = weights), 0.25, 2), ones_for_all; tolerance = 40 * eps(T))
    end
    f, slopes = KuramotoNetworkRHS(network, omega, coupling; lag = 0.3), fill(T(NaN), 7)
    @test f(theta, nothing, 0.0) == found
    f(slopes, theta, nothing, 0.0)
    @test slopes == found
end

@testset "right-hand sides of a mean field: $T" for T in (Float64, Float32)
    theta, omega, coupling = T.(SEVEN), T.(cos.(SEVEN)), T.(1 .+ sin.(SEVEN) ./ 2)
    expected = [cos(SEVEN[i]) + (1 + sin(SEVEN[i]) / 2) / 7 * sum(sin(SEVEN[j] - SEVEN[i] - 0.3) for j in 1:7) for i in 1:7]
    found = kuramoto_mean_field_rhs(theta, omega, coupling; lag = 0.3)
    @test found isa Vector{T} && agrees(found, expected; tolerance = 20 * eps(T))
    @test agrees(kuramoto_mean_field_rhs(theta, omega, coupling; law = :direct_sine, lag = 0.3), expected; tolerance = 20 * eps(T))
    order = kuramoto_order_parameter(theta)
    @test agrees(kuramoto_mean_field_rhs(theta, 0, 2), 2 .* order.r .* sin.(order.psi .- theta); tolerance = 20 * eps(T))
    dtheta = fill(T(0.5), 7)
    @test kuramoto_mean_field_rhs!(dtheta, theta, omega, coupling; lag = 0.3, accumulate = true) === dtheta
    @test dtheta == T(0.5) .+ found
    @test kuramoto_mean_field_rhs(theta, 0.25, 2) == kuramoto_mean_field_rhs(theta, fill(T(0.25), 7), fill(T(2), 7))
    f, slopes = KuramotoMeanFieldRHS(omega, coupling; lag = 0.3), fill(T(NaN), 7)
    @test f(theta, nothing, 0.0) == found
    f(slopes, theta, nothing, 0.0)
    @test slopes == found
end

@testset "a ring is a lattice, a network, and a sparse matrix" begin
    theta = [0.37 * i for i in 1:50]
    expected = kuramoto_rhs(theta, 0.5, 1.0; boundary = :periodic)
    I, J = [1:50; 1:50], [mod1.((1:50) .+ 1, 50); mod1.((1:50) .- 1, 50)]
    for network in (KuramotoNetwork(sparse(I, J, ones(100), 50, 50)), KuramotoNetwork(sparse(I, J, trues(100), 50, 50)))
        @test agrees(kuramoto_network_rhs(theta, network, 0.5, 1.0), expected; tolerance = 1e-15)
    end
end

@testset "a matrix' entry [i, j] is the pull of j on i: $T, $I" for T in (Float64, Float32), I in (Int32, Int64, Int16)
    dense = zeros(T, 7, 7)
    for i in 1:7, (j, w) in zip(EDGES_OF[i], WEIGHT_OF[i])
        dense[i, j] += w
    end
    matrix = SparseMatrixCSC{T,I}(sparse(dense))
    before = deepcopy(matrix)
    expected = slope_by_edges(SEVEN, zeros(7), ones(7), WEIGHT_OF)
    transposed = SparseMatrixCSC{T,I}(sparse(permutedims(dense)))
    for given in (matrix, transpose(transposed), transposed')
        network = KuramotoNetwork(given)
        @test eltype(network.row_start) === (I === Int16 ? Int64 : I) && eltype(network.weights) === T
        @test agrees(kuramoto_network_rhs(T.(SEVEN), network, 0, 1), expected; tolerance = 40 * eps(T))
        @test all(i -> issorted(network.neighbours[network.row_start[i]+1:network.row_start[i+1]]), 1:7)
    end
    # The network has arrays of its own.
    network = KuramotoNetwork(transpose(transposed))
    network.weights .= 0
    network.neighbours .= 0
    @test transposed == permutedims(dense) && matrix == before
end

@testset "matrices with stored zeros, and without entries" begin
    stored = sparse([1, 2], [2, 1], [1.0, 0.0], 2, 2)
    @test KuramotoNetwork(stored).neighbours == [1, 0]
    flags = sparse([1, 2], [2, 1], [true, false], 2, 2)
    @test KuramotoNetwork(flags).neighbours == [1] && KuramotoNetwork(flags).row_start == [0, 1, 1] && KuramotoNetwork(flags).weights === nothing
    @test kuramoto_network_rhs([1.0, 2.0], KuramotoNetwork(spzeros(2, 2)), 0.5, 1.0) == [0.5, 0.5]
    @test kuramoto_network_rhs(Float64[], KuramotoNetwork(spzeros(0, 0)), 0.5, 1.0) == Float64[]
end

@testset "a network is the caller's arrays" begin
    row_start, neighbours, weights = [0, 1, 2], [1, 0], [1.0, 1.0]
    network = KuramotoNetwork(row_start, neighbours; weights = weights)
    @test network.row_start === row_start && network.neighbours === neighbours && network.weights === weights
    weights[2] = 3.0
    @test kuramoto_network_rhs([0.0, 0.5], network, 0.0, 1.0) ≈ [sin(0.5), -3 * sin(0.5)]
    # Reversed, a row of a table, every second of a longer vector.
    of_table = KuramotoNetwork(view([2, 1, 0], 3:-1:1), view([1 0; 10 20], 1, :); weights = view([1.0, 9.9, 3.0], 1:2:3))
    @test kuramoto_network_rhs([0.0, 0.5], of_table, 0.0, 1.0) == kuramoto_network_rhs([0.0, 0.5], network, 0.0, 1.0)
    @test sprint(show, network) == "KuramotoNetwork of 2 oscillators with 2 weighted edges"
end

@testset "records: $name" for (name, integrate!) in
                              ("a network" => (theta, steps; options...) -> kuramoto_network_integrate!(theta, network_of(Float64, Int32), 0.5, 1.0, 0.05, steps; method = :heun, options...),
                               "a mean field" => (theta, steps; options...) -> kuramoto_mean_field_integrate!(theta, 0.5, 1.0, 0.05, steps; method = :heun, options...))
    theta = copy(SEVEN)
    run = integrate!(theta, 20; record_every = 6, frames = true, order_r = true, order_psi = true)
    @test run.theta === theta && size(run.frames) == (7, 3) && length(run.order_r) == length(run.order_psi) == 3
    again = copy(SEVEN)
    integrate!(again, 6)
    @test run.frames[:, 1] == again && kuramoto_order_parameter(again) == (r = run.order_r[1], psi = run.order_psi[1])
    integrate!(again, 14)
    @test again == theta
    films = fill(NaN, 3, 7) # record first
    integrate!(copy(SEVEN), 20; record_every = 6, frames = transpose(films))
    @test permutedims(films) == run.frames
    @test integrate!(copy(SEVEN), 20; record_every = 6).frames === nothing
    @test integrate!(copy(SEVEN), 0).theta == SEVEN
    heard = Tuple{Int,Int}[]
    @test integrate!(copy(SEVEN), 20; progress = (done, total) -> push!(heard, (done, total))).theta == theta
    @test first(heard) == (0, 20) && last(heard) == (20, 20)
end

@testset "nothing of a network is copied: layout $layout, $T" for layout in 0:2, T in (Float64, Float32)
    function bytes_of(n)
        theta, omega, dtheta = in_layout(layout, zeros(T, n)), in_layout(layout, ones(T, n)), blank(layout, T, n)
        network = KuramotoNetwork(in_layout(layout, collect(0:3:3n)), in_layout(layout, collect(0:3n-1) .% n);
                                  weights = in_layout(layout, ones(T, 3n)))
        frames, order = blank(layout, T, n, 1), blank(layout, T, 1)
        calls = (() -> kuramoto_network_rhs!(dtheta, theta, network, omega, 1.0),
                 () -> kuramoto_network_integrate!(theta, network, omega, 1.0, 0.01, 2; record_every = 2, frames = frames, order_r = order),
                 () -> kuramoto_mean_field_rhs!(dtheta, theta, omega, 1.0),
                 () -> kuramoto_mean_field_integrate!(theta, omega, 1.0, 0.01, 2; record_every = 2, frames = frames, order_r = order))
        return map(call -> (call(); @allocated call()), calls)
    end
    for (few, many) in zip(bytes_of(5), bytes_of(50_000))
        @test many <= 8192 && many <= few + 256
    end
end
