"""Kuramoto lattices in plain NumPy, a sine for every pair of neighbours, in any precision: what hotloop is compared with."""

import numpy as np


def slopes(theta, omega, coupling, boundary="zero-flux", halo=None, law="sine", lag=0.0, precision=np.longdouble):
    """omega + coupling * (sum of the law over the neighbours), in the given precision."""
    theta, omega, coupling, lag = (np.asarray(x).astype(precision) for x in (theta, omega, coupling, lag))
    names = (boundary,) * theta.ndim if isinstance(boundary, str) else boundary
    total = np.zeros_like(theta)
    for axis, name in enumerate(names):
        for side, shift in enumerate((1, -1)):
            neighbour = np.roll(theta, shift, axis)
            edge = tuple(slice(None) if other != axis else (0, -1)[side] for other in range(theta.ndim))
            if name == "halo":
                neighbour[edge] = halo[axis][side]
            ahead = neighbour - theta - lag
            pull = ahead if law == "linear" else np.sin(ahead)
            if name == "zero-flux":
                pull[edge] = 0.0
            total += pull
    return omega + coupling * total


def rk4(theta, dt, steps, **model):
    """The classical Runge-Kutta method, for comparison with another implementation of it."""
    for _ in range(steps):
        k1 = slopes(theta, **model)
        k2 = slopes(theta + dt / 2 * k1, **model)
        k3 = slopes(theta + dt / 2 * k2, **model)
        k4 = slopes(theta + dt * k3, **model)
        theta = theta + dt / 6 * (k1 + 2 * k2 + 2 * k3 + k4)
    return theta
