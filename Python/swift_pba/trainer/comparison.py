"""Where two checkpoints differ: the first value that is not the same."""

from __future__ import annotations

import math
import zipfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from .figures import short


def difference_of_folders(first: Path, second: Path) -> str | None:
    """Return where the files of two folders differ in content; None where they do not.

    Files of torch and numpy are compared by their values: the same values may be written as other bytes.
    """
    names = [sorted(str(path.relative_to(folder)) for path in folder.rglob("*") if path.is_file()) for folder in (first, second)]
    if names[0] != names[1]:
        return f"the files are {', '.join(names[0])} and {', '.join(names[1])}"
    for name in names[0]:
        pair = first / name, second / name
        if pair[0].read_bytes() == pair[1].read_bytes():
            continue
        values = [_values(path) for path in pair]
        if any(value is None for value in values):
            return name
        if found := difference(*values):
            return f"{name}: {found}"
    return None


def difference(first: Any, second: Any, place: str = "") -> str | None:
    """Return the place of the first difference between nested values, and what differs; None where they are equal."""
    if isinstance(first, Mapping) and isinstance(second, Mapping):
        if other := set(first) ^ set(second):
            return f"{_before(place)}keys {short(sorted(map(str, other)))} in one of them"
        pairs = [(first[key], second[key], f"{place}.{key}" if place else str(key)) for key in first]
    elif isinstance(first, (list, tuple)) and isinstance(second, (list, tuple)):
        if len(first) != len(second):
            return f"{_before(place)}{len(first)} and {len(second)} entries"
        pairs = [(*both, f"{place}[{number}]") for number, both in enumerate(zip(first, second, strict=True))]
    elif hasattr(first, "shape") and hasattr(second, "shape"):
        return _difference_of_arrays(first, second, place)
    else:
        is_equal = first == second or (first != first and second != second)
        return None if is_equal else f"{_before(place)}{short(first)} and {short(second)}"
    return next((found for pair in pairs if (found := difference(*pair))), None)


def _difference_of_arrays(first: Any, second: Any, place: str) -> str | None:
    if tuple(first.shape) != tuple(second.shape) or first.dtype != second.dtype:
        return f"{_before(place)}{tuple(first.shape)} of {first.dtype} and {tuple(second.shape)} of {second.dtype}"
    unequal = (first != second) & ((first == first) | (second == second))
    count = int(unequal.sum())
    return f"{_before(place)}{count} of {math.prod(first.shape)} values" if count else None


def _before(place: str) -> str:
    return f"{place}: " if place else ""


def _values(path: Path) -> Any:
    """Return what a file of torch or numpy holds; None for another one."""
    try:
        if path.suffix == ".npy":
            import numpy as np

            return np.load(path)
        if zipfile.is_zipfile(path):
            if path.suffix == ".npz":
                import numpy as np

                with np.load(path) as arrays:
                    return dict(arrays)
            import torch

            return torch.load(path, map_location="cpu", weights_only=True)
    except Exception:
        # It is then said which file differs, and not where.
        return None
    return None
