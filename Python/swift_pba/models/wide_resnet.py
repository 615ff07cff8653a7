"""The Wide-ResNet that Population Based Augmentation and AutoAugment trained."""

from __future__ import annotations

from typing import SupportsIndex

import torch
from torch import nn
from torch.nn import functional as F

from .. import _checks
from .classifier import Classifier, numbers
from .layers import Convolution, last_layer, without_weights


def _shortcut(x: torch.Tensor, channels: int, stride: int) -> torch.Tensor:
    missing = channels - x.shape[1]
    return without_weights(x, stride, missing // 2, missing - missing // 2)


class WideResNetBlock(nn.Module):
    """Batch norm, ReLU, convolution, twice, plus the shortcut: [N, inputs, H, W] to [N, outputs, ⌈H/stride⌉, ⌈W/stride⌉].

    Parameters
    ----------
    inputs, outputs : int
        Channels.
    stride : int
        Of the first convolution and the shortcut.
    shares_activation : bool
        Whether the shortcut is taken after the first batch norm and ReLU, as in the very first block.
    """

    def __init__(self, inputs: int, outputs: int, stride: int, shares_activation: bool) -> None:
        super().__init__()
        self.bn1 = nn.BatchNorm2d(inputs)
        self.conv1 = Convolution(inputs, outputs, stride)
        self.bn2 = nn.BatchNorm2d(outputs)
        self.conv2 = Convolution(outputs, outputs)
        self.outputs, self.stride, self.shares_activation = outputs, stride, shares_activation

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        """Compute the block."""
        activated = F.relu(self.bn1(x))
        out = self.conv2(F.relu(self.bn2(self.conv1(activated))))
        return out + _shortcut(activated if self.shares_activation else x, self.outputs, self.stride)


class WideResNet(Classifier):
    """A wide residual network in the variant that PBA and AutoAugment trained (not Zagoruyko and Komodakis's).

    A 3×3 convolution to 16 channels; three groups of (depth − 4) / 6 blocks with 16, 32 and 64 times ``widening`` channels
    and strides 1, 2, 2; batch norm, ReLU, global mean, linear. Shortcuts have no weights: they are mean-pooled and their
    channels padded with zeros. Each group's input, and at the end the first convolution's output, is added once more.

    Parameters
    ----------
    depth : int
        6n + 4, from 10 to 1000.
    widening : int
        1 to 64.
    classes : int
        How many classes it tells apart.

    Examples
    --------
    >>> import torch
    >>> WideResNet(10, 1, classes=5).eval()(torch.zeros(2, 3, 32, 32)).shape
    torch.Size([2, 5])
    """

    #: How the names of these networks look.
    pattern = "wrn_D_K (Wide-ResNet, depth D = 6n + 4, width K; for example wrn_40_2)"

    def __init__(self, depth: SupportsIndex, widening: SupportsIndex, classes: SupportsIndex) -> None:
        depth = _checks.integer(depth, "depth", 10, 1000)
        if depth % 6 != 4:
            raise ValueError(f"depth: found {depth}, expected 6n + 4 from 10 on, such as {(depth - 1) // 6 * 6 + 4}")
        widening = _checks.integer(widening, "widening", 1, 64)
        super().__init__(f"wrn_{depth}_{widening}", classes)
        widths = [16, 16 * widening, 32 * widening, 64 * widening]
        self.conv = Convolution(3, 16)
        for group in (1, 2, 3):
            blocks = nn.ModuleDict()
            for block in range((depth - 4) // 6):
                blocks[f"block{block}"] = WideResNetBlock(
                    widths[group - 1] if block == 0 else widths[group],
                    widths[group],
                    stride=2 if block == 0 and group > 1 else 1,
                    shares_activation=group == 1 and block == 0,
                )
            setattr(self, f"group{group}", blocks)
        self.bn = nn.BatchNorm2d(widths[3])
        self.linear = last_layer(widths[3], self.classes)

    @classmethod
    def named(cls, name: str, classes: SupportsIndex) -> WideResNet | None:
        """Build the network of a name such as ``"wrn_40_2"``; None for the name of another family."""
        if name.split("_")[0] != "wrn":
            return None
        if (found := numbers(name, "wrn", 2)) is None:
            raise ValueError("expected wrn_D_K with two whole numbers, for example wrn_40_2")
        depth, widening = found
        return cls(depth, widening, classes)

    def forward(self, images: torch.Tensor, generator: torch.Generator | None = None) -> torch.Tensor:
        """Give class scores [N, classes] of normalised images [N, 3, H, W]; nothing is drawn, so ``generator`` is not used."""
        first = out = self.conv(images)
        for group in (1, 2, 3):
            start = out
            for block in getattr(self, f"group{group}").values():
                out = block(out)
            out = out + _shortcut(start, out.shape[1], 1 if group == 1 else 2)
        out = out + _shortcut(first, out.shape[1], 4)
        return self.linear(F.relu(self.bn(out)).mean((2, 3)))
