"""Configuration files, and the commands that read them."""

import json
import sys

import hotloop
import numpy as np
import pytest
from hotloop import exciton
from hotloop.__main__ import main
from hotloop._command_fit import read_experiment
from paths import DATA
from systems import brixner


@pytest.fixture
def folder(tmp_path):
    """Three configurations of the published model with disorder."""
    hamiltonian, dipoles, positions = brixner()
    members = exciton.disorder(hamiltonian, 3, 40.0)
    confs = (members, np.repeat(dipoles[None], 3, 0), np.repeat(positions[None], 3, 0))
    exciton.save_confs(confs, tmp_path / "confs")
    return tmp_path / "confs"


def test_what_is_written_is_read_to_the_last_bit(folder, tmp_path):
    confs = exciton.load_confs(folder)
    members = exciton.disorder(brixner()[0], 3, 40.0)
    np.testing.assert_array_equal(confs.hamiltonians, members)
    exciton.save_confs(confs, tmp_path / "again")
    for part, again in zip(confs[:3], exciton.load_confs(tmp_path / "again" / "conf*.csv")[:3]):
        np.testing.assert_array_equal(part, again)
    assert [path.name for path in confs.paths] == ["conf0001.csv", "conf0002.csv", "conf0003.csv"]


def test_white_space_and_comments_are_fine_and_shift_files_are_others(folder):
    text = (folder / "conf0001.csv").read_text()
    (folder / "conf0001.csv").write_text("# snapshot 1\n" + text.replace(",", "  ") + "\n\n")
    (folder / "conf0001-shift.csv").write_text("1,2,3\n")
    (folder / "config_used.json").write_text("{}")
    confs = exciton.load_confs(folder)
    assert len(confs.paths) == 3 and confs.dipoles.shape == (3, 7, 3)


@pytest.mark.parametrize(
    "change, message",
    [
        (lambda rows: [rows[0] + ",1", *rows[1:]], r"conf0002.csv: row 1 has 14 columns; 7 rows \(pigments\) need 13"),
        (lambda rows: [*rows[:3], rows[3].rsplit(",", 1)[0], *rows[4:]], "conf0002.csv: row 4 has 12 columns"),
        (lambda rows: ["nan" + rows[0][rows[0].index(",") :], *rows[1:]], "conf0002.csv: row 1, column 1: is nan"),
        (lambda rows: [*rows[:2], "x" + rows[2], *rows[3:]], "conf0002.csv: row 3, column 1: 'x.*' is not a number"),
        (lambda rows: rows[:-1], "conf0002.csv: row 1 has 13 columns; 6 rows"),
        (lambda rows: [], "conf0002.csv: holds no numbers"),
        (lambda rows: [",".join(["1", "7", *rows[0].split(",")[2:]]), *rows[1:]], "row 1, column 2: the Hamiltonian is not symmetric"),
    ],
)
def test_a_bad_file_is_named_with_row_and_column(folder, change, message):
    path = folder / "conf0002.csv"
    path.write_text("\n".join(change(path.read_text().splitlines())))
    with pytest.raises(ValueError, match=message):
        exciton.load_confs(folder)


def test_what_is_not_there_is_named(folder, tmp_path):
    (tmp_path / "empty").mkdir()
    with pytest.raises(OSError, match="empty: holds no conf"):
        exciton.load_confs(tmp_path / "empty")
    with pytest.raises(hotloop.FileError, match="nothing: no such file"):
        exciton.load_confs(tmp_path / "nothing")
    small = exciton.load_confs(folder)
    exciton.save_confs((small[0][:1, :3, :3], small[1][:1, :3], small[2][:1, :3]), folder, ["conf9.csv"])
    with pytest.raises(ValueError, match="conf9.csv: has 3 pigments, but .*conf0001.csv has 7"):
        exciton.load_confs(folder)


