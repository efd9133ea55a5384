"""The case table of fast multipole plans that every language runs (tests/cases/fmm_plan.txt), read for Python."""

from dataclasses import dataclass

import numpy as np

from fmm_cases import KERNELS
from paths import CASES
from systems import LAYOUTS, laid_out

PRECISIONS = ("auto", "double", "mixed")
COLUMNS = (
    ("name", str), ("n_source", int), ("n_target", int), ("n_vectors", int), ("bits", int), ("points", int), ("kernel", int),
    ("screening", float), ("precision", int), ("order", int), ("eps", float), ("leaf_size", int), ("balance", int), ("layout", int),
)  # fmt: skip


@dataclass(frozen=True)
class Case:
    """One row: the inputs in a layout, and keyword options of a plan."""

    name: str
    sources: np.ndarray
    targets: object
    charges: np.ndarray
    options: dict
    layout: object


def rows():
    """Every row of the table by column."""
    for line in (CASES / "fmm_plan.txt").read_text().splitlines():
        if line.strip() and not line.startswith("#"):
            words = line.split()
            assert len(words) == len(COLUMNS), line
            yield {name: kind(word) for (name, kind), word in zip(COLUMNS, words)}


def coordinates(kind, first, count):
    """Of `count` points from number `first` on."""
    i = np.arange(3 * first, 3 * (first + count)).reshape(count, 3)
    j = i // 3

    def u(i):
        return (7 * i**3 + 31 * i**2 + 7919 * i + 104729) % 65521 / 65536.0

    if kind == 1:
        return u(i) / 2.0 ** (j % 7) + j % 3 / 4.0
    if kind == 2:
        return u(i - 3 * (j % 4))
    if kind == 4:
        return j // 11 ** (i % 3) % 11 / 8.0
    points = u(i)
    if kind == 3:
        points[:, 2] = 0.5
    return points


def load(row, layout_number=None):
    """The case of a row, in the row's layout or another."""
    dtype = {64: np.float64, 32: np.float32}[row["bits"]]
    layout = LAYOUTS[row["layout"] if layout_number is None else layout_number]
    sources = laid_out(coordinates(row["points"], 0, row["n_source"]).astype(dtype), layout)
    targets = None
    if row["n_target"] >= 0:
        targets = laid_out(coordinates(row["points"], 4 if row["points"] == 2 else 50_000, row["n_target"]).astype(dtype), layout)
    shape = (row["n_vectors"], row["n_source"])
    numbers = (37 * np.arange(np.prod(shape)).reshape(shape) + 11) % 128 / 64.0 - 1.0
    options = {
        "kernel": KERNELS[row["kernel"]],
        "screening": row["screening"],
        "precision": PRECISIONS[row["precision"]],
        "order": row["order"],
        "eps": row["eps"] or 1e-6,  # not read if there is an order
        "leaf_size": row["leaf_size"],
        "balance": bool(row["balance"]),
    }
    return Case(row["name"], sources, targets, laid_out(numbers.astype(dtype), layout), options, layout)
