"""Whole batches at once: 8-bit images in, normalised numbers out."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence, Set
from typing import Any, SupportsIndex

import numpy as np

from . import _checks, _library
from ._engine import Applied, Engine, Tail, check_size
from ._library import _ROOM, message
from .keys import Key, key_arrays
from .schedule import Schedule


class BatchAugment:
    """Augment whole batches: the policy, random crop, flip, Cutout and normalisation, in one pass.

    What happens to a sample depends on (policy, seed, epoch, index) alone, not on the batch, the order, threads or time; it is
    what ``pba train`` does to it.

    Parameters
    ----------
    policy : str, path-like, mapping or Schedule
        A policy's name (``"rcifar10"``, ``"trivialaugment-wide"``, ``"none"``, …; see :func:`swift_pba.policies`), a schedule
        file, or a schedule. ``"rcifar10@last"`` and ``"…@shuffled"`` say the order, too.
    epochs : int or None
        The length of the training, to which a schedule is stretched. None keeps the schedule's own.
    seed : int, default 0
        Decides all random numbers.
    mean, std : sequence of three float
        Mean and standard deviation of red, green and blue, of values from 0 to 1.
    crop_padding : int, optional
        The padding of the random crop in pixels; 0 crops nothing. Default: 4 on images of 32 × 32, and in proportion on others.
    flip : bool, default True
        Whether every second image, by chance, is mirrored.
    cutout : int, optional
        The side of Cutout's square in pixels; 0 is none. Default: what the policy says, which is 16 on images of 32 × 32, in
        proportion on others, and 0 for ``"none"``.
    layout : {"nchw", "nhwc"}
        The order of the numbers of an image.
    dataset : str, default "cifar10"
        Decides which of its policies ``"autoaugment"`` takes.
    order : {"schedule", "shuffled", "last"}, optional
        How a schedule is played: each epoch with its policy, one of its policies for each image, or its last one
        throughout. Where the policy's name says it too, both must agree.
    trial : int, default 0
        The trial of a search whose random numbers are drawn.
    scale_to_size : bool, default True
        Whether lengths in pixels, which are published for 32 × 32, follow the size of the images.

    Examples
    --------
    >>> augment = pba.BatchAugment("rcifar10", epochs=200, mean=(0.49, 0.48, 0.45), std=(0.25, 0.24, 0.26))
    >>> keys = [pba.Key(index, epoch=0) for index in (5, 3, 8)]
    >>> batch = augment(images[[5, 3, 8]], keys)        # float32, (3, 3, 32, 32)
    """

    def __init__(
        self, policy: str | os.PathLike[str] | Mapping[str, Any] | Schedule, *, epochs: SupportsIndex | None,
        seed: SupportsIndex = 0, mean: Sequence[float], std: Sequence[float], crop_padding: SupportsIndex | None = None,
        flip: bool = True, cutout: SupportsIndex | None = None, layout: str = "nchw", dataset: str = "cifar10",
        order: str | None = None, trial: SupportsIndex = 0, scale_to_size: bool = True,
    ) -> None:
        if layout not in ("nchw", "nhwc"):
            raise ValueError(f"layout: found {layout!r}, expected 'nchw' or 'nhwc'")
        self.layout = layout
        tail = {
            "mean": _three(mean, "mean"), "std": _three(std, "std"), "flip": _checks.truth(flip, "flip"), "layout": layout,
            "crop_padding": None if crop_padding is None else _checks.integer(crop_padding, "crop_padding", 0, 4096),
            "cutout": None if cutout is None else _checks.integer(cutout, "cutout", 0, 4096)}
        self._engine = Engine(policy, seed, playing(epochs, dataset, order, trial, scale_to_size) | {"tail": tail})

    def __call__(
        self, images: Any, keys: Sequence[Key], *, threads: SupportsIndex = 1, out: Any = None, places: Any = None
    ) -> Any:
        """Augment a batch.

        Parameters
        ----------
        images : array of uint8, (n, height, width, 3)
            The images; a numpy array or a torch tensor on the CPU. They are not changed.
        keys : sequence of Key
            The index and epoch of each sample.
        threads : int, default 1
            How many threads share the work.
        out : array of float32, optional
            Where to write the batch; contiguous, of the batch's shape.
        places : sequence of int, optional
            Where the image of each key stands among `images`; then these may be a whole dataset. Default: one after another.

        Returns
        -------
        array of float32, (n, 3, height, width) or (n, height, width, 3)
            `out`, or a new one: a torch tensor where `images` is one, otherwise a numpy array.
        """
        threads = _checks.integer(threads, "threads", 1, 256)
        source, is_tensor = _as_numpy(images, "images", np.uint8, ": values from 0 to 255, before any scaling")
        if source.ndim != 4 or source.shape[3] != 3:
            raise ValueError(f"images: found the shape {source.shape}, expected (n, height, width, 3)")
        count, height, width, _ = source.shape
        check_size(height, width, "images")
        indices, epochs = key_arrays(keys)
        if len(epochs):
            self._engine.warn_beyond_end(int(epochs.max()), "BatchAugment")
        if places is not None:
            places = np.ascontiguousarray(_whole_numbers(places, "places"))
        expected = len(indices) if places is None else len(places)
        if expected != len(indices) or (places is None and count != len(indices)):
            raise ValueError(f"keys: found {len(indices)}, expected {count if places is None else expected}, one for each image")
        shape = (expected, 3, height, width) if self.layout == "nchw" else (expected, height, width, 3)
        target, returned = _output(out, shape, is_tensor)
        if out is not None and np.may_share_memory(target, source):
            raise ValueError("out: found memory that images use too, expected other memory")
        if not source.flags.c_contiguous:
            if places is not None:
                # Of a dataset that is not contiguous only the images of this batch are copied.
                outside = places[(places < 0) | (places >= count)]
                if outside.size:
                    raise ValueError(f"places: found {outside[0]}, expected a place among {count} images, from 0")
                source, count, places = source[places], expected, None
            source = np.ascontiguousarray(source)
        code = _library.loaded().pba_batch(
            self._engine.handle, _library.address(source), count, height, width,
            None if places is None else _library.address(places), _library.address(indices), _library.address(epochs), expected,
            threads, _library.address(target), message.buffer, _ROOM)
        if code:
            raise _library.error()
        return returned

    def explain(self, *, epoch: SupportsIndex, index: SupportsIndex, size: Sequence[int]) -> list[Applied]:
        """Return the operations that are applied to a sample's image of a size (height, width), in their order."""
        return self._engine.operations(epoch, index, size)

    def explain_tail(self, *, epoch: SupportsIndex, index: SupportsIndex, size: Sequence[int]) -> Tail:
        """Return what follows the operations on a sample's image of a size (height, width): crop, flip and Cutout."""
        return self._engine.tail(epoch, index, size)