@pytest.mark.parametrize(
    "change, names, message",
    [
        (lambda confs: confs, ["a.csv", "b.csv"], "names: has 2 entries for 3 configurations; give one name for each"),
        (lambda confs: confs, ["a.csv", "b.csv", "a.csv"], "names: a.csv comes twice"),
        (lambda confs: confs, "a.csv", r"names: expected a list .* pass \['a.csv'\]"),
        (lambda confs: confs._replace(paths=confs.paths[:1]), None, "confs.paths: has 1 entries for 3 configurations"),
        (lambda confs: confs._replace(hamiltonians=confs.hamiltonians[0, 0]), None, r"hamiltonians: shape is \(7,\), expected \(n_conf"),
        (lambda confs: confs._replace(dipoles=confs.dipoles[:2]), None, r"dipoles: shape is \(2, 7, 3\), expected \(3, 7, 3\) or"),
        (lambda confs: confs._replace(positions=None), None, "positions: expected an array of real numbers, got None"),
        (lambda confs: None, None, r"confs: expected Confs or a tuple \(hamiltonians, dipoles, positions\), got NoneType"),
    ],
)
def test_what_cannot_be_saved_is_named_and_nothing_is_written(folder, tmp_path, change, names, message):
    confs = change(exciton.load_confs(folder))
    with pytest.raises((TypeError, ValueError), match=message):
        exciton.save_confs(confs, tmp_path / "no", names)
    assert not (tmp_path / "no").exists()


def test_no_source_is_named():
    for source in (None, 3):
        with pytest.raises(TypeError, match=f"source: expected a folder, a file, a pattern or a list of files, got {source}"):
            exciton.load_confs(source)


def test_one_configuration_is_one_file(tmp_path):
    (path,) = exciton.save_confs(brixner(), tmp_path)
    assert path.name == "conf0001.csv"
    for part, expected in zip(exciton.load_confs(path)[:3], brixner()):
        np.testing.assert_array_equal(part, expected[None])


def test_a_spreadsheet_s_mark_at_the_beginning_of_a_file_is_no_number(folder):
    before = exciton.load_confs(folder).hamiltonians
    path = folder / "conf0001.csv"
    path.write_bytes(b"\xef\xbb\xbf" + path.read_bytes())
    np.testing.assert_array_equal(exciton.load_confs(folder).hamiltonians, before)


def test_rows_are_lines_of_the_file(folder):
    path = folder / "conf0002.csv"
    rows = path.read_text().splitlines()
    path.write_text("\n".join(["# snapshot", "", rows[0] + ",1", *rows[1:]]))
    with pytest.raises(ValueError, match="row 3 has 14 columns"):
        exciton.load_confs(folder)
    path.write_text("\n".join(["# snapshot", ",".join(["1", "7", *rows[0].split(",")[2:]]), "", *rows[1:]]))
    with pytest.raises(ValueError, match="row 2, column 2: the Hamiltonian is not symmetric .* in row 4, column 1"):
        exciton.load_confs(folder)


@pytest.mark.parametrize(
    "text, message",
    [
        ("1180O 1\n11810 2\n", "row 1, column 1: '1180O' is not a number; a first line is column names only if"),
        ("# measured\n11800 O.5\n11810 2\n", "row 2, column 2: 'O.5' is not a number"),
        ("wavenumber,absorption\ncm-1,au\n11800,1\n", "row 2, column 1: 'cm-1' is not a number"),
        ("wavenumber,absorption\n11800,1\n\n11810,2,3\n", "row 4 has 3 columns"),
    ],
)
def test_a_measurement_s_bad_row_is_named(tmp_path, text, message):
    (tmp_path / "abs.csv").write_text(text)
    with pytest.raises(ValueError, match=f"abs.csv: {message}"):
        read_experiment(tmp_path / "abs.csv")


def test_a_measurement_of_a_spreadsheet_keeps_its_first_row(tmp_path):
    for begin in ("", "wavenumber,absorption\n"):
        (tmp_path / "abs.csv").write_bytes(b"\xef\xbb\xbf" + f"{begin}11800,1\n11810,2\n".encode())
        (grid, values, _), _ = read_experiment(tmp_path / "abs.csv")
        assert grid.tolist() == [11_800.0, 11_810.0] and values.tolist() == [1.0, 2.0]


