"""A status of the library becomes a Python exception.

Every class derives from HotloopError and from the built-in exception that Python programmers expect, so both
``except ValueError`` and ``except hotloop.NonFiniteError`` work.
"""

from __future__ import annotations

import re

from . import _abi
from ._library import library


class HotloopError(Exception):
    """A call that failed. ``status`` is the number that the C library uses for the reason."""

    status = 255


class ArgumentError(HotloopError, ValueError):
    """A value is outside its range. Outputs are untouched."""

    status = 6


class MissingArrayError(ArgumentError):
    """An array that is needed was not given. Outputs are untouched."""

    status = 1


class ShapeError(ArgumentError):
    """A shape is wrong or does not fit the others. Outputs are untouched."""

    status = 2


class StrideError(ArgumentError):
    """An array lies in memory in a way that cannot be worked on. Outputs are untouched."""

    status = 3


class AliasError(ArgumentError):
    """An output shares an element with another array. Outputs are untouched."""

    status = 4


class AlignmentError(ArgumentError):
    """An array's address is not a multiple of its element's size. Outputs are untouched."""

    status = 5


class NonFiniteError(ArgumentError):
    """An input holds NaN or an infinity. Outputs are untouched."""

    status = 7


class OptionError(ArgumentError):
    """An option is invalid or does not fit another. Outputs are untouched."""

    status = 8


class BusyError(HotloopError, RuntimeError):
    """The object is in use by another call. Outputs are untouched."""

    status = 9


class NotConvergedError(HotloopError, ArithmeticError):
    """An iteration did not converge. What the outputs hold is not defined; a Kuramoto integration stands at a whole step."""

    status = 100


class SingularError(HotloopError, ArithmeticError):
    """A matrix is singular to working precision. What the outputs hold is not defined."""

    status = 101


class AllocationError(HotloopError, MemoryError):
    """Memory for workspace could not be had."""

    status = 200


class ThreadsError(HotloopError, RuntimeError):
    """Worker threads could not be started."""

    status = 201


class Cancelled(HotloopError, RuntimeError):
    """The progress callback asked to stop. What the outputs hold is not defined."""

    status = 202


class FileError(HotloopError, OSError):
    """A file could not be read or written."""

    status = 203


class InternalError(HotloopError, RuntimeError):
    """A mistake inside hotloop. Please report it with the message."""

    status = 255


_BY_STATUS = {
    kind.status: kind
    for kind in (
        MissingArrayError, ShapeError, StrideError, AliasError, AlignmentError, ArgumentError, NonFiniteError,
        OptionError, BusyError, NotConvergedError, SingularError, AllocationError, ThreadsError, Cancelled, FileError,
        InternalError,
    )
}  # fmt: skip


_COTANGENTS = {"cotangent": "expansion", "spectra_cotangent": "power_spectrum", "means_cotangent": "mean_power_spectrum"}


def _of_anisoap(message: str) -> str:
    message = re.sub(r"^(?:coefficients|spectra|means)(?=: (?!element))", "out", message)
    message = re.sub(r"\b(?:spectra_|means_|)cotangent\b", lambda word: _COTANGENTS[word[0]], message)
    message = re.sub(r"^n_species\b", "species", message)
    message = re.sub(r"\bpair_(first|second|shifts|vectors)\b", r"pairs.\1", message)
    return re.sub(r"\bNULL\b", "None", message)


def _in_python_words(message: str) -> str:
    """The library's message without the C function's name, with arguments called as in Python."""
    is_of_anisoap = message.startswith("hl_anisoap_")
    message = re.sub(r"^hl_\w+: ", "", message)
    message = re.sub(r"\b(?:converted|dtheta)\b", "out", message)
    message = re.sub(r"\bn_steps\b", "steps", message)
    message = re.sub(r"^shape(\[\d\])?: has", "theta: the lattice has", message)
    message = re.sub(r"\b(fwhm(?:_cd)?)_values\b", r"\1", message)
    message = re.sub(r"\bn_start\b", "starts", message)
    message = re.sub(r"\bsite_factor\b", "site_sigma", message)
    if is_of_anisoap:
        message = _of_anisoap(message)
    return re.sub(
        r"\bHL_(?:LINESHAPE|NORMALIZATION|CD_SCALE|BROADENING|COUPLING|BOUNDARY|METHOD|NONFINITE|RADIAL_BASIS|CHANNEL_ORDER|SPECTRUM_PAIRS"
        r"|SPECTRUM_SIGN|COEFFICIENTS|PAIR_LIST)_(\w+)",
        lambda word: repr(word[1].lower().replace("_", "-")),
        message,
    )


def from_status(status: int) -> HotloopError:
    """The exception for a failed status of the last call on this thread."""
    message = library.hl_last_error_message().decode(errors="replace") or library.hl_status_string(status).decode()
    error = _BY_STATUS.get(status, HotloopError)(_in_python_words(message))
    error.status = status
    return error


def check(status: int) -> None:
    """Raises what a failed status means."""
    if status != _abi.OK:
        raise from_status(status)
