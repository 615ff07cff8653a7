"""Seeds of own trainers: pure functions of the search's seed, the trial, the epoch and the sample."""

from __future__ import annotations

import contextlib
import hashlib
import random
import sys
from collections.abc import Iterator


def derived(*parts: int | str) -> int:
    """Return a seed of 64 bits that follows from numbers and words; other ones give another seed."""
    text = "/".join(map(str, parts))
    return int.from_bytes(hashlib.blake2b(text.encode(), digest_size=8).digest(), "little")


def seed_all(seed: int) -> None:
    """Seed the generators of Python, numpy and torch in this process, of those that are loaded."""
    seed_here(seed)
    if torch := sys.modules.get("torch"):
        torch.manual_seed(seed)  # those of devices too


def seed_here(seed: int) -> None:
    """Seed the generators of Python, numpy and torch that data is prepared with, of those that are loaded."""
    random.seed(seed)
    if numpy := sys.modules.get("numpy"):
        numpy.random.seed((seed ^ seed >> 32) & 0xFFFFFFFF)  # a list of numbers takes five times as long
    if torch := sys.modules.get("torch"):
        torch.default_generator.manual_seed(seed)


@contextlib.contextmanager
def generators_kept() -> Iterator[None]:
    """Leave the generators of this process as they were, whatever is drawn within a ``with`` block."""
    numpy, torch = sys.modules.get("numpy"), sys.modules.get("torch")
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
