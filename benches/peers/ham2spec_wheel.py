"""Builds ham2spec, the package that hotloop's exciton family replaces, from its source distribution.

There are no wheels for today's Pythons, and as published it does not build where downloads during a build are impossible: its OpenBLAS
would be fetched and compiled. Two lines of its Cargo.toml are changed: openblas-src takes the system's OpenBLAS (the one that hotloop
and the LAPACK loop use), and PyO3's stable ABI makes one wheel for every Python from 3.7 on, newer ones than its PyO3 knows included.
No source file is touched. The wheel is kept in build/peers/wheels and unpacked beside it, so that any interpreter can import it.
"""
import os
import subprocess
import tarfile
import zipfile
from pathlib import Path

VERSION = "0.6.2"
WORK = Path(__file__).resolve().parent.parent.parent / "build/peers"
WHEELS = WORK / "wheels"
UNPACKED = WORK / "ham2spec"

CHANGES = {
    'pyo3 = "0.15.1"': 'pyo3 = { version = "0.15.1", features = ["abi3-py37"] }',
    'lapack-src = {version = "0.8.0", features = ["openblas"]}': 'lapack-src = {version = "0.8.0", features = ["openblas"]}\n'
    'openblas-src = { version = "0.10.4", default-features = false, features = ["system"] }',
}


def make(python):
    """Makes UNPACKED; returns None, or why it could not be made. Takes one to three minutes the first time."""
    try:
        found = sorted(WHEELS.glob(f"ham2spec-{VERSION}-*.whl"))
        wheel = found[0] if found else _build(python)
        with zipfile.ZipFile(wheel) as archive:
            archive.extractall(UNPACKED)
    except (OSError, ValueError, subprocess.CalledProcessError) as error:
        return f"ham2spec {VERSION} could not be built, so it is not measured: {error}"
    return None


def _build(python):
    print(f"building ham2spec {VERSION} (one to three minutes, once)")
    pip = [python, "-m", "pip", "--quiet", "--disable-pip-version-check"]
    sources = WORK / "sources"
    subprocess.run([*pip, "download", "--no-deps", "--no-binary", "ham2spec", "--dest", sources, f"ham2spec=={VERSION}"], check=True)
    with tarfile.open(sources / f"ham2spec-{VERSION}.tar.gz") as archive:
        archive.extractall(sources, filter="data")
    manifest = sources / f"ham2spec-{VERSION}/Cargo.toml"
    text = manifest.read_text()
    for old, new in CHANGES.items():
        if old not in text:
            raise ValueError(f"its Cargo.toml has no line `{old}`")
        text = text.replace(old, new)
    manifest.write_text(text)
    # Its profile keeps debug information, which changes no instruction and takes long to write.
    variables = {**os.environ, "CARGO_PROFILE_RELEASE_DEBUG": "0"}
    subprocess.run([*pip, "wheel", "--no-deps", "--wheel-dir", WHEELS, manifest.parent], env=variables, check=True)
    return next(WHEELS.glob(f"ham2spec-{VERSION}-*.whl"))
