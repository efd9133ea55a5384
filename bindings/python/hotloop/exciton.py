"""Absorption and circular-dichroism spectra of coupled pigments (Frenkel excitons).

A configuration of n_site pigments is a Hamiltonian (site energies and couplings, cm-1), transition dipoles and
positions (angstrom). Its eigenvectors V and energies e give, for exciton k,

- the exciton dipole M_k = sum_j V_jk mu_j and the dipole strength D_k = |M_k|^2,
- the rotational strength R_k = (2 pi / lambda_k) sum_jl V_jk V_lk (r_j - r_l) . (mu_j x mu_l) with
  lambda_k = 1e8 / e_k angstrom (the scale on which cd / absorption is the dissymmetry factor g = 4 R / D).

`sticks` returns these, `broaden` turns sticks into spectra on a grid, and `spectrum` goes straight from Hamiltonians to
the mean spectra of an ensemble without storing anything per configuration.

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

from . import _abi, _arrays, _progress
from ._errors import ArgumentError, MissingArrayError, ShapeError
from ._exciton_options import Options
from ._library import library

__all__ = ["Sticks", "broaden", "spectrum", "sticks"]

Array = np.ndarray
Lineshape = Literal["gaussian", "lorentzian", "voigt"]
Normalization = Literal["peak", "area"]
CdScale = Literal["dissymmetry", "rosenfeld"]
Broadening = Literal["auto", "direct", "gridded"]
Progress = Callable[[int, int], Any]


@dataclass(frozen=True, eq=False)
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


_STICK_ARRAYS = tuple(field.name for field in fields(Sticks) if field.name != "n_active")
_SPECTRA = ("absorption", "cd")


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
        Added to every diagonal element, for Hamiltonians given relative to a reference. Rotational strengths need
        absolute energies.
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
    inputs = _System(hamiltonians, dipoles, positions)
    n_conf, n_site = inputs.n_conf, inputs.n_site
    options = Options()
    _set_system_options(options, energy_offset, normalize_dipoles, cd_scale)
    n_active = options.deleted(deleted, n_site)
    if not isinstance(eigenvectors, (bool, np.bool_)):
        raise TypeError(f"eigenvectors: expected True or False, got {eigenvectors!r}")

    lead = inputs.lead
    shapes = {
        "energies": (*lead, n_site),
        "dipole_strengths": (*lead, n_site),
        "rotational_strengths": (*lead, n_site),
        "exciton_dipoles": (*lead, n_site, 3),
        "eigenvectors": (*lead, n_site, n_site),
    }
    if isinstance(out, Sticks):
        out = tuple(getattr(out, name) for name in _STICK_ARRAYS)
    skipped = {"rotational_strengths": positions is None, "eigenvectors": not eigenvectors}
    results = _outputs(out, shapes, skipped)
    if results["rotational_strengths"] is not None and positions is None:
        raise MissingArrayError("positions: rotational strengths are asked for and need the pigments' positions")

    _progress.run(
        library.hl_exciton_sticks,
        n_conf,
        n_site,
        *inputs.arguments,
        *_arguments(results, inputs.missing_axes),
        options=options.struct,
        progress=progress,
        steps=n_conf * n_site**3,
    )
    return Sticks(**results, n_active=n_active)


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
    energies = _arrays.as_input("energies", energies)
    if energies.ndim not in (1, 2):
        raise ShapeError(f"energies: shape is {energies.shape}, expected (n_conf, n_exciton) or (n_exciton,)")
    missing_axes = 2 - energies.ndim
    n_conf = 1 if missing_axes else energies.shape[0]
    n_exciton = energies.shape[-1]
    inputs: list[Array | None] = [energies, None, None]
    for i, (name, value) in enumerate(
        (("dipole_strengths", dipole_strengths), ("rotational_strengths", rotational_strengths)), start=1
    ):
        if value is not None:
            strengths = _arrays.as_input(name, value)
            _arrays.check_shape(name, strengths, energies.shape, "the shape of energies")
            inputs[i] = strengths
    ensemble = _Ensemble(weights, grid, n_conf)
    options = Options()
    _set_line_options(
        options, lineshape, lorentzian_fwhm, normalization, cutoff, broadening, frequency_prefactor
    )  # fmt: skip
    options.widths(fwhm, fwhm_cd, fwhm_by, n_exciton, ("exciton",))
    skipped = {"absorption": dipole_strengths is None, "cd": rotational_strengths is None}
    results = _outputs(out, dict.fromkeys(_SPECTRA, ensemble.shape), skipped)
    for name, source in (("absorption", "dipole_strengths"), ("cd", "rotational_strengths")):
        if results[name] is not None and skipped[name]:
            raise MissingArrayError(f"{source}: {name} is asked for and needs the {source.replace('_', ' ')}")

    _progress.run(
        library.hl_exciton_broaden,
        n_conf,
        n_exciton,
        ensemble.n_grid,
        *(part for array in inputs for part in _arrays.argument(array, missing_axes)),
        *ensemble.arguments,
        *_arguments(results, 0),
        options=options.struct,
        progress=progress,
        steps=n_conf * n_exciton * ensemble.n_grid,
    )
    return results["absorption"], results["cd"]


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
    inputs = _System(hamiltonians, dipoles, positions)
    ensemble = _Ensemble(weights, grid, inputs.n_conf)
    options = Options()
    _set_system_options(options, energy_offset, normalize_dipoles, cd_scale)
    _set_line_options(
        options, lineshape, lorentzian_fwhm, normalization, cutoff, broadening, frequency_prefactor
    )  # fmt: skip
    options.widths(fwhm, fwhm_cd, fwhm_by, inputs.n_site, ("exciton", "site"))
    options.deleted(deleted, inputs.n_site)
    results = _outputs(out, dict.fromkeys(_SPECTRA, ensemble.shape), {"cd": positions is None})
    if results["cd"] is not None and positions is None:
        raise MissingArrayError("positions: cd is asked for and needs the pigments' positions")

    _progress.run(
        library.hl_exciton_spectrum,
        inputs.n_conf,
        inputs.n_site,
        ensemble.n_grid,
        *inputs.arguments,
        *ensemble.arguments,
        *_arguments(results, 0),
        options=options.struct,
        progress=progress,
        steps=inputs.n_conf * inputs.n_site * (inputs.n_site**2 + ensemble.n_grid),
    )
    return results["absorption"], results["cd"]


class _System:
    """Hamiltonians, dipoles and positions, checked against each other, as arguments of a C function."""

    def __init__(self, hamiltonians: Any, dipoles: Any, positions: Any) -> None:
        hamiltonians = _arrays.as_input("hamiltonians", hamiltonians)
        if hamiltonians.ndim not in (2, 3) or hamiltonians.shape[-1] != hamiltonians.shape[-2]:
            raise ShapeError(
                f"hamiltonians: shape is {hamiltonians.shape}, expected (n_conf, n_site, n_site) or (n_site, n_site)"
            )
        self.n_site: int = hamiltonians.shape[-1]
        self.lead: tuple[int, ...] = hamiltonians.shape[:-2]
        self.n_conf: int = self.lead[0] if self.lead else 1
        self.missing_axes = 1 - len(self.lead)
        self._kept = [hamiltonians]  # the addresses are good only as long as these live
        self.arguments = [*_arrays.argument(hamiltonians, self.missing_axes)]
        for name, value in (("dipoles", dipoles), ("positions", positions)):
            if value is None and name == "positions":
                self.arguments += _arrays.MISSING
            else:
                self.arguments += self._vectors(name, value)

    def _vectors(self, name: str, value: Any) -> _arrays.Argument:
        """Three components per site: per configuration, or shared by all with stride 0."""
        array = _arrays.as_input(name, value)
        one, each = (self.n_site, 3), (*self.lead, self.n_site, 3)
        if array.shape not in (one, each):
            forms = f"{each}" if one == each else f"{each} or, shared by all configurations, {one}"
            raise ShapeError(f"{name}: shape is {array.shape}, expected {forms}")
        self._kept.append(array)
        return _arrays.argument(array, 3 - array.ndim, self.n_conf)


class _Ensemble:
    """Weights and grid as arguments of a C function."""

    def __init__(self, weights: Any, grid: Any, n_conf: int) -> None:
        if weights is not None:
            weights = _arrays.as_input("weights", weights)
            _arrays.check_shape("weights", weights, (n_conf,), "one weight per configuration")
        grid = _arrays.as_input("grid", grid)
        if grid.ndim != 1:
            raise ShapeError(f"grid: shape is {grid.shape}, expected one axis")
        self._kept = (weights, grid)
        self.shape: tuple[int, ...] = grid.shape
        self.n_grid: int = grid.shape[0]
        self.arguments = [*_arrays.argument(weights), *_arrays.argument(grid)]


def _set_system_options(options: Options, energy_offset: Any, normalize_dipoles: Any, cd_scale: Any) -> None:
    options.number("energy_offset", energy_offset)
    options.flag("normalize_dipoles", normalize_dipoles)
    options.choice("cd_scale", cd_scale, _abi.CD_SCALES)


def _set_line_options(
    options: Options,
    lineshape: Any,
    lorentzian_fwhm: Any,
    normalization: Any,
    cutoff: Any,
    broadening: Any,
    frequency_prefactor: Any,
) -> None:
    options.choice("lineshape", lineshape, _abi.LINESHAPES)
    options.number("lorentzian_fwhm", lorentzian_fwhm)
    options.choice("normalization", normalization, _abi.NORMALIZATIONS)
    options.number("cutoff", cutoff)
    options.choice("broadening", broadening, _abi.BROADENINGS)
    options.flag("frequency_prefactor", frequency_prefactor)


def _outputs(out: Any, shapes: dict[str, tuple[int, ...]], skipped: dict[str, bool]) -> dict[str, Array | None]:
    """The arrays to write: the caller's, or new ones for all that is not skipped."""
    if out is None:
        return {name: None if skipped.get(name) else np.empty(shape) for name, shape in shapes.items()}
    if isinstance(out, tuple):
        if len(out) != len(shapes):
            raise ArgumentError(f"out: a tuple needs {len(shapes)} entries ({', '.join(shapes)}), got {len(out)}")
        out = dict(zip(shapes, out))
    if not isinstance(out, Mapping):
        raise TypeError(
            f"out: expected a tuple ({', '.join(shapes)}) or a mapping with these names, got {type(out).__name__}"
        )
    unknown = [key for key in out if key not in shapes]
    if unknown:
        raise ArgumentError(f"out: {unknown[0]!r} is not one of {', '.join(shapes)}")
    given = {name: out.get(name) for name in shapes}
    return {
        name: None if value is None else _arrays.as_output(f"out: {name}", value, shapes[name])
        for name, value in given.items()
    }


def _arguments(results: dict[str, Array | None], missing_axes: int) -> list[Any]:
    """Addresses and strides of the outputs, in order."""
    return [part for array in results.values() for part in _arrays.argument(array, missing_axes)]
