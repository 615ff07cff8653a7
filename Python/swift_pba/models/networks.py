"""Networks by the names that the program's setting ``model`` takes."""

from __future__ import annotations

from typing import SupportsIndex

from .classifier import Classifier
from .pyramid_net import PyramidNet
from .shake_shake import ShakeShake
from .wide_resnet import WideResNet

FAMILIES = (WideResNet, ShakeShake, PyramidNet)
"""Every family of networks: a new one is a file of its own and an entry here."""


def network(name: str, classes: SupportsIndex) -> Classifier:
    """Build a freshly initialised network.

    Parameters
    ----------
    name : str
        The name that the program's setting ``model`` takes: ``"wrn_40_2"``, ``"ss_96"``, ``"pyramid_net"``,
        ``"pyramid_net_29_24"``.
    classes : int
        How many classes it tells apart.

    Returns
    -------
    Classifier
        The network in training mode, with weights from PyTorch's own generator.

    Raises
    ------
    ValueError
        For a name of no network; the message says which names there are.

    Examples
    --------
    >>> network("wrn_16_2", classes=10).name
    'wrn_16_2'
    """
    if not isinstance(name, str):
        raise TypeError(f"name: found {name!r}, expected a text such as 'wrn_40_2'")
    for family in FAMILIES:
        try:
            found = family.named(name, classes)
        except ValueError as error:
            raise ValueError(f"the model '{name}': {error}") from None
        if found is not None:
            found.name = name
            return found
    raise ValueError(f"there is no model '{name}'; there are: {'; '.join(family.pattern for family in FAMILIES)}")
