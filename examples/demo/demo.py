"""Absorption and CD of the FMO complex in every language that this machine has, beside NumPy.

One structure and a disordered ensemble are written to files; each language's examples/<language>/ensemble_spectrum reads
them, computes, and writes spectra, which must be the same to the last bit. The same spectra by NumPy alone are the check
of the numbers and the measure of the times. Everything lands in build/demo, with a picture of the spectra.
"""

import argparse
import os
import sys
import time
from pathlib import Path

import numpy as np
from threadpoolctl import threadpool_limits

import ensemble
import languages
import numpy_way
import picture

sys.path.insert(0, str(languages.ROOT / "bindings" / "python"))
import hotloop

GRID = np.arange(11790.0, 13300.0)
FWHM = 70.0
NUMPY_CALLS = {"structure": 20, "ensemble": 3}
# Both ways follow the definition, except that NumPy ends a line at three full widths, where it has 1.5e-11 of its peak.
TOLERANCE = 1e-10


class Steps:
    """The demo's progress: a numbered line for each step, on which the step's parts follow as they are done."""

    def __init__(self, total):
        self.total, self.number = total, 0

    def begin(self, text):
        self.number += 1
        self.separator = ""
        self.write(f"[{self.number}/{self.total}] {text:<12} ")

    def add(self, part):
        self.write(self.separator + part)
        self.separator = "; "

    def end(self):
        self.write("\n")

    def write(self, text):
        print(text, end="", flush=True)


def readable(seconds):
    for unit, name in ((1.0, "s"), (1e-3, "ms"), (1e-6, "us")):
        if seconds >= unit:
            return f"{seconds / unit:.3g} {name}"
    return f"{seconds / 1e-9:.3g} ns"


def run_language(language, work, cores, steps):
    """Times by (input, threads), and the files of spectra by the same keys."""
    times, files = {}, {}
    steps.begin(language.name)
    if language.compile:
        languages.call(language.compile)
        steps.add("compiled")
    for source, threads in [("structure", 1), ("ensemble", 1), *([("ensemble", cores)] if cores > 1 else [])]:
        files[source, threads] = work / f"{source}_{language.name}_{threads}.bin"
        times[source, threads] = languages.seconds_of(language, work / f"{source}.bin", files[source, threads], threads)
        steps.add(f"{source}, {threads} thread{'s' * (threads > 1)}: {readable(times[source, threads])}")
    steps.end()
    return times, files


def run_numpy(inputs, steps):
    """Times and spectra by input. One thread, like the rows that it is compared with."""
    times, spectra = {}, {}
    steps.begin(f"NumPy {np.__version__}")
    for source, arrays in inputs.items():
        times[source] = np.inf
        steps.add(f"{source}, 1 thread: ")
        steps.separator = ""
        for call in range(NUMPY_CALLS[source]):
            quarter = 0

            def report(done, total):
                nonlocal quarter
                if source == "ensemble" and 4 * done // total > quarter:
                    quarter = 4 * done // total
                    steps.write(".")

            with threadpool_limits(1):
                start = time.perf_counter()
                spectra[source] = numpy_way.spectrum(*arrays, GRID, FWHM, report=report)
                times[source] = min(times[source], time.perf_counter() - start)
        steps.add(readable(times[source]))
        steps.separator = "; "
    steps.end()
    return times, spectra


def compare(results, numpy_spectra):
    """For each language whether all its bytes are those of the first, and NumPy's largest difference relative to the peak."""
    _, reference = next(iter(results.values()))
    same = {
        name: all(path.read_bytes() == reference[source, 1].read_bytes() for (source, _), path in files.items())
        for name, (_, files) in results.items()
    }
    tables = {source: np.fromfile(reference[source, 1]).reshape(-1, 3) for source in numpy_spectra}
    difference = max(
        np.abs(tables[source][:, 1 + kind] - spectrum).max() / np.abs(spectrum).max()
        for source, spectra in numpy_spectra.items()
        for kind, spectrum in enumerate(spectra)
    )
    return same, tables, difference


