"""pba's models by name, as stated here in PyTorch."""
from pyramid_net import PyramidNet
from shake_shake import ShakeShake
from torch import nn
from wide_resnet import WideResNet


def network(name: str, classes: int) -> nn.Module:
    family, *rest = name.split("_")
    if family == "wrn":
        return WideResNet(int(rest[0]), int(rest[1]), classes)
    if family == "ss":
        return ShakeShake(int(rest[0]), classes)
    if family == "pyramid":
        depth, growth = rest[1:] or (272, 200)
        return PyramidNet(int(depth), int(growth), classes)
    raise ValueError(f"there is no network '{name}' here")
