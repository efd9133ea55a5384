"""The Kuramoto case table that every language runs (tests/cases/kuramoto.txt), read for Python."""

from dataclasses import dataclass

import numpy as np

from paths import CASES
from systems import LAYOUTS, laid_out

LAWS = ("sine", "direct-sine", "linear")
METHODS = ("euler", "heun", "rk4", "dormand-prince")
BOUNDARIES = ("zero-flux", "periodic", "halo")

COLUMNS = (
    ("name", str), ("rank", int), ("n0", int), ("n1", int), ("n2", int), ("bits", int), ("law", int), ("method", int),
    ("b0", int), ("b1", int), ("b2", int), ("lag", float), ("dt", float), ("n_steps", int), ("every", int),
    ("per_cell", int), ("layout", int), ("noise", float), ("atol", float),
)  # fmt: skip


@dataclass(frozen=True)
class Case:
    """One row: the inputs in a layout, and keyword options."""

    name: str
    theta: np.ndarray
    omega: np.ndarray
    coupling: np.ndarray
    model: dict
    #: Keywords of an integration alone.
    stepping: dict
    dt: float
    steps: int
    every: int
    layout: object


def rows():
    """Every row of the table by column."""
    for line in (CASES / "kuramoto.txt").read_text().splitlines():
        if line.strip() and not line.startswith("#"):
            words = line.split()
            assert len(words) == len(COLUMNS), line
            yield {name: kind(word) for (name, kind), word in zip(COLUMNS, words)}


def stepping(row):
    """Keywords of an integration: method, tolerance, noise."""
    keywords = {"method": METHODS[row["method"]]}
    if row["method"] == 3:
        keywords["atol"] = row["atol"]
    if row["noise"]:
        keywords.update(noise=row["noise"], noise_seed=12345, first_step=7, first_cell=3)
    return keywords


def load(row, layout_number=None):
    """The case of a row, in the row's layout or another."""
    rank = row["rank"]
    shape = (row["n0"], row["n1"], row["n2"])[:rank]
    dtype = {64: np.float64, 32: np.float32}[row["bits"]]
    layout = LAYOUTS[row["layout"] if layout_number is None else layout_number]

    def cells(shape, number_of):
        i = np.arange(np.prod(shape, dtype=int)).reshape(shape)
        return laid_out(number_of(i).astype(dtype), layout)

    if row["per_cell"]:
        coupling = cells(shape, lambda i: 1.0 + (37 * i % 64) / 64.0)
    else:
        coupling = np.broadcast_to(np.array(2.0, dtype), shape)
    boundary = tuple(BOUNDARIES[row[f"b{axis}"]] for axis in range(rank))
    halo = {
        axis: tuple(
            cells(shape[:axis] + shape[axis + 1 :], lambda i: (911 * i + 77 * side + 13 * axis) % 65536 / 8192.0)
            for side in range(2)
        )
        for axis in range(rank)
        if boundary[axis] == "halo"
    }
    return Case(
        name=row["name"],
        theta=cells(shape, lambda i: (7919 * i + 104729) % 65536 / 8192.0),
        omega=cells(shape, lambda i: (6271 * i + 331) % 4096 / 4096.0),
        coupling=coupling,
        model={"boundary": boundary, "halo": halo, "law": LAWS[row["law"]], "lag": row["lag"]},
        stepping=stepping(row),
        dt=row["dt"],
        steps=row["n_steps"],
        every=row["every"],
        layout=layout,
    )
