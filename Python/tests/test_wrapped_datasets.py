"""A wrapped dataset is the dataset, its keys survive, and what has no key, or is no dataset, is refused with the cure."""

from __future__ import annotations

import copy
import itertools
import pickle
from collections.abc import Iterator
from typing import Any

import numpy as np
import pytest
import swift_pba as pba
import torch
from datasets import POLICY
from keyed_pictures import COUNT, expected, indices, pictures
from pictures import picture
from torch.utils.data import DataLoader, Dataset, IterableDataset, SequentialSampler, Subset


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
    keyed.dataset = pictures(3)
    assert len(keyed) == 3 and dataset.count == COUNT
    keyed.dataset = dataset
    with pytest.raises(AttributeError, match="'Pictures' object has no attribute 'missing'"):
        keyed.missing  # noqa: B018
    for again in (pickle.loads(pickle.dumps(keyed)), copy.deepcopy(keyed), copy.copy(keyed)):
        assert type(again) is pba.KeyedDataset and len(again) == COUNT and again.classes == ("a", "b")
    assert not hasattr(keyed, "__getitems__")
    with pba.sample(epoch=3, index=4):
        # A plain index has no key, though somebody else's is there: that of a dataset around this one.
        dataset.transform = pba.Augment(POLICY, epochs=1000, seed=8)
        with pytest.raises(RuntimeError, match="wrap the outermost dataset alone"):
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


def test_a_sampler_with_replacement_is_warned_of() -> None:
    """What it draws twice is augmented in the same way."""
    weighted = torch.utils.data.WeightedRandomSampler([1.0] * COUNT, COUNT)
    with pytest.warns(UserWarning, match="draws with replacement") as warned:
        pba.Epochs(weighted)
    assert warned[0].filename == __file__
