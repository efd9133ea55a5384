"""Static disorder: the mean spectra of 10,000 FMO complexes whose site energies differ from molecule to molecule.

    python disorder.py [picture.png]

Each member has its own Hamiltonian; dipoles and positions are shared by all, without a copy. The ensemble is computed
in one call, and a second call with weights shows only the members whose lowest exciton is far to the red.
"""

import sys
import time
from pathlib import Path

import matplotlib.pyplot as plt
import numpy as np

import hotloop

N_CONF = 10_000
DISORDER = 80.0  # standard deviation of a site energy, cm-1

picture = sys.argv[1] if len(sys.argv) > 1 else "disorder.png"
brixner = Path(__file__).resolve().parents[2] / "tests" / "data" / "exciton" / "brixner_conf.csv"
table = np.loadtxt(brixner, delimiter=",")
hamiltonian, dipoles, positions = table[:, :7], table[:, 7:10], table[:, 10:]

rng = np.random.default_rng(2005)
hamiltonians = np.repeat(hamiltonian[None], N_CONF, axis=0)
sites = np.arange(7)
hamiltonians[:, sites, sites] += DISORDER * rng.standard_normal((N_CONF, 7))

grid = np.arange(11790.0, 13300.0)
start = time.perf_counter()
spectra = np.empty((grid.size, 2))  # absorption and CD as two columns of one table
hotloop.exciton.spectrum(hamiltonians, dipoles, positions, grid, out=(spectra[:, 0], spectra[:, 1]))
seconds = time.perf_counter() - start
print(f"{N_CONF} members in {1e3 * seconds:.1f} ms on {hotloop.get_num_threads()} threads")

sticks = hotloop.exciton.sticks(hamiltonians, dipoles, eigenvectors=False)
lowest = sticks.energies[:, 0]
red = (lowest < np.quantile(lowest, 0.1)).astype(float)
red_spectra = hotloop.exciton.spectrum(hamiltonians, dipoles, positions, grid, weights=red)
print(f"lowest exciton: {lowest.mean():.1f} +- {lowest.std():.1f} cm-1")

figure, axes = plt.subplots(2, 1, sharex=True, figsize=(7, 6))
for axis, column, red_column, name in zip(axes, spectra.T, red_spectra, ("absorption", "circular dichroism")):
    axis.plot(grid, column, label="all members")
    axis.plot(grid, red_column, label="the reddest tenth")
    axis.set_ylabel(name)
axes[0].legend()
axes[1].axhline(0.0, color="black", linewidth=0.5)
axes[1].set_xlabel("wavenumber / cm$^{-1}$")
figure.tight_layout()
figure.savefig(picture, dpi=150)
print(f"wrote {picture}")
