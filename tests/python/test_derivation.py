"""Against an independent derivation: mpmath eigenvectors, the pairwise sum for CD, lines summed in long double."""

import hotloop
import numpy as np
import pytest
from reference import (
    eigensystem_lapack, eigensystem_mpmath, spectrum, stick_strengths,
)  # fmt: skip
from systems import random_system

GRID = np.arange(11600.0, 13200.0, 3.0)


def assert_agrees(n, eigensystem, tolerance):
    hamiltonians, dipoles, positions = random_system(1, n, seed=5)
    system = hamiltonians[0], dipoles[0], positions[0]
    energies, vectors = eigensystem(system[0])
    exciton_dipoles, strengths, rotational = stick_strengths(energies, vectors, *system[1:])
    sticks = hotloop.exciton.sticks(*system)
    assert np.abs(sticks.energies - energies).max() <= 1e-9
    assert np.abs(sticks.dipole_strengths - strengths).max() <= tolerance * strengths.max()
    assert np.abs(sticks.rotational_strengths - rotational).max() <= max(tolerance * np.abs(rotational).max(), 1e-18)
    sign = np.sign((sticks.eigenvectors * vectors).sum(axis=0))
    assert np.abs(sticks.exciton_dipoles * sign[:, None] - exciton_dipoles).max() <= 10 * tolerance

    expected = [spectrum(GRID, energies, s, 70.0, cutoff=np.inf) for s in (strengths, rotational)]
    for broadening, accuracy in (("auto", 5e-11), ("direct", 1e-13), ("gridded", 5e-11)):
        found = hotloop.exciton.spectrum(*system, GRID, cutoff=np.inf, broadening=broadening)
        for got, wanted in zip(found, expected):
            assert np.abs(got - wanted).max() <= max(accuracy, tolerance) * np.abs(wanted).max() + 1e-18


@pytest.mark.parametrize("n", [1, 2, 3, 8, 16])
def test_small_systems_agree_with_arbitrary_precision(n):
    assert_agrees(n, eigensystem_mpmath, tolerance=1e-11)


@pytest.mark.parametrize("n", [7, 24, 40, 96, 500])
def test_larger_systems_agree_with_lapack_and_long_double_sums(n):
    assert_agrees(n, eigensystem_lapack, tolerance=1e-10)


LINES = [
    ("gaussian", "peak", 3.0, 0.0),
    ("gaussian", "area", 0.5, 0.0),
    ("lorentzian", "peak", np.inf, 0.0),
    ("lorentzian", "area", 8.0, 0.0),
    ("voigt", "peak", np.inf, 30.0),
    ("voigt", "area", np.inf, 5.0),
]


@pytest.mark.parametrize(("lineshape", "normalization", "cutoff", "lorentzian_fwhm"), LINES)
@pytest.mark.parametrize("frequency_prefactor", [False, True])
def test_every_line_shape_agrees(lineshape, normalization, cutoff, lorentzian_fwhm, frequency_prefactor):
    hamiltonians, dipoles, positions = random_system(6, 4, seed=6)
    weights = np.array([1.0, 0.5, 0.0, 2.0, 0.25, 1.0])
    expected = np.zeros((2, len(GRID)), dtype=np.longdouble)
    for weight, *system in zip(weights, hamiltonians, dipoles, positions):
        energies, vectors = eigensystem_mpmath(system[0])
        _, strengths, rotational = stick_strengths(energies, vectors, *system[1:])
        shape = {"cutoff": cutoff, "lineshape": lineshape, "normalization": normalization}
        shape["lorentzian_fwhm"] = lorentzian_fwhm
        expected[0] += weight * spectrum(GRID, energies, strengths, 70.0, **shape)
        expected[1] += weight * spectrum(GRID, energies, rotational, 95.0, **shape)
    expected /= weights.sum()
    if frequency_prefactor:
        expected *= GRID
    found = hotloop.exciton.spectrum(
        hamiltonians, dipoles, positions, GRID, weights=weights, fwhm=70.0, fwhm_cd=95.0, broadening="direct",
        frequency_prefactor=frequency_prefactor, **shape,
    )  # fmt: skip
    # SciPy's Voigt profile, which stands for the reference here, is good to about 1e-13 itself.
    accuracy = 1e-12 if lineshape == "voigt" else 1e-13
    for got, wanted in zip(found, expected):
        assert np.abs(got - wanted).max() <= accuracy * np.abs(wanted).max()


def test_widths_per_site_mix_by_participation():
    hamiltonians, dipoles, positions = random_system(3, 5, seed=7)
    widths, widths_cd = np.linspace(40.0, 120.0, 5), np.linspace(150.0, 60.0, 5)
    expected = np.zeros((2, len(GRID)), dtype=np.longdouble)
    for system in zip(hamiltonians, dipoles, positions):
        energies, vectors = eigensystem_mpmath(system[0])
        _, *strengths = stick_strengths(energies, vectors, *system[1:])
        for row, strength, width in zip(expected, strengths, (widths, widths_cd)):
            row += spectrum(GRID, energies, strength, np.sqrt(vectors.T**2 @ width**2)) / 3
    found = hotloop.exciton.spectrum(
        hamiltonians, dipoles, positions, GRID, fwhm=widths, fwhm_cd=widths_cd, fwhm_by="site", broadening="direct"
    )
    for got, wanted in zip(found, expected):
        assert np.abs(got - wanted).max() <= 1e-13 * np.abs(wanted).max()


def test_rosenfeld_strengths_are_a_quarter():
    system = random_system(4, 6, seed=8)
    g_scale = hotloop.exciton.sticks(*system).rotational_strengths
    rosenfeld = hotloop.exciton.sticks(*system, cd_scale="rosenfeld").rotational_strengths
    assert np.allclose(4.0 * rosenfeld, g_scale, rtol=1e-14, atol=0.0)
    spectra = [hotloop.exciton.spectrum(*system, GRID, cd_scale=scale) for scale in ("dissymmetry", "rosenfeld")]
    assert np.abs(spectra[0][1] - 4.0 * spectra[1][1]).max() <= 1e-13 * np.abs(spectra[0][1]).max()
    assert np.array_equal(spectra[0][0], spectra[1][0])
