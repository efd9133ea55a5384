"""The fast multipole method beside the wheel of FMM3D and the direct sum; what the parts take; how cost grows; a table of settings.

Charges of random signs at points in a cube and on a sphere; potentials and gradients. One thread and two. An evaluation's time is also given in
pairs of the direct sum, measured in the same process: that compares across machines.
"""
import os
import resource
import sys
import time

import hotloop
import numpy as np

import conditions
import measure
import report

SETS = ("cube", "sphere")
COUNTS = (100_000, 1_000_000)
QUICK_COUNTS = (10_000,)
EFFORT = measure.Effort(turn=0.0, least_rounds=3, most_rounds=7, budget=8.0)
# What a plan is asked for, as options, and the accuracy of FMM3D that gives errors of the same class.
CLASSES = {
    "1e-6": ({"order": 7}, np.float64, 4.9e-4),
    "1e-6, mixed": ({"order": 7, "precision": "mixed"}, np.float64, None),
    "1e-3, float32": ({"order": 4}, np.float32, None),
    "1e-9": ({"order": 11}, np.float64, None),
}


def points(kind, count, seed=0):
    rng = np.random.default_rng(seed)
    if kind == "cube":
        return rng.random((count, 3)), rng.uniform(-1.0, 1.0, count)
    directions = rng.normal(size=(count, 3))
    return directions / np.linalg.norm(directions, axis=1)[:, None], rng.uniform(-1.0, 1.0, count)


def pairs_a_second():
    """Of the direct sum in double precision with gradients, the best of some goes."""
    sources, charges = points("cube", 60_000)
    best = np.inf
    for _ in range(3):
        began = time.process_time()
        hotloop.fmm.direct(sources, charges, gradient=True)
        best = min(best, time.process_time() - began)
    return len(sources) ** 2 / best


def plan_of(sources, options, dtype):
    began = time.process_time()
    plan = hotloop.fmm.Plan(sources.astype(dtype, copy=False), **options)
    return plan, time.process_time() - began


def fmm3d(sources, charges, eps):
    """A call of the peer: it makes its tree anew every time."""
    import fmm3dpy

    transposed = np.asfortranarray(sources.T)
    return lambda: fmm3dpy.lfmm3d(eps=eps, sources=transposed, charges=charges, pg=2)


def evaluations(counts, effort, rate, has_peer):
    """Rows of the main table, and for the CSV file."""
    shown, rows = [], []
    for kind in SETS:
        for count in counts:
            sources, charges = points(kind, count)
            for name, (options, dtype, peer_eps) in CLASSES.items():
                plan, setting_up = plan_of(sources, options, dtype)
                own = charges.astype(dtype)
                error = plan.estimate_error(own, plan.evaluate(own), sample=300)
                calls = {"hotloop": lambda plan=plan, own=own: plan.evaluate(own, gradient=True)}
                if has_peer and peer_eps:
                    calls["FMM3D"] = fmm3d(sources, charges, peer_eps)
                timings = measure.interleaved(calls, effort)
                seconds = timings["hotloop"].cpu[1]
                stats = plan.stats
                again = time.process_time()
                plan.set_points(sources.astype(dtype, copy=False))
                tree = time.process_time() - again
                peer = timings["FMM3D"].cpu[1] / (seconds + tree) if "FMM3D" in timings else None
                shown.append([
                    f"{kind}, {count:,}, {name}", report.duration(tree), report.duration(seconds), f"{count / seconds / 1e3:.0f} k",
                    f"{seconds * rate / count:.0f}", f"{error:.1e}", "" if peer is None else f"{peer:.1f}",
                ])  # fmt: skip
                rows.append([kind, count, name, setting_up, tree, seconds, error, seconds * rate / count, peer, stats["bytes_of_points"]
                             + stats["bytes_of_operators"] + stats["bytes_of_evaluation"]])  # fmt: skip
    header = ["points, class", "tree and lists", "evaluation", "points/s", "pairs a point", "error", "FMM3D / (tree + evaluation)"]
    report.table("potentials and gradients, one thread", header, shown)
    report.write_csv(
        f"fmm_{hotloop.config()['simd']}",
        ["set", "points", "class", "first_plan_s", "set_points_s", "evaluate_s", "error", "pairs_a_point", "fmm3d_ratio", "bytes"], rows,
    )  # fmt: skip


def operators(count):
    """The time of each operator, as a table and a picture."""
    rows, bars = [], {}
    for kind in SETS:
        sources, charges = points(kind, count)
        plan, _ = plan_of(sources, {"order": 7}, np.float64)
        plan.evaluate(charges, gradient=True)
        bars[kind] = plan.timings
        rows.append([f"{kind}, {count:,}", *(report.duration(seconds) if seconds else "0" for seconds in bars[kind].values())])
    report.table("operators, seconds of one evaluation, order 7", ["", *bars[SETS[0]]], rows)
    _draw(f"fmm_operators_{hotloop.config()['simd']}.png", lambda axes: _bars(axes, bars))


