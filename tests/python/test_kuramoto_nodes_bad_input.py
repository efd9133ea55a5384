"""What the caller of networks, mean fields, noise and adaptive steps gets wrong: the right exception, a message that names the
argument, and untouched arrays.

A row is (name, what is changed in a good call, exception, what the message must say).
"""

import hotloop
import numpy as np
import pytest
from test_bad_input import changed, read_only
from test_kuramoto_bad_input import MARK, NAN, each, refused

kuramoto = hotloop.kuramoto
N = 6
THETA = np.random.default_rng(0).uniform(0.0, 6.0, N)
ONES = np.ones(N)
ROW_START = np.array([0, 2, 2, 5, 6, 8, 9], np.int32)
NEIGHBOURS = np.array([1, 2, 0, 3, 4, 5, 0, 1, 5], np.int32)
WEIGHTS = np.linspace(0.5, 2.0, 9)

NODES = [
    ("theta of two axes", dict(theta=np.ones((2, 3))), hotloop.ShapeError, r"theta: shape is \(2, 3\), expected one axis"),
    ("integer theta", dict(theta=np.ones(N, int)), TypeError, "theta: .*int64"),
    ("NaN in theta", dict(theta=changed(THETA, (4,), NAN)), hotloop.NonFiniteError, r"theta: element \[4\]"),
    ("theta beyond 2^49", dict(theta=changed(THETA, (1,), 1e16)), hotloop.ArgumentError, r"theta: element \[1\].*2 pi"),
    ("omega of another length", dict(omega=np.ones(5)), hotloop.ShapeError, "omega: shape"),
    ("float32 omega", dict(omega=ONES.astype(np.float32)), TypeError, "omega: "),
    ("NaN coupling", dict(coupling=NAN), hotloop.NonFiniteError, "coupling: "),
    ("unknown law", dict(law="cosine"), hotloop.OptionError, "law: 'cosine'"),
    ("lag as text", dict(lag="1"), TypeError, "lag: "),
]
RHS = [
    ("out of another length", dict(out=np.full(7, MARK)), hotloop.ShapeError, "out: shape"),
    ("read-only out", dict(out=read_only(np.full(N, MARK))), hotloop.ArgumentError, "out: .*read-only"),
    ("out is theta", dict(out=THETA), hotloop.AliasError, "out: shares memory with theta"),
    ("accumulate into nothing", dict(out=None, accumulate=True), hotloop.ArgumentError, "out: accumulate=True"),
]
GRAPH = [
    ("no graph", None, TypeError, "graph: expected a SciPy sparse array"),
    ("a dense matrix", np.ones((N, N)), TypeError, "graph: expected a SciPy sparse array.*ndarray"),
    ("one array", (ROW_START,), TypeError, "graph: expected .*got 1 of them"),
    ("lists", ([0] * 7, [1]), TypeError, "row_start: expected an array of int32 or int64, got list"),
    ("unsigned indices", (ROW_START.astype(np.uint32), NEIGHBOURS.astype(np.uint32)), TypeError, "row_start: .*uint32"),
    ("16-bit indices", (ROW_START.astype(np.int16), NEIGHBOURS.astype(np.int16)), TypeError, "row_start: .*int16"),
    ("indices of two kinds", (ROW_START, NEIGHBOURS.astype(np.int64)), TypeError, "neighbours: is of int64, but row_start of int32"),
    ("too few rows", (ROW_START[:-1], NEIGHBOURS), hotloop.ShapeError, r"row_start: shape is \(6,\), expected \(7,\) = one more than theta has"),
    ("rows that begin late", (changed(ROW_START, (0,), 1), NEIGHBOURS), hotloop.ArgumentError, r"row_start: element \[0\] is 1"),
    ("rows that go back", (changed(ROW_START, (3,), 1), NEIGHBOURS), hotloop.ArgumentError, r"row_start: element \[3\] is 1; it is at least .*2"),
    ("a row beyond the edges", (changed(ROW_START, (4,), 10), NEIGHBOURS), hotloop.ArgumentError, r"row_start: element \[4\] is 10.*n_edges = 9"),
    ("a last row that ends early", (changed(ROW_START, (6,), 8), NEIGHBOURS), hotloop.ArgumentError, r"row_start: element \[6\] is 8.*n_edges = 9"),
    ("a neighbour too many", (ROW_START, changed(NEIGHBOURS, (7,), 6)), hotloop.ArgumentError, r"neighbours: element \[7\] is 6; .* 0 to n_nodes - 1 = 5"),
    ("a negative neighbour", (ROW_START, changed(NEIGHBOURS, (0,), -1)), hotloop.ArgumentError, r"neighbours: element \[0\] is -1"),
    ("weights of another length", (ROW_START, NEIGHBOURS, WEIGHTS[:-1]), hotloop.ShapeError, "weights: shape"),
    ("float32 weights", (ROW_START, NEIGHBOURS, WEIGHTS.astype(np.float32)), TypeError, "weights: "),
    ("NaN in weights", (ROW_START, NEIGHBOURS, changed(WEIGHTS, (8,), NAN)), hotloop.NonFiniteError, r"weights: element \[8\]"),
]
STEPPING = [
    ("dt of 0", dict(dt=0.0), hotloop.ArgumentError, "dt: is 0"),
    ("negative steps", dict(steps=-1), hotloop.ArgumentError, "steps: is -1"),
    ("unknown method", dict(method="rk45"), hotloop.OptionError, "method: 'rk45'.*'dormand-prince'"),
    ("negative noise", dict(noise=-1.0), hotloop.OptionError, "noise: is -1"),
    ("infinite noise", dict(noise=float("inf")), hotloop.OptionError, "noise: is inf"),
    ("noise with RK4", dict(noise=0.1, method="rk4"), hotloop.OptionError, "noise: is 0.1, which Euler's and Heun's"),
    ("noise with adaptive steps", dict(noise=0.1, method="dormand-prince"), hotloop.OptionError, "noise: "),
    ("a seed that is no integer", dict(noise=0.1, noise_seed=1.5), TypeError, "noise_seed: expected an integer"),
    ("a seed too large", dict(noise=0.1, noise_seed=2**63), hotloop.ArgumentError, "noise_seed: .*or less"),
    ("both tolerances 0", dict(method="dormand-prince", atol=0.0), hotloop.OptionError, "atol: is 0, and so is rtol"),
    ("negative atol", dict(method="dormand-prince", atol=-1.0), hotloop.OptionError, "atol: is -1"),
    ("NaN rtol", dict(method="dormand-prince", rtol=NAN), hotloop.OptionError, "rtol: NaN"),
    ("negative next_step", dict(method="dormand-prince", next_step=-1.0), hotloop.OptionError, "next_step: is -1"),
    ("next_step with fixed steps", dict(next_step=0.1), hotloop.OptionError, "next_step: is for method"),
    ("frames that overlap theta", dict(record_every=10, frames=THETA[None]), hotloop.AliasError, "shares memory"),
]


