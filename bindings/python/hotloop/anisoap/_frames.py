"""Frames of ellipsoids on their way to the library: flat arrays of all atoms, and where each frame begins.

Flat arrays (`Frames`) are read where they lie. Mappings and ASE atoms are a list of Python objects, which have to be put
together once; that is the only copy made, and it is said so here.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from .._arrays import FLOAT64, Argument, as_input, check_shape
from .._errors import ArgumentError, ShapeError
from .._neighbours import NeighbourList
from ._pairs import Pairs, as_pairs
from ._pairs import joined as joined_pairs

INDEX = np.dtype(np.intp)
INT32 = np.dtype(np.int32)
_AXES = ("c_diameter[1]", "c_diameter[2]", "c_diameter[3]")
#: Names under which ASE atoms carry quaternions (w, x, y, z), in AniSOAP's data and notebooks.
_ROTATION_KEYS = ("c_q", "quaternion")


class Frames:
    """Atoms of any number of frames in flat arrays, which are read where they lie.

    Parameters
    ----------
    positions : ndarray of float64, shape (n_atoms, 3)
    species : ndarray of int32, shape (n_atoms,)
    semiaxes : ndarray of float64, shape (n_atoms, 3)
        Standard deviations along the axes of the body: half of AniSOAP's c_diameter. ``numpy.broadcast_to`` gives one shape
        to all.
    quaternions : ndarray of float64, shape (n_atoms, 4), optional
        (w, x, y, z) of the rotation from the body's axes to those of positions, of any length but 0.
    rotations : ndarray of float64, shape (n_atoms, 3, 3), optional
        The same as matrices. With neither, the body's axes are those of positions.
    offsets : ndarray of intp, shape (n_frames + 1,), optional
        First atom of each frame, then n_atoms. None: one frame.
    cells : ndarray of float64, shape (n_frames, 3, 3), optional
        Rows are lattice vectors.
    periodic : ndarray of int32, shape (n_frames, 3), optional
        0 or 1, the same along all three axes of a frame. None: periodic if there are cells.
    pairs : Pairs, or for one frame NeighbourList, optional
        Who is whose neighbour. None: neighbours are searched for.
    """

    def __init__(
        self,
        positions: np.ndarray,
        species: np.ndarray,
        semiaxes: np.ndarray,
        *,
        quaternions: np.ndarray | None = None,
        rotations: np.ndarray | None = None,
        offsets: np.ndarray | None = None,
        cells: np.ndarray | None = None,
        periodic: np.ndarray | None = None,
        pairs: Pairs | NeighbourList | None = None,
    ) -> None:
        self.positions = positions
        self.species = species
        self.semiaxes = semiaxes
        self.quaternions = quaternions
        self.rotations = rotations
        self.offsets = np.array([0, len(positions)], dtype=INDEX) if offsets is None else offsets
        self.cells = cells
        self.periodic = periodic
        self.pairs = as_pairs("pairs", pairs)
        if cells is not None and periodic is None:
            self.periodic = np.ones((len(cells), 3), dtype=INT32)

    @property
    def n_atoms(self) -> int:
        return len(self.positions)

    @property
    def n_frames(self) -> int:
        return len(self.offsets) - 1

    def arguments(self) -> tuple[Any, ...]:
        """What the C functions take."""
        atoms, frames = self.n_atoms, self.n_frames
        if frames < 0:
            raise ShapeError("offsets: is empty, expected n_frames + 1 numbers")
        return (
            frames, atoms,
            *_argument("offsets", self.offsets, (frames + 1,), INDEX),
            *_argument("positions", self.positions, (atoms, 3)),
            *_argument("species", self.species, (atoms,), INT32),
            *_argument("quaternions", self.quaternions, (atoms, 4)),
            *_argument("rotations", self.rotations, (atoms, 3, 3)),
            *_argument("semiaxes", self.semiaxes, (atoms, 3)),
            *_argument("cells", self.cells, (frames, 3, 3)),
            *_argument("periodic", self.periodic, (frames, 3), INT32),
        )  # fmt: skip


def _argument(name: str, value: Any, shape: tuple[int, ...], dtype: np.dtype = FLOAT64) -> Argument:
    if value is None:
        return None, None
    array, address, strides = as_input(name, value, len(shape), dtype)
    check_shape(name, array, shape)
    return address, strides


def as_frames(frames: Any, rotation_key: str | None) -> Frames:
    """Whatever a descriptor takes: `Frames`, a mapping or ASE atoms, or a sequence of either."""
    if isinstance(frames, Frames):
        if rotation_key is not None:
            raise ArgumentError("rotation_key: is for ASE atoms; Frames have quaternions or rotations")
        return frames
    if isinstance(frames, Mapping) or _is_atoms(frames):
        frames = [frames]
    if not isinstance(frames, Sequence):
        raise TypeError(
            f"frames: expected hotloop.anisoap.Frames, ASE atoms, a mapping of arrays, or a list of these, got {type(frames).__name__}"
        )
    parts = [_part(number, frame, rotation_key) for number, frame in enumerate(frames)]
    return _together(parts)


def _is_atoms(frame: Any) -> bool:
    """ASE's Atoms, without importing ASE."""
    return all(hasattr(frame, name) for name in ("positions", "numbers", "cell", "pbc", "arrays"))


