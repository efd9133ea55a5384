"""Types of the commands' arguments: what is wrong is said before anything is read or written, by the option's name."""

from __future__ import annotations

import argparse
import math
from collections.abc import Callable


def whole(low: int, high: int = 2**31 - 1) -> Callable[[str], int]:
    """A whole number in a range."""

    def convert(text: str) -> int:
        try:
            number = int(text)
        except ValueError:
            raise argparse.ArgumentTypeError(f"{text!r} is not a whole number") from None
        if not low <= number <= high:
            raise argparse.ArgumentTypeError(f"is {number}; it is from {low} to {high}")
        return number

    return convert


def positive(text: str) -> float:
    """A positive, finite number."""
    try:
        number = float(text)
    except ValueError:
        raise argparse.ArgumentTypeError(f"{text!r} is not a number") from None
    if not 0.0 < number < math.inf:
        raise argparse.ArgumentTypeError(f"is {text}; it is positive and finite")
    return number


def direction(text: str) -> tuple[float, ...]:
    """Three numbers between commas."""
    try:
        numbers = tuple(float(part) for part in text.split(","))
    except ValueError:
        numbers = ()
    if len(numbers) != 3:
        raise argparse.ArgumentTypeError(f"{text!r} is not three numbers; write --axis=0,0,1")
    return numbers
