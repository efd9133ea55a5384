"""Bad input to AniSOAP descriptors and neighbour lists: an exception that names the argument, and nothing written."""

import anisoap_cases as cases
import hotloop
import numpy as np
import pytest
from hotloop.anisoap import Descriptor, Frames

DATA = cases.load("cluster_aniso_2sp__gto_l3_n2")


def changed(attribute, index, value):
    frames = cases.frames_of(DATA)
    array = getattr(frames, attribute).copy()
    array[index] = value
    setattr(frames, attribute, array)
    return frames


CELL = np.array([[[5.0, 0.0, 0.0], [0.0, 5.0, 0.0], [0.0, 0.0, 5.0]]])


def with_cell(cell, periodic):
    frames = cases.frames_of(DATA)
    frames.cells, frames.periodic = cell, np.array([periodic], dtype=np.int32)
    return frames


BAD_FRAMES = [
    (changed("positions", (2, 1), np.nan), hotloop.NonFiniteError, r"positions: element \[2, 1\] is NaN"),
    (changed("positions", (0, 0), np.inf), hotloop.NonFiniteError, r"positions: element \[0, 0\] is inf"),
    (changed("semiaxes", (3, 2), 0.0), hotloop.ArgumentError, r"semiaxes: element \[3, 2\] is 0"),
    (changed("semiaxes", (3, 2), -2.0), hotloop.ArgumentError, r"semiaxes: element \[3, 2\] is -2"),
    (changed("semiaxes", (4, 0), np.nan), hotloop.NonFiniteError, r"semiaxes: element \[4, 0\]"),
    (changed("quaternions", 1, 0.0), hotloop.ArgumentError, "quaternions: quaternion 1 is 0"),
    (changed("quaternions", (1, 3), np.nan), hotloop.NonFiniteError, r"quaternions: element \[1, 3\]"),
    (changed("species", 2, 8), hotloop.ArgumentError, r"species: atom 2 is of species 8, which the descriptor does not have.*\[1, 6\]"),
    (changed("offsets", 1, 4), hotloop.ArgumentError, "offsets: go from 0 to 4"),
    (changed("offsets", 0, 1), hotloop.ArgumentError, "offsets: go from 1"),
    (with_cell(CELL, [1, 1, 0]), hotloop.ArgumentError, "periodic: frame 0"),
    (with_cell(CELL, [2, 2, 2]), hotloop.ArgumentError, r"periodic: element \[0, 0\] is 2"),
    (with_cell(None, [1, 1, 1]), ValueError, r"cells: is None, but frame 0 is periodic; pass the cells, or set periodic to 0 \(pbc to False\)"),
    (with_cell(CELL * 0.0, [1, 1, 1]), hotloop.ArgumentError, "cells: cell 0: has volume 0"),
    (with_cell(-CELL, [1, 1, 1]), hotloop.ArgumentError, "cells: cell 0: is left-handed"),
    (with_cell(CELL * np.nan, [1, 1, 1]), hotloop.NonFiniteError, "cells: cell 0: element"),
    (with_cell(CELL * 1e-6, [1, 1, 1]), hotloop.ArgumentError, "cutoff_radius: 4 in a cell"),
]  # fmt: skip


@pytest.mark.parametrize("frames, kind, message", BAD_FRAMES, ids=[row[2] for row in BAD_FRAMES])
def test_bad_frames_are_refused_and_nothing_is_written(frames, kind, message):
    descriptor = cases.descriptor_of(DATA)
    out = np.full((5, len(descriptor.feature_labels)), 7.0)
    spectra = np.full((5, len(descriptor.power_spectrum_labels)), 7.0)
    with pytest.raises(kind, match=message):
        descriptor.expansion(frames, out=out)
    with pytest.raises(kind, match=message):
        descriptor.power_spectrum(frames, out=spectra)
    with pytest.raises(kind, match=message):
        descriptor.gradients(frames, expansion=np.zeros_like(out))
    assert (out == 7.0).all() and (spectra == 7.0).all()


