"""Writes brixner7.f64 and brixner7.txt: reference values that the Fortran and C++ tests compare with.

Source: tests/data/exciton/brixner7.npz and edge.npz (ham2spec 0.6.2 on the published seven-pigment FMO model; README.md there).
Neither language reads .npz, so the arrays used are put end to end as little-endian f64 in C order; each line of the .txt says
`name offset count`, in numbers. Only the order is changed: ham2spec's levels are unsorted, here they ascend in energy, and the
widths `het_fwhm`, `het_fwhm_cd` that belong to them go along. A deleted pigment leaves a level of energy 0 there; it is left out.

    python tests/fortran/data/make_reference.py
"""
from pathlib import Path

import numpy as np

HERE = Path(__file__).resolve().parent
EXCITON = HERE.parents[1] / "data" / "exciton"
SPECTRA = ("default", "bw20_cut1", "cut0p5", "nocut", "step7p7_bw250", "window_clip", "window_empty_bands", "bw0p4_narrow")

brixner = np.load(EXCITON / "brixner7.npz")
edge = np.load(EXCITON / "edge.npz")
arrays = {"hamiltonian": brixner["ham"], "dipoles": brixner["mus"], "positions": brixner["rs"]}


def add_sticks(name, data, prefix):
    energies = data[f"{prefix}_e_vals"]
    order = [k for k in np.argsort(energies) if energies[k] > 1.0]
    arrays[f"{name}energies"] = energies[order]
    arrays[f"{name}dipole_strengths"] = data[f"{prefix}_stick_abs"][order]
    arrays[f"{name}rotational_strengths"] = data[f"{prefix}_stick_cd"][order]
    return order


order = add_sticks("", brixner, "stick")
arrays["exciton_dipoles"] = brixner["stick_exciton_mus"][order]
arrays["eigenvectors"] = brixner["stick_e_vecs"][:, order]
arrays["het_fwhm"] = brixner["het__abs_bws"][order]
arrays["het_fwhm_cd"] = brixner["het__cd_bws"][order]
add_sticks("delete3_", brixner, "del3_stick")
add_sticks("normalised_", brixner, "norm_correct_stick")
for config in (*SPECTRA, "het"):
    arrays[f"{config}_absorption"] = brixner[f"{config}__abs"]
    arrays[f"{config}_cd"] = brixner[f"{config}__cd"]
arrays["delete3_absorption"] = brixner["del3_default__abs"]
arrays["delete3_cd"] = brixner["del3_default__cd"]
for name in ("ham", "mus", "rs"):
    arrays[f"site16_{name}"] = edge[f"n16_{name}"]
add_sticks("site16_", edge, "n16_stick")

offset = 0
lines = []
with open(HERE / "brixner7.f64", "wb") as values:
    for name, array in arrays.items():
        values.write(np.ascontiguousarray(array, dtype="<f8").tobytes())
        lines.append(f"{name} {offset} {array.size}\n")
        offset += array.size
(HERE / "brixner7.txt").write_text("".join(lines))
