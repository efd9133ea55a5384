"""Keyword options on their way into a C option struct; what every family of functions shares.

A family lists its keywords once, each with its default and how a value is checked, and a call names all of them. Most
calls leave all at their defaults, so that is what must be quick: a keyword at its default costs one comparison, and
with nothing but defaults there is no struct at all. The library reads NULL as its defaults.
"""

from __future__ import annotations

import ctypes
import math
import numbers
from collections.abc import Callable
from typing import Any

import numpy as np

from ._errors import OptionError

#: Checks the value of a named option and gives what the struct's field holds for it.
Check = Callable[[str, Any], Any]


class Options:
    """The options of one call. A family derives from this and fills in the two class attributes."""

    #: The struct as the family's options_init fills it.
    defaults: ctypes.Structure
    #: Field: (default as the caller would write it, check)
    keywords: dict[str, tuple[Any, Check]]

    _struct: Any = None

    def set(self, **values: Any) -> None:
        """Options that fill one field each."""
        keywords = self.keywords
        for name, value in values.items():
            default, check = keywords[name]
            # The types are compared too: 0 and False equal 0.0, and are for the check to judge.
            if value is not default and (type(value) is not type(default) or value != default):
                setattr(self.struct, name, check(name, value))

    @property
    def struct(self) -> Any:
        """The struct, made when it is first asked for."""
        if self._struct is None:
            self._struct = type(self.defaults).from_buffer_copy(self.defaults)
            self._kept: dict[str, Any] = {}
        return self._struct

    def argument(self) -> Any:
        """The last argument of the C function."""
        return None if self._struct is None else ctypes.byref(self._struct)

    def set_array(self, name: str, address: Any, strides: Any) -> None:
        """An option that is an array. It lives as long as the options do."""
        setattr(self.struct, name, ctypes.addressof(address))
        setattr(self.struct, f"{name}_strides", None if strides is None else ctypes.addressof(strides))
        self._kept[name] = address, strides


def number(name: str, value: Any) -> float:
    """A single number."""
    if type(value) is float and value == value:
        return value
    if isinstance(value, (bool, np.bool_)) or not isinstance(value, numbers.Real):
        raise TypeError(f"{name}: expected a number, got {type(value).__name__}")
    converted = float(value)
    if math.isnan(converted):
        raise OptionError(f"{name}: NaN is not a usable number")
    return converted


def flag(name: str, value: Any) -> int:
    """True or False."""
    if not isinstance(value, (bool, np.bool_)):
        raise TypeError(f"{name}: expected True or False, got {value!r}")
    return int(value)


def choice(choices: dict[str, int]) -> Check:
    """One of a few words."""

    def check(name: str, value: Any) -> int:
        if not isinstance(value, str):
            raise TypeError(f"{name}: expected a string, got {type(value).__name__}")
        if value not in choices:
            raise OptionError(f"{name}: {value!r} is not one of {', '.join(map(repr, choices))}")
        return choices[value]

    return check
