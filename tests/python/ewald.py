"""Periodic sums by P. P. Ewald's method in NumPy, independent of the library: erfc from the standard library, all pairs, any way to split.

    potentials[i] = sum_j q_j G_per(x_i - y_j) / (4 pi)

with G_per the sum of exp(-kappa r) / r over all images, or of 1 / r with a uniform background and a mean over the cell of 0. A pair at one place contributes
its images alone.
"""

import itertools
import math

import numpy as np

_erfc = np.vectorize(math.erfc, otypes=[float])


def _lattice(most):
    return np.array(list(itertools.product(range(-most, most + 1), repeat=3)), dtype=float)


def sums(sources, charges, targets, period, screening=0.0, alpha=None):
    """Potentials (n_target,) and gradients (n_target, 3); `alpha` in 1 / period."""
    alpha = 5.0 if alpha is None else alpha
    kappa = screening * period
    sources, targets = np.asarray(sources, dtype=float), np.asarray(targets, dtype=float)
    y, x = sources / period, targets / period
    q = np.asarray(charges, dtype=float)
    beta = 0.5 * kappa / alpha
    potentials, gradients = np.zeros(len(x)), np.zeros((len(x), 3))
    # In space: up to where erfc is below rounding.
    reach = 6.2 / alpha
    images = _lattice(math.ceil(reach + 0.5))
    for i in range(len(x)):
        # Of the caller's numbers: quotients would have lost digits of close pairs.
        d = targets[i] - sources
        d = (d - period * np.round(d / period)) / period
        for n in images:
            v = d + n
            r = np.sqrt((v * v).sum(axis=1))
            near = r < reach
            if not near.any():
                continue
            v, r, charge = v[near], r[near], q[near]
            same = r < 1e-15
            safe = np.where(same, 1.0, r)
            minus, plus = np.exp(-kappa * safe) * _erfc(alpha * safe - beta), np.exp(kappa * safe) * _erfc(alpha * safe + beta)
            value = 0.5 * (minus + plus) / safe
            # d/dr of r times the value; both error functions have the same Gaussian.
            gauss = 2.0 * alpha / math.sqrt(math.pi) * np.exp(-((alpha * safe) ** 2) - beta**2)
            slope = (0.5 * kappa * (plus - minus) - gauss - value) / safe
            # The value at one place is that without the kernel's own.
            alone = kappa * math.erfc(beta) - 2.0 * alpha / math.sqrt(math.pi) * math.exp(-(beta**2))
            potentials[i] += (charge * np.where(same, alone, value)).sum()
            gradients[i] += ((charge * np.where(same, 0.0, slope / safe))[:, None] * v).sum(axis=0)
    # In wave vectors.
    most = math.ceil(6.2 * alpha / math.pi)
    m = _lattice(most)
    m = m[((m * m).sum(axis=1) > 0) & ((m * m).sum(axis=1) <= most * most)]
    for some in np.array_split(m, max(1, len(m) * max(len(x), len(y)) // 4_000_000)):
        k = 2.0 * np.pi * some
        k2 = (k * k).sum(axis=1) + kappa**2
        weight = 4.0 * np.pi * np.exp(-0.25 * k2 / alpha**2) / k2
        factor = np.exp(1j * (k @ y.T)) @ q
        waves = np.exp(1j * (x @ k.T)) * (weight * factor.conj())
        potentials += waves.real.sum(axis=1)
        gradients -= waves.imag @ k
    uniform = -np.pi / alpha**2 if kappa == 0.0 else 4.0 * np.pi * math.exp(-(beta**2)) / kappa**2
    potentials += uniform * q.sum()
    return potentials / (4.0 * np.pi * period), gradients / (4.0 * np.pi * period**2)
