"""What integrations of all models have in common: records, progress, and what is left after an interruption."""

from __future__ import annotations

import ctypes
import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal, Union

import numpy as np

from .. import _progress
from .._arrays import PLAIN_CLASSES, as_output, new_output
from .._errors import AllocationError, ArgumentError, HotloopError, InternalError, OptionError, check
from .._library import library
from .._options import flag, number
from ._inputs import Cells, count
from ._options import KuramotoOptions

Array = np.ndarray
Method = Literal["euler", "heun", "rk4", "dormand-prince"]
Law = Literal["sine", "direct-sine", "linear"]
Boundary = Union[str, Sequence[str]]
Halo = Mapping[int, tuple[Any, Any]]
Nonfinite = Literal["refuse", "propagate"]
Progress = Callable[[int, int], Any]

# Evaluations a step. An adaptive step of the run may take any number, so that such a call always watches for Ctrl-C.
_STAGES = {"euler": 1, "heun": 2, "rk4": 4, "dormand-prince": math.inf}


@dataclass(frozen=True, eq=False)
class Integration:
    """What an integration did.

    Attributes
    ----------
    steps_done : int
        Steps that theta has been advanced by.
    frames : ndarray, shape (n_frames, *theta.shape), or None
        The phases after steps record_every, 2 record_every, ...
    order_r, order_psi : ndarray, shape (n_frames,), or None
        The order parameter of each of them.
    next_step : float, or None
        With "dormand-prince" the length of the step to try next, for the run that goes on from here.
    """

    steps_done: int
    frames: Array | None
    order_r: Array | None
    order_psi: Array | None
    next_step: float | None = None


def slopes(
    name: str, extents: Sequence[Any], inputs: Sequence[Any], scalars: Sequence[Any], cells: Cells, options: KuramotoOptions,
    accumulate: bool, out: Array | None,
) -> Array:  # fmt: skip
    """Calls a right-hand side: what it takes before dtheta and between dtheta and the options."""
    if out is None:
        if accumulate:
            raise ArgumentError("out: accumulate=True needs an array to add to")
        out, *target = new_output(cells.shape, cells.dtype)
    else:
        target = as_output("out", out, cells.shape, len(cells.shape), cells.dtype)
    check(cells.function(library, name)(*extents, *inputs, *target, *scalars, options.argument()))
    return out


def integrate(
    name: str, extents: Sequence[Any], inputs: Sequence[Any], scalars: Sequence[Any], cells: Cells, options: KuramotoOptions,
    theta: Array, dt: float, steps: int, *, method: Method, next_step: float | None, record_every: int | None,
    frames: Array | bool, order: tuple[Array, Array] | bool, progress: Progress | bool | None, work: int,
) -> Integration:  # fmt: skip
    """Calls an integration: what it takes before its steps, before theta, and between dt and the number of steps done.

    ``work`` is what an evaluation takes, in nanoseconds or so.
    """
    dt, steps = number("dt", dt), count("steps", steps, 0)
    every = 0 if record_every is None else count("record_every", record_every, 1)
    step = _place_of_next_step(method, next_step, options)
    target = as_output("theta", theta, cells.shape, len(cells.shape), cells.dtype)
    n_frames, records, places = _records(every, frames, order, steps, cells)
    done = ctypes.c_ssize_t(-1)  # as long as the library has not been called

    def result() -> Integration:
        arrays = (record if record is None else record[: done.value // every] for record in records)
        return Integration(done.value, *arrays, None if step is None else step.value)

    arguments = (
        *extents, steps, every, n_frames, *inputs, *target, *places, dt, *scalars, ctypes.byref(done),
    )  # fmt: skip
    work *= steps * _STAGES[method] if steps else 0
    try:
        _progress.run(cells.function(library, name), arguments, options, progress, work, unit="step")
    except BaseException as error:
        # After these theta is as it was, or (memory ran out within a step, a mistake of the library's) not defined.
        has_no_state = isinstance(error, HotloopError) and (error.status < 100 or isinstance(error, (AllocationError, InternalError)))
        if done.value >= 0 and not has_no_state:
            error.integration = result()  # type: ignore[attr-defined]
            if hasattr(error, "add_note"):
                error.add_note(f"theta stands after step {done.value} of {steps}; .integration holds the records up to it")
        raise
    return result()


def check_theta(theta: Any) -> None:
    """theta is to be advanced in place, so it must be an array and not what could be turned into one."""
    if type(theta) not in PLAIN_CLASSES:
        raise TypeError(
            f"theta: expected a NumPy array of float64 or float32 to advance in place, got {type(theta).__name__}"
        )


def _place_of_next_step(method: str, next_step: float | None, options: KuramotoOptions) -> ctypes.c_double | None:
    """Where the library finds the length of the first adaptive step and leaves that of the next."""
    if method != "dormand-prince":
        if next_step is not None:
            raise OptionError('next_step: is for method="dormand-prince" alone; pass None')
        return None
    place = ctypes.c_double(0.0 if next_step is None else number("next_step", next_step))
    options.set_next_step(place)
    return place


def _records(
    every: int, frames: Any, order: Any, steps: int, cells: Cells
) -> tuple[int, tuple[Array | None, Array | None, Array | None], list[Any]]:
    """How many records there are; frames, r and psi; and the same as arguments."""
    if isinstance(order, (tuple, list)) and len(order) != 2:
        raise ArgumentError(f"order: expected a pair (r, psi) of arrays, got {len(order)}")
    pair = order if isinstance(order, (tuple, list)) else (flag("order", order),) * 2
    wanted = {"frames": frames, "order[0]": pair[0], "order[1]": pair[1]}
    if not every:
        for name, value in wanted.items():
            if isinstance(value, np.ndarray):
                raise ArgumentError(f"{name}: an array to write records into needs record_every")
        return 0, (None, None, None), [None] * 6
    n_frames = steps // every
    arrays: list[Array | None] = []
    arguments: list[Any] = []
    for (name, value), shape in zip(wanted.items(), ((n_frames, *cells.shape), (n_frames,), (n_frames,))):
        array = address = strides = None
        if isinstance(value, (bool, int, np.bool_)):
            if value:
                array, address, strides = new_output(shape, cells.dtype)
        elif value is not None:
            array = value
            address, strides = as_output(name, value, shape, len(shape), cells.dtype)
        arrays.append(array)
        arguments += address, strides
    return n_frames, tuple(arrays), arguments
