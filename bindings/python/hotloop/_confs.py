"""Configuration files, as fmo_analysis writes and reads them: one pigment a row, its row of the Hamiltonian (cm-1), its
dipole (3) and its position (3, angstrom)."""

from __future__ import annotations

import glob
import math
import os
from collections.abc import Iterable
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np

from ._errors import ArgumentError, FileError, NotConvergedError, ShapeError


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
        A file is not a configuration, or not of the same size as the others; the message names file, row (the file's line,
        empty ones and comments counted) and column.
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

    Parameters
    ----------
    confs : Confs, or tuple (hamiltonians, dipoles, positions)
        With shapes as in `spectrum`: a single configuration without its axis is one file.
    folder : path
    names : sequence of str, optional
        One for each configuration. Default: those of the files that they came from, else ``conf0001.csv``, ...
    """
    confs = _stacked(confs)
    folder = Path(folder)
    names = _names(confs, names)
    folder.mkdir(parents=True, exist_ok=True)
    written = []
    for name, *parts in zip(names, *confs[:3]):
        rows = np.hstack(parts)
        (folder / name).write_text("".join(",".join(map(repr, row)) + "\n" for row in rows.tolist()))
        written.append(folder / name)
    return written


def _names(confs: Confs, names: Iterable[str] | None) -> list[str]:
    """A name for each configuration's file."""
    count, source = len(confs.hamiltonians), "names"
    if names is not None:
        if isinstance(names, (str, os.PathLike)):
            raise TypeError(f"names: expected a list of one name for each configuration, got {names!r}; pass [{names!r}]")
        names = list(names)
    elif confs.paths:
        source, names = "confs.paths", [Path(path).name for path in confs.paths]
    else:
        digits = max(4, len(str(count)))
        names = [f"conf{c + 1:0{digits}}.csv" for c in range(count)]
    if len(names) != count:
        raise ArgumentError(f"{source}: has {len(names)} entries for {count} configurations; give one name for each as names")
    twice = next((name for k, name in enumerate(names) if name in names[:k]), None)
    if twice is not None:
        raise ArgumentError(f"{source}: {twice} comes twice, so that one file would overwrite the other; give names")
    return names


def align(confs: Confs | tuple, iterations: int = 100, tolerance: float = 1e-8) -> Confs:
    """Structures moved and turned onto their mean: centroids at the origin, then rotations by Kabsch's method, repeated until the
    spread about the mean structure changes by less than ``tolerance`` of itself. Dipoles turn along; spectra do not change.
    ``confs`` is what `save_confs` takes."""
    confs = _stacked(confs)
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


def _stacked(confs: Confs | tuple) -> Confs:
    """Configurations with an axis of their own in each array."""
    try:
        hamiltonians, dipoles, positions, *rest = confs
    except (TypeError, ValueError):
        raise TypeError(
            f"confs: expected Confs or a tuple (hamiltonians, dipoles, positions), got {type(confs).__name__}"
        ) from None
    hamiltonians = _real("hamiltonians", hamiltonians)
    if hamiltonians.ndim == 2:
        hamiltonians = hamiltonians[None]
    if hamiltonians.ndim != 3 or hamiltonians.shape[1] != hamiltonians.shape[2] or not hamiltonians.size:
        raise ShapeError(f"hamiltonians: shape is {hamiltonians.shape}, expected (n_conf, n_site, n_site) or (n_site, n_site)")
    each = (*hamiltonians.shape[:2], 3)
    geometry = []
    for name, value in (("dipoles", dipoles), ("positions", positions)):
        array = _real(name, value)
        if array.shape not in (each, each[1:]):
            raise ShapeError(f"{name}: shape is {array.shape}, expected {each} or, shared by all configurations, {each[1:]}")
        geometry.append(np.broadcast_to(array, each))
    return Confs(hamiltonians, *geometry, list(rest[0]) if rest else [])


def _real(name: str, value: Any) -> np.ndarray:
    """The numbers of an array in double precision."""
    array = np.asarray(value)
    if array.dtype.kind not in "iuf":
        given = "None" if value is None else f"numbers of {array.dtype}"
        raise TypeError(f"{name}: expected an array of real numbers, got {given}; a configuration has Hamiltonian, dipoles and positions")
    return np.asarray(array, np.float64)


class Numbers(NamedTuple):
    """The rows of a text file, and the file's line that each stands on."""

    rows: list[list[float]]
    lines: list[int]


def read_numbers(path: Path, may_have_header: bool = False) -> Numbers:
    """The numbers of a text file; empty lines and those that begin with # do not count, nor does a first line of words alone."""
    try:
        # Spreadsheets begin a file in UTF-8 with a mark of three bytes.
        text = Path(path).read_text(encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        raise FileError(f"{path}: cannot be read ({error})") from None
    found = Numbers([], [])
    for number, line in enumerate(text.splitlines(), 1):
        line = line.strip()
        if not line or line.startswith("#"):
            continue
        words = [word.strip() for word in line.split(",")] if "," in line else line.split()
        if may_have_header and not any(map(_is_number, words)):
            may_have_header = False
            continue
        hint = "; a first line is column names only if none of them is a number" if may_have_header else ""
        may_have_header = False
        row = []
        for column, word in enumerate(words, 1):
            if not _is_number(word):
                raise ArgumentError(f"{path}: row {number}, column {column}: {word!r} is not a number{hint}")
            value = float(word)
            if not math.isfinite(value):
                raise ArgumentError(f"{path}: row {number}, column {column}: is {word}; leave this file out or repair it")
            row.append(value)
        found.rows.append(row)
        found.lines.append(number)
    return found


def _is_number(word: str) -> bool:
    try:
        float(word)
    except ValueError:
        return False
    return True


def _read(path: Path) -> np.ndarray:
    rows, lines = read_numbers(path)
    n = len(rows)
    if n == 0:
        raise ArgumentError(f"{path}: holds no numbers; a configuration has n rows of n + 6")
    for number, row in zip(lines, rows):
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
            f"{path}: row {lines[i]}, column {j + 1}: the Hamiltonian is not symmetric ({hamiltonian[i, j]:g} here, "
            f"{hamiltonian[j, i]:g} in row {lines[j]}, column {i + 1})"
        )
    return table


def _paths(source: str | os.PathLike | Iterable[str | os.PathLike]) -> list[Path]:
    if not isinstance(source, (str, os.PathLike)):
        try:
            found = [Path(path) for path in source]
        except TypeError:
            raise TypeError(f"source: expected a folder, a file, a pattern or a list of files, got {source!r}") from None
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
