"""Writes reference.f64 and .txt: the .npz files in hotloop's layout, for tests without NumPy.

    python tests/data/anisoap/make_reference.py            # rewrite them
    python tests/data/anisoap/make_reference.py --check    # exit 1 when they differ from what is checked in

The .f64 file is raw little-endian f64; each line of the .txt file is the name of an array, where it starts (counted in numbers from 0)
and its extents. For each case: hypers (max_angular, 0 for GTO or 1 for monomial, width, cutoff, rcond, tol, subtract_center), num_ns,
starts, positions, cells, periodic, species of every atom, declared species, quaternions, semiaxes; then expansion [atom][feature],
raw (where there are pairs to sum) and spectrum [atom][feature]. Atoms that AniSOAP leaves out have zeros.
"""
import json
import sys
from pathlib import Path

import numpy as np

HERE = Path(__file__).resolve().parent


def dense(data, starts, declared, counts, prefix):
    """[atom][feature] of coef_A_l# or of pairs summed over neighbours."""
    atoms, blocks = starts[-1], []
    for l, count in enumerate(counts):
        block = np.zeros((atoms, 2 * l + 1, count, len(declared)))
        for A in declared:
            if prefix == "coef":
                if f"coef_{A}_l{l}" not in data:
                    continue
                rows = [starts[frame] + atom for frame, atom in data[f"coef_{A}_samples"]]
                types = [list(declared).index(t) for t in data[f"coef_{A}_neighbor_types"]]
                for k, t in enumerate(types):
                    block[rows, :, :, t] = data[f"coef_{A}_l{l}"][..., k]
                continue
            for t, B in enumerate(declared):
                if f"{prefix}_{A}_{B}_l{l}" in data:
                    samples = data[f"nl_{A}_{B}_samples"]
                    for (frame, i, *_), values in zip(samples, data[f"{prefix}_{A}_{B}_l{l}"]):
                        block[starts[frame] + i, :, :, t] += values
        blocks.append(block.reshape(atoms, -1))
    return np.concatenate(blocks, axis=1)


def spectrum(data, starts, declared, counts):
    """[atom][feature]."""
    atoms, blocks = starts[-1], []
    known = {A: data[f"ps_{A}_samples"] for A in declared if f"ps_{A}" in data}
    offsets = dict.fromkeys(known, 0)
    for l, count in enumerate(counts):
        channels = count * len(declared)
        block = np.zeros((atoms, channels, channels))
        for A, samples in known.items():
            types = [list(declared).index(t) for t in data[f"coef_{A}_neighbor_types"]]
            q = np.array([n * len(declared) + t for n in range(count) for t in types])
            values = data[f"ps_{A}"][:, offsets[A] : offsets[A] + len(q) ** 2].reshape(-1, len(q), len(q))
            offsets[A] += len(q) ** 2
            for (frame, atom), value in zip(samples, values):
                block[(starts[frame] + atom, *np.ix_(q, q))] = value
        blocks.append(block.reshape(atoms, -1))
    return np.concatenate(blocks, axis=1)


def arrays():
    for path in sorted(HERE.glob("*.npz")):
        with np.load(path) as file:
            data = dict(file)
        hypers, counts = json.loads(str(data["hypers"])), data["num_ns"]
        starts = np.concatenate([[0], np.cumsum(data["n_atoms"])]).astype(int)
        declared = np.unique(data["numbers"])
        case = {
            "hypers": [
                hypers["max_angular"], hypers["radial_basis_name"] == "monomial", hypers.get("radial_gaussian_width") or 0.0,
                hypers["cutoff_radius"], hypers["basis_rcond"], hypers["basis_tol"], hypers.get("subtract_center_contribution", False),
            ],
            "num_ns": counts, "starts": starts, "positions": data["positions"], "cells": data["cells"], "periodic": data["pbc"],
            "atoms": data["numbers"], "species": declared, "quaternions": data["quaternions_wxyz"], "semiaxes": data["semiaxes"],
            "expansion": dense(data, starts, declared, counts, "coef"),
        }  # fmt: skip
        if any(name.startswith("rawpair") for name in data):
            case["raw"] = dense(data, starts, declared, counts, "rawpair")
        case["spectrum"] = spectrum(data, starts, declared, counts)
        for name, array in case.items():
            yield f"{path.stem}.{name}", np.asarray(array, dtype="<f8")


def main():
    index, numbers, offset = [], [], 0
    for name, array in arrays():
        index.append(" ".join(map(str, (name, offset, *array.shape))))
        numbers.append(np.ascontiguousarray(array).tobytes())
        offset += array.size
    contents = {"reference.f64": b"".join(numbers), "reference.txt": ("\n".join(index) + "\n").encode()}
    for name, content in contents.items():
        if "--check" not in sys.argv[1:]:
            (HERE / name).write_bytes(content)
        elif (HERE / name).read_bytes() != content:
            sys.exit(f"{name} differs from what is checked in")


if __name__ == "__main__":
    main()
