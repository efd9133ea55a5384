"""Makes hotloop known to threadpoolctl, so that ``threadpool_limits`` and ``threadpool_info`` see it.

threadpoolctl limits by setting a number and later setting the number it had read before. hotloop's limit belongs to
the calling thread and can also be "inherit", which no number says; so the controller remembers, per thread, what a
limit replaced, and setting the earlier number again takes the limit away instead of pinning that number.
"""

from __future__ import annotations

import threading

from ._library import version
from ._threads import get_num_threads, set_num_threads_local


class _Limits(threading.local):
    """The limits in force on one thread, innermost last: (number in force before, the thread's own number before)."""

    def __init__(self) -> None:
        self.stack: list[tuple[int, int]] = []


_limits = _Limits()


def _set_num_threads(n: int) -> None:
    stack = _limits.stack
    if stack and stack[-1][0] == n:
        set_num_threads_local(stack.pop()[1])
    elif n != get_num_threads():
        before = get_num_threads()
        stack.append((before, set_num_threads_local(n)))


def register() -> None:
    """Registers the controller if threadpoolctl is installed and knows of registration (3.2 and later)."""
    try:
        from threadpoolctl import LibController, register
    except ImportError:
        return

    class HotloopController(LibController):
        user_api = "hotloop"
        internal_api = "hotloop"
        filename_prefixes = ("libhotloop",)
        check_symbols = ("hl_get_num_threads",)

        def get_num_threads(self) -> int:
            return get_num_threads()

        def set_num_threads(self, num_threads: int) -> None:
            _set_num_threads(num_threads)

        def get_version(self) -> str:
            return version()

    register(HotloopController)
