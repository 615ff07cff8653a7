"""Saved networks: what the program makes of them, and what is not saved."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from PIL import Image
from swift_pba import models
from swift_pba.models.recipe import complete
from torch.nn import functional as F
from trained import (
    BUNDLED_SIZE,
    FAMILIES,
    bundled_test_images,
    contents,
    done,
    evaluated,
    on_bundled,
    require_same,
    small_checkpoint,
    small_run,
)


@pytest.fixture(autouse=True)
def one_thread() -> None:
    torch.set_num_threads(1)
    torch.manual_seed(0)


@pytest.mark.parametrize("name", FAMILIES)
def test_a_saved_network_differs_from_the_loaded_one_in_the_momentum_alone(
    tmp_path: Path, name: str
) -> None:
    original = small_checkpoint(name)
    path = tmp_path / "again.safetensors"
    info = models.save(models.load(original), path)
    assert info == models.read_info(original)
    before, after = contents(original), contents(path)
    assert before.places == after.places
    assert before.metadata["info"] == after.metadata["info"]
    for place in before.places:
        assert place.name == "optimizer.momentum" or torch.equal(before.tensor(place.name), after.tensor(place.name))
    assert before.tensor("optimizer.momentum").any() and not after.tensor("optimizer.momentum").any()
    assert evaluated(path) == evaluated(original)
    models.save(models.load(path), tmp_path / "third.safetensors")
    assert (tmp_path / "third.safetensors").read_bytes() == path.read_bytes()


@pytest.mark.parametrize("name", FAMILIES)
def test_a_network_trained_outside_is_evaluated_by_the_program(tmp_path: Path, name: str) -> None:
    network = models.network(name, 10)
    optimizer = torch.optim.Adam(network.parameters(), lr=0.01)
    images, labels = bundled_test_images()
    classes = models.read_info(small_run(name)).class_names
    described = models.CheckpointInfo(**BUNDLED_SIZE, class_names=classes, dataset="d", recipe=complete(name))
    batches = models.preprocess(images[:320], described).split(32)
    for batch, targets in zip(batches, labels[:320].split(32), strict=True):
        optimizer.zero_grad()
        F.cross_entropy(network(batch), targets).backward()
        optimizer.step()
    path = tmp_path / "mine.safetensors"
    info = models.save(network, path, class_names=classes, **BUNDLED_SIZE, epoch=1, recipe={"epochs": 1})
    assert (info.dataset, info.epoch, info.model, info.recipe["epochs"]) == ("unknown", 1, name, 1)
    loaded = models.load(path)
    assert loaded.info == info
    require_same(evaluated(path), on_bundled(loaded))
    done("train", "--dataset", "bundled", "--train-size", "64", "--validation-size", "32", "--model", name, "--epochs", "1",
         "--batch-size", "32", "--device", "cpu", "--from", path, "--run", tmp_path / "continued")


def test_the_description_can_come_from_another_checkpoint(tmp_path: Path) -> None:
    network = models.network("wrn_16_1", 10).to(torch.bfloat16)
    info = models.save(network, tmp_path / "a.safetensors", like=small_checkpoint(), epoch=7, recipe={"seed": 5})
    like = models.read_info(small_checkpoint())
    assert (info.model, info.epoch, info.recipe["seed"], info.recipe["batchSize"]) == ("wrn_16_1", 7, 5, 32)
    assert (info.class_names, info.mean, info.std, info.image_size) == (like.class_names, like.mean, like.std, like.image_size)
    assert models.save(network, tmp_path / "b.safetensors", like=info) == info
    assert models.save(network, tmp_path / "c.safetensors", like=small_run("ss_4")).epoch == 1
    saved = models.load(tmp_path / "a.safetensors")
    assert saved.conv.weight.dtype == torch.float32
    assert torch.equal(saved.conv.weight, network.conv.weight.float())
    assert evaluated(tmp_path / "a.safetensors")["images"] == 1000


def test_neither_types_nor_places_by_default_change_a_file(tmp_path: Path) -> None:
    network = models.load(small_checkpoint("ss_4"))
    models.save(network, tmp_path / "a")
    torch.set_default_dtype(torch.float64)
    try:
        loaded = models.load(tmp_path / "a")
        models.save(loaded.double(), tmp_path / "b")
    finally:
        torch.set_default_dtype(torch.float32)
    assert (tmp_path / "a").read_bytes() == (tmp_path / "b").read_bytes()


def test_class_names_of_every_kind_are_kept(tmp_path: Path) -> None:
    names = ['a"b\\c', "b\x08\x0c\x1f\n\t\r", "e/é😀\x7f\u2028", "z"]
    generator = np.random.default_rng(0)
    for name in names:
        folder = tmp_path / "images" / name.replace("/", ":")
        folder.mkdir(parents=True)
        for index in range(8):
            Image.fromarray(generator.integers(0, 256, (12, 12, 3), np.uint8)).save(folder / f"{index}.png")
    data = f"folder:{tmp_path / 'images'}"
    sizes = (*"--image-size 12 --train-size 16 --validation-size 8 --batch-size 8".split(), "--data-dir", tmp_path / "data")
    done("train", "--dataset", data, "--model", "ss_2", "--epochs", "1", *sizes, "--device", "cpu", "--run", tmp_path / "run")
    network = models.load(tmp_path / "run")
    assert sorted(network.info.class_names) == sorted(name.replace("/", ":") for name in names)
    path = tmp_path / "again.safetensors"
    models.save(network, path)
    original = next((tmp_path / "run" / "checkpoints").iterdir())
    assert contents(path).metadata["info"] == contents(original).metadata["info"]
    # A slash stands in no name of a folder, but in those of datasets.
    info = models.save(network, path, class_names=names)
    assert models.load(path).info == info
    done("train", "--dataset", data, "--model", "ss_2", "--epochs", "1", *sizes, "--device", "cpu", "--from", path,
         "--run", tmp_path / "continued")


@pytest.mark.parametrize(("arguments", "error", "words"), [
    ({"class_names": ["a"] * 9, **BUNDLED_SIZE}, ValueError, "found 9 names, expected 10, one for each score"),
    (BUNDLED_SIZE, ValueError, "class_names: found nothing"),
    ({"class_names": ["a"] * 10, **BUNDLED_SIZE, "std": (0.0, 1, 1)}, ValueError, "std: found"),
    ({"class_names": ["a"] * 10, **BUNDLED_SIZE, "mean": (float("nan"), 1, 1)}, ValueError, "mean: found"),
    ({"class_names": ["\ud800"] * 10, **BUNDLED_SIZE}, ValueError, "class_names: found"),
    ({"class_names": ["a"] * 10, **BUNDLED_SIZE, "recipe": {"epochs": 0}}, ValueError, "recipe: epochs: found 0"),
    ({"like": "nowhere"}, FileNotFoundError, "nowhere"),
])
def test_what_cannot_be_saved_leaves_the_old_file(
    tmp_path: Path, arguments: dict[str, Any], error: type[Exception], words: str
) -> None:
    path = tmp_path / "file"
    path.write_bytes(b"old")
    with pytest.raises(error, match=words):
        models.save(models.network("ss_2", 10), path, **arguments)
    assert [file.name for file in tmp_path.iterdir()] == ["file"] and path.read_bytes() == b"old"


def test_other_modules_and_other_places_are_refused(tmp_path: Path) -> None:
    with pytest.raises(TypeError, match="found a Linear, expected a network of swift_pba.models"):
        models.save(torch.nn.Linear(1, 1), tmp_path / "a", like=small_checkpoint())
    with pytest.raises(FileNotFoundError):
        models.save(models.load(small_checkpoint()), tmp_path / "none" / "a")
    (tmp_path / "folder").mkdir()
    with pytest.raises(OSError):
        models.save(models.load(small_checkpoint()), tmp_path / "folder")
    assert [file.name for file in tmp_path.iterdir()] == ["folder"]
