"""The only door from a Python object to an address and strides.

Nothing is copied or cast here: an array that cannot be worked on where it lies is an error that says what to do about
it. What needs a look at the numbers (NaN, symmetry, two arrays sharing an element) is the library's to check.
"""

from __future__ import annotations

from ctypes import c_ssize_t
from typing import Any

import numpy as np

from ._errors import AlignmentError, ArgumentError, ShapeError, StrideError

FLOAT64 = np.dtype(np.float64)
_PLAIN_CLASSES = (np.ndarray, np.memmap)
_STRIDES = {ndim: c_ssize_t * ndim for ndim in range(1, 9)}

#: Address and strides as the two arguments of a C function; (None, None) is an array that is not given.
Argument = tuple[Any, Any]
MISSING: Argument = (None, None)


def _as_array(name: str, value: Any, dtype: np.dtype) -> np.ndarray:
    """value as a plain ndarray over the same memory."""
    if type(value) in _PLAIN_CLASSES:
        return value
    if isinstance(value, np.ma.MaskedArray):
        raise TypeError(
            f"{name}: a masked array's mask would be lost; pass {name}.filled(value) or, to ignore the mask, {name}.data"
        )
    if isinstance(value, np.ndarray):
        raise TypeError(
            f"{name}: what {type(value).__name__} means beyond its numbers would be lost; "
            f"pass {name}.view(numpy.ndarray) if that is right"
        )
    if isinstance(value, (memoryview, bytearray)) or hasattr(value, "__array_interface__"):
        return np.asarray(value)
    if hasattr(value, "__dlpack__"):
        return np.from_dlpack(value)
    try:
        return np.asarray(memoryview(value))
    except TypeError:
        raise TypeError(
            f"{name}: expected a NumPy array of {dtype}, got {type(value).__name__}; "
            f"pass numpy.asarray({name}, dtype=numpy.{dtype})"
        ) from None


def _check_dtype(name: str, array: np.ndarray, dtype: np.dtype) -> None:
    if array.dtype != dtype:
        if array.dtype.newbyteorder() == dtype:
            wrong = "the byte order is not this machine's"
        else:
            wrong = f"dtype is {array.dtype}, hotloop computes in {dtype}"
        raise TypeError(f"{name}: {wrong}; pass {name}.astype(numpy.{dtype})")


def _check_memory(name: str, array: np.ndarray) -> None:
    """The element strides must exist, and the address must suit the element."""
    size = array.itemsize
    for axis, (extent, stride) in enumerate(zip(array.shape, array.strides)):
        if extent > 1 and stride % size:
            raise StrideError(
                f"{name}: axis {axis} steps by {stride} bytes, not a multiple of the element's {size} "
                f"(a field of a packed record?); pass numpy.ascontiguousarray({name})"
            )
    if array.size and array.ctypes.data % size:
        raise AlignmentError(f"{name}: the address is not a multiple of {size} bytes; pass {name}.copy()")


def as_input(name: str, value: Any, dtype: np.dtype = FLOAT64) -> np.ndarray:
    """An array of exactly this dtype to read from."""
    array = _as_array(name, value, dtype)
    _check_dtype(name, array, dtype)
    if not array.flags.aligned:
        _check_memory(name, array)
    return array


def as_output(name: str, value: Any, shape: tuple[int, ...], dtype: np.dtype = FLOAT64) -> np.ndarray:
    """The caller's array of exactly this shape and dtype, to write into."""
    if type(value) not in _PLAIN_CLASSES:
        raise TypeError(f"{name}: expected a NumPy array of {dtype} to write into, got {type(value).__name__}")
    _check_dtype(name, value, dtype)
    check_shape(name, value, shape)
    if not value.flags.writeable:
        raise ArgumentError(f"{name}: the array is read-only; pass one with flags.writeable set")
    if not value.flags.aligned:
        _check_memory(name, value)
    return value


def check_shape(name: str, array: np.ndarray, shape: tuple[int, ...], meaning: str = "") -> None:
    """The array must have exactly this shape; ``meaning`` spells it in words."""
    if array.shape != shape:
        raise ShapeError(f"{name}: shape is {array.shape}, expected {shape}{meaning and ' = ' + meaning}")


def element_strides(*steps: int) -> Any:
    """Strides in elements, one per axis, as the C function reads them."""
    return _STRIDES[len(steps)](*steps)


def argument(array: np.ndarray | None, missing_axes: int = 0, repeats: int = 1) -> Argument:
    """Address and element strides. Leading axes that the array lacks repeat it, with stride 0."""
    if array is None:
        return MISSING
    if array.flags.c_contiguous and (not missing_axes or repeats == 1):
        return array.ctypes.data, None
    size = array.itemsize
    return array.ctypes.data, element_strides(*[0] * missing_axes, *[stride // size for stride in array.strides])
