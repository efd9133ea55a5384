"""Unit conversion: spectroscopic energies, transition dipoles, lengths."""

from __future__ import annotations

import numbers
from typing import Any

import numpy as np

from . import _arrays
from ._errors import OptionError, StrideError, check
from ._library import library

# Units by kind. "nm" is a wavelength among energies and a length among lengths; the other unit decides.
_ENERGIES = {"cm-1": 0, "nm": 1, "eV": 2, "hartree": 3, "THz": 4}
_DIPOLES = {"debye": 100, "e*a0": 101, "C*m": 102}
_LENGTHS = {"angstrom": 200, "bohr": 201, "nm": 202}
_KINDS = (_ENERGIES, _DIPOLES, _LENGTHS)

# Every pair of units of one kind, with the library's numbers of both.
_PAIRS = {(one, other): (kind[one], kind[other]) for kind in _KINDS for one in kind for other in kind}


def _unit_numbers(from_unit: Any, to_unit: Any) -> tuple[int, int]:
    """The library's numbers of two units of one kind."""
    try:
        return _PAIRS[from_unit, to_unit]
    except (KeyError, TypeError):  # TypeError: something that no dictionary can look up
        raise _unit_error(from_unit, to_unit) from None


def _unit_error(from_unit: Any, to_unit: Any) -> Exception:
    """What is wrong with two units that are not a pair."""
    for name, unit in (("from_unit", from_unit), ("to_unit", to_unit)):
        if not isinstance(unit, str):
            return TypeError(f"{name}: expected a string, got {type(unit).__name__}")
        if not any(unit in kind for kind in _KINDS):
            known = ", ".join(repr(key) for kind in _KINDS for key in kind)
            return OptionError(f"{name}: {unit!r} is not a known unit; known are {known}")
    return OptionError(f"to_unit: {from_unit!r} and {to_unit!r} measure different things; choose two units of one kind")


def _flat(name: str, array: np.ndarray, strides: Any) -> Any:
    """Strides of the array as one axis, without a copy. The C call has one axis so that it fails before it writes."""
    if strides is None or array.ndim == 1:
        return strides
    axes = [(extent, stride) for extent, stride in zip(array.shape, array.strides) if extent != 1]
    for (_, outer), (extent, inner) in zip(axes, axes[1:]):
        if array.size and outer != extent * inner:
            raise StrideError(
                f"{name}: the elements do not follow each other at one distance; convert it row by row, or pass {name}.copy()"
            )
    step = axes[-1][1] if axes else array.itemsize
    return _arrays.in_elements((step,), array.itemsize)


def convert_units(values: Any, from_unit: str, to_unit: str, out: np.ndarray | None = None) -> Any:
    """Convert energies, transition dipoles or lengths from one unit to another.

    Parameters
    ----------
    values : float or ndarray of float64
        Numbers in ``from_unit``. One axis with any stride, or several whose elements follow each other at one
        distance (C-contiguous, for example).
    from_unit, to_unit : str
        Two units of one kind: ``"cm-1"``, ``"nm"`` (vacuum wavelength), ``"eV"``, ``"hartree"``, ``"THz"``;
        ``"debye"``, ``"e*a0"`` (atomic unit of the dipole), ``"C*m"``; ``"angstrom"``, ``"bohr"``, ``"nm"``.
    out : ndarray of float64, optional
        Where to write, of the shape of ``values``. It may be ``values`` itself, but no other array that shares an
        element with it.

    Returns
    -------
    float or ndarray of float64
        Numbers in ``to_unit``: a float for a float, else ``out``, or a new array without it.

    Raises
    ------
    TypeError
        ``values`` or ``out`` is not an array of float64 (nothing is cast).
    ValueError
        A unit is unknown or of another kind; the shapes differ; ``out`` shares an element with ``values`` without being
        the same array.

    Notes
    -----
    Wavelength and energy are reciprocal, so an ascending grid becomes a descending one; reverse it with ``[::-1]``.
    Zeros, NaN and infinities go through as arithmetic has it (0 cm-1 is ``inf`` nm). Constants: CODATA 2022.

    Examples
    --------
    >>> hotloop.convert_units(12500.0, "cm-1", "nm")
    800.0
    """
    units = _unit_numbers(from_unit, to_unit)
    is_scalar = type(values) is not np.ndarray and isinstance(values, numbers.Real)
    if is_scalar and out is not None:
        raise TypeError("out: values is a single number; leave out away or pass values as an array")
    source, source_at, source_strides = _arrays.as_input("values", np.array(float(values)) if is_scalar else values, 1)
    if out is None:
        target, target_at, target_strides = _arrays.new_output(source.shape)
    else:
        target, (target_at, target_strides) = out, _arrays.as_output("out", out, source.shape, 1)

    source_strides, target_strides = _flat("values", source, source_strides), _flat("out", target, target_strides)
    check(library.hl_units_convert(source.size, source_at, source_strides, target_at, target_strides, *units))
    return float(target) if is_scalar else target
