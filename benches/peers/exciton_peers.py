"""The exciton family's peers, each brought to one form: ways to compute the mean spectrum, and ways to compute sticks.

`spectrum_ways(problem)` and `stick_ways(problem)` give callables by name. Each returns what it computed, so that `check` can see that
all of them compute the same. Every peer is called as its own documentation suggests for speed; conversions that only our comparison
needs are made beforehand.
"""
import ctypes
from pathlib import Path

import hotloop
import numpy as np

import problems

try:
    import ham2spec
except ImportError:
    ham2spec = None

try:
    _loops = ctypes.CDLL(str(Path(__file__).resolve().parent.parent.parent / "build/peers/loops.so"))
except OSError:
    _loops = None

HOTLOOP, HAM2SPEC, NUMPY, LAPACK = "hotloop", "ham2spec", "NumPy eigh", "dsyevd loop"


def missing():
    """Names of peers that are not here."""
    return [name for name, peer in ((HAM2SPEC, ham2spec), (LAPACK, _loops)) if peer is None]


def spectrum_ways(problem):
    system = problem.hamiltonians, problem.dipoles, problem.positions
    shared = problem.hamiltonians, problem.dipoles[0], problem.positions[0]
    ways = {
        HOTLOOP: lambda: hotloop.exciton.spectrum(*system, problems.GRID, fwhm=problems.FWHM, cutoff=problems.CUTOFF),
        f"{HOTLOOP}, shared geometry": lambda: hotloop.exciton.spectrum(*shared, problems.GRID, fwhm=problems.FWHM),
        f"{HOTLOOP} from C": _hotloop_spectrum(problem),
        NUMPY: lambda: _numpy_spectrum(problem),
    }
    if ham2spec:
        ways[HAM2SPEC] = lambda: ham2spec.compute_broadened_spectrum_from_hams(*system, _Ham2specConfig)
    return ways


def stick_ways(problem):
    """Energies, dipole and rotational strengths; "with eigenvectors" also these."""
    system = problem.hamiltonians, problem.dipoles, problem.positions
    n_conf, n = problem.n_conf, problem.n_site
    arrays = {name: np.empty((n_conf, n)) for name in ("energies", "dipole_strengths", "rotational_strengths")}
    vectors = {**arrays, "eigenvectors": np.empty((n_conf, n, n))}
    ways = {
        HOTLOOP: lambda: hotloop.exciton.sticks(*system, out=arrays),
        f"{HOTLOOP} with eigenvectors": lambda: hotloop.exciton.sticks(*system, out=vectors),
        f"{HOTLOOP} from C": _hotloop_sticks(problem, False),
        NUMPY: lambda: _numpy_sticks(problem),
    }
    if _loops:
        ways[LAPACK] = _loop_way(problem, False, _loops.lapack_loop)
        ways[f"{LAPACK} with eigenvectors"] = _loop_way(problem, True, _loops.lapack_loop)
    if ham2spec:
        ways[HAM2SPEC] = lambda: ham2spec.compute_stick_spectra(*system)
    return ways


def c_ways(problem, together):
    """hotloop's sticks and spectrum and the LAPACK loop as C functions whose arguments are made beforehand: no binding is in the way.

    With `together` one call has all configurations, otherwise each has a call of its own, from a loop in C, and there is no spectrum.
    """
    ways = {}
    for suffix, with_eigenvectors in (("", False), (" with eigenvectors", True)):
        if together:
            ways[HOTLOOP + suffix] = _hotloop_sticks(problem, with_eigenvectors)
        elif _loops:
            ways[HOTLOOP + suffix] = _loop_way(problem, with_eigenvectors, _loops.hotloop_loop, _hotloop_function("hl_exciton_sticks"))
        if _loops:
            ways[LAPACK + suffix] = _loop_way(problem, with_eigenvectors, _loops.lapack_loop)
    if together:
        ways[f"{HOTLOOP} spectrum"] = _hotloop_spectrum(problem)
    return ways


def check(problem):
    """Largest difference from hotloop, by peer, relative to the largest value: spectra, then energies and strengths."""
    differences = {}
    spectra = {name: way() for name, way in spectrum_ways(problem).items() if "shared" not in name}
    for name, spectrum in spectra.items():
        if name != HOTLOOP:
            pair = (spectrum["abs"], spectrum["cd"]) if isinstance(spectrum, dict) else spectrum
            differences[f"spectra, {name}"] = _difference(pair, spectra[HOTLOOP])
    sticks = {name: _stick_arrays(way()) for name, way in stick_ways(problem).items()}
    for name, arrays in sticks.items():
        if name != HOTLOOP:
            differences[f"sticks, {name}"] = _difference(arrays, sticks[HOTLOOP])
    return differences


def _difference(arrays, reference):
    return max(np.abs(a - b).max() / np.abs(b).max() for a, b in zip(arrays, reference))


