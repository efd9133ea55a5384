"""A fit of eight site energies to absorption and CD: hotloop beside ham2spec with SciPy's least squares and its finite differences.

The measurement is synthetic, 1 % of noise; both minimise the same misfit and stop at a relative gain of 1e-8. Also what a gradient and
a Jacobian cost beside the plain mean spectrum. Fits of hotloop and of the peer are made in turn, those of 10,000 configurations once
each: the peer takes a minute and more. Two threads are another process, because ham2spec's pool has one size for ever.
"""
import os
import subprocess
import sys
import time

import hotloop
import numpy as np
from hotloop import exciton

import conditions
import exciton_peers
import measure
import problems
import report

try:
    import scipy.optimize
except ImportError:
    scipy = None

TRUTH = np.array([25.0, -30.0, 12.0, 8.0, -18.0, 22.0, -9.0, 15.0])
TOLERANCE = 1e-8


def main():
    quick = "--quick" in sys.argv
    effort = measure.QUICK if quick else measure.THOROUGH
    report.conditions(conditions.describe())
    sizes = (100,) if quick else (100, 10_000)
    rows = []
    threads = 2 if "--two-threads" in sys.argv else 1
    if threads == 1:
        with hotloop.threads(1):
            for n_conf in (100, 10_000):
                timings = measure.interleaved(derivative_ways(problems.fmo(n_conf)), effort)
                report.comparison(f"derivatives by eight site energies, {n_conf:,} configurations", timings, "spectrum")
                rows += [["derivatives", n_conf, name, *report.timing_cells(timing)] for name, timing in timings.items()]
    for n_conf in sizes:
        rows += fits(problems.fmo(n_conf), threads, quick)
    name = f"exciton_fit_{hotloop.config()['simd']}{'_two_threads' if threads == 2 else ''}"
    report.write_csv(name, ["what", "n_conf", "way", *report.TIMING_COLUMNS], rows)
    if threads == 1:
        command = [sys.executable, __file__, "--two-threads", *(["--quick"] if quick else [])]
        subprocess.run(command, env={**os.environ, "RAYON_NUM_THREADS": "2"}, check=False)
    absent = [name for name, module in (("ham2spec", exciton_peers.ham2spec), ("SciPy", scipy)) if module is None]
    for name in absent:
        print(f"**** {name} is not here and was not measured", file=sys.stderr)
    sys.exit(1 if absent else 0)


def shared(problem):
    """All configurations have the same dipoles and positions, as in a fit of one structure with disorder."""
    return problem.hamiltonians, problem.dipoles[0].copy(), problem.positions[0].copy()


def experiment(problem):
    """Spectra of other site energies, with noise and the standard deviations that say so."""
    rng = np.random.default_rng(1)
    moved = problem.hamiltonians.copy()
    moved[:, np.arange(8), np.arange(8)] += TRUTH
    measured = []
    for spectrum in exciton.spectrum(moved, *shared(problem)[1:], problems.GRID):
        sigma = np.full(spectrum.size, 0.01 * np.abs(spectrum).max())
        measured.append((problems.GRID, spectrum + sigma * rng.standard_normal(spectrum.size), sigma))
    return measured


def derivative_ways(problem):
    system, parameters, values = shared(problem), exciton.site_energies(8), np.zeros(8)
    absorption, cd = experiment(problem)
    grids = {"absorption_grid": problems.GRID, "cd_grid": problems.GRID}
    return {
        "spectrum": lambda: exciton.spectrum(*system, problems.GRID),
        "misfit and gradient": lambda: exciton.residual_gradient(*system, parameters, values, absorption=absorption, cd=cd),
        "Jacobian": lambda: exciton.jacobian(*system, parameters, values, **grids),
    }


def fits(problem, threads, quick):
    """Fits by both in turn; rows of the CSV file."""
    system = shared(problem)
    absorption, cd = experiment(problem)

    def by_hotloop():
        with hotloop.threads(threads):
            found = exciton.fit(*system, exciton.site_energies(8), absorption=absorption, cd=cd, misfit_tolerance=TOLERANCE)
        return found.values, found.misfit, found.evaluations

    # The peer's fit takes several hundred times as long: ours is made so often in its round that both weigh alike.
    is_small = problem.n_conf <= 1000
    ways = {"hotloop": (by_hotloop, 25 if is_small else 5)}
    if exciton_peers.ham2spec and scipy:
        ways["ham2spec and SciPy"] = (lambda: by_finite_differences(problem, absorption, cd), 1)
    taken = {name: [] for name in ways}
    found = {}
    by_hotloop()
    for _ in range(5 if is_small and not quick else 1):
        for name, (way, repetitions) in ways.items():
            for _ in range(repetitions):
                began = time.perf_counter(), time.process_time()
                found[name] = way()
                taken[name].append((time.perf_counter() - began[0], time.process_time() - began[1]))
    cells, rows, ours = [], [], None
    for name, (values, misfit, evaluations) in found.items():
        wall, cpu = np.median(np.array(taken[name]), axis=0)
        ours = ours or (wall, cpu)
        ratios = f"{wall / ours[0]:.0f}", f"{cpu / ours[1]:.0f}"
        off = np.abs(values - TRUTH).max()
        cells.append([name, report.duration(wall), report.duration(cpu), *ratios, str(evaluations), f"{misfit:.3f}", f"{off:.2f}"])
        timing = measure.Timing((wall,) * 3, (cpu,) * 3, len(taken[name]))
        rows.append([f"fit, {threads} threads", problem.n_conf, name, *report.timing_cells(timing)])
    header = ["", "wall", "processor", "times hotloop: wall", "processor", "evaluations", "misfit", "largest error, cm-1"]
    report.table(f"fit of eight site energies, {problem.n_conf:,} configurations, threads: {threads}", header, cells)
    return rows


def by_finite_differences(problem, absorption, cd):
    dipoles, positions = (np.repeat(array[:1], problem.n_conf, axis=0) for array in (problem.dipoles, problem.positions))
    hamiltonians, sites = problem.hamiltonians.copy(), np.arange(8)

    def residuals(values):
        hamiltonians[:, sites, sites] = problem.hamiltonians[:, sites, sites] + values
        model = exciton_peers.ham2spec.compute_broadened_spectrum_from_hams(
            hamiltonians, dipoles, positions, exciton_peers._Ham2specConfig
        )
        pairs = zip((model["abs"], model["cd"]), (absorption, cd))
        return np.concatenate([(spectrum - measured) / sigma for spectrum, (_, measured, sigma) in pairs])

    # MINPACK's lmder with forward differences, which counts every evaluation.
    found = scipy.optimize.least_squares(residuals, np.zeros(8), method="lm", ftol=TOLERANCE)
    return found.x, found.cost, found.nfev


if __name__ == "__main__":
    main()
