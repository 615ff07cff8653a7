"""Networks: names, shapes, random layers, and those that the program trained."""

from __future__ import annotations

import copy
import pickle
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from swift_pba import models
from torch.nn import functional as F
from trained import FAMILIES, contents, evaluated, on_bundled, require_same, run, small_checkpoint, small_run


@pytest.fixture(autouse=True)
def one_thread() -> None:
    torch.set_num_threads(1)
    torch.manual_seed(0)


GOOD_NAMES = ("wrn_10_1", "wrn_+16_01", "ss_2", "pyramid_net_11_1")
BAD_NAMES = (
    "", "wrn", "wrn_", "wrn_10", "wrn_10_", "wrn_10_1_1", "wrn_4_1", "wrn_12_1", "wrn_10_0", "wrn_10_65", "wrn_1006_1",
    "wrn_1.5_1", "wrn_ 10_1", "wrn_１０_1", "WRN_10_1", "ss", "ss_", "ss_0", "ss_3", "ss_1026", "ss_2_2", "pyramid",
    "pyramid_net_", "pyramid_net_11", "pyramid_net_12_1", "pyramid_net_2_1", "pyramid_net_11_0", "pyramid_net_11_2001",
    "pyramid_net_11_x", "resnet18",
)


def test_names_are_valid_where_they_are_for_the_program() -> None:
    def is_valid(name: str) -> bool:
        try:
            return models.network(name, 3).name == name
        except ValueError:
            return False

    settings = "--dataset noise:8x8x3 --train-size 16 --validation-size 8 --epochs 1 --batch-size 8 --device cpu --dry-run"
    for names, expected in ((GOOD_NAMES, True), (BAD_NAMES, False)):
        for name in names:
            assert is_valid(name) is expected, name
            assert (run("train", *settings.split(), f"--model={name}").returncode == 0) is expected, name


@pytest.mark.parametrize("size", [(32, 32), (27, 30), (9, 14), (1, 1)])
@pytest.mark.parametrize("name", FAMILIES)
def test_networks_take_images_of_any_size(name: str, size: tuple[int, int]) -> None:
    assert models.network(name, 3).eval()(torch.zeros(2, 3, *size)).shape == (2, 3)


@pytest.mark.parametrize("name", FAMILIES)
def test_random_layers_draw_from_the_generator_given(name: str) -> None:
    network, images = models.network(name, 3), torch.randn(4, 3, 8, 8)

    def scores(seed: int) -> torch.Tensor:
        return network(images, torch.Generator().manual_seed(seed))

    assert torch.equal(scores(1), scores(1))
    assert torch.equal(scores(1), scores(2)) is (name == "wrn_10_1")
    torch.manual_seed(1)
    assert torch.equal(network(images), scores(1))
    state = torch.get_rng_state()
    network.eval()(images)
    assert torch.equal(state, torch.get_rng_state())


@pytest.mark.parametrize(("make", "error"), [
    (lambda: models.WideResNet(11, 1, 2), ValueError), (lambda: models.WideResNet(10, 0, 2), ValueError),
    (lambda: models.WideResNet(10, 1, 0), ValueError), (lambda: models.WideResNet(10.0, 1, 2), TypeError),
    (lambda: models.ShakeShake(3, 2), ValueError), (lambda: models.PyramidNet(12, 1, 2), ValueError),
    (lambda: models.network("wrn_10_1", True), TypeError), (lambda: models.network(None, 1), TypeError),
    (lambda: models.network("wrn_10_1", np.True_), TypeError), (lambda: models.network("wrn_10_1", np.float64(3)), TypeError),
    (lambda: models.network("wrn_10_1", None), TypeError), (lambda: models.network("wrn_10_1", np.int64(0)), ValueError),
])
def test_impossible_networks_are_refused(make: Callable[[], object], error: type[Exception]) -> None:
    with pytest.raises(error, match="found"):
        make()


