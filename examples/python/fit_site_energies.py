"""Site energies from measured absorption and CD: a synthetic experiment with noise, fitted, compared with the truth, drawn.

    python fit_site_energies.py conf.csv [members]

The published FMO model (tests/data/exciton/brixner_conf.csv) with static disorder stands for both: the experiment has other site
energies, which the fit is to find within the errors that it states.
"""

import sys
import time

import matplotlib

matplotlib.use("Agg")
import matplotlib.pyplot as plt
import numpy as np

from hotloop import exciton

confs = exciton.load_confs(sys.argv[1])
n_member = int(sys.argv[2]) if len(sys.argv) > 2 else 10_000
members = exciton.disorder(confs.hamiltonians[0], n_member, 60.0)  # cm-1
dipoles, positions = confs.dipoles[0], confs.positions[0]
n_site = len(dipoles)

# The experiment: shifted site energies, spectra on grids of their own with 1 % of noise.
rng = np.random.default_rng(1)
truth = rng.normal(0.0, 30.0, n_site)
grid, cd_grid = 1e7 / np.linspace(838.0, 762.0, 300), np.arange(11_950.0, 13_050.0, 5.0)  # 762 to 838 nm; cm-1
parameters = exciton.site_energies(n_site)
exact = exciton.jacobian(members, dipoles, positions, parameters, truth, absorption_grid=grid, cd_grid=cd_grid)
sigma, cd_sigma = (np.full(len(s), 0.01 * np.abs(s).max()) for s in (exact.absorption, exact.cd))
absorption, cd = exact.absorption + sigma * rng.standard_normal(len(sigma)), exact.cd + cd_sigma * rng.standard_normal(len(cd_sigma))

start = time.perf_counter()
found = exciton.fit(
    members, dipoles, positions, parameters,
    absorption=(grid, absorption, sigma), cd=(cd_grid, cd, cd_sigma),
    prior=np.zeros(n_site), prior_sigma=np.full(n_site, 100.0),  # the model is right to 100 cm-1
)  # fmt: skip
print(f"{n_member} members of {n_site} pigments, {found.iterations} iterations: {time.perf_counter() - start:.2f} s")
print(found)
off = (found.values - truth) / found.standard_errors
print(f"largest deviation from the truth: {np.abs(off).max():.1f} standard errors")

initial = exciton.jacobian(members, dipoles, positions, [], [], absorption_grid=grid, cd_grid=cd_grid)
_, axes = plt.subplots(2, 1, sharex=True, figsize=(7, 6))
for axis, x, measured, before, after, name in (
    (axes[0], grid, absorption, initial.absorption, found.absorption, "absorption"),
    (axes[1], cd_grid, cd, initial.cd, found.cd, "CD"),
):
    axis.plot(x, measured, ".", markersize=2, label="measured")
    axis.plot(x, before, "--", label="initial")
    axis.plot(x, after, label="fitted")
    axis.set_ylabel(name)
    axis.legend()
axes[1].set_xlabel("wavenumber (cm$^{-1}$)")
plt.savefig("fit_site_energies.png", dpi=150, bbox_inches="tight")
print("wrote fit_site_energies.png")
