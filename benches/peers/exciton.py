"""Spectra and sticks of the FMO model, default configuration, one thread: hotloop, ham2spec, NumPy, a loop of LAPACK's dsyevd."""
import sys

import hotloop

import conditions
import exciton_peers
import measure
import problems
import report


def main():
    quick = "--quick" in sys.argv
    effort = measure.QUICK if quick else measure.THOROUGH
    report.conditions(conditions.describe())
    largest = problems.fmo(10_000)

    report.table(
        "do they compute the same? largest difference from hotloop, of the largest value",
        ["", "difference"],
        [[name, f"{difference:.1e}"] for name, difference in exciton_peers.check(largest.first(100)).items()],
    )

    rows = []
    with hotloop.threads(1):
        for what, ways, sizes in (
            ("mean spectrum", exciton_peers.spectrum_ways, (1, 100, 10_000)),
            ("sticks", exciton_peers.stick_ways, (1, 100, 10_000)),
        ):
            for n_conf in sizes:
                timings = measure.interleaved(ways(largest.first(n_conf)), effort)
                report.comparison(f"{what} of {n_conf:,} configuration{'s' * (n_conf > 1)}, n = 8", timings, exciton_peers.HOTLOOP)
                rows += [[what, n_conf, name, *report.timing_cells(timing)] for name, timing in timings.items()]
    level = hotloop.config()["simd"]
    report.write_csv(f"exciton_{level}", ["what", "n_conf", "way", *report.TIMING_COLUMNS], rows)

    for name in exciton_peers.missing():
        print(f"**** {name} is not here and was not measured", file=sys.stderr)
    sys.exit(1 if exciton_peers.missing() else 0)


if __name__ == "__main__":
    main()
