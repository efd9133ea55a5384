"""The arrays of the Kuramoto functions: the lattice's shape and precision are theta's, and what fits them.

Whatever belongs to every cell may be one number, which the library reads again and again with strides of 0.
"""

from __future__ import annotations

import ctypes
import numbers
import operator
import sys
from typing import Any, NamedTuple

import numpy as np

from ._arrays import FLOAT32, FLOAT64, Argument, Shape, as_input, check_shape, element_strides, in_elements, precision
from ._errors import ArgumentError, ShapeError

#: Room for one number. An array, because that is what ctypes passes as a pointer.
_NUMBER = {FLOAT64: ctypes.c_double * 1, FLOAT32: ctypes.c_float * 1}


class Cells(NamedTuple):
    """What theta says about a lattice."""

    shape: Shape
    dtype: np.dtype

    @property
    def arguments(self) -> Argument:
        """rank and shape, as every function takes them first."""
        return len(self.shape), in_elements(self.shape, 1)

    def function(self, library: Any, name: str) -> Any:
        """The library's function for this precision."""
        return getattr(library, name if self.dtype is FLOAT64 else f"{name}_f32")

    def number(self) -> Any:
        """Room for one number."""
        return _NUMBER[self.dtype]()


def cells_of(theta: Any) -> Cells:
    """The lattice that theta lies on; theta itself is looked at by `as_input` or `as_output`."""
    dtype = precision("theta", theta)
    shape = theta.shape if isinstance(theta, np.ndarray) else np.asarray(theta).shape
    if not 1 <= len(shape) <= 3:
        raise ShapeError(f"theta: shape is {shape}, expected 1, 2 or 3 axes")
    return Cells(shape, dtype)


def number_or_array(name: str, value: Any, shape: Shape, dtype: np.dtype, meaning: str) -> Argument:
    """One number for all, or an array of this shape; as two arguments."""
    # Types first: asking an abstract class takes longer.
    if type(value) is float or type(value) is not np.ndarray and isinstance(value, numbers.Real):
        if isinstance(value, bool):
            raise TypeError(f"{name}: expected a number or an array, got bool")
        return _NUMBER[dtype](float(value)), in_elements((0,) * len(shape), 1)
    given = getattr(value, "dtype", None)
    if isinstance(given, np.dtype) and given != dtype and given in (FLOAT64, FLOAT32):
        raise TypeError(f"{name}: dtype is {given}, but theta's is {dtype}; pass {name}.astype(numpy.{dtype})")
    array, address, strides = as_input(name, value, len(shape), dtype)
    if array.ndim == 0:
        return address, element_strides(array, missing_axes=len(shape))
    check_shape(name, array, shape, meaning)
    return address, strides


def count(name: str, value: Any, least: int) -> int:
    """A whole number that the library can take."""
    if isinstance(value, bool):
        raise TypeError(f"{name}: expected an integer, got bool")
    try:
        number = operator.index(value)
    except TypeError:
        raise TypeError(f"{name}: expected an integer, got {type(value).__name__}") from None
    if not least <= number <= sys.maxsize:
        raise ArgumentError(f"{name}: is {number}, expected {least} or more")
    return number
