"""Lattices: each oscillator is pulled by its nearest neighbours along every axis."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

from .._errors import check
from .._library import library
from . import _run
from ._inputs import cells_of, parameters, phases
from ._options import KuramotoOptions
from ._oscillators import Oscillators
from ._run import Array, Boundary, Halo, Integration, Law, Method, Nonfinite, Progress


def rhs(
    theta: Array,
    omega: Array | float,
    coupling: Array | float,
    *,
    boundary: Boundary = "zero-flux",
    halo: Halo | None = None,
    law: Law = "sine",
    lag: float = 0.0,
    nonfinite: Nonfinite = "refuse",
    accumulate: bool = False,
    out: Array | None = None,
) -> Array:
    """The time derivative of every phase.

    Parameters
    ----------
    theta : ndarray of float64 or float32, one, two or three axes
        Phases in radians, not wrapped; up to 2**49 in magnitude (2**20 in float32).
    omega : ndarray of theta's shape and dtype, or float
        Natural frequencies, one a cell or one for all. A number is rounded to theta's precision and read with strides
        of 0; so is an array of no axes. ``numpy.broadcast_to`` repeats a row or a column without memory.
    coupling : ndarray of theta's shape and dtype, or float
        K, the same way.
    boundary : {"zero-flux", "periodic", "halo"}, or a sequence of one for each axis
        Beyond the edge: nothing; the other end of the axis; or phases given in ``halo``.
    halo : mapping {axis: (below, above)}, for exactly the axes whose boundary is "halo"
        Phases beyond the first and the last cells of the axis: arrays of theta's dtype with the lattice's shape without
        the axis, or numbers. Views of a larger array with ghost cells are fine.
    law : {"sine", "direct-sine", "linear"}
        How a neighbour that is x ahead pulls. "sine": sin(x - lag) through one sine and cosine of every cell;
        "direct-sine": the same by a sine for every pair, slower, with a small relative error also for small x;
        "linear": x - lag, diffusion of the phase.
    lag : float
        Sakaguchi's phase lag in radians.
    nonfinite : {"refuse", "propagate"}
        NaN, infinities and phases too large in an input: an error that names the element, or not looked for.
    accumulate : bool
        Add to what ``out`` holds.
    out : ndarray of theta's shape and dtype, optional
        Where to write, with any strides; shares no element with an input.

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
    >>> rng = np.random.default_rng(0)
    >>> theta = rng.uniform(0.0, 2.0 * np.pi, (200, 200))
    >>> slopes = hotloop.kuramoto.rhs(theta, 1.0, 3.0, boundary="periodic")
    """
    cells = cells_of(theta)
    options = KuramotoOptions()
    options.set(law=law, lag=lag, nonfinite=nonfinite, accumulate=accumulate)
    options.set_boundary(boundary, halo, cells)
    inputs = (*phases(theta, cells), *parameters(omega, coupling, cells))
    return _run.slopes("hl_kuramoto_rhs", cells.arguments, inputs, (), cells, options, accumulate, out)


def integrate(
    theta: Array,
    omega: Array | float,
    coupling: Array | float,
    dt: float,
    steps: int,
    *,
    method: Method = "euler",
    boundary: Boundary = "zero-flux",
    halo: Halo | None = None,
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

    Integrating in parts gives the same bits as at once, if what continues is handed on: with noise the number of steps made
    (`first_step`), with "dormand-prince" the result's `next_step`.

    Parameters
    ----------
    theta : ndarray of float64 or float32, one, two or three axes
        Phases in radians, not wrapped. The array that is advanced, with any strides.
    omega, coupling, boundary, halo, law, lag, nonfinite
        As in `rhs`. Halos are held fixed.
    dt : float
        Length of a step, positive.
    steps : int
        Steps to make, 0 or more.
    method : {"euler", "heun", "rk4", "dormand-prince"}
        Of order 1, 2 and 4; or Dormand and Prince's of order 5(4), which makes steps of its own between those of length dt,
        as long as rtol and atol allow.
    rtol, atol : float
        For "dormand-prince": the estimated error of each of its steps, root mean square over the cells, is at most
        atol + rtol |theta|. Phases grow with time, so that rtol, a part of them, says little.
    next_step : float, optional
        For "dormand-prince": the length of the first step to try, from the `Integration` that this one continues.
    noise : float
        sigma in d theta = f dt + sigma dW, in radians per square root of the unit of time; with "euler" (Euler-Maruyama) and
        "heun" alone. A second call with the same ``first_step`` (0 unless it is given) repeats the increments of the first: count
        the steps on (`Lattice` does it by itself), or take another ``noise_seed``.
    noise_seed : int
        The noise of a cell in a step is a function of the seed, the step's number and the cell's number, whatever the
        number of threads.
    first_step, first_cell : int
        Numbers of the first step and the first cell, for the noise of a run or a lattice in parts.
    record_every : int, optional
        Record after steps record_every, 2 record_every, ...: steps // record_every records. None: record nothing.
    frames : bool, or ndarray of theta's dtype, shape (steps // record_every, *theta.shape)
        With records: whether to keep the phases, or the array to write them into.
    order : bool, or a pair of ndarrays of theta's dtype, shape (steps // record_every,)
        With records: whether to keep r and psi of the order parameter, or the arrays to write them into.
    progress : callable(done, total) or True, optional
        Called a few times a second on this thread with steps done; a true result cancels, and what it raises is raised
        again here. True draws a bar with tqdm.

    Returns
    -------
    Integration

    Raises
    ------
    TypeError, ValueError
        As in `rhs`; dt not positive and finite. Nothing was written.
    KeyboardInterrupt, hotloop.Cancelled, what progress raises, and hotloop.NotConvergedError (no step meets rtol and atol)
        theta stands at a whole step. The exception's attribute ``integration`` is the `Integration` so far:
        ``steps_done`` says which step, and the records are those up to it.

    Examples
    --------
    >>> theta = np.random.default_rng(0).uniform(0.0, 2.0 * np.pi, (200, 200))
    >>> run = hotloop.kuramoto.integrate(theta, 1.0, 3.0, dt=0.05, steps=1000, record_every=10, frames=False)
    >>> run.order_r.shape
    (100,)
    """
    _run.check_theta(theta)
    cells = cells_of(theta)
    options = KuramotoOptions()
    options.set(
        law=law, method=method, lag=lag, nonfinite=nonfinite, rtol=rtol, atol=atol,
        noise=noise, noise_seed=noise_seed, first_step=first_step, first_cell=first_cell,
    )  # fmt: skip
    options.set_boundary(boundary, halo, cells)
    return _run.integrate(
        "hl_kuramoto_integrate", cells.arguments, parameters(omega, coupling, cells), (), cells, options, theta, dt, steps,
        method=method, next_step=next_step, record_every=record_every, frames=frames, order=order, progress=progress,
        work=2 * math.prod(cells.shape),
    )  # fmt: skip


