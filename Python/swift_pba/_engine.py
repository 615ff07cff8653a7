"""A policy that was opened in the native library: what `Augment` and `BatchAugment` call."""

from __future__ import annotations

import json
import math
import os
import sys
import warnings
import weakref
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, SupportsIndex

import numpy as np

from . import _checks, _library
from ._library import _ROOM, message
from .schedule import Schedule, policy_text

LARGEST_SIDE = 32767
LARGEST_AREA = 2**28
# Orders of an image's bytes: (…, height, width, 3), (…, 3, height, width), (…, height, width, 4) with a byte without meaning.
RGB, PLANAR, RGBX = 0, 1, 2


@dataclass(frozen=True)
class Applied:
    """An operation that is applied to a sample, and the values that were drawn for it.

    Attributes
    ----------
    operation : str
        The operation's name.
    parameter : float
        Its strength in the operation's own unit, the direction included.
    magnitude : int or None
        The magnitude of the search that the strength stands for; None where the policy has no such scale.
    probability : float
        The probability with which it could be applied.
    center : tuple of int or None
        The column and row that are drawn as its middle, for operations that have one.
    movement : tuple of float or None
        Where pixels come from, for operations that move them: (a, b, c, d, e, f) with old x = a·x + b·y + c and
        old y = d·x + e·y + f, in pixels from the corner of the image. Perspective has two numbers more, g and h: both are
        divided by g·x + h·y + 1.
    key : int or None
        What the operation's own random numbers follow from, below 2**53, for operations that have some.
    """

    operation: str
    parameter: float
    magnitude: int | None
    probability: float
    center: tuple[int, int] | None
    movement: tuple[float, ...] | None
    key: int | None = None


@dataclass(frozen=True)
class Tail:
    """What `BatchAugment` does to a sample after its operations.

    Attributes
    ----------
    shift : tuple of int
        How far the piece that the crop cuts out lies to the right of the image's corner, and below it, in pixels; negative
        towards the padding.
    flipped : bool
        Whether that piece is mirrored.
    cutout : tuple of int
        The part of the finished image that Cutout sets to the mean colour: left, top, right and bottom edge, in pixels.
    """

    shift: tuple[int, int]
    flipped: bool
    cutout: tuple[int, int, int, int]


def check_size(height: int, width: int, name: str) -> None:
    """Refuse a size of images that the library refuses, before any of them is copied."""
    if not (0 < height <= LARGEST_SIDE and 0 < width <= LARGEST_SIDE and height * width <= LARGEST_AREA):
        raise ValueError(
            f"{name}: found {height} × {width} pixels, expected 1 to {LARGEST_SIDE} a side, and at most {LARGEST_AREA}")


