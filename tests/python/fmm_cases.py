"""The case table of direct sums that every language runs (tests/cases/fmm.txt), read for Python."""

from dataclasses import dataclass

import numpy as np

from paths import CASES
from systems import LAYOUTS, laid_out

KERNELS = ("laplace", "yukawa")
COLUMNS = (
    ("name", str), ("n_source", int), ("n_target", int), ("n_vectors", int), ("bits", int), ("kernel", int), ("screening", float),
    ("layout", int),
)  # fmt: skip


@dataclass(frozen=True)
class Case:
    """One row: the inputs in a layout, and keyword options."""

    name: str
    sources: np.ndarray
    targets: object
    charges: np.ndarray
    options: dict
    layout: object


def rows():
    """Every row of the table by column."""
    for line in (CASES / "fmm.txt").read_text().splitlines():
        if line.strip() and not line.startswith("#"):
            words = line.split()
            assert len(words) == len(COLUMNS), line
            yield {name: kind(word) for (name, kind), word in zip(COLUMNS, words)}


def load(row, layout_number=None):
    """The case of a row, in the row's layout or another."""
    dtype = {64: np.float64, 32: np.float32}[row["bits"]]
    layout = LAYOUTS[row["layout"] if layout_number is None else layout_number]

    def array(shape, number_of):
        i = np.arange(np.prod(shape, dtype=int)).reshape(shape)
        return laid_out(number_of(i).astype(dtype), layout)

    sources = array((row["n_source"], 3), lambda i: (7919 * i + 104729) % 65536 / 65536.0)
    targets = array((row["n_target"], 3), lambda i: (6271 * i + 331) % 65536 / 32768.0 - 0.5)
    charges = array((row["n_vectors"], row["n_source"]), lambda i: (37 * i + 11) % 128 / 64.0 - 1.0)
    options = {"kernel": KERNELS[row["kernel"]], "screening": row["screening"]}
    return Case(row["name"], sources, targets if row["n_target"] else None, charges, options, layout)
