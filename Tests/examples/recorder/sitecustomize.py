"""Python imports this file in each process whose PYTHONPATH has its folder, also in the workers of data loaders, however they
are started. It appends to the file PBA_RECORD a line for each sample that swift_pba augments: what it is (image, labels or
batch), the epoch, the index, and a digest of the result."""

import functools
import hashlib
import inspect
import os
from collections.abc import Callable
from typing import Any

import numpy as np
from swift_pba._engine import Engine
from swift_pba.batch import BatchAugment


def write(kind: str, epoch: int, index: int, result: Any) -> None:
    digest = hashlib.sha256(np.ascontiguousarray(result).tobytes()).hexdigest()
    line = f"{kind} {epoch} {index} {digest}\n".encode()
    file = os.open(os.environ["PBA_RECORD"], os.O_WRONLY | os.O_APPEND | os.O_CREAT)
    try:
        os.write(file, line)  # short enough to be one with those of other processes
    finally:
        os.close(file)


def recorded(kind: str, method: Callable[..., np.ndarray]) -> Callable[..., np.ndarray]:
    """A method of the engine that is called with an epoch and an index, and records what it returns."""
    signature = inspect.signature(method)

    @functools.wraps(method)
    def call(*arguments: Any, **named: Any) -> np.ndarray:
        result = method(*arguments, **named)
        given = signature.bind(*arguments, **named).arguments
        write(kind, given["epoch"], given["index"], result)
        return result

    return call


def recorded_batch(method: Callable[..., Any]) -> Callable[..., Any]:
    """The call of a batch augmenter, which records each sample of the batch that it returns."""

    @functools.wraps(method)
    def call(self: BatchAugment, images: Any, keys: Any, **options: Any) -> Any:
        result = method(self, images, keys, **options)
        for key, sample in zip(keys, result, strict=True):
            write("batch", key.epoch, int(key), sample)
        return result

    return call


if "PBA_RECORD" in os.environ:
    Engine.images = recorded("image", Engine.images)
    Engine.labels = recorded("labels", Engine.labels)
    BatchAugment.__call__ = recorded_batch(BatchAugment.__call__)
