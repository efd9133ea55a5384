"""What one would use instead of hotloop for a Kuramoto lattice: the lecture's NumPy code, a more frugal one, the same in Numba and JAX, C.

A peer is a class: made with (theta, omega), it keeps phases of its own; `euler(steps)` and, where it has it, `rk4(steps)` advance them
and `phases()` gives them.
"""
import ctypes
import os
import subprocess
from pathlib import Path

import numpy as np

HERE = Path(__file__).resolve().parent
WORK = HERE.parent.parent / "build/peers"
COUPLING, DT = 2.0, 0.1


class Lecture:
    """NumPy slices, four sines a cell, as the lecture writes them."""

    def __init__(self, theta, omega):
        self.theta, self.omega = theta.copy(), omega

    def euler(self, steps):
        u = self.theta
        for _ in range(steps):
            slope = self.omega.copy()
            right, down = u[:, 1:] - u[:, :-1], u[1:, :] - u[:-1, :]
            slope[:, :-1] += COUPLING * np.sin(right)
            slope[:, 1:] += COUPLING * np.sin(-right)
            slope[:-1, :] += COUPLING * np.sin(down)
            slope[1:, :] += COUPLING * np.sin(-down)
            u += DT * slope

    def phases(self):
        return self.theta


class FrugalNumPy(Lecture):
    """The same with each sine taken once for both of its cells."""

    def euler(self, steps):
        u = self.theta
        for _ in range(steps):
            slope = self.omega.copy()
            down, right = COUPLING * np.sin(u[1:] - u[:-1]), COUPLING * np.sin(u[:, 1:] - u[:, :-1])
            slope[:-1] += down
            slope[1:] -= down
            slope[:, :-1] += right
            slope[:, 1:] -= right
            slope *= DT
            u += slope


class C:
    """A fused loop in C."""

    FLAGS = []

    def __init__(self, theta, omega):
        self.library = compiled(self.FLAGS)
        self.arrays, self.omega = [theta.copy(), np.empty_like(theta)], omega
        self.work = None

    def euler(self, steps):
        a, b = self.arrays
        self.library.kuramoto_euler(len(a), a.ctypes.data, self.omega.ctypes.data, COUPLING, DT, steps, b.ctypes.data)
        if steps % 2:
            self.arrays = [b, a]

    def rk4(self, steps):
        a = self.arrays[0]
        if self.work is None:
            self.work = np.zeros((3, *a.shape))
        self.library.kuramoto_rk4(len(a), a.ctypes.data, self.omega.ctypes.data, COUPLING, DT, steps, self.work.ctypes.data)

    def phases(self):
        return self.arrays[0]


class FastMathC(C):
    """The same with -ffast-math: gcc then takes libmvec's vector sine."""

    FLAGS = ["-ffast-math"]


def compiled(flags):
    library = WORK / f"kuramoto_{'fast_math' if flags else 'plain'}.so"
    source = HERE / "kuramoto_loop.c"
    if not library.exists() or library.stat().st_mtime < source.stat().st_mtime:
        command = [os.environ.get("CC", "cc"), "-O3", "-march=native", *flags, "-shared", "-fPIC", source, "-o", library, "-lm"]
        subprocess.run(command, check=True)
    loaded = ctypes.CDLL(str(library))
    for name in ("kuramoto_euler", "kuramoto_rk4"):
        function = getattr(loaded, name)
        function.restype = None
        function.argtypes = [
            ctypes.c_ssize_t, ctypes.c_void_p, ctypes.c_void_p, ctypes.c_double, ctypes.c_double, ctypes.c_ssize_t, ctypes.c_void_p,
        ]  # fmt: skip
    loaded.read_two_write_one.restype = None
    loaded.read_two_write_one.argtypes = [ctypes.c_ssize_t, ctypes.c_void_p, ctypes.c_void_p]
    return loaded


def numba_peers():
    """Numba's classes by name: fused loops with fastmath, on one thread and on as many as NUMBA_NUM_THREADS says."""
    import numba

    def fused(theta, omega, next_theta):
        rows, cells = theta.shape
        for i in numba.prange(rows):
            for j in range(cells):
                pull = 0.0
                if i > 0:
                    pull += np.sin(theta[i - 1, j] - theta[i, j])
                if i < rows - 1:
                    pull += np.sin(theta[i + 1, j] - theta[i, j])
                if j > 0:
                    pull += np.sin(theta[i, j - 1] - theta[i, j])
                if j < cells - 1:
                    pull += np.sin(theta[i, j + 1] - theta[i, j])
                next_theta[i, j] = theta[i, j] + DT * (omega[i, j] + COUPLING * pull)

    def peer(parallel):
        loop = numba.njit(fastmath=True, parallel=parallel)(fused)

        class Numba:
            def __init__(self, theta, omega):
                self.arrays, self.omega = [theta.copy(), np.empty_like(theta)], omega

            def euler(self, steps):
                a, b = self.arrays
                for _ in range(steps):
                    loop(a, self.omega, b)
                    a, b = b, a
                self.arrays = [a, b]

            def phases(self):
                return self.arrays[0]

        return Numba

    return {"Numba": peer(False), "Numba, parallel": peer(True)}


def jax_peer():
    """JAX, compiled, double precision, all steps of a call in one loop of its own."""
    import jax
    import jax.numpy as jnp

    jax.config.update("jax_enable_x64", True)
    jax.config.update("jax_platforms", "cpu")

    def step(_, state):
        theta, omega = state
        right, down = theta[:, 1:] - theta[:, :-1], theta[1:] - theta[:-1]
        right, down = COUPLING * jnp.sin(right), COUPLING * jnp.sin(down)
        slope = omega + jnp.pad(right, ((0, 0), (0, 1))) - jnp.pad(right, ((0, 0), (1, 0)))
        slope = slope + jnp.pad(down, ((0, 1), (0, 0))) - jnp.pad(down, ((1, 0), (0, 0)))
        return theta + DT * slope, omega

    run = jax.jit(lambda theta, omega, steps: jax.lax.fori_loop(0, steps, step, (theta, omega))[0], donate_argnums=0)

    class Jax:
        def __init__(self, theta, omega):
            self.theta, self.omega = jnp.asarray(theta), jnp.asarray(omega)

        def euler(self, steps):
            self.theta = run(self.theta, self.omega, steps)
            self.theta.block_until_ready()

        def phases(self):
            return np.asarray(self.theta)

    return Jax


def available():
    """Peers by name, and what could not be had."""
    peers, complaints = {"NumPy, the lecture's": Lecture, "NumPy, frugal": FrugalNumPy}, []
    for name, peer in {"C": C, "C, -ffast-math": FastMathC}.items():
        try:
            compiled(peer.FLAGS)
            peers[name] = peer
        except (OSError, subprocess.CalledProcessError) as error:
            complaints.append(f"{name} could not be compiled and was not measured: {error}")
    try:
        peers.update(numba_peers())
    except ImportError as error:
        complaints.append(f"Numba was not measured: {error}")
    try:
        peers["JAX"] = jax_peer()
    except ImportError as error:
        complaints.append(f"JAX was not measured: {error}")
    return peers, complaints
