"""What the tests of arguments share: a check of errors, and values that are refused everywhere."""

from __future__ import annotations

import math
import re
from typing import Any

import numpy as np
import pytest
import swift_pba as pba
import torch
from pictures import picture

NAN = float("nan")
AUGMENT = pba.Augment("rcifar10", epochs=200)
BATCH = pba.BatchAugment("rcifar10", epochs=200, mean=(0.5, 0.5, 0.5), std=(0.2, 0.2, 0.2))
IMAGE = picture(6, 5)
KEYS = [pba.Key(1, 2), pba.Key(3, 4)]
STACK = np.stack([picture(6, 5), picture(6, 5, 1)])


def refused(error: type[Exception], words: str, call: Any) -> None:
    """Check that a call raises exactly this error, that its text says what was found and expected, and shows nothing internal."""
    with pytest.raises(error) as raised:
        call()
    text = str(raised.value)
    assert type(raised.value) is error, raised.value
    assert re.search(words, text), text
    assert "found " in text and "expected " in text, text
    assert not re.search(r"ctypes|pba_|Optional\(|\\x|_engine|nil\b", text), text
    assert raised.value.__cause__ is None


class Wrong:
    """A value that is none of those expected."""

    def __repr__(self) -> str:
        return "Wrong()"


def frombuffer(array: np.ndarray) -> np.ndarray:
    """Return the same array at a misaligned address, and read-only."""
    return np.frombuffer(b"x" + array.tobytes(), array.dtype, array.size, 1).reshape(array.shape)


NO_INTEGERS = [1.0, 1.5, NAN, math.inf, "1", b"1", None, [1], (1,), {}, True, np.True_, np.float32(1), torch.tensor(1.0),
               torch.tensor(True), Wrong(), 1j, pba.load("rsvhn")]
OUT_OF_RANGE = [-1, 2**32, 2**63, 2**64, 2**200, -(2**63), -(2**64), np.int64(-1), torch.tensor(-5)]
