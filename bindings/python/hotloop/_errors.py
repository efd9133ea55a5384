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
    """A matrix is singular to working precision, and what the outputs hold is not defined; or a measurement does not determine all
    values of a fit, which ``error.fit`` holds all the same."""

    status = 101


class AllocationError(HotloopError, MemoryError):
    """Memory for workspace could not be had."""

    status = 200


class ThreadsError(HotloopError, RuntimeError):
    """Worker threads could not be started."""

    status = 201


class Cancelled(HotloopError, RuntimeError):
    """The progress callback asked to stop. What the outputs hold is not defined; a fit has its best values in ``error.fit``, and a
    Kuramoto integration stands at a whole step."""

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
    message = re.sub(r"^cutoff\b", "cutoff_radius", message)
    message = re.sub(r"\bmax_radial_values\b", "max_radial", message)
    message = re.sub(r"^(radial_gaussian_width: .*)set it to 0$", r"\1leave it at None", message)
    message = re.sub(r"\bset periodic to 0$", "set periodic to 0 (pbc to False)", message)
    message = re.sub(r"\bthe plan\b", "the descriptor", message)
    return re.sub(r"\bpair_(first|second|shifts|vectors)\b", r"pairs.\1", message)


def _of_fmm(message: str) -> str:
    message = re.sub(r"\bn_sample\b", "sample", message)
    message = re.sub(r"^(order: .*) 0 for what eps wants$", r"\1 None for what eps wants", message)
    message = re.sub(r"^(period: .*) 0 stands for open space$", r"\1 None stands for open space", message)
    return re.sub(r"\bcompute in double precision$", "pass precision='double'", message)


#: Functions that messages name, as Python calls them.
_FUNCTIONS = (
    (r"\bhl_fmm_(save_operators|set_points)\b", r"Plan.\1"),
    (r"\bhl_fmm_", "fmm."),
    (r"\bhl_morton_", "fmm.morton."),
    (r"\bhl_exciton_", "exciton."),
)


def _in_python_words(message: str) -> str:
    """The library's message without the C function's name, with arguments called as in Python."""
    is_of_anisoap, is_of_fmm = message.startswith("hl_anisoap_"), message.startswith(("hl_fmm_", "hl_direct"))
    message = re.sub(r"^hl_\w+: ", "", message)
    message = re.sub(r"\b(?:converted|dtheta)\b", "out", message)
    message = re.sub(r"\bn_steps\b", "steps", message)
    message = re.sub(r"^shape(\[\d\])?: has", "theta: the lattice has", message)
    message = re.sub(r"\b(fwhm(?:_cd)?)_values\b", r"\1", message)
    message = re.sub(r"\bn_start\b", "starts", message)
    message = re.sub(r"\bsite_factor\b", "site_sigma", message)
    message = re.sub(r"\bvariant_(weights|deleted|energies)\b", r"variants: \1", message)
    message = re.sub(r"^(normalize_dipoles: is) 1 (.*) set it to 0\b", r"\1 True \2 set it to False", message)
    message = re.sub(r"\bNULL\b", "None", message)
    if is_of_anisoap:
        message = _of_anisoap(message)
    if is_of_fmm:
        message = _of_fmm(message)
    for function, called in _FUNCTIONS:
        message = re.sub(function, called, message)
    message = re.sub(rf"\bset (\w+) (?:=|to) (?={_CONSTANT})", r"pass \1=", message)
    message = re.sub(r"\bor (?=HL_KERNEL_)", "or kernel=", message)
    return re.sub(_CONSTANT, lambda word: repr(word[1].lower().replace("_", "-")), message)


_CONSTANT = (
    r"\bHL_(?:LINESHAPE|NORMALIZATION|CD_SCALE|BROADENING|COUPLING|BOUNDARY|METHOD|NONFINITE|RADIAL_BASIS|CHANNEL_ORDER|SPECTRUM_PAIRS"
    r"|SPECTRUM_SIGN|COEFFICIENTS|PAIR_LIST|KERNEL|FMM_PRECISION|FMM_TRANSLATIONS|FWHM)_(\w+)"
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
