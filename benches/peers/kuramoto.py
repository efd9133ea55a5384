"""Steps of a zero-flux Kuramoto lattice: hotloop in both precisions beside NumPy, Numba, JAX and fused loops in C, with the machine's limits."""
import os
import sys
import time

import hotloop
import numpy as np

import conditions
import kuramoto_peers
import measure
import report
from kuramoto_peers import COUPLING, DT

HOTLOOP = "hotloop"
SIZES = (200, 1000, 4000)
STEPS = (1, 24)
# Beyond so many cells times steps only those that take a few nanoseconds for each are called: the others would take half a minute a call, and their
# time for a step does not depend on how many there are.
LONG_CALL = 1e8
FAST = (HOTLOOP, f"{HOTLOOP}, float32", "C, -ffast-math")
# Additions and multiplications of a cell and Euler step in double precision, a fused pair counted as two: 42 for a sine and cosine by polynomials, 32
# with a table (src/simd/math.rs), 13 for the slope without lag and the step (src/kuramoto/lattice/row.rs).
FLOPS_OF_A_STEP = 13 + (32 if hotloop.config()["simd"] == "avx512" else 42)
# theta is read and written, omega read; before that both are looked at for numbers that are not finite.
BYTES_OF_A_STEP, BYTES_OF_THE_LOOK = 24, 16


class Hotloop:
    def __init__(self, theta, omega, dtype=np.float64):
        self.theta, self.omega = theta.astype(dtype), omega.astype(dtype)

    def euler(self, steps):
        hotloop.kuramoto.integrate(self.theta, self.omega, COUPLING, DT, steps)

    def rk4(self, steps):
        hotloop.kuramoto.integrate(self.theta, self.omega, COUPLING, DT, steps, method="rk4")

    def phases(self):
        return self.theta


class Float32(Hotloop):
    def __init__(self, theta, omega):
        super().__init__(theta, omega, np.float32)


def problem(n):
    random = np.random.default_rng(0)
    return random.uniform(0.0, 2.0 * np.pi, (n, n)), random.uniform(0.0, 1.0, (n, n))


def check(peers):
    """The largest difference from hotloop after some steps."""
    rows = []
    for method in ("euler", "rk4"):
        reference = Hotloop(*problem(50))
        getattr(reference, method)(7)
        for name, peer in peers.items():
            if hasattr(peer, method):
                other = peer(*problem(50))
                getattr(other, method)(7)
                rows.append([name, method, f"{np.abs(other.phases() - reference.phases()).max():.1e}"])
    return rows


def compare(title, ways, method, n, steps, effort):
    """Times a method of every way, prints a table, and returns rows for the CSV file."""
    calls = {name: (lambda way=way: getattr(way, method)(steps)) for name, way in ways.items()}
    timings = measure.interleaved(calls, effort)
    report.comparison(title, timings, HOTLOOP)
    per_cell = {name: min(timing.cpu[1], timing.wall[1]) / (n * n * steps) for name, timing in timings.items()}
    print("  ns a cell and step: " + ", ".join(f"{name} {1e9 * seconds:.2f}" for name, seconds in per_cell.items()))
    rows = [[method, n, steps, hotloop.get_num_threads(), name, *report.timing_cells(timing)] for name, timing in timings.items()]
    return rows, timings


def bandwidth():
    """Bytes a second that one core moves when it reads two large arrays and writes one of them: the best of some goes."""
    library = kuramoto_peers.compiled([])
    theta, omega = np.ones(1 << 24), np.ones(1 << 24)
    best = np.inf
    for _ in range(9):
        began = time.perf_counter()
        library.read_two_write_one(theta.size, theta.ctypes.data, omega.ctypes.data)
        best = min(best, time.perf_counter() - began)
    return BYTES_OF_A_STEP * theta.size / best


