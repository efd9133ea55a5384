"""Absorption and circular-dichroism spectra of coupled pigments (Frenkel excitons).

A configuration of n_site pigments is a Hamiltonian (site energies and couplings, cm-1), transition dipoles and
positions (angstrom). Its eigenvectors V and energies e give, for exciton k,

- the exciton dipole M_k = sum_j V_jk mu_j and the dipole strength D_k = |M_k|^2,
- the rotational strength R_k = (2 pi / lambda_k) sum_jl V_jk V_lk (r_j - r_l) . (mu_j x mu_l) with
  lambda_k = 1e8 / e_k angstrom (the scale on which cd / absorption is the dissymmetry factor g = 4 R / D).

`sticks` returns these, `broaden` turns sticks into spectra on a grid, and `spectrum` goes straight from Hamiltonians to
the mean spectra of an ensemble without storing anything per configuration. `residual_gradient` and `jacobian` say how
mean spectra change with site energies, couplings, dipoles, positions, widths, shifts and scales, and `fit` finds the
values that suit measured spectra best, with their uncertainties. `point_dipole_couplings` makes couplings, `disorder` an
ensemble about one Hamiltonian; `load_confs` and `save_confs` read and write fmo_analysis' files.

Arrays are read and written where they lie, with any strides; nothing is copied or cast. Outputs may be views of one
buffer (two columns of an array, for example), but must not share an element with each other or with an input. The
interpreter lock is free during a call, results are the same bits for any number of threads, and Ctrl-C stops a call
made from the main thread.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, fields
from typing import Any, Literal

import numpy as np

from . import _arrays, _exciton_inputs as inputs, _progress
from ._confs import Confs, align, load_confs, save_confs
from ._errors import MissingArrayError
from ._exciton_fit import (
    Drawn,
    FitResult,
    Jacobian,
    Misfit,
    Variant,
    disorder,
    fit,
    jacobian,
    point_dipole_couplings,
    residual_gradient,
    site_energies,
)
from ._exciton_options import ExcitonOptions
from ._library import library, undeclared
from ._outputs import outputs

__all__ = [
    "Confs",
    "FitResult",
    "Jacobian",
    "Drawn",
    "Misfit",
    "Variant",
    "Sticks",
    "align",
    "broaden",
    "disorder",
    "fit",
    "jacobian",
    "linear_dichroism",
    "load_confs",
    "point_dipole_couplings",
    "residual_gradient",
    "save_confs",
    "site_energies",
    "spectrum",
    "sticks",
]

Array = np.ndarray
Lineshape = Literal["gaussian", "lorentzian", "voigt"]
Normalization = Literal["peak", "area"]
CdScale = Literal["dissymmetry", "rosenfeld"]
Broadening = Literal["auto", "direct", "gridded"]
Progress = Callable[[int, int], Any]


@dataclass(frozen=True, eq=False, init=False)
class Sticks:
    """The excitons of each configuration, in ascending order of energy.

    Attributes
    ----------
    energies : ndarray, shape (n_conf, n_site), cm-1
    dipole_strengths : ndarray, shape (n_conf, n_site), square of the dipoles' unit
    rotational_strengths : ndarray, shape (n_conf, n_site), square of the dipoles' unit
    exciton_dipoles : ndarray, shape (n_conf, n_site, 3), the dipoles' unit
    eigenvectors : ndarray, shape (n_conf, n_site, n_site); column k belongs to exciton k
    n_active : int
        How many pigments take part. With deleted pigments only the first ``n_active`` excitons are real; the rest of
        every array is 0, and so are the eigenvectors' rows of deleted sites.

    Arrays that were not asked for are None. For a single configuration the first axis is missing.
    """

    energies: Array | None
    dipole_strengths: Array | None
    rotational_strengths: Array | None
    exciton_dipoles: Array | None
    eigenvectors: Array | None
    n_active: int

    def __init__(
        self,
        energies: Array | None,
        dipole_strengths: Array | None,
        rotational_strengths: Array | None,
        exciton_dipoles: Array | None,
        eigenvectors: Array | None,
        n_active: int,
    ) -> None:
        # All at once: a frozen class' own way takes a microsecond longer.
        self.__dict__.update(
            energies=energies,
            dipole_strengths=dipole_strengths,
            rotational_strengths=rotational_strengths,
            exciton_dipoles=exciton_dipoles,
            eigenvectors=eigenvectors,
            n_active=n_active,
        )


_STICK_ARRAYS = tuple(field.name for field in fields(Sticks) if field.name != "n_active")
_SPECTRA = ("absorption", "cd")
_hl_exciton_sticks, _hl_exciton_broaden, _hl_exciton_spectrum = (
    undeclared(f"hl_exciton_{name}") for name in ("sticks", "broaden", "spectrum")
)
# Options that fill one field each, in the order in which the functions hand them over.
_OF_STICKS = ("energy_offset", "normalize_dipoles", "cd_scale")
_OF_LINES = (
    "lineshape", "lorentzian_fwhm", "normalization", "cutoff", "broadening", "frequency_prefactor", "fwhm",
)  # fmt: skip
_OF_SPECTRUM = (
    "energy_offset", "normalize_dipoles", "cd_scale", "lineshape", "lorentzian_fwhm", "normalization",
    "cutoff", "broadening", "frequency_prefactor", "fwhm",
)  # fmt: skip
_OF_DICHROISM = (
    "energy_offset", "normalize_dipoles", "lineshape", "lorentzian_fwhm", "normalization", "cutoff",
    "broadening", "frequency_prefactor", "fwhm",
)  # fmt: skip


def sticks(
    hamiltonians: Array,
    dipoles: Array,
    positions: Array | None = None,
    *,
    eigenvectors: bool = True,
    deleted: Any = None,
    energy_offset: float = 0.0,
    normalize_dipoles: bool = False,
    cd_scale: CdScale = "dissymmetry",
    progress: Progress | bool | None = None,
    out: Mapping[str, Array] | tuple[Array | None, ...] | Sticks | None = None,
) -> Sticks:
    """Energies, strengths and eigenvectors of the excitons of each configuration.

    Parameters
    ----------
    hamiltonians : ndarray of float64, shape (n_conf, n_site, n_site) or (n_site, n_site), cm-1
        Symmetric to 1e-12 of the largest element; the lower triangle is used. The second form is a single
        configuration; results then lack the first axis.
    dipoles : ndarray of float64, shape (n_conf, n_site, 3) or (n_site, 3)
        Transition dipoles in any unit. The second form is shared by all configurations, without a copy.
    positions : ndarray of float64, shape (n_conf, n_site, 3) or (n_site, 3), angstrom, optional
        Without it there are no rotational strengths.
    eigenvectors : bool
        False leaves the eigenvectors out, which is faster.
    deleted : array of bool, shape (n_site,), or sequence of int, optional
        Pigments that are left out: a mask, or indices from 0.
    energy_offset : float, cm-1
        Added to every diagonal element, for Hamiltonians given relative to a reference; at most 1e200 in magnitude.
        Rotational strengths need absolute energies.
    normalize_dipoles : bool
        Divide each configuration's dipoles by sqrt(sum_j |mu_j|^2) of the sites kept.
    cd_scale : {"dissymmetry", "rosenfeld"}
        Rotational strengths R on the scale of the dissymmetry factor (4 R, as ham2spec), or R itself.
    progress : callable(done, total) or True, optional
        Called a few times a second on this thread with configurations done; a true result cancels, and what it raises
        is raised again here. True draws a bar with tqdm.
    out : mapping, tuple or Sticks, optional
        Arrays to write into, with any strides: a mapping from names of `Sticks` fields, a tuple in the order of the
        fields with None for what is not wanted, or an earlier result. Exactly these are computed.

    Returns
    -------
    Sticks

    Raises
    ------
    TypeError
        An array is not of float64, or an option is of the wrong type.
    ValueError
        Shapes do not fit; a Hamiltonian is not symmetric, or a number not finite (the message names configuration and
        element); a site energy is not positive where rotational strengths are asked for; arrays overlap; an option is
        invalid. Outputs are untouched.
    ArithmeticError
        The eigensolver did not converge.
    KeyboardInterrupt
        Ctrl-C during the call. What the outputs hold is then not defined.
    """
    sizes, system = inputs.system(hamiltonians, dipoles, positions)
    n_conf, n_site, missing_axes, rows, arguments = sizes
    options = ExcitonOptions.of(_OF_STICKS, energy_offset, normalize_dipoles, cd_scale)
    n_active = n_site if deleted is None else options.set_deleted(deleted, n_site)
    if not isinstance(eigenvectors, (bool, np.bool_)):
        raise TypeError(f"eigenvectors: expected True or False, got {eigenvectors!r}")

    if isinstance(out, Sticks):
        out = tuple(getattr(out, name) for name in _STICK_ARRAYS)
    shapes = (rows, rows, rows, (*rows, 3), (*rows, n_site))
    wanted = (True, True, positions is not None, True, eigenvectors)
    arrays, results = outputs(out, _STICK_ARRAYS, shapes, wanted, missing_axes)
    if positions is None and arrays[2] is not None:
        raise MissingArrayError("positions: rotational strengths are asked for and need the pigments' positions")

    _progress.run(_hl_exciton_sticks, (*arguments, *system, *results), options, progress, steps=n_conf * n_site**3)
    return Sticks(*arrays, n_active)


def broaden(
    energies: Array,
    dipole_strengths: Array | None,
    rotational_strengths: Array | None,
    grid: Array,
    *,
    weights: Array | None = None,
    fwhm: float | Array = 70.0,
    fwhm_cd: float | Array | None = None,
    cutoff: float = 3.0,
    lineshape: Lineshape = "gaussian",
    fwhm_by: Literal["common", "exciton"] | None = None,
    lorentzian_fwhm: float = 0.0,
    normalization: Normalization = "peak",
    broadening: Broadening = "auto",
    frequency_prefactor: bool = False,
    progress: Progress | bool | None = None,
    out: Mapping[str, Array] | tuple[Array | None, ...] | None = None,
) -> tuple[Array | None, Array | None]:
    """Mean absorption and CD on a grid, from the sticks of one or many configurations.

    Parameters
    ----------
    energies : ndarray of float64, shape (n_conf, n_exciton) or (n_exciton,), cm-1
    dipole_strengths : ndarray of float64, shape of energies, or None
        None: no absorption.
    rotational_strengths : ndarray of float64, shape of energies, or None
        None: no CD. Their scale (see `sticks`) is the scale of the CD.
    grid : ndarray of float64, shape (n_grid,), cm-1
        Strictly ascending; the steps may differ.
    weights, fwhm, fwhm_cd, cutoff, lineshape, lorentzian_fwhm, normalization, broadening, frequency_prefactor
        As in `spectrum`.
    fwhm_by : {"common", "exciton"}, optional
        ``"exciton"``: ``fwhm`` and ``fwhm_cd`` are arrays of shape (n_exciton,), in the order of ``energies``. Widths
        per site need eigenvectors: use `spectrum`.
    progress, out
        As in `spectrum`.

    Returns
    -------
    absorption, cd : ndarray, shape (n_grid,), or None

    Raises
    ------
    TypeError, ValueError, KeyboardInterrupt
        As in `spectrum`.
    """
    n_conf, n_exciton, sticks = inputs.sticks(energies, dipole_strengths, rotational_strengths)
    n_grid, ensemble = inputs.ensemble(weights, grid, n_conf)
    # One width, the usual case, is an option like others.
    has_one_width = fwhm_cd is None and fwhm_by is None and type(fwhm) is float
    options = ExcitonOptions.of(
        _OF_LINES, lineshape, lorentzian_fwhm, normalization, cutoff, broadening, frequency_prefactor,
        fwhm if has_one_width else 70.0,
    )  # fmt: skip
    if not has_one_width:
        options.set_widths(fwhm, fwhm_cd, fwhm_by, n_exciton, ("exciton",))
    wanted = (dipole_strengths is not None, rotational_strengths is not None)
    (absorption, cd), results = outputs(out, _SPECTRA, ((n_grid,), (n_grid,)), wanted)
    if absorption is not None and dipole_strengths is None:
        raise MissingArrayError("dipole_strengths: absorption is asked for and needs the dipole strengths")
    if cd is not None and rotational_strengths is None:
        raise MissingArrayError("rotational_strengths: cd is asked for and needs the rotational strengths")

    size = inputs.size
    arguments = (size(n_conf), size(n_exciton), size(n_grid), *sticks, *ensemble, *results)
    _progress.run(_hl_exciton_broaden, arguments, options, progress, steps=n_conf * n_exciton * n_grid)
    return absorption, cd


def spectrum(
    hamiltonians: Array,
    dipoles: Array,
    positions: Array | None,
    grid: Array,
    *,
    weights: Array | None = None,
    fwhm: float | Array = 70.0,
    fwhm_cd: float | Array | None = None,
    cutoff: float = 3.0,
    lineshape: Lineshape = "gaussian",
    fwhm_by: Literal["common", "exciton", "site"] | None = None,
    lorentzian_fwhm: float = 0.0,
    normalization: Normalization = "peak",
    cd_scale: CdScale = "dissymmetry",
    broadening: Broadening = "auto",
    frequency_prefactor: bool = False,
    normalize_dipoles: bool = False,
    deleted: Any = None,
    energy_offset: float = 0.0,
    progress: Progress | bool | None = None,
    out: Mapping[str, Array] | tuple[Array | None, ...] | None = None,
) -> tuple[Array | None, Array | None]:
    """Mean absorption and CD spectra of one or many configurations, straight from their Hamiltonians.

    Parameters
    ----------
    hamiltonians : ndarray of float64, shape (n_conf, n_site, n_site) or (n_site, n_site), cm-1
        Symmetric to 1e-12 of the largest element; the lower triangle is used.
    dipoles : ndarray of float64, shape (n_conf, n_site, 3) or (n_site, 3)
        Transition dipoles in any unit. The second form is shared by all configurations, without a copy.
    positions : ndarray of float64, shape (n_conf, n_site, 3) or (n_site, 3), angstrom, or None
        None: no CD.
    grid : ndarray of float64, shape (n_grid,), cm-1
        Strictly ascending; the steps may differ.
    weights : ndarray of float64, shape (n_conf,), optional
        The spectra are sum(w S) / sum(w). Not negative, with a positive sum. Default: equal.
    fwhm, fwhm_cd : float or ndarray of float64, shape (n_site,), cm-1
        Full width at half maximum for absorption and CD; ``fwhm_cd=None`` is the same as ``fwhm``. An array needs
        ``fwhm_by``. For a Voigt line this is the width of its Gaussian.
    cutoff : float
        A line reaches from e - cutoff * FWHM (included) to e + cutoff * FWHM (excluded). ``inf``: never cut.
    lineshape : {"gaussian", "lorentzian", "voigt"}
    fwhm_by : {"common", "exciton", "site"}, optional
        What an array of widths belongs to: excitons in ascending order of energy, or sites, whose widths mix as
        sqrt(sum_j V_jk^2 fwhm_j^2). Default: "common", one number for all.
    lorentzian_fwhm : float, cm-1
        Only for a Voigt line: the width of its Lorentzian.
    normalization : {"peak", "area"}
        A line of strength D has height D, or area D.
    cd_scale : {"dissymmetry", "rosenfeld"}
        CD on the scale of the dissymmetry factor (cd / absorption = 4 R / D = g, as ham2spec), or of R itself.
    broadening : {"auto", "direct", "gridded"}
        How the lines are summed: exactly at every grid point, or as one convolution (accurate to 5e-11 of the peak,
        without cutting lines). "auto" decides from the sizes of the problem.
    frequency_prefactor : bool
        Multiply the spectra by the grid's wavenumbers.
    normalize_dipoles, deleted, energy_offset
        As in `sticks`.
    progress : callable(done, total) or True, optional
        Called a few times a second on this thread with configurations done; a true result cancels, and what it raises
        is raised again here. True draws a bar with tqdm.
    out : tuple (absorption, cd) or mapping with these names, optional
        Arrays of shape (n_grid,) to write into, with any strides. Exactly those given (and not None) are computed.

    Returns
    -------
    absorption, cd : ndarray, shape (n_grid,), or None
        In the square of the dipoles' unit (times cm-1 with the prefactor; per cm-1 for lines of unit area).

    Raises
    ------
    TypeError
        An array is not of float64, or an option is of the wrong type.
    ValueError
        Shapes do not fit; a Hamiltonian is not symmetric, or a number not finite (the message names configuration and
        element); the grid does not ascend; a site energy is not positive where CD is asked for; arrays overlap; an
        option is invalid. Outputs are untouched.
    ArithmeticError
        The eigensolver did not converge.
    KeyboardInterrupt
        Ctrl-C during the call. What the outputs hold is then not defined.

    Examples
    --------
    >>> grid = np.arange(11790.0, 13300.0)
    >>> absorption, cd = hotloop.exciton.spectrum(hamiltonians, dipoles, positions, grid, fwhm=70.0)
    """
    sizes, system = inputs.system(hamiltonians, dipoles, positions)
    n_conf, n_site, _, _, arguments = sizes
    n_grid, ensemble = inputs.ensemble(weights, grid, n_conf)
    # One width, the usual case, is an option like others.
    has_one_width = fwhm_cd is None and fwhm_by is None and type(fwhm) is float
    options = ExcitonOptions.of(
        _OF_SPECTRUM, energy_offset, normalize_dipoles, cd_scale, lineshape, lorentzian_fwhm, normalization,
        cutoff, broadening, frequency_prefactor, fwhm if has_one_width else 70.0,
    )  # fmt: skip
    if not has_one_width:
        options.set_widths(fwhm, fwhm_cd, fwhm_by, n_site, ("exciton", "site"))
    if deleted is not None:
        options.set_deleted(deleted, n_site)
    wanted = (True, positions is not None)
    (absorption, cd), results = outputs(out, _SPECTRA, ((n_grid,), (n_grid,)), wanted)
    if cd is not None and positions is None:
        raise MissingArrayError("positions: cd is asked for and needs the pigments' positions")

    arguments = (*arguments, inputs.size(n_grid), *system, *ensemble, *results)
    steps = n_conf * n_site * (n_site**2 + n_grid)
    _progress.run(_hl_exciton_spectrum, arguments, options, progress, steps)
    return absorption, cd


def linear_dichroism(
    hamiltonians: Array,
    dipoles: Array,
    axis: Any,
    grid: Array,
    *,
    weights: Array | None = None,
    fwhm: float | Array = 70.0,
    cutoff: float = 3.0,
    lineshape: Lineshape = "gaussian",
    fwhm_by: Literal["common", "exciton", "site"] | None = None,
    lorentzian_fwhm: float = 0.0,
    normalization: Normalization = "peak",
    broadening: Broadening = "auto",
    frequency_prefactor: bool = False,
    normalize_dipoles: bool = False,
    deleted: Any = None,
    energy_offset: float = 0.0,
    progress: Progress | bool | None = None,
    out: Array | None = None,
) -> Array:
    """Mean linear dichroism about an axis, on the scale of absorption.

    LD_k = 3/2 (3 (M_k . n)^2 - |M_k|^2): three times the absorption along n less that across it, for perfect order. LD /
    absorption is the reduced dichroism 3/2 (3 cos^2 - 1); multiply by the order parameter of the sample.

    Parameters
    ----------
    axis : array_like, shape (3,)
        Of any length but 0.
    hamiltonians, dipoles, grid, and the others
        As in `spectrum`.
    out : ndarray of float64, shape (n_grid,), optional

    Returns
    -------
    ndarray, shape (n_grid,)
    """
    sizes, system = inputs.system(hamiltonians, dipoles, None)
    n_conf, n_site = sizes.n_conf, sizes.n_site
    n_grid, ensemble = inputs.ensemble(weights, grid, n_conf)
    axis = np.array(axis, np.float64)
    _arrays.check_shape("axis", axis, (3,), "a direction")
    # One width, the usual case, is an option like others.
    has_one_width = fwhm_by is None and type(fwhm) is float
    options = ExcitonOptions.of(
        _OF_DICHROISM, energy_offset, normalize_dipoles, lineshape, lorentzian_fwhm, normalization, cutoff,
        broadening, frequency_prefactor, fwhm if has_one_width else 70.0,
    )  # fmt: skip
    if not has_one_width:
        options.set_widths(fwhm, None, fwhm_by, n_site, ("exciton", "site"))
    if deleted is not None:
        options.set_deleted(deleted, n_site)
    array = np.empty(n_grid) if out is None else out
    result = _arrays.as_output("out", array, (n_grid,), 1)
    arguments = (n_conf, n_site, n_grid, *system[:4], *ensemble, *_arrays.argument(axis), *result)
    steps = n_conf * n_site * (n_site**2 + n_grid)
    _progress.run(library.hl_exciton_linear_dichroism, arguments, options, progress, steps)
    return array
