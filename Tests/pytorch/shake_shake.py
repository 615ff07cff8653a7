"""A plain PyTorch statement of the Shake-Shake network that pba trains, for comparison only.

Parameter names and order are those of pba's checkpoints, and so is the order of the random numbers.
"""
import torch
from layers import Convolution, Scaled, head, uniforms
from torch import nn
from torch.nn import functional as F


class Branch(nn.Module):
    def __init__(self, inputs: int, outputs: int, stride: int) -> None:
        super().__init__()
        self.conv1 = Convolution(inputs, outputs, stride)
        self.bn1 = nn.BatchNorm2d(outputs)
        self.conv2 = Convolution(outputs, outputs)
        self.bn2 = nn.BatchNorm2d(outputs)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return self.bn2(self.conv2(F.relu(self.bn1(self.conv1(F.relu(x))))))


class Skip(nn.Module):
    def __init__(self, inputs: int, outputs: int, stride: int) -> None:
        super().__init__()
        self.conv1 = Convolution(inputs, outputs // 2, kernel=1)
        self.conv2 = Convolution(inputs, outputs // 2, kernel=1)
        self.bn = nn.BatchNorm2d(outputs)
        self.stride = stride

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        shifted = F.pad(x, (0, 1, 0, 1))[:, :, 1:, 1:]
        every = slice(None, None, self.stride)
        return self.bn(torch.cat([self.conv1(x[:, :, every, every]), self.conv2(shifted[:, :, every, every])], 1))


class Block(nn.Module):
    def __init__(self, inputs: int, outputs: int, stride: int) -> None:
        super().__init__()
        self.branch0 = Branch(inputs, outputs, stride)
        self.branch1 = Branch(inputs, outputs, stride)
        if inputs != outputs:
            self.skip = Skip(inputs, outputs, stride)

    def forward(self, x: torch.Tensor, generator: torch.Generator | None) -> torch.Tensor:
        skip = self.skip(x) if hasattr(self, "skip") else x
        first, second = self.branch0(x), self.branch1(x)
        if not self.training:
            return skip + 0.5 * first + 0.5 * second
        a, b, c, d = uniforms(4, len(x), generator)
        return skip + Scaled.apply(first, a / (a + b), c / (c + d)) + Scaled.apply(second, b / (a + b), d / (c + d))


class ShakeShake(nn.Module):
    def __init__(self, width: int, classes: int) -> None:
        super().__init__()
        widths = [16, width, 2 * width, 4 * width]
        self.conv = Convolution(3, 16)
        self.bn = nn.BatchNorm2d(16)
        for stage in (1, 2, 3):
            setattr(self, f"stage{stage}", nn.ModuleDict({
                f"block{block}": Block(
                    widths[stage - 1] if block == 0 else widths[stage], widths[stage],
                    2 if block == 0 and stage > 1 else 1)
                for block in range(4)}))
        self.linear = head(widths[3], classes)

    def forward(self, images: torch.Tensor, generator: torch.Generator | None = None) -> torch.Tensor:
        out = self.bn(self.conv(images))
        for stage in (1, 2, 3):
            for block in getattr(self, f"stage{stage}").values():
                out = block(out, generator)
        return self.linear(F.relu(out).mean((2, 3)))