def test_alignment_moves_structures_and_no_spectrum():
    hamiltonian, dipoles, positions = brixner()
    rng = np.random.default_rng(1)
    turned = []
    for _ in range(4):
        turn, _ = np.linalg.qr(rng.standard_normal((3, 3)))
        turn[:, 0] *= np.linalg.det(turn)
        turned.append((dipoles @ turn, positions @ turn + rng.standard_normal(3)))
    confs = exciton.Confs(np.repeat(hamiltonian[None], 4, 0), *(np.array(part) for part in zip(*turned)), [])
    aligned = exciton.align(confs)
    for part, again in zip(aligned[:3], exciton.align(tuple(confs[:3]))):
        np.testing.assert_array_equal(part, again)
    with pytest.raises(TypeError, match="confs: expected Confs or a tuple"):
        exciton.align(confs[:2])
    for part in (aligned.dipoles, aligned.positions):
        np.testing.assert_allclose(part, np.broadcast_to(part[:1], part.shape), atol=1e-7)
    grid = np.arange(12_000.0, 12_800.0, 10.0)
    for before, after in zip(exciton.spectrum(*confs[:3], grid), exciton.spectrum(*aligned[:3], grid)):
        np.testing.assert_allclose(before, after, rtol=0, atol=1e-10 * np.abs(before).max())


def test_the_command_spectrum_writes_conf2spec_s_files(folder, tmp_path, capsys):
    assert main(["spectrum", str(folder), "-o", str(tmp_path / "out"), "-s"]) == 0
    confs = exciton.load_confs(folder)
    grid = np.arange(11_790.0, 13_300.0)
    absorption, cd = exciton.spectrum(*confs[:3], grid, energy_offset=-2420.0)
    for name, spectrum in (("abs", absorption), ("cd", cd)):
        text = (tmp_path / "out" / f"{name}.csv").read_text()
        assert text == "\n".join(f"{x:.8e},{y:.8e}" for x, y in zip(grid, spectrum))
    used = json.loads((tmp_path / "out" / "config_used.json").read_text())
    assert used["bandwidth"] == 70 and used["shift_diag"] == -2420
    assert len(list((tmp_path / "out" / "sticks").iterdir())) == 3
    # A folder that holds something is left alone.
    assert main(["spectrum", str(folder), "-o", str(tmp_path / "out")]) == 1
    assert "is not empty" in capsys.readouterr().err
    assert main(["spectrum", "-i", str(folder), "-o", str(tmp_path / "out"), "--overwrite", "-e", "-b", "90", "-d", "3"]) == 0
    expected, _ = exciton.spectrum(*confs[:3], grid, fwhm=90.0, deleted=[2])
    np.testing.assert_allclose(np.loadtxt(tmp_path / "out" / "abs.csv", delimiter=",")[:, 1], expected, rtol=1e-8, atol=1e-12)


def test_the_command_spectrum_agrees_with_ham2spec_to_the_last_printed_digit(tmp_path):
    reference = np.load(DATA / "brixner7.npz")
    exciton.save_confs([reference[key].reshape(-1, 7, size) for key, size in (("ham", 7), ("mus", 3), ("rs", 3))], tmp_path / "confs")
    assert main(["spectrum", str(tmp_path / "confs"), "-o", str(tmp_path / "out"), "-e"]) == 0
    for name in ("abs", "cd"):
        ours = np.loadtxt(tmp_path / "out" / f"{name}.csv", delimiter=",")
        expected = reference[f"default__{name}"]
        # One unit of the ninth digit; and what ham2spec cuts off.
        np.testing.assert_allclose(ours[:, 1], expected, rtol=1e-8, atol=5e-11 * np.abs(expected).max())


