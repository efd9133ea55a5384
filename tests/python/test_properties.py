"""What must hold for any system: sum rules, invariances, orthonormal eigenvectors, and how the functions fit together."""

import hotloop
import numpy as np
import pytest
from systems import random_system

GRID = np.arange(11800.0, 13000.0, 2.0)
SIZES = [1, 2, 3, 5, 7, 8, 13, 16, 17, 24, 33, 64, 65, 120]


@pytest.mark.parametrize("n", SIZES)
def test_strengths_obey_the_sum_rules(n):
    system = random_system(5, n, seed=1)
    sticks = hotloop.exciton.sticks(*system)
    assert np.allclose(sticks.dipole_strengths.sum(axis=1), (system[1] ** 2).sum(axis=(1, 2)), rtol=1e-12)
    rotational = sticks.rotational_strengths / sticks.energies
    assert np.abs(rotational.sum(axis=1)).max() <= 1e-12 * n * max(np.abs(rotational).max(), 1e-12)


@pytest.mark.parametrize("n", SIZES)
def test_eigenvectors_are_orthonormal_and_diagonalise(n):
    hamiltonians, dipoles, _ = random_system(5, n, seed=2)
    sticks = hotloop.exciton.sticks(hamiltonians, dipoles)
    vectors = sticks.eigenvectors
    assert np.abs(vectors.transpose(0, 2, 1) @ vectors - np.eye(n)).max() <= 1e-13 * max(n, 8)
    residual = hamiltonians @ vectors - vectors * sticks.energies[:, None, :]
    assert np.abs(residual).max() <= 1e-9
    assert (np.diff(sticks.energies, axis=1) >= 0.0).all()
    assert np.abs(vectors.transpose(0, 2, 1) @ dipoles - sticks.exciton_dipoles).max() <= 1e-12
    assert sticks.rotational_strengths is None


@pytest.mark.parametrize("n", [3, 4, 6, 8, 12, 16, 18, 36, 90])
def test_a_ring_of_equal_pigments_has_orthonormal_eigenvectors(n):
    ring = 12300.0 * np.eye(n)
    sites = np.arange(n)
    ring[sites, (sites + 1) % n] = ring[(sites + 1) % n, sites] = -80.0
    angle = 2.0 * np.pi * sites / n
    dipoles = np.stack([-np.sin(angle), np.cos(angle), np.full(n, 0.3)], axis=1)
    sticks = hotloop.exciton.sticks(ring, dipoles)
    assert np.abs(sticks.eigenvectors.T @ sticks.eigenvectors - np.eye(n)).max() <= 1e-13 * max(n, 8)
    coupling = -80.0 if n > 2 else -160.0
    assert np.abs(sticks.energies - np.sort(12300.0 + 2.0 * coupling * np.cos(angle))).max() <= 1e-9
    assert sticks.dipole_strengths.sum() == pytest.approx((dipoles**2).sum(), rel=1e-13)


def test_equal_uncoupled_pigments_are_an_identity():
    sticks = hotloop.exciton.sticks(12000.0 * np.eye(8), np.eye(8, 3))
    assert np.array_equal(np.abs(sticks.eigenvectors).sum(axis=0), np.ones(8))
    assert np.array_equal(sticks.energies, np.full(8, 12000.0))


@pytest.mark.parametrize("n", [2, 7, 8, 24, 40])
def test_cd_does_not_depend_on_the_origin(n):
    hamiltonians, dipoles, positions = random_system(4, n, seed=3)
    here = hotloop.exciton.sticks(hamiltonians, dipoles, positions).rotational_strengths
    there = hotloop.exciton.sticks(hamiltonians, dipoles, positions + [1e4, -2e4, 3e4]).rotational_strengths
    assert np.abs(here - there).max() <= 1e-10 * np.abs(here).max()


@pytest.mark.parametrize("n", [3, 8, 20])
def test_spectra_do_not_depend_on_the_order_of_pigments_or_on_rotation(n):
    hamiltonians, dipoles, positions = random_system(4, n, seed=4)
    spectra = hotloop.exciton.spectrum(hamiltonians, dipoles, positions, GRID)
    rng = np.random.default_rng(4)
    order = rng.permutation(n)
    rotation = np.linalg.qr(rng.standard_normal((3, 3)))[0]
    rotation *= np.sign(np.linalg.det(rotation))
    moved = hotloop.exciton.spectrum(
        hamiltonians[:, order][:, :, order], (dipoles @ rotation)[:, order], (positions @ rotation)[:, order], GRID
    )
    for before, after in zip(spectra, moved):
        assert np.abs(before - after).max() <= 5e-11 * np.abs(before).max()


def test_the_mirror_image_has_the_opposite_cd():
    hamiltonians, dipoles, positions = random_system(4, 6, seed=9)
    mirror = np.array([1.0, 1.0, -1.0])
    absorption, cd = hotloop.exciton.spectrum(hamiltonians, dipoles, positions, GRID)
    mirrored = hotloop.exciton.spectrum(hamiltonians, dipoles * mirror, positions * mirror, GRID)
    assert np.abs(mirrored[0] - absorption).max() <= 5e-11 * absorption.max()
    assert np.abs(mirrored[1] + cd).max() <= 5e-11 * np.abs(cd).max()


