"""The keyword options of direct sums and plans, checked and put into the library's option struct."""

from __future__ import annotations

import ctypes
import operator
from typing import Any

from .. import _abi
from .._errors import ArgumentError, OptionError, check
from .._library import library
from .._options import Options, choice, flag, number


def whole(name: str, value: Any) -> int:
    """A whole number that the library checks the range of."""
    if isinstance(value, bool):
        raise TypeError(f"{name}: expected an integer, got bool")
    try:
        number = operator.index(value)
    except TypeError:
        raise TypeError(f"{name}: expected an integer, got {type(value).__name__}") from None
    if not -(2**63) <= number < 2**63:
        raise ArgumentError(f"{name}: {number} does not fit 64 bits")
    return number


def screening_of(kernel: Any, screening: Any) -> Any:
    """The field's value. Without screening Yukawa's kernel would silently be Laplace's."""
    if screening is not None:
        return screening
    if kernel == "yukawa":
        raise OptionError('screening: is not given, but kernel is "yukawa"; pass screening, an inverse length (0.0 for Laplace\'s kernel)')
    return 0.0


def _defaults() -> _abi.DirectOptions:
    struct = _abi.DirectOptions()
    check(library.hl_direct_options_init(ctypes.byref(struct), ctypes.sizeof(struct)))
    return struct


class DirectOptions(Options):
    """The options of one call of the direct sum."""

    defaults = _defaults()
    keywords = {
        "kernel": ("laplace", choice(_abi.KERNELS)),
        "screening": (0.0, number),
    }


def _plan_defaults() -> _abi.FmmOptions:
    struct = _abi.FmmOptions()
    check(library.hl_fmm_options_init(ctypes.byref(struct), ctypes.sizeof(struct)))
    return struct


class PlanOptions(Options):
    """The options of one call that is about a plan."""

    defaults = _plan_defaults()
    keywords = {
        "kernel": ("laplace", choice(_abi.KERNELS)),
        "precision": ("auto", choice(_abi.FMM_PRECISIONS)),
        "screening": (0.0, number),
        "eps": (1e-6, number),
        "order": (0, whole),
        "leaf_size": (0, whole),
        "max_level": (20, whole),
        "balance": (False, flag),
        "translations": ("auto", choice(_abi.FMM_TRANSLATIONS)),
        "period": (0.0, number),
    }
