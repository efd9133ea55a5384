"""The shared case table: every layout gives the bits of the contiguous one, and the results are kept for comparison
with the other languages."""

import hotloop
import numpy as np
import pytest
from kuramoto_cases import load, rows
from paths import RESULTS

ROWS = list(rows())


def compute(case):
    """Everything that a case asks for, written into arrays of the case's layout; in the order of the result file."""
    shape, dtype = case.theta.shape, case.theta.dtype
    dtheta = case.layout(shape, dtype)
    given = hotloop.kuramoto.rhs(case.theta, case.omega, case.coupling, **case.model, out=dtheta)
    assert given is dtheta

    n_frames = case.steps // case.every if case.every else 0
    frames, r, psi = (case.layout(extents, dtype) for extents in ((n_frames, *shape), (n_frames,), (n_frames,)))
    records = {"record_every": case.every, "frames": frames, "order": (r, psi)} if case.every else {}
    run = hotloop.kuramoto.integrate(
        case.theta, case.omega, case.coupling, case.dt, case.steps, **case.stepping, **case.model, **records
    )
    assert run.steps_done == case.steps
    return [dtheta, case.theta, frames, r, psi, np.array(hotloop.kuramoto.order_parameter(case.theta))]


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
