"""The arguments that derivatives and fits share, checked and as the library takes them."""

from __future__ import annotations

import ctypes
from collections.abc import Callable
from typing import Any

import numpy as np

from . import _abi, _arrays, _exciton_inputs as inputs
from ._errors import ArgumentError, MissingArrayError, ShapeError, check
from ._exciton_options import ExcitonOptions
from ._library import library
from ._options import Options, flag, number

Array = np.ndarray
Parameter = tuple[Any, ...]

_AXES = {"x": 0, "y": 1, "z": 2}
_INT32 = np.dtype(np.int32)
_ONE = ("dipole-scale", "scale")


class FitOptions(Options):
    """The options of one fit."""

    defaults = _abi.ExcitonFitOptions()
    check(library.hl_exciton_fit_options_init(ctypes.byref(defaults), ctypes.sizeof(defaults)))
    keywords: dict[str, Any] = {}


def whole(low: int, high: int) -> Callable[[str, Any], int]:
    def checkwhole(name: str, value: Any) -> int:
        if isinstance(value, (bool, np.bool_)) or not isinstance(value, (int, np.integer)):
            raise TypeError(f"{name}: expected a whole number, got {type(value).__name__}")
        if not low <= value <= high:
            raise ArgumentError(f"{name}: is {value}; it is from {low} to {high}")
        return int(value)

    return checkwhole


FitOptions.keywords = {
    "n_start": (1, whole(1, 2**31 - 1)),
    "seed": (0, whole(0, 2**64 - 1)),
    "max_iterations": (100, whole(0, 2**31 - 1)),
    "misfit_tolerance": (1e-10, number),
    "step_tolerance": (1e-10, number),
    "gradient_tolerance": (1e-10, number),
    "scale_covariance": (False, flag),
}