def _stick_arrays(sticks):
    """Energies, D and R with ascending energies from any peer's answer."""
    if isinstance(sticks, list):  # ham2spec: one dictionary a configuration, in LAPACK's order
        orders = [np.argsort(one["e_vals"]) for one in sticks]
        return [np.array([one[key][order] for one, order in zip(sticks, orders)]) for key in ("e_vals", "stick_abs", "stick_cd")]
    if isinstance(sticks, hotloop.exciton.Sticks):
        return [sticks.energies.copy(), sticks.dipole_strengths.copy(), sticks.rotational_strengths.copy()]
    return [array.copy() for array in sticks]


class _Ham2specConfig:
    xfrom, xto, xstep = float(problems.GRID[0]), float(problems.GRID[-1] + 1.0), 1.0
    bandwidth, band_cutoff = problems.FWHM, problems.CUTOFF
    abs_bws = cd_bws = [problems.FWHM] * 8


def _loop_way(problem, with_eigenvectors, loop, *leading):
    """A call of a loop in C (lapack_loop.c, hotloop_loop.c)."""
    results, vectors = _stick_outputs(problem, with_eigenvectors)
    arrays = [problem.hamiltonians, problem.dipoles, problem.positions, *results, vectors]
    arguments = [*leading, ctypes.c_ssize_t(problem.n_conf), ctypes.c_ssize_t(problem.n_site), *map(_address, arrays)]

    def way():
        if loop(*arguments) != 0:
            raise ArithmeticError("a loop in C failed")
        return results

    way.kept = arrays  # the addresses are good only as long as these live
    return way


def _hotloop_sticks(problem, with_eigenvectors):
    results, vectors = _stick_outputs(problem, with_eigenvectors)
    arrays = [problem.hamiltonians, problem.dipoles, problem.positions, *results, None, vectors]
    return _hotloop_way("hl_exciton_sticks", (problem.n_conf, problem.n_site), arrays, results)


def _hotloop_spectrum(problem):
    results = tuple(np.empty(problems.GRID.size) for _ in range(2))
    arrays = [problem.hamiltonians, problem.dipoles, problem.positions, None, problems.GRID, *results]
    return _hotloop_way("hl_exciton_spectrum", (problem.n_conf, problem.n_site, problems.GRID.size), arrays, results)


def _hotloop_way(name, dimensions, arrays, results):
    """A call of the C function `name` on C-contiguous arrays (no strides) with default options; returns `results`."""
    function = _hotloop_function(name)
    none = ctypes.c_void_p(None)
    arguments = [*map(ctypes.c_ssize_t, dimensions), *(part for array in arrays for part in (_address(array), none)), none]

    def way():
        if function(*arguments) != 0:
            raise ArithmeticError(f"{name} failed")
        return results

    way.kept = arrays  # the addresses are good only as long as these live
    return way


def _hotloop_function(name):
    return getattr(ctypes.CDLL(hotloop.config()["library"]), name)


def _stick_outputs(problem, with_eigenvectors):
    n_conf, n = problem.n_conf, problem.n_site
    return tuple(np.empty((n_conf, n)) for _ in range(3)), np.empty((n_conf, n, n)) if with_eigenvectors else None


def _address(array):
    return ctypes.c_void_p(None if array is None else array.ctypes.data)


def _numpy_sticks(problem):
    energies, vectors = np.linalg.eigh(problem.hamiltonians)
    mu, r = problem.dipoles, problem.positions - problem.positions.mean(axis=1, keepdims=True)
    moments = np.empty((*mu.shape[:2], 6))
    moments[..., :3] = mu
    for x, (y, z) in enumerate(((1, 2), (2, 0), (0, 1))):
        moments[..., 3 + x] = r[..., y] * mu[..., z] - r[..., z] * mu[..., y]
    projected = vectors.transpose(0, 2, 1) @ moments
    electric, magnetic = projected[..., :3], projected[..., 3:]
    dipole_strengths = np.einsum("ckx,ckx->ck", electric, electric)
    rotational_strengths = 4e-8 * np.pi * energies * np.einsum("ckx,ckx->ck", electric, magnetic)
    return energies, dipole_strengths, rotational_strengths


def _numpy_spectrum(problem, sticks_at_a_time=400):
    """One matrix of line shapes at a time that fits the cache, used for both spectra."""
    energies, *strengths = _numpy_sticks(problem)
    energies, strengths = energies.ravel(), np.stack([s.ravel() for s in strengths])
    spectra = np.zeros((2, problems.GRID.size))
    for first in range(0, energies.size, sticks_at_a_time):
        chosen = slice(first, first + sticks_at_a_time)
        lines = problems.GRID - energies[chosen, None]
        np.square(lines, out=lines)
        lines *= -4.0 * np.log(2.0) / problems.FWHM**2
        np.exp(lines, out=lines)
        spectra += strengths[:, chosen] @ lines
    return spectra / problem.n_conf
