"""Kuramoto oscillators on lattices of one, two or three axes.

The phase theta_i of every cell i follows

    d theta_i / dt = omega_i + K_i sum_n sin(theta_n - theta_i - lag),      n the nearest neighbours along every axis

(Y. Kuramoto, Chemical Oscillations, Waves, and Turbulence, 1984; with a lag H. Sakaguchi and Y. Kuramoto, Prog. Theor.
Phys. 76 (1986) 576). `rhs` is the right-hand side, `integrate` advances phases in place, `order_parameter` says how far
the oscillators agree, and `Lattice` keeps phases, parameters and time together.

Everything is float64 or float32 as theta is; nothing is cast. Arrays are read and written where they lie, with any
strides. The interpreter lock is free during a call, results are the same bits for any number of threads and any layout,
and Ctrl-C stops a call made from the main thread at a whole step.

Lattices with fixed steps are what there is: networks, the mean field, adaptive steps and noise are not here yet.
"""

from __future__ import annotations

import ctypes
import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal, Union

import numpy as np

from . import _progress
from ._arrays import PLAIN_CLASSES, as_input, as_output, new_output
from ._errors import ArgumentError, HotloopError, check
from ._kuramoto_inputs import Cells, cells_of, count, number_or_array
from ._kuramoto_options import KuramotoOptions
from ._library import library
from ._options import flag, number

__all__ = ["Integration", "Lattice", "integrate", "order_parameter", "rhs"]

Array = np.ndarray
Method = Literal["euler", "heun", "rk4"]
Law = Literal["sine", "direct-sine", "linear"]
Boundary = Union[str, Sequence[str]]
Halo = Mapping[int, tuple[Any, Any]]
Nonfinite = Literal["refuse", "propagate"]
Progress = Callable[[int, int], Any]

_STAGES = {"euler": 1, "heun": 2, "rk4": 4}