def conf2spec(confs, config):
    """What fmo_analysis and ham2spec compute, by their formulas: means of sticks with cut Gaussians on a grid without its end."""
    grid = config["xfrom"] + config["xstep"] * np.arange(np.ceil((config["xto"] - config["xfrom"]) / config["xstep"]))
    width = config["bandwidth"]
    spectra = np.zeros((2, len(grid)))
    for hamiltonian, mu, r in zip(*confs[:3]):
        energies, vectors = np.linalg.eigh(hamiltonian + config["shift_diag"] * np.eye(len(hamiltonian)))
        strengths = np.sum((vectors.T @ mu) ** 2, axis=1)
        handed = np.einsum("jlx,jlx->jl", r[:, None] - r[None], np.cross(mu[:, None], mu[None]))
        rotations = 2e-8 * np.pi * energies * np.einsum("jk,lk,jl->k", vectors, vectors, handed)
        for energy, *sizes in zip(energies, strengths, rotations):
            reach = config["band_cutoff"] * width
            line = np.where((energy - reach <= grid) & (grid < energy + reach), np.exp(-4 * np.log(2) * ((grid - energy) / width) ** 2), 0.0)
            spectra += np.outer(sizes, line)
    return grid, spectra / len(confs[0])


@pytest.mark.parametrize(
    "options, changed, deleted",
    [
        (["-e"], {"shift_diag": 0}, None),
        (["-e", "-b", "120"], {"shift_diag": 0, "bandwidth": 120}, None),
        (["-e", "-d", "3"], {"shift_diag": 0}, 2),
        (["-c", "config.json"], {"shift_diag": 35.0, "xfrom": 11900, "xto": 13000.5, "xstep": 2.5, "band_cutoff": 1.5}, None),
    ],
)
def test_the_command_spectrum_is_conf2spec_on_a_folder_of_configurations(folder, tmp_path, options, changed, deleted):
    config = {"xfrom": 11790, "xto": 13300, "xstep": 1, "bandwidth": 70, "band_cutoff": 3, **changed}
    if "-c" in options:
        (tmp_path / "config.json").write_text(json.dumps(changed))
        options = ["-c", str(tmp_path / "config.json")]
    confs = exciton.load_confs(folder)[:3]
    kept = [site for site in range(7) if site != deleted]
    grid, expected = conf2spec((confs[0][:, kept][:, :, kept], confs[1][:, kept], confs[2][:, kept]), config)
    assert main(["spectrum", str(folder), "-o", str(tmp_path / "out"), *options]) == 0
    for name, spectrum in zip(("abs", "cd"), expected):
        ours = np.loadtxt(tmp_path / "out" / f"{name}.csv", delimiter=",")
        np.testing.assert_array_equal(ours[:, 0], grid)
        # One unit of the ninth digit; what is cut off by one and not the other is 1.5e-11 of a line's peak.
        np.testing.assert_allclose(ours[:, 1], spectrum, rtol=1e-8, atol=5e-11 * np.abs(spectrum).max())


def test_the_command_fit_finds_shifts_and_writes_them(folder, tmp_path, capsys):
    confs = exciton.load_confs(folder)
    truth = np.array([10.0, -20, 5, 15, -8, 12, -3])
    moved = confs.hamiltonians.copy()
    moved[:, np.arange(7), np.arange(7)] += truth
    grid = np.arange(11_800.0, 13_000.0, 5.0)
    absorption, cd = exciton.spectrum(moved, *confs[1:3], grid, cutoff=np.inf)
    # As an experimenter has them: descending, in units of its own.
    np.savetxt(tmp_path / "abs.csv", np.c_[grid, 0.01 * absorption][::-1], delimiter=",")
    np.savetxt(tmp_path / "cd.csv", np.c_[grid, 0.02 * cd, np.full(len(grid), 1e-4)])
    command = ["fit", str(folder), "--experiment", str(tmp_path / "abs.csv"), str(tmp_path / "cd.csv"), "-o", str(tmp_path / "out")]
    assert main([*command, "-e", "--free", "site-energies", "scale", "--prior", "100"]) == 0
    report = json.loads((tmp_path / "out" / "fit.json").read_text())
    found = {tuple(row["parameter"]): row["value"] for row in report["parameters"]}
    for site, shift in enumerate(truth):
        assert found["site-energy", site] == pytest.approx(shift, abs=0.5)
    assert found["scale", "absorption"] == pytest.approx(0.01, rel=1e-2)
    assert found["scale", "cd"] == pytest.approx(0.02, rel=1e-2)
    table = np.loadtxt(tmp_path / "out" / "abs_fit.csv", delimiter=",")
    assert table.shape == (len(grid), 5) and np.abs(table[:, 4]).max() < 1e-3 * np.abs(table[:, 1]).max()
    assert "std. error" in capsys.readouterr().out
    assert main(["fit", str(folder), "--experiment", str(tmp_path / "none.csv"), "-o", str(tmp_path / "b")]) == 1
    assert "none.csv: cannot be read" in capsys.readouterr().err


