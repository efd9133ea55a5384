"""The table of Kuramoto oscillators without a lattice that every language runs (tests/cases/kuramoto_nodes.txt), read for Python."""

import hotloop
import numpy as np
from kuramoto_cases import LAWS, stepping
from paths import CASES
from systems import LAYOUTS, laid_out

COLUMNS = (
    ("name", str), ("indices", int), ("n_nodes", int), ("degree", int), ("weighted", int), ("bits", int), ("law", int),
    ("method", int), ("lag", float), ("dt", float), ("n_steps", int), ("every", int), ("per_node", int), ("noise", float),
    ("atol", float), ("layout", int),
)  # fmt: skip


def rows():
    """Every row of the table by column."""
    for line in (CASES / "kuramoto_nodes.txt").read_text().splitlines():
        if line.strip() and not line.startswith("#"):
            words = line.split()
            assert len(words) == len(COLUMNS), line
            yield {name: kind(word) for (name, kind), word in zip(COLUMNS, words)}


def graph(row, dtype, layout):
    """row_start, neighbours and weights (if there are any), in a layout; None for the mean field."""
    if not row["indices"]:
        return None
    integers = {32: np.int32, 64: np.int64}[row["indices"]]
    nodes = np.arange(row["n_nodes"])
    row_start = np.concatenate(([0], np.cumsum(nodes % (row["degree"] + 1))))
    edges = np.arange(row_start[-1])
    sources = np.repeat(nodes, np.diff(row_start))
    neighbours = (7 * sources + 31 * edges + 5) % row["n_nodes"]
    arrays = [laid_out(array.astype(integers), layout) for array in (row_start, neighbours)]
    if row["weighted"]:
        arrays.append(laid_out((1.0 + (53 * edges % 32) / 32.0).astype(dtype), layout))
    return tuple(arrays)


def compute(row, layout_number=None):
    """Everything that a row asks for, in the order of the result file."""
    dtype = {64: np.float64, 32: np.float32}[row["bits"]]
    layout = LAYOUTS[row["layout"] if layout_number is None else layout_number]
    n = row["n_nodes"]
    i = np.arange(n)
    theta = laid_out(((7919 * i + 104729) % 65536 / 8192.0).astype(dtype), layout)
    omega = laid_out(((6271 * i + 331) % 4096 / 4096.0).astype(dtype), layout)
    if row["per_node"]:
        coupling = laid_out((1.0 + (37 * i % 64) / 64.0).astype(dtype), layout)
    else:
        coupling = np.broadcast_to(np.array(2.0, dtype), (n,))
    edges = graph(row, dtype, layout)
    model = {"law": LAWS[row["law"]], "lag": row["lag"]}
    prefix, arrays = ("network", (theta, omega, coupling, edges)) if edges else ("mean_field", (theta, omega, coupling))
    rhs, integrate = (getattr(hotloop.kuramoto, f"{prefix}_{verb}") for verb in ("rhs", "integrate"))

    dtheta = layout((n,), dtype)
    assert rhs(*arrays, **model, out=dtheta) is dtheta
    n_frames = row["n_steps"] // row["every"] if row["every"] else 0
    frames, r, psi = (layout(extents, dtype) for extents in ((n_frames, n), (n_frames,), (n_frames,)))
    records = {"record_every": row["every"], "frames": frames, "order": (r, psi)} if row["every"] else {}
    run = integrate(*arrays, row["dt"], row["n_steps"], **stepping(row), **model, **records)
    assert run.steps_done == row["n_steps"]
    return [dtheta, theta, frames, r, psi]
