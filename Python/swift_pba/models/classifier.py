"""What every network of ``swift_pba.models`` is."""

from __future__ import annotations

import re
from abc import ABC, abstractmethod
from typing import SupportsIndex

import torch
from torch import nn

from .. import _checks
from .info import CheckpointInfo


class Classifier(nn.Module, ABC):
    """A network that classifies images; its ``state_dict`` has the names that checkpoints of ``pba`` have.

    Beside those names there is ``num_batches_tracked`` of each batch normalisation, which PyTorch counts and nothing reads.

    Parameters
    ----------
    name : str
        The name of the network, as the setting ``model`` of the program takes it, such as ``"wrn_40_2"``.
    classes : int
        How many classes it tells apart.

    Attributes
    ----------
    name : str
        The name of the network.
    classes : int
        How many classes it tells apart.
    info : CheckpointInfo or None
        What the checkpoint says that the network was loaded from; None for one that was not.
    """

    def __init__(self, name: str, classes: SupportsIndex) -> None:
        super().__init__()
        self.name = name
        self.classes = _checks.integer(classes, "classes", 1, 1_000_000)
        self.info: CheckpointInfo | None = None

    @abstractmethod
    def forward(self, images: torch.Tensor, generator: torch.Generator | None = None) -> torch.Tensor:
        """Give class scores [N, classes] of normalised images [N, 3, H, W].

        Parameters
        ----------
        images : Tensor
            Normalised images, see :func:`swift_pba.models.preprocess`.
        generator : torch.Generator, optional
            What random layers draw from in training; by default PyTorch's own generator of the images' device.
        """


def numbers(name: str, prefix: str, count: int) -> list[int] | None:
    """Return the whole numbers of a network's name, which has ``count`` of them after ``prefix``; None for another name."""
    parts = name.removeprefix(prefix).split("_")
    matches = len(parts) == count + 1 and not parts[0] and all(re.fullmatch(r"[+-]?[0-9]{1,18}", part) for part in parts[1:])
    return [int(part) for part in parts[1:]] if matches else None
