"""What is random in a segment of an own trainer follows from seed, trial, epoch and sample, whatever was trained before."""

from __future__ import annotations

import itertools
import pickle
import random
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import swift_pba as pba
import torch
from datasets import Batches, Pictures
from own_training import COUNT, Images, segment, train
from pictures import picture
from swift_pba.trainer import Stop
from swift_pba.trainer.figures import number
from swift_pba.trainer.randomness import derived, seed_all
from swift_pba.trainer.segment import seed_beginning
from workers import POLICY

OPTIONS = {
    "here": {}, "fork": {"num_workers": 2, "multiprocessing_context": "fork"},
    "persistent": {"num_workers": 2, "multiprocessing_context": "fork", "persistent_workers": True, "prefetch_factor": 4},
    "one": {"num_workers": 1},
    "spawn": {"num_workers": 2, "multiprocessing_context": "spawn", "persistent_workers": True},
}


def test_two_epochs_are_one_and_one(tmp_path: Path, full: bool) -> None:
    """Bit for bit, with any number and kind of the loader's processes."""
    results = {}
    for name, options in OPTIONS.items():
        if name == "spawn" and not full:
            continue  # six processes that import torch; test_worker_ends.py starts two
        for folder in ("whole", "parts"):
            (tmp_path / name / folder).mkdir(parents=True)
        whole = train(segment(tmp_path / name / "whole", (0, 2), None), options)
        random.seed(7), np.random.seed(8), torch.manual_seed(9)
        first = segment(tmp_path / name / "parts", (0, 1), None)
        parts = train(first, options)
        second = segment(tmp_path / name / "parts", (1, 2), first.output)
        parts += train(second, options)
        assert parts == whole, name
        states = [(path.parent / "state.pt").read_bytes() for path in (tmp_path / name).rglob("*-2-3/state.pt")]
        assert len(states) == 2 and states[0] == states[1]
        results[name] = whole
    assert len({tuple(sums) for sums in results.values()}) == 1
    (tmp_path / "other").mkdir()
    assert train(segment(tmp_path / "other", (0, 2), None, trial=4), {}) != results["here"]


@pytest.mark.parametrize("number_of_workers", [0, 2])
def test_passes_belong_to_the_epoch_in_training(tmp_path: Path, number_of_workers: int) -> None:
    """More passes than epochs, passes that end early, and none at all shift nothing."""
    one = segment(tmp_path, (2, 6), None)
    loader = one.loader(Pictures(COUNT, one.augment), shuffle=True, batch_size=5, num_workers=number_of_workers)
    orders = {}
    augment = pba.Augment(one.schedule, epochs=6, seed=5, trial=3)
    for epoch in one.epochs:
        if epoch == 3:
            continue
        next(iter(loader))
        passes = []
        for _ in range(2):
            seen = []
            for images, indices in loader:
                for image, index in zip(images, indices.tolist(), strict=True):
                    expected = augment.apply(picture(11, 9, index), epoch=epoch, index=index)
                    assert np.array_equal(image.permute(1, 2, 0).numpy(), expected)
                    seen.append(index)
            passes.append(seen)
        assert passes[0] == passes[1] and sorted(passes[0]) == list(range(COUNT))
        orders[epoch] = passes[0]
    assert len({tuple(order) for order in orders.values()}) == 3
    (tmp_path / "again").mkdir()
    again = segment(tmp_path / "again", (4, 5), None)
    for _ in again.epochs:
        assert [int(key) for key in again.loader(Pictures(COUNT, None), shuffle=True).sampler] == orders[4]


def test_the_first_pass_of_an_epoch_says_how_much_is_done(tmp_path: Path) -> None:
    """Others only show that the training advances."""
    reports = []
    one = segment(tmp_path, (2, 4), None)
    one._report = lambda epoch, done, total, metrics: reports.append((epoch, done, total))
    training, validation = (one.loader(Pictures(4, None), batch_size=2) for _ in range(2))
    for _ in one.epochs:
        for loader in (training, validation):
            list(loader)
    each = [(None, None), (1, 2), (2, 2), (None, None), (None, None)]
    assert reports == [(epoch, *counts) for epoch in (2, 3) for counts in each]


def test_passes_without_epochs_count(tmp_path: Path) -> None:
    one = segment(tmp_path, (2, 4), None)
    loader = one.loader(Pictures(4, None), batch_size=2)
    assert [[key.epoch for key in loader.sampler] for _ in range(2)] == [[2] * 4, [3] * 4]


