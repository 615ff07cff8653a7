"""What a checkpoint says of itself."""

from __future__ import annotations

import json
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from .recipe import validate

_KEYS = ("recipe", "dataset", "classNames", "statistics", "imageSize", "epoch", "trial")


@dataclass(frozen=True)
class CheckpointInfo:
    """What a checkpoint holds besides tensors: enough to use the network without the run that made it.

    Parameters
    ----------
    class_names : sequence of str
        The names of the classes, in the order of the scores.
    mean, std : sequence of float
        Mean and standard deviation of red, green and blue, of values in 0 to 1, by which images are normalised.
    image_size : (int, int)
        Height and width of the images, in pixels.
    dataset : str
        The name of the dataset that it was trained on.
    recipe : dict
        How it was trained, in the names of the program's settings: ``model``, ``epochs``, ``learningRate`` …
    epoch : int, default 0
        Epochs done.
    trial : int, default 0
        The trial of a search; 0 in a training.

    Raises
    ------
    ValueError
        For values that no checkpoint can have.
    """

    class_names: tuple[str, ...]
    mean: tuple[float, float, float]
    std: tuple[float, float, float]
    image_size: tuple[int, int]
    dataset: str
    recipe: dict[str, Any] = field(hash=False)
    epoch: int = 0
    trial: int = 0

    def __post_init__(self) -> None:
        names = self.class_names
        is_named = _is_list(names, str) and len(names) > 0 and all(map(_is_text, names))
        _require("class_names", names, is_named, "at least one name, in Unicode")
        for name, colours in (("mean", self.mean), ("std", self.std)):
            _require(name, colours, _is_list(colours, int | float) and len(colours) == 3, "three numbers: red, green, blue")
            _require(name, colours, all(abs(_single(value)) < math.inf for value in colours), "numbers that a float32 can hold")
        _require("std", self.std, all(_single(value) > 0 for value in self.std), "numbers above 0")
        size = self.image_size
        _require("image_size", size, _is_list(size, int) and len(size) == 2 and min(size) > 0, "height and width in pixels")
        _require("dataset", self.dataset, _is_text(self.dataset), "the name of a dataset")
        _require("epoch", self.epoch, type(self.epoch) is int and self.epoch >= 0, "0 or more")
        _require("trial", self.trial, type(self.trial) is int, "a whole number")
        validate(self.recipe)
        for name in ("class_names", "mean", "std", "image_size"):
            object.__setattr__(self, name, tuple(getattr(self, name)))
        object.__setattr__(self, "recipe", dict(self.recipe))

    @property
    def model(self) -> str:
        """The name of the network, such as ``"wrn_40_2"``."""
        return str(self.recipe["model"])

    @classmethod
    def from_json(cls, text: str) -> CheckpointInfo:
        """Read the description in a checkpoint's header; ``ValueError`` says what is wrong with it."""
        try:
            found = json.loads(text)
        except (ValueError, RecursionError):
            found = None
        if not isinstance(found, Mapping) or not isinstance(found.get("statistics"), Mapping):
            raise ValueError("found no description, expected JSON with the classes, the normalisation and the recipe")
        missing = [key for key in _KEYS if key not in found]
        statistics = found["statistics"]
        missing += [key for key in ("mean", "standardDeviation") if key not in statistics]
        if missing:
            raise ValueError(f"{missing[0]}: found nothing, expected a value")
        return cls(
            class_names=found["classNames"],
            mean=statistics["mean"],
            std=statistics["standardDeviation"],
            image_size=found["imageSize"],
            dataset=found["dataset"],
            recipe=found["recipe"],
            epoch=found["epoch"],
            trial=found["trial"],
        )

    def to_json(self) -> str:
        """Give the description as the program writes it: keys in order, numbers of normalisation as float32."""
        statistics = {
            name: [_single(value) for value in values]
            for name, values in (("mean", self.mean), ("standardDeviation", self.std))
        }
        values = {
            "recipe": self.recipe,
            "dataset": self.dataset,
            "classNames": self.class_names,
            "statistics": statistics,
            "imageSize": self.image_size,
            "epoch": self.epoch,
            "trial": self.trial,
        }
        text = json.dumps(values, sort_keys=True, separators=(",", ":"), ensure_ascii=False, allow_nan=False)
        return text.replace("/", "\\/")


def _single(value: float) -> float:
    """Give the number whose shortest text is that of the nearest float32."""
    with np.errstate(over="ignore"):
        return float(str(np.float32(value)))


def _is_list(value: object, kind: Any) -> bool:
    return (
        isinstance(value, Sequence)
        and not isinstance(value, str)
        and all(isinstance(one, kind) and not isinstance(one, bool) for one in value)
    )


def _is_text(value: object) -> bool:
    # A lone half of a surrogate pair cannot be written.
    return isinstance(value, str) and not any("\ud800" <= character <= "\udfff" for character in value)


def _require(name: str, found: object, holds: bool, expected: str) -> None:
    if not holds:
        raise ValueError(f"{name}: found {found!r}, expected {expected}")
