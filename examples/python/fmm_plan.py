"""The energy and the forces of many charges, by the fast multipole method and, for comparison, pair by pair.

    python fmm_plan.py [number of charges]

Charges of +1 and -1 lie at random in a ball. Printed: the energy, the seconds of both ways, how far potentials and forces of the fast way are
from the exact ones, what the plan itself says of its error, and how many boxes of the tree hold charges, level by level.
"""

import sys
import time

import hotloop
import numpy as np


def timed(call):
    start = time.perf_counter()
    result = call()
    return result, time.perf_counter() - start


def main(count=20_000):
    rng = np.random.default_rng(0)
    points = rng.standard_normal((count, 3))
    points *= (rng.random(count) ** (1 / 3) / np.linalg.norm(points, axis=1))[:, None]
    charges = np.where(np.arange(count) % 2, 1.0, -1.0)

    plan, seconds_plan = timed(lambda: hotloop.fmm.Plan(points, eps=1e-6))
    (potentials, gradients), seconds_fast = timed(lambda: plan.evaluate(charges, gradient=True))
    exact, seconds_direct = timed(lambda: hotloop.fmm.direct(points, charges, gradient=True))

    forces, exact_forces = -charges[:, None] * gradients, -charges[:, None] * exact[1]
    print(f"{count} charges, energy {0.5 * charges @ potentials:.6f}")
    print(f"plan {seconds_plan:.3f} s, evaluation {seconds_fast:.3f} s, pair by pair {seconds_direct:.3f} s")
    print(f"error of potentials {np.linalg.norm(potentials - exact[0]) / np.linalg.norm(exact[0]):.1e}")
    print(f"error of forces {np.linalg.norm(forces - exact_forces) / np.linalg.norm(exact_forces):.1e}")
    print(f"estimated error {plan.estimate_error(charges, potentials):.1e}")

    # Boxes that hold charges: codes of the finest level, and their parents up to the root.
    side = np.ptp(points, axis=0).max()
    codes = np.unique(hotloop.fmm.morton.encode(points, points.min(axis=0), side, 6))
    for level in range(6, 0, -1):
        print(f"level {level}: {len(codes)} of {8**level} boxes hold charges")
        codes = np.unique(hotloop.fmm.morton.parents(codes))


if __name__ == "__main__":
    main(*map(int, sys.argv[1:]))
