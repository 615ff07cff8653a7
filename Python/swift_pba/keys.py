"""Which sample of which epoch: what all randomness of an augmentation depends on."""

from __future__ import annotations

import contextlib
import contextvars
from collections.abc import Iterator, Sequence
from typing import SupportsIndex

import numpy as np

from . import _checks


class Key(int):
    """The index of a sample that also knows its epoch; it indexes any dataset as the integer that it is.

    Parameters
    ----------
    index : int
        The index of the sample in its dataset.
    epoch : int
        The epoch, counted from 0.
    """

    epoch: int

    def __new__(cls, index: SupportsIndex, epoch: SupportsIndex) -> Key:
        epoch, index = _checks.key(epoch, index)
        key = int.__new__(cls, index)
        key.epoch = epoch
        return key

    def __reduce__(self) -> tuple[type[Key], tuple[int, int]]:
        return Key, (int(self), self.epoch)

    def __repr__(self) -> str:
        return f"Key({int(self)}, epoch={self.epoch})"


_current: contextvars.ContextVar[tuple[int, int] | None] = contextvars.ContextVar("swift_pba_key", default=None)


@contextlib.contextmanager
def sample(*, epoch: SupportsIndex, index: SupportsIndex) -> Iterator[None]:
    """Say which sample of which epoch is prepared within a ``with`` block, for transforms called in it.

    Parameters
    ----------
    epoch : int
        The epoch, counted from 0.
    index : int
        The index of the sample in its dataset.

    Examples
    --------
    >>> with pba.sample(epoch=3, index=7):
    ...     image = transform(image)
    """
    token = _current.set(_checks.key(epoch, index))
    try:
        yield
    finally:
        _current.reset(token)


def current() -> tuple[int, int] | None:
    """Return the epoch and the index of the sample that is being prepared; None where nobody said it."""
    return _current.get()


def key_arrays(keys: Sequence[Key]) -> tuple[np.ndarray, np.ndarray]:
    """Return the indices and the epochs of keys, as contiguous arrays of 64-bit integers."""
    if isinstance(keys, (str, bytes)) or not isinstance(keys, Sequence):
        raise TypeError(f"keys: found {type(keys).__name__}, expected a sequence of swift_pba.Key")
    for place, key in enumerate(keys):
        if not isinstance(key, Key):
            raise TypeError(
                f"keys[{place}]: found {key!r} of type {type(key).__name__}, expected a swift_pba.Key, which knows its epoch: "
                "take the keys from swift_pba.Epochs, or make them with swift_pba.Key(index, epoch)")
    count = len(keys)
    return np.fromiter(keys, np.int64, count), np.fromiter((key.epoch for key in keys), np.int64, count)
