"""What one call costs from each language, on problems so small that hardly anything but the call is left.

Each program of overhead/ times two calls: `convert_one`, one number from cm-1 to nm, and `sticks_two`, the energies of a dimer. It prints
the median over batches of processor time per call; here the programs take turns, and the median of their medians is reported. Arrays
exist beforehand, results go into them. C has no binding, so its numbers are the library's own.
"""
import os
import shutil
import statistics
import subprocess
import sys
from pathlib import Path

import conditions
import report

ROOT = Path(__file__).resolve().parent.parent.parent
SOURCES = ROOT / "benches/peers/overhead"
WORK = ROOT / "build/peers/overhead"
CALLS = ("convert_one", "sticks_two")


class Unavailable(Exception):
    pass


def main():
    quick = "--quick" in sys.argv
    report.conditions(conditions.describe())
    WORK.mkdir(parents=True, exist_ok=True)
    commands, complaints = {}, []
    for language, prepare in LANGUAGES.items():
        try:
            commands[language] = prepare()
        except (Unavailable, OSError) as reason:
            complaints.append(f"{language} is not measured: {reason}")

    medians = {language: {call: [] for call in CALLS} for language in commands}
    for _ in range(2 if quick else 5):
        for language, command in list(commands.items()):
            done = subprocess.run([*command, "quick"] if quick else command, capture_output=True, text=True, cwd=ROOT)
            if done.returncode != 0:
                complaints.append(f"{language} is not measured: its program failed\n{done.stderr}")
                del commands[language], medians[language]
                continue
            for line in done.stdout.splitlines():
                call, microseconds = line.split()
                medians[language][call].append(float(microseconds))

    body, rows = [], []
    for language, calls in medians.items():
        body.append([language, *(f"{statistics.median(values):.3f}" for values in calls.values())])
        rows += [[language, call, f"{statistics.median(values):.6f}", f"{min(values):.6f}", f"{max(values):.6f}", len(values)]
                 for call, values in calls.items()]
    report.table("processor time per call, µs", ["language", "one number cm-1 to nm", "energies of a dimer"], body)
    report.write_csv("overhead", ["language", "call", "median_us", "least_us", "most_us", "runs"], rows)
    for complaint in complaints:
        print(f"**** {complaint}", file=sys.stderr)
    sys.exit(1 if complaints else 0)


def _compiled(compiler, *arguments):
    """A function that compiles a program and returns its command."""
    def prepare():
        program = WORK / Path(arguments[-1]).stem
        if shutil.which(compiler) is None:
            raise Unavailable(f"there is no {compiler}")
        library = Path(os.environ.get("HOTLOOP_LIBRARY", ROOT / "build/lib/libhotloop.so.0")).resolve()
        link = [library, f"-Wl,-rpath,{library.parent}"]
        done = subprocess.run([compiler, "-O2", "-Iinclude", *arguments, "-o", program, *link], cwd=ROOT, capture_output=True, text=True)
        if done.returncode != 0:
            raise Unavailable(f"{compiler} fails\n{done.stderr}")
        return [program]

    return prepare


def _julia():
    command = os.environ.get("HOTLOOP_JULIA")
    if not command:
        found = subprocess.run([ROOT / "scripts/julia-toolchain"], capture_output=True, text=True)
        if found.returncode != 0:
            raise Unavailable(f"there is no Julia\n{found.stderr}")
        command = found.stdout.strip()
    return [command, "--startup-file=no", "--project=bindings/julia", SOURCES / "julia.jl"]


LANGUAGES = {
    "C": _compiled("cc", "-std=c11", SOURCES / "c.c"),
    "C++": _compiled("c++", "-std=c++11", SOURCES / "cpp.cpp"),
    "Fortran": _compiled("gfortran", f"-J{WORK}", ROOT / "bindings/fortran/hotloop.f90", SOURCES / "fortran.f90"),
    "Python": lambda: [sys.executable, SOURCES / "python.py"],
    "Julia": _julia,
}


if __name__ == "__main__":
    main()
