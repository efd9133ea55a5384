"""The cases of tests/data/anisoap: what AniSOAP was given and what it computed."""

import json

import numpy as np
from hotloop.anisoap import Descriptor, Frames
from paths import ANISOAP_DATA

NAMES = sorted(path.stem for path in ANISOAP_DATA.glob("*.npz"))


def load(name):
    """The arrays of a case."""
    with np.load(ANISOAP_DATA / f"{name}.npz") as data:
        return dict(data)


def descriptor_of(data, **more):
    """With AniSOAP's own keyword arguments."""
    hypers = json.loads(str(data["hypers"]))
    name, cutoff, angular = (hypers.pop(key) for key in ("radial_basis_name", "cutoff_radius", "max_angular"))
    return Descriptor(angular, name, cutoff, species=np.unique(data["numbers"]), **{**hypers, **more})


def frames_of(data):
    starts = np.concatenate([[0], np.cumsum(data["n_atoms"])]).astype(np.intp)
    return Frames(
        data["positions"], data["numbers"].astype(np.int32), data["semiaxes"], quaternions=data["quaternions_wxyz"], offsets=starts,
        cells=data["cells"], periodic=data["pbc"].astype(np.int32),
    )  # fmt: skip


def tolerance(name):
    # AniSOAP's own orthonormalisation has 8 digits for seven functions.
    return 1e-8 if "l9_n6" in name else 1e-12


class Atoms:
    """What of ASE's Atoms a descriptor looks at."""

    def __init__(self, positions, numbers, cell, pbc, **arrays):
        self.positions, self.numbers, self.cell, self.pbc = positions, numbers, cell, pbc
        self.arrays = {"positions": positions, "numbers": numbers, **arrays}


def atoms_of(data, key="c_q"):
    """A list of frames as AniSOAP takes them."""
    starts = np.concatenate([[0], np.cumsum(data["n_atoms"])])
    result = []
    for frame, (start, end) in enumerate(zip(starts, starts[1:])):
        diameters = {f"c_diameter[{k + 1}]": 2.0 * data["semiaxes"][start:end, k] for k in range(3)}
        result.append(
            Atoms(
                data["positions"][start:end], data["numbers"][start:end], data["cells"][frame], data["pbc"][frame],
                **{key: data["quaternions_wxyz"][start:end]}, **diameters,
            )
        )  # fmt: skip
    return result
