"""A plain PyTorch statement of the Wide-ResNet that pba trains, for comparison only.

Parameter names and order are those of pba's checkpoints, so that weights can be exchanged as safetensors.
"""
import torch
from torch import nn
from torch.nn import functional as F


def same_padding(size, kernel, stride):
    total = max((-(-size // stride) - 1) * stride + kernel - size, 0)
    return total // 2, total - total // 2


class Convolution(nn.Conv2d):
    def __init__(self, inputs, outputs, stride=1):
        super().__init__(inputs, outputs, 3, stride, bias=False)
        nn.init.normal_(self.weight, std=(2 / (9 * outputs)) ** 0.5)

    def forward(self, x):
        rows, columns = (same_padding(size, 3, self.stride[0]) for size in x.shape[2:])
        if len({*rows, *columns}) == 1:
            return F.conv2d(x, self.weight, None, self.stride, rows[0])
        return F.conv2d(F.pad(x, columns + rows), self.weight, None, self.stride)


def shortcut(x, like, stride):
    if stride > 1:
        x = F.avg_pool2d(x, stride)
    missing = like.shape[1] - x.shape[1]
    return F.pad(x, (0, 0, 0, 0, missing // 2, missing - missing // 2)) if missing else x


class Block(nn.Module):
    def __init__(self, inputs, outputs, stride, shares_activation):
        super().__init__()
        self.bn1 = nn.BatchNorm2d(inputs)
        self.conv1 = Convolution(inputs, outputs, stride)
        self.bn2 = nn.BatchNorm2d(outputs)
        self.conv2 = Convolution(outputs, outputs)
        self.stride, self.shares_activation = stride, shares_activation

    def forward(self, x):
        activated = F.relu(self.bn1(x))
        out = self.conv2(F.relu(self.bn2(self.conv1(activated))))
        return out + shortcut(activated if self.shares_activation else x, out, self.stride)


class WideResNet(nn.Module):
    def __init__(self, depth, width, classes):
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
        self.linear = nn.Linear(widths[3], classes)
        nn.init.uniform_(self.linear.weight, -classes ** -0.5, classes ** -0.5)
        nn.init.zeros_(self.linear.bias)

    def forward(self, images):
        first = out = self.conv(images)
        for group in (1, 2, 3):
            start = out
            for block in getattr(self, f"group{group}").values():
                out = block(out)
            out = out + shortcut(start, out, 1 if group == 1 else 2)
        out = out + shortcut(first, out, 4)
        return self.linear(F.relu(self.bn(out)).mean((2, 3)))


def training_step(model, momentum, images, labels, rate, precision, weight_decay=0.0005, clip=5.0):
    """One step as pba makes it: decay on every parameter, clipped gradient, TensorFlow's Nesterov momentum.

    Uses torch.optim.SGD, the optimiser a PyTorch user would take; returns the loss tensor.
    """
    momentum.param_groups[0]["lr"] = rate
    momentum.zero_grad(set_to_none=True)
    with torch.autocast("cpu", torch.bfloat16, enabled=precision == "bf16"):
        loss = F.cross_entropy(model(images), labels)
    loss.backward()
    with torch.no_grad():
        parameters = [p for p in model.parameters()]
        gradients = [p.grad for p in parameters]
        torch._foreach_add_(gradients, parameters, alpha=weight_decay)
    torch.nn.utils.clip_grad_norm_(model.parameters(), clip)
    momentum.step()
    return loss


def optimizer(model):
    return torch.optim.SGD(model.parameters(), lr=0.1, momentum=0.9, nesterov=True)
