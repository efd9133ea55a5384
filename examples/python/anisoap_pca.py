"""A map of crystals of disc-shaped molecules, as AniSOAP's own notebook draws it: mean power spectra of 400 frames of ellipsoids, their two
principal components as a picture, and a ridge regression, fitted to half of the frames, of how molecules are stacked.

    python anisoap_pca.py [ellipsoids.xyz [anisoap_pca.png]]

The data are frames of AniSOAP's ellipsoids.xyz (examples/data/README.md): one or two benzene-like discs in a periodic cell. The notebook gives them
diameters (4, 4, 0.5), which AniSOAP halves to the standard deviations (2, 2, 0.25).
"""

import re
import sys
from pathlib import Path

import hotloop
import numpy as np

DATA = Path(__file__).resolve().parent.parent / "data" / "ellipsoids.xyz"
SEMIAXES = [2.0, 2.0, 0.25]


def frames_of(path):
    """Mappings of arrays, one a frame. With ASE installed, `ase.io.read(path, ":")` does the same."""
    lines = iter(Path(path).read_text().splitlines())
    for count in lines:
        cell = np.array(re.search(r'Lattice="([^"]*)"', next(lines))[1].split(), dtype=float).reshape(3, 3)
        rows = np.array([next(lines).split()[1:] for _ in range(int(count))], dtype=float)
        yield {"positions": rows[:, :3], "quaternions": rows[:, 3:], "species": [0] * len(rows), "semiaxes": SEMIAXES, "cell": cell}


def stacking(frame):
    """How much near neighbours stand above a disc instead of beside it: the sum of exp(-r^2 / 2 (3 A)^2) cos^2 over them, cos between the
    disc's axis and the vector to the neighbour; a mean over discs."""
    pairs = hotloop.neighbour_list(frame["positions"], 12.0, cell=frame["cell"])
    w, x, y, z = (frame["quaternions"] / np.linalg.norm(frame["quaternions"], axis=1, keepdims=True)).T
    axes = np.stack([2 * (x * z + w * y), 2 * (y * z - w * x), 1 - 2 * (x * x + y * y)], axis=1)
    squares = (pairs.vectors**2).sum(axis=1)
    above = (pairs.vectors * axes[pairs.pairs[:, 0]]).sum(axis=1) ** 2 / squares
    return (np.exp(-squares / 18.0) * above).sum() / len(axes)


def principal_components(features, count=2):
    """Projections on the directions of largest variance, and the share of the variance that each of them has."""
    centred = features - features.mean(axis=0)
    left, size, _ = np.linalg.svd(centred, full_matrices=False)
    return left[:, :count] * size[:count], size[:count] ** 2 / (size**2).sum()


def ridge(features, targets, train, regularisation=1e-4):
    """Predictions for all rows from a linear model with a penalty, fitted to the rows `train`."""
    mean, offset = features[train].mean(axis=0), targets[train].mean()
    x = features - mean
    gram = x[train] @ x[train].T
    weights = np.linalg.solve(gram + regularisation * np.trace(gram) / len(gram) * np.eye(len(gram)), targets[train] - offset)
    return x @ (x[train].T @ weights) + offset


def main(path=DATA, picture="anisoap_pca.png"):
    frames = list(frames_of(path))
    descriptor = hotloop.anisoap.Descriptor(
        9, "gto", 7.0, species=[0], radial_gaussian_width=1.5, max_radial=6, subtract_center_contribution=True
    )
    features = descriptor.power_spectrum(frames, mean_over_samples=True)[:, 0]
    components, shares = principal_components(features)
    stacked = np.array([stacking(frame) for frame in frames])
    train = np.arange(len(frames)) % 2 == 0
    predicted = ridge(features, stacked, train)
    error = np.sqrt(np.mean((predicted - stacked)[~train] ** 2))
    print(f"{len(frames)} frames, {features.shape[1]} features each")
    print(f"two components have {100 * shares.sum():.1f} % of the variance")
    print(f"stacking: {stacked.mean():.2f} +- {stacked.std():.2f}, error of the prediction {error:.2f}")

    import matplotlib.pyplot as plt

    figure, (left, right) = plt.subplots(1, 2, figsize=(11.0, 4.6))
    points = left.scatter(*components.T, c=stacked, s=14, cmap="viridis")
    figure.colorbar(points, ax=left, label="stacking")
    left.set(xlabel=f"first component ({100 * shares[0]:.0f} %)", ylabel=f"second component ({100 * shares[1]:.0f} %)")
    right.plot(stacked[train], predicted[train], ".", color="0.7", label="fitted")
    right.plot(stacked[~train], predicted[~train], ".", label="predicted")
    right.plot([stacked.min(), stacked.max()], [stacked.min(), stacked.max()], color="k", linewidth=0.8)
    right.set(xlabel="stacking, computed", ylabel="stacking, ridge regression")
    right.legend()
    figure.tight_layout()
    figure.savefig(picture, dpi=110)
    print(f"drawn: {picture}")


if __name__ == "__main__":
    main(*sys.argv[1:])
