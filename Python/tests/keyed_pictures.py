"""A dataset with our transform in it, and a check that a loader gives its samples the pixels of `apply`."""

from __future__ import annotations

from typing import Any

import numpy as np
import swift_pba as pba
from datasets import POLICY, Pictures
from pictures import picture

COUNT = 13
EXPECTED: dict[tuple[int, int], np.ndarray] = {}


def expected(epoch: int, index: int) -> np.ndarray:
    if (epoch, index) not in EXPECTED:
        augment = pba.Augment(POLICY, epochs=1000, seed=8)
        EXPECTED[epoch, index] = augment.apply(picture(11, 9, index), epoch=epoch, index=index)
    return EXPECTED[epoch, index]


def pictures(count: int = COUNT) -> Pictures:
    return Pictures(count, pba.Augment(POLICY, epochs=1000, seed=8))


def indices(batches: Any, epoch: int) -> list[int]:
    """Check every image of a pass over a loader; return the indices in their order."""
    seen = []
    for images, numbers in batches:
        for image, index in zip(images, numbers.tolist(), strict=True):
            assert np.array_equal(image.permute(1, 2, 0).numpy(), expected(epoch, index)), (epoch, index)
            seen.append(index)
    return seen
