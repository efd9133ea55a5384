"""``python -m hotloop fit``: fits configuration files to measured spectra."""

from __future__ import annotations

import argparse
import json
import sys
from pathlib import Path
from typing import Any

import numpy as np

from . import _command_spectrum as shared, _confs, exciton
from ._command_arguments import direction, positive, whole
from ._errors import ArgumentError, Cancelled, SingularError

_FREE = ("site-energies", "couplings", "dipole-scales", "fwhm", "shift", "scale", "offset")
_BANDS = ("absorption", "cd", "ld")
#: The exit status of a fit that no tolerance ended, and why that was.
_UNFINISHED = 3
_NOTES = {
    "max-iterations": "the fit stopped after {iterations} iterations, before a tolerance was met; allow more with --iterations, or free less",
    "no-progress": "the fit stopped since no step lowers the misfit further, before a tolerance was met; values may be off, look at the residuals",
}
_EXIT_STATUS = f"""exit status:
  0    the fit met a tolerance
  1    an error, and nothing was fitted; or the measurement does not determine all values (files are written)
  2    wrong usage
  {_UNFINISHED}    the fit ended before a tolerance was met: by --iterations, or without progress (files are written)
  130  interrupted, with the best values so far (files are written)"""


def add_to(commands: Any) -> None:
    parser = commands.add_parser(
        "fit", help="fit configuration files to measured spectra", epilog=_EXIT_STATUS, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("confs", help="folder, file or pattern of conf*.csv")
    parser.add_argument(
        "--experiment", nargs="+", default=[], metavar="FILE",
        help="measured absorption and, if there is one, CD: columns of wavenumber, value and, if known, standard deviation "
        "(1 %% of the peak where it is not); '-' for absorption that was not measured",
    )  # fmt: skip
    parser.add_argument("--ld", metavar="FILE", help="measured linear dichroism, as the files of --experiment")
    parser.add_argument(
        "--axis", type=direction, metavar="x,y,z", help="the axis about which the sample is oriented, for --ld; --axis=-1,0,0 if it begins with a minus"
    )
    parser.add_argument("--free", nargs="+", default=["site-energies"], choices=_FREE, help="what varies (site-energies)")
    parser.add_argument(
        "--prior", type=positive, help="standard deviation of site energies and couplings about the files', cm-1 (none: they are free)"
    )
    parser.add_argument("--starts", type=whole(1), default=1, help="how many values to begin from: the files', and others that are drawn (1)")
    parser.add_argument("--seed", type=whole(0, 2**64 - 1), default=0, help="of the starts that are drawn (0)")
    parser.add_argument("--iterations", type=whole(0), default=100, help="at most so many from each start (100)")
    shared.add_model(parser)
    parser.add_argument("-f", "--plot", action="store_true", help="draw fit.png")
    parser.set_defaults(run=run)


def read_experiment(path: str) -> tuple[tuple[np.ndarray, ...], bool]:
    """Wavenumbers in ascending order, values, and their standard deviations: the file's (then True), or 1 % of the peak."""
    rows, lines = _confs.read_numbers(Path(path), may_have_header=True)
    if not rows:
        raise ArgumentError(f"{path}: holds no numbers; it needs columns of wavenumber and value")
    width = len(rows[0])
    for number, row in zip(lines, rows):
        if len(row) != width or width not in (2, 3):
            raise ArgumentError(f"{path}: row {number} has {len(row)} columns; every row has 2, or 3 with a standard deviation")
    table = np.array(sorted(rows))
    twice = np.flatnonzero(np.diff(table[:, 0]) == 0)
    if len(twice):
        raise ArgumentError(f"{path}: the wavenumber {table[twice[0], 0]:g} comes twice")
    if width == 2:
        peak = np.abs(table[:, 1]).max()
        if peak == 0.0:
            raise ArgumentError(f"{path}: all values are 0; there is nothing to fit")
        table = np.c_[table, np.full(len(table), 0.01 * peak)]
    return tuple(np.ascontiguousarray(column) for column in table.T), width == 3


def free_parameters(free: list[str], n_site: int, deleted: list[int] | None, bands: list[str]) -> list[tuple[Any, ...]]:
    sites = [site for site in range(n_site) if site not in (deleted or [])]
    lists = {
        "site-energies": [("site-energy", i) for i in sites],
        "couplings": [("coupling", j, i) for i in sites for j in sites if j < i],
        "dipole-scales": [("dipole-scale", i) for i in sites],
        **{kind: [(kind, band) for band in bands] for kind in ("fwhm", "shift", "scale", "offset")},
    }
    return [parameter for kind in dict.fromkeys(free) for parameter in lists[kind]]


def start(parameters: list[tuple[Any, ...]], spectra: dict[str, np.ndarray], measured: dict[str, Any], fwhm: float) -> np.ndarray:
    """Where the fit begins: the files as they are, and scales that suit the measurement's units."""
    values = []
    for kind, *of in parameters:
        value = {"dipole-scale": 1.0, "fwhm": fwhm}.get(kind, 0.0)
        values.append(scale(spectra[of[0]], measured[of[0]][1]) if kind == "scale" else value)
    return np.array(values)


def scale(model: np.ndarray, target: np.ndarray) -> float:
    """The factor of the model that is nearest to the measurement."""
    return float(model @ target / (model @ model)) if model.any() else 1.0


def warn_of_units(parameters: list[tuple[Any, ...]], spectra: dict[str, np.ndarray], measured: dict[str, Any]) -> None:
    """Says so where a spectrum is in another unit than the model and no scale may follow it."""
    for band in measured:
        factor = scale(spectra[band], measured[band][1])
        if ("scale", band) not in parameters and not 0.5 < factor < 2.0:
            print(
                f"hotloop fit: the measured {band} is about {factor:.3g} times the model; if its unit is another, add scale to --free",
                file=sys.stderr,
            )


def run(chosen: argparse.Namespace) -> int:
    """The exit status, as the help says."""
    if chosen.plot:
        shared.need_matplotlib()
    if len(chosen.experiment) > 2:
        raise ArgumentError(f"--experiment: {len(chosen.experiment)} files are given; one of absorption, and one of CD")
    config = shared.settings(chosen)
    confs = _confs.load_confs(chosen.confs)
    options = shared.system(confs, config)
    paths = dict(zip(_BANDS, chosen.experiment))
    if (chosen.ld is None) != (chosen.axis is None):
        raise ArgumentError("--axis: linear dichroism takes both --ld FILE and --axis x,y,z")
    if chosen.ld is not None:
        paths["ld"] = chosen.ld
        options["axis"] = chosen.axis
    files = {band: read_experiment(path) for band, path in paths.items() if path != "-"}
    measured = {band: columns for band, (columns, _) in files.items()}
    if not measured:
        raise ArgumentError("--experiment: no file is given, nor --ld")
    grids = {f"{band}_grid": columns[0] for band, columns in measured.items()}
    before = exciton.jacobian(*confs[:3], [], [], **grids, **options)
    initial = {band: getattr(before, band) for band in measured}
    for band, (grid, *_) in measured.items():
        if not initial[band].any():
            raise ArgumentError(f"{band}: {shared.off_grid(confs, options, grid)}; wavenumbers are in cm-1, not in nm")
    shared.prepare(chosen.output, chosen.overwrite or config["overwrite"])
    system = confs[:3]
    parameters = free_parameters(chosen.free, confs.hamiltonians.shape[1], options["deleted"], list(measured))
    prior = None
    warn_of_units(parameters, initial, measured)
    values = start(parameters, initial, measured, options["fwhm"])
    if chosen.prior is not None:
        moved = np.array([p[0] in ("site-energy", "coupling") for p in parameters])
        prior = {"prior": values, "prior_sigma": np.where(moved, chosen.prior, np.inf)}
    note, status = None, 0
    try:
        # Standard deviations that were not measured are known up to a factor at best.
        found = exciton.fit(
            *system, parameters, values, **measured, **(prior or {}), starts=chosen.starts, seed=chosen.seed, max_iterations=chosen.iterations,
            scale_covariance=not all(is_known for _, is_known in files.values()), progress=shared.reporter(), **options,
        )  # fmt: skip
    except (Cancelled, SingularError, KeyboardInterrupt) as error:
        found, note = error.fit, str(error) or "interrupted: these are the best values so far"
        if found is None:
            raise
        status = 1 if isinstance(error, SingularError) else 130
    else:
        if found.reason in _NOTES:
            note, status = _NOTES[found.reason].format(iterations=found.iterations), _UNFINISHED
    print(found)
    if note:
        print(f"hotloop fit: {note}", file=sys.stderr)
    save(chosen.output, found, measured, initial, config, note)
    if chosen.plot:
        plot(chosen.output / "fit.png", found, measured, initial)
    return status


def save(folder: Path, found: Any, measured: dict[str, Any], initial: dict[str, Any], config: dict[str, Any], note: str | None) -> None:
    """fit.json, and for each spectrum its columns: wavenumber, measured, initial, fitted, residual."""
    report = {
        "parameters": [
            {"parameter": list(p), "value": v, "standard_error": e if np.isfinite(e) else None}
            for p, v, e in zip(found.parameters, found.values.tolist(), found.standard_errors.tolist())
        ],
        "covariance": [[x if np.isfinite(x) else None for x in row] for row in found.covariance.tolist()],
        "correlation": found.correlation.tolist(),
        "reason": found.reason,
        "note": note,
        "iterations": found.iterations,
        "degrees_of_freedom": found.degrees_of_freedom,
        "initial_misfit": found.initial_misfit,
        "misfit": found.misfit,
        "config": config,
    }
    (folder / "fit.json").write_text(json.dumps(report, indent=2) + "\n")
    for band, (grid, values, *_) in measured.items():
        fitted = getattr(found, band)
        name = {"absorption": "abs"}.get(band, band)
        shared.save_columns(folder / f"{name}_fit.csv", grid, values, initial[band], fitted, values - fitted)


def plot(path: Path, found: Any, measured: dict[str, Any], initial: dict[str, Any]) -> None:
    drawing, axes = shared.figure(len(measured))
    for axis, (band, (grid, values, *_)) in zip(axes[:, 0], measured.items()):
        fitted = getattr(found, band)
        size = np.abs(initial[band]).max() or 1.0
        axis.plot(grid, values, ".", markersize=3, label="measured")
        axis.plot(grid, initial[band] * np.abs(values).max() / size, "--", label="initial (scaled)")
        axis.plot(grid, fitted, label="fitted")
        axis.plot(grid, values - fitted, linewidth=0.8, label="residual")
        axis.set_ylabel(band)
        axis.legend(fontsize="small")
    axes[-1, 0].set_xlabel("wavenumber (cm$^{-1}$)")
    drawing.savefig(path, dpi=150, bbox_inches="tight")