class Engine:
    """A policy with its seed and settings; it is opened again where it was unpickled."""

    def __init__(
        self, policy: str | os.PathLike[str] | Mapping[str, Any] | Schedule, seed: SupportsIndex, settings: dict[str, Any]
    ) -> None:
        if policy is None or isinstance(policy, bool):
            raise TypeError(f"policy: found {policy}, expected the name of a policy, a path, a mapping, or a Schedule")
        self.seed = _checks.integer(seed, "seed", 0, _checks.LARGEST_SEED)
        settings = {name: value for name, value in settings.items() if value is not None}
        self._policy = policy_text(policy)
        self._settings = json.dumps(settings)
        self._open()
        # A file is read once: what is done with it later, here or on other machines, changes nothing.
        opened = json.loads(_library.description(self.handle))
        self.epochs: int = opened["epochs"]
        # What has one policy has no last epoch, unless the caller named it.
        self._has_end = "epochs" in settings or (opened["schedule"] is not None and self.epochs > 1)
        self._has_warned = False
        if opened["schedule"] is not None:
            self._policy = json.dumps(opened["schedule"])
            self._settings = json.dumps(settings | {"order": opened["order"]})

    def _open(self) -> None:
        self.handle = _library.open_augmenter(self._policy, self.seed, self._settings)
        weakref.finalize(self, _library.loaded().pba_close, self.handle)

    def played(self) -> tuple[str, str | None]:
        """Return the policy, a name or a schedule's text, and the order in which a schedule is played."""
        return self._policy, json.loads(self._settings).get("order")

    def __getstate__(self) -> dict[str, Any]:
        return {name: value for name, value in self.__dict__.items() if name != "handle"}

    def __setstate__(self, state: dict[str, Any]) -> None:
        self.__dict__.update(state)
        self._open()

    def warn_beyond_end(self, epoch: int, name: str) -> None:
        """Warn, once, of an epoch after the last one; of the workers of a data loader the first one does."""
        if epoch >= self.epochs and self._has_end and not self._has_warned and _speaks():
            self._has_warned = True
            warnings.warn(
                f"{name}: found epoch {epoch} (counted from 0) of a training of {self.epochs} epochs; the policy of the last "
                "epoch holds from here on. Each pass over a loader is an epoch, also an evaluation of the training images or a "
                "look at one batch: loader.sampler.set_epoch(epoch) before a pass says which it is. Give epochs=, the whole "
                "length of the training, where that is longer", stacklevel=_checks.depth_of_caller())

    def images(self, images: np.ndarray, epoch: int, index: int, layout: int = RGB) -> np.ndarray:
        """Augment contiguous images of one sample, 8 bits in and out, whose bytes are in the order of a layout."""
        if layout == PLANAR:
            *count, _, height, width = images.shape
        else:
            *count, height, width, _ = images.shape
        output = np.empty(images.shape, np.uint8)
        code = _library.loaded().pba_images(
            self.handle, _library.address(images), math.prod(count), height, width, layout, index, epoch,
            _library.address(output), message.buffer, _ROOM)
        if code:
            raise _library.error()
        return output

    def labels(self, labels: np.ndarray, epoch: int, index: int, fill: int) -> np.ndarray:
        """Move the labels (height, width), contiguous and of type int32, of a sample's pixels."""
        height, width = labels.shape
        output = np.empty(labels.shape, np.int32)
        code = _library.loaded().pba_labels(
            self.handle, _library.address(labels), height, width, index, epoch, fill, _library.address(output),
            message.buffer, _ROOM)
        if code:
            raise _library.error()
        return output

    def explain(self, epoch: SupportsIndex, index: SupportsIndex, size: Sequence[int]) -> dict[str, Any]:
        """Return what is drawn for a sample's image of a size (height, width)."""
        epoch, index = _checks.key(epoch, index)
        if isinstance(size, (str, bytes)) or not isinstance(size, Sequence) or len(size) != 2:
            raise TypeError(f"size: found {size!r}, expected (height, width) in pixels")
        height = _checks.integer(size[0], "height", 1, LARGEST_SIDE)
        width = _checks.integer(size[1], "width", 1, LARGEST_SIDE)
        return json.loads(_library.explanation(self.handle, index, epoch, height, width))

    def operations(self, epoch: SupportsIndex, index: SupportsIndex, size: Sequence[int]) -> list[Applied]:
        """Return the operations that are applied to a sample's image of a size (height, width), in their order."""
        return [
            Applied(
                entry["operation"], entry["parameter"], entry["magnitude"], entry["probability"],
                entry["center"] and tuple(entry["center"]), entry["movement"] and tuple(entry["movement"]),
                entry["key"])
            for entry in self.explain(epoch, index, size)["operations"]]

    def tail(self, epoch: SupportsIndex, index: SupportsIndex, size: Sequence[int]) -> Tail:
        """Return what follows the operations on a sample's image of a size (height, width)."""
        drawn = self.explain(epoch, index, size)["tail"]
        return Tail(tuple(drawn["shift"]), drawn["flipped"], tuple(drawn["cutout"]))

    def forward_map(self, epoch: int, index: int, size: Sequence[int]) -> np.ndarray | None:
        """Return the matrix by which a place (x, y, 1) of a sample's image goes to its new place; None where all stay.

        The new place is (u / w, v / w) where the product is (u, v, w). Where w is 0 or less, the place lies behind the horizon.
        """
        movements = [applied.movement for applied in self.operations(epoch, index, tuple(size)) if applied.movement is not None]
        if not movements:
            return None
        backward = np.eye(3)
        middle = np.array([size[1] / 2, size[0] / 2, 1])
        for movement in movements:
            step = np.vstack([np.reshape(movement[:6], (2, 3)), [*movement[6:], 1] if len(movement) > 6 else [0, 0, 1]])
            # Only what lies behind the horizon of a perspective has a divisor below 0, and the middle of the image does not.
            backward = backward @ (step if np.linalg.solve(step, middle)[2] > 0 else -step)
        return np.linalg.inv(backward)

    def moves(self, epoch: int, index: int, size: Sequence[int]) -> bool:
        """Return whether an operation moves pixels of a sample's image."""
        return any(applied.movement is not None for applied in self.operations(epoch, index, tuple(size)))


def _speaks() -> bool:
    """Return whether this process warns: of the workers of a data loader the first, and any process that is none."""
    torch = sys.modules.get("torch")
    worker = torch.utils.data.get_worker_info() if torch else None
    return worker is None or worker.id == 0
