"""Writes the input files of the shared case table (exciton.txt): one raw file a set.

Each <set>.f64 holds little-endian f64 in C order: hamiltonians [n_conf][n_site][n_site] (cm-1), dipoles [n_conf][n_site][3]
(unit transition dipoles), positions [n_conf][n_site][3] (Angstrom). The files are checked in, because every language reads
them and compares bits; this script is their provenance. Random numbers come from one fixed seed per set, and everything is
rounded to a few decimals, so that rerunning it gives the same bytes on any machine:

    python tests/cases/make_inputs.py            # rewrite the files
    python tests/cases/make_inputs.py --check    # exit 1 when a checked-in file differs
"""

import sys
from pathlib import Path

import numpy as np

HERE = Path(__file__).resolve().parent
BRIXNER = HERE.parent / "data" / "exciton" / "brixner_conf.csv"


def symmetric(matrix):
    """The matrix whose lower triangle is given, exactly symmetric."""
    lower = np.tril(matrix)
    return lower + np.tril(matrix, -1).T


def brixner():
    """The seven-pigment FMO model: Hamiltonian, dipoles, positions."""
    table = np.loadtxt(BRIXNER, delimiter=",")
    return table[:, :7], table[:, 7:10], table[:, 10:13]


def disordered(rng, hamiltonian, dipoles, positions, n_conf, sd_site=80.0, sd_coupling=5.0):
    """n_conf configurations of one model with static disorder; dipoles and positions are jittered a little."""
    n = len(hamiltonian)
    spread = np.where(np.eye(n, dtype=bool), sd_site, sd_coupling)
    hamiltonians = np.array([symmetric(np.round(hamiltonian + spread * rng.standard_normal((n, n)), 3)) for _ in range(n_conf)])
    turned = dipoles + 0.02 * rng.standard_normal((n_conf, n, 3))
    moved = positions + 0.1 * rng.standard_normal((n_conf, n, 3))
    return hamiltonians, np.round(turned, 4), np.round(moved, 3)


def fmo_like_8(rng, n_conf=104):
    """The seven-pigment model and a weakly coupled eighth pigment outside, as in the trimer's linker position."""
    ham7, mus7, rs7 = brixner()
    hamiltonian = np.zeros((8, 8))
    hamiltonian[:7, :7] = ham7
    hamiltonian[7, :7] = hamiltonian[:7, 7] = [36.0, 4.0, 1.0, -3.0, 5.0, -2.0, -11.0]
    hamiltonian[7, 7] = 12690.0
    dipoles = np.vstack([mus7, [0.6122, -0.3518, 0.7081]])
    positions = np.vstack([rs7, [30.112, 9.871, -4.205]])
    return disordered(rng, hamiltonian, dipoles, positions, n_conf)


def aggregate(rng, n_site, n_conf):
    """A random pigment-protein complex: sites in a box, dipoles in random directions, couplings that decay with distance."""
    box = 10.0 * n_site ** (1.0 / 3.0)
    positions = box * rng.random((n_site, 3))
    dipoles = rng.standard_normal((n_site, 3))
    dipoles /= np.linalg.norm(dipoles, axis=1)[:, None]
    distance = np.linalg.norm(positions[:, None] - positions[None, :], axis=2) + 6.0
    coupling = 30000.0 / distance**3 * rng.standard_normal((n_site, n_site))
    np.fill_diagonal(coupling, 12400.0 + 60.0 * rng.standard_normal(n_site))
    return disordered(rng, symmetric(coupling), dipoles, positions, n_conf)


def ring_6():
    """Six equal pigments on a ring: levels 1+2+2+1, two of them exactly degenerate pairs."""
    angle = 2.0 * np.pi * np.arange(6) / 6.0
    hamiltonian = 12300.0 * np.eye(6)
    for site in range(6):
        hamiltonian[site, (site + 1) % 6] = hamiltonian[(site + 1) % 6, site] = -80.0
    dipoles = np.stack([-np.sin(angle), np.cos(angle), 0.3 * np.ones(6)], axis=1)
    positions = np.stack([15.0 * np.cos(angle), 15.0 * np.sin(angle), 0.0 * angle], axis=1)
    return hamiltonian[None], np.round(dipoles, 4)[None], np.round(positions, 3)[None]


def relative_to(reference, hamiltonians, dipoles, positions):
    """The same model with the Hamiltonian given relative to a reference energy (a test of energy_offset)."""
    n_site = hamiltonians.shape[-1]
    return np.round(hamiltonians - reference * np.eye(n_site), 3), dipoles, positions


def sets():
    """Every set by name, in the order of its size."""
    def rng(seed):
        return np.random.default_rng(seed)

    brixner_20 = disordered(rng(7), *brixner(), 20)
    return {
        "site1": aggregate(rng(1), 1, 3),
        "site2": aggregate(rng(2), 2, 9),
        "site3": aggregate(rng(3), 3, 5),
        "ring6": ring_6(),
        "brixner7": tuple(part[None] for part in brixner()),
        "brixner7x20": brixner_20,
        "relative7x20": relative_to(12400.0, *brixner_20),
        "fmo8x104": fmo_like_8(rng(8)),
        "site16": aggregate(rng(16), 16, 17),
        "site24": aggregate(rng(24), 24, 9),
        "site40": aggregate(rng(40), 40, 5),
        "site96": aggregate(rng(96), 96, 3),
        "site300": aggregate(rng(300), 300, 1),
    }


def main():
    check = sys.argv[1:] == ["--check"]
    stale = []
    for name, parts in sets().items():
        data = b"".join(np.ascontiguousarray(part + 0.0, dtype="<f8").tobytes() for part in parts)
        path = HERE / f"{name}.f64"
        if not check:
            path.write_bytes(data)
        elif not path.exists() or path.read_bytes() != data:
            stale.append(name)
        n_conf, n_site, _ = parts[0].shape
        print(f"{name}: {n_conf} configurations of {n_site} sites, {len(data)} bytes")
    if stale:
        sys.exit("differs from what is checked in: " + ", ".join(stale))


if __name__ == "__main__":
    main()
