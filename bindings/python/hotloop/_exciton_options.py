"""The keyword options of the exciton functions, checked and put into the library's option struct."""

from __future__ import annotations

import ctypes
import math
import numbers
from typing import Any

import numpy as np

from . import _abi, _arrays
from ._errors import OptionError, ShapeError, check
from ._library import library


class Options:
    """One call's option struct. It keeps alive the arrays whose addresses it holds."""

    def __init__(self) -> None:
        self.struct = _abi.ExcitonOptions()
        self._kept: list[Any] = []
        check(library.hl_exciton_options_init(ctypes.byref(self.struct), ctypes.sizeof(self.struct)))

    def number(self, name: str, value: Any) -> None:
        """A single number."""
        setattr(self.struct, name, _number(name, value))

    def flag(self, name: str, value: Any) -> None:
        """True or False."""
        if not isinstance(value, (bool, np.bool_)):
            raise TypeError(f"{name}: expected True or False, got {value!r}")
        setattr(self.struct, name, int(value))

    def choice(self, name: str, value: Any, choices: dict[str, int]) -> None:
        """One of a few words."""
        if not isinstance(value, str):
            raise TypeError(f"{name}: expected a string, got {type(value).__name__}")
        if value not in choices:
            raise OptionError(f"{name}: {value!r} is not one of {', '.join(map(repr, choices))}")
        setattr(self.struct, name, choices[value])

    def widths(self, fwhm: Any, fwhm_cd: Any, fwhm_by: str | None, n: int, allowed: tuple[str, ...]) -> None:
        """One FWHM for all, or one for each of n excitons or sites."""
        values = {"fwhm": fwhm, "fwhm_cd": fwhm_cd}
        single = {name: value is None or isinstance(value, numbers.Real) for name, value in values.items()}
        if fwhm_by is None:
            for name, value in values.items():
                if not single[name]:
                    _arrays.as_input(name, value)
                    raise OptionError(
                        f"{name}: an array of widths needs fwhm_by={' or '.join(map(repr, allowed))} "
                        "to say what each belongs to"
                    )
            fwhm_by = "common"
        self.choice("fwhm_by", fwhm_by, {key: _abi.FWHM_BY[key] for key in ("common", *allowed)})
        if fwhm is None:
            raise TypeError("fwhm: expected a number or an array, got None")
        if fwhm_by == "common":
            for name in values:
                if not single[name]:
                    raise OptionError(f"{name}: fwhm_by='common' takes one number, not an array")
            self.number("fwhm", fwhm)
            if fwhm_cd is not None:
                self.number("fwhm_cd", fwhm_cd)
                if self.struct.fwhm_cd == 0.0:
                    raise OptionError(
                        "fwhm_cd: 0.0 is not a width; give a positive number, or None for the same as fwhm"
                    )
            return
        for name, value in values.items():
            if value is None:
                continue
            if single[name]:
                # One number stands for all: an array of one element read with stride 0.
                array, missing_axes = np.array(_number(name, value)), 1
            else:
                array, missing_axes = _arrays.as_input(name, value), 0
                _arrays.check_shape(name, array, (n,), f"one width per {fwhm_by}")
            self._array(f"{name}_values", array, _arrays.argument(array, missing_axes, n))

    def deleted(self, deleted: Any, n_site: int) -> int:
        """A boolean mask or 0-based indices of deleted pigments; returns how many pigments stay."""
        if deleted is None:
            return n_site
        array = np.asarray(deleted)
        if array.dtype == np.bool_:
            _arrays.check_shape("deleted", array, (n_site,), "one flag per site")
            mask = array
        else:
            mask = _mask_from_indices(array, n_site)
        self._array("deleted", mask, _arrays.argument(mask))
        return n_site - int(np.count_nonzero(mask))

    def _array(self, name: str, array: np.ndarray, argument: _arrays.Argument) -> None:
        address, strides = argument
        setattr(self.struct, name, address)
        setattr(self.struct, f"{name}_strides", None if strides is None else ctypes.addressof(strides))
        self._kept += [array, strides]


def _number(name: str, value: Any) -> float:
    if type(value) is float and value == value:
        return value
    if isinstance(value, (bool, np.bool_)) or not isinstance(value, numbers.Real):
        raise TypeError(f"{name}: expected a number, got {type(value).__name__}")
    number = float(value)
    if math.isnan(number):
        raise OptionError(f"{name}: NaN is not a usable number")
    return number


def _mask_from_indices(indices: np.ndarray, n_site: int) -> np.ndarray:
    """True at the sites that the indices name."""
    mask = np.zeros(n_site, dtype=np.bool_)
    if indices.size == 0 and indices.ndim == 1:
        return mask
    if indices.dtype.kind not in "iu":
        raise TypeError(f"deleted: expected a boolean mask or integer indices, got dtype {indices.dtype}")
    if indices.ndim > 1:
        raise ShapeError(
            f"deleted: shape is {indices.shape}, expected one axis of indices or a mask of shape ({n_site},)"
        )
    for index in indices.reshape(-1).tolist():
        if not 0 <= index < n_site:
            raise OptionError(f"deleted: index {index} is out of range; sites count from 0 to {n_site - 1}")
        if mask[index]:
            raise OptionError(
                f"deleted: index {index} comes twice; if 0s and 1s are meant as a mask, its dtype must be bool"
            )
        mask[index] = True
    return mask
