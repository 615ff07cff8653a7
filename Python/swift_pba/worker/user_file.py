"""The user's file: loaded as a module of its own name, and the trainer in it."""

from __future__ import annotations

import hashlib
import importlib.util
import inspect
import os
import sys
from pathlib import Path
from types import ModuleType
from typing import Any

from ..trainer import Trainer

_is_loading = False


class UserFileError(Exception):
    """What is wrong with the user's file, beside errors that it raises itself."""


def is_loading() -> bool:
    """Return whether a worker is importing the user's file, which must not start a search then."""
    return _is_loading


def load_module(file: str, digest: str | None = None) -> ModuleType:
    """Import the user's file, and make it known by its name, so that other processes find what it defines.

    Parameters
    ----------
    file : str
        The path of the file.
    digest : str or None
        The SHA-256 that it must have; None for any.

    Returns
    -------
    ModuleType
        The module.

    Raises
    ------
    UserFileError
        The file is not there, has a name that no module can have, or has changed.
    """
    global _is_loading
    # Not where a link leads: the module's name is that of the file that was given.
    path = Path(os.path.abspath(file))
    if not path.is_file():
        raise UserFileError(f"found no file {file}, expected the Python file of a trainer")
    if path.suffix != ".py" or "." in path.stem:
        raise UserFileError(f"found the file name {path.name}, expected one such as my_trainer.py: letters, digits and .py")
    name, folder = path.stem, str(path.parent)
    if name in sys.stdlib_module_names or name in sys.modules or name in ("swift_pba", "torch", "numpy", "torchvision"):
        raise UserFileError(f"found the file name {path.name}, which is the name of a module that Python has; rename the file")
    found_digest = hashlib.sha256(path.read_bytes()).hexdigest()
    if digest is not None and digest != found_digest:
        raise UserFileError(
            f"{path.name} has changed since the search was begun or resumed: found a text with the digest {found_digest[:12]}…, "
            f"expected the text it had then, {digest[:12]}…; resume the search, which trains what is left with the new text")
    # As for a script.
    sys.path.insert(0, folder)
    found = importlib.util.spec_from_file_location(name, path)
    assert found is not None and found.loader is not None
    module = importlib.util.module_from_spec(found)
    sys.modules[name] = module
    _is_loading = True
    try:
        found.loader.exec_module(module)
    finally:
        _is_loading = False
    return module


def find_class(module: ModuleType, name: str | None) -> type:
    """Return the class of a name; without one, the only trainer that the file defines."""
    file = Path(str(module.__file__)).name
    trainers = [value for value in vars(module).values() if inspect.isclass(value) and _is_trainer(value, module)]
    names = ", ".join(trainer.__name__ for trainer in trainers)
    if name is not None:
        found = getattr(module, name, None)
        if not inspect.isclass(found):
            raise UserFileError(f"{file}: found no class {name}, expected one of: {names or 'none with a method train'}")
        if not callable(getattr(found, "train", None)):
            raise UserFileError(f"{file}: found no method train in the class {name}, expected train(self, segment)")
        return found
    if len(trainers) != 1:
        raise UserFileError(
            f"{file}: found the trainers {names}, expected one; name it, as in {file}:{trainers[0].__name__}" if trainers else
            f"{file}: found no class with a method train, expected one: `pba trainer init FILE.py` writes an example")
    return trainers[0]


def _is_trainer(value: type, module: ModuleType) -> bool:
    if value.__module__ != module.__name__ or inspect.isabstract(value):
        return False
    # Networks of torch have a method of this name too.
    owner = next((base for base in value.__mro__ if "train" in vars(base)), None)
    return owner not in (None, Trainer) and owner.__module__.partition(".")[0] != "torch" and callable(value.train)


def make_trainer(found: type, config: dict[str, Any]) -> Any:
    """Make the one trainer of this process."""
    return found(config)