def test_spectrum_is_the_broadened_sticks():
    system = random_system(50, 7, seed=10)
    sticks = hotloop.exciton.sticks(*system, eigenvectors=False)
    assert sticks.eigenvectors is None
    from_sticks = hotloop.exciton.broaden(
        sticks.energies, sticks.dipole_strengths, sticks.rotational_strengths, GRID, broadening="direct"
    )
    straight = hotloop.exciton.spectrum(*system, GRID, broadening="direct")
    for one, other in zip(from_sticks, straight):
        assert np.abs(one - other).max() <= 1e-13 * np.abs(other).max()


def test_weights_weigh_and_a_whole_number_of_weight_repeats():
    hamiltonians, dipoles, positions = random_system(5, 6, seed=11)
    counts = np.array([3, 0, 1, 2, 4])
    weighted = hotloop.exciton.spectrum(hamiltonians, dipoles, positions, GRID, weights=counts.astype(float))
    repeated = hotloop.exciton.spectrum(
        *(np.repeat(array, counts, axis=0) for array in (hamiltonians, dipoles, positions)), GRID
    )
    for one, other in zip(weighted, repeated):
        assert np.abs(one - other).max() <= 5e-11 * np.abs(other).max()


def test_area_normalised_lines_integrate_to_their_strength():
    system = random_system(3, 5, seed=12)
    grid = np.arange(10000.0, 15000.0, 1.0)
    absorption, _ = hotloop.exciton.spectrum(*system, grid, normalization="area", cutoff=np.inf)
    assert absorption.sum() == pytest.approx((system[1] ** 2).sum() / 3, rel=1e-10)


def test_deleting_is_leaving_out():
    hamiltonians, dipoles, positions = random_system(6, 8, seed=13)
    deleted = [1, 6]
    kept = [k for k in range(8) if k not in deleted]
    smaller = hamiltonians[:, kept][:, :, kept], dipoles[:, kept], positions[:, kept]
    sticks = hotloop.exciton.sticks(hamiltonians, dipoles, positions, deleted=deleted)
    expected = hotloop.exciton.sticks(*smaller)
    assert sticks.n_active == 6 and expected.n_active == 6
    assert np.abs(sticks.energies[:, :6] - expected.energies).max() <= 1e-9
    assert np.abs(sticks.dipole_strengths[:, :6] - expected.dipole_strengths).max() <= 1e-10
    assert not sticks.energies[:, 6:].any() and not sticks.eigenvectors[:, deleted].any()
    by_mask = np.isin(np.arange(8), deleted)
    for form in (by_mask, list(by_mask), np.array(deleted), tuple(deleted)):
        again = hotloop.exciton.sticks(hamiltonians, dipoles, positions, deleted=form)
        assert np.array_equal(again.energies, sticks.energies)
    spectra = hotloop.exciton.spectrum(hamiltonians, dipoles, positions, GRID, deleted=by_mask)
    for one, other in zip(spectra, hotloop.exciton.spectrum(*smaller, GRID)):
        assert np.abs(one - other).max() <= 5e-11 * np.abs(other).max()


def test_broadened_sticks_of_kept_pigments_have_the_widths_of_their_excitons():
    system = random_system(6, 8, seed=13)
    widths = {"fwhm": np.linspace(40.0, 140.0, 8), "fwhm_by": "exciton", "broadening": "direct"}
    sticks = hotloop.exciton.sticks(*system, deleted=[1, 6])
    from_sticks = hotloop.exciton.broaden(
        sticks.energies, sticks.dipole_strengths, sticks.rotational_strengths, GRID, **widths
    )
    for one, other in zip(from_sticks, hotloop.exciton.spectrum(*system, GRID, deleted=[1, 6], **widths)):
        assert np.abs(one - other).max() <= 1e-13 * np.abs(other).max()


def test_deleting_all_pigments_leaves_nothing():
    system = random_system(3, 4, seed=13)
    sticks = hotloop.exciton.sticks(*system, deleted=range(4))
    assert sticks.n_active == 0 and not sticks.energies.any() and not sticks.eigenvectors.any()
    for spectrum in hotloop.exciton.spectrum(*system, GRID, deleted=np.ones(4, dtype=bool)):
        assert not spectrum.any()


def test_deleting_nothing_changes_no_bit():
    system = random_system(6, 8, seed=13)
    plain = hotloop.exciton.spectrum(*system, GRID)
    for nothing in ([], np.zeros(8, dtype=bool), np.array([], dtype=int)):
        assert all(map(np.array_equal, plain, hotloop.exciton.spectrum(*system, GRID, deleted=nothing)))