def _part(number: int, frame: Any, rotation_key: str | None) -> dict[str, Any]:
    if isinstance(frame, Mapping):
        return _of_mapping(number, frame)
    if _is_atoms(frame):
        return _of_atoms(number, frame, rotation_key)
    raise TypeError(f"frames[{number}]: expected ASE atoms or a mapping of arrays, got {type(frame).__name__}")


_NEEDED = ("positions", "species", "semiaxes")
_KNOWN = (*_NEEDED, "quaternions", "rotations", "cell", "pbc", "pairs")


def _array(name: str, value: Any, dtype: np.dtype) -> np.ndarray:
    """The numbers as an array of this type. A list may be converted; an array of a kind that would lose something is refused."""
    if isinstance(value, np.ma.MaskedArray):
        raise TypeError(f"{name}: is a masked array; fill it, or take the elements that are there")
    array = np.asarray(value)
    if array.size == 0:
        return array.astype(dtype)
    if array.dtype.kind not in ("iu" if dtype.kind == "i" else "iuf"):
        raise TypeError(f"{name}: expected {'whole numbers' if dtype.kind == 'i' else 'real numbers'}, got {array.dtype}")
    if dtype.kind == "i" and not (np.iinfo(dtype).min <= int(array.min()) and int(array.max()) <= np.iinfo(dtype).max):
        raise ArgumentError(f"{name}: has numbers that need more than 32 bits")
    return array.astype(dtype, copy=False)


def _of_mapping(number: int, frame: Mapping[str, Any]) -> dict[str, Any]:
    for key in frame:
        if key not in _KNOWN:
            raise ArgumentError(f"frames[{number}]: {key!r} is not one of {', '.join(_KNOWN)}")
    for key in _NEEDED:
        if key not in frame:
            raise ArgumentError(f"frames[{number}]: has no {key!r}")
    part: dict[str, Any] = {
        key: _array(f"frames[{number}]: {key}", frame[key], INT32 if key == "species" else FLOAT64)
        for key in frame
        if key not in ("cell", "pbc", "pairs")
    }
    if part["positions"].size == 0:
        part["positions"] = part["positions"].reshape(0, 3)
    if part["positions"].ndim != 2 or part["positions"].shape[1] != 3:
        raise ShapeError(f"frames[{number}]: positions has shape {part['positions'].shape}, expected (n_atoms, 3)")
    atoms = len(part["positions"])
    if part["semiaxes"].shape not in ((3,), (atoms, 3)):
        raise ShapeError(f"frames[{number}]: semiaxes has shape {part['semiaxes'].shape}, expected {(atoms, 3)} or (3,)")
    part["semiaxes"] = np.broadcast_to(part["semiaxes"], (atoms, 3))
    if "quaternions" not in part and "rotations" not in part:
        _refuse_lost_orientations(number, part["semiaxes"])
    cell = frame.get("cell")
    part["cell"] = np.zeros((3, 3)) if cell is None else _array(f"frames[{number}]: cell", cell, FLOAT64)
    part["pairs"] = as_pairs(f"frames[{number}]['pairs']", frame.get("pairs"))
    flags = np.asarray(frame.get("pbc", cell is not None))
    if flags.dtype != bool or flags.shape not in ((), (3,)):
        raise TypeError(f"frames[{number}]: pbc: expected True, False or three of them, got {frame['pbc']!r}")
    part["pbc"] = np.broadcast_to(flags, (3,)).astype(INT32)
    return part


