"""Prepares in build/peers what the parts need: an interpreter with NumPy, ham2spec, the loops in C. What is there is kept.

With build/lib and build/peers carried along, a machine without network, compiler or package manager has nothing left to do: the
interpreter is then the one that HOTLOOP_PEERS_PYTHON names.
"""
import os
import re
import shutil
import subprocess
import sys
from dataclasses import dataclass, field
from pathlib import Path

import conditions
import ham2spec_wheel

ROOT = Path(__file__).resolve().parent.parent.parent
HERE = ROOT / "benches/peers"
WORK = ROOT / "build/peers"
VENV = WORK / "venv"
LIBRARY = ROOT / "build/lib/libhotloop.so.0"
# Its list of dependencies has none of the versions that it works with.
ANISOAP = "anisoap==0.1.1"
LOOPS = WORK / "loops.so"
LOOP_SOURCES = HERE / "lapack_loop.c", HERE / "hotloop_loop.c"
# Shared objects that were carried here for want of the system's own.
CARRIED_LIBRARIES = WORK / "lib"


@dataclass
class Ready:
    """The interpreter, and what could not be had."""

    python: "str | None" = None
    complaints: "list[str]" = field(default_factory=list)


def everything():
    WORK.mkdir(parents=True, exist_ok=True)
    ready = Ready()
    if "HOTLOOP_LIBRARY" not in os.environ and not LIBRARY.exists():
        ready.complaints.append(f"{LIBRARY.relative_to(ROOT)} is missing: run `make build` first; nothing was measured")
        return ready
    for step in (_python, _loops, _ham2spec):
        complaint = step(ready)
        if complaint:
            ready.complaints.append(complaint)
    return ready


def environment(level=""):
    """The environment of a measurement: one thread each, peers at their best, `level` for hotloop unless empty."""
    inherited = os.environ
    paths = [str(ROOT / "bindings/python"), str(ham2spec_wheel.UNPACKED), inherited.get("PYTHONPATH", "")]
    libraries = [str(CARRIED_LIBRARIES), inherited.get("LD_LIBRARY_PATH", "")]
    variables = {
        **inherited,
        "PYTHONPATH": os.pathsep.join(filter(None, paths)),
        "LD_LIBRARY_PATH": os.pathsep.join(filter(None, libraries)),
        "OPENBLAS_NUM_THREADS": "1",
        "OMP_NUM_THREADS": "1",
        "RAYON_NUM_THREADS": "1",
        "HOTLOOP_NUM_THREADS": "1",
        # Numba's parallel loops are measured on two; XLA would take all cores.
        "NUMBA_NUM_THREADS": str(min(2, len(os.sched_getaffinity(0)))),
        "XLA_FLAGS": "--xla_cpu_multi_thread_eigen=false",
    }
    core = conditions.best_openblas_core()
    if core:
        variables["OPENBLAS_CORETYPE"] = core
    if level:
        variables["HOTLOOP_SIMD"] = level
    return variables


def carry():
    """Copies the shared objects that another machine may lack into build/peers/lib; says what to take along."""
    if not LOOPS.exists():
        return [f"{LOOPS.relative_to(ROOT)} is missing, so its libraries are unknown"]
    CARRIED_LIBRARIES.mkdir(exist_ok=True)
    listing = subprocess.run(["ldd", LOOPS], capture_output=True, text=True, check=True).stdout
    for name, path in re.findall(r"(\S+) => (\S+)", listing):
        if re.match(r"lib(openblas|gfortran|quadmath)", name):
            shutil.copyfile(path, CARRIED_LIBRARIES / name)
    taken = ["build/lib", *(str(p.relative_to(ROOT)) for p in (CARRIED_LIBRARIES, LOOPS, ham2spec_wheel.UNPACKED) if p.exists())]
    print("take these along with the sources:", *taken)
    print("there: HOTLOOP_PEERS_PYTHON=python3 benches/peers/run exciton")
    return []


def _python(ready):
    named = os.environ.get("HOTLOOP_PEERS_PYTHON")
    if named:
        if subprocess.run([named, "-c", "import numpy"], stdout=subprocess.DEVNULL).returncode != 0:
            return f"HOTLOOP_PEERS_PYTHON={named} has no NumPy; nothing was measured"
        ready.python = named
        return None
    ready.python, complaint = _environment_of(VENV, HERE / "requirements.txt")
    return complaint


def interpreter_of(part, python):
    """The interpreter of a part, and what went wrong: descriptors' peers want older packages than the others."""
    if part != "descriptors" or os.environ.get("HOTLOOP_PEERS_PYTHON"):
        return python, None
    own, complaint = _environment_of(WORK / "descriptors", HERE / "descriptors_requirements.txt", ("--no-deps", ANISOAP))
    return own or python, complaint


def _environment_of(venv, wanted, then=()):
    """A virtual environment with the packages of a file, then what `then` asks pip for: (its interpreter or None, complaint or None)."""
    python, installed = str(venv / "bin/python"), venv / "installed.txt"
    if not installed.exists() or installed.read_text() != wanted.read_text():
        print(f"making {venv.relative_to(ROOT)} with the packages of benches/peers/{wanted.name}")
        try:
            subprocess.run([sys.executable, "-m", "venv", "--clear", venv], check=True)
            pip = [python, "-m", "pip", "install", "--quiet", "--disable-pip-version-check"]
            subprocess.run([*pip, "--requirement", wanted], check=True)
            if then:
                subprocess.run([*pip, *then], check=True)
        except (OSError, subprocess.CalledProcessError):
            return None, f"the packages of benches/peers/{wanted.name} could not be installed; what needs them was not measured"
        shutil.copyfile(wanted, installed)
    return python, None


def _loops(_ready):
    """Compiles the loops; where that is impossible what is there stands."""
    if LOOPS.exists() and LOOPS.stat().st_mtime > max(source.stat().st_mtime for source in LOOP_SOURCES):
        return None
    flags = ["-O3", "-shared", "-fPIC", f"-I{ROOT / 'include'}"]
    if {"avx2", "fma"} <= conditions.processor()[2]:
        flags += ["-mavx2", "-mfma"]
    command = [os.environ.get("CC", "cc"), *flags, *LOOP_SOURCES, "-o", LOOPS.with_suffix(".new"), "-lopenblas", "-lm"]
    try:
        done = subprocess.run(command, capture_output=True, text=True)
        message = done.stderr
    except OSError as error:
        done, message = None, str(error)
    if done is not None and done.returncode == 0:
        LOOPS.with_suffix(".new").replace(LOOPS)
        return None
    if LOOPS.exists():
        print(f"no compiler with OpenBLAS here: using {LOOPS.relative_to(ROOT)} as it is")
        return None
    return f"the loops in C could not be compiled, so LAPACK is not measured:\n{message}"


def _ham2spec(ready):
    if ham2spec_wheel.UNPACKED.exists():
        return None
    if not ready.python or os.environ.get("HOTLOOP_PEERS_PYTHON"):
        return "ham2spec is not in build/peers, so it is not measured"
    return ham2spec_wheel.make(ready.python)