def test_frames_of_unequal_offsets_and_one_kind_of_orientation():
    descriptor = cases.descriptor_of(DATA)
    frames = cases.frames_of(DATA)
    frames.offsets = np.array([0, 3, 2, 5])
    frames.cells = frames.periodic = None
    with pytest.raises(hotloop.ArgumentError, match="offsets: element 2 is 2, less than the one before, 3"):
        descriptor.expansion(frames)
    frames = cases.frames_of(DATA)
    frames.rotations = np.tile(np.eye(3), (5, 1, 1))
    with pytest.raises(hotloop.ArgumentError, match="rotations: given beside quaternions"):
        descriptor.expansion(frames)
    frames.quaternions = None
    frames.rotations[3] = 1.1 * np.eye(3)
    with pytest.raises(hotloop.ArgumentError, match="rotations: rows 0 and 0 of matrix 3 have the product 1.2"):
        descriptor.expansion(frames)


HYPERS = [
    (dict(max_angular=-1), "max_angular: is -1, expected 0"),
    (dict(max_angular=21), "max_angular: is 21"),
    (dict(cutoff_radius=0.0), "cutoff_radius: is 0"),
    (dict(cutoff_radius=-1.0), "cutoff_radius: is -1"),
    (dict(cutoff_radius=np.inf), "cutoff_radius: is inf"),
    (dict(radial_gaussian_width=None), "radial_gaussian_width: is None"),
    (dict(radial_gaussian_width=0.0), "radial_gaussian_width: is 0"),
    (dict(radial_gaussian_width=-1.0), "radial_gaussian_width: is -1"),
    (dict(radial_basis_name="monomial"), "radial_gaussian_width: is 1.5, but a monomial"),
    (dict(radial_basis_name="laguerre"), "radial_basis_name: 'laguerre' is not one of"),
    (dict(max_radial=-1), "max_radial: is -1"),
    (dict(max_radial=[1, 1]), "max_radial: has 2 entries"),
    (dict(max_radial=100), "max_radial: is 100"),
    (dict(max_radial=25), "max_radial: 26 radial functions at l = 0 are too close to linear dependence"),
    (dict(species=[]), "species: is 0"),
    (dict(species=[1, 6, 1]), "species: elements 0 and 2 are both 1"),
    (dict(basis_tol=-1.0), "basis_tol: is -1"),
    (dict(basis_rcond=np.inf), "basis_rcond: is inf"),
    (dict(radial_basis_name="monomial"), "radial_gaussian_width: is 1.5, but a monomial basis has no Gaussian; leave it at None"),
    (dict(channel_order="n"), "channel_order: 'n' is not one of"),
]  # fmt: skip


@pytest.mark.parametrize("hypers, message", HYPERS, ids=[row[1] for row in HYPERS])
def test_bad_hyperparameters_are_refused(hypers, message):
    given = dict(max_angular=3, radial_basis_name="gto", cutoff_radius=7.0, species=[1, 6], radial_gaussian_width=1.5)
    given.update(hypers)
    with pytest.raises(ValueError, match=message):
        Descriptor(given.pop("max_angular"), given.pop("radial_basis_name"), given.pop("cutoff_radius"), **given)


def test_wrong_types_say_what_to_do():
    descriptor = cases.descriptor_of(DATA)
    frames = cases.frames_of(DATA)
    frames.species = frames.species.astype(np.int64)
    with pytest.raises(TypeError, match="species: dtype is int64.*astype"):
        descriptor.expansion(frames)
    frames = cases.frames_of(DATA)
    frames.positions = frames.positions.astype(np.float32)
    with pytest.raises(TypeError, match="positions: dtype is float32"):
        descriptor.expansion(frames)
    with pytest.raises(TypeError, match="frames: expected"):
        descriptor.expansion(7)
    with pytest.raises(TypeError, match="max_radial: expected an integer"):
        Descriptor(3, "gto", 7.0, species=[1], radial_gaussian_width=1.0, max_radial=1.5)
    with pytest.raises(ValueError, match="expansion: pass either"):
        descriptor.gradients(cases.frames_of(DATA))
    with pytest.raises(ValueError, match="out: shape is"):
        descriptor.expansion(cases.frames_of(DATA), out=np.zeros((5, 3)))
    bad = np.zeros((5, len(descriptor.feature_labels)))
    bad[2, 3] = np.nan
    with pytest.raises(hotloop.NonFiniteError, match=r"expansion: element \[2, 3\]"):
        descriptor.gradients(cases.frames_of(DATA), expansion=bad)


