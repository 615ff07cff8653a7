"""Checks of arguments that several functions take."""

from __future__ import annotations

import operator
import sys
from typing import Any, SupportsIndex

import numpy as np

# Random numbers are counted by 32 bits, so a larger number would repeat a smaller one.
LARGEST_KEY = 2**32 - 1
LARGEST_SEED = 2**64 - 1


def integer(value: SupportsIndex, name: str, low: int, high: int) -> int:
    """Return a whole number within bounds; numpy's integers are numbers too, truth values are not."""
    # A tensor of truth values would count as 0 or 1.
    if isinstance(value, bool) or str(getattr(value, "dtype", "")).endswith("bool"):
        raise TypeError(f"{name}: found {value}, expected an integer")
    if value is None:
        raise TypeError(f"{name}: found nothing, expected an integer")
    try:
        number = operator.index(value)
    except TypeError:
        raise TypeError(f"{name}: found {value!r} of type {type(value).__name__}, expected an integer") from None
    if not low <= number <= high:
        raise ValueError(f"{name}: found {number}, expected {low} to {high}")
    return number


def key(epoch: SupportsIndex, index: SupportsIndex) -> tuple[int, int]:
    """Return an epoch and an index that random numbers can be drawn by."""
    return integer(epoch, "epoch", 0, LARGEST_KEY), integer(index, "index", 0, LARGEST_KEY)


def plain(array: Any, name: str) -> np.ndarray:
    """Return an array of numpy's own type."""
    if isinstance(array, np.ma.MaskedArray):
        raise TypeError(f"{name}: found a masked array, expected a plain one: array.filled(value) makes one")
    return np.asarray(array)


def truth(value: Any, name: str) -> bool:
    """Return a truth value."""
    if not isinstance(value, bool):
        raise TypeError(f"{name}: found {value!r}, expected True or False")
    return value


def depth_of_caller() -> int:
    """Return how many calls up from the caller of this the first one is that belongs to neither this package nor torch."""
    frame, depth = sys._getframe(1), 1
    while frame is not None and frame.f_globals.get("__name__", "").partition(".")[0] in ("swift_pba", "torch", "torchvision"):
        frame, depth = frame.f_back, depth + 1
    return depth
