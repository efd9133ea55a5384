"""Mean fields and networks against plain NumPy in higher precision, and against each other and lattices."""

import hotloop
import numpy as np
import pytest

kuramoto = hotloop.kuramoto
LAWS = {"sine": np.sin, "direct-sine": np.sin, "linear": lambda x: x}


def phases(n, seed, scale=20.0, dtype=np.float64):
    return np.random.default_rng(seed).uniform(-scale, scale, n).astype(dtype)


def pulls(theta, law, lag):
    """[i][j]: how j pulls i."""
    theta = theta.astype(np.longdouble)
    return LAWS[law](theta[None, :] - theta[:, None] - np.longdouble(lag))


def random_graph(n, edges, seed, dtype=np.float64, indices=np.int32):
    rng = np.random.default_rng(seed)
    rows = np.sort(rng.integers(0, n, edges)) if n else np.zeros(0, int)
    row_start = np.searchsorted(rows, np.arange(n + 1)).astype(indices)
    return row_start, rng.integers(0, max(n, 1), len(rows)).astype(indices), rng.normal(size=len(rows)).astype(dtype)


def as_matrix(graph, n):
    row_start, neighbours, *weights = graph
    matrix = np.zeros((n, n), np.longdouble)
    rows = np.repeat(np.arange(n), np.diff(row_start))
    np.add.at(matrix, (rows, neighbours), weights[0] if weights else 1.0)
    return matrix


@pytest.mark.parametrize("dtype", [np.float64, np.float32])
@pytest.mark.parametrize("law", LAWS)
@pytest.mark.parametrize("n", [1, 2, 7, 32, 33, 1023, 1025, 3001])
def test_mean_field_is_the_sum_over_all_pairs(n, law, dtype):
    theta, omega, coupling = phases(n, 1, dtype=dtype), phases(n, 2, 1.0, dtype), phases(n, 3, 2.0, dtype)
    found = kuramoto.mean_field_rhs(theta, omega, coupling, law=law, lag=0.25)
    expected = omega + coupling / np.longdouble(n) * pulls(theta, law, 0.25).sum(axis=1)
    # Differences round by half a unit of 64, sines by a unit of 1, and the mean of n of them by less than another.
    unit = np.finfo(dtype).eps
    assert np.abs(found - expected).max() <= 2.0 * (32.0 if law != "sine" else 8.0) * unit


@pytest.mark.parametrize("dtype", [np.float64, np.float32])
@pytest.mark.parametrize("indices", [np.int32, np.int64])
@pytest.mark.parametrize("law", LAWS)
@pytest.mark.parametrize("n, edges", [(1, 0), (1, 3), (5, 40), (33, 100), (300, 2000), (1100, 3000), (40, 5000)])
def test_network_is_the_sum_over_edges(n, edges, law, indices, dtype):
    theta, omega, coupling = phases(n, 1, dtype=dtype), phases(n, 2, 1.0, dtype), phases(n, 3, 2.0, dtype)
    graph = random_graph(n, edges, 4, dtype, indices)
    found = kuramoto.network_rhs(theta, omega, coupling, graph, law=law, lag=0.25)
    matrix = as_matrix(graph, n)
    expected = omega + coupling * (matrix * pulls(theta, law, 0.25)).sum(axis=1)
    magnitude = 1.0 + 2.0 * (np.abs(as_matrix((graph[0], graph[1], np.abs(graph[2])), n))).sum(axis=1).astype(float)
    unit = np.finfo(dtype).eps
    per_edge = 4.0 if law == "sine" else 32.0
    sums = np.sqrt(1.0 + np.diff(graph[0])) * (20.0 if law == "linear" else 1.0) * 2.0
    assert (np.abs(found - expected) <= (per_edge + sums) * unit * magnitude).all()


def test_a_scipy_matrix_is_a_graph():
    sparse = pytest.importorskip("scipy.sparse")
    matrix = sparse.random(200, 200, density=0.05, format="csr", random_state=1)
    theta = phases(200, 1)
    found = kuramoto.network_rhs(theta, 1.0, 2.0, matrix)
    assert (found == kuramoto.network_rhs(theta, 1.0, 2.0, (matrix.indptr, matrix.indices, matrix.data))).all()
    expected = 1.0 + 2.0 * (matrix.toarray() * pulls(theta, "sine", 0.0)).sum(axis=1)
    assert np.abs(found - expected).max() <= 1e-13
    with pytest.raises(TypeError, match="graph: is in csc format"):
        kuramoto.network_rhs(theta, 1.0, 2.0, matrix.tocsc())


def test_a_scipy_matrix_may_have_room_to_spare():
    sparse = pytest.importorskip("scipy.sparse")
    matrix = sparse.random(50, 50, density=0.1, format="csr", random_state=1)
    theta = phases(50, 1)
    expected = kuramoto.network_rhs(theta, 1.0, 2.0, matrix)
    matrix.indices, matrix.data = np.append(matrix.indices, [99, -1]).astype(matrix.indices.dtype), np.append(matrix.data, [np.nan] * 2)
    assert np.array_equal(kuramoto.network_rhs(theta, 1.0, 2.0, matrix), expected)


