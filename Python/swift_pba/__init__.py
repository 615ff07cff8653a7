"""Population Based Augmentation in Python: schedules of image augmentation at native speed.

>>> import swift_pba as pba
>>> transform = v2.Compose([pba.Augment("schedule.json", epochs=90), v2.ToImage(), v2.ToDtype(torch.float32, scale=True)])
>>> loader = pba.loader(ImageFolder("photos", transform=transform), batch_size=64, shuffle=True, num_workers=4)
"""

from __future__ import annotations

import importlib
import json
from typing import TYPE_CHECKING, Any

from ._engine import Applied, Tail
from ._version import __version__
from .batch import BatchAugment
from .keys import Key, sample
from .schedule import Entry, Schedule, Segment, load

if TYPE_CHECKING:
    from . import albumentations, models
    from .augment import Augment
    from .loading import Epochs, KeyedDataset, loader, wrap

__all__ = [
    "Applied", "Augment", "BatchAugment", "Entry", "Epochs", "Key", "KeyedDataset", "Schedule", "Segment", "Tail",
    "__version__", "albumentations", "load", "loader", "models", "policies", "sample", "wrap",
]

# These import torch or others, which takes a second and may not be there: only where they are used.
_LATER = {"Augment": "augment", "Epochs": "loading", "KeyedDataset": "loading", "loader": "loading", "wrap": "loading"}
_MODULES = ("albumentations", "models")


def __getattr__(name: str) -> Any:
    if name in _MODULES:
        return importlib.import_module(f".{name}", __name__)
    if name in _LATER:
        value = getattr(importlib.import_module(f".{_LATER[name]}", __name__), name)
        globals()[name] = value
        return value
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")


def __dir__() -> list[str]:
    return sorted(__all__)


def policies() -> dict[str, str]:
    """Return the policies with a name: how each is written, and what it does."""
    from . import _library

    return {policy["usage"]: policy["summary"] for policy in json.loads(_library.catalogue_text())["policies"]}
