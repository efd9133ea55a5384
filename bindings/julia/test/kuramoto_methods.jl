# Noise and adaptive steps: runs in parts, the noise that the numbers of steps and cells make, and how good adaptive steps are.

const RING = [0.37 * i + 0.11 * i^2 % 5 for i in 1:600]
const RING_NETWORK = KuramotoNetwork(Int32.(0:2:1200), Int32[(i + side + 600) % 600 for i in 0:599 for side in (-1, 1)])

# The same model on the same 600 oscillators three times: with boundaries, edge by edge, and something else with the mean of all.
const MODELS = [
    "a lattice" => (theta, T, dt, steps; options...) -> kuramoto_integrate!(reshape(theta, 30, 20), T(0.5), T(1.5), dt, steps; options...),
    "a mean field" => (theta, T, dt, steps; options...) -> kuramoto_mean_field_integrate!(theta, T(0.5), T(1.5), dt, steps; options...),
    "a network" => (theta, T, dt, steps; options...) -> kuramoto_network_integrate!(theta, RING_NETWORK, T(0.5), T(1.5), dt, steps; options...),
]

@testset "$name in $T: parts of a run with noise have the bits of the whole" for (name, integrate!) in MODELS, T in (Float64, Float32)
    for method in (:euler, :heun)
        noise = (method = method, noise = 0.4, noise_seed = 99)
        whole, parts = T.(RING), T.(RING)
        integrate!(whole, T, 0.05, 12; first_step = 5, noise...)
        integrate!(parts, T, 0.05, 5; first_step = 5, noise...)
        integrate!(parts, T, 0.05, 7; first_step = 10, noise...)
        @test parts == whole
        wrong = T.(RING)
        integrate!(wrong, T, 0.05, 5; first_step = 5, noise...)
        integrate!(wrong, T, 0.05, 7; first_step = 5, noise...)
        @test wrong != whole
    end
end

@testset "$name in $T: parts of an adaptive run have the bits of the whole" for (name, integrate!) in MODELS, T in (Float64, Float32)
    adaptive = (method = :dormand_prince, atol = T === Float64 ? 1e-8 : 1e-4)
    whole, parts, forgetful = T.(RING), T.(RING), T.(RING)
    next_of_whole, next_of_parts = Ref(0.0), Ref(0.0)
    integrate!(whole, T, 0.7, 5; next_step = next_of_whole, adaptive...)
    @test next_of_whole[] > 0
    integrate!(parts, T, 0.7, 2; next_step = next_of_parts, adaptive...)
    integrate!(parts, T, 0.7, 3; next_step = next_of_parts, adaptive...)
    @test parts == whole && next_of_parts[] === next_of_whole[]
    # Without it each part finds a step of its own: as good, but not the same.
    integrate!(forgetful, T, 0.7, 2; adaptive...)
    integrate!(forgetful, T, 0.7, 3; adaptive...)
    @test forgetful != whole && largest(forgetful .- whole) < 100 * adaptive.atol
    # The length to try may lie among others.
    lengths = [0.0, next_of_whole[], 0.0]
    again = T.(RING)
    integrate!(again, T, 0.7, 5; next_step = Ref(lengths, 1), adaptive...)
    @test again == whole && lengths == [next_of_whole[], next_of_whole[], 0.0]
end

@testset "a cancelled run goes on with the bits of an unbroken one: $(name)" for (name, integrate!) in MODELS
    for options in ((noise = 0.3, noise_seed = 4), (method = :dormand_prince,))
        whole, theta = copy(RING), copy(RING)
        steps_done, calls = Ref(0), 0
        going = haskey(options, :method) ? (next_step = Ref(0.0),) : NamedTuple()
        caught = try
            integrate!(theta, Float64, 0.05, 10^8; steps_done = steps_done, options..., going...,
                       progress = (done, total) -> (calls += 1; calls < 2))
        catch error
            error
        end
        @test caught isa HotloopError && caught.status == Hotloop.HL_ERR_CANCELLED && 0 < steps_done[] < 10^8
        integrate!(theta, Float64, 0.05, 30; first_step = steps_done[], options..., going...)
        integrate!(whole, Float64, 0.05, steps_done[] + 30; options...)
        @test theta == whole
    end
