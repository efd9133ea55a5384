"""``python -m hotloop spectrum``: what fmo_analysis' conf2spec does, with its defaults, options and files."""

from __future__ import annotations

import argparse
import json
import sys
from pathlib import Path
from typing import Any

import numpy as np

from . import _confs, exciton
from ._errors import ArgumentError

#: fmo_analysis' configuration. What its code reads nowhere (dip_cor, scale, use_shift_T) is accepted and written back.
DEFAULTS: dict[str, Any] = {
    "xfrom": 11790, "xto": 13300, "xstep": 1, "bandwidth": 70, "abs_bws": [50] * 8, "cd_bws": [150] * 8, "band_cutoff": 3,
    "shift_diag": -2420, "dip_cor": 0.014, "delete_pig": 0, "use_shift_T": False, "scale": False, "overwrite": False,
    "save_figs": False, "save_intermediate": False, "empirical": False, "normalize": False,
}  # fmt: skip


_MOST_POINTS = 10_000_000


def add_to(commands: Any) -> None:
    parser = commands.add_parser("spectrum", help="absorption and CD of configuration files (as conf2spec)")
    parser.add_argument("confs", nargs="?", help="folder, file or pattern of conf*.csv")
    parser.add_argument("-i", "--input", dest="confs_option", help="the same, as conf2spec calls it")
    add_model(parser)
    parser.add_argument("-f", "--plot", "--save-figs", dest="plot", action="store_true", help="draw spec_wn.png")
    parser.add_argument("-s", "--save-intermediate", action="store_true", help="write energies and strengths of every configuration into sticks/, under the name of its file")
    parser.set_defaults(run=run)


def add_model(parser: argparse.ArgumentParser) -> None:
    """The options that spectra and fits share."""
    parser.add_argument("-o", "--output", required=True, type=Path, help="folder for what is written")
    parser.add_argument("-c", "--config", type=Path, help="JSON with fmo_analysis' keys")
    parser.add_argument("-b", "--bandwidth", type=float, help="full width at half maximum, cm-1 (70)")
    parser.add_argument("-d", "--delete", type=int, help="pigment to leave out, from 1")
    parser.add_argument("-e", "--empirical", action="store_true", help="no shift of the site energies (shift_diag 0)")
    parser.add_argument("-n", "--normalize", action="store_true", help="total dipole strength 1")
    parser.add_argument("--overwrite", action="store_true", help="write into a folder that is not empty")


def settings(chosen: argparse.Namespace) -> dict[str, Any]:
    """fmo_analysis' configuration from the file and the options."""
    config = dict(DEFAULTS)
    if chosen.config is not None:
        if chosen.bandwidth is not None or chosen.delete is not None:
            raise ArgumentError("--config: cannot be given together with --bandwidth or --delete; put them into the file")
        try:
            given = json.loads(chosen.config.read_text(encoding="utf-8-sig"))
        except ValueError as error:
            raise ArgumentError(f"{chosen.config}: is not JSON ({error})") from None
        if not isinstance(given, dict):
            raise ArgumentError(f"{chosen.config}: holds no object; it needs fmo_analysis' keys and values in braces")
        unknown = sorted(set(given) - set(config))
        if unknown:
            raise ArgumentError(f"{chosen.config}: {unknown[0]!r} is not a key; known are {', '.join(config)}")
        config.update(given)
    for key in ("bandwidth", "delete"):
        if getattr(chosen, key) is not None:
            config["delete_pig" if key == "delete" else key] = getattr(chosen, key)
    for key in ("empirical", "normalize"):
        config[key] = config[key] or getattr(chosen, key)
    for key in ("xfrom", "xto", "xstep", "bandwidth", "band_cutoff", "shift_diag", "delete_pig"):
        if isinstance(config[key], bool) or not isinstance(config[key], (int, float)):
            raise ArgumentError(f"{key}: is {config[key]!r}, expected a number")
    for key in ("overwrite", "save_figs", "save_intermediate", "empirical", "normalize"):
        if not isinstance(config[key], bool):
            raise ArgumentError(f"{key}: is {config[key]!r}, expected true or false")
    if config["delete_pig"] != int(config["delete_pig"]):
        raise ArgumentError(f"delete_pig: is {config['delete_pig']}; it is the number of a pigment, from 1, or 0")
    if not (config["xstep"] > 0 and float("inf") > config["xto"] > config["xfrom"] > 0):
        raise ArgumentError("xfrom, xto, xstep: expected 0 < xfrom < xto and xstep > 0")
    if (config["xto"] - config["xfrom"]) / config["xstep"] > _MOST_POINTS:
        raise ArgumentError(f"xstep: is {config['xstep']}; a grid has {_MOST_POINTS} points at most")
    return config