@pytest.mark.parametrize(
    "change, message",
    [
        ({"species": [1.0, 6.0]}, "species: expected whole numbers, got float64"),
        ({"species": np.array([1, 1 + 2**32])}, "species: has numbers that need more than 32 bits"),
        ({"positions": np.zeros((2, 3), complex)}, "positions: expected real numbers, got complex128"),
        ({"positions": np.ma.zeros((2, 3))}, "positions: is a masked array"),
        ({"positions": np.zeros((3, 2))}, r"positions has shape \(3, 2\), expected \(n_atoms, 3\)"),
        ({"semiaxes": np.ones(2)}, r"semiaxes has shape \(2,\)"),
        ({"pbc": 0.5}, "pbc: expected True, False"),
        ({"pbc": True, "cell": None}, r"frames\[0\]: pbc is True, but there is no cell; give one"),
        ({"semiaxes": [1.0, 1.0, 0.5]}, "semiaxes of atom 0 are .*, no sphere's, but there are neither quaternions nor rotations"),
    ],
)
def test_mappings_are_not_cast_in_silence(change, message):
    frame = {"positions": np.zeros((2, 3)), "species": [1, 6], "semiaxes": [0.5, 0.5, 0.5], "cell": 9.0 * np.eye(3), **change}
    with pytest.raises((TypeError, ValueError), match=message):
        cases.descriptor_of(DATA).expansion(frame)


def test_atoms_without_shapes_or_with_two_orientations_are_refused():
    descriptor = cases.descriptor_of(DATA)
    (atoms,) = cases.atoms_of(DATA)
    del atoms.arrays["c_diameter[2]"]
    with pytest.raises(ValueError, match=r"c_diameter\[2\]"):
        descriptor.expansion(atoms)
    (atoms,) = cases.atoms_of(DATA)
    atoms.arrays["quaternion"] = atoms.arrays["c_q"]
    with pytest.raises(ValueError, match="both 'c_q' and 'quaternion'; pass rotation_key"):
        descriptor.expansion(atoms)
    assert descriptor.expansion(atoms, rotation_key="c_q").shape == (5, 96)
    del atoms.arrays["quaternion"], atoms.arrays["c_q"]
    with pytest.raises(ValueError, match="neither"):
        descriptor.expansion(atoms)
    with pytest.raises(ValueError, match="'semiaxis' is not one of"):
        descriptor.expansion({"positions": np.zeros((1, 3)), "species": [1], "semiaxis": [1.0, 1.0, 1.0]})
    with pytest.raises(ValueError, match="has no 'semiaxes'"):
        descriptor.expansion({"positions": np.zeros((1, 3)), "species": [1]})


def test_an_output_that_overlaps_an_input_is_refused():
    descriptor = cases.descriptor_of(DATA)
    frames = cases.frames_of(DATA)
    features = len(descriptor.feature_labels)
    memory = np.zeros((5, features + 3))
    memory[:, :3] = frames.positions
    frames.positions = memory[:, :3]
    with pytest.raises(hotloop.AliasError, match="out: shares memory with positions"):
        descriptor.expansion(frames, out=memory[:, 1 : features + 1])
    expected = descriptor.expansion(frames)
    assert np.array_equal(descriptor.expansion(frames, out=memory[:, 3:]), expected)  # interleaved is fine


def test_neighbour_lists_refuse_what_they_cannot_do():
    points = np.zeros((2, 3))
    with pytest.raises(hotloop.ArgumentError, match="cutoff: is 0"):
        hotloop.neighbour_list(points, 0.0)
    with pytest.raises(hotloop.ArgumentError, match="cell: is left-handed"):
        hotloop.neighbour_list(points, 1.0, cell=-np.eye(3))
    with pytest.raises(hotloop.ArgumentError, match="cell: has volume 0"):
        hotloop.neighbour_list(points, 1.0, cell=np.zeros((3, 3)))
    with pytest.raises(hotloop.NonFiniteError, match=r"positions: element \[1, 2\]"):
        hotloop.neighbour_list(np.array([[0.0, 0.0, 0.0], [0.0, 0.0, np.nan]]), 1.0)
    with pytest.raises(ValueError, match="positions: shape is"):
        hotloop.neighbour_list(np.zeros((3, 2)), 1.0)
