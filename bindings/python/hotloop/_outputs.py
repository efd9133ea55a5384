"""The ``out`` of every function: which arrays a call writes, the caller's or new ones."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from numpy import empty

from ._arrays import FLOAT64, Shape, address_of, as_output
from ._errors import ArgumentError


def outputs(
    out: Any,
    names: tuple[str, ...],
    shapes: tuple[Shape, ...],
    wanted: tuple[Any, ...],
    missing_axes: int = 0,
    dtype: np.dtype = FLOAT64,
) -> tuple[list[Any], list[Any]]:
    """The arrays to write, in the order of their names, and the same as arguments of the C function.

    Exactly the arrays in ``out`` are written, or new ones for all that is wanted; None stands for what is not.
    """
    arrays: list[Any] = []
    arguments: list[Any] = []
    if out is None:
        arrays = [empty(shape, dtype) if is_wanted else None for shape, is_wanted in zip(shapes, wanted)]
        for array in arrays:
            arguments += None if array is None else address_of(array), None
        return arrays, arguments
    for name, shape, array in zip(names, shapes, _in_order(out, names)):
        arrays.append(array)
        if array is None:
            arguments += None, None
        else:
            arguments += as_output(f"out: {name}", array, shape, missing_axes + len(shape), dtype)
    return arrays, arguments


def _in_order(out: Any, names: tuple[str, ...]) -> Sequence[Any]:
    """What a tuple or a mapping gives for each name."""
    if isinstance(out, tuple):
        if len(out) != len(names):
            raise ArgumentError(f"out: a tuple needs {len(names)} entries ({', '.join(names)}), got {len(out)}")
        return out
    if not isinstance(out, (dict, Mapping)):  # dict first: asking an abstract class takes longer
        raise TypeError(
            f"out: expected a tuple ({', '.join(names)}) or a mapping with these names, got {type(out).__name__}"
        )
    for key in out:
        if key not in names:
            raise ArgumentError(f"out: {key!r} is not one of {', '.join(names)}")
    return [out.get(name) for name in names]