def limits(timings, n, steps, speed):
    """How far hotloop is from what memory allows."""
    seconds = timings[HOTLOOP].cpu[1] / (n * n * steps)
    sweeps = -(-steps // 12)  # as many steps as a sweep makes
    bytes_moved = (BYTES_OF_A_STEP * sweeps + BYTES_OF_THE_LOOK) / steps
    print(
        f"  roofline: {bytes_moved:.0f} bytes a cell and step at {speed / 1e9:.1f} GB/s take {1e9 * bytes_moved / speed:.2f} ns (more than that if the"
        f" caches do not hold the arrays, less if they do); {FLOPS_OF_A_STEP} flops in {1e9 * seconds:.2f} ns are"
        f" {FLOPS_OF_A_STEP / seconds / 1e9:.1f} GFLOP/s"
    )


def main():
    quick = "--quick" in sys.argv
    effort = measure.QUICK if quick else measure.THOROUGH
    report.conditions(conditions.describe())
    peers, complaints = kuramoto_peers.available()
    for complaint in complaints:
        print(f"**** {complaint}", file=sys.stderr)
    report.table("do they compute the same? largest difference from hotloop after 7 steps, radians", ["", "method", "difference"], check(peers))
    rows = []
    speed = bandwidth()
    print(f"\n  one core reads two arrays of 128 MB and writes one: {speed / 1e9:.1f} GB/s")
    serial = {name: peer for name, peer in peers.items() if "parallel" not in name}
    everything = {HOTLOOP: Hotloop, f"{HOTLOOP}, float32": Float32, **serial}
    with hotloop.threads(1):
        for n in SIZES[:2] if quick else SIZES:
            ways = {name: way(*problem(n)) for name, way in everything.items()}
            for steps in STEPS:
                called = {name: way for name, way in ways.items() if name in FAST or n * n * steps < LONG_CALL}
                title = f"Euler, {n} x {n} cells, {steps} step{'s' * (steps > 1)} a call, one thread"
                new, timings = compare(title, called, "euler", n, steps, effort)
                limits(timings, n, steps, speed)
                rows += new
        n, steps = (200, 6) if quick else (1000, 24)
        ways = {name: way(*problem(n)) for name, way in everything.items() if hasattr(way, "rk4")}
        rows += compare(f"RK4, {n} x {n} cells, {steps} steps a call, one thread", ways, "rk4", n, steps, effort)[0]
        if not quick:
            began = time.perf_counter()
            ways[HOTLOOP].rk4(1000)
            print(f"  hotloop, 1000 steps of RK4 in one call: {time.perf_counter() - began:.1f} s")
    rows += threads(peers, effort, 200 if quick else 1000)
    report.write_csv(f"kuramoto_{hotloop.config()['simd']}", ["method", "n", "steps", "threads", "way", *report.TIMING_COLUMNS], rows)
    sys.exit(1 if complaints else 0)


def threads(peers, effort, n):
    """One thread and two, in turn."""
    if len(os.sched_getaffinity(0)) < 2:
        print("\n  one core only: two threads were not measured")
        return []
    ways = {HOTLOOP: Hotloop(*problem(n)), f"{HOTLOOP}, 2 threads": Hotloop(*problem(n))}
    calls = {}
    for (name, way), count in zip(ways.items(), (1, 2)):

        def call(way=way, count=count):
            with hotloop.threads(count):
                way.euler(24)

        calls[name] = call
    if "Numba, parallel" in peers:
        import numba

        numba.set_num_threads(min(2, numba.config.NUMBA_NUM_THREADS))
        parallel = peers["Numba, parallel"](*problem(n))
        calls["Numba, parallel"] = lambda: parallel.euler(24)
    timings = measure.interleaved(calls, effort)
    report.comparison(f"Euler, {n} x {n} cells, 24 steps a call, two threads: look at the wall ratio", timings, HOTLOOP)
    return [["euler", n, 24, 2 if "2" in name or "parallel" in name else 1, name, *report.timing_cells(t)] for name, t in timings.items()]


if __name__ == "__main__":
    main()
