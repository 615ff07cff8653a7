"""Whatever the loader, each sample of each epoch has the pixels that `apply` gives it."""

from __future__ import annotations

import copy
import itertools
import multiprocessing
import pickle
from collections.abc import Iterator
from typing import Any

import numpy as np
import pytest
import swift_pba as pba
import torch
from datasets import POLICY, Batches, Pictures
from pictures import picture
from torch.utils.data import BatchSampler, DataLoader, Dataset, IterableDataset, RandomSampler, SequentialSampler, Subset
from torch.utils.data.distributed import DistributedSampler

COUNT = 13
EXPECTED: dict[tuple[int, int], np.ndarray] = {}


def expected(epoch: int, index: int) -> np.ndarray:
    if (epoch, index) not in EXPECTED:
        augment = pba.Augment(POLICY, epochs=1000, seed=8)
        EXPECTED[epoch, index] = augment.apply(picture(11, 9, index), epoch=epoch, index=index)
    return EXPECTED[epoch, index]


def pictures(count: int = COUNT) -> Pictures:
    return Pictures(count, pba.Augment(POLICY, epochs=1000, seed=8))


def indices(batches: Any, epoch: int) -> list[int]:
    """Check every image of a pass over a loader; return the indices in their order."""
    seen = []
    for images, numbers in batches:
        for image, index in zip(images, numbers.tolist(), strict=True):
            assert np.array_equal(image.permute(1, 2, 0).numpy(), expected(epoch, index)), (epoch, index)
            seen.append(index)
    return seen


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
    is_quick = full or options.get("multiprocessing_context", "fork") == "fork"
    for batch_size, start in itertools.product((1, 4, 13, 16) if full else (5,), (0, 7) if is_quick else (7,)):
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
    # Wrapped once more, or before without.
    assert "__getitems__" in vars(pba.wrap(pba.wrap(Batches(2, augment)), batched=True))
    assert pba.wrap(dataset) is dataset


@pytest.mark.parametrize("number", [0, 1])
def test_a_loader_that_knows_no_epoch_says_what_to_do(number: int) -> None:
    # After an error PyTorch waits five seconds for each worker, so one of these has to do there.
    for dataset in (pictures(), pba.wrap(pictures()), Subset(pba.wrap(pictures()), [1, 2]))[: 1 if number else 3]:
        words = r"make the data loader with swift_pba\.loader\(dataset, …\).*apply\(image, epoch=…"
        with pytest.raises(RuntimeError, match=words):
            next(iter(DataLoader(dataset, num_workers=number)))


@pytest.mark.parametrize("number", [0, 1])
def test_a_subset_counts_its_own_samples(number: int) -> None:
    loader = pba.loader(Subset(pictures(), [12, 3]), num_workers=number)
    augment = pba.Augment(POLICY, epochs=1000, seed=8)
    for place, (image, index) in enumerate(loader):
        made = augment.apply(picture(11, 9, int(index)), epoch=0, index=place)
        assert int(index) == [12, 3][place] and np.array_equal(image[0].permute(1, 2, 0).numpy(), made)


def test_a_wrapped_dataset_is_the_dataset() -> None:
    dataset = pictures()
    keyed = pba.wrap(dataset)
    assert len(keyed) == COUNT and keyed.classes == ("a", "b") and keyed.count == COUNT
    keyed.transform = None
    assert dataset.transform is None
    with pytest.raises(AttributeError, match="'Pictures' object has no attribute 'missing'"):
        keyed.missing  # noqa: B018
    for again in (pickle.loads(pickle.dumps(keyed)), copy.deepcopy(keyed), copy.copy(keyed)):
        assert type(again) is pba.KeyedDataset and len(again) == COUNT and again.classes == ("a", "b")
    assert not hasattr(keyed, "__getitems__")
    with pba.sample(epoch=3, index=4):
        # A plain index has no key, though somebody else's is there.
        dataset.transform = pba.Augment(POLICY, epochs=1000, seed=8)
        with pytest.raises(RuntimeError, match="not known here"):
            keyed[2]
        assert np.array_equal(keyed[pba.Key(2, 5)][0].permute(1, 2, 0).numpy(), expected(5, 2))
        assert np.array_equal(dataset.transform(picture(11, 9, 4)), expected(3, 4))


class Stream(IterableDataset):
    def __iter__(self) -> Iterator[int]:
        yield from range(3)


class Unsized:
    def __getitem__(self, index: int) -> int:
        return index


@pytest.mark.parametrize("dataset", [Stream(), iter([1, 2]), None, 3, object()], ids=lambda dataset: type(dataset).__name__)
def test_what_is_no_dataset(dataset: Any) -> None:
    for make in (pba.wrap, pba.loader):
        with pytest.raises(TypeError, match=f"dataset: found {type(dataset).__name__}, expected one with __getitem__"):
            make(dataset)