@pytest.mark.parametrize("kind", [np.int64, np.uint8, torch.tensor], ids=lambda kind: kind.__name__)
def test_integers_of_libraries_are_integers(kind: Callable[[int], Any], tmp_path: Path) -> None:
    # The channels are multiples of these numbers, more than 8 bits hold.
    made = {
        models.WideResNet(kind(10), kind(10), kind(3)): "wrn_10_10", models.ShakeShake(kind(2), kind(3)): "ss_2",
        models.PyramidNet(kind(11), kind(200), kind(3)): "pyramid_net_11_200", models.network("wrn_10_1", kind(3)): "wrn_10_1"}
    for network, name in made.items():
        same = models.network(name, 3)
        assert (network.name, type(network.classes), network.classes) == (name, int, 3)
        assert [(key, value.shape) for key, value in network.state_dict().items()] == [
            (key, value.shape) for key, value in same.state_dict().items()]
    info = models.save(network, tmp_path / "a", class_names=["a", "b", "c"], image_size=(8, 8), mean=[0, 0, 0], std=[1, 1, 1])
    assert models.load(tmp_path / "a").classes == 3 == len(info.class_names)


@pytest.mark.parametrize("name", FAMILIES)
def test_a_loaded_network_measures_what_the_program_measures(name: str) -> None:
    network = models.load(small_run(name))
    assert (network.name, network.classes, network.training) == (name, 10, False)
    require_same(evaluated(small_run(name)), on_bundled(network))


def test_the_info_is_that_of_the_training() -> None:
    info = models.load(small_run("ss_4")).info
    assert info == models.read_info(small_run("ss_4"))
    assert (info.model, info.dataset, info.epoch, info.trial, info.image_size) == ("ss_4", "bundled", 1, 0, (28, 28))
    assert info.class_names[0] == "T-shirt/top" and len(info.class_names) == 10
    assert (info.recipe["batchSize"], info.recipe["cutout"], info.recipe["learningRate"]) == (32, 0, 0.1)
    with pytest.raises(AttributeError):
        info.epoch = 2


def test_loading_draws_nothing_and_copies_keep_the_info() -> None:
    before = torch.get_rng_state()
    network = models.load(small_checkpoint(), map_location="cpu")
    assert torch.equal(before, torch.get_rng_state())
    elsewhere = models.load(small_checkpoint(), map_location="meta").state_dict()
    assert {tensor.device.type for tensor in elsewhere.values()} == {"meta"}
    for other in (copy.deepcopy(network), pickle.loads(pickle.dumps(network))):
        assert other.info == network.info
        assert all(torch.equal(a, b) for a, b in zip(other.state_dict().values(), network.state_dict().values(), strict=True))


def test_a_loaded_network_can_be_trained_further() -> None:
    network = models.load(small_checkpoint()).train()
    optimizer = torch.optim.SGD(network.parameters(), lr=0.01)
    images, labels = torch.randn(8, 3, 28, 28), torch.arange(8)
    before = network.bn.running_mean.clone()
    losses = []
    for _ in range(5):
        optimizer.zero_grad()
        loss = F.cross_entropy(network(images), labels)
        loss.backward()
        optimizer.step()
        losses.append(loss.item())
    assert losses[-1] < losses[0]
    assert not torch.equal(before, network.bn.running_mean)


@pytest.mark.parametrize("name", FAMILIES)
def test_the_names_of_a_checkpoint_are_those_of_the_state_dict(name: str) -> None:
    file = contents(small_checkpoint(name))
    tensors = {place.name: file.tensor(place.name) for place in file.places}
    del tensors["optimizer.momentum"]
    network = models.network(name, 10)
    network.load_state_dict(tensors)  # strict
    network.info = models.read_info(small_run(name))
    assert on_bundled(network.eval()) == on_bundled(models.load(small_run(name)))


def test_a_machine_without_pytorch_is_told_what_to_install() -> None:
    code = (
        "import sys; sys.modules['torch'] = None\n"
        "try:\n    import swift_pba.models\nexcept ModuleNotFoundError as error:\n    print(error)"
    )
    place = Path(models.__file__).parents[2]
    done = subprocess.run([sys.executable, "-c", code], cwd=place, capture_output=True, text=True)
    assert done.stdout == "swift_pba.models needs PyTorch: pip install torch\n", done.stderr