end

@testset "$name: noise is a function of seed, step and cell" for (name, integrate!) in MODELS
    pushed(; options...) = (theta = zeros(600); integrate!(theta, Float64, 0.25, 1; noise = 0.5, options...); theta .- 0.125)
    for (seed, step, cell) in ((0, 0, 0), (77, 3, 5), (2^40 + 1, 2^33, 2^34))
        @test agrees(pushed(; noise_seed = seed, first_step = step, first_cell = cell),
                     0.25 .* vec(naive_normals(seed, step, cell, (600,))); tolerance = 1e-14)
    end
    # A seed is 64 bits, whatever their sign.
    @test pushed(; noise_seed = -1) == pushed(; noise_seed = typemax(UInt64))
    # The second part of the cells by itself.
    @test pushed(; first_cell = 300)[1:300] == pushed()[301:600]
    @test pushed(; noise_seed = 1) != pushed() && pushed(; first_step = 1) != pushed()
end

@testset "the noise of cells goes by their linear indices, whatever the strides" begin
    expected = 0.5 .* naive_normals(3, 0, 0, (4, 5, 6))
    for layout in 0:3
        theta = in_layout(layout, zeros(4, 5, 6))
        kuramoto_integrate!(theta, 0.0, 0.0, 1.0, 1; noise = 0.5, noise_seed = 3)
        @test agrees(theta, expected; tolerance = 1e-14)
    end
end

@testset "noise of strength s spreads free phases by s * sqrt(t)" begin
    theta = zeros(200_000)
    kuramoto_mean_field_integrate!(theta, 0.0, 0.0, 0.01, 50; noise = 0.8, noise_seed = 1)
    @test abs(sum(theta) / length(theta)) < 5 * 0.8 * sqrt(0.5 / length(theta))
    @test abs(sum(abs2, theta) / length(theta) / (0.8^2 * 0.5) - 1) < 5 * sqrt(2 / length(theta))
end

# Two oscillators: their difference d obeys d' = w - 2 K sin(d), with tan(d / 2) an exponential for w = 0.
@testset "adaptive steps are as good as their tolerance" begin
    exact(t) = 2 * atan(tan(1.25) * exp(-2 * 0.75 * t))
    pair = KuramotoNetwork([0, 1, 2], [1, 0])
    for (name, run) in ("a lattice" => (theta, options) -> kuramoto_integrate!(theta, 0.3, 0.75, 4.0, 1; options...),
                        "a mean field" => (theta, options) -> kuramoto_mean_field_integrate!(theta, 0.3, 1.5, 4.0, 1; options...),
                        "a network" => (theta, options) -> kuramoto_network_integrate!(theta, pair, 0.3, 0.75, 4.0, 1; options...))
        errors = map((1e-3, 1e-6, 1e-9, 1e-12)) do atol
            theta = run([0.0, 2.5], (method = :dormand_prince, atol = atol)).theta
            abs(theta[2] - theta[1] - exact(4.0))
        end
        @test all(errors .<= 10 .* (1e-3, 1e-6, 1e-9, 1e-12) .+ 1e-14)
        @test errors[1] > errors[2] > errors[3]
        # The default is 1e-6, and a relative tolerance is one of the phases themselves.
        @test run([0.0, 2.5], (method = :dormand_prince,)).theta == run([0.0, 2.5], (method = :dormand_prince, atol = 1e-6, rtol = 0)).theta
        relative = run([0.0, 2.5], (method = :dormand_prince, atol = 0, rtol = 1e-9)).theta
        @test abs(relative[2] - relative[1] - exact(4.0)) < 1e-7
    end
end

@testset "a tolerance that rounding does not allow is an error, with theta at a whole step" begin
    theta, steps_done = Float32.(RING), Ref(-1)
    caught = try
        kuramoto_mean_field_integrate!(theta, 0.5, 1.5, 0.5, 3; method = :dormand_prince, atol = 1e-30, steps_done = steps_done)
    catch error
        error
    end
    @test caught isa HotloopError && caught.status == Hotloop.HL_ERR_NOT_CONVERGED && occursin("atol", caught.message)
    @test steps_done[] == 0 && theta == Float32.(RING)
end
