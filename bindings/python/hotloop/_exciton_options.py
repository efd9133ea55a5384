"""The keyword options of the exciton functions, checked and put into the library's option struct."""

from __future__ import annotations

import ctypes
import numbers
from typing import Any

import numpy as np

from . import _abi, _arrays
from ._errors import OptionError, ShapeError, check
from ._library import library
from ._options import Options, choice, flag, number


def _defaults() -> _abi.ExcitonOptions:
    struct = _abi.ExcitonOptions()
    check(library.hl_exciton_options_init(ctypes.byref(struct), ctypes.sizeof(struct)))
    return struct


class ExcitonOptions(Options):
    """The options of one call of an exciton function."""

    defaults = _defaults()
    keywords = {
        "fwhm": (70.0, number),
        "lineshape": ("gaussian", choice(_abi.LINESHAPES)),
        "lorentzian_fwhm": (0.0, number),
        "normalization": ("peak", choice(_abi.NORMALIZATIONS)),
        "cutoff": (3.0, number),
        "broadening": ("auto", choice(_abi.BROADENINGS)),
        "frequency_prefactor": (False, flag),
        "energy_offset": (0.0, number),
        "normalize_dipoles": (False, flag),
        "cd_scale": ("dissymmetry", choice(_abi.CD_SCALES)),
    }

    def set_widths(self, fwhm: Any, fwhm_cd: Any, fwhm_by: Any, n: int, allowed: tuple[str, ...]) -> None:
        """One FWHM for all, or one for each of n excitons or sites."""
        if fwhm_cd is None and fwhm_by is None and type(fwhm) is float:
            if fwhm != self.defaults.fwhm:
                self.struct.fwhm = number("fwhm", fwhm)
            return
        values = {name: _scalar(value) for name, value in (("fwhm", fwhm), ("fwhm_cd", fwhm_cd))}
        for name, value in values.items():
            if isinstance(value, str):
                raise TypeError(f"{name}: expected a number or an array of them, got the string {value!r}; pass float({name})")
        fwhm, fwhm_cd = values.values()
        single = {name: value is None or isinstance(value, numbers.Real) for name, value in values.items()}
        if fwhm_by is None:
            for name, value in values.items():
                if not single[name]:
                    _arrays.as_input(name, value, 1)
                    raise OptionError(
                        f"{name}: an array of widths needs fwhm_by={' or '.join(map(repr, allowed))} "
                        "to say what each belongs to"
                    )
            fwhm_by = "common"
        self.struct.fwhm_by = choice({key: _abi.FWHM_BY[key] for key in ("common", *allowed)})("fwhm_by", fwhm_by)
        if fwhm is None:
            raise TypeError("fwhm: expected a number or an array, got None")
        if fwhm_by == "common":
            for name in values:
                if not single[name]:
                    raise OptionError(f"{name}: fwhm_by='common' takes one number, not an array")
            self.struct.fwhm = number("fwhm", fwhm)
            if fwhm_cd is not None:
                self.struct.fwhm_cd = number("fwhm_cd", fwhm_cd)
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
                array = np.array(number(name, value))
                address, _ = _arrays.argument(array)
                strides = _arrays.element_strides(array, missing_axes=1)
            else:
                array, address, strides = _arrays.as_input(name, value, 1)
                _arrays.check_shape(name, array, (n,), f"one width per {fwhm_by}")
            self.set_array(f"{name}_values", address, strides)

    def set_deleted(self, deleted: Any, n_site: int) -> int:
        """A boolean mask or 0-based indices of deleted pigments; returns how many pigments stay."""
        mask = deleted_mask(deleted, n_site)
        self.set_array("deleted", *_arrays.argument(mask))
        return n_site - int(np.count_nonzero(mask))


def _scalar(value: Any) -> Any:
    """An array without axes is its number."""
    return value[()] if isinstance(value, np.ndarray) and value.ndim == 0 else value


def deleted_mask(deleted: Any, n_site: int) -> np.ndarray:
    """The mask of deleted pigments, from a mask or from indices."""
    array = np.asarray(deleted)
    if array.dtype == np.bool_:
        _arrays.check_shape("deleted", array, (n_site,), "one flag per site")
        return array
    return _mask_from_indices(array, n_site)


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
