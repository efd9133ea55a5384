"""What a fit may be told of a sample beyond its configurations: linear dichroism, variants, disorder drawn on the fly."""

from __future__ import annotations

import ctypes
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

import numpy as np

from . import _abi, _arrays
from ._errors import ArgumentError, MissingArrayError, ShapeError, check
from ._exciton_options import deleted_mask
from ._library import library
from ._options import number

Array = np.ndarray


@dataclass(frozen=True, eq=False)
class Variant:
    """A variant of the complex, as an item of ``variants``: the model is the sum of ``weight`` times the spectrum of each.

    Attributes
    ----------
    weight : float
        Of any sign: shares of a mixture, or 1 and -1 for a difference.
    deleted : array_like of bool, shape (n_site,), or of int, optional
        Pigments that it lacks, beside those of the option ``deleted``: a mask or indices.
    energies : array_like, shape (n_site,), optional
        Added to the site energies, cm-1.
    """

    weight: float = 1.0
    deleted: Any = None
    energies: Any = None


@dataclass(frozen=True, eq=False)
class Drawn:
    """Disorder that a fit draws on the fly, about one Hamiltonian: the members of ``disorder(hamiltonian, ...)``, to the same bits,
    without their memory. The arguments are those of `disorder`."""

    n_member: int
    site_sigma: Any
    coupling_sigma: Array | None = None
    seed: int = 0
    first_member: int = 0


def site_factor(site_sigma: Any, n_site: int) -> Array:
    """A factor whose product with its transpose is the covariance of the site energies, from the deviations or as it is."""
    factor = np.asarray(site_sigma, np.float64)
    if factor.ndim < 2:
        if factor.ndim == 1:
            _arrays.check_shape("site_sigma", factor, (n_site,), "one per site")
        if (factor < 0.0).any():
            raise ArgumentError(f"site_sigma: is {factor.min():g}; a standard deviation is at least 0")
        factor = np.diag(np.broadcast_to(factor, n_site))
    if factor.ndim != 2 or len(factor) != n_site:
        raise ShapeError(f"site_sigma: shape is {factor.shape}, expected ({n_site}, n_factor)")
    return factor


class Sample:
    """The library's struct for one call, made when the first field is set, and the arrays that it points to."""

    def __init__(self) -> None:
        self.struct: Any = None
        self._weights: list[float] = [1.0]
        self._kept: list[Any] = []

    def _begin(self) -> Any:
        if self.struct is None:
            self.struct = _abi.ExcitonSample()
            check(library.hl_exciton_sample_init(ctypes.byref(self.struct), ctypes.sizeof(self.struct)))
        return self.struct

    def set_array(self, name: str, array: Array) -> None:
        """A field that is an array, which is to live as long as the sample."""
        struct = self._begin()
        address, strides = _arrays.argument(array)
        setattr(struct, name, ctypes.addressof(address))
        setattr(struct, f"{name}_strides", None if strides is None else ctypes.addressof(strides))
        self._kept.append((array, address, strides))

    def set_ld(self, grid: Any, axis: Any, fwhm_ld: float | None) -> int:
        """Linear dichroism at the grid's points; how many there are."""
        grid, *_ = _arrays.as_input("ld_grid", grid, 1)
        if grid.ndim != 1:
            raise ShapeError(f"ld_grid: shape is {grid.shape}, expected one axis")
        if axis is None:
            raise MissingArrayError("axis: ld is asked for and needs the axis about which the sample is oriented: x, y, z")
        try:
            axis = np.ascontiguousarray(axis, np.float64)
        except (TypeError, ValueError):
            raise TypeError(f"axis: expected three numbers, got {axis!r}") from None
        _arrays.check_shape("axis", axis, (3,), "x, y, z")
        self._begin().n_ld = len(grid)
        self.set_array("ld_grid", grid)
        self.set_array("axis", axis)
        if fwhm_ld is not None:
            self.struct.fwhm_ld = number("fwhm_ld", fwhm_ld)
        return len(grid)

    def set_variants(self, variants: Iterable[Variant], n_site: int) -> None:
        variants = list(variants)
        for v, variant in enumerate(variants):
            if not isinstance(variant, Variant):
                raise TypeError(f"variants: item {v} is a {type(variant).__name__}, expected exciton.Variant(weight, ...)")
        if not variants:
            raise ArgumentError("variants: is empty; leave it out, or name at least one")
        self._begin().n_variant = len(variants)
        self._weights = [number("variants: weight", variant.weight) for variant in variants]
        self.set_array("variant_weights", np.array(self._weights))
        if any(variant.deleted is not None for variant in variants):
            masks = [[] if variant.deleted is None else variant.deleted for variant in variants]
            self.set_array("variant_deleted", np.array([deleted_mask(mask, n_site) for mask in masks]).astype(np.uint8))
        if any(variant.energies is not None for variant in variants):
            energies = np.zeros((len(variants), n_site))
            for v, variant in enumerate(variants):
                if variant.energies is not None:
                    given = np.asarray(variant.energies, np.float64)
                    _arrays.check_shape(f"variants: energies of item {v}", given, (n_site,), "one per site")
                    energies[v] = given
            self.set_array("variant_energies", energies)

    def weight_of(self, variant: int) -> float:
        """Of a variant that is there; one that is not is for the library to name."""
        return self._weights[variant] if variant < len(self._weights) else 1.0

    def set_disorder(self, drawn: Drawn, n_site: int) -> None:
        factor = site_factor(drawn.site_sigma, n_site)
        self._begin().n_factor = factor.shape[1]
        self.set_array("site_factor", factor)
        if drawn.coupling_sigma is not None:
            sigma, *_ = _arrays.as_input("coupling_sigma", drawn.coupling_sigma, 2)
            _arrays.check_shape("coupling_sigma", sigma, (n_site, n_site), "a number per pair of sites")
            self.set_array("coupling_sigma", sigma)
        for name in ("seed", "first_member"):
            value = getattr(drawn, name)
            if isinstance(value, (bool, np.bool_)) or not isinstance(value, (int, np.integer)):
                raise TypeError(f"{name}: expected a whole number, got {type(value).__name__}")
            if not 0 <= value < 2**64:
                raise ArgumentError(f"{name}: is {value}; it is from 0 to {2**64 - 1}")
            setattr(self.struct, name, int(value))
