"""AniSOAP descriptors: hotloop beside AniSOAP itself, and beside featomic's spherical expansion, which solves a simpler integral.

Benzene-like frames of tests/data/anisoap, cutoff 7, GTO width 1.5, diameters (3, 3, 1), one thread. AniSOAP is measured with one species,
where the numbers of its release 0.1.1 are right, on fewer frames. The peers are not in requirements.txt: AniSOAP 0.1.1 needs older
releases of its own dependencies and compiles a Rust extension. To have them:

    pip install featomic==0.6.1 metatensor-core==0.1.20 metatensor-operations==0.3.4 wigners==0.4.1 ase skmatter
    pip install --no-deps anisoap==0.1.1
"""
import re
import sys
import time
from pathlib import Path

import conditions
import hotloop
import numpy as np
import report

DATA = Path(__file__).resolve().parent.parent.parent / "tests/data/anisoap/benzene_like.xyz"
CUTOFF, WIDTH, DIAMETERS = 7.0, 1.5, (3.0, 3.0, 1.0)
SETTINGS = ((6, None), (6, 3), (9, 6))
FRAMES, FRAMES_OF_ANISOAP = 10, {(6, None): 2, (6, 3): 2, (9, 6): 1}
NUMBERS = {"C": 6, "H": 1}


def frames(count):
    """(positions, numbers, cell) of the first frames."""
    lines = iter(DATA.read_text().splitlines())
    for _ in range(count):
        atoms = int(next(lines))
        cell = np.array(re.search(r'Lattice="([^"]*)"', next(lines))[1].split(), dtype=float).reshape(3, 3)
        rows = [next(lines).split() for _ in range(atoms)]
        yield np.array([row[1:4] for row in rows], dtype=float), np.array([NUMBERS[row[0]] for row in rows]), cell


def relabelled(numbers, species):
    """So many species, dealt out in turn; the frames' own for 2."""
    return numbers if species == 2 else np.array([1, 6, 7, 8])[np.arange(len(numbers)) % species]


def mappings(count, species, turned=False):
    random = np.random.default_rng(0)
    for positions, numbers, cell in frames(count):
        quaternions = random.normal(size=(len(numbers), 4)) if turned else np.tile([1.0, 0.0, 0.0, 0.0], (len(numbers), 1))
        yield {"positions": positions, "species": relabelled(numbers, species), "cell": cell, "semiaxes": np.array(DIAMETERS) / 2,
               "quaternions": quaternions}


def together(given):
    """All frames as flat arrays, as a trajectory would be kept."""
    counts = [len(frame["positions"]) for frame in given]
    join = lambda name: np.concatenate([frame[name] for frame in given])  # noqa: E731
    return hotloop.anisoap.Frames(
        join("positions"), join("species").astype(np.int32), np.tile(given[0]["semiaxes"], (sum(counts), 1)),
        quaternions=join("quaternions"), offsets=np.cumsum([0, *counts]), cells=np.array([frame["cell"] for frame in given]),
    )


def pairs_of(count, with_self=True):
    return sum(len(hotloop.neighbour_list(x, CUTOFF, cell=cell, self_pairs=with_self).pairs) for x, _, cell in frames(count))


def best(call, quick, seconds=1.5):
    """The shortest processor time of a call; others' work makes it longer, never shorter."""
    call()
    times, end = [], time.perf_counter() + (0.0 if quick else seconds)
    while not times or (time.perf_counter() < end and len(times) < 200):
        began = time.process_time()
        call()
        times.append(time.process_time() - began)
    return min(times)


def atoms_of(count, species):
    import ase

    for frame in mappings(count, species):
        atoms = ase.Atoms(frame["species"], positions=frame["positions"], cell=frame["cell"], pbc=True)
        atoms.arrays["c_q"] = frame["quaternions"]
        for axis, diameter in enumerate(DIAMETERS):
            atoms.arrays[f"c_diameter[{axis + 1}]"] = np.full(len(atoms), diameter)
        yield atoms