def order_parameter(theta: Array) -> tuple[float, float]:
    """How far the oscillators agree: r exp(i psi) = mean of exp(i theta).

    Parameters
    ----------
    theta : ndarray of float64 or float32, one, two or three axes
        Phases in radians. NaN and infinities propagate.

    Returns
    -------
    r, psi : float
        r from 0 (none) to 1 (all phases equal); psi in (-pi, pi], 0 if r is 0.

    Raises
    ------
    TypeError, ValueError
        theta is not of float64 or float32, or has no cells.
    """
    cells = cells_of(theta)
    r, psi = cells.number(), cells.number()
    function = cells.function(library, "hl_kuramoto_order_parameter")
    check(function(*cells.arguments, *phases(theta, cells), r, psi))
    return r[0], psi[0]


class Lattice(Oscillators):
    """Phases on a lattice with their parameters and time.

    Parameters
    ----------
    theta : ndarray of float64 or float32, or the lattice's shape
        The array is kept and advanced in place. A shape (a tuple, or an integer for one axis) makes random phases,
        uniform in [0, 2 pi).
    omega, coupling : float or ndarray of theta's shape and dtype
        Natural frequencies and K.
    boundary, halo, law, lag, nonfinite
        As in `rhs`.
    seed : optional
        Of the random phases, for ``numpy.random.default_rng``.
    dtype : optional
        Of the random phases, float64 or float32.

    Attributes
    ----------
    theta : ndarray
        The phases now. Change them as you like.
    t : float
        The time that `integrate` has covered, steps times dt. Yours to set.
    step : int
        The steps that it has made, which number the noise. Yours to set.

    Examples
    --------
    >>> lattice = hotloop.kuramoto.Lattice((200, 200), omega=1.0, coupling=3.0, boundary="periodic", seed=0)
    >>> run = lattice.integrate(dt=0.05, steps=1000, method="rk4", record_every=10)
    >>> lattice.order_parameter()
    """

    def __init__(
        self,
        theta: Array | int | Sequence[int],
        omega: Array | float,
        coupling: Array | float,
        *,
        boundary: Boundary = "zero-flux",
        halo: Halo | None = None,
        law: Law = "sine",
        lag: float = 0.0,
        nonfinite: Nonfinite = "refuse",
        seed: Any = None,
        dtype: Any = None,
    ) -> None:
        super().__init__(theta, omega, coupling, seed, dtype, dict(law=law, lag=lag, nonfinite=nonfinite))
        KuramotoOptions().set_boundary(boundary, halo, cells_of(self.theta))
        self._options.update(boundary=boundary, halo=halo)

    def _slopes(self, theta: Array) -> Array:
        return rhs(theta, self.omega, self.coupling, **self._options)

    def _integrate(self, dt: float, steps: int, **options: Any) -> Integration:
        return integrate(self.theta, self.omega, self.coupling, dt, steps, **options, **self._options)
