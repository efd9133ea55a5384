"""AniSOAP descriptors: hotloop beside AniSOAP itself, and beside featomic's and dscribe's spherical SOAP of the same size, which solve a simpler
integral. What is computed: descriptors_peers.py. Tables, CSV files and pictures: wall time by system, time by the number of species, time of a
pair by (max_angular, max_radial); hotloop with two threads beside one.
"""
import sys
import time

import conditions
import descriptors_figures
import descriptors_peers as peers
import hotloop
import report

SETTINGS = ((6, None), (6, 3), (9, 6))
#: Subjects that are measured with two species of the benzene-like frames only.
ONCE = ("hotloop expansion", "hotloop expansion, random orientations", "hotloop gradients of the expansion", "featomic spherical expansion")


def best(call, quick, seconds=1.0):
    """The shortest processor time and the shortest wall time of a call; others' work makes both longer, never shorter."""
    call()
    times, end = [], time.perf_counter() + (0.0 if quick else seconds)
    while not times or (time.perf_counter() < end and len(times) < 200):
        cpu, wall = time.process_time(), time.perf_counter()
        call()
        times.append((time.process_time() - cpu, time.perf_counter() - wall))
    return min(cpu for cpu, _ in times), min(wall for _, wall in times)


def plan():
    """(subject, system, setting, species) of everything that is measured on one thread."""
    for setting in SETTINGS:
        for subject in peers.SUBJECTS:
            if subject in ONCE:
                yield subject, "benzene", setting, 2
                continue
            yield subject, "ellipsoids", setting, 1
            for species in (1, 2, 3, 4):
                yield subject, "benzene", setting, species


def measure(quick, complaints):
    """A row for each of the plan, and hotloop's on two threads."""
    pairs = {}

    def row(subject, system, setting, species, threads):
        try:
            made = peers.SUBJECTS[subject](system, setting, species)
        except ImportError as error:
            complaints[subject] = f"{subject} is missing: {error}"
            return
        if made is None:
            return
        call, count = made
        if (system, count) not in pairs:
            pairs[system, count] = peers.pairs_of(system, count)
        cpu, wall = best(call, quick)
        yield {
            "subject": subject, "system": system, "max_angular": setting[0], "max_radial": setting[1], "species": species, "threads": threads,
            "frames": count, "pairs": pairs[system, count], "us_per_pair": 1e6 * (cpu if threads == 1 else wall) / pairs[system, count],
            "wall_ms_per_frame": 1e3 * wall / count,
        }

    hotloop.set_num_threads(1)
    for planned in plan():
        yield from row(*planned, 1)
    for threads in (1, 2):
        hotloop.set_num_threads(threads)
        for setting in SETTINGS:
            for found in row("hotloop power spectrum", "benzene", setting, 2, threads):
                yield {**found, "subject": "hotloop power spectrum, by the clock", "us_per_pair": 1e3 * found["wall_ms_per_frame"] * found["frames"] / found["pairs"]}
    hotloop.set_num_threads(1)


def table(rows, title, of, number, chosen):
    """A line a subject (and what `of` gives), a column a setting."""
    found = {}
    for row in rows:
        if chosen(row):
            found.setdefault((row["subject"], of(row)), {})[row["max_angular"], row["max_radial"]] = row[number]
    header = ["", "", *(report.setting(*s) for s in SETTINGS)]
    cells = [[subject, str(what), *(f"{values[s]:.3g}" if s in values else "" for s in SETTINGS)] for (subject, what), values in found.items()]
    report.table(title, header, cells)


def main():
    quick, complaints = "--quick" in sys.argv[1:], {}
    rows = list(measure(quick, complaints))
    report.conditions(conditions.describe())
    clock = lambda row: row["subject"].endswith("clock")  # noqa: E731
    table(rows, "µs of processor time a pair, benzene-like frames, one thread, by species", lambda row: row["species"], "us_per_pair",
          lambda row: row["system"] == "benzene" and not clock(row))
    table(rows, "ms by the clock a frame, one species, one thread, by system", lambda row: row["system"], "wall_ms_per_frame",
          lambda row: row["species"] == 1 and not clock(row))
    table(rows, "µs by the clock a pair, two species, by threads", lambda row: row["threads"], "us_per_pair", clock)
    report.write_csv("anisoap", list(rows[0]), [list(row.values()) for row in rows])
    descriptors_figures.draw([row for row in rows if not clock(row)])
    for complaint in complaints.values():
        print(f"  {complaint}")
    sys.exit(1 if complaints else 0)


if __name__ == "__main__":
    main()
