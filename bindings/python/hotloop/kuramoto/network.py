"""Networks: each oscillator is pulled by those that its row of a sparse matrix names."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np

from .._arrays import Argument, as_input, check_shape
from .._errors import ShapeError
from . import _run
from ._inputs import Cells, nodes_of, number_or_array, parameters, phases
from ._options import KuramotoOptions
from ._oscillators import Oscillators
from ._run import Array, Integration, Law, Method, Nonfinite, Progress

_INT32, _INT64 = np.dtype(np.int32), np.dtype(np.int64)


def network_rhs(
    theta: Array,
    omega: Array | float,
    coupling: Array | float,
    graph: Any,
    *,
    law: Law = "sine",
    lag: float = 0.0,
    nonfinite: Nonfinite = "refuse",
    accumulate: bool = False,
    out: Array | None = None,
) -> Array:
    """The time derivative of every phase: omega_i + K_i sum_e w_e sin(theta_j(e) - theta_i - lag), e the edges of row i.

    Parameters
    ----------
    theta : ndarray of float64 or float32, one axis
        Phases in radians, not wrapped; up to 2**49 in magnitude (2**20 in float32).
    omega : ndarray of theta's shape and dtype, or float
        Natural frequencies, one an oscillator or one for all.
    coupling : ndarray of theta's shape and dtype, or float
        K, the same way.
    graph : scipy.sparse.csr_array or csr_matrix of theta's dtype, or a tuple (row_start, neighbours[, weights])
        Who pulls whom: entry (i, j) of the matrix is the weight with which j pulls i. In a tuple edges row_start[i] to
        row_start[i + 1] - 1 are those of node i, each to node neighbours[e] with weights[e] (an array of theta's dtype, or
        one number; 1 if left out); the indices are int32 or int64, both of the same. Read where they lie, with any strides.
    law : {"sine", "direct-sine", "linear"}
        How a neighbour that is x ahead pulls. "sine": sin(x - lag), through one sine and cosine of every oscillator;
        "direct-sine": the same by a sine for every edge, with a small relative error also for small x; "linear": x - lag.
    lag : float
        Sakaguchi's phase lag in radians.
    nonfinite : {"refuse", "propagate"}
        NaN, infinities and phases too large in an input: an error that names the element, or not looked for.
    accumulate : bool
        Add to what ``out`` holds.
    out : ndarray of theta's shape and dtype, optional
        Where to write, with any stride; shares no element with an input.

    Returns
    -------
    ndarray, shape and dtype of theta
        ``out``, or a new array.

    Raises
    ------
    TypeError
        An array is not of theta's dtype, or an option is of the wrong type.
    ValueError
        Shapes do not fit, a number is not finite, an index is out of
        range, arrays overlap, an option is invalid. ``out`` is untouched.

    Examples
    --------
    >>> graph = scipy.sparse.random_array((1000, 1000), density=0.01, format="csr", rng=0)
    >>> theta = np.random.default_rng(0).uniform(0.0, 2.0 * np.pi, 1000)
    >>> slopes = hotloop.kuramoto.network_rhs(theta, 1.0, 2.0, graph)
    """
    cells = nodes_of(theta)
    options = KuramotoOptions()
    options.set(law=law, lag=lag, nonfinite=nonfinite, accumulate=accumulate)
    edges = _edges(graph, cells)
    inputs = (*edges.arrays, *phases(theta, cells), *parameters(omega, coupling, cells))
    return _run.slopes(
        "hl_kuramoto_network_rhs", edges.extents, inputs, (edges.index_bits,), cells, options, accumulate, out
    )


def network_integrate(
    theta: Array,
    omega: Array | float,
    coupling: Array | float,
    graph: Any,
    dt: float,
    steps: int,
    *,
    method: Method = "euler",
    law: Law = "sine",
    lag: float = 0.0,
    nonfinite: Nonfinite = "refuse",
    rtol: float = 0.0,
    atol: float = 1e-6,
    next_step: float | None = None,
    noise: float = 0.0,
    noise_seed: int = 0,
    first_step: int = 0,
    first_cell: int = 0,
    record_every: int | None = None,
    frames: Array | bool = True,
    order: tuple[Array, Array] | bool = True,
    progress: Progress | bool | None = None,
) -> Integration:
    """Advance theta in place by so many steps of length dt.

    theta, omega, coupling, graph, law, lag and nonfinite are as in `network_rhs`; all else is as in `integrate`. The graph
    is looked at once, when the call begins, and may not be changed before it returns.

    Examples
    --------
    >>> graph = scipy.sparse.random_array((1000, 1000), density=0.01, format="csr", rng=0)
    >>> theta = np.random.default_rng(0).uniform(0.0, 2.0 * np.pi, 1000)
    >>> run = hotloop.kuramoto.network_integrate(theta, 1.0, 2.0, graph, dt=0.5, steps=40, method="dormand-prince", record_every=1)
    """
    _run.check_theta(theta)
    cells = nodes_of(theta)
    options = KuramotoOptions()
    options.set(
        law=law, method=method, lag=lag, nonfinite=nonfinite, rtol=rtol, atol=atol,
        noise=noise, noise_seed=noise_seed, first_step=first_step, first_cell=first_cell,
    )  # fmt: skip
    edges = _edges(graph, cells)
    return _run.integrate(
        "hl_kuramoto_network_integrate", edges.extents, (*edges.arrays, *parameters(omega, coupling, cells)),
        (edges.index_bits,), cells, options, theta, dt, steps,
        method=method, next_step=next_step, record_every=record_every, frames=frames, order=order, progress=progress,
        work=2 * sum(edges.extents),
    )  # fmt: skip


class Network(Oscillators):
    """Oscillators on a network with their parameters and time.

    Parameters
    ----------
    theta : ndarray of float64 or float32, or the number of oscillators
        The array is kept and advanced in place. A number makes random phases, uniform in [0, 2 pi).
    omega, coupling, graph, law, lag, nonfinite
        As in `network_rhs`.
    seed, dtype : optional
        Of the random phases.

    Attributes and methods are those of `Lattice`.
    """

    def __init__(
        self,
        theta: Array | int,
        omega: Array | float,
        coupling: Array | float,
        graph: Any,
        *,
        law: Law = "sine",
        lag: float = 0.0,
        nonfinite: Nonfinite = "refuse",
        seed: Any = None,
        dtype: Any = None,
    ) -> None:
        super().__init__(theta, omega, coupling, seed, dtype, dict(law=law, lag=lag, nonfinite=nonfinite))
        _edges(graph, nodes_of(self.theta))
        self.graph = graph

    def _slopes(self, theta: Array) -> Array:
        return network_rhs(theta, self.omega, self.coupling, self.graph, **self._options)

    def _integrate(self, dt: float, steps: int, **options: Any) -> Integration:
        return network_integrate(
            self.theta, self.omega, self.coupling, self.graph, dt, steps, **options, **self._options
        )


class _Edges(NamedTuple):
    """A graph as arguments."""

    extents: tuple[int, int]
    arrays: Argument
    index_bits: int


def _edges(graph: Any, cells: Cells) -> _Edges:
    nodes = cells.shape[0]
    row_start, neighbours, weights = _arrays_of(graph, cells)
    names = ("row_start", "neighbours")
    dtype = getattr(row_start, "dtype", None)
    if dtype not in (_INT32, _INT64):
        given = type(row_start).__name__ if dtype is None else dtype
        raise TypeError(f"row_start: expected an array of int32 or int64, got {given}; pass numpy.asarray(row_start, dtype=numpy.int64)")
    dtype = _INT32 if dtype == _INT32 else _INT64
    if getattr(neighbours, "dtype", None) != dtype:
        given = getattr(neighbours, "dtype", type(neighbours).__name__)
        raise TypeError(f"neighbours: is of {given}, but row_start of {dtype}; pass numpy.asarray(neighbours, dtype=numpy.{dtype})")
    arrays: list[Any] = []
    for name, array in zip(names, (row_start, neighbours)):
        array, *argument = as_input(name, array, 1, dtype)
        if array.ndim != 1:
            raise ShapeError(f"{name}: shape is {array.shape}, expected one axis")
        if name == "row_start":
            check_shape(name, array, (nodes + 1,), "one more than theta has")
        arrays += argument
    edges = array.size  # the last of the two, neighbours
    if weights is None:
        arrays += None, None
    else:
        arrays += number_or_array("weights", weights, (edges,), cells.dtype, "the shape of neighbours")
    return _Edges((nodes, edges), tuple(arrays), 8 * dtype.itemsize)


def _arrays_of(graph: Any, cells: Cells) -> tuple[Any, Any, Any]:
    """row_start, neighbours and weights of what a caller calls a graph."""
    nodes = cells.shape[0]
    if isinstance(graph, (tuple, list)):
        if len(graph) not in (2, 3):
            raise TypeError(f"graph: expected (row_start, neighbours) or (row_start, neighbours, weights), got {len(graph)} of them")
        return (*graph, None) if len(graph) == 2 else tuple(graph)
    if getattr(graph, "format", None) == "csr":
        if graph.shape != (nodes, nodes):
            raise ShapeError(f"graph: shape is {graph.shape}, expected {(nodes, nodes)}, a row and a column for every oscillator")
        if graph.dtype != cells.dtype:
            wanted = f"pass graph.astype(numpy.{cells.dtype}), made once"
            raise TypeError(f"graph: dtype is {graph.dtype}, but theta's is {cells.dtype}; {wanted}")
        # SciPy lets the arrays be longer than the rows need.
        edges = graph.indptr[-1]
        return graph.indptr, graph.indices[:edges], graph.data[:edges]
    if hasattr(graph, "tocsr"):
        raise TypeError(f"graph: is in {getattr(graph, 'format', 'another')} format; pass graph.tocsr(), made once")
    raise TypeError(
        f"graph: expected a SciPy sparse array in csr format or a tuple (row_start, neighbours[, weights]), got {type(graph).__name__}"
    )
