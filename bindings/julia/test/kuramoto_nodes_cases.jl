# Every row of tests/cases/kuramoto_nodes.txt: the naive answer, the same bits in every layout and for any number of threads, and a file
# for the comparison of languages.

const NODES_COLUMNS = (:name, :indices, :n_nodes, :degree, :weighted, :bits, :law, :method, :lag, :dt, :n_steps, :every, :per_node, :noise,
                       :atol, :layout)
const NODES_CASES = map(row -> merge(row, (T = row.bits == 64 ? Float64 : Float32,)), read_kuramoto_rows("kuramoto_nodes.txt", NODES_COLUMNS))

is_network(case) = case.indices != 0

# The inputs of a case, by the formulas in the table's head. Of a network also the edges, as (node, neighbour, weight) counted from 1.
function nodes_inputs(case)
    nodes(formula) = [case.T(formula(i)) for i in 0:case.n_nodes-1]
    arrays = (theta = nodes(i -> (7919 * i + 104729) % 65536 / 8192), omega = nodes(i -> (6271 * i + 331) % 4096 / 4096),
              coupling = case.per_node == 1 ? nodes(i -> 1 + 37 * i % 64 / 64) : 2.0)
    is_network(case) || return arrays
    I = case.indices == 32 ? Int32 : Int64
    row_start = I[0; cumsum([i % (case.degree + 1) for i in 0:case.n_nodes-1])]
    row_of_edge = [i for i in 0:case.n_nodes-1 for _ in 1:i%(case.degree+1)]
    neighbours = I[(7 * i + 31 * (e - 1) + 5) % case.n_nodes for (e, i) in enumerate(row_of_edge)]
    weight(e) = case.weighted == 1 ? 1 + 53 * e % 32 / 32 : 1.0
    return merge(arrays, (row_start = row_start, neighbours = neighbours,
                          weights = case.weighted == 1 ? [case.T(weight(e - 1)) for e in eachindex(neighbours)] : nothing,
                          edges = [(i + 1, neighbours[e] + 1, weight(e - 1)) for (e, i) in enumerate(row_of_edge)]))
end

# All arrays that a case writes, in the order of its file.
function compute_nodes(case, layout)
    given = nodes_inputs(case)
    place(values) = in_layout(layout, values)
    place(value::Real) = value
    theta, omega, coupling = place(given.theta), place(given.omega), place(given.coupling)
    model = is_network(case) ? (KuramotoNetwork(place(given.row_start), place(given.neighbours); weights = place(given.weights)),) : ()
    slopes!, integrate! = is_network(case) ? (kuramoto_network_rhs!, kuramoto_network_integrate!) :
                          (kuramoto_mean_field_rhs!, kuramoto_mean_field_integrate!)
    options = (law = word(Hotloop.COUPLINGS, case.law), lag = case.lag)
    n_frames = case.every == 0 ? 0 : case.n_steps ÷ case.every
    dtheta, frames = blank(layout, case.T, case.n_nodes), blank(layout, case.T, case.n_nodes, n_frames)
    order_r, order_psi = blank(layout, case.T, n_frames), blank(layout, case.T, n_frames)
    slopes!(dtheta, theta, model..., omega, coupling; options...)
    steps_done = Ref(-1)
    run = integrate!(theta, model..., omega, coupling, case.dt, case.n_steps; method_options(case)..., record_every = case.every,
                     frames = frames, order_r = order_r, order_psi = order_psi, steps_done = steps_done, options...)
    steps_done[] == case.n_steps || error("$(steps_done[]) steps")
    return (dtheta = dtheta, run...)
end

# The same once more, without hotloop's ideas: edge by edge; the mean of all pairs, in one sum where there are too many of them.
function naive_slopes_of_nodes(case, given, theta)
    pull(difference) = case.law == 2 ? difference - case.lag : sin(difference - case.lag)
    if is_network(case)
        sums = zeros(case.n_nodes)
        for (i, j, weight) in given.edges
            sums[i] += weight * pull(theta[j] - theta[i])
        end
    elseif case.n_nodes <= 500
        sums = [sum(pull(theta[j] - theta[i]) for j in 1:case.n_nodes) / case.n_nodes for i in 1:case.n_nodes]
    else
        mean = sum(cis, theta) / case.n_nodes
        sums = [imag(mean * cis(-theta[i] - case.lag)) for i in 1:case.n_nodes]
    end
    return given.omega .+ given.coupling .* sums
end

for case in NODES_CASES
    @testset "$(case.name)" begin
        found = compute_nodes(case, case.layout)
        numbers = in_file_order(found)
        write(joinpath(RESULTS, case.name * ".f64"), map(htol, numbers))
        @test all(isfinite, numbers)
        @test all(lattice_gaps_are_untouched, values(found))
        for layout in 0:2
            layout == case.layout && continue
            @test reinterpret(UInt64, numbers) == reinterpret(UInt64, in_file_order(compute_nodes(case, layout)))
        end
        for n in (1, 2, 7)
            again = Hotloop.with_threads(() -> in_file_order(compute_nodes(case, case.layout)), n)
            @test reinterpret(UInt64, numbers) == reinterpret(UInt64, again)
        end

        # A term is right to the rounding of phases up to 8, as in kuramoto_cases.jl; a row has `degree` terms of weights up to 2.
        given = nodes_inputs(case)
        rows = is_network(case) ? 2 * case.degree : 1
        tolerance = eps(case.T) * (2 + 20 * rows)
        f(theta) = naive_slopes_of_nodes(case, given, theta)
        @test agrees(found.dtheta, f(Float64.(given.theta)); tolerance = tolerance)
        every_step = compute_nodes(merge(case, (every = 1,)), 0).frames
        frame(s) = s == 0 ? given.theta : every_step[:, s]
        @test all(1:case.n_steps) do s
            before = Float64.(frame(s - 1))
            agrees(frame(s), naive_step(case, f, before, s); tolerance = tolerance_of_step(case, before, tolerance))
        end
        @test found.theta == frame(case.n_steps)
        for (k, s) in enumerate(case.every == 0 ? (1:0) : case.every:case.every:case.n_steps)
            @test found.frames[:, k] == frame(s)
            order = kuramoto_order_parameter(Array(frame(s)))
            @test (found.order_r[k], found.order_psi[k]) == (order.r, order.psi)
        end
    end
end
