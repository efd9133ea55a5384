"""Tables for people, and the same numbers as CSV files in build/peers/results."""
import csv
from pathlib import Path

RESULTS = Path(__file__).resolve().parent.parent.parent / "build/peers/results"


def duration(seconds):
    """Three significant digits with a unit."""
    for unit, size in (("s", 1.0), ("ms", 1e-3), ("µs", 1e-6)):
        if seconds >= 0.9995 * size:
            return f"{significant(seconds / size)} {unit}"
    return f"{significant(seconds / 1e-9)} ns"


def significant(number):
    return f"{number:.0f}" if number >= 99.95 else f"{number:.1f}" if number >= 9.995 else f"{number:.2f}"


def setting(angular, radial):
    """(max_angular, max_radial) as the tables have it."""
    return f"({angular}, {'none' if radial is None else radial})"


def table(title, header, rows):
    """Prints rows of texts: the first column to the left, the others to the right."""
    print(f"\n{title}")
    widths = [max(map(len, column)) for column in zip(header, *rows)]
    for row in (header, ["-" * width for width in widths], *rows):
        cells = [row[0].ljust(widths[0]), *(cell.rjust(width) for cell, width in zip(row[1:], widths[1:]))]
        print("  " + "  ".join(cells).rstrip())


def comparison(title, timings, reference):
    """One row a subject; how many times longer than `reference` it takes."""
    def row(name, timing):
        spread = f"{duration(timing.cpu[0])} .. {duration(timing.cpu[2])}"
        ratios = [f"{getattr(timing, kind)[1] / getattr(timings[reference], kind)[1]:.2f}" for kind in ("cpu", "wall")]
        return [name, duration(timing.cpu[1]), spread, duration(timing.wall[1]), *ratios]

    rounds = timings[reference].rounds
    header = ["", "cpu median", "cpu quartiles", "wall median", "cpu ratio", "wall ratio"]
    table(f"{title} ({rounds} interleaved rounds)", header, [row(name, timing) for name, timing in timings.items()])


def conditions(rows):
    for name, value in rows:
        print(f"  {name + ':':<24} {value}")


def write_csv(name, header, rows):
    RESULTS.mkdir(parents=True, exist_ok=True)
    path = RESULTS / f"{name}.csv"
    with open(path, "w", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(header)
        writer.writerows(rows)
    print(f"\n  written: {path.relative_to(RESULTS.parent.parent.parent)}")


TIMING_COLUMNS = ["cpu_lower_quartile_s", "cpu_median_s", "cpu_upper_quartile_s", "wall_lower_quartile_s", "wall_median_s",
                  "wall_upper_quartile_s", "rounds"]


def timing_cells(timing):
    return [*(f"{seconds:.6e}" for seconds in (*timing.cpu, *timing.wall)), timing.rounds]
