"""Neighbour lists against all images one by one, and against the lists of the AniSOAP reference data."""

import itertools

import anisoap_cases as cases
import hotloop
import numpy as np
import pytest


@pytest.mark.parametrize("name", [name for name in cases.NAMES if "l3_n2" in name])
def test_pairs_are_those_of_the_reference_data(name):
    data = cases.load(name)
    descriptor = cases.json.loads(str(data["hypers"]))
    starts = np.concatenate([[0], np.cumsum(data["n_atoms"])])
    for frame in range(len(data["n_atoms"])):
        positions = data["positions"][starts[frame] : starts[frame + 1]].copy()
        cell = data["cells"][frame].copy() if data["pbc"][frame].all() else None
        found = hotloop.neighbour_list(
            positions, descriptor["cutoff_radius"], cell=cell, self_pairs=not descriptor.get("subtract_center_contribution", False)
        )
        expected = {}
        for key in data:
            if key.startswith("nl_") and key.endswith("_samples"):
                for (system, *pair), vector in zip(data[key], data[key.replace("_samples", "_r")]):
                    if system == frame:
                        expected[tuple(pair)] = vector
        assert {(*pair, *shift) for pair, shift in zip(found.pairs, found.shifts)} == set(expected)
        for pair, shift, vector in zip(found.pairs, found.shifts, found.vectors):
            assert np.allclose(vector, expected[(*pair, *shift)], rtol=0, atol=1e-13)
        assert np.array_equal(found.counts, np.bincount(found.pairs[:, 0], minlength=len(positions)))


def test_a_cell_smaller_than_the_cutoff_and_points_outside_it():
    rng = np.random.default_rng(4)
    cell = np.array([[1.1, 0.0, 0.2], [0.4, 1.3, 0.0], [-0.3, 0.5, 0.9]])
    positions = rng.uniform(-3.0, 3.0, (3, 3))
    found = hotloop.neighbour_list(positions, 2.5, cell=cell)
    count = 0
    for i, j in itertools.product(range(3), repeat=2):
        for shift in itertools.product(range(-16, 17), repeat=3):
            vector = positions[j] + shift @ cell - positions[i]
            count += bool(vector @ vector < 6.25 and (i != j or any(shift)))
    assert len(found.pairs) == count
    assert np.allclose(found.vectors, positions[found.pairs[:, 1]] + found.shifts @ cell - positions[found.pairs[:, 0]], atol=1e-12)
    keys = np.column_stack([found.pairs, found.shifts])
    assert (np.lexsort(keys.T[::-1]) == np.arange(len(keys))).all()


def test_no_points_have_no_pairs():
    assert hotloop.neighbour_list(np.zeros((0, 3)), 1.0).pairs.shape == (0, 2)
    assert hotloop.neighbour_list(np.zeros((1, 3)), 1.0).vectors.shape == (0, 3)
    assert hotloop.neighbour_list(np.zeros((1, 3)), 1.0, self_pairs=True).pairs.tolist() == [[0, 0]]
