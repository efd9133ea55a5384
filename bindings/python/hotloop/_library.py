"""Finds libhotloop, loads it once and refuses one that speaks another ABI.

The places, in order: the file that HOTLOOP_LIBRARY names; the copy inside the installed package; the repository's
staging folder build/lib, when the package is used from its source tree; the system loader. CDLL lets go of the
interpreter lock while a function runs, so other Python threads go on.
"""

from __future__ import annotations

import ctypes
import os
from pathlib import Path
from typing import Any

from . import _abi

LIBRARY_NAME = "libhotloop.so.0"
_PACKAGE = Path(__file__).resolve().parent


def _find() -> str:
    """The path to load, or the bare name for the system loader."""
    named = os.environ.get("HOTLOOP_LIBRARY")
    if named:
        if not Path(named).is_file():
            raise ImportError(f"HOTLOOP_LIBRARY is set to {named}, and no such file exists; correct it or unset it")
        return named
    packaged = _PACKAGE / "lib" / LIBRARY_NAME
    if packaged.is_file():
        return str(packaged)
    if _PACKAGE.parts[-3:] == ("bindings", "python", "hotloop"):
        staged = _PACKAGE.parents[2] / "build" / "lib" / LIBRARY_NAME
        if staged.is_file():
            return str(staged)
    return LIBRARY_NAME


def _load(path: str) -> ctypes.CDLL:
    """The library with every function declared."""
    try:
        library = ctypes.CDLL(path)
    except OSError as error:
        raise ImportError(
            f"the hotloop library cannot be loaded ({error}). Run `make build` in the hotloop repository and "
            f"`pip install ./bindings/python`, or set HOTLOOP_LIBRARY to the path of a built {LIBRARY_NAME}. "
            "It needs OpenBLAS at run time (Debian: libopenblas0)"
        ) from error
    try:
        library.hl_abi_version.restype = ctypes.c_int32
        found = library.hl_abi_version()
    except AttributeError:
        raise ImportError(f"{path} is not a hotloop library: it has no function hl_abi_version") from None
    if found != _abi.ABI_VERSION:
        raise ImportError(
            f"{path} has ABI version {found}, this package needs {_abi.ABI_VERSION}: "
            "install the hotloop package and library of one release"
        )
    for name, (result, arguments) in _abi.FUNCTIONS.items():
        function = getattr(library, name, None)
        if function is None:
            raise ImportError(f"{path} lacks the function {name}: it is older than this package; rebuild it")
        function.restype = result
        function.argtypes = arguments
    return library


library_path = _find()
library = _load(library_path)


def undeclared(name: str) -> Any:
    """The function without the declared types of its arguments, whose conversion takes a microsecond for twenty of them.

    ctypes passes what it is given as it is: every argument must be an object of ctypes or None (an int would go as a C int).
    """
    function = library[name]
    function.restype = _abi.FUNCTIONS[name][0]
    return function


def version() -> str:
    """The version of the loaded library, for example ``"0.1.0"``."""
    return str(library.hl_version().decode())


def config() -> dict[str, str]:
    """How the loaded library would compute here and now.

    Returns
    -------
    dict
        What ``hl_config`` reports (SIMD level, threads and where their number comes from, OpenBLAS version, core and
        threading, ...), and under ``"library"`` the path of the loaded file.
    """
    report = {"library": library_path}
    for line in library.hl_config().decode().splitlines():
        key, _, value = line.partition(":")
        report[key.strip()] = value.strip()
    return report
