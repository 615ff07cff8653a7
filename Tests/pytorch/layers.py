"""What the plain PyTorch statements of pba's networks share: a convolution, random branches, a training step."""
import torch
from torch import nn
from torch.nn import functional as F


def same_padding(size: int, kernel: int, stride: int) -> tuple[int, int]:
    total = max((-(-size // stride) - 1) * stride + kernel - size, 0)
    return total // 2, total - total // 2


class Convolution(nn.Conv2d):
    def __init__(self, inputs: int, outputs: int, stride: int = 1, kernel: int = 3) -> None:
        super().__init__(inputs, outputs, kernel, stride, bias=False)
        nn.init.normal_(self.weight, std=(2 / (kernel ** 2 * outputs)) ** 0.5)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        rows, columns = (same_padding(size, self.kernel_size[0], self.stride[0]) for size in x.shape[2:])
        if len({*rows, *columns}) == 1:
            return F.conv2d(x, self.weight, None, self.stride, rows[0])
        return F.conv2d(F.pad(x, columns + rows), self.weight, None, self.stride)


def head(inputs: int, classes: int) -> nn.Linear:
    linear = nn.Linear(inputs, classes)
    nn.init.uniform_(linear.weight, -classes ** -0.5, classes ** -0.5)
    nn.init.zeros_(linear.bias)
    return linear


class Scaled(torch.autograd.Function):
    """x times one number an image; the gradient times another."""

    @staticmethod
    def forward(
        context: torch.autograd.function.FunctionCtx, x: torch.Tensor, forward: torch.Tensor, backward: torch.Tensor
    ) -> torch.Tensor:
        context.save_for_backward(backward)
        return x * forward.to(x.dtype)

    @staticmethod
    def backward(context: torch.autograd.function.FunctionCtx, gradient: torch.Tensor) -> torch.Tensor:
        (backward,) = context.saved_tensors
        return gradient * backward.to(gradient.dtype), None, None


def uniforms(count: int, images: torch.Tensor, generator: torch.Generator) -> torch.Tensor:
    """`count` times one number an image, uniform in [0, 1)."""
    return torch.rand(count, images, 1, 1, 1, generator=generator)


def optimizer(model: nn.Module) -> torch.optim.SGD:
    return torch.optim.SGD(model.parameters(), lr=0.1, momentum=0.9, nesterov=True)


def training_step(
    model: nn.Module, momentum: torch.optim.SGD, images: torch.Tensor, labels: torch.Tensor, rate: float, precision: str
) -> torch.Tensor:
    """One step as pba makes it; returns the loss tensor."""
    momentum.zero_grad(set_to_none=True)
    loss = backward(model, images, labels, precision)
    update(model, momentum, rate)
    return loss


def backward(
    model: nn.Module,
    images: torch.Tensor,
    labels: torch.Tensor,
    precision: str = "fp32",
    generator: torch.Generator | None = None,
    weight: torch.Tensor | None = None,
    label_smoothing: float = 0.0,
) -> torch.Tensor:
    """The loss of a batch; leaves its gradients at the parameters."""
    with torch.autocast("cpu", torch.bfloat16, enabled=precision == "bf16"):
        loss = F.cross_entropy(model(images, generator), labels, weight, label_smoothing=label_smoothing)
    loss.backward()
    return loss


def update(model: nn.Module, momentum: torch.optim.SGD, rate: float, weight_decay: float = 0.0005, clip: float = 5.0) -> None:
    """Decay on every parameter, clipped gradient, TensorFlow's Nesterov momentum.

    Uses torch.optim.SGD, the optimiser a PyTorch user would take.
    """
    momentum.param_groups[0]["lr"] = rate
    with torch.no_grad():
        parameters = [p for p in model.parameters()]
        torch._foreach_add_([p.grad for p in parameters], parameters, alpha=weight_decay)
    torch.nn.utils.clip_grad_norm_(model.parameters(), clip)
    momentum.step()
