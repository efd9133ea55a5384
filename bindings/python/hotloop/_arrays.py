"""The only door from a Python object to an address and strides.

Nothing is copied or cast here: an array that cannot be worked on where it lies is an error that says what to do about
it. What needs a look at the numbers (NaN, symmetry, two arrays sharing an element) is the library's to check.

The library solves a small problem in a microsecond, so the door must not take many. An ordinary good array passes one
expression and is through; only what fails it is looked at in detail. The address then comes from the buffer protocol
(0.3 microseconds where ``array.ctypes.data`` takes 1.4), strides are NULL where they say nothing new, and where they do
they are converted once per distinct tuple. Names are module-level because looking an attribute up counts, too.
"""

from __future__ import annotations

from ctypes import c_char, c_ssize_t
from functools import lru_cache
from typing import Any

import numpy as np
from numpy import ndarray

from ._errors import AlignmentError, ArgumentError, ShapeError, StrideError

FLOAT64 = np.dtype(np.float64)
FLOAT32 = np.dtype(np.float32)
#: What arrays may be written into; a subclass could mean more than its numbers.
PLAIN_CLASSES = (np.ndarray, np.memmap)

_empty = np.empty

# Bits of ndarray.flags.num, as numpy/ndarraytypes.h numbers them. One look at the number replaces three attributes, of
# which `writeable` would also set off the warning of arrays that a later NumPy will make read-only.
_C_CONTIGUOUS, _ALIGNED, _WRITEABLE, _WARN_ON_WRITE = 0x1, 0x100, 0x400, 0x8000_0000
# An ordinary array, which the buffer protocol gives away for writing: the bits under the mask are these.
_ORDINARY = _C_CONTIGUOUS | _ALIGNED | _WRITEABLE
_ORDINARY_MASK = _ORDINARY | _WARN_ON_WRITE


class Address(c_char * 0):
    """No element, at the address of an array's first one. The array lives as long as this does."""

    owner: np.ndarray


#: The address of an ordinary array.
address_of = Address.from_buffer


Shape = tuple[int, ...]
#: Address and strides as the two arguments of a C function; (None, None) is an array that is not given.
Argument = tuple[Any, Any]


def as_input(name: str, value: Any, axes: int, dtype: np.dtype = FLOAT64) -> tuple[np.ndarray, Any, Any]:
    """An array of dtype to read from, its address, and its strides along so many axes."""
    if type(value) is ndarray and value.dtype is dtype and value.flags.num & _ORDINARY_MASK == _ORDINARY:
        return value, address_of(value), None
    array = _as_array(name, value, dtype)
    _check_dtype(name, array, dtype)
    if not array.flags.aligned:
        _check_memory(name, array)
    return array, *argument(array, axes - array.ndim)


def as_output(name: str, value: Any, shape: Shape, axes: int, dtype: np.dtype = FLOAT64) -> Argument:
    """The caller's array of dtype and exactly this shape, to write into."""
    if (
        type(value) is ndarray
        and value.dtype is dtype
        and value.shape == shape
        and value.flags.num & _ORDINARY_MASK == _ORDINARY
    ):
        return address_of(value), None
    if type(value) not in PLAIN_CLASSES:
        raise TypeError(f"{name}: expected a NumPy array of {dtype} to write into, got {type(value).__name__}")
    if value.dtype != dtype:
        # A converted copy would be written instead of the caller's array.
        raise TypeError(f"{name}: {_wrong_dtype(value, dtype)}; make it with numpy.empty({shape}, dtype=numpy.{dtype}) to write into")
    check_shape(name, value, shape)
    if not value.flags.writeable:
        raise ArgumentError(f"{name}: the array is read-only; pass one with flags.writeable set")
    if not value.flags.aligned:
        _check_memory(name, value)
    return argument(value, axes - value.ndim)


def new_output(shape: Shape, dtype: np.dtype = FLOAT64) -> tuple[np.ndarray, Any, Any]:
    """A new array, its address and its strides."""
    array = _empty(shape, dtype)
    return array, address_of(array), None


def precision(name: str, value: Any) -> np.dtype:
    """float64 or float32, whichever an array has, for functions that exist in both."""
    dtype = getattr(value, "dtype", None)
    if dtype is FLOAT64 or dtype is FLOAT32:
        return dtype
    dtype = _as_array(name, value, FLOAT64).dtype
    if dtype == FLOAT64 or dtype == FLOAT32:
        return FLOAT64 if dtype == FLOAT64 else FLOAT32
    for native in (FLOAT64, FLOAT32):
        if dtype.newbyteorder() == native:
            raise TypeError(f"{name}: the byte order is not this machine's; pass {name}.astype(numpy.{native})")
    raise TypeError(f"{name}: dtype is {dtype}, hotloop computes in float64 or float32; pass {_converted(name, dtype, FLOAT64)}")


def check_shape(name: str, array: np.ndarray, shape: Shape, meaning: str = "") -> None:
    """The array must have exactly this shape; ``meaning`` spells it in words."""
    if array.shape != shape:
        raise ShapeError(f"{name}: shape is {array.shape}, expected {shape}{meaning and ' = ' + meaning}")


def argument(array: np.ndarray, missing_axes: int = 0) -> Argument:
    """Address and strides of an array that may be worked on, for a function that takes more axes, of extent 1."""
    strides = None if array.flags.num & _C_CONTIGUOUS else element_strides(array, missing_axes)
    if array.flags.num & _ORDINARY_MASK == _ORDINARY:
        return address_of(array), strides
    address = Address.from_address(array.ctypes.data)
    address.owner = array
    return address, strides


def element_strides(array: np.ndarray, missing_axes: int = 0) -> Any:
    """Strides counted in elements, as the C function reads them. Leading axes that the array lacks repeat it: 0."""
    return in_elements((0,) * missing_axes + array.strides, array.itemsize)


@lru_cache(maxsize=1024)
def in_elements(steps: tuple[int, ...], size: int) -> Any:
    """The same from strides in bytes. All calls share what this returns: the library only reads it."""
    return (c_ssize_t * len(steps))(*[step // size for step in steps])


def _as_array(name: str, value: Any, dtype: np.dtype) -> np.ndarray:
    """value as a plain ndarray over the same memory."""
    if type(value) in PLAIN_CLASSES:
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
        if value is None:
            raise TypeError(f"{name}: is None, but this call needs it; pass a NumPy array of {dtype}") from None
        raise TypeError(
            f"{name}: expected a NumPy array of {dtype}, got {type(value).__name__}; "
            f"pass numpy.asarray({name}, dtype=numpy.{dtype})"
        ) from None


def _check_dtype(name: str, array: np.ndarray, dtype: np.dtype) -> None:
    if array.dtype != dtype:
        raise TypeError(f"{name}: {_wrong_dtype(array, dtype)}; pass {_converted(name, array.dtype, dtype)}")


def _wrong_dtype(array: np.ndarray, dtype: np.dtype) -> str:
    if array.dtype.newbyteorder() == dtype:
        return "the byte order is not this machine's"
    return f"dtype is {array.dtype}, hotloop computes in {dtype}"


def _converted(name: str, given: np.dtype, dtype: np.dtype) -> str:
    """The expression that makes an array of dtype of an input of another."""
    if given.kind != "c":
        return f"{name}.astype(numpy.{dtype})"
    # astype would drop the imaginary part with no more than a warning.
    real = f"{name}.real" if given.type().real.dtype == dtype else f"{name}.real.astype(numpy.{dtype})"
    return f"{real} if its imaginary part means nothing"


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
