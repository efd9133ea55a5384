"""An independent derivation of the spectra: formulas as in textbooks, in extended or arbitrary precision.

Rotational strengths use the double sum over pairs of sites (not the factorised form that the library uses), and lines
are summed one by one in long double.
"""

import mpmath
import numpy as np
from scipy.special import voigt_profile

LD = np.longdouble
PI = LD("3.14159265358979323846264338327950288")
LN2 = LD("0.693147180559945309417232121458176568")


def eigensystem_mpmath(hamiltonian, digits=40):
    """Ascending eigenvalues and eigenvectors (columns) of one matrix, correct to long double."""
    with mpmath.workdps(digits):
        energies, vectors = mpmath.eigsy(mpmath.matrix(hamiltonian.tolist()))
        n = len(hamiltonian)
        order = sorted(range(n), key=lambda k: energies[k])
        as_long_double = lambda x: LD(mpmath.nstr(x, 25))
        return (
            np.array([as_long_double(energies[k]) for k in order]),
            np.array([[as_long_double(vectors[j, k]) for k in order] for j in range(n)]),
        )


def eigensystem_lapack(hamiltonian):
    """The same from LAPACK, in double."""
    energies, vectors = np.linalg.eigh(hamiltonian)
    return energies.astype(LD), vectors.astype(LD)


def stick_strengths(energies, vectors, dipoles, positions):
    """Exciton dipoles, dipole strengths and rotational strengths (4R, the scale of the dissymmetry factor)."""
    dipoles, positions = dipoles.astype(LD), positions.astype(LD)
    exciton_dipoles = vectors.T @ dipoles
    separation = positions[:, None, :] - positions[None, :, :]
    normal = np.cross(dipoles[:, None, :], dipoles[None, :, :])
    chirality = (separation * normal).sum(axis=2)  # (r_j - r_l) . (mu_j x mu_l)
    rotational = 2 * PI * energies * LD("1e-8") * np.einsum("jk,lk,jl->k", vectors, vectors, chirality)
    return exciton_dipoles, (exciton_dipoles**2).sum(axis=1), rotational


def line(lineshape, normalization, x, fwhm, lorentzian_fwhm=0.0):
    """One line of unit strength at distance x from its centre."""
    x, fwhm = x.astype(LD), LD(fwhm)
    if lineshape == "gaussian":
        shape = np.exp(-4 * LN2 * (x / fwhm) ** 2)
        area = fwhm * np.sqrt(PI / LN2) / 2
    elif lineshape == "lorentzian":
        shape = 1 / (1 + (2 * x / fwhm) ** 2)
        area = PI * fwhm / 2
    else:
        sigma, gamma = float(fwhm / np.sqrt(8 * LN2)), lorentzian_fwhm / 2.0
        peak = voigt_profile(0.0, sigma, gamma)
        shape = (voigt_profile(x.astype(float), sigma, gamma) / peak).astype(LD)
        area = 1 / LD(peak)
    return shape if normalization == "peak" else shape / area


def spectrum(
    grid, energies, strengths, widths, cutoff=3.0, lineshape="gaussian", normalization="peak", lorentzian_fwhm=0.0
):
    """The sum of the lines of one configuration, with the half-open cutoff."""
    total = np.zeros(len(grid), dtype=LD)
    for energy, strength, fwhm in zip(energies, strengths, np.broadcast_to(widths, np.shape(energies))):
        reach = LD(cutoff) * LD(fwhm)
        inside = (grid >= energy - reach) & (grid < energy + reach)
        total[inside] += strength * line(lineshape, normalization, grid[inside] - energy, fwhm, lorentzian_fwhm)
    return total
