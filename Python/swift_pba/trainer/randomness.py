"""Seeds of own trainers: pure functions of the search's seed, the trial, the epoch and the sample."""

from __future__ import annotations

import contextlib
import hashlib
import importlib.abc
import importlib.machinery
import random
import sys
from collections.abc import Iterator, Sequence
from types import ModuleType


def derived(*parts: int | str) -> int:
    """Return a seed of 64 bits that follows from numbers and words; other ones give another seed."""
    text = "/".join(map(str, parts))
    return int.from_bytes(hashlib.blake2b(text.encode(), digest_size=8).digest(), "little")


def seed_all(seed: int) -> None:
    """Seed the generators of Python, numpy and torch in this process; torch when it is imported, if that comes later."""
    seed_here(seed)
    if torch := sys.modules.get("torch"):
        torch.manual_seed(seed)  # those of devices too
        return
    # Importing it takes a second or more, which a trainer without it need not wait for.
    sys.meta_path[:] = [finder for finder in sys.meta_path if not isinstance(finder, _SeedsTorch)]
    sys.meta_path.insert(0, _SeedsTorch(seed))


class _SeedsTorch(importlib.abc.MetaPathFinder):
    """Finds torch as others do, and seeds it at the end of its import."""

    def __init__(self, seed: int) -> None:
        self.seed = seed

    def find_spec(
        self, name: str, path: Sequence[str] | None, target: ModuleType | None = None
    ) -> importlib.machinery.ModuleSpec | None:
        if name != "torch":
            return None
        others = [finder for finder in sys.meta_path if finder is not self and hasattr(finder, "find_spec")]
        spec = next(filter(None, (finder.find_spec(name, path, target) for finder in others)), None)
        if spec is not None and spec.loader is not None:
            execute = spec.loader.exec_module

            def execute_and_seed(module: ModuleType) -> None:
                execute(module)
                module.manual_seed(self.seed)

            spec.loader.exec_module = execute_and_seed  # type: ignore[method-assign]
        return spec


def seed_here(seed: int) -> None:
    """Seed the generators of Python, numpy and torch that data is prepared with; of torch if it is loaded."""
    random.seed(seed)
    if numpy := _numpy():
        numpy.random.seed((seed ^ seed >> 32) & 0xFFFFFFFF)  # a list of numbers takes five times as long
    if torch := sys.modules.get("torch"):
        torch.default_generator.manual_seed(seed)


def _numpy() -> ModuleType | None:
    """Return numpy if it is installed, loaded or not."""
    try:
        import numpy
    except ImportError:
        return None
    return numpy


@contextlib.contextmanager
def generators_kept() -> Iterator[None]:
    """Leave the generators of this process as they were, whatever is drawn within a ``with`` block."""
    numpy, torch = _numpy(), sys.modules.get("torch")
    of_python = random.getstate()
    of_numpy = numpy.random.get_state() if numpy else None
    of_torch = torch.default_generator.get_state() if torch else None
    try:
        yield
    finally:
        random.setstate(of_python)
        if numpy:
            numpy.random.set_state(of_numpy)
        if torch:
            torch.default_generator.set_state(of_torch)
