"""What `train` returns: the score and the other figures."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

from ..trainer.figures import LONGEST_NAME, MOST_FIGURES, is_name, number, short


class BadResult(Exception):
    """A result that is none."""


class NotFinite(Exception):
    """A score or a loss that is not a finite number."""


def checked(result: Any, metric: str = "score") -> tuple[float, dict[str, float | None]]:
    """Return the score and the other figures of what `train` returned.

    Raises
    ------
    BadResult
        If it is no mapping, has no score, or something in it is no number.
    NotFinite
        If the score, the loss or the accuracy of training is NaN or infinite.
    """
    if not isinstance(result, Mapping):
        raise BadResult(f"train() returned {short(result)}, expected a dict with {metric!r}")
    if len(result) > MOST_FIGURES:
        raise BadResult(f"train() returned {len(result)} figures, expected at most {MOST_FIGURES}")
    if metric not in result:
        names = ", ".join(short(name) for name in result) or "nothing"
        raise BadResult(f"train() returned a dict with {names}, expected {metric!r} in it, by which trials are compared")
    figures: dict[str, float] = {}
    for name, value in result.items():
        if not is_name(name):
            raise BadResult(
                f"train() returned a dict with the key {short(name)}, expected names of 1 to {LONGEST_NAME} characters")
        try:
            figures[name] = number(value, f"train() returned {name!r}")
        except TypeError as error:
            raise BadResult(str(error)) from None
    for name in (metric, "train_loss", "train_accuracy"):
        if not math.isfinite(figures.get(name, 0)):
            raise NotFinite(f"{name} is {figures[name]}")
    accuracy = figures.get("train_accuracy", 0)
    if not 0 <= accuracy <= 1:
        raise BadResult(f"train() returned 'train_accuracy' {accuracy:g}, expected 0 to 1")
    others = {name: value if math.isfinite(value) else None for name, value in figures.items() if name != metric}
    return figures[metric], others
