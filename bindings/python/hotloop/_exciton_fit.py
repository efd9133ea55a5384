"""Derivatives of mean spectra, and fits of measured ones; the public names are in `hotloop.exciton`."""

from __future__ import annotations

import ctypes
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, fields
from typing import Any

import numpy as np

from . import _abi, _arrays, _progress
from ._arrays import address_of
from ._errors import ArgumentError, Cancelled, MissingArrayError, ShapeError, SingularError, check
from ._fit_arguments import Call, FitOptions, optional, whole
from ._library import library, undeclared
from ._options import number
from ._sample import Drawn, Variant, site_factor

Array = np.ndarray
#: A kind and what it concerns: ("site-energy", 3), ("coupling", 1, 2), ("dipole-scale", 0), ("dipole-rotation", 0, "x"),
#: ("position", 0, "z"), ("variant-site-energy", 3, 1), ("variant-weight", 1), ("fwhm", "both"), ("shift", "cd"), ("scale", "absorption"),
#: ("offset", "ld").
Parameter = tuple[Any, ...]
Progress = Callable[[int, int], Any]

_hl_exciton_residual_gradient, _hl_exciton_jacobian, _hl_exciton_fit = (
    undeclared(f"hl_exciton_{name}") for name in ("residual_gradient", "jacobian", "fit")
)
_REASONS = {number: word for word, number in _abi.FIT_ENDS.items()}
#: A fit that takes all its iterations is rare: it may last as long as so many calls that are not watched for Ctrl-C, a second at most.
_RARE = 25
#: Fits in a row in which the scale of the uncertainties settles between priors.
_ROUNDS = 50


@dataclass(frozen=True, eq=False)
class Misfit:
    """What `residual_gradient` returns.

    Attributes
    ----------
    value : float
        1/2 sum ((model - measured) / sigma)^2.
    gradient : ndarray, shape (n_parameter,)
    absorption, cd, ld : ndarray or None
        The model at the measurement's points.
    """

    value: float
    gradient: Array
    absorption: Array | None
    cd: Array | None
    ld: Array | None


@dataclass(frozen=True, eq=False)
class Jacobian:
    """What `jacobian` returns: spectra, and their derivatives by point and parameter; None for what has no grid."""

    absorption: Array | None
    cd: Array | None
    ld: Array | None
    absorption_jacobian: Array | None
    cd_jacobian: Array | None
    ld_jacobian: Array | None


@dataclass(frozen=True, eq=False, init=False)
class FitResult:
    """What `fit` returns. ``print`` shows a table of the parameters.

    Attributes
    ----------
    parameters : list of tuple
    values, standard_errors : ndarray, shape (n_parameter,)
        A standard error of 0 belongs to a value that ended at a bound, an infinite one to a value that nothing determines.
    covariance, correlation : ndarray, shape (n_parameter, n_parameter)
    absorption, cd, ld : ndarray or None
        The model at the best values.
    reason : str
        "misfit", "step" or "gradient" (which tolerance was met), "max-iterations", "no-progress" or "cancelled".
    start, iterations, evaluations, degrees_of_freedom : int
        The start that led here; steps and evaluations of all starts; points and priors less values that were free.
    initial_misfit, misfit, prior_misfit : float
        1/2 sum of squares of the measurement's residuals, at the first start and at the end; of the priors at the end.
    """

    parameters: list[Parameter]
    values: Array
    standard_errors: Array
    covariance: Array
    correlation: Array
    absorption: Array | None
    cd: Array | None
    ld: Array | None
    reason: str
    start: int
    iterations: int
    evaluations: int
    degrees_of_freedom: int
    initial_misfit: float
    misfit: float
    prior_misfit: float

    def __init__(self, *values: Any) -> None:
        # All at once: a frozen class' own way takes several microseconds longer.
        self.__dict__.update(zip(_RESULT_FIELDS, values))

    def __str__(self) -> str:
        rows = [(" ".join(map(str, p)), v, e) for p, v, e in zip(self.parameters, self.values, self.standard_errors)]
        width = max([len(name) for name, _, _ in rows] + [9])
        lines = [f"{'parameter':<{width}}  {'value':>12}  {'std. error':>10}"]
        lines += [f"{name:<{width}}  {value:>12.5g}  {error:>10.2g}" for name, value, error in rows]
        chi_square = 2 * (self.misfit + self.prior_misfit)
        chi = f", reduced chi-square {chi_square / self.degrees_of_freedom:.4g}" if self.degrees_of_freedom > 0 else ""
        lines.append(f"{self.iterations} iterations, ended by {self.reason}{chi}")
        return "\n".join(lines)


