"""The keyword options of the Kuramoto functions, checked and put into the library's option struct."""

from __future__ import annotations

import ctypes
from collections.abc import Mapping
from typing import Any

import numpy as np

from .. import _abi
from .._errors import OptionError, check
from .._library import library
from .._options import Options, choice, flag, number
from ._inputs import Cells, integer, number_or_array

_boundary = choice(_abi.BOUNDARIES)


def _defaults() -> _abi.KuramotoOptions:
    struct = _abi.KuramotoOptions()
    check(library.hl_kuramoto_options_init(ctypes.byref(struct), ctypes.sizeof(struct)))
    return struct


class KuramotoOptions(Options):
    """The options of one call of a Kuramoto function."""

    defaults = _defaults()
    keywords = {
        "law": ("sine", choice(_abi.COUPLING_LAWS)),
        "method": ("euler", choice(_abi.METHODS)),
        "nonfinite": ("refuse", choice(_abi.NONFINITE)),
        "accumulate": (False, flag),
        "lag": (0.0, number),
        "noise": (0.0, number),
        "noise_seed": (0, integer),
        "first_step": (0, integer),
        "first_cell": (0, integer),
        "rtol": (0.0, number),
        "atol": (1e-6, number),
    }

    def set_boundary(self, boundary: Any, halo: Any, cells: Cells) -> None:
        """One boundary for all axes or one for each, and the phases beyond those that are "halo"."""
        axes = range(len(cells.shape))
        if isinstance(boundary, str):
            if boundary == "zero-flux" and halo is None:
                return
            names = [boundary for _ in axes]
        elif isinstance(boundary, (tuple, list)):
            names = list(boundary)
            if len(names) != len(axes):
                raise OptionError(f"boundary: has {len(names)} entries, expected one name, or one for each of the {len(axes)} axes")
        else:
            raise TypeError(f"boundary: expected a string, or a tuple of one for each axis, got {type(boundary).__name__}")
        for axis, name in enumerate(names):
            self.struct.boundary[axis] = _boundary(f"boundary[{axis}]", name)

        if halo is None:
            halo = {}
        elif not isinstance(halo, Mapping):
            raise TypeError(f"halo: expected a mapping {{axis: (below, above)}}, got {type(halo).__name__}")
        for axis in halo:
            if axis not in axes:
                raise OptionError(f"halo: {axis!r} is no axis; they count from 0 to {len(axes) - 1}")
            if names[axis] != "halo":
                raise OptionError(f"halo: given for axis {axis}, but boundary[{axis}] is {names[axis]!r}; set it to 'halo'")
        for axis, name in enumerate(names):
            if name == "halo":
                if axis not in halo:
                    raise OptionError(f"halo: boundary[{axis}] is 'halo'; pass halo={{{axis}: (below, above)}}")
                self._set_halo(axis, halo[axis], cells)

    def set_next_step(self, place: ctypes.c_double) -> None:
        """Where the library finds and leaves the length of an adaptive step."""
        self.struct.next_step = ctypes.addressof(place)
        self._kept["next_step"] = place

    def _set_halo(self, axis: int, faces: Any, cells: Cells) -> None:
        if not isinstance(faces, (tuple, list)) or len(faces) != 2:
            raise TypeError(f"halo[{axis}]: expected a pair (below, above), got {_described(faces)}")
        shape = cells.shape[:axis] + cells.shape[axis + 1 :]
        for field, face in zip(("halo_below", "halo_above"), faces):
            address, strides = number_or_array(
                f"{field}[{axis}]", face, shape, cells.dtype, f"the lattice without axis {axis}"
            )
            getattr(self.struct, field)[axis] = ctypes.addressof(address)
            getattr(self.struct, f"{field}_strides")[axis] = None if strides is None else ctypes.addressof(strides)
            self._kept[f"{field}[{axis}]"] = address, strides


def _described(value: Any) -> str:
    return f"an array of shape {value.shape}" if isinstance(value, np.ndarray) else type(value).__name__
