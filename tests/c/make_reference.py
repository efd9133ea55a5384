"""Writes brixner_reference.h, the reference values that test_reference.c compares with, from tests/data/exciton/brixner7.npz and
edge.npz (computed by ham2spec 0.6.2; tests/data/exciton/README.md says how). Spectra are kept at every 25th grid point, sticks
sorted by energy; numbers are printed so that they read back to the same bits.

    python tests/c/make_reference.py            # rewrite the header
    python tests/c/make_reference.py --check    # exit 1 when it is stale
"""

import json
import sys
from pathlib import Path

import numpy as np

HERE = Path(__file__).resolve().parent
DATA = HERE.parent / "data" / "exciton"
EVERY = 25


def values(numbers):
    """C initialiser of doubles, five a line."""
    words = [repr(float(x)) for x in np.asarray(numbers).ravel()]
    return ",\n    ".join(", ".join(words[i : i + 5]) for i in range(0, len(words), 5))


def spectrum_row(name, x, absorption, cd, config, delete=0):
    step = config["xstep"]
    assert np.array_equal(x, config["xfrom"] + step * np.arange(len(x)))
    kept = slice(0, None, EVERY)
    return {
        "name": name,
        "x_from": config["xfrom"],
        "x_step": step,
        "n_grid": len(x),
        "fwhm": config["bandwidth"],
        "cutoff": config["band_cutoff"],
        "delete": delete,
        "peaks": (float(np.abs(absorption).max()), float(np.abs(cd).max())),
        "absorption": absorption[kept],
        "cd": cd[kept],
    }


def main():
    data = np.load(DATA / "brixner7.npz")
    edge = np.load(DATA / "edge.npz")
    configs = json.loads((DATA / "configs.json").read_text())
    lines = [
        "/* Reference values for the seven-pigment FMO (Brixner) model, by ham2spec 0.6.2: tests/data/exciton/README.md.",
        "   Made by make_reference.py; not written by hand. Spectra at every 25th grid point. */",
        "#ifndef BRIXNER_REFERENCE_H",
        "#define BRIXNER_REFERENCE_H",
        "",
        "#include <stddef.h>",
        "",
        f"#define REFERENCE_EVERY {EVERY}",
        "",
        "typedef struct {",
        "    const char *name;",
        "    double x_from, x_step;",
        "    ptrdiff_t n_grid;",
        "    double fwhm, cutoff;",
        "    int deleted; /* 1-based, 0 none */",
        "    double absorption_peak, cd_peak; /* of all grid points */",
        "    const double *absorption, *cd;",
        "} reference_spectrum;",
        "",
        "/* Ascending energies; energies, dipole strengths, rotational strengths (scale 4R). */",
        "typedef struct {",
        "    const char *name;",
        "    int n_site, deleted, normalize_dipoles;",
        "    const double *sticks[3];",
        "} reference_sticks;",
        "",
    ]
    rows = []
    for name, config in configs.items():
        rows.append(spectrum_row(name, data[f"{name}__x"], data[f"{name}__abs"], data[f"{name}__cd"], config))
    for pigment in range(1, 8):
        name = f"del{pigment}_default"
        rows.append(spectrum_row(name, data["default__x"], data[f"{name}__abs"], data[f"{name}__cd"], configs["default"], pigment))
    for row in rows:
        for kind in ("absorption", "cd"):
            lines += [f"static const double {row['name']}_{kind}[] = {{", f"    {values(row[kind])}}};"]
    lines += ["", "static const reference_spectrum reference_spectra[] = {"]
    for row in rows:
        lines.append(
            f"    {{\"{row['name']}\", {row['x_from']!r}, {row['x_step']!r}, {row['n_grid']}, {row['fwhm']!r}, {row['cutoff']!r}, "
            f"{row['delete']}, {row['peaks'][0]!r}, {row['peaks'][1]!r}, {row['name']}_absorption, {row['name']}_cd}},"
        )
    lines += ["};", ""]

    sets = [("brixner", 0, 0, [data[f"stick_{n}"] for n in ("e_vals", "stick_abs", "stick_cd")])]
    for pigment in range(1, 8):
        sets.append((f"del{pigment}", pigment, 0, [data[f"del{pigment}_stick_{n}"] for n in ("e_vals", "stick_abs", "stick_cd")]))
    sets.append(("normalised", 0, 1, [data[f"norm_correct_stick_{n}"] for n in ("e_vals", "stick_abs", "stick_cd")]))
    table = []
    for name, delete, normalise, parts in sets:
        order = np.argsort(parts[0])
        if delete:  # ham2spec keeps the deleted pigment as a level at 0
            order = [k for k in order if abs(parts[0][k]) > 1.0]
        for label, part in zip(("energies", "dipole", "rotational"), parts):
            lines += [f"static const double {name}_{label}[] = {{", f"    {values(part[order])}}};"]
        table.append(f"    {{\"{name}\", 7, {delete}, {normalise}, {{{name}_energies, {name}_dipole, {name}_rotational}}}},")
    lines += ["", "static const reference_sticks reference_stick_sets[] = {", *table, "};", ""]

    order = np.argsort(data["stick_e_vals"])
    lines += ["/* Widths per exciton, ascending, and the spectra they give on the default grid. */"]
    for label, part in (("abs_widths", data["het__abs_bws"][order]), ("cd_widths", data["het__cd_bws"][order])):
        lines += [f"static const double het_{label}[] = {{", f"    {values(part)}}};"]
    for kind, key in (("absorption", "abs"), ("cd", "cd")):
        lines += [f"static const double het_{kind}[] = {{", f"    {values(data[f'het__{key}'][::EVERY])}}};"]

    lines += ["", "/* The model: its positions have more digits here than in brixner_conf.csv, which is rounded. */"]
    for label, part in (("hamiltonian", data["ham"]), ("dipoles", data["mus"]), ("positions", data["rs"])):
        lines += [f"static const double brixner_{label}[] = {{", f"    {values(part)}}};"]

    lines += ["", "/* A ring of six equal pigments, degenerate levels: by numpy.linalg.eigh (R is meaningful as the sum of a pair). */"]
    for label, part in (
        ("hamiltonian", edge["ring6_ham"]),
        ("dipoles", edge["ring6_mus"]),
        ("positions", edge["ring6_rs"]),
        ("energies", edge["ring6_eigh_e"]),
        ("dipole_strengths", edge["ring6_eigh_D"]),
        ("rotational_strengths", edge["ring6_eigh_R"]),
    ):
        lines += [f"static const double ring_{label}[] = {{", f"    {values(part)}}};"]
    lines += ["", "#endif", ""]
    text = "\n".join(lines)
    path = HERE / "brixner_reference.h"
    if sys.argv[1:] == ["--check"]:
        if path.read_text() != text:
            sys.exit("brixner_reference.h is stale: run tests/c/make_reference.py")
    else:
        path.write_text(text)


if __name__ == "__main__":
    main()