def anisoap_power_spectrum(angular, radial):
    """A call and its pairs."""
    from anisoap.representations import EllipsoidalDensityProjection

    projection = EllipsoidalDensityProjection(
        max_angular=angular, radial_basis_name="gto", cutoff_radius=CUTOFF, radial_gaussian_width=WIDTH, max_radial=radial,
        rotation_key="c_q", basis_rcond=1e-8, basis_tol=1e-3,
    )
    count = FRAMES_OF_ANISOAP[angular, radial]
    given = list(atoms_of(count, 1))
    return lambda: projection.power_spectrum(given, mean_over_samples=False), pairs_of(count)


def featomic_expansion(angular, radial):
    """The same number of radial functions for every l, spherical; its pairs are without the atom itself."""
    from featomic import SphericalExpansion

    calculator = SphericalExpansion(
        cutoff={"radius": CUTOFF, "smoothing": {"type": "Step"}}, density={"type": "Gaussian", "width": 1.0},
        basis={"type": "TensorProduct", "max_angular": angular, "radial": {"type": "Gto", "max_radial": radial}},
    )
    given = list(atoms_of(FRAMES, 2))
    return lambda: calculator.compute(given), pairs_of(FRAMES, with_self=False)


def measure(quick, complaints):
    """Rows of (subject, setting, species, µs a pair)."""
    hotloop.set_num_threads(1)
    pairs = pairs_of(FRAMES)
    for angular, radial in SETTINGS:
        for species in (1, 2, 3, 4):
            descriptor = hotloop.anisoap.Descriptor(
                angular, "gto", CUTOFF, species=(1, 6, 7, 8)[:species], radial_gaussian_width=WIDTH, max_radial=radial
            )
            given = together(list(mappings(FRAMES, species)))
            turned = together(list(mappings(FRAMES, species, turned=True)))
            subjects = {"power spectrum": lambda: descriptor.power_spectrum(given)}
            if species == 2:
                cotangent = np.ones_like(descriptor.expansion(given))
                subjects["expansion"] = lambda: descriptor.expansion(given)
                subjects["expansion, random orientations"] = lambda: descriptor.expansion(turned)
                subjects["gradients of the expansion"] = lambda: descriptor.gradients(given, expansion=cotangent)
            for name, call in subjects.items():
                yield f"hotloop {name}", (angular, radial), species, 1e6 * best(call, quick) / pairs
        for name, prepare, species in (
            ("AniSOAP power spectrum", anisoap_power_spectrum, 1),
            ("featomic spherical expansion", featomic_expansion, 2),
        ):
            if radial is None and prepare is featomic_expansion:
                continue  # it has one number of radial functions for all l
            try:
                call, count = prepare(angular, radial)
                yield name, (angular, radial), species, 1e6 * best(call, quick) / count
            except ImportError as error:
                complaints[name] = f"{name} is missing: {error}"


def main():
    quick, complaints = "--quick" in sys.argv[1:], {}
    rows = list(measure(quick, complaints))
    report.conditions(conditions.describe())
    names = list(dict.fromkeys((name, species) for name, _, species, _ in rows))
    found = {(name, species, setting): value for name, setting, species, value in rows}
    header = ["µs a pair, one thread", "species", *(f"({angular}, {radial})" for angular, radial in SETTINGS)]
    cells = [
        [name, str(species), *("" if (name, species, s) not in found else f"{found[name, species, s]:.3g}" for s in SETTINGS)]
        for name, species in names
    ]
    report.table("AniSOAP descriptors of benzene-like frames, everything included, best of many", header, cells)
    report.write_csv(
        "anisoap", ["subject", "max_angular", "max_radial", "species", "us_per_pair"],
        [[name, setting[0], setting[1], species, f"{value:.4f}"] for name, setting, species, value in rows],
    )
    for complaint in complaints.values():
        print(f"  {complaint}")
    sys.exit(1 if complaints else 0)


if __name__ == "__main__":
    main()
