"""The options of the AniSOAP functions, checked and put into the library's option struct."""

from __future__ import annotations

import ctypes
import operator
from collections.abc import Sequence
from typing import Any

import numpy as np

from .. import _abi
from .._arrays import argument
from .._errors import ArgumentError, OptionError, check
from .._library import library
from .._options import Options, choice, flag, number


def _defaults() -> _abi.AnisoapOptions:
    struct = _abi.AnisoapOptions()
    check(library.hl_anisoap_options_init(ctypes.byref(struct), ctypes.sizeof(struct)))
    return struct


class AnisoapOptions(Options):
    """The options of a plan or of one call."""

    defaults = _defaults()
    keywords = {
        "radial_basis": ("gto", choice(_abi.RADIAL_BASES)),
        "radial_gaussian_width": (0.0, number),
        "basis_rcond": (0.0, number),
        "basis_tol": (1e-8, number),
        "subtract_center_contribution": (False, flag),
        "channel_order": ("radial-major", choice(_abi.CHANNEL_ORDERS)),
        "spectrum_pairs": ("all", choice(_abi.SPECTRUM_PAIRS)),
        "spectrum_sign": ("alternating", choice(_abi.SPECTRUM_SIGNS)),
        "coefficients": ("orthonormal", choice(_abi.COEFFICIENTS)),
        "pair_list": ("full", choice(_abi.PAIR_LISTS)),
    }

    def set_max_radial(self, max_radial: Any, max_angular: int) -> None:
        """None, the largest n of all l, or a sequence with one for each l."""
        if max_radial is None:
            return
        if isinstance(max_radial, (Sequence, np.ndarray)) and not isinstance(max_radial, str) and np.ndim(max_radial) == 1:
            values = [whole(f"max_radial[{l}]", n) for l, n in enumerate(max_radial)]
            if len(values) != max_angular + 1:
                raise OptionError(f"max_radial: has {len(values)} entries, expected one for each l from 0 to {max_angular}")
            self.set_array("max_radial_values", *argument(np.array(values, dtype=np.int32)))
        else:
            self.struct.max_radial = whole("max_radial", max_radial)


def whole(name: str, value: Any, least: int = 0) -> int:
    """A whole number of 32 bits."""
    if isinstance(value, bool):
        raise TypeError(f"{name}: expected an integer, got bool")
    try:
        number = operator.index(value)
    except TypeError:
        raise TypeError(f"{name}: expected an integer, got {type(value).__name__}") from None
    if not least <= number < 2**31:
        raise ArgumentError(f"{name}: is {number}, expected {least} to 2147483647")
    return number
