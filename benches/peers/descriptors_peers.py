"""Frames of the descriptors' benchmark, and each subject as a call with its pairs.

Benzene-like frames (C6H6 on AniSOAP's ellipsoids, 12 or 24 atoms) and the ellipsoids themselves, in periodic cells; cutoff 7, GTO width 1.5, diameters
(3, 3, 1). AniSOAP is asked for one species only, where the numbers of its release 0.1.1 are right, and on fewer frames. featomic and dscribe
compute spherical SOAP, whose integral is simpler, with as many radial functions for every l; so they have no counterpart of (6, none).
Pairs are those within the cutoff with the atom itself, for all subjects.
"""
import re
import warnings
from pathlib import Path

import hotloop
import numpy as np

ROOT = Path(__file__).resolve().parent.parent.parent
BENZENE, ELLIPSOIDS = ROOT / "tests/data/anisoap/benzene_like.xyz", ROOT / "examples/data/ellipsoids.xyz"
CUTOFF, WIDTH, DIAMETERS = 7.0, 1.5, (3.0, 3.0, 1.0)
SPECIES = (1, 6, 7, 8)
NUMBERS = {"C": 6, "H": 1, "X": 6}
FRAMES = {"ellipsoids": 200, "benzene": 10}
FRAMES_OF_ANISOAP = {(6, None): 2, (6, 3): 2, (9, 6): 1}


def frames(system, count):
    """(positions, numbers, cell, quaternions or None) of the first frames."""
    lines = iter((ELLIPSOIDS if system == "ellipsoids" else BENZENE).read_text().splitlines())
    for _ in range(count):
        atoms = int(next(lines))
        cell = np.array(re.search(r'Lattice="([^"]*)"', next(lines))[1].split(), dtype=float).reshape(3, 3)
        rows = [next(lines).split() for _ in range(atoms)]
        table = np.array([row[1:] for row in rows], dtype=float)
        yield table[:, :3], np.array([NUMBERS[row[0]] for row in rows]), cell, table[:, 3:] if table.shape[1] == 7 else None


def mappings(system, count, species, turned=False):
    """Frames for hotloop; so many species, dealt out in turn, or the frames' own for 2."""
    random = np.random.default_rng(0)
    for positions, numbers, cell, quaternions in frames(system, count):
        if quaternions is None:
            n = len(numbers)
            quaternions = random.normal(size=(n, 4)) if turned else np.tile([1.0, 0.0, 0.0, 0.0], (n, 1))
        if species != 2 or system == "ellipsoids":
            numbers = np.array(SPECIES)[np.arange(len(numbers)) % species]
        yield {"positions": positions, "species": numbers, "cell": cell, "semiaxes": np.array(DIAMETERS) / 2, "quaternions": quaternions}


def together(given):
    """All frames as flat arrays, as a trajectory would be kept."""
    counts = [len(frame["positions"]) for frame in given]
    join = lambda name: np.concatenate([frame[name] for frame in given])  # noqa: E731
    return hotloop.anisoap.Frames(
        join("positions"), join("species").astype(np.int32), np.tile(given[0]["semiaxes"], (sum(counts), 1)),
        quaternions=join("quaternions"), offsets=np.cumsum([0, *counts]), cells=np.array([frame["cell"] for frame in given]),
    )


def pairs_of(system, count):
    return sum(len(hotloop.neighbour_list(x, CUTOFF, cell=cell, self_pairs=True).pairs) for x, _, cell, _ in frames(system, count))


def atoms_of(system, count, species):
    import ase

    for frame in mappings(system, count, species):
        atoms = ase.Atoms(frame["species"], positions=frame["positions"], cell=frame["cell"], pbc=True)
        atoms.arrays["c_q"] = frame["quaternions"]
        for axis, diameter in enumerate(DIAMETERS):
            atoms.arrays[f"c_diameter[{axis + 1}]"] = np.full(len(atoms), diameter)
        yield atoms


def descriptor_of(setting, species):
    return hotloop.anisoap.Descriptor(setting[0], "gto", CUTOFF, species=SPECIES[:species], radial_gaussian_width=WIDTH, max_radial=setting[1])


