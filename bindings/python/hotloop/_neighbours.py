"""Pairs of points within a cutoff."""

from __future__ import annotations

import ctypes
from dataclasses import dataclass
from typing import Any

import numpy as np

from ._arrays import as_input, check_shape, new_output
from ._errors import ShapeError, check
from ._library import library
from ._options import flag, number

INDEX = np.dtype(np.intp)
INT32 = np.dtype(np.int32)


@dataclass(frozen=True, eq=False)
class NeighbourList:
    """Pairs within a cutoff, sorted by i, then j, then the shift. Every pair is there from both sides.

    Attributes
    ----------
    pairs : ndarray of intp, shape (n_pairs, 2)
        i and j.
    shifts : ndarray of int32, shape (n_pairs, 3)
        Lattice vectors between the cell of j's image and that of i.
    vectors : ndarray of float64, shape (n_pairs, 3)
        positions[j] + shift @ cell - positions[i].
    counts : ndarray of intp, shape (n_points,)
        Pairs of each i.
    """

    pairs: np.ndarray
    shifts: np.ndarray
    vectors: np.ndarray
    counts: np.ndarray


def neighbour_list(positions: np.ndarray, cutoff: float, *, cell: np.ndarray | None = None, self_pairs: bool = False) -> NeighbourList:
    """All pairs of points nearer than a cutoff.

    Parameters
    ----------
    positions : ndarray of float64, shape (n_points, 3)
    cutoff : float
        Strict: a pair at exactly this distance is none.
    cell : ndarray of float64, shape (3, 3), optional
        Rows are lattice vectors, right-handed, of any skew and size, smaller than the cutoff too; all three axes are then
        periodic. None: open space.
    self_pairs : bool
        Whether a point is a neighbour of itself in its own place. Its images always are.

    Returns
    -------
    NeighbourList

    Examples
    --------
    >>> pairs = hotloop.neighbour_list(np.zeros((1, 3)), 1.5, cell=np.eye(3))
    >>> len(pairs.pairs)  # of a simple cubic lattice: 6 nearest neighbours and 12 second-nearest
    18
    """
    array, *place = as_input("positions", positions, 2)
    if array.ndim != 2 or array.shape[1] != 3:
        raise ShapeError(f"positions: shape is {array.shape}, expected (n_points, 3)")
    lattice: tuple[Any, Any] = (None, None)
    if cell is not None:
        cell, *lattice_place = as_input("cell", cell, 2)
        check_shape("cell", cell, (3, 3))
        lattice = tuple(lattice_place)  # type: ignore[assignment]
    arguments = (len(array), *place, *lattice, int(cell is not None), number("cutoff", cutoff), flag("self_pairs", self_pairs))
    counts, *count_place = new_output((len(array),), INDEX)
    total = ctypes.c_ssize_t()
    check(library.hl_neighbour_list_count(*arguments, *count_place, ctypes.byref(total)))
    outputs = [new_output((total.value, width), dtype) for width, dtype in ((2, INDEX), (3, INT32), (3, np.dtype(np.float64)))]
    places = [argument for output in outputs for argument in output[1:]]
    check(library.hl_neighbour_list_fill(*arguments, total.value, *places))
    return NeighbourList(*(output[0] for output in outputs), counts=counts)
