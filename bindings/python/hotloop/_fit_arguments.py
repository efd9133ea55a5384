"""The arguments that derivatives and fits share, checked and as the library takes them."""

from __future__ import annotations

import ctypes
import difflib
from collections.abc import Callable
from functools import lru_cache
from itertools import chain, islice
from typing import Any

import numpy as np

from . import _abi, _arrays, _exciton_inputs as inputs
from ._errors import ArgumentError, MissingArrayError, OptionError, ShapeError, check
from ._exciton_options import ExcitonOptions
from ._library import library
from ._options import Options, flag, number
from ._sample import Drawn, Sample

Array = np.ndarray
Parameter = tuple[Any, ...]

_AXES = {"x": 0, "y": 1, "z": 2}
_INT32 = np.dtype(np.int32)
_ONE = ("dipole-scale", "scale")
#: Of absorption and CD: the keyword, and its parts in messages.
_NAMES = [(name, f"{name}_grid", f"{name}_measured", f"{name}_sigma") for name in ("absorption", "cd")]


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

    def __init__(
        self, of: Callable[..., Any], hamiltonians: Any, dipoles: Any, positions: Any, parameters: Any, model: dict[str, Any]
    ) -> None:
        """``of`` is the public function, whose keywords are listed where one is unknown."""
        unknown = model.keys() - _MODEL
        if unknown:
            raise _unknown(min(unknown), of)
        drawn = model.pop("disorder", None)
        if drawn is not None:
            hamiltonians, dipoles, positions = _shared_by_members(drawn, hamiltonians, dipoles, positions)
        self._sizes, system = inputs.system(hamiltonians, dipoles, positions)
        self._arrays = hamiltonians, dipoles, positions
        self._has_positions = positions is not None
        self.parameters = _listed(parameters)
        self.n_parameter = len(self.parameters)
        self.parameter_rows = _rows(self.parameters)
        self.options = ExcitonOptions()
        self.sample = Sample()
        self._set(**model)
        if drawn is not None:
            self.sample.set_disorder(drawn, self._sizes.n_site)
        self.system = (*system, *self._weights)
        self.has_sigma = False
        self.lacks_sigma = False
        self._points = [0, 0, 0]
        self._is_wanted = [False, False, False]

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
        axis: Any = None,
        fwhm_ld: float | None = None,
        variants: Any = None,
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
        for name, width in (("fwhm", fwhm), ("fwhm_cd", fwhm_cd)):
            if isinstance(width, (list, tuple)) or (isinstance(width, np.ndarray) and width.ndim):
                raise OptionError(f"{name}: is an array; here a spectrum has one width, which may be a parameter")
        self.options.set_widths(fwhm, fwhm_cd, None, n_site, ())
        self._fwhm = {"absorption": fwhm, "cd": fwhm if fwhm_cd is None else fwhm_cd, "both": fwhm, "all": fwhm}
        self._fwhm["ld"] = fwhm if fwhm_ld is None else fwhm_ld
        self._axis, self._fwhm_ld = axis, fwhm_ld
        if variants is not None:
            self.sample.set_variants(variants, n_site)
        if deleted is not None:
            self.options.set_deleted(deleted, n_site)

    def neutral(self) -> list[float]:
        """Values that change nothing."""
        return [self._neutral_of(*parameter) for parameter in self.parameters]

    def _neutral_of(self, kind: str, of: Any, *_: Any) -> float:
        if kind == "fwhm":
            return self._fwhm[of]
        if kind == "variant-weight":
            return self.sample.weight_of(of)
        return 1.0 if kind in _ONE else 0.0

    def by_parameter(self, name: str, values: Any, copy: bool = False) -> Array:
        """One number for each parameter. Short lists are the caller's to write as they like."""
        try:
            array = np.array(values, np.float64) if copy else np.ascontiguousarray(values, np.float64)
        except (TypeError, ValueError):
            raise TypeError(f"{name}: expected {self.n_parameter} numbers, got {values!r}") from None
        _arrays.check_shape(name, array, (self.n_parameter,), "one number per parameter")
        return array

    def grids(self, absorption_grid: Any, cd_grid: Any, ld_grid: Any) -> tuple[Any, ...]:
        arguments: tuple[Any, ...] = ()
        for band, (name, grid) in enumerate((("absorption_grid", absorption_grid), ("cd_grid", cd_grid))):
            arguments += self._points_of(band, name, grid)
        if ld_grid is not None:
            self._set_ld(ld_grid)
        return arguments

    def measurement(self, absorption: Any, cd: Any, ld: Any) -> list[Any]:
        """The arrays of absorption and CD as arguments; those of linear dichroism become the sample's."""
        arguments: list[Any] = []
        for band, given in enumerate((absorption, cd)):
            if given is None:
                arguments += (None,) * 6
                continue
            name, grid_name, measured_name, sigma_name = _NAMES[band]
            grid, measured, sigma = self._measured(name, given)
            arguments += self._points_of(band, grid_name, grid)
            shape = (self._points[band],)
            measured, address, strides = _arrays.as_input(measured_name, measured, 1)
            if measured.shape != shape:
                _arrays.check_shape(measured_name, measured, shape, "the grid's")
            arguments += address, strides
            address = strides = None
            if sigma is not None:
                sigma, address, strides = _arrays.as_input(sigma_name, sigma, 1)
                if sigma.shape != shape:
                    _arrays.check_shape(sigma_name, sigma, shape, "the grid's")
            arguments += address, strides
        if ld is not None:
            grid, measured, sigma = self._measured("ld", ld)
            self._set_ld(grid)
            for part, value in (("ld_measured", measured), ("ld_sigma", sigma)):
                if value is not None or part == "ld_measured":
                    array, *_ = _arrays.as_input(part, value, 1)
                    _arrays.check_shape(part, array, (self._points[2],), "the grid's")
                    self.sample.set_array(part, array)
        return arguments

    def _measured(self, name: str, given: Any) -> tuple[Any, Any, Any]:
        if not isinstance(given, (tuple, list)) or len(given) not in (2, 3):
            raise TypeError(f"{name}: expected (grid, measured) or (grid, measured, sigma)")
        grid, measured, sigma = given if len(given) == 3 else (*given, None)
        if sigma is None:
            self.lacks_sigma = True
        else:
            self.has_sigma = True
        return grid, measured, sigma

    def _set_ld(self, grid: Any) -> None:
        self._points[2] = self.sample.set_ld(grid, self._axis, self._fwhm_ld)
        self._is_wanted[2] = True

    def _points_of(self, band: int, name: str, grid: Any) -> tuple[Any, Any]:
        if grid is None:
            return None, None
        grid, address, strides = _arrays.as_input(name, grid, 1)
        if grid.ndim != 1:
            raise ShapeError(f"{name}: shape is {grid.shape}, expected one axis")
        if band == 1 and len(grid) and not self._has_positions:
            raise MissingArrayError("positions: cd is asked for and needs the pigments' positions")
        self._points[band] = len(grid)
        self._is_wanted[band] = True
        return address, strides

    def spectra(self, with_jacobian: bool = False) -> tuple[list[Array | None], list[Array | None]]:
        """Where the model's spectra go, and their Jacobians; those of linear dichroism by the sample."""
        spectra = [np.empty(points) if wanted else None for points, wanted in zip(self._points, self._is_wanted)]
        rows: list[Array | None] = [None, None, None]
        if self.sample.struct is None and not with_jacobian:
            return spectra, rows
        if with_jacobian:
            rows = [None if s is None else np.empty((len(s), self.n_parameter)) for s in spectra]
        for name, array in (("ld", spectra[2]), ("ld_jacobian", rows[2])):
            if array is not None:
                self.sample.set_array(name, array)
        if self.sample.struct is not None:
            self.options.struct.sample = ctypes.pointer(self.sample.struct)
        return spectra, rows

    def sizes(self) -> tuple[Any, ...]:
        """The dimensions, as an undeclared function takes them."""
        return (*self._sizes.arguments, *map(inputs.size, (*self._points[:2], self.n_parameter)))

    def steps(self, passes: int, with_products: bool = False) -> int:
        """An estimate of the work, as `_progress.run` takes it; with the normal equations and their solution."""
        n, p = self._sizes.n_site, self.n_parameter
        variants = 1 if self.sample.struct is None else max(1, self.sample.struct.n_variant)
        products = p**2 * (200 + p // 3) if with_products else 0
        return passes * (variants * self._sizes.n_conf * n * (n**2 + 20 * p) + 30 * sum(self._points) + products)


#: Keywords of a model.
_MODEL = frozenset(Call._set.__kwdefaults__) | {"disorder"}


def _unknown(name: str, of: Callable[..., Any]) -> TypeError:
    """What to raise for a keyword that the function does not have."""
    code = of.__code__
    known = sorted({*code.co_varnames[: code.co_argcount + code.co_kwonlyargcount], *_MODEL})
    near = difflib.get_close_matches(name, known, 1)
    guess = f"; did you mean {near[0]}?" if near else ";"
    return TypeError(f"{name}: no such argument{guess} {of.__name__} takes {', '.join(known)}")


def _listed(parameters: Any) -> list[Parameter]:
    """A list of tuples."""
    expected = "expected a list of tuples such as ('site-energy', 0)"
    try:
        items = list(parameters)
    except TypeError:
        raise TypeError(f"parameters: {expected}, got {type(parameters).__name__}") from None
    for p, item in enumerate(items):
        if not isinstance(item, (tuple, list)) or not item:
            raise TypeError(f"parameters: row {p} is {item!r}; {expected}")
    return [tuple(item) for item in items]


def optional(array: Array | None) -> tuple[Any, Any]:
    return (None, None) if array is None else _arrays.argument(array)


def _shared_by_members(drawn: Any, hamiltonian: Any, dipoles: Any, positions: Any) -> tuple[Any, Any, Any]:
    """One Hamiltonian and its geometry as arrays of stride 0 along the members."""
    if not isinstance(drawn, Drawn):
        raise TypeError(f"disorder: expected exciton.Drawn(n_member, site_sigma, ...), got {type(drawn).__name__}")
    n_member = whole(0, 2**62)("n_member", drawn.n_member)
    hamiltonian, *_ = _arrays.as_input("hamiltonian", hamiltonian, 2)
    if hamiltonian.ndim != 2:
        raise ShapeError(f"hamiltonians: shape is {hamiltonian.shape}; with disorder it is one, (n_site, n_site)")
    return np.broadcast_to(hamiltonian, (n_member, *hamiltonian.shape)), dipoles, positions


def _rows(parameters: list[Parameter]) -> _arrays.Argument:
    """Parameters as the library's rows of three numbers. Those of one fit are those of the next: what they mean is kept."""
    try:
        return _known_rows(tuple(map(len, parameters)), *chain.from_iterable(parameters))
    except TypeError:
        # Items that no dictionary can look up.
        return _checked_rows(parameters)


# Typed: True and 1 are one key otherwise. All calls share what this returns: the library only reads it.
@lru_cache(maxsize=256, typed=True)
def _known_rows(lengths: tuple[int, ...], *items: Any) -> _arrays.Argument:
    rest = iter(items)
    return _checked_rows([tuple(islice(rest, length)) for length in lengths])


def _checked_rows(parameters: list[Parameter]) -> _arrays.Argument:
    rows = [_checked_row(p, parameter) for p, parameter in enumerate(parameters)]
    return _arrays.argument(np.array(rows, _INT32).reshape(-1))


def _checked_row(p: int, parameter: Parameter) -> tuple[int, int, int]:
    kind, *rest = parameter
    if kind not in _abi.PARAMETERS:
        raise ArgumentError(f"parameters: row {p} is {parameter!r}; a kind is one of {', '.join(map(repr, _abi.PARAMETERS))}")
    code = _abi.PARAMETERS[kind]
    wanted = {"coupling": 2, "dipole-rotation": 2, "position": 2, "variant-site-energy": 2}.get(kind, 1)
    if len(rest) != wanted:
        raise ArgumentError(f"parameters: row {p} is {parameter!r}; {kind!r} takes {wanted} more item{'s'[: wanted - 1]}")
    if kind in ("fwhm", "shift", "scale", "offset"):
        if rest[0] not in _abi.SPECTRA:
            raise ArgumentError(f"parameters: row {p} names {rest[0]!r}; use 'absorption', 'cd', 'ld', 'both' or 'all'")
        return code, _abi.SPECTRA[rest[0]], 0
    if kind in ("dipole-rotation", "position"):
        rest[1] = _AXES.get(rest[1], rest[1])
    for item in rest:
        if isinstance(item, (bool, np.bool_)) or not isinstance(item, (int, np.integer)) or not 0 <= item < 2**31:
            raise ArgumentError(f"parameters: row {p} is {parameter!r}; sites and variants count from 0, axes are 'x', 'y' and 'z'")
    first, second = (int(item) for item in (*rest, 0)[:2])
    return code, first, second