class Call:
    """The arguments that derivatives and fits share."""

    def __init__(self, hamiltonians: Any, dipoles: Any, positions: Any, parameters: Any, model: dict[str, Any]) -> None:
        self._sizes, system = inputs.system(hamiltonians, dipoles, positions)
        self._has_positions = positions is not None
        self.parameters = [tuple(parameter) for parameter in parameters]
        self.n_parameter = len(self.parameters)
        self._rows = np.array([_row(p, q) for p, q in enumerate(self.parameters)], _INT32).reshape(-1, 3)
        self.parameter_rows = _arrays.argument(self._rows)
        self.options = ExcitonOptions()
        self._set(**model)
        self.system = (*system, *self._weights)
        self.has_sigma = False
        self.lacks_sigma = False
        self._points = [0, 0]

    def _set(
        self,
        *,
        weights: Any = None,
        fwhm: float = 70.0,
        fwhm_cd: float | None = None,
        normalization: str = "peak",
        cd_scale: str = "dissymmetry",
        frequency_prefactor: bool = False,
        normalize_dipoles: bool = False,
        deleted: Any = None,
        energy_offset: float = 0.0,
    ) -> None:
        n_conf, n_site = self._sizes.n_conf, self._sizes.n_site
        self._weights: tuple[Any, Any] = (None, None)
        if weights is not None:
            weights, *self._weights = _arrays.as_input("weights", weights, 1)
            _arrays.check_shape("weights", weights, (n_conf,), "one weight per configuration")
        self.options.set(
            normalization=normalization,
            cd_scale=cd_scale,
            frequency_prefactor=frequency_prefactor,
            normalize_dipoles=normalize_dipoles,
            energy_offset=energy_offset,
        )
        self.options.set_widths(fwhm, fwhm_cd, None, n_site, ())
        self._fwhm = {"absorption": fwhm, "cd": fwhm if fwhm_cd is None else fwhm_cd, "both": fwhm}
        if deleted is not None:
            self.options.set_deleted(deleted, n_site)

    def neutral(self) -> list[float]:
        """Values that change nothing."""
        return [
            self._fwhm[p[1]] if p[0] == "fwhm" else 1.0 if p[0] in _ONE else 0.0 for p in self.parameters
        ]

    def by_parameter(self, name: str, values: Any, copy: bool = False) -> Array:
        """One number for each parameter. Short lists are the caller's to write as they like."""
        try:
            array = np.array(values, np.float64) if copy else np.ascontiguousarray(values, np.float64)
        except (TypeError, ValueError):
            raise TypeError(f"{name}: expected {self.n_parameter} numbers, got {values!r}") from None
        _arrays.check_shape(name, array, (self.n_parameter,), "one number per parameter")
        return array

    def grids(self, absorption_grid: Any, cd_grid: Any) -> tuple[Any, ...]:
        arguments: tuple[Any, ...] = ()
        for band, (name, grid) in enumerate((("absorption_grid", absorption_grid), ("cd_grid", cd_grid))):
            arguments += self._points_of(band, name, grid)
        return arguments

    def measurement(self, absorption: Any, cd: Any) -> tuple[Any, ...]:
        """The arrays of both spectra as arguments."""
        arguments: tuple[Any, ...] = ()
        for band, (name, given) in enumerate((("absorption", absorption), ("cd", cd))):
            if given is None:
                arguments += (None,) * 6
                continue
            if not isinstance(given, (tuple, list)) or len(given) not in (2, 3):
                raise TypeError(f"{name}: expected (grid, measured) or (grid, measured, sigma)")
            grid, measured, sigma = (*given, None)[:3]
            arguments += self._points_of(band, f"{name}_grid", grid)
            for part, value in (("measured", measured), ("sigma", sigma)):
                if value is None and part == "sigma":
                    arguments += (None, None)
                    continue
                array, *place = _arrays.as_input(f"{name}_{part}", value, 1)
                _arrays.check_shape(f"{name}_{part}", array, (self._points[band],), "the grid's")
                arguments += tuple(place)
            self.has_sigma |= sigma is not None
            self.lacks_sigma |= sigma is None
        return arguments

    def _points_of(self, band: int, name: str, grid: Any) -> tuple[Any, Any]:
        if grid is None:
            return None, None
        grid, address, strides = _arrays.as_input(name, grid, 1)
        if grid.ndim != 1:
            raise ShapeError(f"{name}: shape is {grid.shape}, expected one axis")
        if band == 1 and len(grid) and not self._has_positions:
            raise MissingArrayError("positions: cd is asked for and needs the pigments' positions")
        self._points[band] = len(grid)
        self._is_wanted = (*getattr(self, "_is_wanted", ()), band)
        return address, strides

    def spectra(self) -> list[Array | None]:
        wanted = getattr(self, "_is_wanted", ())
        return [np.empty(self._points[band]) if band in wanted else None for band in (0, 1)]

    def sizes(self) -> tuple[int, ...]:
        return self._sizes.n_conf, self._sizes.n_site, *self._points, self.n_parameter

    def steps(self, passes: int) -> int:
        """An estimate of the work, as `_progress.run` takes it."""
        n = self._sizes.n_site
        return passes * self._sizes.n_conf * n * (n**2 + self.n_parameter * n + sum(self._points))


def optional(array: Array | None) -> tuple[Any, Any]:
    return (None, None) if array is None else _arrays.argument(array)


def _row(p: int, parameter: Parameter) -> tuple[int, int, int]:
    """A parameter as the library's row of three numbers."""
    kind, *rest = parameter
    if kind not in _abi.PARAMETERS:
        raise ArgumentError(f"parameters: row {p} is {parameter!r}; a kind is one of {', '.join(map(repr, _abi.PARAMETERS))}")
    code = _abi.PARAMETERS[kind]
    wanted = {"coupling": 2, "dipole-rotation": 2, "position": 2}.get(kind, 1)
    if len(rest) != wanted:
        raise ArgumentError(f"parameters: row {p} is {parameter!r}; {kind!r} takes {wanted} more item{'s'[: wanted - 1]}")
    if code >= _abi.PARAMETERS["fwhm"]:
        if rest[0] not in _abi.SPECTRA:
            raise ArgumentError(f"parameters: row {p} names {rest[0]!r}; use 'absorption', 'cd' or 'both'")
        return code, _abi.SPECTRA[rest[0]], 0
    if kind in ("dipole-rotation", "position"):
        rest[1] = _AXES.get(rest[1], rest[1])
    for item in rest:
        if isinstance(item, (bool, np.bool_)) or not isinstance(item, (int, np.integer)) or not 0 <= item < 2**31:
            raise ArgumentError(f"parameters: row {p} is {parameter!r}; sites count from 0, axes are 'x', 'y' and 'z'")
    first, second = (int(item) for item in (*rest, 0)[:2])
    return code, first, second