def test_alignment_does_not_overwrite_originals(folder, capsys):
    before = (folder / "conf0001.csv").read_text()
    assert main(["align", str(folder), "-o", str(folder)]) == 1
    assert "is not empty" in capsys.readouterr().err and (folder / "conf0001.csv").read_text() == before


def test_lines_beside_the_grid_are_said(folder, tmp_path, capsys):
    assert main(["spectrum", str(folder), "-o", str(tmp_path / "out")]) == 0
    assert "no line reaches the grid" in capsys.readouterr().err
    (tmp_path / "abs.csv").write_text("wavelength,absorption\n" + "\n".join(f"{750 + i},{i}" for i in range(100)))
    assert main(["fit", str(folder), "-e", "-o", str(tmp_path / "fit"), "--experiment", str(tmp_path / "abs.csv")]) == 1
    assert "not in nm" in capsys.readouterr().err and not (tmp_path / "fit").exists()


def test_an_undetermined_fit_has_a_status_of_its_own(folder, tmp_path, capsys):
    main(["spectrum", str(folder), "-e", "-o", str(tmp_path / "made")])
    experiment = str(tmp_path / "made" / "abs.csv")
    free = ["site-energies", "shift"]
    assert main(["fit", str(folder), "-e", "-o", str(tmp_path / "fit"), "--experiment", experiment, "--free", *free]) == 1
    report = json.loads((tmp_path / "fit" / "fit.json").read_text())
    assert "cannot be told" in report["note"] and report["parameters"][0]["standard_error"] is None


def test_a_measurement_in_another_unit_is_said(folder, tmp_path, capsys):
    main(["spectrum", str(folder), "-e", "-o", str(tmp_path / "made")])
    grid, values = np.loadtxt(tmp_path / "made" / "abs.csv", delimiter=",").T
    np.savetxt(tmp_path / "abs.csv", np.c_[grid, 3.0 * values], delimiter=",")
    command = ["fit", str(folder), "-e", "--experiment", str(tmp_path / "abs.csv"), "-o"]
    assert main([*command, str(tmp_path / "one")]) == 0 and "add scale to --free" in capsys.readouterr().err
    assert main([*command, str(tmp_path / "two"), "--free", "site-energies", "scale"]) == 0 and capsys.readouterr().err == ""


def test_the_command_fit_takes_linear_dichroism_and_its_axis(folder, tmp_path, capsys):
    confs = exciton.load_confs(folder)
    grid = np.arange(11_900.0, 13_000.0, 5.0)
    moved = confs.hamiltonians.copy()
    moved[:, 0, 0] += 15.0
    axis = (0.0, 1.0, 2.0)
    ld = 0.7 * exciton.linear_dichroism(moved, confs.dipoles, axis, grid, broadening="direct", cutoff=np.inf)
    np.savetxt(tmp_path / "ld.csv", np.c_[grid, ld], delimiter=",")
    command = ["fit", str(folder), "-e", "--ld", str(tmp_path / "ld.csv"), "-o"]
    assert main([*command, str(tmp_path / "out"), "--axis", "0,1,2", "--free", "site-energies", "scale", "--prior", "500"]) == 0
    report = json.loads((tmp_path / "out" / "fit.json").read_text())
    values = {tuple(p["parameter"]): p["value"] for p in report["parameters"]}
    assert abs(values["site-energy", 0] - 15.0) < 1.0 and abs(values["scale", "ld"] - 0.7) < 0.02
    assert (tmp_path / "out" / "ld_fit.csv").exists()
    assert main([*command, str(tmp_path / "no")]) == 1
    assert "takes both --ld FILE and --axis" in capsys.readouterr().err
    with pytest.raises(SystemExit):
        main([*command, str(tmp_path / "no"), "--axis", "0,1"])


