# The forms of the Kuramoto functions: new arrays and given ones, both precisions, right-hand sides for solvers, records, word of progress.

const PHASES = [0.37 * i * j - 0.11 * k for i in 1:9, j in 1:7, k in 1:5]

@testset "right-hand sides: $T, $n axes" for T in (Float64, Float32), n in 1:3
    theta = T.(PHASES[:, 1:(n > 1 ? 7 : 1), 1:(n > 2 ? 5 : 1)])
    theta = reshape(theta, size(theta)[1:n])
    omega, coupling = T.(cos.(theta)), T.(1 .+ sin.(theta) ./ 2)
    expected = kuramoto_rhs(theta, omega, coupling; lag = 0.25, boundary = :periodic)
    @test expected isa Array{T,n} && size(expected) == size(theta)
    dtheta = similar(theta)
    @test kuramoto_rhs!(dtheta, theta, omega, coupling; lag = 0.25, boundary = :periodic) === dtheta && dtheta == expected
    @test kuramoto_rhs!(dtheta, theta, omega, coupling; lag = 0.25, boundary = :periodic, accumulate = true) == 2 .* expected
    f = KuramotoRHS(omega, coupling; lag = 0.25, boundary = :periodic)
    f(dtheta, theta, nothing, 0.0)
    @test dtheta == expected && f(theta, nothing, 1.0) == expected
    # One number for all cells.
    @test kuramoto_rhs(theta, 0.5, 2) == kuramoto_rhs(theta, fill(T(0.5), size(theta)), fill(T(2), size(theta)))
    # Halos that hold the other end are a periodic boundary.
    others(axis, at) = Array(selectdim(theta, axis, at))
    below, above = ntuple(axis -> others(axis, size(theta, axis)), n), ntuple(axis -> others(axis, 1), n)
    @test kuramoto_rhs(theta, 0.5, 2; boundary = :halo, halo_below = below, halo_above = above) ==
          kuramoto_rhs(theta, 0.5, 2; boundary = :periodic)
    # Halos as numbers.
    @test kuramoto_rhs(theta, 0.5, 2; boundary = ntuple(axis -> axis == n ? :halo : :zero_flux, n),
                       halo_below = ntuple(axis -> axis == n ? 0.25 : nothing, n), halo_above = ntuple(axis -> axis == n ? 0.75 : nothing, n)) ==
          kuramoto_rhs(theta, 0.5, 2; boundary = ntuple(axis -> axis == n ? :halo : :zero_flux, n),
                       halo_below = ntuple(axis -> axis == n ? fill(T(0.25), size(others(n, 1))) : nothing, n),
                       halo_above = ntuple(axis -> axis == n ? fill(T(0.75), size(others(n, 1))) : nothing, n))
end

@testset "axes are Julia's own" begin
    # Only along the first axis are there neighbours beyond the edge.
    theta = zeros(3, 4)
    slopes = kuramoto_rhs(theta, 0.0, 1.0; boundary = (:halo, :zero_flux), halo_below = ([0.1, 0.2, 0.3, 0.4], nothing), halo_above = (0.0, nothing))
    @test slopes[1, :] ≈ sin.([0.1, 0.2, 0.3, 0.4]) && all(iszero, slopes[2:3, :])
    @test kuramoto_rhs([0.0, 0.0], 0.0, 1.0; boundary = :halo, halo_below = 0.5, halo_above = fill(0.25)) ≈ [sin(0.5), sin(0.25)]
end

@testset "records" begin
    theta = copy(PHASES)
    run = kuramoto_integrate!(theta, 0.5, 1.0, 0.05, 20; method = :heun, record_every = 6, frames = true, order_r = true, order_psi = true)
    @test run.theta === theta && size(run.frames) == (9, 7, 5, 3) && length(run.order_r) == length(run.order_psi) == 3
    again = copy(PHASES)
    kuramoto_integrate!(again, 0.5, 1.0, 0.05, 6; method = :heun)
    @test run.frames[:, :, :, 1] == again
    @test kuramoto_order_parameter(again) == (r = run.order_r[1], psi = run.order_psi[1])
    kuramoto_integrate!(again, 0.5, 1.0, 0.05, 14; method = :heun)
    @test again == theta
    # Frame first, as other codes keep it, and into every second of a longer record.
    films, table = fill(NaN, 3, 9, 7, 5), fill(NaN, 2, 3)
    kuramoto_integrate!(copy(PHASES), 0.5, 1.0, 0.05, 20; method = :heun, record_every = 6, frames = PermutedDimsArray(films, (2, 3, 4, 1)),
                        order_r = view(table, 1, :), order_psi = view(table, 2, :))
    @test permutedims(films, (2, 3, 4, 1)) == run.frames && table == [run.order_r'; run.order_psi']
    nothing_recorded = kuramoto_integrate!(copy(PHASES), 0.5, 1.0, 0.05, 20; record_every = 6)
    @test nothing_recorded.frames === nothing && nothing_recorded.order_r === nothing
    @test size(kuramoto_integrate!(copy(PHASES), 0.5, 1.0, 0.05, 5; record_every = 6, frames = true).frames) == (9, 7, 5, 0)
    @test kuramoto_integrate!(copy(PHASES), 0.5, 1.0, 0.05, 0).theta == PHASES