@dataclass(frozen=True, eq=False)
class Integration:
    """What an integration did.

    Attributes
    ----------
    steps_done : int
        Steps that theta has been advanced by.
    frames : ndarray, shape (n_frames, *lattice), or None
        The phases after steps record_every, 2 record_every, ...
    order_r, order_psi : ndarray, shape (n_frames,), or None
        The order parameter of each of them.
    """

    steps_done: int
    frames: Array | None
    order_r: Array | None
    order_psi: Array | None


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
        Phases in radians, not wrapped; up to 2**50 in magnitude (2**21 in float32).
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
    arguments = (*cells.arguments, *_theta(theta, cells), *_parameters(omega, coupling, cells))
    if out is None:
        if accumulate:
            raise ArgumentError("out: accumulate=True needs an array to add to")
        out, *target = new_output(cells.shape, cells.dtype)
    else:
        target = as_output("out", out, cells.shape, len(cells.shape), cells.dtype)
    check(cells.function(library, "hl_kuramoto_rhs")(*arguments, *target, options.argument()))
    return out


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
    record_every: int | None = None,
    frames: Array | bool = True,
    order: tuple[Array, Array] | bool = True,
    progress: Progress | bool | None = None,
) -> Integration:
    """Advance theta in place by so many steps of length dt.

    Integrating in parts gives the same bits as at once.

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
    method : {"euler", "heun", "rk4"}
        Of order 1, 2 and 4.
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
    KeyboardInterrupt, hotloop.Cancelled, and what progress raises
        theta stands at a whole step. The exception's attribute ``integration`` is the `Integration` so far:
        ``steps_done`` says which step, and the records are those up to it.

    Examples
    --------
    >>> theta = np.random.default_rng(0).uniform(0.0, 2.0 * np.pi, (200, 200))
    >>> run = hotloop.kuramoto.integrate(theta, 1.0, 3.0, dt=0.05, steps=1000, record_every=10, frames=False)
    >>> run.order_r.shape
    (100,)
    """
    if type(theta) not in PLAIN_CLASSES:
        raise TypeError(
            f"theta: expected a NumPy array of float64 or float32 to advance in place, got {type(theta).__name__}"
        )
    cells = cells_of(theta)
    options = KuramotoOptions()
    options.set(law=law, method=method, lag=lag, nonfinite=nonfinite)
    options.set_boundary(boundary, halo, cells)
    dt, steps = number("dt", dt), count("steps", steps, 0)
    every = 0 if record_every is None else count("record_every", record_every, 1)
    target = as_output("theta", theta, cells.shape, len(cells.shape), cells.dtype)
    parameters = _parameters(omega, coupling, cells)
    n_frames, records, places = _records(every, frames, order, steps, cells)
    done = ctypes.c_ssize_t(-1)  # as long as the library has not been called

    def result() -> Integration:
        return Integration(done.value, *(record if record is None else record[: done.value // every] for record in records))

    arguments = (
        *cells.arguments, steps, every, n_frames, *parameters, *target, *places, dt, ctypes.byref(done),
    )  # fmt: skip
    work = 2 * math.prod(cells.shape) * steps * _STAGES[method]
    try:
        _progress.run(cells.function(library, "hl_kuramoto_integrate"), arguments, options, progress, work, unit="step")
    except BaseException as error:
        was_refused = isinstance(error, HotloopError) and error.status < 100
        if done.value >= 0 and not was_refused:
            error.integration = result()  # type: ignore[attr-defined]
            if hasattr(error, "add_note"):
                error.add_note(f"theta stands after step {done.value} of {steps}; .integration holds the records up to it")
        raise
    return result()


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
    check(function(*cells.arguments, *_theta(theta, cells), r, psi))
    return r[0], psi[0]


class Lattice:
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
        if isinstance(theta, (int, np.integer, tuple, list)) and not isinstance(theta, bool):
            random = np.random.default_rng(seed)
            theta = (2.0 * np.pi) * random.random(theta, dtype=np.float64 if dtype is None else dtype)
        elif seed is not None or dtype is not None:
            raise ArgumentError(f"{'dtype' if seed is None else 'seed'}: only for random phases; theta is an array")
        cells = cells_of(theta)
        _parameters(omega, coupling, cells)
        self.theta: Array = theta
        self.omega = omega
        self.coupling = coupling
        self.t = 0.0
        self._options = {"boundary": boundary, "halo": halo, "law": law, "lag": lag, "nonfinite": nonfinite}
        checked = KuramotoOptions()
        checked.set(law=law, lag=lag, nonfinite=nonfinite)
        checked.set_boundary(boundary, halo, cells)

    def __repr__(self) -> str:
        return f"Lattice(shape={self.theta.shape}, dtype={self.theta.dtype}, t={self.t:g})"

    def integrate(
        self,
        dt: float,
        steps: int,
        *,
        method: Method = "euler",
        record_every: int | None = None,
        frames: Array | bool = True,
        order: tuple[Array, Array] | bool = True,
        progress: Progress | bool | None = None,
    ) -> Integration:
        """Advance theta and t; parameters and result as of `hotloop.kuramoto.integrate`.

        After Ctrl-C theta and t stand at the same whole step.
        """
        try:
            run = integrate(
                self.theta, self.omega, self.coupling, dt, steps, method=method, record_every=record_every,
                frames=frames, order=order, progress=progress, **self._options,
            )  # fmt: skip
        except BaseException as error:
            stopped = getattr(error, "integration", None)
            if stopped is not None:
                self.t += stopped.steps_done * dt
            raise
        self.t += run.steps_done * dt
        return run

    def rhs(self, t: float, y: Array) -> Array:
        """The time derivative at phases y, flat or in the lattice's shape, for solvers that want f(t, y).

        ``scipy.integrate.solve_ivp(lattice.rhs, (0.0, 10.0), lattice.theta.ravel())``. Nothing is copied on the way. y
        must have the dtype of omega and coupling where these are arrays; SciPy's solvers make it float64. t is not used.
        """
        if not isinstance(y, np.ndarray):
            raise TypeError(f"y: expected a NumPy array of phases, got {type(y).__name__}")
        if y.shape == self.theta.shape:
            return rhs(y, self.omega, self.coupling, **self._options)
        if y.ndim != 1 or y.size != self.theta.size:
            raise ArgumentError(f"y: shape is {y.shape}, expected {(self.theta.size,)} or {self.theta.shape}")
        # One axis split into several is a view, whatever its stride.
        return rhs(y.reshape(self.theta.shape), self.omega, self.coupling, **self._options).reshape(y.shape)

    def order_parameter(self) -> tuple[float, float]:
        """(r, psi) of the phases now."""
        return order_parameter(self.theta)


def _theta(theta: Any, cells: Cells) -> tuple[Any, Any]:
    """theta as an input."""
    _, address, strides = as_input("theta", theta, len(cells.shape), cells.dtype)
    return address, strides


def _parameters(omega: Any, coupling: Any, cells: Cells) -> tuple[Any, ...]:
    """omega and coupling as arguments."""
    return (
        *number_or_array("omega", omega, cells.shape, cells.dtype, "the shape of theta"),
        *number_or_array("coupling", coupling, cells.shape, cells.dtype, "the shape of theta"),
    )


def _records(
    every: int, frames: Any, order: Any, steps: int, cells: Cells
) -> tuple[int, tuple[Array | None, Array | None, Array | None], list[Any]]:
    """How many records there are; frames, r and psi; and the same as arguments."""
    if isinstance(order, (tuple, list)) and len(order) != 2:
        raise ArgumentError(f"order: expected a pair (r, psi) of arrays, got {len(order)}")
    pair = order if isinstance(order, (tuple, list)) else (flag("order", order),) * 2
    wanted = {"frames": frames, "order[0]": pair[0], "order[1]": pair[1]}
    if not every:
        for name, value in wanted.items():
            if isinstance(value, np.ndarray):
                raise ArgumentError(f"{name}: an array to write records into needs record_every")
        return 0, (None, None, None), [None] * 6
    n_frames = steps // every
    arrays: list[Array | None] = []
    arguments: list[Any] = []
    for (name, value), shape in zip(wanted.items(), ((n_frames, *cells.shape), (n_frames,), (n_frames,))):
        array = address = strides = None
        if isinstance(value, (bool, int, np.bool_)):
            if value:
                array, address, strides = new_output(shape, cells.dtype)
        elif value is not None:
            array = value
            address, strides = as_output(name, value, shape, len(shape), cells.dtype)
        arrays.append(array)
        arguments += address, strides
    return n_frames, tuple(arrays), arguments
