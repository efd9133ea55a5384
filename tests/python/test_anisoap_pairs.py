"""Lists of pairs that the caller has, and copies of descriptors."""

import copy
import pickle

import anisoap_cases as cases
import hotloop
import numpy as np
import pytest
from hotloop.anisoap import Descriptor, Pairs

RNG = np.random.default_rng(5)
CELL = np.array([[5.0, 0.0, 0.0], [1.0, 6.0, 0.0], [-0.5, 0.5, 5.5]])


def frame(n):
    return {
        "positions": RNG.uniform(0.0, 6.0, (n, 3)), "species": [1, 6] * (n // 2), "semiaxes": RNG.uniform(0.4, 1.2, (n, 3)),
        "quaternions": RNG.normal(size=(n, 4)), "cell": CELL,
    }  # fmt: skip


def descriptor():
    return Descriptor(4, "gto", 4.0, species=[1, 6], radial_gaussian_width=1.2, max_radial=2)


def test_neighbour_lists_of_frames_give_the_bits_of_the_search():
    frames = [frame(6), frame(4)]
    expected = descriptor().power_spectrum(frames)
    for one in frames:
        one["pairs"] = hotloop.neighbour_list(one["positions"], 4.5, cell=CELL)  # with a skin
    assert np.array_equal(descriptor().power_spectrum(frames), expected)
    for one in frames:
        found = one["pairs"]
        one["pairs"] = Pairs(found.pairs[::-1, 0], found.pairs[::-1, 1], vectors=found.vectors[::-1])
    assert np.array_equal(descriptor().power_spectrum(frames), expected)


def test_frames_with_and_without_pairs_do_not_mix():
    frames = [frame(4), frame(4)]
    frames[0]["pairs"] = hotloop.neighbour_list(frames[0]["positions"], 4.0, cell=CELL)
    with pytest.raises(hotloop.ArgumentError, match="some have pairs and some have not"):
        descriptor().expansion(frames)


@pytest.mark.parametrize(
    "change, kind, message",
    [
        ({"first": np.array([0, 9])}, ValueError, r"pairs.first: element 1 is 9; atoms are 0 to 3"),
        ({"second": np.array([1])}, ValueError, r"pairs.second: shape is"),
        ({"first": np.array([0.0, 1.0])}, TypeError, r"pairs.first: dtype is float64"),
        ({"second": np.array([1, 2])}, ValueError, r"pairs.second: pair 0 says that atom 1.*'half'.*'directed'"),
        ({"shifts": np.zeros((2, 2), np.int32)}, ValueError, r"pairs.shifts: shape is"),
        ({"shifts": None}, ValueError, r"pairs.shifts: is None, but frame 0 is periodic"),
        ({"shifts": None, "vectors": np.array([[0.0, 0.0, np.nan], [0.0, 0.0, 1.0]])}, ValueError, r"pairs.vectors: element \[0, 2\]"),
        ({"vectors": np.zeros((2, 3))}, ValueError, r"pairs.vectors: given beside pairs.shifts"),
        ({"kind": "quarter"}, ValueError, r"pair_list: 'quarter' is not one of 'full', 'half', 'directed'"),
    ],
)
def test_mistakes_in_pairs_are_named(change, kind, message):
    given = {"first": np.array([0, 1]), "second": np.array([1, 0]), "shifts": np.zeros((2, 3), np.int32), **change}
    with pytest.raises(kind, match=message):
        descriptor().expansion({**frame(4), "pairs": Pairs(**given)})
    with pytest.raises(TypeError, match="expected hotloop.anisoap.Pairs"):
        descriptor().expansion({**frame(4), "pairs": [(0, 1)]})


@pytest.mark.parametrize("again", [copy.copy, copy.deepcopy, lambda d: pickle.loads(pickle.dumps(d))])
def test_a_copy_of_a_descriptor_outlives_it(again):
    data = cases.load("cluster_aniso_2sp__gto_l3_n2")
    original = cases.descriptor_of(data, channel_order="species-major")
    expected, labels = original.expansion(cases.frames_of(data)), original.feature_labels
    other = again(original)
    original._finalizer()
    assert np.array_equal(other.expansion(cases.frames_of(data)), expected) and np.array_equal(other.feature_labels, labels)