def print_table(members, results, same, numpy_times, difference):
    first = next(iter(results))
    print(f"\n{'':10} {'':7} {'one structure':>20} {f'{members:,} structures':>34}")
    print(f"{'':10} threads {'time':>10} {'speed-up':>9} {'time':>12} {'speed-up':>9} {'structures/s':>14}   results")
    rows = [(name, threads, times.get(("structure", threads)), times["ensemble", threads],
             "reference" if name == first and threads == 1 else "the same bits" if same[name] else "OTHER BITS")
            for name, (times, _) in results.items() for _, threads in times if _ == "ensemble"]  # fmt: skip
    rows.sort(key=lambda row: row[1])
    rows.append(("NumPy", 1, numpy_times["structure"], numpy_times["ensemble"], f"within {difference:.1e} of the peak"))
    for name, threads, structure, many, verdict in rows:
        one = f"{readable(structure):>10} {numpy_times['structure'] / structure:9.3g}" if structure else f"{'':20}"
        print(f"{name:10} {threads:7d} {one} {readable(many):>12} {numpy_times['ensemble'] / many:9.3g} {float(f'{members / many:.3g}'):14,.0f}   {verdict}")


def processor():
    with open("/proc/cpuinfo") as file:
        names = [line.split(":", 1)[1].strip() for line in file if line.startswith("model name")]
    return names[0] if names else "unknown processor"


def main():
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("--members", type=int, default=10_000, help="structures in the ensemble (default 10000)")
    options.add_argument("--folder", type=Path, default=languages.ROOT / "build" / "demo", help="where files go (default build/demo)")
    options = options.parse_args()
    work = options.folder.resolve()
    work.mkdir(parents=True, exist_ok=True)
    cores = len(os.sched_getaffinity(0))

    found, absent = languages.find(work)
    config = hotloop.config()
    print(f"hotloop {config['version']}: absorption and circular dichroism of the FMO complex\n")
    print("  structure  7 pigments, T. Brixner et al., Nature 434, 625 (2005)")
    print(f"  ensemble   {options.members:,} structures, site energies +- {ensemble.SD_SITE_ENERGY:.0f} cm-1, couplings "
          f"+- {ensemble.SD_COUPLING:.0f} cm-1 (standard deviations)")  # fmt: skip
    print(f"  spectra    {GRID.size} points, Gaussian lines of {FWHM:.0f} cm-1 (full width at half maximum)")
    print(f"  machine    {processor()}, {cores} core{'s' * (cores > 1)}; hotloop uses {config['simd']}")
    for line in absent:
        print(f"  absent     {line}")
    print()

    steps = Steps(len(found) + 3)
    steps.begin("ensemble")
    structure = ensemble.published_structure()
    inputs = {"structure": (structure[0][None], *structure[1:]),
              "ensemble": (ensemble.with_static_disorder(structure[0], options.members), *structure[1:])}  # fmt: skip
    for source, arrays in inputs.items():
        ensemble.write(work / f"{source}.bin", *arrays)
    steps.add(f"{(work / 'ensemble.bin').stat().st_size / 1e6:.1f} MB")
    steps.end()
    results = {language.name: run_language(language, work, cores, steps) for language in found}
    numpy_times, numpy_spectra = run_numpy(inputs, steps)
    same, tables, difference = compare(results, numpy_spectra)
    steps.begin("picture")
    sticks = hotloop.exciton.sticks(*structure)
    image = work / "fmo.png"
    picture.draw(image, tables["structure"], tables["ensemble"], sticks, options.members, ensemble.SD_SITE_ENERGY)
    steps.add(os.path.relpath(image))
    steps.end()

    print_table(options.members, results, same, numpy_times, difference)
    print("\nSpeed-up: NumPy's time on one thread over this one. Times: the fastest of 20 calls from that language on arrays in memory;"
          f"\nfor NumPy (examples/demo/numpy_way.py) of {NUMPY_CALLS['structure']} for one structure, {NUMPY_CALLS['ensemble']} for "
          "the ensemble. Cores of virtual machines may share a processor's core.")  # fmt: skip
    if not all(same.values()):
        sys.exit(f"demo: **** THE RESULTS DIFFER between languages: {', '.join(name for name in same if not same[name])}")
    if not difference < TOLERANCE:
        sys.exit(f"demo: **** THE RESULTS DIFFER from NumPy's by {difference:.1e} of the peak; expected below {TOLERANCE:.0e}")
    print(f"All {len(found)} languages agree to the last bit, on 1 thread and on {cores}. Picture: {os.path.relpath(image)}")


if __name__ == "__main__":
    main()
