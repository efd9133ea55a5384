"""Phases, parameters and time kept together: what the classes of all models share."""

from __future__ import annotations

from typing import Any

import numpy as np

from .._errors import ArgumentError
from ._inputs import cells_of, parameters
from ._options import KuramotoOptions
from ._run import Array, Integration, Method, Progress


class Oscillators:
    """A model's phases; a model fills in `_slopes` and `_integrate`."""

    def __init__(
        self, theta: Any, omega: Any, coupling: Any, seed: Any, dtype: Any, options: dict[str, Any]
    ) -> None:
        if isinstance(theta, (int, np.integer, tuple, list)) and not isinstance(theta, bool):
            if isinstance(theta, (tuple, list)) and not all(isinstance(extent, (int, np.integer)) for extent in theta):
                raise TypeError(
                    f"theta: expected a NumPy array of phases, or a shape, got a {type(theta).__name__} of other things than integers; "
                    "pass numpy.asarray(theta, dtype=numpy.float64)"
                )
            random = np.random.default_rng(seed)
            theta = (2.0 * np.pi) * random.random(theta, dtype=np.float64 if dtype is None else dtype)
        elif seed is not None or dtype is not None:
            raise ArgumentError(f"{'dtype' if seed is None else 'seed'}: only for random phases; theta is an array")
        parameters(omega, coupling, cells_of(theta))
        KuramotoOptions().set(**options)
        self.theta: Array = theta
        self.omega = omega
        self.coupling = coupling
        self.t = 0.0
        self.step = 0
        self._options = options
        self._next_step: float | None = None

    def __repr__(self) -> str:
        return f"{type(self).__name__}(shape={self.theta.shape}, dtype={self.theta.dtype}, t={self.t:g})"

    def _slopes(self, theta: Array) -> Array:
        raise NotImplementedError

    def _integrate(self, dt: float, steps: int, **options: Any) -> Integration:
        raise NotImplementedError

    def integrate(
        self,
        dt: float,
        steps: int,
        *,
        method: Method = "euler",
        rtol: float = 0.0,
        atol: float = 1e-6,
        noise: float = 0.0,
        noise_seed: int = 0,
        record_every: int | None = None,
        frames: Array | bool = True,
        order: tuple[Array, Array] | bool = True,
        progress: Progress | bool | None = None,
    ) -> Integration:
        """Advance theta, t and step; parameters and result as of `hotloop.kuramoto.integrate`.

        Calls continue each other: several have the bits of one, with noise (numbered by `step`) and with adaptive steps as
        well. After Ctrl-C theta, t and step stand at the same whole step.
        """
        options = dict(
            method=method, rtol=rtol, atol=atol, noise=noise, noise_seed=noise_seed, first_step=self.step,
            record_every=record_every, frames=frames, order=order, progress=progress,
        )  # fmt: skip
        if method == "dormand-prince":
            options["next_step"] = self._next_step
        try:
            run = self._integrate(dt, steps, **options)
        except BaseException as error:
            stopped = getattr(error, "integration", None)
            if stopped is not None:
                self._advance(stopped, dt)
            raise
        self._advance(run, dt)
        return run

    def _advance(self, run: Integration, dt: float) -> None:
        self.t += run.steps_done * dt
        self.step += run.steps_done
        if run.next_step is not None:
            self._next_step = run.next_step

    def rhs(self, t: float, y: Array) -> Array:
        """The time derivative at phases y, flat or in theta's shape, for solvers that want f(t, y).

        ``scipy.integrate.solve_ivp(model.rhs, (0.0, 10.0), model.theta.ravel())``. Nothing is copied on the way. y
        must have the dtype of omega and coupling where these are arrays; SciPy's solvers make it float64. t is not used.
        """
        if not isinstance(y, np.ndarray):
            raise TypeError(f"y: expected a NumPy array of phases, got {type(y).__name__}")
        if y.shape == self.theta.shape:
            return self._slopes(y)
        if y.ndim != 1 or y.size != self.theta.size:
            raise ArgumentError(f"y: shape is {y.shape}, expected {(self.theta.size,)} or {self.theta.shape}")
        # One axis split into several is a view, whatever its stride.
        return self._slopes(y.reshape(self.theta.shape)).reshape(y.shape)

    def order_parameter(self) -> tuple[float, float]:
        """(r, psi) of the phases now."""
        from .lattice import order_parameter

        return order_parameter(self.theta)
