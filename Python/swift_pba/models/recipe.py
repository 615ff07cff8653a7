"""How a network was trained, in the names and bounds that the program has for it."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from typing import Any, NamedTuple


class _Entry(NamedTuple):
    default: Any
    is_valid: Callable[[Any], bool]
    expected: str


def _whole(default: int, low: int, high: int, words: str = "") -> _Entry:
    return _Entry(default, lambda value: type(value) is int and low <= value <= high, words or f"a whole number, {low} to {high}")


def _number(default: float, is_valid: Callable[[float], bool], words: str) -> _Entry:
    def holds(value: Any) -> bool:
        return type(value) in (int, float) and math.isfinite(value) and is_valid(value)

    return _Entry(default, holds, words)


def _choice(*values: str) -> _Entry:
    return _Entry(values[0], lambda value: isinstance(value, str) and value in values, " or ".join(values))


def _flag(default: bool | None) -> _Entry:
    return _Entry(default, lambda value: isinstance(value, bool), "true or false")


_PIXELS = "0 (off) to 4096 pixels"
# The defaults are the program's own.
_NEEDED = {
    "epochs": _whole(200, 1, 1_000_000),
    "batchSize": _whole(128, 1, 1_000_000),
    "learningRate": _number(0.1, lambda value: 0 < value <= 1e38, "a number above 0, up to 1e38"),
    "learningRateRule": _choice("cosine", "step"),
    "weightDecay": _number(0.0005, lambda value: 0 <= value <= 1e38, "a number from 0 to 1e38"),
    "cutout": _whole(16, 0, 4096, _PIXELS),
    "cropPadding": _whole(4, 0, 4096, _PIXELS),
    "flip": _flag(True),
    "seed": _whole(0, 0, 2**64 - 1),
    "precision": _choice("fp32", "bf16"),
    "threads": _whole(1, 1, 1024),
}
_POSSIBLE = {
    "scaleToSize": _flag(None),
    "labelSmoothing": _number(0, lambda value: 0 < value < 1, "a number above 0 and below 1"),
    "classWeights": _Entry(None, lambda value: isinstance(value, str | list | dict), "'balanced', a list or names with numbers"),
}


def complete(model: str, recipe: Mapping[str, Any] | None = None) -> dict[str, Any]:
    """Give a whole recipe of a model: the entries that are known, and the program's defaults for the others."""
    return {name: entry.default for name, entry in _NEEDED.items()} | dict(recipe or {}) | {"model": model}


def validate(recipe: Any) -> None:
    """Check what the program would; entries of names that are not known are left alone.

    Raises
    ------
    ValueError
        For the first entry that has no meaning, or is missing.
    """
    if not isinstance(recipe, Mapping) or not isinstance(recipe.get("model"), str):
        raise ValueError(f"recipe: found {recipe!r}, expected names with values, the name of a model among them")
    for name, entry in (_NEEDED | _POSSIBLE).items():
        found = recipe.get(name)
        if found is None and name in _POSSIBLE:
            continue
        if not entry.is_valid(found):
            raise ValueError(f"recipe: {name}: found {'nothing' if found is None else repr(found)}, expected {entry.expected}")
