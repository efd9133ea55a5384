"""The input of the demo: the FMO complex, and many copies of it with static disorder."""

from pathlib import Path

import numpy as np

BRIXNER = Path(__file__).resolve().parents[2] / "tests" / "data" / "exciton" / "brixner_conf.csv"
SEED = 2005
SD_SITE_ENERGY = 80.0  # standard deviation, cm-1
SD_COUPLING = 5.0  # cm-1


def published_structure():
    """Hamiltonian (cm-1), dipoles and positions (angstrom) of T. Brixner et al., Nature 434, 625 (2005)."""
    table = np.loadtxt(BRIXNER, delimiter=",")
    n_site = len(table)
    return table[:, :n_site], table[:, n_site : n_site + 3], table[:, n_site + 3 :]


def with_static_disorder(hamiltonian, members):
    """Hamiltonians [members][n_site][n_site]: every site energy and every coupling varies by itself."""
    n_site = len(hamiltonian)
    lower = np.tril_indices(n_site)
    spread = np.where(lower[0] == lower[1], SD_SITE_ENERGY, SD_COUPLING)
    noise = np.random.default_rng(SEED).standard_normal((members, spread.size)) * spread
    hamiltonians = np.repeat(hamiltonian[None], members, axis=0)
    hamiltonians[:, *lower] += noise
    hamiltonians[:, *lower[::-1]] = hamiltonians[:, *lower]
    return hamiltonians


def write(path, hamiltonians, dipoles, positions):
    """The file that the examples read; examples/README.md has its format."""
    with open(path, "wb") as file:
        np.array(hamiltonians.shape[:2], np.int64).tofile(file)
        for array in (hamiltonians, dipoles, positions):
            np.ascontiguousarray(array, np.float64).tofile(file)