_RESULT_FIELDS = tuple(field.name for field in fields(FitResult))


def site_energies(n_site: int) -> list[Parameter]:
    """The parameters for the site energies of all sites."""
    return [("site-energy", site) for site in range(n_site)]


def residual_gradient(
    hamiltonians: Array,
    dipoles: Array,
    positions: Array | None,
    parameters: Iterable[Parameter],
    values: Any,
    *,
    absorption: Sequence[Array] | None = None,
    cd: Sequence[Array] | None = None,
    ld: Sequence[Array] | None = None,
    progress: Progress | bool | None = None,
    **model: Any,
) -> Misfit:
    """The misfit of mean spectra to measured ones and its gradient, for any optimiser. The arguments are those of `fit`."""
    call = Call(residual_gradient, hamiltonians, dipoles, positions, parameters, model)
    values = call.by_parameter("values", values)
    measured = call.measurement(absorption, cd, ld)
    gradient = np.empty(call.n_parameter)
    spectra, _ = call.spectra()
    value = ctypes.c_double()
    arguments = (
        *call.sizes(), *call.system, *measured, *call.parameter_rows, *_arrays.argument(values), ctypes.byref(value),
        *_arrays.argument(gradient), *optional(spectra[0]), *optional(spectra[1]),
    )  # fmt: skip
    _progress.run(_hl_exciton_residual_gradient, arguments, call.options, progress, call.steps(2))
    return Misfit(value.value, gradient, *spectra)


def jacobian(
    hamiltonians: Array,
    dipoles: Array,
    positions: Array | None,
    parameters: Iterable[Parameter],
    values: Any,
    *,
    absorption_grid: Array | None = None,
    cd_grid: Array | None = None,
    ld_grid: Array | None = None,
    progress: Progress | bool | None = None,
    **model: Any,
) -> Jacobian:
    """Mean spectra and their derivatives by parameter: arrays of shape (n_grid, n_parameter).

    The other arguments are those of `fit`.
    """
    call = Call(jacobian, hamiltonians, dipoles, positions, parameters, model)
    values = call.by_parameter("values", values)
    grids = call.grids(absorption_grid, cd_grid, ld_grid)
    spectra, rows = call.spectra(with_jacobian=True)
    arguments = (*call.sizes(), *call.system, *grids, *call.parameter_rows, *_arrays.argument(values))
    for array in (*spectra[:2], *rows[:2]):
        arguments += optional(array)
    _progress.run(_hl_exciton_jacobian, arguments, call.options, progress, call.steps(3))
    return Jacobian(*spectra, *rows)


