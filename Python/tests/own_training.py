"""A training in which everything is random that can be, for segments of own trainers; a module that spawned processes find."""

from __future__ import annotations

import random
from pathlib import Path
from typing import Any

import numpy as np
import swift_pba as pba
import torch
from pictures import picture
from swift_pba.trainer.segment import Segment, SegmentRequest, seed_beginning
from torch.utils.data import Dataset
from torchvision.transforms import v2
from workers import POLICY

COUNT = 22


class Images(Dataset):
    """Pictures under transforms that draw from the generators of Python, numpy and torch."""

    def __init__(self, augment: pba.Augment) -> None:
        self.transform = v2.Compose([augment, v2.RandomCrop(9, 2), v2.ToDtype(torch.float32, scale=True)])

    def __len__(self) -> int:
        return COUNT

    def __getitem__(self, index: int) -> tuple[torch.Tensor, int]:
        image = self.transform(torch.from_numpy(picture(11, 9, index)).permute(2, 0, 1))
        return image * random.uniform(0.9, 1.1) + np.random.normal(0, 0.1), index % 3


def segment(
    folder: Path, epochs: tuple[int, int], start: Path | None, *, trial: int = 3, limit: int | None = None, policy: Any = POLICY,
) -> Segment:
    """A segment in this process."""
    output = folder / f"{epochs[0]}-{epochs[1]}-{trial}"
    output.mkdir()
    return Segment(
        SegmentRequest("0/3/1", trial, 0, 5, *epochs, 6, False, policy, {}, "cpu"), start=start, output=output,
        report=lambda *_: None, stop_requested=lambda: False, batch_limit=limit)


def train(of: Segment, options: dict[str, Any]) -> list[float]:
    """Train a network with dropout, and return the sum of its weights after each epoch."""
    seed_beginning(of)
    network = torch.nn.Sequential(torch.nn.Flatten(), torch.nn.Dropout(0.3), torch.nn.Linear(243, 3))
    optimizer = torch.optim.Adam(network.parameters())
    if of.start is not None:
        weights, state = torch.load(of.start / "state.pt")
        network.load_state_dict(weights)
        optimizer.load_state_dict(state)
    batches = of.loader(Images(of.augment), batch_size=4, shuffle=True, **options)
    sums = []
    for _ in of.epochs:
        for images, labels in batches:
            loss = torch.nn.functional.cross_entropy(network(images), labels)
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
        # What is drawn beside the loader.
        torch.rand(3), random.random(), np.random.rand(2)
        sums.append(sum(parameter.double().sum().item() for parameter in network.parameters()))
    torch.save((network.state_dict(), optimizer.state_dict()), of.output / "state.pt")
    return sums