def test_the_augmentation_is_that_of_the_search(tmp_path: Path) -> None:
    """The policy of the message, with seed and trial, over the epochs of the search."""
    one = segment(tmp_path, (2, 4), None)
    assert not one._notes.used_policy
    assert [vars(entry) for entry in one.policy] == POLICY and one.schedule.epochs == one.augment.epochs == 6
    assert one.augment is one.augment and one._notes.used_policy
    image, other = picture(32, 32), pba.Augment(one.schedule, epochs=6, seed=5, trial=4)
    draws = [one.augment.apply(image, epoch=3, index=index) for index in range(20)]
    assert any(not np.array_equal(draw, other.apply(image, epoch=3, index=index)) for index, draw in enumerate(draws))
    batch = one.batch_augment(mean=(0.5,) * 3, std=(0.25,) * 3, crop_padding=0, flip=False, cutout=0)
    numbers = batch(np.stack([image] * 20), [pba.Key(index, 3) for index in range(20)])
    pixels = np.rint((numbers * 0.25 + 0.5) * 255).transpose(0, 2, 3, 1)
    grey = pba.Augment(one.schedule, epochs=6, seed=5, trial=3, fill=(128,) * 3)
    filled = [grey.apply(image, epoch=3, index=index) for index in range(20)]
    assert np.abs(pixels - np.stack(filled)).max() <= 1
    assert np.array_equal(pickle.loads(pickle.dumps(one.augment)).apply(image, epoch=3, index=0), draws[0])


def test_generators_of_the_training_are_left_alone(tmp_path: Path) -> None:
    """A loader without processes seeds for its samples, and what the training draws stays what it would have been."""
    def draws(loader: Any) -> list[Any]:
        seed_all(3)
        found = []
        for _ in itertools.islice(loader, 3):
            found += [random.gauss(0, 1), np.random.randn(), torch.randn(()).item()]
        return found

    one = segment(tmp_path, (0, 1), None)
    loader = one.loader(Images(one.augment), batch_size=2)
    assert draws(loader) == draws(range(3))
    assert len(loader.dataset) == COUNT and loader.dataset.transform is loader.dataset.dataset.transform
    # A plain index, which no loader gives, seeds nothing.
    dataset = one.loader(Pictures(4, lambda _: torch.rand(()))).dataset
    assert dataset[0][0] != dataset[0][0]


def noise(_: Any) -> torch.Tensor:
    """A transform that gives a random number alone."""
    return torch.rand(())


def drawn(samples: list[Any]) -> list[Any]:
    """A batch with random numbers in it, as of a crop of one size for all."""
    return [int(index) for _, index in samples] + [torch.rand(()).item(), np.random.rand(), random.random()]


def test_what_a_collate_function_draws(tmp_path: Path) -> None:
    """It follows from the batch, with any number of processes, and leaves the generators of the training alone."""
    seen = []
    for options in OPTIONS.values():
        one = segment(tmp_path, (0, 2), None, trial=len(seen))
        one.trial = 3
        loader = one.loader(Pictures(9, noise), batch_size=2, shuffle=True, collate_fn=drawn, **options)
        seen.append([])
        for _ in one.epochs:
            before = torch.get_rng_state()
            seen[-1] += list(loader)
            assert torch.equal(before, torch.get_rng_state())
    assert all(some == seen[0] for some in seen) and len({batch[-1] for batch in seen[0]}) == 10


def test_loaders_of_a_segment_differ(tmp_path: Path) -> None:
    """In order and draws, though of one length; those that are made in an epoch are the same whatever epochs come before it."""
    def batches(loader: Any) -> list[Any]:
        return [(index.item(), image.item()) for image, index in loader]

    images = Pictures(12, noise)
    found = {}
    for epochs in ((0, 2), (1, 2)):
        one = segment(tmp_path, epochs, None)
        first, second = (one.loader(images, shuffle=True) for _ in range(2))
        for epoch in one.epochs:
            loaders = [first, second, one.loader(images, shuffle=True)]
            found[epochs, epoch] = [batches(loader) for loader in loaders]
            assert len({str(batch) for batch in found[epochs, epoch]}) == 3
            assert len({str([index for index, _ in batch]) for batch in found[epochs, epoch]}) == 3
    assert found[(0, 2), 1] == found[(1, 2), 1]


