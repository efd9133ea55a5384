"""Lists of pairs that the caller has, instead of a search for neighbours."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

import numpy as np

from .._arrays import as_input, check_shape
from .._errors import ArgumentError, ShapeError
from .._neighbours import INDEX, INT32, NeighbourList

if TYPE_CHECKING:
    from ._options import AnisoapOptions


@dataclass(frozen=True, eq=False)
class Pairs:
    """Who is whose neighbour.

    Pairs at the cutoff or beyond it are left out, and so are those of an atom with itself in its own place. The order changes no
    bit; a pair that is there twice counts twice.

    Parameters
    ----------
    first, second : ndarray of intp, shape (n_pairs,)
        Numbers of atoms, counted from 0 over all frames; ``second`` is a neighbour of ``first``, in the same frame.
    shifts : ndarray of int32, shape (n_pairs, 3), optional
        Lattice vectors between their cells: the pair's vector is positions[second] + shift @ cell - positions[first].
    vectors : ndarray of float64, shape (n_pairs, 3), optional
        These vectors themselves, instead of shifts. With neither, shifts are 0.
    kind : {"full", "half", "directed"}
        "full": every pair is there twice, from either side, and a list in which a side is missing is refused. "half": once, for
        both atoms. "directed": as it is, ``second`` for ``first`` alone.
    """

    first: np.ndarray
    second: np.ndarray
    shifts: np.ndarray | None = None
    vectors: np.ndarray | None = None
    kind: Literal["full", "half", "directed"] = "full"


def as_pairs(name: str, pairs: Any) -> Pairs | None:
    """A list of pairs; a neighbour list of one frame is one."""
    if pairs is None or isinstance(pairs, Pairs):
        return pairs
    if isinstance(pairs, NeighbourList):
        return Pairs(pairs.pairs[:, 0], pairs.pairs[:, 1], shifts=pairs.shifts)
    raise TypeError(f"{name}: expected hotloop.anisoap.Pairs or a hotloop.NeighbourList, got {type(pairs).__name__}")


def set_pairs(options: AnisoapOptions, pairs: Pairs) -> None:
    """The list among the options of a call, read where it lies."""
    first, *place = as_input("pairs.first", pairs.first, 1, INDEX)
    if first.ndim != 1:
        raise ShapeError(f"pairs.first: shape is {first.shape}, expected (n_pairs,)")
    count = len(first)
    options.set(pair_list=pairs.kind)
    options.struct.n_pairs = count
    options.set_array("pair_first", *place)
    others = (("second", pairs.second, (count,), INDEX), ("shifts", pairs.shifts, (count, 3), INT32),
              ("vectors", pairs.vectors, (count, 3), np.dtype(np.float64)))  # fmt: skip
    for name, array, shape, dtype in others:
        if array is None and name != "second":
            continue
        array, *place = as_input(f"pairs.{name}", array, len(shape), dtype)
        check_shape(f"pairs.{name}", array, shape)
        options.set_array(f"pair_{name}", *place)


def joined(parts: list[Pairs | None], starts: np.ndarray) -> Pairs | None:
    """The lists of frames, each counted from its own first atom, as one."""
    lists = [pairs for pairs in parts if pairs is not None]
    if len(parts) == 1 or not lists:
        return lists[0] if lists else None
    if len(lists) < len(parts):
        raise ArgumentError("frames: some have pairs and some have not; give them to all, empty ones where there are none")
    forms = {(pairs.kind, pairs.shifts is None, pairs.vectors is None) for pairs in lists}
    if len(forms) > 1:
        raise ArgumentError("frames: their pairs are of different kinds; use one kind, and either shifts or vectors, for all")

    def together(name: str, dtype: np.dtype) -> np.ndarray | None:
        arrays = [getattr(pairs, name) for pairs in lists]
        if arrays[0] is None:
            return None
        for f, (array, pairs) in enumerate(zip(arrays, lists)):
            if np.asarray(array).dtype.kind != dtype.kind:
                raise TypeError(f"frames[{f}]: pairs.{name} has the type {np.asarray(array).dtype}, expected {dtype}")
            if len(array) != len(pairs.first):
                raise ShapeError(f"frames[{f}]: pairs.{name} has {len(array)} entries, pairs.first {len(pairs.first)}")
        return np.concatenate(arrays).astype(dtype, copy=False)

    offsets = np.repeat(starts, [len(pairs.first) for pairs in lists])
    return Pairs(together("first", INDEX) + offsets, together("second", INDEX) + offsets, together("shifts", INT32),
                 together("vectors", np.dtype(np.float64)), lists[0].kind)  # fmt: skip
