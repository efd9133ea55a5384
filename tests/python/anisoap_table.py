"""The AniSOAP case table that every language runs (tests/cases/anisoap.txt), read for Python."""

from dataclasses import dataclass

import hotloop
import numpy as np
from hotloop.anisoap import Descriptor, Frames, Pairs
from paths import CASES
from systems import LAYOUTS, laid_out

SPECIES = (1, 6, 7, 8)
TURNS = np.array([
    [[1.0, 0.0, 0.0], [0.0, 1.0, 0.0], [0.0, 0.0, 1.0]],
    [[0.0, -1.0, 0.0], [1.0, 0.0, 0.0], [0.0, 0.0, 1.0]],
    [[1.0, 0.0, 0.0], [0.0, 0.6, -0.8], [0.0, 0.8, 0.6]],
])  # fmt: skip
COLUMNS = (
    ("name", str), ("max_angular", int), ("max_radial", int), ("basis", int), ("width", float), ("cutoff", float), ("order", int),
    ("pairs", int), ("sign", int), ("raw", int), ("sub", int), ("n_species", int), ("n_frames", int), ("atoms", int), ("shapes", int),
    ("orientation", int), ("side", float), ("periodic", int), ("list", int), ("n_pairs", int), ("layout", int),
)  # fmt: skip


@dataclass(frozen=True)
class Case:
    """One row: a descriptor, frames in a layout, the pairs of all frames, and where to write."""

    name: str
    descriptor: Descriptor
    frames: Frames
    #: pairs (atoms counted over all frames), shifts, vectors
    found: tuple
    normalize: bool
    layout: object


def rows():
    """Every row of the table by column."""
    for line in (CASES / "anisoap.txt").read_text().splitlines():
        if line.strip() and not line.startswith("#"):
            words = line.split()
            assert len(words) == len(COLUMNS), line
            yield {name: kind(word) for (name, kind), word in zip(COLUMNS, words)}


def descriptor_of(row):
    return Descriptor(
        row["max_angular"], ("gto", "monomial")[row["basis"]], row["cutoff"], species=SPECIES[: row["n_species"]],
        radial_gaussian_width=row["width"] or None, max_radial=None if row["max_radial"] < 0 else row["max_radial"],
        subtract_center_contribution=row["sub"] == 1, channel_order=("radial-major", "species-major")[row["order"]],
        spectrum_pairs=("all", "half")[row["pairs"]], spectrum_sign=("alternating", "none")[row["sign"]],
    )  # fmt: skip


def pairs_of(row, positions, offsets, cells, periodic):
    """The neighbour lists of all frames, atoms counted over all of them."""
    found = []
    for f in range(row["n_frames"]):
        points = positions[offsets[f] : offsets[f + 1]]
        cell = cells[f] if cells is not None and periodic[f, 0] else None
        of_frame = hotloop.neighbour_list(points, row["cutoff"], cell=cell)
        found.append((of_frame.pairs + offsets[f], of_frame.shifts, of_frame.vectors))
    return tuple(np.concatenate(arrays) for arrays in zip(*found))


def list_of(row, found, layout):
    """What the row gives to the descriptor, last pair first, or None."""
    if row["list"] == 0:
        return None
    pairs, shifts, vectors = (array[::-1] for array in found)
    if row["list"] == 3:
        kept = [(i, tuple(s)) < (j, tuple(-t for t in s)) for (i, j), s in zip(pairs.tolist(), shifts.tolist())]
        pairs, shifts = pairs[kept], shifts[kept]
    first, second = (laid_out(pairs[:, side], layout) for side in range(2))
    if row["list"] == 2:
        return Pairs(first, second, vectors=laid_out(vectors, layout))
    return Pairs(first, second, shifts=laid_out(shifts, layout), kind="half" if row["list"] == 3 else "full")


def load(row, layout_number=None):
    """The case of a row, in the row's layout or another."""
    layout = LAYOUTS[row["layout"] if layout_number is None else layout_number]
    counts = np.maximum(row["atoms"] - 3 * np.arange(row["n_frames"]), 0)
    offsets = np.concatenate([[0], np.cumsum(counts)]).astype(np.intp)
    atoms, frames = int(offsets[-1]), np.arange(row["n_frames"])
    i3, i4 = np.arange(3 * atoms).reshape(-1, 3), np.arange(4 * atoms).reshape(-1, 4)
    positions = (7919 * i3 + 104729) % 65536 / 8192.0
    if row["shapes"] < 2:
        semiaxes = np.broadcast_to(np.array([[0.75] * 3, [1.5, 1.5, 0.5]][row["shapes"]]), (atoms, 3))
    else:
        semiaxes = laid_out(0.5 + 37 * i3 % 64 / 64.0, layout)
    quaternions = rotations = cells = periodic = None
    if row["orientation"] == 1:
        quaternions = laid_out((911 * i4 + 77) % 4096 / 2048.0 - 1.0, layout)
    if row["orientation"] == 2:
        rotations = laid_out(TURNS[np.arange(atoms) % 3], layout)
    if row["side"]:
        a = row["side"] + frames / 8.0
        cells = np.zeros((len(a), 3, 3))
        cells[:, [0, 1, 2], [0, 1, 2]] = a[:, None]
        cells[:, 1, 0], cells[:, 2, 0], cells[:, 2, 1] = a / 4.0, -a / 8.0, a / 16.0
        periodic = np.repeat(((frames % 2 == 0) | (row["periodic"] == 1)).astype(np.int32), 3).reshape(-1, 3)
    found = pairs_of(row, positions, offsets, cells, periodic)
    return Case(
        name=row["name"],
        descriptor=descriptor_of(row),
        frames=Frames(
            laid_out(positions, layout), laid_out(np.array(SPECIES, np.int32)[np.arange(atoms) % row["n_species"]], layout), semiaxes,
            quaternions=quaternions, rotations=rotations, offsets=laid_out(offsets, layout),
            cells=None if cells is None else laid_out(cells, layout), periodic=None if periodic is None else laid_out(periodic, layout),
            pairs=list_of(row, found, layout),
        ),
        found=found,
        normalize=row["raw"] == 0,
        layout=layout,
    )  # fmt: skip
