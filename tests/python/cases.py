"""The case table that every language runs (tests/cases/exciton.txt), read for Python."""

from dataclasses import dataclass

import numpy as np

from paths import CASES
from systems import LAYOUTS, contiguous, laid_out

LINESHAPES = ("gaussian", "lorentzian", "voigt")
FWHM_BY = ("common", "exciton", "site")
NORMALIZATIONS = ("peak", "area")
CD_SCALES = ("dissymmetry", "rosenfeld")
BROADENINGS = ("auto", "direct", "gridded")

COLUMNS = (
    ("name", str), ("set", str), ("n_conf", int), ("n_site", int), ("x_from", float), ("x_step", float),
    ("n_grid", int), ("lineshape", int), ("fwhm_by", int), ("normalization", int), ("cd_scale", int),
    ("broadening", int), ("frequency_prefactor", int), ("normalize_dipoles", int), ("fwhm", float),
    ("fwhm_cd", float), ("lorentzian_fwhm", float), ("cutoff", float), ("energy_offset", float), ("delete", int),
    ("layout", int),
)  # fmt: skip


@dataclass(frozen=True)
class Case:
    """One row: the inputs in the row's layout and the keyword options."""

    name: str
    hamiltonians: np.ndarray
    dipoles: np.ndarray
    positions: np.ndarray
    grid: np.ndarray
    system_options: dict
    line_options: dict
    width_options: dict
    layout: object
    is_broadcast: bool

    @property
    def system(self):
        return self.hamiltonians, self.dipoles, self.positions


def rows():
    """Every row of the table by column."""
    lines = (CASES / "exciton.txt").read_text().splitlines()
    for line in lines:
        if line.strip() and not line.startswith("#"):
            words = line.split()
            assert len(words) == len(COLUMNS), line
            yield {name: kind(word) for (name, kind), word in zip(COLUMNS, words)}


def load(row, layout_number=None):
    """The case of a row, in the row's layout or another."""
    number = row["layout"] if layout_number is None else layout_number
    layout = LAYOUTS[number] if number < len(LAYOUTS) else contiguous
    n_conf, n_site = row["n_conf"], row["n_site"]
    numbers = np.fromfile(CASES / f"{row['set']}.f64", dtype="<f8").astype(float)
    sizes = np.cumsum([n_conf * n_site * n_site, n_conf * n_site * 3])
    hamiltonians, dipoles, positions = np.split(numbers, sizes)
    hamiltonians = hamiltonians.reshape(n_conf, n_site, n_site)
    dipoles, positions = dipoles.reshape(n_conf, n_site, 3), positions.reshape(n_conf, n_site, 3)
    is_broadcast = row["layout"] == 4
    if is_broadcast:
        dipoles, positions = (np.broadcast_to(array[0], array.shape) for array in (dipoles, positions))
        if number != 4:
            dipoles, positions = dipoles.copy(), positions.copy()
    if number != 4:
        hamiltonians, dipoles, positions = (laid_out(array, layout) for array in (hamiltonians, dipoles, positions))
    grid = laid_out(row["x_from"] + row["x_step"] * np.arange(row["n_grid"]), layout)

    widths = {"fwhm": row["fwhm"], "fwhm_cd": row["fwhm_cd"] or None}
    if row["fwhm_by"]:
        k = np.arange(n_site)
        widths = {
            "fwhm": laid_out(row["fwhm"] + 5.0 * k, layout),
            "fwhm_cd": laid_out((row["fwhm_cd"] or row["fwhm"]) + 7.0 * k, layout),
            "fwhm_by": FWHM_BY[row["fwhm_by"]],
        }
    deleted = None
    if row["delete"]:
        deleted = laid_out(np.arange(n_site) == row["delete"] - 1, layout)
    return Case(
        name=row["name"],
        hamiltonians=hamiltonians,
        dipoles=dipoles,
        positions=positions,
        grid=grid,
        system_options={
            "deleted": deleted,
            "energy_offset": row["energy_offset"],
            "normalize_dipoles": bool(row["normalize_dipoles"]),
            "cd_scale": CD_SCALES[row["cd_scale"]],
        },
        line_options={
            "lineshape": LINESHAPES[row["lineshape"]],
            "lorentzian_fwhm": row["lorentzian_fwhm"],
            "cutoff": np.inf if row["cutoff"] == -1 else row["cutoff"],
            "normalization": NORMALIZATIONS[row["normalization"]],
            "broadening": BROADENINGS[row["broadening"]],
            "frequency_prefactor": bool(row["frequency_prefactor"]),
        },
        width_options=widths,
        layout=layout,
        is_broadcast=is_broadcast,
    )
