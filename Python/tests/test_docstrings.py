"""The examples of the documentation run: those of every docstring, on real images, with the names that they use."""

from __future__ import annotations

import doctest
import importlib
import os
import warnings
from pathlib import Path

import numpy as np
import pytest
import swift_pba as pba
import torch
from pictures import picture
from PIL import Image
from torchvision.datasets import ImageFolder
from torchvision.transforms import v2

# Modules with tests of their own for what they say.
OTHERS = {"__main__", "models", "export", "_program", "_export"}
MODULES = sorted(
    path.stem for path in Path(pba.__file__).parent.glob("*.py") if path.stem not in OTHERS)


def examples() -> list[doctest.DocTest]:
    found = []
    for module in MODULES:
        loaded = pba if module == "__init__" else importlib.import_module(f"swift_pba.{module}")
        found += [test for test in doctest.DocTestFinder(exclude_empty=True).find(loaded) if test.examples]
    return found


def test_there_are_examples() -> None:
    assert {test.name.split(".")[-1] for test in examples()} >= {
        "swift_pba", "Augment", "BatchAugment", "Schedule", "sample", "loader"}


@pytest.mark.parametrize("example", examples(), ids=lambda test: test.name)
def test_example(example: doctest.DocTest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    for name in ("cats", "dogs"):
        os.makedirs(f"photos/{name}")
        for number in range(70):
            Image.fromarray(picture(32, 32, number)).save(f"photos/{name}/{number}.png")
    pba.load("rsvhn").save("schedule.json")
    example.globs = {
        "pba": pba, "np": np, "torch": torch, "v2": v2, "ImageFolder": ImageFolder, "image": Image.fromarray(picture(32, 32)),
        "images": np.stack([picture(32, 32, number) for number in range(10)]),
        "transform": v2.Compose([pba.Augment("rsvhn", epochs=9), v2.ToImage()])}
    output: list[str] = []
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        warnings.filterwarnings("ignore", "This DataLoader will create 4 worker processes")
        results = doctest.DocTestRunner(optionflags=doctest.ELLIPSIS).run(example, out=output.append)
    assert results.attempted and not results.failed, "".join(output)