def _refuse_lost_orientations(number: int, semiaxes: np.ndarray) -> None:
    """Bodies that are no spheres point somewhere."""
    # NaN is the library's to name.
    tilted = np.flatnonzero((semiaxes != semiaxes[:, :1]).any(axis=1) & np.isfinite(semiaxes).all(axis=1))
    if len(tilted):
        raise ArgumentError(
            f"frames[{number}]: semiaxes of atom {tilted[0]} are {semiaxes[tilted[0]].tolist()}, no sphere's, but there are neither quaternions "
            "nor rotations; add one of them (quaternions of [1, 0, 0, 0] where the body's axes are those of positions)"
        )


def _of_atoms(number: int, atoms: Any, rotation_key: str | None) -> dict[str, Any]:
    arrays = atoms.arrays
    for axis in _AXES:
        if axis not in arrays:
            raise ArgumentError(f"frames[{number}]: the atoms have no array {axis!r} (diameters of the ellipsoids along the body's axes)")
    if rotation_key is None:
        present = [key for key in _ROTATION_KEYS if key in arrays]
        if len(present) != 1:
            found = "both 'c_q' and 'quaternion'" if present else "neither 'c_q' nor 'quaternion'"
            raise ArgumentError(f"frames[{number}]: the atoms have {found}; pass rotation_key to say which array holds the orientations")
        rotation_key = present[0]
    if rotation_key not in arrays:
        raise ArgumentError(f"frames[{number}]: the atoms have no array {rotation_key!r} (rotation_key)")
    orientation = np.asarray(arrays[rotation_key], dtype=FLOAT64)
    kind = "rotations" if orientation.ndim == 3 or orientation.shape[-1] == 9 else "quaternions"
    return {
        "positions": np.asarray(atoms.positions, dtype=FLOAT64),
        "species": np.asarray(atoms.numbers, dtype=INT32),
        "semiaxes": np.stack([np.asarray(arrays[axis], dtype=FLOAT64) for axis in _AXES], axis=-1) / 2.0,
        kind: orientation.reshape(len(orientation), 3, 3) if kind == "rotations" else orientation,
        "cell": np.asarray(atoms.cell, dtype=FLOAT64).reshape(3, 3),
        "pbc": np.asarray(atoms.pbc).astype(INT32),
    }


def _together(parts: list[dict[str, Any]]) -> Frames:
    """One after the other."""
    shapes = {"positions": (3,), "species": (), "semiaxes": (3,), "quaternions": (4,), "rotations": (3, 3)}
    counts = [len(part["positions"]) for part in parts]
    kinds = {kind for part in parts for kind in ("quaternions", "rotations") if kind in part}
    if len(kinds) > 1:
        raise ArgumentError("frames: some have quaternions and some rotations; use one kind for all")
    for number, (part, atoms) in enumerate(zip(parts, counts)):
        for kind in kinds:
            if kind not in part:
                raise ArgumentError(f"frames[{number}]: has no {kind}, but other frames have")
        for key, rest in shapes.items():
            if key in part and part[key].shape != (atoms, *rest):
                raise ShapeError(f"frames[{number}]: {key} has shape {part[key].shape}, expected {(atoms, *rest)}")
        if part["cell"].shape != (3, 3):
            raise ShapeError(f"frames[{number}]: cell has shape {part['cell'].shape}, expected (3, 3)")
        if part["pbc"].any() and not part["cell"].any():
            raise ArgumentError(f"frames[{number}]: pbc is True, but there is no cell; give one, whose rows are lattice vectors, or pbc=False")

    starts = np.concatenate([[0], np.cumsum(counts)]).astype(INDEX)

    def joined(key: str, dtype: np.dtype = FLOAT64) -> np.ndarray:
        return np.concatenate([part[key] for part in parts] + [np.empty((0, *shapes[key]), dtype)])

    return Frames(
        joined("positions"), joined("species", INT32), joined("semiaxes"),
        quaternions=joined("quaternions") if "quaternions" in kinds else None,
        rotations=joined("rotations") if "rotations" in kinds else None,
        offsets=starts,
        cells=np.array([part["cell"] for part in parts]).reshape(-1, 3, 3),
        periodic=np.array([part["pbc"] for part in parts], dtype=INT32).reshape(-1, 3),
        pairs=joined_pairs([part.get("pairs") for part in parts], starts[:-1]),
    )  # fmt: skip