@pytest.fixture
def experiment(folder, tmp_path):
    """Absorption of the configurations as they are, off by noise that no step takes away."""
    main(["spectrum", str(folder), "-e", "-o", str(tmp_path / "made")])
    grid, values = np.loadtxt(tmp_path / "made" / "abs.csv", delimiter=",").T
    noise = np.random.default_rng(0).normal(0.0, 0.02 * values.max(), len(values))
    np.savetxt(tmp_path / "abs.csv", np.c_[grid, values + noise], delimiter=",")
    return ["fit", str(folder), "-e", "--experiment", str(tmp_path / "abs.csv"), "-o"]


def test_a_fit_that_no_tolerance_ended_says_so_and_has_a_status_of_its_own(experiment, tmp_path, capsys):
    assert main([*experiment, str(tmp_path / "done")]) == 0 and capsys.readouterr().err == ""
    assert main([*experiment, str(tmp_path / "out"), "--iterations", "1"]) == 3
    assert "stopped after 1 iterations, before a tolerance was met; allow more with --iterations" in capsys.readouterr().err
    report = json.loads((tmp_path / "out" / "fit.json").read_text())
    assert report["reason"] == "max-iterations" and "before a tolerance was met" in report["note"]
    assert (tmp_path / "out" / "abs_fit.csv").exists()
    with pytest.raises(SystemExit):
        main(["fit", "--help"])
    assert "exit status:" in capsys.readouterr().out


@pytest.mark.parametrize(
    "reason, status, message",
    [
        ("no-progress", 3, "no step lowers the misfit further, before a tolerance was met"),
        (hotloop.Cancelled("stopped by the caller"), 130, "stopped by the caller"),
        (KeyboardInterrupt(), 130, "interrupted: these are the best values so far"),
    ],
)
def test_an_end_without_a_tolerance_is_said_and_files_are_written(experiment, tmp_path, capsys, monkeypatch, reason, status, message):
    def ended(*arguments, **options):
        found = fit(*arguments, **options)
        if isinstance(reason, BaseException):
            reason.fit = found
            raise reason
        object.__setattr__(found, "reason", reason)
        return found

    fit = exciton.fit
    monkeypatch.setattr(exciton, "fit", ended)
    assert main([*experiment, str(tmp_path / "out")]) == status and message in capsys.readouterr().err
    assert message in json.loads((tmp_path / "out" / "fit.json").read_text())["note"]


@pytest.mark.parametrize(
    "option, message",
    [
        (["--prior", "-5"], "argument --prior: is -5; it is positive and finite"),
        (["--starts", "0"], "argument --starts: is 0; it is from 1"),
        (["--seed", "-1"], "argument --seed: is -1; it is from 0"),
        (["--iterations", "x"], "argument --iterations: 'x' is not a whole number"),
    ],
)
def test_bad_options_are_named_before_anything_is_written(experiment, tmp_path, capsys, option, message):
    with pytest.raises(SystemExit) as caught:
        main([*experiment, str(tmp_path / "out"), *option])
    assert caught.value.code == 2 and message in capsys.readouterr().err and not (tmp_path / "out").exists()


def test_a_plot_without_matplotlib_is_refused_before_anything_is_written(experiment, folder, tmp_path, capsys, monkeypatch):
    monkeypatch.setitem(sys.modules, "matplotlib", None)
    for command in (experiment, ["spectrum", str(folder), "-o"]):
        assert main([*command, str(tmp_path / "out"), "--plot"]) == 1
        assert "--plot: needs matplotlib" in capsys.readouterr().err and not (tmp_path / "out").exists()


def test_the_version_and_a_description_in_plain_words(capsys):
    for option in ("--version", "--help"):
        with pytest.raises(SystemExit) as caught:
            main([option])
        assert caught.value.code == 0
    out = capsys.readouterr().out
    assert f"hotloop {hotloop.__version__}" in out and "``" not in out