def playing(
    epochs: SupportsIndex | None, dataset: str, order: str | None, trial: SupportsIndex, scale_to_size: bool
) -> dict[str, Any]:
    """Return how a policy is played, as the library takes it."""
    if not isinstance(dataset, str):
        raise TypeError(f"dataset: found {dataset!r}, expected the name of a dataset, such as 'cifar10'")
    if order is not None and not isinstance(order, str):
        raise TypeError(f"order: found {order!r}, expected 'schedule', 'shuffled' or 'last'")
    return {
        "epochs": None if epochs is None else _checks.integer(epochs, "epochs", 1, 1_000_000), "dataset": dataset, "order": order,
        "trial": _checks.integer(trial, "trial", 0, _checks.LARGEST_KEY),
        "scale_to_size": _checks.truth(scale_to_size, "scale_to_size")}


def _three(values: Sequence[float], name: str) -> list[float]:
    try:
        # A set has no order, and of a text each letter would count.
        if isinstance(values, (str, bytes, Set, Mapping)):
            raise TypeError
        found = list(values)
        if any(isinstance(value, (bool, str, bytes)) for value in found):
            raise TypeError
        numbers = [float(value) for value in found]
    except (TypeError, ValueError, OverflowError):
        raise TypeError(f"{name}: found {values!r}, expected three numbers, for red, green and blue") from None
    if len(numbers) != 3:
        raise ValueError(f"{name}: found {len(numbers)} numbers, expected three, for red, green and blue")
    if not np.isfinite(numbers).all():
        raise ValueError(f"{name}: found {numbers}, expected finite numbers")
    if name == "mean" and not all(0 <= number <= 1 for number in numbers):
        raise ValueError(f"{name}: found {numbers}, expected numbers from 0 to 1: the mean of values that are divided by 255")
    lowest, highest = (1e-6, 1e6) if name == "std" else (-1e6, 1e6)
    if not all(lowest <= number <= highest for number in numbers):
        raise ValueError(f"{name}: found {numbers}, expected numbers from {lowest:g} to {highest:g}")
    return numbers


