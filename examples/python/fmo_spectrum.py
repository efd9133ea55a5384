"""Absorption and CD of the Fenna-Matthews-Olson complex, from a published Hamiltonian to a picture.

    python fmo_spectrum.py [conf.csv [picture.png]]

A conf file has one row a pigment: the row of the Hamiltonian (cm-1), the transition dipole, the position (angstrom).
"""

import sys
from pathlib import Path

import matplotlib.pyplot as plt
import numpy as np

import hotloop

BRIXNER = Path(__file__).resolve().parents[2] / "tests" / "data" / "exciton" / "brixner_conf.csv"

conf = sys.argv[1] if len(sys.argv) > 1 else BRIXNER
picture = sys.argv[2] if len(sys.argv) > 2 else "fmo_spectrum.png"

table = np.loadtxt(conf, delimiter=",")
n_site = len(table)
# Columns of one table: hotloop reads them where they are.
hamiltonian, dipoles, positions = table[:, :n_site], table[:, n_site : n_site + 3], table[:, n_site + 3 :]

grid = np.arange(11790.0, 13300.0)
absorption, cd = hotloop.exciton.spectrum(hamiltonian, dipoles, positions, grid, fwhm=120.0)

sticks = hotloop.exciton.sticks(hamiltonian, dipoles, positions)
wavelengths = hotloop.convert_units(sticks.energies, "cm-1", "nm")
print("exciton  cm-1       nm      D       R      sites")
for k in range(n_site):
    share = sticks.eigenvectors[:, k] ** 2
    sites = " ".join(f"{site + 1}:{share[site]:.0%}" for site in np.argsort(-share)[:2])
    print(
        f"{k + 1:4d} {sticks.energies[k]:10.2f} {wavelengths[k]:8.2f} {sticks.dipole_strengths[k]:7.4f} "
        f"{sticks.rotational_strengths[k]:8.5f}  {sites}"
    )

figure, (above, below) = plt.subplots(2, 1, sharex=True, figsize=(7, 6))
above.plot(grid, absorption)
above.vlines(sticks.energies, 0.0, sticks.dipole_strengths, colors="C3")
above.set_ylabel("absorption")
below.plot(grid, cd)
below.vlines(sticks.energies, 0.0, sticks.rotational_strengths, colors="C3")
below.axhline(0.0, color="black", linewidth=0.5)
below.set_ylabel("circular dichroism")
below.set_xlabel("wavenumber / cm$^{-1}$")
figure.tight_layout()
figure.savefig(picture, dpi=150)
print(f"wrote {picture}")
