# What must hold for any pigments, on random ones.

using LinearAlgebra: I, cross, diagm, norm, qr
using Random: MersenneTwister

function random_system(seed, n_site, n_conf)
    random = MersenneTwister(seed)
    hamiltonians = 50.0 .* randn(random, n_site, n_site, n_conf)
    for c in 1:n_conf
        hamiltonians[:, :, c] .+= hamiltonians[:, :, c]'
        for site in 1:n_site
            hamiltonians[site, site, c] += 12400.0
        end
    end
    dipoles, positions = randn(random, 3, n_site, n_conf), 20.0 .* randn(random, 3, n_site, n_conf)
    return (hamiltonians = hamiltonians, dipoles = dipoles, positions = positions)
end

relative_difference(found, expected) = largest(found .- expected) / largest(expected)

for n_site in (1, 2, 3, 5, 8, 13, 30, 100), n_conf in (1, 4)
    @testset "$n_site sites, $n_conf configurations" begin
        system = random_system(1000 * n_site + n_conf, n_site, n_conf)
        sticks = exciton_sticks(system...)
        D, R = sticks.dipole_strengths, sticks.rotational_strengths
        strong_R = largest(R) + 1e-3 # a single pigment has no CD, to rounding

        # sum_k D_k = sum_j |mu_j|^2 and sum_k R_k / e_k = 0
        @test vec(sum(D; dims = 1)) ≈ vec(sum(abs2, system.dipoles; dims = (1, 2))) rtol = 1e-12
        reduced = R ./ sticks.energies
        @test all(abs.(sum(reduced; dims = 1)) .<= 1e-11 .* max.(sum(abs, reduced; dims = 1), 1e-9 * n_site))
        @test issorted(sticks.energies[:, 1])

        # CD does not depend on the origin, and both turn with the molecule.
        shifted = exciton_sticks(system.hamiltonians, system.dipoles, system.positions .+ [300.0, -200.0, 100.0])
        @test agrees(shifted.rotational_strengths, R; tolerance = 1e-11 * strong_R)
        rotation = Matrix(qr(randn(MersenneTwister(n_site), 3, 3)).Q)
        handedness = sign(sum(rotation[:, 1] .* cross(rotation[:, 2], rotation[:, 3])))
        turn(vectors) = mapslices(vector -> rotation * vector, vectors; dims = 1)
        turned = exciton_sticks(system.hamiltonians, turn(system.dipoles), turn(system.positions))
        @test agrees(turned.dipole_strengths, D; tolerance = 1e-11 * largest(D))
        @test agrees(handedness .* turned.rotational_strengths, R; tolerance = 1e-11 * strong_R)

        # Pigments have no order.
        order = sortperm(randn(MersenneTwister(7), n_site))
        renumbered = exciton_spectrum(system.hamiltonians[order, order, :], system.dipoles[:, order, :], system.positions[:, order, :],
                                      DEFAULT_GRID)
        spectra = exciton_spectrum(system..., DEFAULT_GRID)
        @test relative_difference(renumbered.absorption, spectra.absorption) < 1e-11
        n_site > 1 && @test relative_difference(renumbered.cd, spectra.cd) < 1e-10

        # A mean is linear: the weighted mean is that of the single spectra, and weights have no scale.
        weights = collect(1.0:n_conf)
        weighted = exciton_spectrum(system..., DEFAULT_GRID; weights = weights)
        single = [exciton_spectrum(map(array -> array[:, :, c], system)..., DEFAULT_GRID) for c in 1:n_conf]
        expected = sum(weights[c] .* single[c].absorption for c in 1:n_conf) ./ sum(weights)
        @test relative_difference(weighted.absorption, expected) < 5e-11
        scaled = exciton_spectrum(system..., DEFAULT_GRID; weights = 1000.0 .* weights)
        @test relative_difference(scaled.absorption, weighted.absorption) < 1e-14

        # Areas: the integral of the absorption is the sum of strengths, for lines of unit area well inside the grid.
        wide = collect(8000.0:1.0:17000.0)
        area = sum(exciton_spectrum(system.hamiltonians, system.dipoles, nothing, wide; normalization = :area, cutoff = Inf).absorption)
        @test area ≈ sum(D) / n_conf rtol = 1e-10

        # A constant offset of all site energies moves the energies, and the rotational strengths with the wavelength.
        lowered = copy(system.hamiltonians)
        for c in 1:n_conf, site in 1:n_site
            lowered[site, site, c] -= 12000.0
        end
        relative = exciton_sticks(lowered, system.dipoles, system.positions; energy_offset = 12000.0)
        @test agrees(relative.energies, sticks.energies; tolerance = 1e-8)
        @test agrees(relative.rotational_strengths, R; tolerance = 1e-9 * strong_R)
    end
end
