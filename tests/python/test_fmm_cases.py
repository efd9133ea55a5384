"""The shared case table: every layout and any number of threads give the bits of the contiguous one, and the results are kept for
comparison with the other languages."""

import hotloop
import numpy as np
import pytest
from fmm_cases import load, rows
from paths import RESULTS

ROWS = list(rows())


def compute(case):
    """Everything that a case asks for, written into arrays of the case's layout; in the order of the result file."""
    dtype = case.sources.dtype
    shape = (len(case.charges), len(case.sources if case.targets is None else case.targets))
    potentials, alone, gradients = case.layout(shape, dtype), case.layout(shape, dtype), case.layout((*shape, 3), dtype)
    arguments = (case.sources, case.charges, case.targets)
    given = hotloop.fmm.direct(*arguments, **case.options, out=(potentials, gradients))
    assert given[0] is potentials and given[1] is gradients
    given = hotloop.fmm.direct(*arguments, **case.options, out={"potentials": alone})
    assert given[0] is alone and given[1] is None
    return [potentials, gradients, alone]


def as_bytes(results):
    return b"".join(np.ascontiguousarray(array, dtype="<f8").tobytes() for array in results)


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row["name"])
def test_a_case_has_the_bits_of_contiguous_arrays(row):
    results = compute(load(row))
    RESULTS.mkdir(parents=True, exist_ok=True)
    (RESULTS / f"{row['name']}.f64").write_bytes(as_bytes(results))
    assert all(np.isfinite(array).all() for array in results)
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
