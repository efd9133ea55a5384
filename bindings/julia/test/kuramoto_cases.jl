# Every row of tests/cases/kuramoto.txt: the naive answer, the same bits in every layout, and a file for the comparison of languages.

const LATTICE_COLUMNS = (:name, :rank, :n0, :n1, :n2, :bits, :law, :method, :b0, :b1, :b2, :lag, :dt, :n_steps, :every, :per_cell, :layout,
                         :noise, :atol)

# The rows of a table of Kuramoto oscillators, as named tuples of these columns.
function read_kuramoto_rows(table, columns)
    value(column, text) = column === :name ? String(text) : parse(column in (:lag, :dt, :noise, :atol) ? Float64 : Int, text)
    return map(filter(line -> !startswith(line, "#") && !isempty(strip(line)), readlines(joinpath(ROOT, "tests", "cases", table)))) do line
        fields = split(line)
        length(fields) == length(columns) || error("tests/cases/$table: a row has $(length(fields)) columns: $line")
        NamedTuple{columns}(Tuple(value(column, text) for (column, text) in zip(columns, fields)))
    end
end

function lattice_case(row)
    # The table's axes are C's: Julia's in reverse.
    axes = row.rank:-1:1
    return merge(row, (T = row.bits == 64 ? Float64 : Float32, extents = Tuple((row.n0, row.n1, row.n2)[axis] for axis in axes),
                       boundary = Tuple(word(Hotloop.BOUNDARIES, (row.b0, row.b1, row.b2)[axis]) for axis in axes)))
end

const LATTICE_CASES = map(lattice_case, read_kuramoto_rows("kuramoto.txt", LATTICE_COLUMNS))

# The options of the integration of any table's case, beside those of the right-hand side.
method_options(case) = (method = word(Hotloop.METHODS, case.method), noise = case.noise, noise_seed = 12345, first_step = 7,
                        first_cell = 3, rtol = 0, atol = case.atol)

# The inputs of a case, by the formulas in the table's head. Cells are numbered in C order, which is Julia's column-major order here.
function lattice_inputs(case)
    cells(formula, extents) = reshape([case.T(formula(i)) for i in 0:prod(extents)-1], extents)
    face(axis, side) = cells(i -> (911 * i + 77 * side + 13 * (case.rank - axis)) % 65536 / 8192,
                             Tuple(case.extents[k] for k in 1:case.rank if k != axis))
    halo(side) = Tuple(case.boundary[axis] === :halo ? face(axis, side) : nothing for axis in 1:case.rank)
    return (theta = cells(i -> (7919 * i + 104729) % 65536 / 8192, case.extents),
            omega = cells(i -> (6271 * i + 331) % 4096 / 4096, case.extents),
            coupling = case.per_cell == 1 ? cells(i -> 1 + 37 * i % 64 / 64, case.extents) : 2.0,
            halo_below = halo(0), halo_above = halo(1))
end

# All arrays that a case writes, in the order of its file.
function compute_lattice(case, layout)
    given = lattice_inputs(case)
    place(values) = in_layout(layout, values)
    place(value::Real) = value
    # A face without axes has one layout.
    place(values::AbstractArray{<:Any,0}) = values
    theta, omega, coupling = place(given.theta), place(given.omega), place(given.coupling)
    options = (law = word(Hotloop.COUPLINGS, case.law), lag = case.lag, boundary = case.boundary,
               halo_below = map(place, given.halo_below), halo_above = map(place, given.halo_above))
    n_frames = case.every == 0 ? 0 : case.n_steps ÷ case.every
    dtheta = blank(layout, case.T, case.extents...)
    frames = blank(layout, case.T, case.extents..., n_frames)
    order_r, order_psi = blank(layout, case.T, n_frames), blank(layout, case.T, n_frames)
    kuramoto_rhs!(dtheta, theta, omega, coupling; options...)
    steps_done = Ref(-1)
    run = kuramoto_integrate!(theta, omega, coupling, case.dt, case.n_steps; method_options(case)...,
                              record_every = case.every, frames = frames, order_r = order_r, order_psi = order_psi,
                              steps_done = steps_done, options...)
    steps_done[] == case.n_steps || error("$(steps_done[]) steps")
    return (dtheta = dtheta, run..., last = collect(kuramoto_order_parameter(theta)))
end

in_file_order(found) = reduce(vcat, Any[vec(Float64.(array)) for array in found])

