"""Points, charges and results of the functions on pairs of points."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np

from .._arrays import Argument, Shape, as_input, precision
from .._errors import ArgumentError, ShapeError
from .._options import flag
from .._outputs import outputs

NAMES = ("potentials", "gradients")


class Points(NamedTuple):
    """An array of points: how many, and the two arguments of a C function."""

    count: int
    argument: Argument


def points(name: str, value: Any, dtype: np.dtype) -> Points:
    """An array of shape (n, 3)."""
    array, *place = as_input(name, value, 2, dtype)
    if array.ndim != 2 or array.shape[1] != 3:
        raise ShapeError(f"{name}: shape is {array.shape}, expected (n, 3)")
    return Points(array.shape[0], tuple(place))


def precision_of(sources: Any) -> np.dtype:
    """float64 or float32, whichever the sources are."""
    return precision("sources", sources)


class Charges(NamedTuple):
    """Right-hand sides: the axes before that of the sources, and the arguments of a C function."""

    leading: Shape
    count: int
    argument: Argument


def charges(value: Any, n_source: int, dtype: np.dtype) -> Charges:
    """An array of shape (n_source,) or (n_charge_vectors, n_source)."""
    array, *place = as_input("charges", value, 2, dtype)
    if array.ndim not in (1, 2) or array.shape[-1] != n_source:
        raise ShapeError(f"charges: shape is {array.shape}, expected ({n_source},) or (n_charge_vectors, {n_source}), one for each source")
    leading = array.shape[:-1]
    return Charges(leading, leading[0] if leading else 1, tuple(place))


def results(out: Any, gradient: bool, q: Charges, n_target: int, dtype: np.dtype) -> tuple[list[Any], list[Any]]:
    """Potentials and gradients to write, and the same as arguments of the C function."""
    flag("gradient", gradient)
    shapes = ((*q.leading, n_target), (*q.leading, n_target, 3))
    arrays, places = outputs(out, NAMES, shapes, (True, gradient), 1 - len(q.leading), dtype)
    if gradient and arrays[1] is None:
        raise ArgumentError("gradient: is True, but out has no array for gradients; put one there, or leave gradient out")
    return arrays, places
