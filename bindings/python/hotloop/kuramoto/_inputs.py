"""The arrays of the Kuramoto functions: shape and precision are theta's, and what fits them.

Whatever belongs to every cell may be one number, which the library reads again and again with strides of 0.
"""

from __future__ import annotations

import ctypes
import numbers
import operator
import sys
from typing import Any, NamedTuple

import numpy as np

from .._arrays import FLOAT32, FLOAT64, Argument, Shape, as_input, check_shape, element_strides, in_elements, precision
from .._errors import ArgumentError, ShapeError

#: Room for one number. An array, because that is what ctypes passes as a pointer.
_NUMBER = {FLOAT64: ctypes.c_double * 1, FLOAT32: ctypes.c_float * 1}


class Cells(NamedTuple):
    """What theta says about the oscillators."""

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


def nodes_of(theta: Any) -> Cells:
    """The same for oscillators that are numbered."""
    cells = cells_of(theta)
    if len(cells.shape) != 1:
        raise ShapeError(f"theta: shape is {cells.shape}, expected one axis")
    return cells


def phases(theta: Any, cells: Cells) -> Argument:
    """theta as an input."""
    _, address, strides = as_input("theta", theta, len(cells.shape), cells.dtype)
    return address, strides


def parameters(omega: Any, coupling: Any, cells: Cells) -> tuple[Any, ...]:
    """omega and coupling as arguments."""
    return (
        *number_or_array("omega", omega, cells.shape, cells.dtype, "the shape of theta"),
        *number_or_array("coupling", coupling, cells.shape, cells.dtype, "the shape of theta"),
    )


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


def integer(name: str, value: Any) -> int:
    """A whole number of 64 bits."""
    return count(name, value, -sys.maxsize - 1)


def count(name: str, value: Any, least: int) -> int:
    """A whole number that the library can take, and not less than this."""
    if isinstance(value, bool):
        raise TypeError(f"{name}: expected an integer, got bool")
    try:
        number = operator.index(value)
    except TypeError:
        raise TypeError(f"{name}: expected an integer, got {type(value).__name__}") from None
    if number < least:
        raise ArgumentError(f"{name}: is {number}, expected {least} or more")
    if number > sys.maxsize:
        raise ArgumentError(f"{name}: is {number}, expected {sys.maxsize} or less")
    return number
