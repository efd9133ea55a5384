"""Median processor time of a call from Python; see ../overhead.py."""
import statistics
import sys
import time

import hotloop
import numpy as np


def report(name, call, calls):
    times = []
    for _ in range(102):
        began = time.process_time()
        for _ in range(calls):
            call()
        times.append(1e6 * (time.process_time() - began) / calls)
    print(f"{name} {statistics.median(times[1:]):.6f}")  # the first warms up


def main():
    calls = 20 if sys.argv[1:] else 200
    values, converted = np.array([12500.0]), np.empty(1)
    report("convert_one", lambda: hotloop.convert_units(values, "cm-1", "nm", out=converted), calls)

    hamiltonian = np.array([[12400.0, -100.0], [-100.0, 12500.0]])
    dipoles = np.array([[1.0, 0.0, 0.0], [0.0, 1.0, 0.0]])
    out = {"energies": np.empty(2)}
    report("sticks_two", lambda: hotloop.exciton.sticks(hamiltonian, dipoles, out=out), calls)


if __name__ == "__main__":
    main()
