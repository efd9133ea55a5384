"""The keyword options of the direct sum, checked and put into the library's option struct."""

from __future__ import annotations

import ctypes

from .. import _abi
from .._errors import check
from .._library import library
from .._options import Options, choice, number


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
