"""Networks that the program trains, as PyTorch modules, and its checkpoints.

>>> import swift_pba as pba
>>> network = pba.models.load("runs/train")                                 # doctest: +SKIP
>>> scores = network(pba.models.preprocess(image, network.info)[None])      # doctest: +SKIP
"""

try:
    import torch  # noqa: F401
except ModuleNotFoundError as error:
    if error.name != "torch":
        raise
    raise ModuleNotFoundError("swift_pba.models needs PyTorch: pip install torch", name=error.name) from None

from .checkpoint import load, read_info, save
from .classifier import Classifier
from .info import CheckpointInfo
from .networks import network
from .preprocessing import preprocess
from .pyramid_net import PyramidNet
from .shake_shake import ShakeShake
from .wide_resnet import WideResNet

__all__ = [
    "CheckpointInfo",
    "Classifier",
    "PyramidNet",
    "ShakeShake",
    "WideResNet",
    "load",
    "network",
    "preprocess",
    "read_info",
    "save",
]
