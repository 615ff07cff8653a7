"""What the plain PyTorch statements of pba's networks share: a convolution, random branches, a training step."""
import torch
from torch import nn
from torch.nn import functional as F


def same_padding(size, kernel, stride):
    total = max((-(-size // stride) - 1) * stride + kernel - size, 0)
    return total // 2, total - total // 2


class Convolution(nn.Conv2d):
    def __init__(self, inputs, outputs, stride=1, kernel=3):
        super().__init__(inputs, outputs, kernel, stride, bias=False)
        nn.init.normal_(self.weight, std=(2 / (kernel ** 2 * outputs)) ** 0.5)

    def forward(self, x):
        rows, columns = (same_padding(size, self.kernel_size[0], self.stride[0]) for size in x.shape[2:])
        if len({*rows, *columns}) == 1:
            return F.conv2d(x, self.weight, None, self.stride, rows[0])
        return F.conv2d(F.pad(x, columns + rows), self.weight, None, self.stride)


def head(inputs, classes):
    linear = nn.Linear(inputs, classes)
    nn.init.uniform_(linear.weight, -classes ** -0.5, classes ** -0.5)
    nn.init.zeros_(linear.bias)
    return linear


class Scaled(torch.autograd.Function):
    """x times one number an image; the gradient times another."""

    @staticmethod
    def forward(context, x, forward, backward):
        context.save_for_backward(backward)
        return x * forward.to(x.dtype)

    @staticmethod
    def backward(context, gradient):
        (backward,) = context.saved_tensors
        return gradient * backward.to(gradient.dtype), None, None


def uniforms(count, images, generator):
    """`count` times one number an image, uniform in [0, 1)."""
    return torch.rand(count, images, 1, 1, 1, generator=generator)


def optimizer(model):
    return torch.optim.SGD(model.parameters(), lr=0.1, momentum=0.9, nesterov=True)


def training_step(model, momentum, images, labels, rate, precision):
    """One step as pba makes it; returns the loss tensor."""
    momentum.zero_grad(set_to_none=True)
    loss = backward(model, images, labels, precision)
    update(model, momentum, rate)
    return loss


def backward(model, images, labels, precision="fp32", generator=None, weight=None, label_smoothing=0.0):
    """The loss of a batch; leaves its gradients at the parameters."""
    with torch.autocast("cpu", torch.bfloat16, enabled=precision == "bf16"):
        loss = F.cross_entropy(model(images, generator), labels, weight, label_smoothing=label_smoothing)
    loss.backward()
    return loss


def update(model, momentum, rate, weight_decay=0.0005, clip=5.0):
    """Decay on every parameter, clipped gradient, TensorFlow's Nesterov momentum.

    Uses torch.optim.SGD, the optimiser a PyTorch user would take.
    """
    momentum.param_groups[0]["lr"] = rate
    with torch.no_grad():
        parameters = [p for p in model.parameters()]
        torch._foreach_add_([p.grad for p in parameters], parameters, alpha=weight_decay)
    torch.nn.utils.clip_grad_norm_(model.parameters(), clip)
    momentum.step()
