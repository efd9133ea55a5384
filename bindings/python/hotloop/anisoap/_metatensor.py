"""Descriptors as metatensor's TensorMaps, with the names that AniSOAP and featomic give to what a value is of.

Blocks hold copies: metatensor wants each contiguous. An atom without neighbours is there, with zeros; AniSOAP leaves it out.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from ._frames import Frames

if TYPE_CHECKING:
    from .descriptor import Descriptor


def _metatensor() -> Any:
    try:
        import metatensor
    except ImportError as error:
        raise ImportError("as_metatensor: metatensor is not installed; pip install metatensor-core") from error
    return metatensor


def _centres(descriptor: Descriptor, frames: Frames) -> Any:
    """For each declared species that there are atoms of, in ascending order: its number, and the atoms as rows and as (system, atom)."""
    offsets, species = np.asarray(frames.offsets), np.asarray(frames.species)
    systems = np.repeat(np.arange(frames.n_frames), np.diff(offsets))
    samples = np.stack([systems, np.arange(frames.n_atoms) - offsets[systems]], axis=1).astype(np.int32)
    for centre in np.sort(descriptor.species):
        rows = np.flatnonzero(species == centre)
        if len(rows):
            yield centre, rows, samples[rows]


def expansion_map(descriptor: Descriptor, frames: Frames, coefficients: np.ndarray) -> Any:
    """Keys (types_center, angular_channel), samples (system, atom), components m = -l .. l, properties (n, neighbor_types)."""
    mt = _metatensor()
    labels = descriptor.feature_labels
    keys, blocks = [], []
    for centre, rows, samples in _centres(descriptor, frames):
        for l in range(descriptor.max_angular + 1):
            columns = np.flatnonzero(labels[:, 0] == l)
            channels = labels[columns[: len(columns) // (2 * l + 1)], 2:]
            keys.append([centre, l])
            blocks.append(
                mt.TensorBlock(
                    values=np.ascontiguousarray(coefficients[np.ix_(rows, columns)]).reshape(len(rows), 2 * l + 1, -1),
                    samples=mt.Labels(["system", "atom"], samples),
                    components=[mt.Labels(["spherical_component_m"], np.arange(-l, l + 1, dtype=np.int32)[:, None])],
                    properties=mt.Labels(["n", "neighbor_types"], np.ascontiguousarray(channels)),
                )
            )
    return mt.TensorMap(mt.Labels(["types_center", "angular_channel"], np.array(keys, dtype=np.int32).reshape(-1, 2)), blocks)


def spectrum_map(descriptor: Descriptor, frames: Frames, values: np.ndarray, is_mean: bool) -> Any:
    """Keys (types_center), samples (system, atom) or (system), properties (l, n and neighbor type of each of the two channels)."""
    mt = _metatensor()
    properties = mt.Labels(["l", "n_1", "neighbor_1_type", "n_2", "neighbor_2_type"], np.array(descriptor.power_spectrum_labels))
    keys, blocks = [], []
    for centre, rows, samples in _centres(descriptor, frames):
        if is_mean:
            present = np.unique(samples[:, 0])  # frames without atoms of the species have no mean
            found, of = values[present, np.flatnonzero(descriptor.species == centre)[0]], mt.Labels(["system"], present[:, None])
        else:
            found, of = values[rows], mt.Labels(["system", "atom"], samples)
        keys.append([centre])
        blocks.append(mt.TensorBlock(values=np.ascontiguousarray(found), samples=of, components=[], properties=properties))
    return mt.TensorMap(mt.Labels(["types_center"], np.array(keys, dtype=np.int32).reshape(-1, 1)), blocks)
