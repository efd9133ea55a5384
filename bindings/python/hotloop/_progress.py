"""Progress reports, and Ctrl-C during a long call.

While the library runs, Python's signal handlers cannot. The library calls its progress function a few times a second
on the calling thread, and that is when CPython runs them: so a call from the main thread has one, unless it is too
short to matter. What a handler or the user's callback raises there must not pass through the library: it is kept, the
call is cancelled, and the exception is raised again afterwards.

CPython (3.11 and later) runs pending handlers on entering a Python function, before the first line of its body and so
outside of any ``try`` in it. ctypes then hands the exception to sys.unraisablehook, which is why that hook is taken
for the length of a call from the main thread.
"""

from __future__ import annotations

import itertools
import sys
import threading
from collections.abc import Callable
from typing import Any

from . import _abi
from ._errors import check, from_status
from ._options import Options

Progress = Callable[[int, int], Any]

_GO_ON = 0
_STOP = 1
_RAISED = -1

# Elementary steps, of the order of a nanosecond each, below which a call ends before anyone misses Ctrl-C.
_SHORT = 10_000_000


class _Watch:
    """What one call in progress reports to, and what was raised there."""

    def __init__(self, report: Progress | None) -> None:
        self.report = report
        self.raised: BaseException | None = None
        self.key = next(_keys)


_keys = itertools.count(1)
_watches: dict[int, _Watch] = {}


@_abi.ProgressFunction
def _tick(key: int, done: int, total: int) -> int:
    watch = _watches[key]
    try:
        if watch.raised is None and watch.report is not None and watch.report(done, total):
            return _STOP
    except BaseException as error:
        watch.raised = error
    return _GO_ON if watch.raised is None else _RAISED


def _keeping_what_enters_tick(watch: _Watch, call: Callable[[], int]) -> int:
    """Runs the call; what is raised on entering its ``_tick`` is kept in the watch instead of being printed."""
    previous = sys.unraisablehook

    def keep(unraisable: Any) -> None:
        traceback = unraisable.exc_traceback
        frame = traceback.tb_frame if traceback else None
        if frame and frame.f_globals is globals() and frame.f_locals.get("key") == watch.key:
            watch.raised = unraisable.exc_value or unraisable.exc_type()
        else:
            previous(unraisable)

    sys.unraisablehook = keep
    try:
        return call()
    finally:
        sys.unraisablehook = previous


def _bar(unit: str) -> tuple[Progress, Callable[[], None]]:
    """A tqdm bar: what to call with (done, total), and what to call at the end."""
    try:
        from tqdm.auto import tqdm
    except ImportError:
        raise ImportError(
            "progress: True draws a bar with tqdm, which is not installed; `pip install tqdm` or pass a function(done, total)"
        ) from None
    bar = tqdm(unit=unit)

    def report(done: int, total: int) -> None:
        bar.total = total
        bar.update(done - bar.n)

    return report, bar.close


def run(
    function: Callable[..., int],
    arguments: tuple[Any, ...],
    options: Options,
    progress: Any,
    steps: int,
    unit: str = "configuration",
) -> None:
    """Calls a function whose options have a ``progress`` field, and raises what went wrong in it.

    ``steps`` estimates its work, to spare a short call the watch for Ctrl-C. ``unit`` is what progress counts.
    """
    if progress is None and steps < _SHORT:
        status = function(*arguments, options.argument())
        if status:
            raise from_status(status)
    else:
        _run_watched(function, arguments, options, progress, steps, unit)


def _run_watched(
    function: Callable[..., int], arguments: tuple[Any, ...], options: Options, progress: Any, steps: int, unit: str
) -> None:
    """The same, with a look at what ``progress`` is and at the thread."""
    on_main_thread = threading.current_thread() is threading.main_thread()
    report: Progress | None = None
    close = None
    if progress is True:
        report, close = _bar(unit)
    elif callable(progress):
        report = progress
    elif progress is not None and progress is not False:
        raise TypeError(f"progress: expected None, True or a function(done, total), got {type(progress).__name__}")

    if report is None and (steps < _SHORT or not on_main_thread):
        check(function(*arguments, options.argument()))
        return
    watch = _Watch(report)
    _watches[watch.key] = watch
    options.struct.progress, options.struct.progress_user = _tick, watch.key
    try:
        if on_main_thread:
            status = _keeping_what_enters_tick(watch, lambda: function(*arguments, options.argument()))
        else:
            status = function(*arguments, options.argument())
    finally:
        del _watches[watch.key]
        if close is not None:
            close()
    if watch.raised is not None:
        try:
            raise watch.raised
        finally:
            del watch  # the exception's traceback leads back to it
    check(status)