@pytest.mark.parametrize("dtype", [np.int64, np.bool_, np.float32])
def test_a_scipy_matrix_of_another_dtype_is_refused_by_its_own_name(dtype):
    sparse = pytest.importorskip("scipy.sparse")
    matrix = sparse.csr_matrix(np.eye(5, dtype=dtype))
    with pytest.raises(TypeError, match=r"graph: dtype is .*; pass graph.astype\(numpy.float64\)"):
        kuramoto.network_rhs(phases(5, 1), 1.0, 2.0, matrix)


def test_a_complete_network_is_the_mean_field_and_a_ring_the_lattice():
    n = 130
    theta, omega = phases(n, 1), phases(n, 2, 1.0)
    everybody = np.arange(n + 1, dtype=np.int64) * n, np.tile(np.arange(n), n)
    found = kuramoto.network_rhs(theta, omega, 2.0 / n, everybody, lag=0.5)
    assert np.abs(found - kuramoto.mean_field_rhs(theta, omega, 2.0, lag=0.5)).max() <= 1e-13
    ring = np.arange(n + 1, dtype=np.int32) * 2, np.stack([(np.arange(n) + s) % n for s in (-1, 1)], 1).ravel().astype(np.int32)
    found = kuramoto.network_rhs(theta, omega, 2.0, ring, lag=0.5)
    assert np.abs(found - kuramoto.rhs(theta, omega, 2.0, lag=0.5, boundary="periodic")).max() <= 1e-14


def test_equal_phases_follow_their_frequencies():
    theta, omega = np.full(50, 3.0), phases(50, 1, 1.0)
    graph = random_graph(50, 200, 2)
    for law in ("direct-sine", "linear"):
        assert (kuramoto.network_rhs(theta, omega, 2.0, graph, law=law) == omega).all()
        assert (kuramoto.mean_field_rhs(theta, omega, 2.0, law=law) == omega).all()
    assert np.abs(kuramoto.mean_field_rhs(theta, omega, 2.0) - omega).max() <= 1e-15


def test_accumulate_adds():
    theta, graph = phases(70, 1), random_graph(70, 300, 2)
    out = np.full(70, 5.0)
    kuramoto.network_rhs(theta, 1.0, 2.0, graph, accumulate=True, out=out)
    assert (out == 5.0 + kuramoto.network_rhs(theta, 1.0, 2.0, graph)).all()
    out = np.full(70, 5.0)
    kuramoto.mean_field_rhs(theta, 1.0, 2.0, accumulate=True, out=out)
    assert (out == 5.0 + kuramoto.mean_field_rhs(theta, 1.0, 2.0)).all()


def test_mean_field_pulls_through_the_order_parameter():
    theta = phases(999, 1)
    r, psi = kuramoto.order_parameter(theta)
    assert np.abs(kuramoto.mean_field_rhs(theta, 0.0, 3.0) - 3.0 * r * np.sin(psi - theta)).max() <= 1e-14


def test_symmetric_networks_keep_the_mean_frequency():
    n = 400
    graph = random_graph(n, 1500, 1)
    matrix = np.asarray(as_matrix(graph, n) + as_matrix(graph, n).T, dtype=float)
    rows, columns = np.nonzero(matrix)
    symmetric = np.searchsorted(rows, np.arange(n + 1)), columns, matrix[rows, columns]
    slopes = kuramoto.network_rhs(phases(n, 2), 0.0, 1.0, symmetric)
    assert abs(slopes.sum()) <= 1e-14 * np.abs(matrix).sum()


def test_nobody_looks_beyond_the_edges_of_a_lattice_without_cells():
    nothing = np.zeros((0, 4))
    assert kuramoto.rhs(nothing, 1.0, 2.0, boundary=("halo", "periodic"), halo={0: (np.nan, np.nan)}).shape == (0, 4)


def test_nothing_in_is_nothing_out():
    empty = np.zeros(0)
    graph = np.zeros(1, np.int32), np.zeros(0, np.int32)
    assert kuramoto.mean_field_rhs(empty, 1.0, 2.0).shape == (0,)
    assert kuramoto.network_rhs(empty, 1.0, 2.0, graph).shape == (0,)
    assert kuramoto.mean_field_integrate(empty, 1.0, 2.0, 0.1, 7, method="dormand-prince").steps_done == 7
    assert kuramoto.network_integrate(empty, 1.0, 2.0, graph, 0.1, 7).steps_done == 7


def test_a_phase_of_a_million_turns_is_no_less_accurate():
    theta = phases(100, 1, scale=1e6)
    expected = 1.0 + 2.0 / np.longdouble(100) * pulls(theta, "sine", 0.0).sum(axis=1)
    assert np.abs(kuramoto.mean_field_rhs(theta, 1.0, 2.0) - expected).max() <= 2e-15


def test_models_are_right_hand_sides_for_scipy():
    integrate = pytest.importorskip("scipy.integrate")
    graph = random_graph(60, 300, 1)
    for model in (
        kuramoto.MeanField(60, 0.5, 2.0, seed=1),
        kuramoto.Network(60, phases(60, 2, 1.0), 0.5, graph, seed=1, lag=0.1),
    ):
        solution = integrate.solve_ivp(model.rhs, (0.0, 2.0), model.theta, rtol=1e-10, atol=1e-10)
        model.integrate(dt=0.5, steps=4, method="dormand-prince", atol=1e-10)
        assert model.t == 2.0 and model.step == 4
        assert np.abs(solution.y[:, -1] - model.theta).max() <= 1e-8
