"""Figures that a trainer returns or reports: which names and values they may have."""

from __future__ import annotations

import math
import operator
from typing import Any

#: A message has room for so many figures, by names of so many characters.
MOST_FIGURES, LONGEST_NAME = 1000, 100


def is_name(value: Any) -> bool:
    """Return whether a figure may have this name."""
    return isinstance(value, str) and 0 < len(value) <= LONGEST_NAME


def integer(value: Any, place: str) -> int:
    """Return an integer: Python's, or one of numpy or torch."""
    try:
        return operator.index(value)
    except TypeError:
        raise TypeError(f"{place}: found {short(value)} of type {type(value).__name__}, expected an integer") from None


def number(value: Any, place: str) -> float:
    """Return a number: Python's, or a scalar of numpy or torch."""
    # An array or tensor with one element is a number too.
    plain = value.item() if hasattr(value, "item") and math.prod(getattr(value, "shape", ())) == 1 else value
    if isinstance(plain, bool) or not isinstance(plain, (int, float)):
        raise TypeError(f"{place}: found {short(value)} of type {type(value).__name__}, expected a number")
    try:
        return float(plain)
    except OverflowError:
        return math.inf if plain > 0 else -math.inf


def short(value: Any) -> str:
    """Return a value as text of at most 80 characters."""
    try:
        text = " ".join(repr(value).split())
    except Exception:
        text = f"<{type(value).__name__}>"
    return text if len(text) <= 80 else text[:77] + "..."
