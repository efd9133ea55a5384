"""Configuration files, as fmo_analysis writes and reads them: one pigment a row, its row of the Hamiltonian (cm-1), its
dipole (3) and its position (3, angstrom)."""

from __future__ import annotations

import glob
import math
import os
from collections.abc import Iterable
from pathlib import Path
from typing import NamedTuple

import numpy as np

from ._errors import ArgumentError, FileError, NotConvergedError


class Confs(NamedTuple):
    """Configurations of one aggregate; the first three are what the functions of `hotloop.exciton` take."""

    hamiltonians: np.ndarray
    dipoles: np.ndarray
    positions: np.ndarray
    paths: list[Path]


def load_confs(source: str | os.PathLike | Iterable[str | os.PathLike]) -> Confs:
    """Reads configuration files.

    Parameters
    ----------
    source : path, glob pattern, or sequence of paths
        A folder stands for its ``conf*.csv`` (without ``conf*-shift.csv``, which are another kind), in order of name.
        Every file has n rows of n + 6 numbers, separated by commas or white space.

    Returns
    -------
    Confs
        ``hamiltonians`` (n_conf, n, n), ``dipoles`` and ``positions`` (n_conf, n, 3), ``paths``.

    Raises
    ------
    FileError
        There is no file, or one cannot be read.
    ValueError
        A file is not a configuration, or not of the same size as the others; the message names file, row and column.
    """
    paths = _paths(source)
    tables = [_read(path) for path in paths]
    n = len(tables[0])
    for path, table in zip(paths, tables):
        if len(table) != n:
            raise ArgumentError(f"{path}: has {len(table)} pigments, but {paths[0]} has {n}; load them apart")
    stacked = np.array(tables)
    parts = (stacked[:, :, :n], stacked[:, :, n : n + 3], stacked[:, :, n + 3 :])
    return Confs(*(np.ascontiguousarray(part) for part in parts), paths)


def save_confs(confs: Confs | tuple, folder: str | os.PathLike, names: Iterable[str] | None = None) -> list[Path]:
    """Writes configurations so that `load_confs` reads the same numbers, to the last bit.

    ``names`` default to those of the files that they came from, else ``conf0001.csv``, ...
    """
    hamiltonians, dipoles, positions, *paths = confs
    folder = Path(folder)
    n_conf = len(hamiltonians)
    if names is None:
        digits = max(4, len(str(n_conf)))
        names = [path.name for path in paths[0]] if paths else [f"conf{c + 1:0{digits}}.csv" for c in range(n_conf)]
    names = list(names)
    twice = next((name for k, name in enumerate(names) if name in names[:k]), None)
    if twice is not None:
        raise ArgumentError(f"names: {twice} comes twice, so that one file would overwrite the other; give names")
    shape = (n_conf, hamiltonians.shape[1], 3)
    dipoles, positions = np.broadcast_to(dipoles, shape), np.broadcast_to(positions, shape)
    folder.mkdir(parents=True, exist_ok=True)
    written = []
    for name, *parts in zip(names, hamiltonians, dipoles, positions):
        rows = np.hstack(parts)
        (folder / name).write_text("".join(",".join(map(repr, row)) + "\n" for row in rows.tolist()))
        written.append(folder / name)
    return written


def align(confs: Confs, iterations: int = 100, tolerance: float = 1e-8) -> Confs:
    """Structures moved and turned onto their mean: centroids at the origin, then rotations by Kabsch's method, repeated until the
    spread about the mean structure changes by less than ``tolerance`` of itself. Dipoles turn along; spectra do not change."""
    positions = confs.positions - confs.positions.mean(axis=1, keepdims=True)
    dipoles = confs.dipoles.copy()
    spread = math.inf
    for _ in range(iterations):
        target = positions.mean(axis=0)
        for c in range(len(positions)):
            # The rotation R that minimises |R r_j - target_j| (W. Kabsch, Acta Cryst. A 32 (1976) 922).
            u, _, vt = np.linalg.svd(positions[c].T @ target)
            vt[2] *= np.sign(np.linalg.det(u @ vt))
            turn = u @ vt
            positions[c] = positions[c] @ turn
            dipoles[c] = dipoles[c] @ turn
        before, spread = spread, float(np.std(positions - target))
        # What rounding leaves of structures that are all the same does not settle.
        if spread <= 1e-12 * np.abs(target).max() or abs(before - spread) <= tolerance * spread:
            return confs._replace(positions=positions, dipoles=dipoles)
    raise NotConvergedError(f"align: the spread still changes after {iterations} iterations; allow more, or a larger tolerance")


def read_numbers(path: Path, may_have_header: bool = False) -> list[list[float]]:
    """The numbers of a text file by row; empty lines and those that begin with # do not count, nor does a first line of words."""
    try:
        text = Path(path).read_text()
    except (OSError, UnicodeDecodeError) as error:
        raise FileError(f"{path}: cannot be read ({error})") from None
    rows = []
    for number, line in enumerate(text.splitlines(), 1):
        line = line.strip()
        if not line or line.startswith("#"):
            continue
        if may_have_header and not rows and not _begins_with_a_number(line):
            may_have_header = False
            continue
        words = [word.strip() for word in line.split(",")] if "," in line else line.split()
        row = []
        for column, word in enumerate(words, 1):
            try:
                value = float(word)
            except ValueError:
                raise ArgumentError(f"{path}: row {number}, column {column}: {word!r} is not a number") from None
            if not math.isfinite(value):
                raise ArgumentError(f"{path}: row {number}, column {column}: is {word}; leave this file out or repair it")
            row.append(value)
        rows.append(row)
    return rows


def _begins_with_a_number(line: str) -> bool:
    try:
        float(line.replace(",", " ").split()[0])
    except (ValueError, IndexError):
        return False
    return True


def _read(path: Path) -> np.ndarray:
    rows = read_numbers(path)
    n = len(rows)
    if n == 0:
        raise ArgumentError(f"{path}: holds no numbers; a configuration has n rows of n + 6")
    for number, row in enumerate(rows, 1):
        if len(row) != n + 6:
            raise ArgumentError(
                f"{path}: row {number} has {len(row)} columns; {n} rows (pigments) need {n + 6}: {n} of the Hamiltonian, 3 of "
                "the dipole, 3 of the position"
            )
    table = np.array(rows)
    hamiltonian = table[:, :n]
    wrong = np.argwhere(np.abs(hamiltonian - hamiltonian.T) > 1e-12 * np.abs(hamiltonian).max())
    if len(wrong):
        i, j = (int(k) for k in wrong[0])
        raise ArgumentError(
            f"{path}: row {i + 1}, column {j + 1}: the Hamiltonian is not symmetric ({hamiltonian[i, j]:g} here, "
            f"{hamiltonian[j, i]:g} in row {j + 1}, column {i + 1})"
        )
    return table


def _paths(source: str | os.PathLike | Iterable[str | os.PathLike]) -> list[Path]:
    if not isinstance(source, (str, os.PathLike)):
        found = [Path(path) for path in source]
        if not found:
            raise FileError("source: the list of files is empty")
        return found
    source = Path(source)
    if source.is_dir():
        found = sorted(path for path in source.glob("conf*.csv") if not path.stem.endswith("-shift"))
        if not found:
            raise FileError(f"{source}: holds no conf*.csv")
        return found
    if source.exists():
        return [source]
    found = sorted(Path(path) for path in glob.glob(str(source)))
    if not found:
        raise FileError(f"{source}: no such file or folder, and no file fits it as a pattern")
    return found
