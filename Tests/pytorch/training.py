"""A training step as pba makes it, with the optimiser that a PyTorch user would take."""

import torch
from torch import nn
from torch.nn import functional as F


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
