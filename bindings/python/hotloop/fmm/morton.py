"""Codes of the boxes of an octree: place and level of a box in one int64, in the order of a Morton curve.

A box of level l is one of 2**l x 2**l x 2**l that fill the root box, and its anchor its place among them. Sorted codes are a walk
through the tree, every box before its children and the children along a Morton curve, x quickest; all boxes inside another are a
range of codes; the root is 0. Levels go to FINEST, 19.

Every function takes many boxes at once and gives new arrays, or writes the caller's ``out``.
"""

from __future__ import annotations

import operator
from typing import Any

import numpy as np

from .. import _abi
from .._arrays import FLOAT64, Argument, as_input, as_output, check_shape, new_output
from .._errors import ArgumentError, ShapeError, check
from .._library import library
from .._options import number
from ._points import points as points_of

__all__ = [
    "FINEST",
    "NONE",
    "are_adjacent",
    "children",
    "decode",
    "encode",
    "encode_anchors",
    "is_ancestor",
    "neighbours",
    "parents",
    "transfer_vectors",
]

Array = np.ndarray
INT64 = np.dtype(np.int64)
INT32 = np.dtype(np.int32)

#: The finest level.
FINEST = _abi.MORTON_FINEST
#: What stands for a neighbour outside of the root box.
NONE = _abi.MORTON_NONE


def encode(points: Array, origin: Array, side: float, level: int = FINEST, *, out: Array | None = None) -> Array:
    """Codes of the boxes of a level that hold points.

    Parameters
    ----------
    points : ndarray of float64, shape (n, 3)
        Inside the root box or on its faces. A face between boxes belongs to the upper one.
    origin : ndarray of float64, shape (3,)
        The corner of the root box with the least coordinates.
    side : float
    level : int
    out : ndarray of int64, shape (n,), optional

    Returns
    -------
    ndarray of int64, shape (n,)

    Examples
    --------
    >>> points = np.random.default_rng(0).random((1000, 3))
    >>> order = np.argsort(hotloop.fmm.morton.encode(points, np.zeros(3), 1.0))
    """
    x = points_of("points", points, FLOAT64)
    corner, *place = as_input("origin", origin, 1)
    check_shape("origin", corner, (3,))
    return _filled(out, (x.count,), INT64, "hl_morton_encode", x.count, *x.argument, *place, number("side", side), _level(level))


def encode_anchors(anchors: Array, levels: Array | int, *, out: Array | None = None) -> Array:
    """Codes of boxes from their places, int32 of shape (n, 3), and levels, int32 of shape (n,) or one int."""
    array, *place = as_input("anchors", anchors, 2, INT32)
    if array.ndim != 2 or array.shape[1] != 3:
        raise ShapeError(f"anchors: shape is {array.shape}, expected (n, 3)")
    n = array.shape[0]
    if not isinstance(levels, np.ndarray):
        levels = np.broadcast_to(np.int32(_level(levels)), (n,))
    given, *level_place = as_input("levels", levels, 1, INT32)
    check_shape("levels", given, (n,))
    return _filled(out, (n,), INT64, "hl_morton_encode_anchors", n, *place, *level_place)


def decode(codes: Array) -> tuple[Array, Array]:
    """Places, int32 of shape (n, 3), and levels, int32 of shape (n,)."""
    n, place = _codes("codes", codes)
    anchors, *anchor_place = new_output((n, 3), INT32)
    levels, *level_place = new_output((n,), INT32)
    check(library.hl_morton_decode(n, *place, *anchor_place, *level_place))
    return anchors, levels


def parents(codes: Array, *, out: Array | None = None) -> Array:
    """The boxes of the next coarser level around boxes, none of which is the root."""
    n, place = _codes("codes", codes)
    return _filled(out, (n,), INT64, "hl_morton_parents", n, *place)


def children(codes: Array, *, out: Array | None = None) -> Array:
    """The eight boxes that fill each box, in order of codes; int64 of shape (n, 8)."""
    n, place = _codes("codes", codes)
    return _filled(out, (n, 8), INT64, "hl_morton_children", n, *place)


def neighbours(codes: Array, *, out: Array | None = None) -> Array:
    """The boxes of the same level that share a face, an edge or a corner with each box; int64 of shape (n, 26).

    At offsets (-1, -1, -1), (0, -1, -1), (1, -1, -1), (-1, 0, -1), ... (1, 1, 1), x quickest, without (0, 0, 0); NONE (-1) where
    that is outside of the root box.
    """
    n, place = _codes("codes", codes)
    return _filled(out, (n, 26), INT64, "hl_morton_neighbours", n, *place)


def is_ancestor(ancestors: Array | int, descendants: Array | int) -> Array:
    """Whether the second of each pair lies inside the first and is smaller; bool of shape (n,)."""
    n, *places = _pairs("ancestors", ancestors, "descendants", descendants)
    return _filled(None, (n,), INT32, "hl_morton_is_ancestor", n, *places).astype(bool)


def are_adjacent(first: Array | int, second: Array | int) -> Array:
    """Whether boxes of any levels meet in a face, an edge or a corner and neither contains the other; bool of shape (n,)."""
    n, *places = _pairs("first", first, "second", second)
    return _filled(None, (n,), INT32, "hl_morton_are_adjacent", n, *places).astype(bool)


def transfer_vectors(targets: Array | int, sources: Array | int, *, out: Array | None = None) -> Array:
    """Anchor of the target minus that of the source, boxes of one level; int32 of shape (n, 3)."""
    n, *places = _pairs("targets", targets, "sources", sources)
    return _filled(out, (n, 3), INT32, "hl_morton_transfer_vectors", n, *places)


def _filled(out: Any, shape: tuple[int, ...], dtype: np.dtype, function: str, *arguments: Any) -> Array:
    """The output of a function, which is its last argument."""
    if out is None:
        out, *place = new_output(shape, dtype)
    else:
        place = list(as_output("out", out, shape, len(shape), dtype))
    check(getattr(library, function)(*arguments, *place))
    return out


def _codes(name: str, value: Any) -> tuple[int, Argument]:
    array, *place = as_input(name, value, 1, INT64)
    if array.ndim != 1:
        raise ShapeError(f"{name}: shape is {array.shape}, expected one axis")
    return array.shape[0], tuple(place)


def _pairs(first_name: str, first: Any, second_name: str, second: Any) -> tuple[Any, ...]:
    """Two arrays of codes of one length; one number stands for as many as the other has."""
    lengths = {name: len(value) for name, value in ((first_name, first), (second_name, second)) if isinstance(value, np.ndarray) and value.ndim}
    if len(set(lengths.values())) > 1:
        raise ShapeError(f"{second_name}: has {lengths[second_name]} boxes, {first_name} has {lengths[first_name]}")
    n = max(lengths.values(), default=1)
    places: list[Any] = []
    for name, value in ((first_name, first), (second_name, second)):
        if not isinstance(value, np.ndarray):
            value = np.broadcast_to(np.int64(_integer(name, value)), (n,))
        places += _codes(name, value)[1]
    return n, *places


def _level(value: Any) -> int:
    level = _integer("level", value)
    if not 0 <= level <= FINEST:
        raise ArgumentError(f"level: is {level}; a level is 0 to {FINEST}")
    return level


def _integer(name: str, value: Any) -> int:
    if isinstance(value, (bool, np.bool_)):
        raise TypeError(f"{name}: expected an integer, got bool")
    try:
        return operator.index(value)
    except TypeError:
        raise TypeError(f"{name}: expected an integer or an array of int64, got {type(value).__name__}") from None
