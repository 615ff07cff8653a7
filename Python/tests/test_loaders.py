"""Whatever the loader, each sample of each epoch has the pixels that `apply` gives it."""

from __future__ import annotations

import copy
import itertools
import multiprocessing
import os
import pickle
from collections.abc import Iterator
from typing import Any

import numpy as np
import pytest
import swift_pba as pba
import torch
from datasets import Batches, Pictures
from keyed_pictures import COUNT, expected, indices, pictures
from pictures import picture
from torch.utils.data import BatchSampler, DataLoader, RandomSampler
from torch.utils.data.distributed import DistributedSampler


def workers() -> Iterator[dict[str, Any]]:
    yield {"num_workers": 0}
    for start in multiprocessing.get_all_start_methods():
        for number, is_persistent in itertools.product((1, 2, 3), (False, True)):
            yield {"num_workers": number, "multiprocessing_context": start, "persistent_workers": is_persistent}


def named(options: dict[str, Any]) -> str:
    kept = "persistent" if options.get("persistent_workers") else "fresh"
    return f"{options['num_workers']}-{options.get('multiprocessing_context', 'none')}-{kept}"


def in_daily_run(options: dict[str, Any]) -> bool:
    """Starting other processes takes seconds each: the daily run has each way with two workers, and fork with all numbers."""
    return options.get("multiprocessing_context", "fork") == "fork" or options["num_workers"] == 2


WORKERS = [
    pytest.param(options, id=named(options), marks=() if in_daily_run(options) else pytest.mark.full) for options in workers()]


