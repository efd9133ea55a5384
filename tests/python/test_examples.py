"""Every example runs and leaves what it promises."""

import os
import subprocess
import sys

import numpy as np
import pytest
from paths import EXAMPLES, PACKAGE

NAMES = sorted(path.name for path in EXAMPLES.glob("*.py"))


def run(name, folder, *arguments):
    environment = {**os.environ, "PYTHONPATH": str(PACKAGE), "MPLBACKEND": "Agg"}
    return subprocess.run(
        [sys.executable, str(EXAMPLES / name), *arguments], env=environment, cwd=folder, capture_output=True, text=True,
        check=True,
    )  # fmt: skip


def test_the_examples_are_the_documented_ones():
    assert NAMES == ["disorder.py", "fmo_spectrum.py"]


@pytest.mark.parametrize("name", NAMES)
def test_an_example_runs_and_draws_its_picture(name, tmp_path):
    import matplotlib.image

    done = run(name, tmp_path)
    (picture,) = tmp_path.glob("*.png")
    assert picture.name in done.stdout
    pixels = matplotlib.image.imread(picture)
    assert min(pixels.shape[:2]) > 300 and np.ptp(pixels) > 0.5
