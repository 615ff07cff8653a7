"""The Shake-Shake network that Population Based Augmentation and AutoAugment trained."""

from __future__ import annotations

from typing import SupportsIndex

import torch
from torch import nn
from torch.nn import functional as F

from .. import _checks
from .classifier import Classifier, numbers
from .layers import Convolution, last_layer, mixed, uniforms

BLOCKS_PER_STAGE = 4


class ShakeShakeBranch(nn.Module):
    """ReLU, convolution, batch norm, twice: [N, inputs, H, W] to [N, outputs, ⌈H/stride⌉, ⌈W/stride⌉]."""

    def __init__(self, inputs: int, outputs: int, stride: int) -> None:
        super().__init__()
        self.conv1 = Convolution(inputs, outputs, stride)
        self.bn1 = nn.BatchNorm2d(outputs)
        self.conv2 = Convolution(outputs, outputs)
        self.bn2 = nn.BatchNorm2d(outputs)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        """Compute the branch."""
        return self.bn2(self.conv2(F.relu(self.bn1(self.conv1(F.relu(x))))))


class ShakeShakeSkip(nn.Module):
    """Half of the channels from every ``stride``-th pixel, half from its lower right neighbour, then batch norm."""

    def __init__(self, inputs: int, outputs: int, stride: int) -> None:
        super().__init__()
        self.conv1 = Convolution(inputs, outputs // 2, kernel=1)
        self.conv2 = Convolution(inputs, outputs // 2, kernel=1)
        self.bn = nn.BatchNorm2d(outputs)
        self.stride = stride

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        """Compute the skip path: [N, inputs, H, W] to [N, outputs, ⌈H/stride⌉, ⌈W/stride⌉]."""
        shifted = F.pad(x, (0, 1, 0, 1))[:, :, 1:, 1:]
        every = slice(None, None, self.stride)
        return self.bn(torch.cat([self.conv1(x[:, :, every, every]), self.conv2(shifted[:, :, every, every])], 1))


class ShakeShakeBlock(nn.Module):
    """The skip path plus two branches: [N, inputs, H, W] to [N, outputs, ⌈H/stride⌉, ⌈W/stride⌉].

    In training every image draws its own shares of the two branches, and other shares for the gradient; otherwise each
    branch counts half. The shares are two uniform numbers divided by their sum.
    """

    def __init__(self, inputs: int, outputs: int, stride: int) -> None:
        super().__init__()
        self.branch0 = ShakeShakeBranch(inputs, outputs, stride)
        self.branch1 = ShakeShakeBranch(inputs, outputs, stride)
        self.skip = None if inputs == outputs else ShakeShakeSkip(inputs, outputs, stride)

    def forward(self, x: torch.Tensor, generator: torch.Generator | None = None) -> torch.Tensor:
        """Compute the block; in training it draws four numbers for each image from the generator."""
        skip = x if self.skip is None else self.skip(x)
        first, second = self.branch0(x), self.branch1(x)
        if not self.training:
            return skip + 0.5 * first + 0.5 * second
        a, b, c, d = uniforms(4, x, generator)
        return skip + mixed(first, _share(a, b), _share(c, d)) + mixed(second, _share(b, a), _share(d, c))


def _share(one: torch.Tensor, other: torch.Tensor) -> torch.Tensor:
    """One number's share of the sum of two; a half where both are 0, which is possible, if hardly ever."""
    total = one + other
    return torch.where(total > 0, one / total, 0.5)


class ShakeShake(Classifier):
    """A 26-layer residual network with two branches in each block, mixed at random in training.

    A 3×3 convolution to 16 channels and batch norm; three stages of four blocks with ``width``, 2 · ``width`` and
    4 · ``width`` channels and strides 1, 2, 2; ReLU, global mean, linear. Source: Gastaldi, "Shake-Shake regularization",
    2017, in the variant that PBA and AutoAugment trained.

    Parameters
    ----------
    width : int
        Channels of the first stage: even, from 2 to 1024.
    classes : int
        How many classes it tells apart.

    Examples
    --------
    >>> import torch
    >>> ShakeShake(2, classes=5).eval()(torch.zeros(2, 3, 32, 32)).shape
    torch.Size([2, 5])
    """

    #: How the names of these networks look.
    pattern = "ss_W (Shake-Shake 26 2×Wd, W even; published: ss_32, ss_96, ss_112)"

    def __init__(self, width: SupportsIndex, classes: SupportsIndex) -> None:
        width = _checks.integer(width, "width", 2, 1024)
        if width % 2:
            raise ValueError(f"width: found {width}, expected an even number from 2 to 1024")
        super().__init__(f"ss_{width}", classes)
        widths = [16, width, 2 * width, 4 * width]
        self.conv = Convolution(3, 16)
        self.bn = nn.BatchNorm2d(16)
        for stage in (1, 2, 3):
            blocks = nn.ModuleDict()
            for block in range(BLOCKS_PER_STAGE):
                blocks[f"block{block}"] = ShakeShakeBlock(
                    widths[stage - 1] if block == 0 else widths[stage],
                    widths[stage],
                    stride=2 if block == 0 and stage > 1 else 1,
                )
            setattr(self, f"stage{stage}", blocks)
        self.linear = last_layer(widths[3], self.classes)

    @classmethod
    def named(cls, name: str, classes: SupportsIndex) -> ShakeShake | None:
        """Build the network of a name such as ``"ss_32"``; None for the name of another family."""
        if name.split("_")[0] != "ss":
            return None
        if (found := numbers(name, "ss", 1)) is None:
            raise ValueError("expected ss_W with a whole number, for example ss_32")
        return cls(found[0], classes)

    def forward(self, images: torch.Tensor, generator: torch.Generator | None = None) -> torch.Tensor:
        """Give class scores [N, classes] of normalised images [N, 3, H, W].

        In training every block draws from ``generator``, or from PyTorch's own.
        """
        out = self.bn(self.conv(images))
        for stage in (1, 2, 3):
            for block in getattr(self, f"stage{stage}").values():
                out = block(out, generator)
        return self.linear(F.relu(out).mean((2, 3)))
