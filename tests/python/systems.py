"""Small model systems for the tests, and the memory layouts that an array can have."""

import numpy as np

from paths import DATA


def random_system(n_conf, n_site, seed=0, spread=150.0, coupling=40.0):
    """Hamiltonians, unit dipoles and positions of random pigments near 12400 cm-1."""
    rng = np.random.default_rng([seed, n_conf, n_site])
    matrix = coupling * rng.standard_normal((n_conf, n_site, n_site))
    hamiltonians = (matrix + matrix.transpose(0, 2, 1)) / 2.0
    sites = np.arange(n_site)
    hamiltonians[:, sites, sites] = 12400.0 + spread * rng.standard_normal((n_conf, n_site))
    dipoles = rng.standard_normal((n_conf, n_site, 3))
    dipoles /= np.linalg.norm(dipoles, axis=2)[..., None]
    positions = 15.0 * rng.standard_normal((n_conf, n_site, 3))
    return hamiltonians, dipoles, positions


def brixner():
    """The seven-pigment FMO model: Hamiltonian, dipoles, positions."""
    table = np.loadtxt(DATA / "brixner_conf.csv", delimiter=",")
    return table[:, :7].copy(), table[:, 7:10].copy(), table[:, 10:13].copy()


def contiguous(shape, dtype=float):
    return np.empty(shape, dtype)


def reversed_axes(shape, dtype=float):
    return np.empty(shape, dtype)[(slice(None, None, -1),) * len(shape)]


def every_second(shape, dtype=float):
    return np.empty([2 * extent for extent in shape], dtype)[(slice(None, None, 2),) * len(shape)]


def column_major(shape, dtype=float):
    return np.empty(shape, dtype, order="F")


#: By the number that the shared case table uses.
LAYOUTS = (contiguous, reversed_axes, every_second, column_major)


def laid_out(array, layout):
    """A copy of the array in one of the layouts."""
    array = np.asarray(array)
    view = layout(array.shape, array.dtype)
    view[...] = array
    return view
