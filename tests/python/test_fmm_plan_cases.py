"""The shared case table of plans: every layout and any number of threads give the bits of the contiguous one, and the results are kept for
comparison with the other languages."""

import hotloop
import numpy as np
import pytest
from fmm_plan_cases import load, rows
from paths import RESULTS

ROWS = list(rows())
SIZES = ("levels", "boxes", "leaves", "near_pairs", "translations", "finer", "coarser")


def compute(case, plan=None):
    """Everything that a case asks for, written into arrays of the case's layout; in the order of the result file."""
    if plan is None:
        plan = hotloop.fmm.Plan(case.sources, case.targets, **case.options)
    dtype = case.sources.dtype
    shape = (len(case.charges), len(case.sources if case.targets is None else case.targets))
    potentials, alone, gradients = case.layout(shape, dtype), case.layout(shape, dtype), case.layout((*shape, 3), dtype)
    given = plan.evaluate(case.charges, out=(potentials, gradients))
    assert given[0] is potentials and given[1] is gradients
    given = plan.evaluate(case.charges, out={"potentials": alone})
    assert given[0] is alone and given[1] is None
    error = plan.estimate_error(case.charges[0], potentials[0], sample=40, seed=3) if potentials.size else 0.0
    return [potentials, gradients, alone, np.array([error]), np.array([plan.stats[size] for size in SIZES])]


def as_bytes(results):
    return b"".join(np.ascontiguousarray(array, dtype="<f8").tobytes() for array in results)


@pytest.fixture(scope="module")
def expected():
    """Results of every row in its own layout."""
    return {row["name"]: as_bytes(compute(load(row))) for row in ROWS}


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row["name"])
def test_a_case_has_finite_results(row, expected):
    RESULTS.mkdir(parents=True, exist_ok=True)
    (RESULTS / f"{row['name']}.f64").write_bytes(expected[row["name"]])
    assert np.isfinite(np.frombuffer(expected[row["name"]])).all()


@pytest.mark.parametrize(("layout_number", "n_threads"), [(0, 1), (1, 2), (2, 7), (3, 2)])
@pytest.mark.parametrize("row", ROWS, ids=lambda row: row["name"])
def test_every_layout_on_any_number_of_threads_gives_the_same_bits(row, layout_number, n_threads, expected):
    with hotloop.threads(n_threads):
        assert as_bytes(compute(load(row, layout_number))) == expected[row["name"]]


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row["name"])
def test_a_plan_whose_points_came_later_gives_the_same_bits(row, expected):
    case = load(row)
    plan = hotloop.fmm.Plan(np.array([[0.0, 0.0, 0.0], [3.0, 2.0, 1.0]], case.sources.dtype), **case.options)
    plan.set_points(case.sources, case.targets)
    assert as_bytes(compute(case, plan)) == expected[row["name"]]