def setting_up(count):
    """The parts before an evaluation, and Morton codes."""
    sources, _ = points("cube", count)
    rows = []
    for order in (4, 7, 11):
        hotloop.fmm.forget_operators()
        stats = hotloop.fmm.Plan(sources, order=order).stats
        rows.append([f"order {order}", *(report.duration(stats[name]) for name in ("tree_seconds", "list_seconds", "operator_seconds"))])
    report.table(f"setting up, cube of {count:,} points", ["", "tree", "lists", "operators"], rows)
    morton = hotloop.fmm.morton
    codes = morton.encode(sources, np.zeros(3), 1.0, 19)
    ways = {
        "encode points": lambda: morton.encode(sources, np.zeros(3), 1.0, 19),
        "decode": lambda: morton.decode(codes),
        "parents": lambda: morton.parents(codes),
        "neighbours": lambda: morton.neighbours(codes[: count // 10]),
    }
    rows = []
    for name, timing in measure.interleaved(ways, EFFORT).items():
        boxes = count // 10 if name == "neighbours" else count
        rows.append([name, f"{1e9 * timing.cpu[1] / boxes:.1f} ns"])
    report.table("Morton codes, a box", ["", "time"], rows)


def settings(count):
    """What order and precision cost, give and hold."""
    sources, charges = points("cube", count)
    rows, table = [], []
    for precision, orders in (("double", (3, 4, 5, 6, 7, 8, 10, 11, 12)), ("mixed", (4, 5, 6, 7))):
        for order in orders:
            plan, _ = plan_of(sources, {"order": order, "precision": precision}, np.float64)
            began = time.process_time()
            potentials = plan.evaluate(charges, gradient=True, progress=None)[0]
            seconds = time.process_time() - began
            stats = plan.stats
            held = stats["bytes_of_points"] + stats["bytes_of_operators"]
            error = plan.estimate_error(charges, potentials, sample=300)
            table.append([f"{order}, {precision}", str(stats["leaf_size"]), report.duration(seconds), f"{error:.1e}", f"{held / 1e6:.0f} MB",
                          f"{stats['bytes_of_evaluation'] / 1e6:.0f} MB"])  # fmt: skip
            rows.append([order, precision, stats["leaf_size"], seconds, error, held, stats["bytes_of_evaluation"]])
    report.table(f"settings, cube of {count:,} points", ["order", "leaf", "evaluation", "error", "plan holds", "evaluation has"], table)
    report.write_csv("fmm_settings", ["order", "precision", "leaf_size", "evaluate_s", "error", "plan_bytes", "evaluation_bytes"], rows)


def growth(counts):
    """Time a point against the number of points."""
    rows = []
    for count in counts:
        sources, charges = points("cube", count)
        plan, first = plan_of(sources, {"order": 7}, np.float64)
        best = np.inf
        for _ in range(5 if count < 10**6 else 1):
            began = time.process_time()
            plan.evaluate(charges, gradient=True)
            best = min(best, time.process_time() - began)
        rows.append([count, best / count, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024])
    report.table("cost against the number of points, order 7", ["points", "µs a point"], [[f"{n:,}", f"{1e6 * t:.2f}"] for n, t, _ in rows])
    report.write_csv(f"fmm_growth_{hotloop.config()['simd']}", ["points", "seconds_a_point", "peak_resident_bytes"], rows)
    _draw(f"fmm_growth_{hotloop.config()['simd']}.png", lambda axes: _line(axes, rows))


def threads(count):
    """One thread and two, in turn."""
    if len(os.sched_getaffinity(0)) < 2:
        print("\n  one core only: two threads were not measured")
        return
    sources, charges = points("cube", count)
    plan = hotloop.fmm.Plan(sources, order=7)
    ways = {}
    for number in (1, 2):

        def evaluate(number=number):
            with hotloop.threads(number):
                plan.evaluate(charges, gradient=True)

        def tree(number=number):
            with hotloop.threads(number):
                plan.set_points(sources)

        ways[f"evaluation, {number}"], ways[f"tree and lists, {number}"] = evaluate, tree
    timings = measure.interleaved(ways, EFFORT)
    rows = [[part, report.duration(timings[f"{part}, 1"].wall[1]), report.duration(timings[f"{part}, 2"].wall[1]),
             f"{timings[f'{part}, 1'].wall[1] / timings[f'{part}, 2'].wall[1]:.2f}"] for part in ("evaluation", "tree and lists")]  # fmt: skip
    report.table(f"threads, cube of {count:,} points, wall time", ["", "1", "2", "ratio"], rows)


def _bars(axes, bars):
    for place, (kind, seconds) in enumerate(bars.items()):
        axes.bar(np.arange(len(seconds)) + 0.4 * place, list(seconds.values()), 0.4, label=kind)
        axes.set_xticks(np.arange(len(seconds)) + 0.2, list(seconds))
    axes.set_ylabel("seconds")
    axes.legend()


def _line(axes, rows):
    axes.loglog([row[0] for row in rows], [1e6 * row[1] for row in rows], "o-")
    axes.set_xlabel("points")
    axes.set_ylabel("µs a point")


def _draw(name, draw):
    try:
        import matplotlib

        matplotlib.use("Agg")
        import matplotlib.pyplot as plt
    except ImportError:
        return
    figure, axes = plt.subplots(figsize=(6, 4))
    draw(axes)
    report.RESULTS.mkdir(parents=True, exist_ok=True)
    figure.savefig(report.RESULTS / name, dpi=120, bbox_inches="tight")
    print(f"  drawn: {name}")


def main():
    quick = "--quick" in sys.argv
    report.conditions(conditions.describe())
    try:
        import fmm3dpy  # noqa: F401

        has_peer = True
    except ImportError:
        has_peer = False
        print("**** fmm3dpy is not here and was not measured", file=sys.stderr)
    with hotloop.threads(1):
        rate = pairs_a_second()
        print(f"\n  direct sum: {rate:.3g} pairs a second with gradients")
        evaluations(QUICK_COUNTS if quick else COUNTS, measure.QUICK if quick else EFFORT, rate, has_peer)
        count = QUICK_COUNTS[0] if quick else COUNTS[-1]
        operators(count)
        setting_up(count)
        settings(QUICK_COUNTS[0] if quick else COUNTS[0])
        growth((1000, 10_000) if quick else (10_000, 100_000, 1_000_000, 10_000_000))
    threads(count)
    sys.exit(0 if has_peer else 1)


if __name__ == "__main__":
    main()
