"""Site energies from three samples at once: one with a pigment partly lost, the difference spectrum of a mutant that lacks it, and linear
dichroism. hotloop's own fit knows each of them alone; all three are sums of absorption spectra, so their Jacobians are sums of
Jacobians, and a dozen lines of Gauss and Newton do the fit.

    python fit_differences.py conf.csv

Linear dichroism about an axis n is 3/2 (3 (M . n)^2 - M^2): 4.5 times the absorption of dipoles projected onto n less 1.5 times that of
the dipoles themselves.
"""

import sys

import numpy as np

from hotloop import exciton

confs = exciton.load_confs(sys.argv[1])
members = exciton.disorder(confs.hamiltonians[0], 300, 60.0)  # cm-1
dipoles, n_site = confs.dipoles[0], confs.dipoles.shape[1]
last = n_site - 1  # the pigment that some complexes lack
grid = np.arange(11_900.0, 13_100.0, 4.0)
axis = np.array([0.6, 0.0, 0.8])
occupancy = 0.55


def compared(values):
    """The three spectra one after the other, and their derivatives by the site energies."""
    options = {"absorption_grid": grid}
    full = exciton.jacobian(members, dipoles, None, exciton.site_energies(n_site), values, **options)
    lacking = exciton.jacobian(members, dipoles, None, exciton.site_energies(last), values[:last], deleted=[last], **options)
    along = exciton.jacobian(members, np.outer(dipoles @ axis, axis), None, exciton.site_energies(n_site), values, **options)
    # The missing pigment's energy changes nothing there.
    lacking_rows = np.pad(lacking.absorption_jacobian, ((0, 0), (0, 1)))
    spectra = [
        occupancy * full.absorption + (1.0 - occupancy) * lacking.absorption,
        lacking.absorption - full.absorption,
        4.5 * along.absorption - 1.5 * full.absorption,
    ]
    rows = [
        occupancy * full.absorption_jacobian + (1.0 - occupancy) * lacking_rows,
        lacking_rows - full.absorption_jacobian,
        4.5 * along.absorption_jacobian - 1.5 * full.absorption_jacobian,
    ]
    return np.concatenate(spectra), np.concatenate(rows)


# A synthetic measurement: other site energies, noise of 1 % of each spectrum's peak.
rng = np.random.default_rng(3)
truth = rng.normal(0.0, 20.0, n_site)
exact, _ = compared(truth)
sigma = np.concatenate([np.full(grid.size, 0.01 * np.abs(part).max()) for part in np.split(exact, 3)])
measured = exact + sigma * rng.standard_normal(exact.size)

values = np.zeros(n_site)
for iteration in range(20):
    model, rows = compared(values)
    rows /= sigma[:, None]
    step = np.linalg.lstsq(rows, (measured - model) / sigma, rcond=None)[0]
    values += step
    if np.abs(step).max() < 1e-6:
        break
errors = np.sqrt(np.diag(np.linalg.inv(rows.T @ rows)))
print(f"{iteration + 1} iterations, reduced chi-square {np.sum(((measured - model) / sigma) ** 2) / (measured.size - n_site):.3f}")
for site in range(n_site):
    print(f"site {site}: {values[site]:8.3f} +- {errors[site]:.3f} cm-1, truth {truth[site]:8.3f}")
print(f"largest deviation from the truth: {np.abs((values - truth) / errors).max():.1f} standard errors")
