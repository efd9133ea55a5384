"""The ``out`` of every function: which arrays a call writes, the caller's or new ones."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from ._arrays import FLOAT64, Shape, as_output, new_output
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
    given = None if out is None else _by_name(out, names)
    arrays: list[Any] = []
    arguments: list[Any] = []
    for name, shape, is_wanted in zip(names, shapes, wanted):
        array = address = strides = None
        if given is None:
            if is_wanted:
                array, address, strides = new_output(shape, dtype)
        else:
            array = given.get(name)
            if array is not None:
                address, strides = as_output(f"out: {name}", array, shape, missing_axes + len(shape), dtype)
        arrays.append(array)
        arguments += address, strides
    return arrays, arguments


def _by_name(out: Any, names: tuple[str, ...]) -> Mapping[str, Any]:
    """A tuple as a mapping; a mapping as it is."""
    if isinstance(out, tuple):
        if len(out) != len(names):
            raise ArgumentError(f"out: a tuple needs {len(names)} entries ({', '.join(names)}), got {len(out)}")
        return dict(zip(names, out))
    if not isinstance(out, (dict, Mapping)):  # dict first: asking an abstract class takes longer
        raise TypeError(
            f"out: expected a tuple ({', '.join(names)}) or a mapping with these names, got {type(out).__name__}"
        )
    for key in out:
        if key not in names:
            raise ArgumentError(f"out: {key!r} is not one of {', '.join(names)}")
    return out
