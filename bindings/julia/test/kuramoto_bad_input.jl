# A table of mistakes with lattices, as in bad_input.jl: who refuses (0: the package), which argument the message names first, the call.

right_lattice() = (theta = [0.1 * i * j for i in 1:4, j in 1:5], dtheta = fill(-777.0, 4, 5), omega = ones(4, 5), coupling = ones(4, 5),
                   frames = fill(-777.0, 4, 5, 3), order_r = fill(-777.0, 3), order_psi = fill(-777.0, 3))

slopes(a; dtheta = a.dtheta, theta = a.theta, omega = a.omega, coupling = a.coupling, options...) =
    kuramoto_rhs!(dtheta, theta, omega, coupling; options...)
advance(a; theta = a.theta, omega = a.omega, coupling = a.coupling, dt = 0.1, steps = 6, record_every = 2, frames = a.frames,
        order_r = a.order_r, order_psi = a.order_psi, options...) =
    kuramoto_integrate!(theta, omega, coupling, dt, steps; record_every = record_every, frames = frames, order_r = order_r,
                        order_psi = order_psi, options...)
const FIRST_HALO, LAST_HALO = (:halo, :zero_flux), (:zero_flux, :halo)

const LATTICE_MISTAKES = [
    # Arrays that the package does not pass on.
    (0, "theta", "integers", a -> slopes(a; theta = ones(Int, 4, 5))),
    (0, "theta", "no array", a -> slopes(a; theta = 1.0)),
    (0, "theta", "complex", a -> advance(a; theta = complex(a.theta))),
    (0, "theta", "four axes", a -> slopes(a; theta = zeros(2, 2, 2, 2))),
    (0, "theta", "no axis", a -> advance(a; theta = fill(1.0))),
    (0, "theta", "no strides", a -> slopes(a; theta = Symmetric(ones(4, 4)))),
    (0, "theta", "a range", a -> kuramoto_order_parameter(0.0:0.1:1.0)),
    (0, "theta", "half precision", a -> kuramoto_order_parameter(zeros(Float16, 3))),
    (0, "dtheta", "single precision", a -> slopes(a; dtheta = zeros(Float32, 4, 5))),
    (0, "dtheta", "transposed", a -> slopes(a; dtheta = zeros(5, 4))),
    (0, "dtheta", "nothing", a -> slopes(a; dtheta = nothing)),
    (0, "omega", "too few", a -> slopes(a; omega = ones(4))),
    (0, "omega", "single precision", a -> advance(a; omega = ones(Float32, 4, 5))),
    (0, "coupling", "a list of indices", a -> slopes(a; coupling = view(a.coupling, [1, 2, 3, 4], :))),
    (0, "coupling", "transposed", a -> advance(a; coupling = ones(5, 4))),
    (0, "frames", "record first", a -> advance(a; frames = zeros(3, 4, 5))),
    (0, "frames", "too few", a -> advance(a; frames = zeros(4, 5, 2))),
    (0, "frames", "single precision", a -> advance(a; frames = zeros(Float32, 4, 5, 3))),
    (0, "frames", "no records", a -> advance(a; record_every = 0)),
    (0, "order_r", "too many", a -> advance(a; order_r = zeros(4))),
    (0, "order_psi", "a row", a -> advance(a; order_psi = zeros(1, 3))),
    (0, "steps", "negative", a -> advance(a; steps = -1)),
    (0, "record_every", "negative", a -> advance(a; record_every = -2)),
    # Options that the package knows.
    (0, "law", "unknown", a -> slopes(a; law = :cosine)),
    (0, "method", "unknown", a -> advance(a; method = :rk45)),
    (0, "boundary", "unknown", a -> slopes(a; boundary = :open)),
    (0, "boundary", "three of two", a -> advance(a; boundary = (:periodic, :periodic, :periodic))),
    (0, "boundary", "a number", a -> slopes(a; boundary = (0, 1))),
    (0, "nonfinite", "unknown", a -> slopes(a; nonfinite = :ignore)),
    (0, "halo_below", "one for two axes", a -> slopes(a; boundary = FIRST_HALO, halo_below = ones(5), halo_above = ones(5))),
    (0, "halo_below[1]", "of another axis", a -> slopes(a; boundary = FIRST_HALO, halo_below = (ones(4), nothing), halo_above = (ones(5), nothing))),
    (0, "halo_above[2]", "integers", a -> advance(a; boundary = LAST_HALO, halo_below = (nothing, ones(4)), halo_above = (nothing, ones(Int, 4)))),
    # What the library refuses: its axes count from 0, in reverse.
    (1, "halo_above[1]", "not given", a -> slopes(a; boundary = FIRST_HALO, halo_below = (ones(5), nothing))),
    (2, "shape", "an order parameter of nothing", a -> kuramoto_order_parameter(zeros(0, 3))),
    (4, "dtheta", "theta itself", a -> slopes(a; dtheta = a.theta)),
    (4, "theta", "omega itself", a -> advance(a; omega = a.theta)),
    (4, "dtheta", "a halo", a -> slopes(a; boundary = FIRST_HALO, halo_below = (view(a.dtheta, 2, :), nothing), halo_above = (0.0, nothing))),
    (4, "order_psi", "order_r itself", a -> advance(a; order_psi = a.order_r)),
    (4, "frames", "holds theta", a -> advance(a; theta = view(a.frames, :, :, 2))),
    (6, "dt", "0", a -> advance(a; dt = 0)),
    (6, "dt", "negative", a -> advance(a; dt = -0.1)),
    (6, "dt", "NaN", a -> advance(a; dt = NaN)),
    (6, "theta", "without digits", a -> slopes(a; theta = spoiled(a.theta, 1e16, 2, 3))),
    (6, "theta", "without digits in single precision", a -> kuramoto_rhs(Float32[1, 3e6], 1.0, 1.0)),
    (7, "theta", "NaN", a -> slopes(a; theta = spoiled(a.theta, NaN, 2, 3))),
    (7, "theta", "Inf", a -> advance(a; theta = spoiled(a.theta, Inf, 4, 5))),
    (7, "omega", "-Inf", a -> slopes(a; omega = spoiled(a.omega, -Inf, 1, 1))),
    (7, "coupling", "NaN for all", a -> advance(a; coupling = NaN)),
    (7, "halo_below[0]", "NaN", a -> slopes(a; boundary = LAST_HALO, halo_below = (nothing, [1.0, NaN, 1.0, 1.0]), halo_above = (nothing, 0))),
    (8, "lag", "NaN", a -> slopes(a; lag = NaN)),
    (8, "lag", "infinite", a -> advance(a; lag = Inf)),
    (8, "halo_below[0]", "without the boundary", a -> slopes(a; halo_below = (nothing, ones(4)))),
]

for (status, argument, mistake, call) in LATTICE_MISTAKES
    @testset "$argument: $mistake" begin
        arrays = right_lattice()
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

@testset "a lattice's exception says how it counts, and the keyword that helps" begin
    text = sprint(showerror, try
        kuramoto_rhs(spoiled(ones(4, 5), NaN, 2, 3), 1.0, 1.0)
    catch error
        error
    end)
    @test startswith(text, "HotloopError: theta: element [2, 1] is NaN") && occursin("nonfinite = :propagate", text) && occursin("in reverse", text)
    @test isnan(kuramoto_rhs(spoiled(ones(4, 5), NaN, 2, 3), 1.0, 1.0; nonfinite = :propagate)[2, 2])
end