def test_whole_batches(tmp_path: Path) -> None:
    """A dataset that is wrapped for whole batches stays so."""
    seen = []
    for end, workers in enumerate(({}, {"num_workers": 2}, {"num_workers": 1, "multiprocessing_context": "spawn"}), 2):
        one = segment(tmp_path, (0, end), None)
        augment = one.batch_augment(mean=(0.5,) * 3, std=(0.25,) * 3)
        loader = one.loader(pba.wrap(Batches(COUNT, augment), batched=True), batch_size=4, shuffle=True, **workers)
        loader.sampler.set_epoch(1)
        seen.append([(images.numpy().tobytes(), indices.tolist()) for images, indices in loader])
    assert seen[0] == seen[1] == seen[2] and len(seen[0]) == 6


@pytest.mark.parametrize(("options", "batches"), [
    ({"batch_size": 4}, 3), ({"batch_size": 4, "num_workers": 2}, 3), ({"batch_size": None}, 3),
    ({"batch_size": 4, "drop_last": True}, 3), ({"batch_sampler": [[0, 1], [2], [3, 4, 5], [6]]}, 3), ({"sampler": [5, 4, 3]}, 3),
    ({"batch_size": 50}, 1),
], ids=str)
def test_a_check_ends_early(tmp_path: Path, options: dict[str, Any], batches: int) -> None:
    one = segment(tmp_path, (0, 1), None, limit=3)
    loader = one.loader(Pictures(COUNT, None), **options)
    for _ in one.epochs:
        assert len(list(loader)) == batches
    assert one._notes.passes[0]["batches"] == batches and one._notes.passes[0]["of"] == len(loader)
    assert one._notes.passes[0]["epoch"] == 0 and len(one._notes.epoch_marks) == 2


def test_loaders_stop_and_refuse(tmp_path: Path) -> None:
    one = segment(tmp_path, (0, 1), None)
    with pytest.raises(ValueError, match="shuffle: found True beside a sampler, expected one of the two"):
        one.loader(Pictures(4, None), sampler=[1], shuffle=True)
    with pytest.raises(ValueError, match="generator: found one beside shuffle=True, expected none"):
        one.loader(Pictures(4, None), generator=torch.Generator(), shuffle=True)
    with pytest.raises(TypeError, match="found range_iterator, expected one with __getitem__"):
        one.loader(iter(range(3)))
    loader = one.loader(Pictures(4, None))
    one._stop_requested = lambda: True
    with pytest.raises(Stop):
        for _ in loader:
            pass
    with pytest.raises(Stop):
        for _ in one.epochs:
            raise AssertionError
    assert not issubclass(Stop, Exception)


def test_seeds_follow_from_all_their_parts() -> None:
    parts = [*itertools.product((0, 1, 2**63), (0, 12), (0, 3)), (0, 0, 0, "order"), (1,), (0, 0, 0, 0)]
    seeds = [derived(*some) for some in parts]
    assert len(set(seeds)) == len(seeds) and all(0 <= seed < 2**64 for seed in seeds)
    # Promised from version to version, as results are.
    assert derived(5, 3, 1) == 13434889748704246133


def test_what_is_drawn_before_the_first_epoch(tmp_path: Path) -> None:
    """It follows from seed, trial and epoch too, and is not what the epoch draws."""
    drawn = []
    for epochs, trial in (((0, 1), 3), ((0, 1), 4), ((1, 2), 3), ((0, 2), 3)):
        one = segment(tmp_path, epochs, None, trial=trial)
        seed_beginning(one)
        drawn.append((random.random(), np.random.rand(), torch.rand(()).item()))
        next(iter(one.epochs))
        drawn.append((random.random(), np.random.rand(), torch.rand(()).item()))
    assert drawn[0] == drawn[6] and drawn[1] == drawn[7] and len(set(drawn)) == 6
    assert len({draw[place] for draw in drawn for place in range(3)}) == 18


@pytest.mark.parametrize(("value", "expected"), [
    (1, 1.0), (np.float16(0.5), 0.5), (np.array([[2]]), 2.0), (torch.tensor(3), 3.0),
    (torch.tensor([4.5], requires_grad=True), 4.5), (-10**400, -np.inf), (np.int64(-1), -1.0),
], ids=str)
def test_numbers(value: Any, expected: float) -> None:
    assert number(value, "x") == expected and type(number(value, "x")) is float


NO_NUMBERS = ["1", None, True, np.True_, torch.tensor(True), [1], torch.zeros(2), np.zeros(0), 1j, {}]


@pytest.mark.parametrize("value", NO_NUMBERS, ids=str)
def test_no_numbers(value: Any) -> None:
    with pytest.raises(TypeError, match="^x: found .* of type .*, expected a number$"):
        number(value, "x")