def test_a_single_configuration_has_no_configuration_axis():
    hamiltonians, dipoles, positions = random_system(1, 7, seed=14)
    batch = hotloop.exciton.sticks(hamiltonians, dipoles, positions)
    single = hotloop.exciton.sticks(hamiltonians[0], dipoles[0], positions[0])
    for name in ("energies", "dipole_strengths", "rotational_strengths", "exciton_dipoles", "eigenvectors"):
        assert getattr(single, name).shape == getattr(batch, name).shape[1:]
        assert np.array_equal(getattr(single, name), getattr(batch, name)[0])
    spectra = hotloop.exciton.spectrum(hamiltonians[0], dipoles[0], positions[0], GRID)
    assert all(map(np.array_equal, spectra, hotloop.exciton.spectrum(hamiltonians, dipoles, positions, GRID)))
    broadened = hotloop.exciton.broaden(single.energies, single.dipole_strengths, single.rotational_strengths, GRID)
    of_batch = hotloop.exciton.broaden(batch.energies, batch.dipole_strengths, batch.rotational_strengths, GRID)
    assert all(map(np.array_equal, broadened, of_batch))


def test_one_width_stands_for_all_excitons():
    system = random_system(5, 6, seed=15)
    array = hotloop.exciton.spectrum(*system, GRID, fwhm=np.full(6, 80.0), fwhm_by="exciton")
    number = hotloop.exciton.spectrum(*system, GRID, fwhm=80.0, fwhm_by="exciton")
    assert all(map(np.array_equal, array, number))


def test_only_what_out_names_is_computed():
    hamiltonians, dipoles, positions = random_system(4, 5, seed=16)
    full = hotloop.exciton.sticks(hamiltonians, dipoles, positions)
    energies = np.empty((4, 5))
    sticks = hotloop.exciton.sticks(hamiltonians, dipoles, positions, out={"energies": energies})
    assert sticks.energies is energies and sticks.eigenvectors is None and sticks.dipole_strengths is None
    assert np.array_equal(energies, full.energies)
    again = hotloop.exciton.sticks(hamiltonians, dipoles, positions, out=full)
    assert again.eigenvectors is full.eigenvectors
    absorption = np.empty(GRID.shape)
    pair = hotloop.exciton.spectrum(hamiltonians, dipoles, positions, GRID, out=(absorption, None))
    assert pair[0] is absorption and pair[1] is None
    none_cd = hotloop.exciton.spectrum(hamiltonians, dipoles, None, GRID)
    assert none_cd[1] is None and np.array_equal(none_cd[0], absorption)


def test_empty_problems_are_answered():
    empty = hotloop.exciton.sticks(np.empty((0, 4, 4)), np.empty((0, 4, 3)), np.empty((0, 4, 3)))
    assert empty.energies.shape == (0, 4) and empty.eigenvectors.shape == (0, 4, 4)
    none = hotloop.exciton.sticks(np.empty((3, 0, 0)), np.empty((3, 0, 3)))
    assert none.energies.shape == (3, 0)
    absorption, cd = hotloop.exciton.spectrum(*random_system(2, 3), np.empty(0))
    assert absorption.shape == cd.shape == (0,)
    absorption, cd = hotloop.exciton.spectrum(np.empty((2, 0, 0)), np.empty((2, 0, 3)), np.empty((2, 0, 3)), GRID)
    assert not absorption.any() and not cd.any()


def test_other_owners_of_memory_are_read_in_place():
    hamiltonians, dipoles, positions = random_system(3, 4, seed=17)
    expected = hotloop.exciton.spectrum(hamiltonians, dipoles, positions, GRID)
    through_buffer = hotloop.exciton.spectrum(memoryview(hamiltonians), memoryview(dipoles), positions, GRID)

    class Dlpack:
        def __init__(self, array):
            self.__dlpack__, self.__dlpack_device__ = array.__dlpack__, array.__dlpack_device__

    class Interface:
        def __init__(self, array):
            self.__array_interface__, self.array = array.__array_interface__, array

    through_dlpack = hotloop.exciton.spectrum(Dlpack(hamiltonians), Dlpack(dipoles), positions, GRID)
    through_interface = hotloop.exciton.spectrum(Interface(hamiltonians), dipoles, Interface(positions), GRID)
    for found in (through_buffer, through_dlpack, through_interface):
        assert all(map(np.array_equal, found, expected))


@pytest.mark.parametrize("exponent", [-1000, -3, 40, 1000])
def test_a_mean_does_not_depend_on_the_unit_of_its_weights(exponent):
    system = random_system(5, 4, seed=9)
    grid = np.arange(11800.0, 13000.0, 2.0)
    weights = np.array([1.0, 0.25, 3.0, 0.0, 0.5])
    expected = hotloop.exciton.spectrum(*system, grid, weights=weights)
    found = hotloop.exciton.spectrum(*system, grid, weights=np.ldexp(weights, exponent))
    for spectrum, same in zip(found, expected):
        assert np.array_equal(spectrum, same)
