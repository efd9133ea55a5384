"""The fully connected model: each oscillator is pulled by all."""

from __future__ import annotations

from typing import Any

from . import _run
from ._inputs import nodes_of, parameters, phases
from ._options import KuramotoOptions
from ._oscillators import Oscillators
from ._run import Array, Integration, Law, Method, Nonfinite, Progress


def mean_field_rhs(
    theta: Array,
    omega: Array | float,
    coupling: Array | float,
    *,
    law: Law = "sine",
    lag: float = 0.0,
    nonfinite: Nonfinite = "refuse",
    accumulate: bool = False,
    out: Array | None = None,
) -> Array:
    """The time derivative of every phase: omega_i + (K_i / N) sum_j sin(theta_j - theta_i - lag), j = i included.

    Parameters
    ----------
    theta : ndarray of float64 or float32, one axis
        Phases in radians, not wrapped; up to 2**49 in magnitude (2**20 in float32).
    omega : ndarray of theta's shape and dtype, or float
        Natural frequencies, one an oscillator or one for all.
    coupling : ndarray of theta's shape and dtype, or float
        K, the same way.
    law : {"sine", "direct-sine", "linear"}
        How another that is x ahead pulls. "sine": sin(x - lag), through the order parameter, in O(N); "direct-sine": the
        same by a sine for every pair, N^2 of them; "linear": x - lag.
    lag : float
        Sakaguchi's phase lag in radians.
    nonfinite : {"refuse", "propagate"}
        NaN, infinities and phases too large in an input: an error that names the element, or not looked for.
    accumulate : bool
        Add to what ``out`` holds.
    out : ndarray of theta's shape and dtype, optional
        Where to write, with any stride; shares no element with an input.

    Returns
    -------
    ndarray, shape and dtype of theta
        ``out``, or a new array.

    Raises
    ------
    TypeError
        An array is not of theta's dtype, or an option is of the wrong type.
    ValueError
        Shapes do not fit, a number is not finite, arrays overlap, an option is invalid. ``out`` is untouched.

    Examples
    --------
    >>> theta = np.random.default_rng(0).uniform(0.0, 2.0 * np.pi, 1000)
    >>> slopes = hotloop.kuramoto.mean_field_rhs(theta, 1.0, 2.0)
    """
    cells = nodes_of(theta)
    options = KuramotoOptions()
    options.set(law=law, lag=lag, nonfinite=nonfinite, accumulate=accumulate)
    inputs = (*phases(theta, cells), *parameters(omega, coupling, cells))
    return _run.slopes("hl_kuramoto_mean_field_rhs", cells.shape, inputs, (), cells, options, accumulate, out)


def mean_field_integrate(
    theta: Array,
    omega: Array | float,
    coupling: Array | float,
    dt: float,
    steps: int,
    *,
    method: Method = "euler",
    law: Law = "sine",
    lag: float = 0.0,
    nonfinite: Nonfinite = "refuse",
    rtol: float = 0.0,
    atol: float = 1e-6,
    next_step: float | None = None,
    noise: float = 0.0,
    noise_seed: int = 0,
    first_step: int = 0,
    first_cell: int = 0,
    record_every: int | None = None,
    frames: Array | bool = True,
    order: tuple[Array, Array] | bool = True,
    progress: Progress | bool | None = None,
) -> Integration:
    """Advance theta in place by so many steps of length dt.

    theta, omega, coupling, law, lag and nonfinite are as in `mean_field_rhs`; all else is as in `integrate`.

    Examples
    --------
    >>> random = np.random.default_rng(0)
    >>> theta, omega = random.uniform(0.0, 2.0 * np.pi, 1000), random.standard_cauchy(1000)
    >>> run = hotloop.kuramoto.mean_field_integrate(theta, omega, 4.0, dt=0.01, steps=2000, method="rk4", record_every=10)
    """
    _run.check_theta(theta)
    cells = nodes_of(theta)
    options = KuramotoOptions()
    options.set(
        law=law, method=method, lag=lag, nonfinite=nonfinite, rtol=rtol, atol=atol,
        noise=noise, noise_seed=noise_seed, first_step=first_step, first_cell=first_cell,
    )  # fmt: skip
    return _run.integrate(
        "hl_kuramoto_mean_field_integrate", cells.shape, parameters(omega, coupling, cells), (), cells, options, theta, dt, steps,
        method=method, next_step=next_step, record_every=record_every, frames=frames, order=order, progress=progress,
        work=4 * cells.shape[0] * (cells.shape[0] if law == "direct-sine" else 1),
    )  # fmt: skip


class MeanField(Oscillators):
    """Fully connected oscillators with their parameters and time.

    Parameters
    ----------
    theta : ndarray of float64 or float32, or the number of oscillators
        The array is kept and advanced in place. A number makes random phases, uniform in [0, 2 pi).
    omega, coupling, law, lag, nonfinite
        As in `mean_field_rhs`.
    seed, dtype : optional
        Of the random phases.

    Attributes and methods are those of `Lattice`.

    Examples
    --------
    >>> model = hotloop.kuramoto.MeanField(10_000, omega=0.0, coupling=1.0, seed=0)
    >>> run = model.integrate(dt=0.01, steps=1000, noise=0.5, record_every=10, frames=False)
    """

    def __init__(
        self,
        theta: Array | int,
        omega: Array | float,
        coupling: Array | float,
        *,
        law: Law = "sine",
        lag: float = 0.0,
        nonfinite: Nonfinite = "refuse",
        seed: Any = None,
        dtype: Any = None,
    ) -> None:
        super().__init__(theta, omega, coupling, seed, dtype, dict(law=law, lag=lag, nonfinite=nonfinite))
        nodes_of(self.theta)

    def _slopes(self, theta: Array) -> Array:
        return mean_field_rhs(theta, self.omega, self.coupling, **self._options)

    def _integrate(self, dt: float, steps: int, **options: Any) -> Integration:
        return mean_field_integrate(self.theta, self.omega, self.coupling, dt, steps, **options, **self._options)
