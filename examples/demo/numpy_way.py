"""The same spectra with NumPy alone: what one would write without hotloop.

One call of numpy.linalg.eigh for all Hamiltonians, einsum for the strengths, and each line added only to the grid points
that its cutoff leaves, for 100 lines at a time (more at once is slower: the arrays leave the cache). The formulas are in docs/exciton.md.
"""

import numpy as np

LINES_AT_ONCE = 100


def sticks(hamiltonians, dipoles, positions):
    """Energies, dipole strengths and rotational strengths, each [n_conf][n_site]."""
    energies, vectors = np.linalg.eigh(hamiltonians)
    electric = np.einsum("cjk,jx->ckx", vectors, dipoles, optimize=True)
    magnetic = np.einsum("cjk,jx->ckx", vectors, np.cross(positions, dipoles), optimize=True)
    dipole_strengths = np.einsum("ckx,ckx->ck", electric, electric)
    rotational_strengths = 4.0 * np.pi * 1e-8 * energies * np.einsum("ckx,ckx->ck", electric, magnetic)
    return energies, dipole_strengths, rotational_strengths


def spectrum(hamiltonians, dipoles, positions, grid, fwhm, cutoff=3.0, report=None):
    """Mean absorption and CD on a uniform grid; `report(lines_done, lines)` is called as it goes."""
    energies, dipole_strengths, rotational_strengths = (stick.ravel() for stick in sticks(hamiltonians, dipoles, positions))
    step = grid[1] - grid[0]
    window = np.arange(int(2.0 * cutoff * fwhm / step) + 1)
    # Points left and right of the grid catch what lines near its ends leave there.
    margin = window.size
    absorption, cd = np.zeros((2, grid.size + 2 * margin))
    for first in range(0, energies.size, LINES_AT_ONCE):
        lines = slice(first, first + LINES_AT_ONCE)
        energy = energies[lines, None]
        # Points x with energy - cutoff * fwhm <= x < energy + cutoff * fwhm.
        points = np.ceil((energy - cutoff * fwhm - grid[0]) / step).astype(int) + window
        distance = grid[0] + step * points - energy
        line = np.exp(-4.0 * np.log(2.0) / fwhm**2 * distance**2)
        line[distance >= cutoff * fwhm] = 0.0
        points = np.clip(points + margin, 0, absorption.size - 1).ravel()
        for spectrum, strengths in ((absorption, dipole_strengths), (cd, rotational_strengths)):
            spectrum += np.bincount(points, (strengths[lines, None] * line).ravel(), absorption.size)
        if report:
            report(min(first + LINES_AT_ONCE, energies.size), energies.size)
    inside = slice(margin, margin + grid.size)
    return absorption[inside] / len(hamiltonians), cd[inside] / len(hamiltonians)