def test_wrong_options() -> None:
    with pytest.raises(TypeError, match="dataset: found Pictures without __getitems__"):
        pba.wrap(pictures(), batched=True)
    with pytest.raises(TypeError, match="dataset: found Pictures without __getitems__"):
        pba.wrap(pba.wrap(pictures()), batched=True)
    with pytest.raises(TypeError, match="batched: found 1, expected True or False"):
        pba.wrap(pictures(), batched=1)
    with pytest.raises(ValueError, match="shuffle: found True beside a sampler"):
        pba.loader(pictures(), sampler=[1], shuffle=True)
    with pytest.raises(ValueError, match="batch_sampler option is mutually exclusive"):
        pba.loader(pictures(), batch_sampler=[[1]], shuffle=True)
    for wrong in (-1, 2**32):
        with pytest.raises(ValueError, match=f"epoch: found {wrong}, expected 0 to 4294967295"):
            pba.loader(pictures(), start_epoch=wrong)
    for wrong in (1.0, "1", None, True, torch.tensor(True)):
        with pytest.raises(TypeError, match="epoch: found .*expected an integer"):
            pba.Epochs([1], wrong)
    for wrong in (3, None):
        with pytest.raises(TypeError, match="sampler: found .*, expected a sampler or a list of indices"):
            pba.Epochs(wrong)
    for wrong in (["a"], [1.5], [None], [[1], ["b"]], "ab"):
        with pytest.raises(TypeError, match="index: found .*expected an integer"):
            list(pba.Epochs(wrong))
    for wrong in ([-1], [2**32], [[0, -1]]):
        with pytest.raises(ValueError, match="index: found .*expected 0 to 4294967295"):
            list(pba.Epochs(wrong))
    # After the last epoch that can be counted, there is none.
    epochs = pba.Epochs([1], 2**32 - 1)
    assert [key.epoch for key in epochs] == [2**32 - 1]
    with pytest.raises(ValueError, match="epoch: found 4294967296"):
        list(epochs)


def test_epochs_given_by_the_caller() -> None:
    epochs = pba.Epochs(SequentialSampler(range(COUNT)), start_epoch=3)
    loader = pba.loader(pictures(), sampler=epochs)
    assert loader.sampler is epochs and indices(loader, 3) == list(range(COUNT))
    assert indices(pba.loader(pictures(), sampler=epochs, start_epoch=9), 9) == list(range(COUNT))
    assert indices(DataLoader(pba.wrap(pictures()), sampler=pba.Epochs(range(COUNT))), 0) == list(range(COUNT))


def test_two_passes_at_once_are_two_epochs() -> None:
    loader = pba.loader(pictures(), batch_size=1)
    first, second = iter(loader), iter(loader)
    for place in range(COUNT):
        assert indices([next(first)], 0) == indices([next(second)], 1) == [place]


@pytest.mark.parametrize("number", [0, 2])
def test_a_pass_that_is_left_early_is_an_epoch(number: int) -> None:
    loader = pba.loader(pictures(40), batch_size=2, num_workers=number, persistent_workers=number > 0)
    for epoch in range(3):
        assert indices(itertools.islice(loader, 2), epoch) == [0, 1, 2, 3]
    assert indices(loader, 3) == list(range(40))
    loader.sampler.set_epoch(1)
    iter(pba.loader(pictures()))  # nothing is asked of it
    assert indices(loader, 1) == list(range(40))


def test_a_dataset_without_a_length() -> None:
    assert [index for index in pba.loader(Unsized(), sampler=[4, 2], batch_size=None)] == [4, 2]
    with pytest.raises(TypeError, match=r"object of type 'Unsized' has no len\(\)"):
        len(pba.loader(Unsized()))


def test_keys_survive() -> None:
    key = pba.Key(7, epoch=3)
    copies = [pickle.loads(pickle.dumps(key, protocol)) for protocol in range(pickle.HIGHEST_PROTOCOL + 1)]
    for again in [*copies, copy.copy(key), copy.deepcopy(key), pba.Key(np.int64(7), np.uint8(3)), pba.Key(torch.tensor(7), 3)]:
        assert type(again) is pba.Key and again == 7 and again.epoch == 3 and repr(again) == "Key(7, epoch=3)"
    assert [1, 2, 3, 4, 5, 6, 7, 8][key] == 8 and key + 1 == 8 and {7: "a"}[key] == "a"


class Failing(Dataset):
    def __len__(self) -> int:
        return 3

    def __getitem__(self, index: int) -> int:
        raise KeyError(f"sample {index}")


def test_an_error_of_the_dataset_leaves_no_key_behind() -> None:
    with pytest.raises(KeyError, match="sample 1"):
        pba.wrap(Failing())[pba.Key(1, 0)]
    with pytest.raises(ZeroDivisionError), pba.sample(epoch=0, index=1):
        raise ZeroDivisionError
    with pytest.raises(RuntimeError, match="not known here"):
        pba.Augment("none", epochs=None)(picture(3, 3))
