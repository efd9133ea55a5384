# Exciton spectra as plainly as the formulas can be written, with LinearAlgebra's eigensolver, double sums over pairs of sites and
# one line at a time: an independent answer for every case of the table.

module Naive

using LinearAlgebra

# Excitons of one configuration of the sites `kept`.
function sticks(hamiltonian, dipoles, positions; kept, energy_offset, normalize_dipoles, cd_scale)
    mu, r = dipoles[:, kept], positions[:, kept]
    normalize_dipoles && (mu ./= sqrt(sum(abs2, mu)))
    energies, V = eigen(Symmetric(hamiltonian[kept, kept] + energy_offset * I))
    n = length(kept)
    W = [dot(r[:, j] - r[:, l], cross(mu[:, j], mu[:, l])) for j in 1:n, l in 1:n]
    scale = cd_scale == 0 ? 1.0 : 0.25
    D = [sum(abs2, mu * V[:, k]) for k in 1:n]
    R = [scale * 2pi * energies[k] * 1e-8 * dot(V[:, k], W * V[:, k]) for k in 1:n]
    return (energies = energies, dipole_strengths = D, rotational_strengths = R, exciton_dipoles = mu * V, eigenvectors = V)
end

gaussian(x, fwhm) = exp(-4 * log(2) * (x / fwhm)^2)
lorentzian(x, fwhm) = 1 / (1 + 4 * (x / fwhm)^2)

# The convolution of both, by the trapezoidal rule: for these functions it converges exponentially, with an error of
# exp(-pi * fwhm_lorentzian / step).
function voigt(x, fwhm_gaussian, fwhm_lorentzian)
    step = fwhm_lorentzian / 12
    reach = ceil(Int, 4 * fwhm_gaussian / step)
    return sum(gaussian(i * step, fwhm_gaussian) * lorentzian(x - i * step, fwhm_lorentzian) for i in -reach:reach)
end

# A line of strength 1 as a function of the distance from its centre, and its full width.
function line(case, fwhm)
    if case.lineshape == 0
        area = fwhm * sqrt(pi / (4 * log(2)))
        return x -> gaussian(x, fwhm) / (case.normalization == 0 ? 1 : area), fwhm
    elseif case.lineshape == 1
        return x -> lorentzian(x, fwhm) / (case.normalization == 0 ? 1 : pi * fwhm / 2), fwhm
    end
    other = case.lorentzian_fwhm
    peak = voigt(0.0, fwhm, other)
    # The sum stands for an integral over a step; its area is the product of both areas.
    area = fwhm * sqrt(pi / (4 * log(2))) * pi * other / 2 / (other / 12)
    full_width = 0.5346 * other + sqrt(0.2166 * other^2 + fwhm^2)
    return x -> voigt(x, fwhm, other) / (case.normalization == 0 ? peak : area), full_width
end

function add_lines!(spectrum, case, grid, energies, strengths, widths)
    for (energy, strength, fwhm) in zip(energies, strengths, widths)
        shape, full_width = line(case, fwhm)
        reach = case.cutoff < 0 ? Inf : case.cutoff * full_width
        for (i, x) in enumerate(grid)
            energy - reach <= x < energy + reach && (spectrum[i] += strength * shape(x - energy))
        end
    end
end

# Mean spectra of all configurations; `widths` and `widths_cd` are one number, or one for each exciton or site.
function spectra(case, system, grid, kept, widths, widths_cd)
    absorption, cd = zeros(length(grid)), zeros(length(grid))
    n_conf = size(system.hamiltonians, 3)
    for c in 1:n_conf
        found = sticks(system.hamiltonians[:, :, c], system.dipoles[:, :, c], system.positions[:, :, c]; kept = kept,
                       energy_offset = case.energy_offset, normalize_dipoles = case.normalize_dipoles == 1, cd_scale = case.cd_scale)
        n = length(kept)
        for (spectrum, strengths, given) in ((absorption, found.dipole_strengths, widths), (cd, found.rotational_strengths, widths_cd))
            of_exciton = case.fwhm_by == 0 ? fill(given, n) :
                         case.fwhm_by == 1 ? given[1:n] :
                         [sqrt(sum(abs2.(found.eigenvectors[:, k] .* given[kept]))) for k in 1:n]
            add_lines!(spectrum, case, grid, found.energies, strengths, of_exciton)
        end
    end
    factor = case.frequency_prefactor == 1 ? grid : ones(length(grid))
    return absorption .* factor ./ n_conf, cd .* factor ./ n_conf
end

end
