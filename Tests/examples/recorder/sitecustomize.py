"""Python imports this file in each process whose PYTHONPATH has its folder, also in the workers of data loaders, however they
are started. It appends to the file PBA_RECORD a line for each sample that swift_pba augments: what it is (image, labels or
batch), the epoch, the index, and a digest of the result."""

import hashlib
import os
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


def install() -> None:
    images, labels, batch = Engine.images, Engine.labels, BatchAugment.__call__

    def recorded_images(self: Engine, pixels: np.ndarray, epoch: int, index: int) -> np.ndarray:
        result = images(self, pixels, epoch, index)
        write("image", epoch, index, result)
        return result

    def recorded_labels(self: Engine, pixels: np.ndarray, epoch: int, index: int, fill: int) -> np.ndarray:
        result = labels(self, pixels, epoch, index, fill)
        write("labels", epoch, index, result)
        return result

    def recorded_batch(self: BatchAugment, pixels: Any, keys: Any, **options: Any) -> Any:
        result = batch(self, pixels, keys, **options)
        for key, sample in zip(keys, result, strict=True):
            write("batch", key.epoch, int(key), sample)
        return result

    Engine.images, Engine.labels, BatchAugment.__call__ = recorded_images, recorded_labels, recorded_batch


if "PBA_RECORD" in os.environ:
    install()
