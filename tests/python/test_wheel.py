"""The wheel: what is in it, that it works without the repository, and what one is told when nothing is built."""

import os
import shutil
import subprocess
import sys
import sysconfig
import zipfile
from email import message_from_string
from pathlib import Path

import hotloop
import pytest
from paths import PACKAGE


def without_hotloop(**environment):
    """The environment without anything that leads to the repository."""
    removed = ("HOTLOOP_LIBRARY", "PYTHONPATH")
    return {**{name: value for name, value in os.environ.items() if name not in removed}, **environment}


@pytest.fixture(scope="module")
def wheel(tmp_path_factory):
    """Built without isolation: nothing is downloaded. The sources are copied, so that nothing is left beside them."""
    folder = tmp_path_factory.mktemp("wheel")
    source = folder / "python"
    shutil.copytree(PACKAGE, source, ignore=shutil.ignore_patterns("__pycache__", "dist"))
    library = str(Path(hotloop.config()["library"]).resolve())
    subprocess.run(
        [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(folder / "dist")],
        cwd=source, env=without_hotloop(HOTLOOP_LIBRARY=library), check=True, capture_output=True,
    )  # fmt: skip
    (path,) = (folder / "dist").glob("*.whl")
    return path


def test_the_name_says_any_python_3_on_this_platform(wheel):
    platform = sysconfig.get_platform().replace("-", "_").replace(".", "_")
    assert wheel.name == f"hotloop-{hotloop.__version__}-py3-none-{platform}.whl"


def test_the_wheel_holds_the_package_the_library_and_its_metadata(wheel):
    with zipfile.ZipFile(wheel) as archive:
        names = set(archive.namelist())
        folder = f"hotloop-{hotloop.__version__}.dist-info"
        assert {"hotloop/lib/libhotloop.so.0", "hotloop/py.typed", "hotloop/exciton.py"} <= names
        modules = {path.relative_to(PACKAGE).as_posix() for path in (PACKAGE / "hotloop").rglob("*.py")}
        assert modules == {name for name in names if name.endswith(".py")}
        wheel_facts = message_from_string(archive.read(f"{folder}/WHEEL").decode())
        assert wheel_facts["Root-Is-Purelib"] == "false"
        metadata = message_from_string(archive.read(f"{folder}/METADATA").decode())
        assert metadata["Name"] == "hotloop" and metadata["Version"] == hotloop.version()
        assert any(requirement.startswith("numpy") for requirement in metadata.get_all("Requires-Dist"))
        library = archive.read("hotloop/lib/libhotloop.so.0")
        assert library == Path(hotloop.config()["library"]).read_bytes()


def test_the_installed_wheel_uses_its_own_library(wheel, tmp_path):
    subprocess.run(
        [sys.executable, "-m", "pip", "install", "--quiet", "--no-deps", "--no-index", "--target", tmp_path / "site", wheel],
        check=True, capture_output=True,
    )  # fmt: skip
    code = (
        "import hotloop, numpy as np; print(hotloop.config()['library']);"
        "print(hotloop.exciton.sticks(np.diag([12000.0, 12100.0]), np.eye(2, 3)).energies.tolist())"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], env=without_hotloop(PYTHONPATH=str(tmp_path / "site")), cwd=tmp_path,
        capture_output=True, text=True, check=True,
    )  # fmt: skip
    library, energies = done.stdout.splitlines()
    assert library == str(tmp_path / "site" / "hotloop" / "lib" / "libhotloop.so.0")
    assert energies == "[12000.0, 12100.0]"


@pytest.mark.parametrize("named", [None, "nowhere.so"])
def test_building_without_a_library_says_what_to_do(named, tmp_path):
    source = tmp_path / "bindings" / "python"
    shutil.copytree(PACKAGE, source, ignore=shutil.ignore_patterns("__pycache__", "dist"))
    environment = without_hotloop(**({"HOTLOOP_LIBRARY": named} if named else {}))
    done = subprocess.run(
        [sys.executable, "-m", "hatchling", "build", "-t", "wheel"],
        cwd=source, env=environment, capture_output=True, text=True,
    )  # fmt: skip
    assert done.returncode != 0
    said = done.stdout + done.stderr
    assert ("nowhere.so" if named else "make build") in said and "HOTLOOP_LIBRARY" in said


def test_a_package_without_any_library_says_what_to_do(tmp_path):
    shutil.copytree(PACKAGE / "hotloop", tmp_path / "hotloop", ignore=shutil.ignore_patterns("__pycache__"))
    done = subprocess.run(
        [sys.executable, "-c", "import hotloop"], env=without_hotloop(PYTHONPATH=str(tmp_path)), cwd=tmp_path,
        capture_output=True, text=True,
    )  # fmt: skip
    # Where the system's loader finds an installed hotloop, there is nothing to say.
    if done.returncode != 0:
        assert "ImportError" in done.stderr and "make build" in done.stderr and "HOTLOOP_LIBRARY" in done.stderr
