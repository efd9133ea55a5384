"""The problems that are timed, made as the inputs of the shared test cases are (tests/cases/make_inputs.py)."""
import sys
from dataclasses import dataclass
from pathlib import Path

import numpy as np

sys.path.insert(0, str(Path(__file__).resolve().parent.parent.parent / "tests/cases"))
import make_inputs  # noqa: E402

# The default configuration of fmo_analysis, whose users ham2spec serves, and hotloop's defaults.
GRID = np.arange(11790.0, 13300.0)
FWHM = 70.0
CUTOFF = 3.0


@dataclass(frozen=True)
class Problem:
    """Hamiltonians, dipoles and positions of n_conf configurations, C-contiguous."""

    hamiltonians: np.ndarray
    dipoles: np.ndarray
    positions: np.ndarray

    @property
    def n_conf(self):
        return self.hamiltonians.shape[0]

    @property
    def n_site(self):
        return self.hamiltonians.shape[1]

    def first(self, n_conf):
        return Problem(self.hamiltonians[:n_conf], self.dipoles[:n_conf], self.positions[:n_conf])


def fmo(n_conf):
    """The FMO complex with eight pigments and static disorder."""
    return Problem(*map(np.ascontiguousarray, make_inputs.fmo_like_8(np.random.default_rng(8), n_conf)))


def aggregate(n_site, n_conf):
    """Sites in a box with couplings that decay with distance, and static disorder."""
    return Problem(*map(np.ascontiguousarray, make_inputs.aggregate(np.random.default_rng(n_site), n_site, n_conf)))
