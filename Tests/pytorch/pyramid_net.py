"""A plain PyTorch statement of the PyramidNet with ShakeDrop that pba trains, for comparison only.

Parameter names and order are those of pba's checkpoints, and so is the order of the random numbers.
"""
import math

import torch
from layers import Convolution, Scaled, head, uniforms
from torch import nn
from torch.nn import functional as F


class Block(nn.Module):
    def __init__(self, inputs: int, width: int, stride: int, survival: float) -> None:
        super().__init__()
        self.bn1 = nn.BatchNorm2d(inputs)
        self.conv1 = Convolution(inputs, width, kernel=1)
        self.bn2 = nn.BatchNorm2d(width)
        self.conv2 = Convolution(width, width, stride)
        self.bn3 = nn.BatchNorm2d(width)
        self.conv3 = Convolution(width, 4 * width, kernel=1)
        self.bn4 = nn.BatchNorm2d(4 * width)
        self.stride, self.survival = stride, survival

    def forward(self, x: torch.Tensor, generator: torch.Generator | None) -> torch.Tensor:
        out = self.conv1(self.bn1(x))
        out = self.conv2(F.relu(self.bn2(out)))
        out = self.bn4(self.conv3(F.relu(self.bn3(out))))
        if self.training:
            drawn, forward, backward = uniforms(3, len(x), generator)
            survives = drawn < self.survival
            out = Scaled.apply(
                out, torch.where(survives, 1.0, 2 * forward - 1), torch.where(survives, 1.0, backward))
        else:
            out = self.survival * out
        if self.stride > 1:
            x = F.avg_pool2d(x, 2, ceil_mode=True)
        return out + F.pad(x, (0, 0, 0, 0, 0, out.shape[1] - x.shape[1]))


class PyramidNet(nn.Module):
    def __init__(self, depth: int, growth: int, classes: int) -> None:
        super().__init__()
        per_stage = (depth - 2) // 9
        blocks = 3 * per_stage
        self.conv = Convolution(3, 16)
        self.bn = nn.BatchNorm2d(16)
        inputs, running = 16, 16.0
        for stage in (1, 2, 3):
            members = nn.ModuleDict()
            for block in range(per_stage):
                running += growth / blocks
                width = math.floor(running + 0.5)
                number = (stage - 1) * per_stage + block + 1
                members[f"block{block}"] = Block(
                    inputs, width, 2 if block == 0 and stage > 1 else 1, 1 - 0.5 * number / blocks)
                inputs = 4 * width
            setattr(self, f"stage{stage}", members)
        self.lastBn = nn.BatchNorm2d(inputs)
        self.linear = head(inputs, classes)

    def forward(self, images: torch.Tensor, generator: torch.Generator | None = None) -> torch.Tensor:
        out = self.bn(self.conv(images))
        for stage in (1, 2, 3):
            for block in getattr(self, f"stage{stage}").values():
                out = block(out, generator)
        return self.linear(F.relu(self.lastBn(out)).mean((2, 3)))
