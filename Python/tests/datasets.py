"""Datasets that keep which key each image was made by; in a module of their own, where processes that are spawned find them."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import swift_pba as pba
import torch
from pictures import picture
from torch.utils.data import Dataset

POLICY = "trivialaugment-wide"


class Pictures(Dataset):
    """Images of one size, with their indices; it knows nothing of keys."""

    classes = ("a", "b")

    def __init__(self, count: int, transform: Callable[[Any], Any] | None) -> None:
        self.count = count
        self.transform = transform

    def __len__(self) -> int:
        return self.count

    def __getitem__(self, index: int) -> tuple[torch.Tensor, int]:
        if type(index) is not int:
            raise TypeError(f"found an index of {type(index)}")
        image = torch.from_numpy(picture(11, 9, index)).permute(2, 0, 1)
        return (image if self.transform is None else self.transform(image)), index


class Batches(Pictures):
    """Images that are augmented a batch at a time, by their keys."""

    def __init__(self, count: int, augment: pba.BatchAugment) -> None:
        super().__init__(count, None)
        self.augment = augment

    def __getitems__(self, keys: list[pba.Key]) -> list[tuple[torch.Tensor, int]]:
        images = torch.stack([self[int(key)][0].permute(1, 2, 0) for key in keys])
        return [(image, int(key)) for image, key in zip(self.augment(images, keys), keys, strict=True)]
