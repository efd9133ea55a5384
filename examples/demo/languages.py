"""Which languages this machine has, and how each one's ensemble_spectrum is compiled and run from the repository's root."""

import os
import re
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
LINK = ["-Lbuild/lib", "-lhotloop", f"-Wl,-rpath,{ROOT}/build/lib"]


@dataclass
class Language:
    name: str
    compile: list  # command, or empty
    run: list
    environment: dict


def find(work):
    """The languages found, and a line for each one that is absent. Compiled programs go into the folder `work`."""
    found, absent = [], []

    def compiled(name, compiler, *arguments):
        program = work / f"ensemble_spectrum_{Path(compiler).name}"
        if shutil.which(compiler):
            found.append(Language(name, [compiler, "-O2", *arguments, "-o", str(program), *LINK], [str(program)], {}))
        else:
            absent.append(f"{name}: no compiler `{compiler}` on PATH")

    compiled("C", "cc", "-Iinclude", "examples/c/ensemble_spectrum.c")
    compiled("C++", "c++", "-std=c++11", "-Iinclude", "examples/cpp/ensemble_spectrum.cpp")
    compiled("Fortran", "gfortran", f"-J{work}", "bindings/fortran/hotloop.f90", "examples/fortran/ensemble_spectrum.f90")
    found.append(Language("Python", [], [sys.executable, "examples/python/ensemble_spectrum.py"], {"PYTHONPATH": "bindings/python"}))
    julia = find_julia()
    if julia:
        command = [julia, "--startup-file=no", "--project=bindings/julia", "examples/julia/ensemble_spectrum.jl"]
        found.append(Language("Julia", [], command, {}))
    else:
        absent.append("Julia: none of 1.5 or newer on PATH; `scripts/julia-toolchain` gets one, then run the demo again")
    return found, absent


def find_julia():
    """A Julia that is already there: the demo downloads none."""
    if os.environ.get("HOTLOOP_JULIA"):
        return os.environ["HOTLOOP_JULIA"]
    answer = subprocess.run(["scripts/julia-toolchain", "--find"], cwd=ROOT, capture_output=True, text=True)
    return answer.stdout.strip() if answer.returncode == 0 else None


def call(command, **environment):
    """Runs a command in the root and returns what it printed; its progress (standard error) goes through to the terminal."""
    done = subprocess.run(command, cwd=ROOT, env={**os.environ, **environment}, stdout=subprocess.PIPE, text=True)
    if done.returncode != 0:
        sys.exit(f"\ndemo: this failed with status {done.returncode}: {' '.join(command)}\n{done.stdout}")
    return done.stdout


def seconds_of(language, ensemble, spectrum, threads):
    """Runs a language's program on files and returns the time of its fastest call."""
    printed = call([*language.run, str(ensemble), str(spectrum), str(threads)], **language.environment)
    return 1e-3 * float(re.search(r": *([\d.]+) ms", printed)[1])
