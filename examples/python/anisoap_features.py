"""AniSOAP features of a trajectory of ellipsoids: from extended XYZ to one row of numbers a frame, ready for regression or PCA.

    python anisoap_features.py ellipsoids.xyz features.npy

The file has for each atom an orientation (`c_q` or `quaternion`: w, x, y, z) and three diameters (`c_diameter[1]` to `[3]`), as AniSOAP's own data
have. Whoever has ASE hands `ase.io.read(path, ":")` to the descriptor instead of what `frames_of` makes here. Also written: the two
directions along which frames differ most.
"""

import re
import sys
import time

import hotloop
import numpy as np

SYMBOLS = {"X": 0, "H": 1, "C": 6, "N": 7, "O": 8}


def frames_of(path):
    """Mappings of arrays, one a frame."""
    lines = iter(open(path).read().splitlines())
    for count in lines:
        if not count.strip():
            continue
        header = next(lines)
        names = re.search(r"Properties=(\S+)", header)[1].split(":")
        rows = [next(lines).split() for _ in range(int(count))]
        columns, start = {}, 0
        for name, width in zip(names[0::3], map(int, names[2::3])):
            columns[name] = np.array([row[start : start + width] for row in rows])
            start += width
        orientation = "c_q" if "c_q" in columns else "quaternion"
        yield {
            "positions": columns["pos"].astype(float),
            "species": [SYMBOLS[symbol] for symbol in columns["species"][:, 0]],
            "quaternions": columns[orientation].astype(float),
            "semiaxes": np.hstack([columns[f"c_diameter[{k}]"] for k in (1, 2, 3)]).astype(float) / 2.0,
            "cell": np.array(re.search(r'Lattice="([^"]*)"', header)[1].split(), dtype=float).reshape(3, 3),
            "pbc": "T" in re.search(r'pbc="([^"]*)"', header)[1],
        }


def main(path, target):
    frames = list(frames_of(path))
    species = sorted({number for frame in frames for number in frame["species"]})
    descriptor = hotloop.anisoap.Descriptor(
        9, "gto", 7.0, species=species, radial_gaussian_width=1.5, max_radial=6, subtract_center_contribution=True
    )
    started = time.perf_counter()
    means = descriptor.power_spectrum(frames, mean_over_samples=True)
    seconds = time.perf_counter() - started
    features = means.reshape(len(frames), -1)
    np.save(target, features)
    centred = features - features.mean(axis=0)
    directions = np.linalg.svd(centred, full_matrices=False)[2][:2]
    np.savetxt("components.csv", centred @ directions.T, delimiter=",", header="pc1,pc2", comments="")
    print(f"{len(frames)} frames, {features.shape[1]} features each, {1e3 * seconds:.1f} ms; wrote {target}, components.csv")


if __name__ == "__main__":
    main(*sys.argv[1:])
