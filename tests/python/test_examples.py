"""Every example runs and leaves what it promises."""

import os
import re
import subprocess
import sys

import numpy as np
from paths import ANISOAP_DATA, DATA, EXAMPLES, PACKAGE


def run(name, folder, *arguments):
    environment = {**os.environ, "PYTHONPATH": str(PACKAGE), "MPLBACKEND": "Agg"}
    return subprocess.run(
        [sys.executable, str(EXAMPLES / name), *map(str, arguments)], env=environment, cwd=folder, capture_output=True,
        text=True, check=True,
    ).stdout  # fmt: skip


def test_every_example_is_tested():
    names = ["anisoap_features.py", "anisoap_pca.py", "ensemble_spectrum.py", "fit_differences.py", "fit_site_energies.py", "fmm_plan.py", "fmo_spectrum.py", "kuramoto_lattice.py"]
    assert sorted(path.name for path in EXAMPLES.glob("*.py")) == names


def test_fmo_spectrum_draws_its_picture(tmp_path):
    import matplotlib.image

    printed = run("fmo_spectrum.py", tmp_path)
    (picture,) = tmp_path.glob("*.png")
    assert picture.name in printed
    pixels = matplotlib.image.imread(picture)
    assert min(pixels.shape[:2]) > 300 and np.ptp(pixels) > 0.5


def test_ensemble_spectrum_of_equal_members_is_the_spectrum_of_one(tmp_path):
    printed = run("ensemble_spectrum.py", tmp_path, DATA / "brixner_thrice.bin", "spectrum.bin", 2)
    assert printed.startswith("3 configurations of 7 pigments") and "threads: 2" in printed
    grid, absorption, cd = np.fromfile(tmp_path / "spectrum.bin").reshape(-1, 3).T
    reference = np.load(DATA / "brixner7.npz")
    assert np.array_equal(grid, reference["default__x"])
    for found, name in ((absorption, "default__abs"), (cd, "default__cd")):
        # The reference was made with positions that had been rounded to single precision.
        assert np.abs(found - reference[name]).max() <= 1e-6 * np.abs(reference[name]).max()


def test_fit_differences_finds_site_energies_within_the_stated_errors(tmp_path):
    printed = run("fit_differences.py", tmp_path, DATA / "brixner_conf.csv")
    deviation = float(re.search(r"deviation from the truth: ([\d.]+) standard", printed).group(1))
    chi_square = float(re.search(r"chi-square ([\d.]+)", printed).group(1))
    # The largest of seven normal numbers is below 4 but in one case of two thousand; 893 degrees of freedom.
    assert deviation < 4.0 and abs(chi_square - 1.0) < 0.2


def test_fit_site_energies_finds_them_within_the_stated_errors(tmp_path):
    import matplotlib.image

    printed = run("fit_site_energies.py", tmp_path, DATA / "brixner_conf.csv", 300)
    assert printed.startswith("300 members of 7 pigments") and "site-energy 6" in printed
    (line,) = (line for line in printed.splitlines() if line.startswith("largest deviation"))
    assert float(line.split(":")[1].split()[0]) < 4.0
    assert np.ptp(matplotlib.image.imread(tmp_path / "fit_site_energies.png")) > 0.5


def test_kuramoto_lattice_draws_its_animation_and_its_curves(tmp_path):
    import matplotlib.image
    from PIL import Image

    printed = run("kuramoto_lattice.py", tmp_path, 24, 6)
    assert printed.startswith("24 x 24 oscillators, t = 4.5: r = ")
    assert "wrote kuramoto_lattice.gif, kuramoto_lattice.png" in printed
    with Image.open(tmp_path / "kuramoto_lattice.gif") as animation:
        assert animation.n_frames == 6 and min(animation.size) > 100
        first, last = (np.asarray(seek(animation, frame).convert("RGB"), float) for frame in (0, 5))
    assert np.abs(first - last).max() > 50.0
    assert np.ptp(matplotlib.image.imread(tmp_path / "kuramoto_lattice.png")) > 0.5


def test_anisoap_features_are_mean_power_spectra(tmp_path):
    printed = run("anisoap_features.py", tmp_path, ANISOAP_DATA / "ellipsoids_first4.xyz", "features.npy")
    assert printed.startswith("4 frames, 490 features each")
    features = np.load(tmp_path / "features.npy")
    assert features.shape == (4, 490) and np.isfinite(features).all() and (np.ptp(features, axis=0) > 0).any()
    assert np.loadtxt(tmp_path / "components.csv", delimiter=",", skiprows=1).shape == (4, 2)


def test_anisoap_pca_draws_its_map(tmp_path):
    import matplotlib.image

    printed = run("anisoap_pca.py", tmp_path)
    assert printed.startswith("400 frames, 490 features each")
    spread, error = map(float, re.search(r"\+- (\S+), error of the prediction (\S+)", printed).groups())
    assert 0 < error < 0.6 * spread
    share = float(re.search(r"two components have (\S+) %", printed)[1])
    assert 50 < share < 100
    pixels = matplotlib.image.imread(tmp_path / "anisoap_pca.png")
    assert min(pixels.shape[:2]) > 300 and np.ptp(pixels) > 0.5


def seek(animation, frame):
    animation.seek(frame)
    return animation


def test_fmm_plan_agrees_with_direct_sums(tmp_path):
    printed = run("fmm_plan.py", tmp_path, "3000")
    errors = [float(line.split()[-1]) for line in printed.splitlines() if "error" in line]
    assert len(errors) == 3 and errors[0] < 1e-5 and errors[1] < 1e-4 and errors[2] < 1e-5
    assert "level 1: 8 of 8 boxes hold charges" in printed
