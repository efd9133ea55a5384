# A ball of charges that nothing holds together: a plan of the fast multipole method inside the right-hand side f!(du, u, p, t) of an ordinary
# differential equation, as integrators in Julia want it; and the potential map of what has become of the ball.
#
#     julia --project=bindings/julia examples/julia/fmm_coulomb_explosion.jl [charges, about [file for the map]]
#
# Units: each charge has mass 1, the ball's radius is 1, and so is the repulsion that a charge on its surface feels. Were the charge
# smeared out, every shell would feel the charge within it as if it were at the centre, so that all distances grow by one factor x with
#
#     x'' = 1 / x^2,    x'^2 / 2 = 1 - 1 / x,    t = (sqrt(x (x - 1)) + log(sqrt(x) + sqrt(x - 1))) / sqrt(2).
#
# Point charges on a lattice have less energy than smeared ones. While they keep their arrangement, the virial theorem gives them x'' = k / x^2, with
# k the energy at the start over the sum of squared distances from the centre: the same law at the time sqrt(k) t.

using Hotloop
using LinearAlgebra
using Printf

const EPS = 1e-7

# Points of a cubic lattice in the unit ball, about n.
function lattice_ball(n)
    spacing = (4pi / 3n)^(1 / 3)
    reach = ceil(Int, 1 / spacing)
    # off the centre, so that no two shells of the lattice leave the ball at once
    points = [spacing .* (i + 0.31, j + 0.17, k + 0.07) for i in -reach:reach, j in -reach:reach, k in -reach:reach]
    inside = filter(x -> sum(abs2, x) <= 1, vec(points))
    x = reshape(collect(Iterators.flatten(inside)), 3, :)
    return x .- sum(x; dims = 2) ./ size(x, 2)
end

# What the right-hand side needs: the plan and its arrays are made once and used in every call.
struct Charges
    charges::Vector{Float64}
    plan::FmmPlan
    potentials::Vector{Float64}
end
Charges(charges, u) = Charges(charges, FmmPlan(view(u, 1:3, :); eps = EPS), similar(charges))

# Columns of u are position and velocity of a charge. Views go to the library as they lie in memory.
function motion!(du, u, p, t)
    fmm_set_points!(p.plan, view(u, 1:3, :))
    accelerations = view(du, 4:6, :)
    fmm_evaluate!(p.potentials, accelerations, p.plan, p.charges)
    accelerations .*= .-p.charges'
    du[1:3, :] .= view(u, 4:6, :)
    return nothing
end

# The classical Runge-Kutta method; any integrator for f!(du, u, p, t) would do.
function integrate!(f!, u, p, t, dt, steps)
    k1, k2, k3, k4 = similar(u), similar(u), similar(u), similar(u)
    for step in 1:steps
        f!(k1, u, p, t)
        f!(k2, u .+ (dt / 2) .* k1, p, t + dt / 2)
        f!(k3, u .+ (dt / 2) .* k2, p, t + dt / 2)
        f!(k4, u .+ dt .* k3, p, t + dt)
        u .+= (dt / 6) .* (k1 .+ 2 .* k2 .+ 2 .* k3 .+ k4)
        t += dt
    end
    return t
end

function energy(u, p)
    motion!(similar(u), u, p, 0.0)
    return sum(abs2, view(u, 4:6, :)) / 2 + dot(p.charges, p.potentials) / 2
end

root_mean_square(u) = sqrt(sum(abs2, view(u, 1:3, :)) / size(u, 2))

# x at time t for k = 1, by bisection.
function growth_law(t)
    time_of(x) = (sqrt(x * (x - 1)) + log(sqrt(x) + sqrt(x - 1))) / sqrt(2)
    low, high = 1.0, 2.0 + 2t
    for _ in 1:60
        middle = (low + high) / 2
        time_of(middle) < t ? (low = middle) : (high = middle)
    end
    return low
end

function main(count, file)
    x = lattice_ball(count)
    n = size(x, 2)
    # a charge on the surface feels the field n q / (4 pi), and q n q / (4 pi) = 1
    charges = fill(sqrt(4pi / n), n)
    u = [x; zero(x)]
    p = Charges(charges, u)
    first_energy, first_radius = energy(u, p), root_mean_square(u)
    k = first_energy / (n * first_radius^2)
    @printf("%d charges, threads: %d, k = %.6f\n\n", n, Hotloop.get_num_threads(), k)
    println("   t      growth   law with k   smeared   change of energy   ms a step")
    t, dt, steps = 0.0, 0.05, 10
    for row in 1:6
        elapsed = @elapsed t = integrate!(motion!, u, p, t, dt, steps)
        @printf("%5.2f  %9.6f  %9.6f  %9.6f  %12.1e  %14.1f\n", t, root_mean_square(u) / first_radius, growth_law(sqrt(k) * t), growth_law(t),
                energy(u, p) / first_energy - 1, 1e3 * elapsed / steps)
    end

    # The last points are the plan's, and p.potentials are theirs.
    exact = direct_sum(view(u, 1:3, :), charges)
    @printf("\nerror of potentials beside sums over all pairs: %.1e, estimated: %.1e\n", norm(p.potentials - exact) / norm(exact),
            fmm_estimate_error(p.plan, charges, p.potentials))

    # A map of the plane through the centre: other points, which are targets only. Beside it the potential of a smeared ball.
    radius = growth_law(t)
    places = range(-1.5radius, 1.5radius; length = 61)
    targets = reduce(hcat, [[a, b, 0.0] for a in places, b in places])
    field = fmm_evaluate(FmmPlan(view(u, 1:3, :); targets = targets, eps = EPS), charges)
    exact = direct_sum(view(u, 1:3, :), charges; targets = targets)
    @printf("error of the map beside sums over all pairs: %.1e\n", norm(field - exact) / norm(exact))
    open(file, "w") do output
        println(output, "x,y,potential,smeared")
        for (column, potential) in enumerate(field)
            r = norm(view(targets, :, column))
            smeared = sqrt(n / 4pi) * (r < radius ? (3 - (r / radius)^2) / 2radius : 1 / r)
            @printf(output, "%.6f,%.6f,%.8f,%.8f\n", targets[1, column], targets[2, column], potential, smeared)
        end
    end
    println("the map is in ", file)
end

main(parse(Int, get(ARGS, 1, "5000")), get(ARGS, 2, "fmm_coulomb_explosion.csv"))
