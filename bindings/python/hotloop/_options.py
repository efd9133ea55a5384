"""Keyword options on their way into a C option struct; what every family of functions shares.

A family lists its keywords once, each with its default and how a value is checked, and a call names all of them. Most
calls are made again and again with the same values, so what a set of values means is kept: it is checked and put into a
struct once, and then looked up. Calls share such a struct, which the library only reads; one that needs more in it than
single values (arrays, a progress function) takes a copy of its own. With nothing but defaults there is no struct: the
library reads NULL as its defaults.
"""

from __future__ import annotations

import ctypes
import math
import numbers
from collections.abc import Callable
from functools import lru_cache
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
    _argument: Any = None
    #: What the struct points to, once it is this call's own.
    _kept: dict[str, Any] | None = None

    @classmethod
    def of(cls, names: tuple[str, ...], *values: Any) -> Any:
        """The options of a call, of which these fill one field each."""
        options = cls()
        try:
            options._struct, options._argument = _shared(cls, names, *values)
            return options
        except TypeError:
            pass
        # A value of a wrong type, or one that no dictionary can look up: nothing to share.
        _fill(options, dict(zip(names, values)))
        return options

    def set(self, **values: Any) -> None:
        """Options that fill one field each."""
        if self._struct is None:
            try:
                self._struct, self._argument = _shared(type(self), tuple(values), *values.values())
                return
            except TypeError:
                pass
        _fill(self, values)

    @property
    def struct(self) -> Any:
        """A struct of this call's own, made when it is first asked for."""
        if self._kept is None:
            self._struct = type(self.defaults).from_buffer_copy(self._struct or self.defaults)
            self._argument = ctypes.byref(self._struct)
            self._kept = {}
        return self._struct

    def argument(self) -> Any:
        """The last argument of the C function."""
        return self._argument

    def set_array(self, name: str, address: Any, strides: Any) -> None:
        """An option that is an array. It lives as long as the options do."""
        setattr(self.struct, name, ctypes.addressof(address))
        setattr(self.struct, f"{name}_strides", None if strides is None else ctypes.addressof(strides))
        self._kept[name] = address, strides


def _fill(options: Options, values: dict[str, Any]) -> None:
    """Checks values and puts those that are not defaults into the struct."""
    keywords = options.keywords
    for name, value in values.items():
        default, check = keywords[name]
        # The types are compared too: 0 and False equal 0.0, and are for the check to judge.
        if value is not default and (type(value) is not type(default) or value != default):
            setattr(options.struct, name, check(name, value))


# Typed: 0, 0.0 and False are one key otherwise.
@lru_cache(maxsize=512, typed=True)
def _shared(kind: type[Options], names: tuple[str, ...], *values: Any) -> tuple[Any, Any]:
    """A struct with these values and the same as an argument; None for nothing but defaults."""
    options = kind()
    _fill(options, dict(zip(names, values)))
    return options._struct, options._argument


def number(name: str, value: Any) -> float:
    """A single number."""
    if type(value) is float and value == value:
        return value
    if isinstance(value, np.ndarray) and value.ndim == 0:
        value = value[()]
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
