"""Population Based Augmentation in Python: schedules of image augmentation at native speed.

>>> import swift_pba as pba
>>> transform = v2.Compose([pba.Augment("schedule.json", epochs=90), v2.ToImage(), v2.ToDtype(torch.float32, scale=True)])
>>> loader = pba.loader(ImageFolder("photos", transform=transform), batch_size=64, shuffle=True, num_workers=4)
"""

from __future__ import annotations

import importlib
import importlib.util
from typing import TYPE_CHECKING, Any

from ._version import __version__

if TYPE_CHECKING:
    from . import models
    from ._engine import Applied, Tail
    from .augment import Augment
    from .batch import BatchAugment
    from .keys import Key, sample
    from .loading import Epochs, KeyedDataset, loader, wrap
    from .schedule import Entry, Schedule, Space, SpaceOperation, load
    from .searching import SearchError, search
    from .trainer import Segment, Stop, Trainer

# Each name with the module that has it, which is imported where the name is first used: the command `pba` needs none of them,
# torch takes a second, and it may not be there.
_MODULE_OF = {
    "Applied": "_engine", "Augment": "augment", "BatchAugment": "batch", "Entry": "schedule", "Key": "keys",
    "Schedule": "schedule", "SearchError": "searching", "Segment": "trainer", "Space": "schedule", "SpaceOperation": "schedule",
    "Stop": "trainer", "Tail": "_engine", "Trainer": "trainer", "load": "schedule", "sample": "keys", "search": "searching",
}
_MODULE_OF_TORCH = {"Epochs": "loading", "KeyedDataset": "loading", "loader": "loading", "wrap": "loading"}
_MODULES = ("albumentations", "models")

__all__ = [
    "Applied", "Augment", "BatchAugment", "Entry", "Key", "Schedule", "SearchError", "Segment", "Space", "SpaceOperation",
    "Stop", "Tail", "Trainer", "__version__", "load", "policies", "sample", "search"]
if TYPE_CHECKING or importlib.util.find_spec("torch"):
    __all__ += ["Epochs", "KeyedDataset", "loader", "models", "wrap"]


def __getattr__(name: str) -> Any:
    if name in _MODULES:
        return importlib.import_module(f".{name}", __name__)
    module = (_MODULE_OF | _MODULE_OF_TORCH).get(name)
    if module is None:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    value = getattr(importlib.import_module(f".{module}", __name__), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted(__all__)


def policies() -> dict[str, str]:
    """Return the policies with a name: how each is written, and what it does."""
    import json

    from . import _library

    return {policy["usage"]: policy["summary"] for policy in json.loads(_library.catalogue_text())["policies"]}
