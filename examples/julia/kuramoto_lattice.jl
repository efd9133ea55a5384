# Waves on a sheet of oscillators: phases with random frequencies fall into step, and the sheet is drawn as it goes.
#
#     julia --project=bindings/julia examples/julia/kuramoto_lattice.jl [cells along an edge [file for the order parameters]]
#
# dtheta_i = omega_i + K sum over four neighbours of sin(theta_n - theta_i - lag), periodic along both axes, by the classical Runge-Kutta
# method.

using Hotloop
using Printf
using Random

n = parse(Int, get(ARGS, 1, "200"))
output = get(ARGS, 2, "kuramoto_lattice.csv")

random = MersenneTwister(2024)
theta = 2pi .* rand(random, n, n)
omega = 1.0 .+ 0.1 .* randn(random, n, n)

dt, steps, every = 0.05, 2000, 100
elapsed = @elapsed run = kuramoto_integrate!(theta, omega, 1.0, dt, steps; method = :rk4, lag = 0.1, boundary = :periodic,
                                             record_every = every, frames = true, order_r = true, order_psi = true)

open(output, "w") do file
    println(file, "time,r,psi")
    for (k, (r, psi)) in enumerate(zip(run.order_r, run.order_psi))
        @printf(file, "%.2f,%.10f,%.10f\n", k * every * dt, r, psi)
    end
end

# One character for a patch of the last frame: the direction in which its phases point together.
last_frame = view(run.frames, :, :, size(run.frames, 3))
patches = [round(Int, i) for i in range(1, n + 1; length = 25)]
for j in 1:24
    line = map(1:24) do i
        patch = view(last_frame, patches[i]:patches[i+1]-1, patches[j]:patches[j+1]-1)
        order = kuramoto_order_parameter(patch)
        order.r < 0.5 ? '·' : "→↗↑↖←↙↓↘"[nextind("→↗↑↖←↙↓↘", 0, mod(round(Int, order.psi / (pi / 4)), 8) + 1)]
    end
    println(join(line, ' '))
end
@printf("%d x %d oscillators, %d steps in %.2f s (threads: %d): r went from %.3f to %.3f; order parameters are in %s\n", n, n, steps, elapsed,
        Hotloop.get_num_threads(), run.order_r[1], run.order_r[end], output)
