"""The input arrays of the exciton functions: do they fit each other, and how the C functions get them.

Whether shapes fit is a question about the shapes alone, so its answer is kept: in a loop over systems of one size it is
looked up. A misfit raises, and exceptions are not kept.
"""

from __future__ import annotations

from ctypes import c_ssize_t
from functools import lru_cache
from typing import Any, NamedTuple

from ._arrays import Shape, as_input, check_shape, element_strides
from ._errors import ShapeError


class SystemSizes(NamedTuple):
    """What the shapes of a system say."""

    n_conf: int
    n_site: int
    #: 1 for a single configuration, whose arrays lack the first axis.
    missing_axes: int
    #: The shape of one number per exciton of each configuration.
    rows: Shape
    #: n_conf and n_site as arguments of an undeclared function.
    arguments: tuple[c_ssize_t, c_ssize_t]


@lru_cache(maxsize=256)
def _system_sizes(hamiltonians: Shape, dipoles: Shape, positions: Shape | None) -> SystemSizes:
    if len(hamiltonians) not in (2, 3) or hamiltonians[-1] != hamiltonians[-2]:
        raise ShapeError(
            f"hamiltonians: shape is {hamiltonians}, expected (n_conf, n_site, n_site) or (n_site, n_site)"
        )
    rows, n_site = hamiltonians[:-1], hamiltonians[-1]
    # Three components per site: per configuration, or shared by all with stride 0.
    one, each = (n_site, 3), (*rows, 3)
    for name, shape in (("dipoles", dipoles), ("positions", positions)):
        if shape is not None and shape not in (one, each):
            forms = f"{each}" if one == each else f"{each} or, shared by all configurations, {one}"
            raise ShapeError(f"{name}: shape is {shape}, expected {forms}")
    n_conf = rows[0] if len(rows) == 2 else 1
    return SystemSizes(n_conf, n_site, 2 - len(rows), rows, (c_ssize_t(n_conf), c_ssize_t(n_site)))


@lru_cache(maxsize=256)
def size(n: int) -> c_ssize_t:
    """A size as an argument of an undeclared function. All calls share what this returns."""
    return c_ssize_t(n)


def system(hamiltonians: Any, dipoles: Any, positions: Any) -> tuple[SystemSizes, tuple[Any, ...]]:
    """The sizes of a system and its arrays as arguments."""
    hamiltonians, hamiltonians_at, hamiltonians_strides = as_input("hamiltonians", hamiltonians, 3)
    dipoles, dipoles_at, dipoles_strides = as_input("dipoles", dipoles, 3)
    positions_at = positions_strides = None
    if positions is not None:
        positions, positions_at, positions_strides = as_input("positions", positions, 3)
    sizes = _system_sizes(hamiltonians.shape, dipoles.shape, None if positions is None else positions.shape)
    if sizes[0] != 1:
        if dipoles.ndim == 2:
            dipoles_strides = element_strides(dipoles, missing_axes=1)
        if positions is not None and positions.ndim == 2:
            positions_strides = element_strides(positions, missing_axes=1)
    return sizes, (
        hamiltonians_at, hamiltonians_strides, dipoles_at, dipoles_strides, positions_at, positions_strides,
    )  # fmt: skip


def sticks(energies: Any, dipole_strengths: Any, rotational_strengths: Any) -> tuple[int, int, list[Any]]:
    """n_conf, n_exciton, and energies with the strengths that are given as arguments."""
    energies, energies_at, energies_strides = as_input("energies", energies, 2)
    shape = energies.shape
    if len(shape) not in (1, 2):
        raise ShapeError(f"energies: shape is {shape}, expected (n_conf, n_exciton) or (n_exciton,)")
    arguments = [energies_at, energies_strides]
    for name, strengths in (("dipole_strengths", dipole_strengths), ("rotational_strengths", rotational_strengths)):
        address = strides = None
        if strengths is not None:
            strengths, address, strides = as_input(name, strengths, 2)
            check_shape(name, strengths, shape, "the shape of energies")
        arguments += address, strides
    return shape[0] if len(shape) == 2 else 1, shape[-1], arguments


def ensemble(weights: Any, grid: Any, n_conf: int) -> tuple[int, tuple[Any, ...]]:
    """n_grid, and weights and grid as arguments."""
    weights_at = weights_strides = None
    if weights is not None:
        weights, weights_at, weights_strides = as_input("weights", weights, 1)
        check_shape("weights", weights, (n_conf,), "one weight per configuration")
    grid, grid_at, grid_strides = as_input("grid", grid, 1)
    if grid.ndim != 1:
        raise ShapeError(f"grid: shape is {grid.shape}, expected one axis")
    return len(grid), (weights_at, weights_strides, grid_at, grid_strides)