# The same once more, without hotloop's ideas: a sine for every pair, whole arrays.
function naive_slopes(case, given, theta)
    coupling_law = case.law == 2 ? identity : sin
    sum_of_neighbours = zeros(size(theta))
    for axis in 1:case.rank, side in (-1, 1)
        for cell in CartesianIndices(theta)
            at = cell[axis] + side
            n = case.extents[axis]
            neighbour = if 1 <= at <= n || case.boundary[axis] === :periodic
                theta[ntuple(k -> k == axis ? mod1(at, n) : cell[k], case.rank)...]
            elseif case.boundary[axis] === :halo
                halo = side < 0 ? given.halo_below[axis] : given.halo_above[axis]
                Float64(halo[Tuple(cell[k] for k in 1:case.rank if k != axis)...])
            else
                continue
            end
            sum_of_neighbours[cell] += coupling_law(neighbour - theta[cell] - case.lag)
        end
    end
    return given.omega .+ given.coupling .* sum_of_neighbours
end

# One step of any table's case, number `step` from 1, with the slopes `f`.
function naive_step(case, f, theta, step)
    h = case.dt
    pushed = case.noise == 0 ? theta : theta .+ case.noise * sqrt(h) .* naive_normals(12345, 7 + step - 1, 3, size(theta))
    case.method == 3 && return naive_rk4(f, theta, h, 24)
    k1 = f(theta)
    case.method == 0 && return pushed .+ h .* k1
    case.method == 1 && return pushed .+ h / 2 .* (k1 .+ f(pushed .+ h .* k1))
    return naive_rk4(f, theta, h, 1)
end

function naive_rk4(f, theta, dt, steps)
    h = dt / steps
    for _ in 1:steps
        k1 = f(theta)
        k2 = f(theta .+ h / 2 .* k1)
        k3 = f(theta .+ h / 2 .* k2)
        k4 = f(theta .+ h .* k3)
        theta = theta .+ h / 6 .* (k1 .+ 2 .* k2 .+ 2 .* k3 .+ k4)
    end
    return theta
end

# How far one step may be from the naive one, if a slope may be off by `tolerance`.
function tolerance_of_step(case, before, tolerance)
    size_of_phases = max(largest(before), 8.0)
    return 3 * eps(case.T) * size_of_phases + 3 * case.dt * tolerance + (case.method == 3 ? 30 * case.atol : 0.0)
end

lattice_gaps_are_untouched(array) = all(value -> isnan(value) || value == 0, gaps(array))

for case in LATTICE_CASES
    @testset "$(case.name)" begin
        found = compute_lattice(case, case.layout)
        numbers = in_file_order(found)
        write(joinpath(RESULTS, case.name * ".f64"), map(htol, numbers))
        @test all(isfinite, numbers)
        @test all(lattice_gaps_are_untouched, (found.dtheta, found.theta, found.frames, found.order_r, found.order_psi))
        for layout in 0:3
            layout == case.layout && continue
            @test reinterpret(UInt64, numbers) == reinterpret(UInt64, in_file_order(compute_lattice(case, layout)))
        end

        # A sine is right to its rounding, a difference of phases up to 8 to eight of them; couplings are up to 2.
        given = lattice_inputs(case)
        term = case.law == 0 ? 6 : 20
        tolerance = eps(case.T) * (1 + 4 * case.rank * term)
        theta = Float64.(given.theta)
        @test agrees(found.dtheta, naive_slopes(case, given, theta); tolerance = tolerance)
        # Steps: each from the one before, as it was recorded.
        every_step = kuramoto_integrate!(copy(given.theta), given.omega, given.coupling, case.dt, case.n_steps;
                                         method_options(case)..., law = word(Hotloop.COUPLINGS, case.law), lag = case.lag, boundary = case.boundary, halo_below = given.halo_below,
                                         halo_above = given.halo_above, record_every = 1, frames = true)
        frame(s) = s == 0 ? given.theta : selectdim(every_step.frames, case.rank + 1, s)
        @test all(1:case.n_steps) do s
            before = Float64.(frame(s - 1))
            expected = naive_step(case, phases -> naive_slopes(case, given, phases), before, s)
            agrees(frame(s), expected; tolerance = tolerance_of_step(case, before, tolerance))
        end
        @test found.theta == frame(case.n_steps)
        for (k, s) in enumerate(case.every == 0 ? (1:0) : case.every:case.every:case.n_steps)
            @test selectdim(found.frames, case.rank + 1, k) == frame(s)
            order = kuramoto_order_parameter(Array(frame(s)))
            @test (found.order_r[k], found.order_psi[k]) == (order.r, order.psi)
        end
        mean_of_all = sum(cis.(Float64.(found.theta))) / length(found.theta)
        @test abs(found.last[1] * cis(Float64(found.last[2])) - mean_of_all) <= eps(case.T) * (20 + 2 * sqrt(case.extents[1]))
    end
end