def fit(
    hamiltonians: Array,
    dipoles: Array,
    positions: Array | None,
    parameters: Iterable[Parameter],
    values: Any = None,
    *,
    absorption: Sequence[Array] | None = None,
    cd: Sequence[Array] | None = None,
    ld: Sequence[Array] | None = None,
    lower: Any = None,
    upper: Any = None,
    prior: Any = None,
    prior_sigma: Any = None,
    starts: int = 1,
    seed: int = 0,
    max_iterations: int = 100,
    misfit_tolerance: float = 1e-10,
    step_tolerance: float = 1e-10,
    gradient_tolerance: float = 1e-10,
    scale_covariance: bool | None = None,
    progress: Progress | bool | None = None,
    **model: Any,
) -> FitResult:
    """The values of parameters that suit measured spectra best, with their uncertainties.

    Bounded least squares (Levenberg-Marquardt) of model(x) = scale S(x - shift) + offset, with S the mean spectrum of all
    configurations, against what was measured, plus 1/2 sum ((value - prior) / prior_sigma)^2.

    Parameters
    ----------
    hamiltonians, dipoles, positions : ndarray
        As in `spectrum`.
    parameters : sequence of tuple
        What may vary; each acts on all configurations alike.

        ==================================  ===============================================================
        ("site-energy", i)                  cm-1, added to the site energy
        ("coupling", i, j)                  cm-1, added to the coupling
        ("dipole-scale", i)                 factor of the dipole
        ("dipole-rotation", i, "x")         radians, a component of the rotation vector that turns the dipole
        ("position", i, "x")                angstrom, added to the position
        ("variant-site-energy", i, v)       cm-1, added to the site energy in variant v alone
        ("variant-weight", v)               the weight of variant v itself, such as its share of a mixture
        ("fwhm", "absorption")              cm-1, the width; the spectrum may also be "cd", "ld", "both"
                                            (absorption and CD) or "all"
        ("shift", "absorption")             cm-1, added to the energies at which lines appear
        ("scale", "absorption")             factor of the spectrum
        ("offset", "absorption")            added to the spectrum
        ==================================  ===============================================================
    values : array_like, shape (n_parameter,), optional
        Where to start. Default: what changes nothing (0, and 1 for scales), the option's width for "fwhm", a variant's own weight.
    absorption, cd, ld : (grid, measured) or (grid, measured, sigma), optional
        Measured spectra: ascending wavenumbers (cm-1), values, and their standard deviations (default 1; infinite for a
        point that does not count). At least one of the three spectra. Linear dichroism is that of `linear_dichroism`.
    lower, upper : array_like, shape (n_parameter,), optional
        Bounds.
    prior, prior_sigma : array_like, shape (n_parameter,), optional
        What is expected beforehand and how well that is known ("within the error of the model"); infinite sigma: not at
        all.
    starts, seed : int
        With more than one start the later ones are drawn about the priors or between the bounds, of which some value needs either.
    max_iterations : int
        From each start.
    misfit_tolerance, step_tolerance, gradient_tolerance : float
        When to stop: relative gain in the misfit; relative change of the model; cosine between residuals and
        derivatives.
    scale_covariance : bool, optional
        Take sigma as known up to a common factor, which is estimated from the misfit that remains. Default: where no sigma is
        given. C, C++ and Fortran do so only where they are told to.
    progress : callable(done, total) or True, optional
        Called a few times a second; a true result cancels.
    **model
        ``weights``, ``fwhm``, ``fwhm_cd``, ``normalization``, ``cd_scale``, ``frequency_prefactor``,
        ``normalize_dipoles``, ``deleted``, ``energy_offset`` as in `spectrum`. Lines are Gaussian and never cut.
        ``axis``: of linear dichroism, three numbers; ``fwhm_ld``: its width, default that of absorption. ``variants``: a list
        of `Variant`, over which the model is a sum. ``disorder``: `Drawn`, then ``hamiltonians`` is one Hamiltonian.

    Returns
    -------
    FitResult

    Raises
    ------
    TypeError, ValueError
        As in `spectrum`; a parameter that makes no sense is named by its row.
    SingularError
        The measurement and the priors do not determine all values; the message names their rows. ``error.fit`` is the
        result, with infinite standard errors for what is not determined.
    Cancelled, KeyboardInterrupt
        ``error.fit`` holds the best values so far.
    """
    call = Call(fit, hamiltonians, dipoles, positions, parameters, model)
    best = call.by_parameter("values", call.neutral() if values is None else values, copy=True)
    if absorption is None and cd is None and ld is None:
        raise MissingArrayError("absorption: neither absorption nor cd nor ld is given; pass (grid, measured) of at least one")
    measured = call.measurement(absorption, cd, ld)
    if call.has_sigma and call.lacks_sigma:
        raise ArgumentError(
            "sigma: one spectrum has it and the other does not; give both or neither, since it says how much each counts"
        )
    fit_options = FitOptions()
    fit_options.set(
        n_start=whole(1, 2**31 - 1)("starts", starts),
        seed=seed,
        max_iterations=max_iterations,
        misfit_tolerance=misfit_tolerance,
        step_tolerance=step_tolerance,
        gradient_tolerance=gradient_tolerance,
        scale_covariance=not call.has_sigma if scale_covariance is None else scale_covariance,
    )
    for name, given in (("lower", lower), ("upper", upper), ("prior", prior), ("prior_sigma", prior_sigma)):
        if given is not None:
            fit_options.set_array(name, *_arrays.argument(call.by_parameter(name, given)))
    n = call.n_parameter
    errors, covariance, correlation = np.empty(n), np.empty((n, n)), np.empty((n, n))
    spectra, _ = call.spectra()
    ended = _abi.ExcitonFitResult()
    arguments = (
        *call.sizes(), *call.system, *measured, *call.parameter_rows, *optional(best), address_of(errors), None,
        address_of(covariance), None, address_of(correlation), None, *optional(spectra[0]), *optional(spectra[1]), ctypes.byref(ended),
    )  # fmt: skip

    def function(*arguments: Any) -> int:
        return _hl_exciton_fit(*arguments, fit_options.argument())

    def result() -> FitResult:
        counts = (ended.start, ended.iterations, ended.evaluations, ended.degrees_of_freedom)
        misfits = (ended.initial_misfit, ended.misfit, ended.prior_misfit)
        reason = _REASONS[ended.reason]
        return FitResult(call.parameters, best, errors, covariance, correlation, *spectra, reason, *counts, *misfits)

    passes = starts * (int(max_iterations) + 1)
    if prior_sigma is not None and (scale_covariance or not call.has_sigma):
        passes *= _ROUNDS
    try:
        _progress.run(function, arguments, call.options, progress, call.steps(passes, with_products=True) // _RARE)
    except (Cancelled, SingularError, KeyboardInterrupt) as error:
        # A reason is there if at least one evaluation was.
        error.fit = result() if ended.reason else None
        raise
    return result()


def point_dipole_couplings(
    dipoles: Array, positions: Array, *, screening: float = 1.0, out: Array | None = None
) -> Array:
    """Couplings of point dipoles, as Hamiltonians.

    V_ij = screening 5034.12 (mu_i . mu_j / r^3 - 3 (mu_i . r) (mu_j . r) / r^5) cm-1.

    Parameters
    ----------
    dipoles : ndarray of float64, shape (n_conf, n_site, 3) or (n_site, 3), debye
    positions : ndarray of float64, the same shape, angstrom
    screening : float
        Factor for the medium between the pigments; 1 in vacuum.
    out : ndarray of float64, shape (n_conf, n_site, n_site) or (n_site, n_site), optional
        Hamiltonians whose elements beside the diagonal are written; the diagonal is left as it is.

    Returns
    -------
    ndarray : ``out``, or new Hamiltonians whose diagonal is 0
    """
    dipoles, dipoles_at, dipoles_strides = _arrays.as_input("dipoles", dipoles, 3)
    positions, positions_at, positions_strides = _arrays.as_input("positions", positions, 3)
    if dipoles.ndim not in (2, 3) or dipoles.shape[-1] != 3:
        raise ShapeError(f"dipoles: shape is {dipoles.shape}, expected (n_conf, n_site, 3) or (n_site, 3)")
    _arrays.check_shape("positions", positions, dipoles.shape, "the shape of dipoles")
    n_site = dipoles.shape[-2]
    n_conf = dipoles.shape[0] if dipoles.ndim == 3 else 1
    shape = (*dipoles.shape[:-1], n_site)
    array = np.zeros(shape) if out is None else out
    output = _arrays.as_output("out", array, shape, 3)
    arguments = (dipoles_at, dipoles_strides, positions_at, positions_strides)
    factor = number("screening", screening)
    check(library.hl_exciton_point_dipole_couplings(n_conf, n_site, *arguments, factor, *output))
    return array


def disorder(
    hamiltonian: Array,
    n_member: int,
    site_sigma: Any,
    *,
    coupling_sigma: Array | None = None,
    seed: int = 0,
    first_member: int = 0,
    out: Array | None = None,
) -> Array:
    """An ensemble with static disorder about one Hamiltonian, for `spectrum`, `sticks` and `fit`.

    Member m depends on ``seed`` and m alone: not on threads, on language, or on what else is drawn.

    Parameters
    ----------
    hamiltonian : ndarray of float64, shape (n_site, n_site), cm-1
    n_member : int
    site_sigma : float, array_like of shape (n_site,), or ndarray of shape (n_site, n_factor), cm-1
        Standard deviations of the site energies; or a factor F whose F F^T is their covariance. At most 1e200, like the next.
    coupling_sigma : ndarray of float64, shape (n_site, n_site), cm-1, optional
        Standard deviations of the couplings; the lower triangle is used.
    seed, first_member : int
    out : ndarray of float64, shape (n_member, n_site, n_site), optional

    Returns
    -------
    ndarray, shape (n_member, n_site, n_site)
    """
    hamiltonian, *hamiltonian_at = _arrays.as_input("hamiltonian", hamiltonian, 2)
    if hamiltonian.ndim != 2 or hamiltonian.shape[0] != hamiltonian.shape[1]:
        raise ShapeError(f"hamiltonian: shape is {hamiltonian.shape}, expected (n_site, n_site)")
    n_site = len(hamiltonian)
    factor = site_factor(site_sigma, n_site)
    sigma_at: tuple[Any, Any] = (None, None)
    if coupling_sigma is not None:
        coupling_sigma, *place = _arrays.as_input("coupling_sigma", coupling_sigma, 2)
        _arrays.check_shape("coupling_sigma", coupling_sigma, (n_site, n_site), "a number per pair of sites")
        sigma_at = tuple(place)
    n_member = whole(0, 2**62)("n_member", n_member)
    shape = (n_member, n_site, n_site)
    array = np.empty(shape) if out is None else out
    check(
        library.hl_exciton_disorder(
            n_member, n_site, factor.shape[1], *hamiltonian_at, *_arrays.argument(factor), *sigma_at,
            whole(0, 2**64 - 1)("seed", seed), whole(0, 2**64 - 1)("first_member", first_member),
            *_arrays.as_output("out", array, shape, 3),
        )  # fmt: skip
    )
    return array
