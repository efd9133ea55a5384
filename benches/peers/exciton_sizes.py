"""Cost per configuration against the number of sites, one thread: hotloop's sticks and spectra beside a loop of LAPACK's dsyevd.

Once with many configurations a call, as an ensemble has, and once with one configuration a call, which leaves all lanes of a vector but
one unused. The loop computes eigenvectors in any case, because the strengths follow from them; `with eigenvectors` also hands them out.
All is C: what a binding costs is another table (overhead.py).
"""
import sys

import hotloop

import conditions
import exciton_peers
import measure
import problems
import report

SIZES = (2, 3, 4, 6, 7, 8, 12, 16, 24, 32, 48, 64, 96, 128, 192, 256, 384, 500)
QUICK_SIZES = (2, 8, 32, 96, 128)
THOROUGH = measure.Effort(turn=0.02, least_rounds=7, most_rounds=21, budget=3.0)

# What computes no more than the loop, and so should not take longer.
PAIRS = (
    (exciton_peers.HOTLOOP, exciton_peers.LAPACK),
    (f"{exciton_peers.HOTLOOP} with eigenvectors", f"{exciton_peers.LAPACK} with eigenvectors"),
)


def ensemble_size(n_site):
    """Some tens of milliseconds of LAPACK, and whole groups of lanes up to 128 sites."""
    power_of_two = 1 << max(1, 200_000 // n_site**2).bit_length() - 1
    return max(32 if n_site <= 128 else 4, min(4096, power_of_two))


def main():
    quick = "--quick" in sys.argv
    report.conditions(conditions.describe())
    if exciton_peers.LAPACK in exciton_peers.missing():
        print("**** the LAPACK loop is not here: hotloop alone is measured", file=sys.stderr)
    rows, series = [], {}
    for label, together in (("many configurations a call", True), ("one configuration a call", False)):
        costs = {}
        for n_site in QUICK_SIZES if quick else SIZES:
            problem = problems.aggregate(n_site, ensemble_size(n_site))
            with hotloop.threads(1):
                timings = measure.interleaved(exciton_peers.c_ways(problem, together), measure.QUICK if quick else THOROUGH)
            costs[n_site] = {name: timing.cpu[1] / problem.n_conf for name, timing in timings.items()}
            rows += [[label, n_site, problem.n_conf, name, *report.timing_cells(timing)] for name, timing in timings.items()]
        _print(label, costs)
        series[label] = costs
    level = hotloop.config()["simd"]
    report.write_csv(f"exciton_sizes_{level}", ["what", "n_site", "n_conf", "way", *report.TIMING_COLUMNS], rows)
    _draw(series, report.RESULTS / f"exciton_sizes_{level}.png")
    sys.exit(1 if exciton_peers.LAPACK in exciton_peers.missing() else 0)


def _print(label, costs):
    first = next(iter(costs.values()))
    pairs = [pair for pair in PAIRS if pair[1] in first]
    header = ["n", "in all", *first, *(f"ratio{name.removeprefix(exciton_peers.HOTLOOP)}" for name, _ in pairs)]
    body = [
        [str(n), str(ensemble_size(n)), *map(report.duration, cost.values()), *(f"{cost[loop] / cost[name]:.2f}" for name, loop in pairs)]
        for n, cost in costs.items()
    ]
    report.table(f"processor time per configuration, {label} (ratio: loop / hotloop)", header, body)
    slower = [f"n = {n}: {name} {cost[name] / cost[loop]:.2f} times the loop" for n, cost in costs.items() for name, loop in pairs
              if cost[name] > cost[loop]]
    if pairs:
        print("\n  slower than the loop:", "nowhere" if not slower else "")
    for line in slower:
        print(f"    {line}")


def _draw(series, path):
    try:
        import matplotlib
    except ImportError:
        print("  no picture: matplotlib is not here")
        return
    matplotlib.use("Agg")
    from matplotlib import pyplot

    figure, axes = pyplot.subplots(1, len(series), figsize=(6.0 * len(series), 4.5), sharey=True)
    for axis, (label, costs) in zip(axes, series.items()):
        for name in next(iter(costs.values())):
            style = "o--" if name.startswith("dsyevd") else "o-"
            axis.loglog(list(costs), [1e6 * cost[name] for cost in costs.values()], style, markersize=3, label=name)
        axis.set(title=label, xlabel="sites")
        axis.grid(True, which="both", alpha=0.3)
    axes[0].set_ylabel("µs per configuration, one thread")
    axes[0].legend()
    figure.tight_layout()
    figure.savefig(path, dpi=120)
    print(f"  drawn: {path.relative_to(report.RESULTS.parent.parent.parent)}")


if __name__ == "__main__":
    main()