@each(NODES + RHS)
def test_mean_field_rhs_refuses(name, changes, exception, message):
    refused(kuramoto.mean_field_rhs, {**dict(theta=THETA, omega=ONES, coupling=2.0, out=np.full(N, MARK)), **changes}, exception, message)


@each(NODES + RHS)
def test_network_rhs_refuses(name, changes, exception, message):
    good = dict(theta=THETA, omega=ONES, coupling=2.0, graph=(ROW_START, NEIGHBOURS, WEIGHTS), out=np.full(N, MARK))
    refused(kuramoto.network_rhs, {**good, **changes}, exception, message)


@each(GRAPH)
def test_networks_refuse_what_is_no_graph(name, changes, exception, message):
    refused(kuramoto.network_rhs, dict(theta=THETA, omega=ONES, coupling=2.0, graph=changes, out=np.full(N, MARK)), exception, message)
    good = dict(theta=THETA.copy(), omega=ONES, coupling=2.0, graph=changes, dt=0.1, steps=10)
    refused(kuramoto.network_integrate, good, exception, message)
    # A model looks at what its arrays are when it is made, and at what is in them when it is used.
    if exception in (TypeError, hotloop.ShapeError):
        refused(kuramoto.Network, dict(theta=THETA, omega=ONES, coupling=2.0, graph=changes), exception, message)


@each(NODES + STEPPING)
def test_integrations_refuse(name, changes, exception, message):
    good = dict(theta=THETA if "frames" in changes else THETA.copy(), omega=ONES, coupling=2.0, dt=0.1, steps=10)
    refused(kuramoto.mean_field_integrate, {**good, **changes}, exception, message)
    refused(kuramoto.network_integrate, {**good, "graph": (ROW_START, NEIGHBOURS), **changes}, exception, message)


@each([row for row in STEPPING if "frames" not in row[1]])
def test_lattices_refuse(name, changes, exception, message):
    good = dict(theta=THETA.reshape(2, 3).copy(), omega=1.0, coupling=2.0, dt=0.1, steps=10)
    refused(kuramoto.integrate, {**good, **changes}, exception, message)


def test_an_order_parameter_of_nobody_is_refused():
    empty = np.zeros(0)
    with pytest.raises(hotloop.ShapeError, match="n_nodes: has no oscillators"):
        kuramoto.mean_field_integrate(empty, 1.0, 2.0, 0.1, 4, record_every=2)
