"""Mean spectrum of 10,000 configurations (n = 8) on 1, 2, 4, ... threads, as far as the process may use cores. Wall time."""
import os
import sys

import hotloop

import conditions
import exciton_peers
import measure
import problems
import report


def main():
    report.conditions(conditions.describe())
    problem = problems.fmo(10_000)
    cores = len(os.sched_getaffinity(0))
    counts = sorted({min(2**power, cores) for power in range(cores.bit_length() + 1)})

    def way(threads):
        call = exciton_peers.spectrum_ways(problem)[exciton_peers.HOTLOOP]

        def run():
            with hotloop.threads(threads):
                call()

        return run

    timings = measure.interleaved({str(n): way(n) for n in counts}, measure.QUICK if "--quick" in sys.argv else measure.THOROUGH)
    body = []
    for threads, timing in timings.items():
        spread = f"{report.duration(timing.wall[0])} .. {report.duration(timing.wall[2])}"
        speedup = timings["1"].wall[1] / timing.wall[1]
        body.append([threads, report.duration(timing.wall[1]), spread, f"{speedup:.2f}", report.duration(timing.cpu[1])])
    header = ["threads", "wall median", "wall quartiles", "times faster", "cpu median"]
    report.table(f"mean spectrum of 10,000 configurations, n = 8 ({timings['1'].rounds} interleaved rounds)", header, body)
    level = hotloop.config()["simd"]
    rows = [[threads, *report.timing_cells(timing)] for threads, timing in timings.items()]
    report.write_csv(f"exciton_threads_{level}", ["threads", *report.TIMING_COLUMNS], rows)


if __name__ == "__main__":
    main()
