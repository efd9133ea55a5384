"""The shared case table of AniSOAP: every layout and number of threads gives the bits of contiguous arrays, and the results are kept
for comparison with the other languages."""

import hotloop
import numpy as np
import pytest
from anisoap_table import load, rows
from paths import RESULTS
from systems import laid_out

ROWS = list(rows())


def numbered(shape, factor, modulus, scale, shift, layout):
    """A cotangent, by the formula in the table's head."""
    return laid_out(factor * np.arange(np.prod(shape, dtype=int)).reshape(shape) % modulus / scale - shift, layout)


def compute(case):
    """Everything that a case asks for, in the order of the result file."""
    descriptor, frames, layout = case.descriptor, case.frames, case.layout
    rows_of = {"expansion": len(descriptor.feature_labels), "spectrum": len(descriptor.power_spectrum_labels)}
    coefficients = layout((frames.n_atoms, rows_of["expansion"]))
    spectra = layout((frames.n_atoms, rows_of["spectrum"]))
    means = layout((frames.n_frames, len(descriptor.species), rows_of["spectrum"]))
    assert descriptor.expansion(frames, normalize=case.normalize, out=coefficients) is coefficients
    assert descriptor.power_spectrum(frames, normalize=case.normalize, out=spectra) is spectra
    descriptor.power_spectrum(frames, normalize=case.normalize, mean_over_samples=True, out=means)
    results = [descriptor.feature_labels, descriptor.power_spectrum_labels, coefficients, spectra, means]
    cotangents = (
        {"expansion": numbered(coefficients.shape, 53, 32, 32.0, 0.5, layout)},
        {"power_spectrum": numbered(spectra.shape, 29, 64, 64.0, 0.5, layout),
         "mean_power_spectrum": numbered(means.shape, 17, 16, 16.0, 0.0, layout)},
    )  # fmt: skip
    for cotangent in cotangents:
        found = descriptor.gradients(frames, normalize=case.normalize, **cotangent)
        results += [found.positions, found.strains, found.rotations]
        results += [] if found.quaternions is None else [found.quaternions]
    return results + list(case.found)


def as_bytes(results):
    return b"".join(np.ascontiguousarray(array, dtype="<f8").tobytes() for array in results)


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row["name"])
def test_a_case_has_the_bits_of_contiguous_arrays(row):
    case = load(row)
    results = compute(case)
    RESULTS.mkdir(parents=True, exist_ok=True)
    (RESULTS / f"{row['name']}.f64").write_bytes(as_bytes(results))
    assert all(np.isfinite(array).all() for array in results)
    assert len(case.found[0]) == row["n_pairs"]
    assert as_bytes(results) == as_bytes(compute(load(row, layout_number=0)))


@pytest.mark.parametrize("layout_number", [1, 2, 3])
@pytest.mark.parametrize("row", ROWS, ids=lambda row: row["name"])
def test_every_layout_gives_the_same_bits(row, layout_number):
    assert as_bytes(compute(load(row, layout_number))) == as_bytes(compute(load(row, layout_number=0)))


@pytest.mark.parametrize("n_threads", [1, 2, 7])
@pytest.mark.parametrize("row", ROWS, ids=lambda row: row["name"])
def test_any_number_of_threads_gives_the_same_bits(row, n_threads):
    with hotloop.threads(n_threads):
        threaded = as_bytes(compute(load(row)))
    assert threaded == as_bytes(compute(load(row)))


@pytest.mark.parametrize("row", [row for row in ROWS if row["list"]], ids=lambda row: row["name"])
def test_a_list_gives_the_bits_of_the_search(row):
    assert as_bytes(compute(load(row))) == as_bytes(compute(load({**row, "list": 0})))