@pytest.mark.parametrize("options", WORKERS)
def test_every_sample_of_every_epoch(options: dict[str, Any], full: bool) -> None:
    # Processes that are not forked import torch, which takes seconds for each pass.
    is_quick = options.get("multiprocessing_context", "fork") == "fork"
    for batch_size, start in itertools.product((1, 4, 13, 16) if full and is_quick else (5,), (0, 7) if is_quick else (7,)):
        loader = pba.loader(
            pictures(), start_epoch=start, batch_size=batch_size, shuffle=True, generator=torch.Generator().manual_seed(1),
            **options)
        orders = []
        for epoch in (start, start + 1) if is_quick else (start,):
            orders.append(indices(loader, epoch))
            assert sorted(orders[-1]) == list(range(COUNT))
        assert orders[0] != orders[-1] or not is_quick
        assert len(loader) == -(-COUNT // batch_size)
        # Resumed elsewhere, forwards or back.
        loader.sampler.set_epoch(50)
        assert sorted(indices(loader, 50)) == list(range(COUNT))
        if is_quick:
            assert sorted(indices(loader, 51)) == list(range(COUNT))
            loader.sampler.set_epoch(start)
            assert sorted(indices(loader, start)) == list(range(COUNT))


@pytest.mark.parametrize("options", [{"num_workers": 0}, {"num_workers": 2}], ids=["here", "workers"])
def test_the_order_is_that_of_a_plain_loader(options: dict[str, Any]) -> None:
    for shuffle in (None, False, True):
        plain = DataLoader(
            Pictures(COUNT, None), batch_size=4, shuffle=shuffle, generator=torch.Generator().manual_seed(5), **options)
        ours = pba.loader(pictures(), batch_size=4, shuffle=shuffle, generator=torch.Generator().manual_seed(5), **options)
        for epoch in range(3):
            assert indices(ours, epoch) == [index for _, numbers in plain for index in numbers.tolist()]
        torch.manual_seed(3)
        of_plain = [index for _, numbers in DataLoader(Pictures(COUNT, None), shuffle=shuffle) for index in numbers.tolist()]
        torch.manual_seed(3)
        assert indices(pba.loader(pictures(), shuffle=shuffle), 0) == of_plain


@pytest.mark.parametrize("number", [0, 2])
@pytest.mark.parametrize("who", ["nobody", "the script", "the script, of Epochs"])
@pytest.mark.parametrize("in_batches", [False, True], ids=["sampler", "batch sampler"])
def test_distributed_sampler(number: int, who: str, in_batches: bool) -> None:
    """The ranks share an epoch without overlap, shuffle it as plain PyTorch does, and augment by the same epoch."""
    loaders, inner, plain = [], [], []
    for rank in range(2):
        sampler, alike = (DistributedSampler(pictures(), num_replicas=2, rank=rank, shuffle=True, seed=2) for _ in range(2))
        inner.append(sampler)
        plain.append(alike)
        order = {"batch_sampler": BatchSampler(sampler, 3, False)} if in_batches else {"sampler": sampler, "batch_size": 3}
        loaders.append(pba.loader(pictures(), num_workers=number, start_epoch=4, **order))
    for epoch in (4, 5, 6) if who == "nobody" else (4, 5, 9, 9, 0, 1):
        seen = []
        for rank in range(2):
            if who == "the script":
                inner[rank].set_epoch(epoch)
            elif who != "nobody":
                (loaders[rank].batch_sampler if in_batches else loaders[rank].sampler).set_epoch(epoch)
            plain[rank].set_epoch(epoch)
            of_rank = indices(loaders[rank], epoch)
            assert of_rank == list(plain[rank])
            seen += of_rank
        assert set(seen) == set(range(COUNT)) and len(seen) == COUNT + 1  # one is repeated to make the ranks equal


def test_a_look_at_a_batch_does_not_shift_epochs_that_a_script_sets() -> None:
    sampler = DistributedSampler(pictures(), num_replicas=1, rank=0)
    loader = pba.loader(pictures(), sampler=sampler)
    next(iter(loader))
    for epoch in range(3):
        sampler.set_epoch(epoch)
        indices(loader, epoch)
    assert type(copy.deepcopy(sampler).epoch) is int and type(pickle.loads(pickle.dumps(sampler)).epoch) is int


class OwnOrder:
    """A sampler whose epoch is another object whenever it is asked for, and that is iterated lazily."""

    def __init__(self) -> None:
        self.number = "0"

    @property
    def epoch(self) -> int:
        return int(self.number)

    def set_epoch(self, epoch: int) -> None:
        self.number = str(int(epoch))

    def __len__(self) -> int:
        return COUNT

    def __iter__(self) -> Iterator[int]:
        yield from ((index + self.epoch) % COUNT for index in range(COUNT))


@pytest.mark.parametrize("start", [0, 300])
def test_a_sampler_of_ones_own(start: int) -> None:
    sampler = OwnOrder()
    loader = pba.loader(pictures(), sampler=sampler, start_epoch=start)
    for epoch in (start, start + 1, start + 2):
        assert indices(loader, epoch) == [(index + epoch) % COUNT for index in range(COUNT)]
    sampler.set_epoch(20)
    assert indices(loader, 20)[0] == 20 % COUNT


@pytest.mark.parametrize("sampler", [[3, 1, 2], range(4), torch.tensor([5, 0]), np.array([7, 7]), (2, 0)], ids=str)
def test_indices_of_any_kind(sampler: Any) -> None:
    loader = pba.loader(pictures(), sampler=sampler, batch_size=2)
    for epoch in range(2):
        assert indices(loader, epoch) == [int(index) for index in sampler]
    assert indices(pba.loader(pictures(), batch_sampler=[[1, 2], (3,), [0, 4, 5]]), 0) == [1, 2, 3, 0, 4, 5]


@pytest.mark.parametrize("number", [0, 2])
def test_batch_sampler(number: int) -> None:
    loader = pba.loader(
        pictures(), batch_sampler=BatchSampler(RandomSampler(range(COUNT)), 4, drop_last=True), num_workers=number, start_epoch=2)
    for epoch in (2, 3):
        assert len(indices(loader, epoch)) == 12
    loader.batch_sampler.set_epoch(2)
    indices(loader, 2)


@pytest.mark.parametrize("number", [0, 2])
def test_without_batches(number: int) -> None:
    for epoch, start in ((0, 0), (5, 5)):
        loader = pba.loader(pictures(), batch_size=None, num_workers=number, start_epoch=start)
        for place, (image, index) in enumerate(loader):
            assert place == index and np.array_equal(image.permute(1, 2, 0).numpy(), expected(epoch, index))


@pytest.mark.parametrize("options",
    [pytest.param(options, id=named(options)) for options in workers() if in_daily_run(options)][::2])
def test_whole_batches_by_their_keys(options: dict[str, Any]) -> None:
    augment = pba.BatchAugment("rcifar10", epochs=9, mean=(0.5, 0.5, 0.5), std=(0.2, 0.2, 0.2))
    dataset = pba.wrap(Batches(COUNT, augment), batched=True)
    loader = pba.loader(dataset, batch_size=4, shuffle=True, **options)
    for epoch in range(2):
        seen = []
        for images, numbers in loader:
            for image, index in zip(images, numbers.tolist(), strict=True):
                assert torch.equal(image, augment(torch.from_numpy(picture(11, 9, index))[None], [pba.Key(index, epoch)])[0])
                seen.append(index)
        assert sorted(seen) == list(range(COUNT))
    # A data set that is wrapped already, without whole batches or with them.
    assert "__getitems__" in vars(pba.wrap(pba.wrap(Batches(2, augment)), batched=True))
    assert pba.wrap(dataset) is dataset


def test_of_several_workers_one_says_that_the_schedule_is_over(
    capfd: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    # pytest keeps warnings in lists, a list in each process; what is written to the channel is seen.
    monkeypatch.setattr("warnings.warn", lambda message, *_, **__: os.write(2, str(message).encode()))
    photos = Pictures(8, pba.Augment("rcifar10", epochs=3))
    loader = pba.loader(photos, batch_size=2, num_workers=3, multiprocessing_context="fork", start_epoch=3)
    assert len(list(loader)) == 4
    assert capfd.readouterr().err.count("found epoch 3 (counted from 0) of a training of 3 epochs") == 1
