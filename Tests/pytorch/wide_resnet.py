"""A plain PyTorch statement of the Wide-ResNet that pba trains, for comparison only.

Parameter names and order are those of pba's checkpoints, so that weights can be exchanged as safetensors.
"""
import torch
from layers import Convolution, head
from torch import nn
from torch.nn import functional as F


def shortcut(x: torch.Tensor, like: torch.Tensor, stride: int) -> torch.Tensor:
    if stride > 1:
        x = F.avg_pool2d(x, stride, ceil_mode=True)
    missing = like.shape[1] - x.shape[1]
    return F.pad(x, (0, 0, 0, 0, missing // 2, missing - missing // 2)) if missing else x


class Block(nn.Module):
    def __init__(self, inputs: int, outputs: int, stride: int, shares_activation: bool) -> None:
        super().__init__()
        self.bn1 = nn.BatchNorm2d(inputs)
        self.conv1 = Convolution(inputs, outputs, stride)
        self.bn2 = nn.BatchNorm2d(outputs)
        self.conv2 = Convolution(outputs, outputs)
        self.stride, self.shares_activation = stride, shares_activation

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        activated = F.relu(self.bn1(x))
        out = self.conv2(F.relu(self.bn2(self.conv1(activated))))
        return out + shortcut(activated if self.shares_activation else x, out, self.stride)


class WideResNet(nn.Module):
    def __init__(self, depth: int, width: int, classes: int) -> None:
        super().__init__()
        widths = [16, 16 * width, 32 * width, 64 * width]
        self.conv = Convolution(3, 16)
        for group in (1, 2, 3):
            blocks = nn.ModuleDict()
            for block in range((depth - 4) // 6):
                blocks[f"block{block}"] = Block(
                    widths[group - 1] if block == 0 else widths[group], widths[group],
                    2 if block == 0 and group > 1 else 1, group == 1 and block == 0)
            setattr(self, f"group{group}", blocks)
        self.bn = nn.BatchNorm2d(widths[3])
        self.linear = head(widths[3], classes)

    def forward(self, images: torch.Tensor, generator: torch.Generator | None = None) -> torch.Tensor:
        first = out = self.conv(images)
        for group in (1, 2, 3):
            start = out
            for block in getattr(self, f"group{group}").values():
                out = block(out)
            out = out + shortcut(start, out, 1 if group == 1 else 2)
        out = out + shortcut(first, out, 4)
        return self.linear(F.relu(self.bn(out)).mean((2, 3)))