def system(confs: _confs.Confs, config: dict[str, Any]) -> dict[str, Any]:
    """Configurations and options as arguments of `hotloop.exciton`."""
    n = confs.hamiltonians.shape[1]
    deleted = int(config["delete_pig"])
    if not 0 <= deleted <= n:
        raise ArgumentError(f"delete_pig: is {deleted}; pigments count from 1 to {n}, and 0 deletes none")
    return {
        "energy_offset": 0.0 if config["empirical"] else float(config["shift_diag"]),
        "normalize_dipoles": bool(config["normalize"]),
        "deleted": [deleted - 1] if deleted else None,
        "fwhm": float(config["bandwidth"]),
    }


def off_grid(confs: _confs.Confs, options: dict[str, Any], grid: np.ndarray) -> str:
    """What to say where no line reaches the grid."""
    energies = np.einsum("cii->ci", confs.hamiltonians) + options["energy_offset"]
    return (
        f"no line reaches the grid: site energies are {energies.min():.0f} to {energies.max():.0f} cm-1 "
        f"(shift_diag adds {options['energy_offset']:.0f}; --empirical leaves it out), the grid goes from {grid[0]:.0f} to {grid[-1]:.0f} cm-1"
    )


def prepare(folder: Path, overwrite: bool) -> None:
    if folder.exists() and any(folder.iterdir()) and not overwrite:
        raise ArgumentError(f"{folder}: is not empty; choose another folder or add --overwrite")
    folder.mkdir(parents=True, exist_ok=True)


def save_columns(path: Path, *columns: np.ndarray) -> None:
    """As fmo_analysis: %.8e, commas, no line end after the last row."""
    path.write_text("\n".join(",".join(f"{x:.8e}" for x in row) for row in zip(*columns)))


def reporter() -> Any:
    """Progress on a terminal; None elsewhere."""
    if not sys.stderr.isatty():
        return None

    def report(done: int, total: int) -> None:
        print(f"\r{100 * done / max(total, 1):3.0f} %", end="\n" if done >= total else "", file=sys.stderr, flush=True)

    return report


def run(chosen: argparse.Namespace) -> None:
    source = chosen.confs or chosen.confs_option
    if source is None:
        raise ArgumentError("confs: no folder or file of configurations is given")
    config = settings(chosen)
    is_drawn = chosen.plot or config["save_figs"]
    if is_drawn:
        need_matplotlib()
    confs = _confs.load_confs(source)
    options = system(confs, config)
    prepare(chosen.output, chosen.overwrite or config["overwrite"])
    # The number of points that conf2spec has: xto is left out.
    count = int(np.ceil((config["xto"] - config["xfrom"]) / config["xstep"]))
    grid = config["xfrom"] + config["xstep"] * np.arange(count, dtype=float)
    cutoff = float(config["band_cutoff"])
    absorption, cd = exciton.spectrum(*confs[:3], grid, cutoff=cutoff, progress=reporter(), **options)
    if not absorption.any() and not cd.any():
        print(f"hotloop spectrum: {off_grid(confs, options, grid)}", file=sys.stderr)
    save_columns(chosen.output / "abs.csv", grid, absorption)
    save_columns(chosen.output / "cd.csv", grid, cd)
    if chosen.save_intermediate or config["save_intermediate"]:
        options.pop("fwhm")
        sticks = exciton.sticks(*confs[:3], eigenvectors=False, **options)
        folder = chosen.output / "sticks"
        folder.mkdir(exist_ok=True)
        for c, path in enumerate(confs.paths):
            columns = (sticks.energies[c], sticks.dipole_strengths[c], sticks.rotational_strengths[c])
            save_columns(folder / path.name, *(column[: sticks.n_active] for column in columns))
    (chosen.output / "config_used.json").write_text(json.dumps(config, indent=2) + "\n")
    if is_drawn:
        plot(chosen.output / "spec_wn.png", grid, absorption, cd)
    print(f"spectra of {len(confs.paths)} configurations in {chosen.output}")


def need_matplotlib() -> None:
    """Says that there is no matplotlib before anything is computed."""
    try:
        import matplotlib
    except ImportError:
        raise ArgumentError("--plot: needs matplotlib; `pip install matplotlib`, or leave --plot out") from None
    matplotlib.use("Agg")


def figure(rows: int) -> Any:
    """Matplotlib's figure and axes, one above the other."""
    need_matplotlib()
    from matplotlib import pyplot

    return pyplot.subplots(rows, 1, sharex=True, figsize=(7, 3 * rows), squeeze=False)


def plot(path: Path, grid: np.ndarray, absorption: np.ndarray, cd: np.ndarray) -> None:
    drawing, axes = figure(2)
    for axis, values, name in zip(axes[:, 0], (absorption, cd), ("absorption", "CD")):
        axis.plot(grid, values)
        axis.set_ylabel(name)
    axes[-1, 0].set_xlabel("wavenumber (cm$^{-1}$)")
    drawing.savefig(path, dpi=150, bbox_inches="tight")
