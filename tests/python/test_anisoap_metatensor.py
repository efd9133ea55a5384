"""Descriptors as TensorMaps: every value under the labels that hotloop's own table of features gives it."""

import os

import anisoap_cases as cases
import numpy as np
import pytest

if "CI" in os.environ:
    import metatensor
else:
    metatensor = pytest.importorskip("metatensor", reason="metatensor-core is not installed")

NAMES = ("cluster_aniso_4sp__gto_l3_n2", "cluster_aniso_2sp__gto_l3_nlist", "ellipsoids_first4__gto_l3_n2")


@pytest.mark.parametrize("order", ["radial-major", "species-major"])
@pytest.mark.parametrize("name", NAMES)
def test_coefficients_stand_under_their_labels(name, order):
    data = cases.load(name)
    descriptor, frames = cases.descriptor_of(data, channel_order=order), cases.frames_of(data)
    rows, labels = descriptor.expansion(frames), descriptor.feature_labels
    tensor = descriptor.expansion(frames, as_metatensor=True)
    assert tensor.keys.names == ["types_center", "angular_channel"]
    count = 0
    for key, block in tensor.items():
        assert block.samples.names == ["system", "atom"] and block.properties.names == ["n", "neighbor_types"]
        for s, (system, atom) in enumerate(block.samples.values):
            row = frames.offsets[system] + atom
            assert frames.species[row] == key["types_center"]
            for m, value in zip(block.components[0].values[:, 0], block.values[s]):
                for p, (n, species) in enumerate(block.properties.values):
                    (column,) = np.flatnonzero((labels == [key["angular_channel"], m, n, species]).all(axis=1))
                    assert value[p] == rows[row, column]
                    count += 1
    assert count == rows.size


@pytest.mark.parametrize("name", NAMES)
def test_power_spectra_stand_under_their_labels(name):
    data = cases.load(name)
    descriptor, frames = cases.descriptor_of(data, spectrum_pairs="half"), cases.frames_of(data)
    rows, labels = descriptor.power_spectrum(frames), descriptor.power_spectrum_labels
    tensor = descriptor.power_spectrum(frames, as_metatensor=True)
    assert tensor.keys.names == ["types_center"]
    seen = 0
    for key, block in tensor.items():
        assert np.array_equal(block.properties.values, labels)
        found = frames.offsets[block.samples["system"]] + block.samples["atom"]
        assert (frames.species[found] == key["types_center"]).all() and np.array_equal(block.values, rows[found])
        seen += len(found)
    assert seen == frames.n_atoms
    means = descriptor.power_spectrum(frames, mean_over_samples=True)
    for key, block in descriptor.power_spectrum(frames, mean_over_samples=True, as_metatensor=True).items():
        t = list(descriptor.species).index(key["types_center"])
        assert np.array_equal(block.values, means[block.samples["system"], t])
    assert isinstance(tensor, metatensor.TensorMap)
