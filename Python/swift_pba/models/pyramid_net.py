"""The PyramidNet with ShakeDrop that Population Based Augmentation and AutoAugment trained."""

from __future__ import annotations

from typing import SupportsIndex

import torch
from torch import nn
from torch.nn import functional as F

from .. import _checks
from .classifier import Classifier, numbers
from .layers import Convolution, last_layer, mixed, uniforms, without_weights

EXPANSION = 4
"""Output channels of a block for each channel inside."""


class PyramidNetBlock(nn.Module):
    """A bottleneck: 1×1, 3×3 and 1×1 convolution, batch norm around each, ReLU before the second and third.

    [N, inputs, H, W] becomes [N, 4 · width, ⌈H/stride⌉, ⌈W/stride⌉]. In training the branch of an image is left as it is
    with the probability ``survival``; otherwise it is multiplied by a number uniform in [−1, 1), its gradient by another,
    uniform in [0, 1). In evaluation the branch is multiplied by ``survival``.
    """

    def __init__(self, inputs: int, width: int, stride: int, survival: float) -> None:
        super().__init__()
        outputs = EXPANSION * width
        self.bn1 = nn.BatchNorm2d(inputs)
        self.conv1 = Convolution(inputs, width, kernel=1)
        self.bn2 = nn.BatchNorm2d(width)
        self.conv2 = Convolution(width, width, stride)
        self.bn3 = nn.BatchNorm2d(width)
        self.conv3 = Convolution(width, outputs, kernel=1)
        self.bn4 = nn.BatchNorm2d(outputs)
        self.stride, self.survival, self.new_channels = stride, survival, outputs - inputs

    def forward(self, x: torch.Tensor, generator: torch.Generator | None = None) -> torch.Tensor:
        """Compute the block; in training it draws three numbers for each image from the generator."""
        out = self.conv1(self.bn1(x))
        out = self.conv2(F.relu(self.bn2(out)))
        out = self.bn4(self.conv3(F.relu(self.bn3(out))))
        if self.training:
            drawn, forward, backward = uniforms(3, x, generator)
            survives = drawn < self.survival
            out = mixed(out, torch.where(survives, 1.0, 2 * forward - 1), torch.where(survives, 1.0, backward))
        else:
            out = self.survival * out
        return out + without_weights(x, self.stride, 0, self.new_channels)


class PyramidNet(Classifier):
    """A pyramidal residual network of bottleneck blocks whose branches are dropped or scaled at random in training.

    A 3×3 convolution to 16 channels and batch norm; three stages of (depth − 2) / 9 blocks, the second and third beginning
    with stride 2, whose width grows evenly from 16 by ``growth`` in all; batch norm, ReLU, global mean, linear. Shortcuts
    have no weights. Sources: Han et al., "Deep Pyramidal Residual Networks", CVPR 2017; Yamada et al., "ShakeDrop
    Regularization", 2018; in the variant that PBA and AutoAugment trained.

    Parameters
    ----------
    depth : int
        9n + 2, from 11 to 1991.
    growth : int
        1 to 2000.
    classes : int
        How many classes it tells apart.

    Examples
    --------
    >>> import torch
    >>> PyramidNet(11, 5, classes=5).eval()(torch.zeros(2, 3, 32, 32)).shape
    torch.Size([2, 5])
    """

    #: How the names of these networks look.
    pattern = (
        "pyramid_net (PyramidNet with ShakeDrop, 272 layers, widths growing by 200), or pyramid_net_D_G"
        " (depth D = 9n + 2, growth G)"
    )

    def __init__(self, depth: SupportsIndex, growth: SupportsIndex, classes: SupportsIndex) -> None:
        depth = _checks.integer(depth, "depth", 11, 1991)
        if depth % 9 != 2:
            raise ValueError(f"depth: found {depth}, expected 9n + 2 from 11 on, such as {(depth + 2) // 9 * 9 + 2}")
        growth = _checks.integer(growth, "growth", 1, 2000)
        super().__init__(f"pyramid_net_{depth}_{growth}", classes)
        per_stage = (depth - 2) // 9
        blocks = 3 * per_stage
        self.conv = Convolution(3, 16)
        self.bn = nn.BatchNorm2d(16)
        inputs = 16
        for stage in (1, 2, 3):
            members = nn.ModuleDict()
            for block in range(per_stage):
                number = (stage - 1) * per_stage + block + 1
                # 16 + growth · number / blocks, to the nearest whole number.
                width = 16 + (2 * growth * number + blocks) // (2 * blocks)
                members[f"block{block}"] = PyramidNetBlock(
                    inputs, width, stride=2 if block == 0 and stage > 1 else 1, survival=1 - 0.5 * number / blocks
                )
                inputs = EXPANSION * width
            setattr(self, f"stage{stage}", members)
        self.lastBn = nn.BatchNorm2d(inputs)
        self.linear = last_layer(inputs, self.classes)

    @classmethod
    def named(cls, name: str, classes: SupportsIndex) -> PyramidNet | None:
        """Build the network of a name such as ``"pyramid_net_29_24"``; None for the name of another family."""
        if name.split("_")[:2] != ["pyramid", "net"]:
            return None
        found = [272, 200] if name == "pyramid_net" else numbers(name, "pyramid_net", 2)
        if found is None:
            raise ValueError("expected pyramid_net, or pyramid_net_D_G with two whole numbers, for example pyramid_net_29_24")
        depth, growth = found
        return cls(depth, growth, classes)

    def forward(self, images: torch.Tensor, generator: torch.Generator | None = None) -> torch.Tensor:
        """Give class scores [N, classes] of normalised images [N, 3, H, W].

        In training every block draws from ``generator``, or from PyTorch's own.
        """
        out = self.bn(self.conv(images))
        for stage in (1, 2, 3):
            for block in getattr(self, f"stage{stage}").values():
                out = block(out, generator)
        return self.linear(F.relu(self.lastBn(out)).mean((2, 3)))
