"""How many threads hotloop may use: for the process, for the calling thread, for a block.

What holds for a call, strongest first: the calling thread's own number; 1 inside an OpenMP parallel region; the
process's number; HOTLOOP_NUM_THREADS; OMP_NUM_THREADS; RAYON_NUM_THREADS; the cores that affinity and cgroups leave.
"""

from __future__ import annotations

import operator
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager

from ._errors import ArgumentError, check
from ._library import library

MAX_THREADS = 1024


def _thread_count(n: int) -> int:
    """n as an int that the library can take."""
    try:
        count = operator.index(n)
    except TypeError:
        raise TypeError(f"n: a number of threads is an integer, not {type(n).__name__}") from None
    if not 0 <= count <= MAX_THREADS:
        raise ArgumentError(f"n: {count} threads are not possible; give 1 to {MAX_THREADS}, or 0 for the default")
    return count


def set_num_threads(n: int) -> None:
    """Set how many threads every call of this process may use.

    Parameters
    ----------
    n : int
        1 to 1024; 0 goes back to the default (environment variables, else the cores at hand).

    Raises
    ------
    ValueError
        n is negative or larger than 1024.

    See Also
    --------
    threads : the same for one block in one thread.
    """
    check(library.hl_set_num_threads(_thread_count(n)))


def get_num_threads() -> int:
    """How many threads a call made here and now, on this thread, would use."""
    return int(library.hl_get_num_threads())


def set_num_threads_local(n: int) -> int:
    """Sets the calling thread's own number (0 = inherit) and returns what it was."""
    previous = int(library.hl_set_num_threads_local(_thread_count(n)))
    if previous < 0:
        raise ArgumentError(f"n: {n} threads are not possible; give 1 to {MAX_THREADS}, or 0 to inherit")
    return previous


def threads(n: int) -> AbstractContextManager[None]:
    """Limit hotloop to n threads inside a ``with`` block, for the calling thread only.

    Parameters
    ----------
    n : int
        1 to 1024; 0 inherits the process's number.

    Returns
    -------
    context manager
        On leaving the block the number is what it was before. Also usable as a decorator.

    Raises
    ------
    ValueError
        n is negative or larger than 1024.

    Examples
    --------
    >>> with hotloop.threads(1):
    ...     absorption, cd = hotloop.exciton.spectrum(hamiltonians, dipoles, positions, grid)
    """
    return _limited(_thread_count(n))


@contextmanager
def _limited(n: int) -> Iterator[None]:
    previous = set_num_threads_local(n)
    try:
        yield
    finally:
        set_num_threads_local(previous)


def shutdown() -> None:
    """End hotloop's worker threads and wait for them; the next call starts fresh ones."""
    check(library.hl_shutdown())