# Every subject: a function of (system, setting, species) that gives a call and the frames that it computes, or None where it has no such.


def hotloop_spectrum(system, setting, species):
    descriptor, given = descriptor_of(setting, species), together(list(mappings(system, FRAMES[system], species)))
    return lambda: descriptor.power_spectrum(given), FRAMES[system]


def hotloop_half(system, setting, species):
    descriptor = hotloop.anisoap.Descriptor(
        setting[0], "gto", CUTOFF, species=SPECIES[:species], radial_gaussian_width=WIDTH, max_radial=setting[1], spectrum_pairs="half"
    )
    given = together(list(mappings(system, FRAMES[system], species)))
    return lambda: descriptor.power_spectrum(given), FRAMES[system]


def hotloop_expansion(system, setting, species):
    descriptor, given = descriptor_of(setting, species), together(list(mappings(system, FRAMES[system], species)))
    return lambda: descriptor.expansion(given), FRAMES[system]


def hotloop_turned(system, setting, species):
    descriptor, given = descriptor_of(setting, species), together(list(mappings(system, FRAMES[system], species, turned=True)))
    return lambda: descriptor.expansion(given), FRAMES[system]


def hotloop_gradients(system, setting, species):
    descriptor, given = descriptor_of(setting, species), together(list(mappings(system, FRAMES[system], species)))
    cotangent = np.ones_like(descriptor.expansion(given))
    return lambda: descriptor.gradients(given, expansion=cotangent), FRAMES[system]


def anisoap_spectrum(system, setting, species):
    if species != 1:
        return None
    from anisoap.representations import EllipsoidalDensityProjection

    projection = EllipsoidalDensityProjection(
        max_angular=setting[0], radial_basis_name="gto", cutoff_radius=CUTOFF, radial_gaussian_width=WIDTH, max_radial=setting[1],
        rotation_key="c_q", basis_rcond=1e-8, basis_tol=1e-3,
    )
    warnings.filterwarnings("ignore", message="In quaternion mode")
    count = FRAMES_OF_ANISOAP[setting] * (10 if system == "ellipsoids" else 1)
    given = list(atoms_of(system, count, 1))
    return lambda: projection.power_spectrum(given, mean_over_samples=False), count


def _featomic(calculator, system, setting, species):
    if setting[1] is None:
        return None
    import featomic

    made = getattr(featomic, calculator)(
        cutoff={"radius": CUTOFF, "smoothing": {"type": "Step"}}, density={"type": "Gaussian", "width": 1.0},
        basis={"type": "TensorProduct", "max_angular": setting[0], "radial": {"type": "Gto", "max_radial": setting[1]}},
    )
    given = list(atoms_of(system, FRAMES[system], species))
    return lambda: made.compute(given), FRAMES[system]


def featomic_expansion(system, setting, species):
    return _featomic("SphericalExpansion", system, setting, species)


def featomic_spectrum(system, setting, species):
    return _featomic("SoapPowerSpectrum", system, setting, species)


def dscribe_soap(system, setting, species):
    if setting[1] is None:
        return None
    from dscribe.descriptors import SOAP

    soap = SOAP(species=SPECIES[:species], r_cut=CUTOFF, n_max=setting[1] + 1, l_max=setting[0], sigma=1.0, rbf="gto", periodic=True)
    given = list(atoms_of(system, FRAMES[system], species))
    return lambda: [soap.create(atoms) for atoms in given], FRAMES[system]


SUBJECTS = {
    "hotloop power spectrum": hotloop_spectrum,
    "hotloop power spectrum, half": hotloop_half,
    "hotloop expansion": hotloop_expansion,
    "hotloop expansion, random orientations": hotloop_turned,
    "hotloop gradients of the expansion": hotloop_gradients,
    "AniSOAP power spectrum": anisoap_spectrum,
    "featomic spherical expansion": featomic_expansion,
    "featomic SOAP power spectrum": featomic_spectrum,
    "dscribe SOAP power spectrum": dscribe_soap,
}