end

@testset "a method of order p errs by a constant times dt^p" for (method, order) in ((:euler, 1), (:heun, 2), (:rk4, 4))
    ended(steps) = kuramoto_integrate!(PHASES[:, :, 1], 0.5, 1.0, 1.0 / steps, steps; method = method).theta
    exact = kuramoto_integrate!(PHASES[:, :, 1], 0.5, 1.0, 1.0 / 4096, 4096; method = :rk4).theta
    ratio = largest(ended(32) .- exact) / largest(ended(64) .- exact)
    @test 0.85 * 2^order < ratio < 1.2 * 2^order
end

@testset "order parameter" begin
    # To units in the last place, which differ from one SIMD level to another.
    double = kuramoto_order_parameter(fill(-3.0, 4, 5))
    @test double.r ≈ 1.0 && double.psi ≈ -3.0
    single = kuramoto_order_parameter(Float32[0.5, 0.5])
    @test single isa NamedTuple{(:r, :psi), Tuple{Float32, Float32}} && single.r ≈ 1.0f0 && single.psi ≈ 0.5f0
    @test kuramoto_order_parameter([0.0, 2pi / 3, 4pi / 3]).r < 1e-15
    @test isnan(kuramoto_order_parameter([0.0, NaN]).r)
end

@testset "progress: $n thread(s)" for n in (1, 2)
    Hotloop.with_threads(n) do
        heard = Tuple{Int,Int}[]
        start = [0.37 * i * j for i in 1:200, j in 1:300]
        told = kuramoto_integrate!(copy(start), 0.5, 1.0, 0.05, 900; method = :rk4, progress = (done, total) -> push!(heard, (done, total)))
        @test first(heard) == (0, 900) && last(heard) == (900, 900) && issorted(first.(heard))
        for answer in (false, :cancel)
            calls, steps_done, theta = 0, Ref(-1), copy(start)
            caught = try
                kuramoto_integrate!(theta, 0.5, 1.0, 0.05, 100_000; method = :rk4, steps_done = steps_done,
                                    progress = (done, total) -> (calls += 1; calls < 2 ? nothing : answer))
            catch error
                error
            end
            @test caught isa HotloopError && caught.status == Hotloop.HL_ERR_CANCELLED
            @test 0 < steps_done[] < 100_000
            @test theta == kuramoto_integrate!(copy(start), 0.5, 1.0, 0.05, steps_done[]; method = :rk4).theta
        end
        @test_throws InterruptException kuramoto_integrate!(copy(start), 0.5, 1.0, 0.05, 10; progress = (done, total) -> throw(InterruptException()))
    end
end

@testset "the same bits with 1, 2 and 7 threads: $(case.name)" for case in LATTICE_CASES
    bits(n) = Hotloop.with_threads(() -> reinterpret(UInt64, in_file_order(compute_lattice(case, case.layout))), n)
    one = bits(1)
    @test bits(2) == one && bits(7) == one
end

@testset "a call allocates the same few bytes whatever the lattice: layout $layout, $T" for layout in 0:3, T in (Float64, Float32)
    function bytes_of(extents...)
        phases = in_layout(layout, zeros(T, extents...))
        dtheta, omega = blank(layout, T, extents...), in_layout(layout, ones(T, extents...))
        frames, order = blank(layout, T, extents..., 1), blank(layout, T, 1)
        calls = (() -> kuramoto_rhs!(dtheta, phases, omega, 1.0),
                 () -> kuramoto_integrate!(phases, omega, 1.0, 0.01, 2; record_every = 2, frames = frames, order_r = order),
                 () -> kuramoto_order_parameter(phases))
        return map(call -> (call(); @allocated call()), calls)
    end
    for (few, many) in zip(bytes_of(3, 4), bytes_of(300, 400))
        @test many <= 8192 && many <= few + 256
    end
end
