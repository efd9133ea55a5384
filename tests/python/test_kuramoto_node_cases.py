"""The shared table of oscillators without a lattice: every layout gives the bits of the contiguous one, and the results are kept for
comparison with the other languages."""

import hotloop
import numpy as np
import pytest
from kuramoto_node_cases import compute, rows
from paths import RESULTS
from test_kuramoto_cases import as_bytes

each_row = pytest.mark.parametrize("row", list(rows()), ids=lambda row: row["name"])


@each_row
def test_a_case_has_the_bits_of_contiguous_arrays(row):
    results = compute(row)
    RESULTS.mkdir(parents=True, exist_ok=True)
    (RESULTS / f"{row['name']}.f64").write_bytes(as_bytes(results))
    assert all(np.isfinite(array).all() for array in results)
    assert as_bytes(results) == as_bytes(compute(row, layout_number=0))


@pytest.mark.parametrize("layout_number", [1, 2])
@each_row
def test_every_layout_gives_the_same_bits(row, layout_number):
    assert as_bytes(compute(row, layout_number)) == as_bytes(compute(row, layout_number=0))


@pytest.mark.parametrize("n_threads", [1, 2, 7])
@each_row
def test_any_number_of_threads_gives_the_same_bits(row, n_threads):
    with hotloop.threads(n_threads):
        threaded = as_bytes(compute(row))
    assert threaded == as_bytes(compute(row))
