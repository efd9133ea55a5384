"""Euler steps of a zero-flux Kuramoto lattice, one thread: hotloop in both precisions, NumPy, a fused loop in C without and with -ffast-math."""
import ctypes
import os
import subprocess
import sys
from pathlib import Path

import hotloop
import numpy as np

import conditions
import measure
import report

HERE = Path(__file__).resolve().parent
WORK = HERE.parent.parent / "build/peers"
HOTLOOP, NUMPY = "hotloop", "NumPy"
LOOPS = {"C": [], "C, -ffast-math": ["-ffast-math"]}
COUPLING, DT = 2.0, 0.1
SIZES = (200, 1000, 4000)
STEPS = (1, 24)


def compiled(name, flags):
    """The loop in C, or None where it cannot be compiled."""
    library = WORK / f"kuramoto_{'fast_math' if flags else 'plain'}.so"
    source = HERE / "kuramoto_loop.c"
    if not library.exists() or library.stat().st_mtime < source.stat().st_mtime:
        command = [os.environ.get("CC", "cc"), "-O3", "-march=native", *flags, "-shared", "-fPIC", source, "-o", library, "-lm"]
        if subprocess.run(command).returncode != 0:
            print(f"**** {name} could not be compiled and was not measured", file=sys.stderr)
            return None
    loop = ctypes.CDLL(str(library)).kuramoto_loop
    loop.restype = None
    loop.argtypes = [ctypes.c_ssize_t, ctypes.c_void_p, ctypes.c_void_p, ctypes.c_double, ctypes.c_double, ctypes.c_ssize_t, ctypes.c_void_p]
    return loop


def numpy_steps(theta, omega, steps):
    for _ in range(steps):
        slope = omega.copy()
        down, right = np.sin(theta[1:] - theta[:-1]), np.sin(theta[:, 1:] - theta[:, :-1])
        slope[:-1] += COUPLING * down
        slope[1:] -= COUPLING * down
        slope[:, :-1] += COUPLING * right
        slope[:, 1:] -= COUPLING * right
        theta += DT * slope


def ways(n, steps, loops):
    """Callables by name; each advances phases of its own."""
    random = np.random.default_rng(0)
    theta, omega = random.uniform(0.0, 2.0 * np.pi, (n, n)), random.uniform(0.0, 1.0, (n, n))
    own = {name: theta.copy() for name in (HOTLOOP, NUMPY, *loops)}
    single, omega_single = theta.astype(np.float32), omega.astype(np.float32)
    other = np.empty_like(theta)
    calls = {
        HOTLOOP: lambda: hotloop.kuramoto.integrate(own[HOTLOOP], omega, COUPLING, DT, steps),
        f"{HOTLOOP}, float32": lambda: hotloop.kuramoto.integrate(single, omega_single, COUPLING, DT, steps),
        NUMPY: lambda: numpy_steps(own[NUMPY], omega, steps),
    }
    for name, loop in loops.items():
        array = own[name]
        calls[name] = lambda loop=loop, array=array: loop(
            n, array.ctypes.data, omega.ctypes.data, COUPLING, DT, steps, other.ctypes.data
        )
    return own, calls


def check(loops):
    """The largest difference from hotloop after some steps."""
    own, calls = ways(50, 7, loops)
    for call in calls.values():
        call()
    return [[name, f"{np.abs(array - own[HOTLOOP]).max():.1e}"] for name, array in own.items() if name != HOTLOOP]


def main():
    quick = "--quick" in sys.argv
    effort = measure.QUICK if quick else measure.THOROUGH
    report.conditions(conditions.describe())
    loops = {name: loop for name, flags in LOOPS.items() if (loop := compiled(name, flags))}
    report.table("do they compute the same? largest difference from hotloop after 7 steps, radians", ["", "difference"], check(loops))
    rows = []
    with hotloop.threads(1):
        for n in SIZES[:2] if quick else SIZES:
            for steps in STEPS:
                timings = measure.interleaved(ways(n, steps, loops)[1], effort)
                report.comparison(f"{n} x {n} cells, {steps} step{'s' * (steps > 1)} a call", timings, HOTLOOP)
                per_cell = {name: timing.cpu[1] / (n * n * steps) for name, timing in timings.items()}
                print("  ns a cell and step: " + ", ".join(f"{name} {1e9 * seconds:.2f}" for name, seconds in per_cell.items()))
                rows += [[n, steps, name, *report.timing_cells(timing)] for name, timing in timings.items()]
    report.write_csv(f"kuramoto_{hotloop.config()['simd']}", ["n", "steps", "way", *report.TIMING_COLUMNS], rows)
    sys.exit(0 if len(loops) == len(LOOPS) else 1)


if __name__ == "__main__":
    main()
