"""Puts the built libhotloop.so.0 into the wheel.

The package itself is pure Python (ctypes), so one wheel serves every Python 3 of a platform: the tag is
py3-none-<platform>. The library comes from HOTLOOP_LIBRARY, else from the repository's staging folder build/lib.
"""

import os
import sysconfig
from pathlib import Path

from hatchling.builders.hooks.plugin.interface import BuildHookInterface

LIBRARY_NAME = "libhotloop.so.0"


class LibraryHook(BuildHookInterface):
    PLUGIN_NAME = "custom"

    def initialize(self, version, build_data):
        platform = sysconfig.get_platform().replace("-", "_").replace(".", "_")
        build_data["pure_python"] = False
        build_data["tag"] = f"py3-none-{platform}"
        if version == "editable":
            return  # an editable install lies in the repository and finds build/lib when it is imported
        build_data["force_include"][str(find_library(self.root))] = f"hotloop/lib/{LIBRARY_NAME}"


def find_library(root):
    """The shared library to package, with every link followed; an error that says what to do if there is none."""
    named = os.environ.get("HOTLOOP_LIBRARY")
    path = Path(named) if named else Path(root).resolve().parents[1] / "build" / "lib" / LIBRARY_NAME
    if path.is_file():
        return path.resolve()
    if named:
        raise FileNotFoundError(f"HOTLOOP_LIBRARY is set to {named}, and no such file exists")
    raise FileNotFoundError(
        f"{path} does not exist: the library is not built yet. Run `make build` at the top of the hotloop repository "
        f"and try again, or set HOTLOOP_LIBRARY to the path of a built {LIBRARY_NAME}"
    )
