"""What the networks share: a padded convolution, the last layer, and branches mixed at random."""

from __future__ import annotations

import torch
from torch import nn
from torch.nn import functional as F


def same_padding(size: int, kernel: int, stride: int) -> tuple[int, int]:
    """Zeros before and after a dimension of ``size`` places, as TensorFlow's "SAME" has them."""
    total = max((-(-size // stride) - 1) * stride + kernel - size, 0)
    return total // 2, total - total // 2


class Convolution(nn.Conv2d):
    """A K×K convolution without bias, padded as TensorFlow's "SAME".

    [N, inputs, H, W] becomes [N, outputs, ⌈H / stride⌉, ⌈W / stride⌉]. Where the padding is odd, the extra row or column
    is at the bottom and right. Weights start from N(0, 2 / (K·K·outputs)).

    Parameters
    ----------
    inputs, outputs : int
        Channels.
    stride : int, default 1
    kernel : int, default 3
        The side K of the kernel, odd.
    """

    def __init__(self, inputs: int, outputs: int, stride: int = 1, kernel: int = 3) -> None:
        super().__init__(inputs, outputs, kernel, stride, bias=False)
        nn.init.normal_(self.weight, std=(2 / (kernel**2 * outputs)) ** 0.5)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        """Convolve a batch."""
        kernel, stride = self.kernel_size[0], self.stride[0]
        if stride == 1:  # the same on every side, whatever the size
            return F.conv2d(x, self.weight, None, 1, kernel // 2)
        top, bottom = same_padding(x.shape[2], kernel, stride)
        left, right = same_padding(x.shape[3], kernel, stride)
        if top == bottom == left == right:
            return F.conv2d(x, self.weight, None, stride, top)
        return F.conv2d(F.pad(x, (left, right, top, bottom)), self.weight, None, stride)


def last_layer(inputs: int, classes: int) -> nn.Linear:
    """A linear layer whose weights start uniform in ±1/√classes, its bias at 0."""
    linear = nn.Linear(inputs, classes)
    nn.init.uniform_(linear.weight, -(classes**-0.5), classes**-0.5)
    nn.init.zeros_(linear.bias)
    return linear


def without_weights(x: torch.Tensor, stride: int, before: int, after: int) -> torch.Tensor:
    """A shortcut that has no weights: mean-pooled by the stride, with channels of zeros before and after.

    Where the stride does not divide a side, the last tile is the mean of what is there.
    """
    if stride > 1:
        x = F.avg_pool2d(x, stride, ceil_mode=True)
    return F.pad(x, (0, 0, 0, 0, before, after)) if before or after else x


class _Mixed(torch.autograd.Function):
    """x times one number for each image; its gradient times another."""

    @staticmethod
    def forward(
        context: torch.autograd.function.FunctionCtx, x: torch.Tensor, forward: torch.Tensor, backward: torch.Tensor
    ) -> torch.Tensor:
        context.save_for_backward(backward)
        return x * forward.to(x.dtype)

    @staticmethod
    def backward(context: torch.autograd.function.FunctionCtx, gradient: torch.Tensor) -> tuple[torch.Tensor, None, None]:
        (backward,) = context.saved_tensors  # type: ignore[attr-defined]
        return gradient * backward.to(gradient.dtype), None, None


def mixed(x: torch.Tensor, forward: torch.Tensor, backward: torch.Tensor) -> torch.Tensor:
    """``x`` [N, C, H, W] times ``forward`` [N, 1, 1, 1], with its gradient times ``backward`` [N, 1, 1, 1]."""
    return _Mixed.apply(x, forward, backward)


def uniforms(count: int, x: torch.Tensor, generator: torch.Generator | None) -> torch.Tensor:
    """``count`` numbers for each image of ``x``, uniform in [0, 1): [count, N, 1, 1, 1].

    They are drawn where the generator is, or where ``x`` is if there is none.
    """
    device = x.device if generator is None else generator.device
    return torch.rand(count, len(x), 1, 1, 1, generator=generator, device=device, dtype=torch.float32).to(x.device)
