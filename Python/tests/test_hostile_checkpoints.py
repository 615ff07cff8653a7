"""Checkpoints that are damaged, or whole and wrong: every one is refused in words."""

from __future__ import annotations

import json
import random
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import torch
from swift_pba import models
from swift_pba.models.checkpoint import FORMAT, VERSION, _digest
from swift_pba.models.safetensors import header, joined, laid_out
from trained import contents, run, small_checkpoint


@pytest.fixture(autouse=True)
def one_thread() -> None:
    torch.set_num_threads(1)
    torch.manual_seed(0)


def test_every_damaged_checkpoint_is_refused(tmp_path: Path) -> None:
    whole = small_checkpoint().read_bytes()
    length = 8 + int.from_bytes(whole[:8], "little")
    generator = random.Random(0)
    places = [*range(8), *generator.sample(range(8, length), 150), *generator.sample(range(length, len(whole)), 50)]
    file = tmp_path / "damaged.safetensors"
    for place in places:
        damaged = bytearray(whole)
        damaged[place] ^= 1 << generator.randrange(8)
        file.write_bytes(damaged)
        with pytest.raises(ValueError, match="damaged.safetensors"):
            models.load(file)
    for end in (0, 1, 7, 8, 9, length - 1, length, length + 1, len(whole) // 2, len(whole) - 1):
        file.write_bytes(whole[:end])
        with pytest.raises(ValueError, match="damaged.safetensors"):
            models.load(file)
    file.write_bytes(whole + b"\0")
    with pytest.raises(ValueError, match="not as it was written"):
        models.load(file)
    with pytest.raises(ValueError, match="no regular file"):
        models.load("/dev/null")


def sealed(path: Path, tensors: dict[str, torch.Tensor], metadata: dict[str, str]) -> Path:
    """A file with a right digest, whatever it holds."""
    places, body = laid_out(tensors)
    path.write_bytes(joined(header(places, metadata | {"sha256": _digest(places, metadata, body)}), body))
    return path


def _without(name: str) -> Callable[[dict[str, torch.Tensor], dict[str, Any]], None]:
    return lambda tensors, _: tensors.pop(name)


HOSTILE: dict[str, tuple[Callable[[dict[str, torch.Tensor], dict[str, Any]], Any], str]] = {
    "no weight": (_without("conv.weight"), "the tensor 'conv.weight': found none, expected the shape"),
    "no momentum": (_without("optimizer.momentum"), "the tensor 'optimizer.momentum': found none"),
    "another shape": (lambda t, _: t.update({"bn.bias": torch.zeros(65)}), r"'bn.bias': found F32 of the shape \[65\]"),
    "another type": (lambda t, _: t.update({"bn.bias": torch.zeros(64).double()}), "'bn.bias': found F64"),
    "one too many": (lambda t, _: t.update({"more": torch.zeros(1)}), "'more': found the shape"),
    "another model": (lambda _, i: i["recipe"].update(model="ss_4"), "as a ss_4 has it"),
    "a huge model": (lambda _, i: i["recipe"].update(model="wrn_1000_64"), "as a wrn_1000_64 has it"),
    "no model": (lambda _, i: i["recipe"].update(model="resnet"), "there is no model 'resnet'"),
    "a model that is no text": (lambda _, i: i["recipe"].update(model=3), "the name of a model among them"),
    "no recipe": (lambda _, i: i.pop("recipe"), "recipe: found nothing"),
    "a wrong recipe": (lambda _, i: i["recipe"].update(batchSize=0), "recipe: batchSize: found 0, expected a whole number"),
    "a missing setting": (lambda _, i: i["recipe"].pop("flip"), "recipe: flip: found nothing, expected true or false"),
    "fewer classes": (lambda _, i: i["classNames"].pop(), "'linear.weight': found F32"),
    "no classes": (lambda _, i: i.update(classNames=[]), "class_names: found"),
    "a class that is no text": (lambda _, i: i["classNames"].__setitem__(0, 1), "class_names: found"),
    "no deviation": (lambda _, i: i["statistics"].update(standardDeviation=[0, 1, 1]), "std: found"),
    "two means": (lambda _, i: i["statistics"].update(mean=[0, 1]), "mean: found"),
    "a huge mean": (lambda _, i: i["statistics"].update(mean=[1e39, 1, 1]), "mean: found"),
    "no statistics": (lambda _, i: i.update(statistics=[1]), "found no description"),
    "no size": (lambda _, i: i.update(imageSize=[28]), "image_size: found"),
    "a size of nothing": (lambda _, i: i.update(imageSize=[0, 28]), "image_size: found"),
    "a negative epoch": (lambda _, i: i.update(epoch=-1), "epoch: found -1, expected 0 or more"),
    "a true epoch": (lambda _, i: i.update(epoch=True), "epoch: found True"),
}


# What the program reads as it is meant, or finds out only once it has made the network.
LET_PASS = ("another type", "one too many", "a huge model")


@pytest.mark.parametrize("change", HOSTILE)
def test_what_is_whole_and_wrong_is_refused(tmp_path: Path, change: str) -> None:
    make, words = HOSTILE[change]
    file = contents(small_checkpoint())
    tensors = {place.name: file.tensor(place.name) for place in file.places}
    info = json.loads(file.metadata["info"])
    make(tensors, info)
    path = sealed(tmp_path / "hostile.safetensors", tensors, {"format": FORMAT, "version": VERSION, "info": json.dumps(info)})
    with pytest.raises(ValueError, match=words) as error:
        models.load(path)
    assert str(path) in str(error.value)
    if change not in LET_PASS:
        assert run("evaluate", "--dataset", "bundled", "--checkpoint", path).returncode == 1


@pytest.mark.parametrize(("metadata", "words"), [
    ({"format": "pt"}, "not a checkpoint of pba"),
    ({"format": FORMAT, "version": "3"}, "is a checkpoint of version 3; this swift_pba reads version 2"),
    ({"format": FORMAT}, r"is a checkpoint of version \?"),
    ({"format": FORMAT, "version": VERSION}, "found no description"),
    ({"format": FORMAT, "version": VERSION, "info": "[" * 100_000}, "found no description"),
])
def test_other_files_are_refused(tmp_path: Path, metadata: dict[str, str], words: str) -> None:
    with pytest.raises(ValueError, match=words):
        models.load(sealed(tmp_path / "other.safetensors", {"a": torch.zeros(1)}, metadata))