def _as_numpy(array: Any, name: str, dtype: type[np.generic], advice: str = "") -> tuple[np.ndarray, bool]:
    """Return an array of a type without a copy, and whether it is a tensor of torch."""
    is_tensor = hasattr(array, "detach") and hasattr(array, "layout")
    if not is_tensor and not isinstance(array, np.ndarray):
        raise TypeError(f"{name}: found {type(array).__name__}, expected a numpy array or a torch tensor")
    if str(array.dtype).removeprefix("torch.") != np.dtype(dtype).name:
        raise TypeError(f"{name}: found {array.dtype}, expected {np.dtype(dtype).name}{advice}")
    if not is_tensor:
        return _checks.plain(array, name), False
    if array.device.type != "cpu":
        raise ValueError(f"{name}: found a tensor on {array.device}, expected one on the CPU: call it before .to(device)")
    if str(array.layout) != "torch.strided":
        raise TypeError(f"{name}: found a tensor of layout {array.layout}, expected torch.strided: tensor.to_dense()")
    if array.requires_grad:
        raise ValueError(f"{name}: found a tensor that requires grad, expected one that does not: tensor.detach()")
    return array.numpy(), True


def _whole_numbers(values: Any, name: str) -> np.ndarray:
    try:
        array = np.asanyarray(values)
    except (TypeError, ValueError, RuntimeError):
        raise TypeError(f"{name}: found {type(values).__name__} that is no array, expected a list of integers") from None
    array = _checks.plain(array, name)
    if array.ndim != 1 or (array.size and array.dtype.kind not in "iu"):
        raise TypeError(f"{name}: found an array of {array.dtype} and shape {array.shape}, expected a list of integers")
    if array.dtype == np.uint64 and array.size and array.max() > np.iinfo(np.int64).max:
        raise ValueError(f"{name}: found {array.max()}, expected the places of images")
    return array.astype(np.int64)


def _output(out: Any, shape: tuple[int, ...], is_tensor: bool) -> tuple[np.ndarray, Any]:
    """Return the memory to write to, and what the caller gets."""
    if out is None:
        if not is_tensor:
            made = np.empty(shape, np.float32)
            return made, made
        import torch

        tensor = torch.empty(shape, dtype=torch.float32)
        return tensor.numpy(), tensor
    target, _ = _as_numpy(out, "out", np.float32)
    if target.shape != shape:
        raise ValueError(f"out: found the shape {target.shape}, expected {shape}")
    if not target.flags.c_contiguous:
        raise ValueError("out: found an array that is not contiguous, expected one that is")
    if not target.flags.aligned:
        raise ValueError("out: found an array at a misaligned address, expected a multiple of 4")
    if not target.flags.writeable:
        raise ValueError("out: found an array that may not be written to, expected one that may")
    return target, out
