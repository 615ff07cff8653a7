"""Data loaders of a segment: everything random in them follows from seed, trial, epoch and sample."""

from __future__ import annotations

import contextlib
import functools
import itertools
import time
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Any

from ..keys import Key
from ..loading import Epochs, KeyedDataset, wrap
from .randomness import derived, generators_kept, seed_here

# swift_pba.loading has said what to install where torch is missing.
import torch  # isort: skip
from torch.utils.data import DataLoader, Sampler, SequentialSampler, get_worker_info  # isort: skip

if TYPE_CHECKING:
    from .segment import Segment


#: Passes that are noted for `check`, as many as a message has room for.
MOST_PASSES = 1000


class SeededDataset(KeyedDataset):
    """A dataset that seeds the generators of Python, numpy and torch for each sample by (seed, trial, epoch, index)."""

    def __init__(self, dataset: Any, batched: bool, origin: tuple[int | str, ...]) -> None:
        super().__init__(dataset, batched)
        self.__dict__["_origin"] = origin
        self.__dict__["_first"] = None
        if batched:
            self.__dict__["__getitems__"] = self._items

    def __getitem__(self, key: Any) -> Any:
        if not isinstance(key, Key):
            return super().__getitem__(key)
        if self._first is None:
            self.__dict__["_first"] = key
        with self._seeded(key):
            return super().__getitem__(key)

    def _items(self, keys: list[Any]) -> Any:
        self.__dict__["_first"] = keys[0]
        with self._seeded(keys[0]):
            return self.dataset.__getitems__(keys)

    def collate(self, function: Callable[[Any], Any], samples: Any) -> Any:
        """Make a batch of the samples that were taken last, with what is drawn for it seeded by the first of them."""
        key, self.__dict__["_first"] = self._first, None
        if key is None:
            return function(samples)
        with self._seeded(key, "collate"):
            return function(samples)

    @contextlib.contextmanager
    def _seeded(self, key: Key, *purpose: str) -> Iterator[None]:
        seed = derived(*self._origin, key.epoch, int(key), *purpose)
        if get_worker_info() is not None:
            seed_here(seed)
            yield
            return
        # Here the same generators also drive the training.
        with generators_kept():
            seed_here(seed)
            yield


class Shuffled(Sampler):
    """All indices, in an order that follows from (seed, trial, epoch)."""

    def __init__(self, count: int, origin: tuple[int | str, ...]) -> None:
        self.count, self.origin, self.epoch = count, origin, 0

    def set_epoch(self, epoch: int) -> None:
        """Make the next pass that of an epoch."""
        self.epoch = epoch

    def __len__(self) -> int:
        return self.count

    def __iter__(self) -> Iterator[int]:
        generator = torch.Generator().manual_seed(derived(*self.origin, int(self.epoch), "order"))
        yield from torch.randperm(self.count, generator=generator).tolist()


class SegmentSampler(Epochs):
    """A sampler whose passes belong to the epoch that is being trained; each pass is the next where no epoch has begun."""

    def __init__(self, sampler: Any, segment: Segment, limit: int | None) -> None:
        super().__init__(sampler, segment.first)
        self._segment, self._limit = segment, limit

    def __iter__(self) -> Iterator[Any]:
        # All this happens at the first index, as in `Epochs`.
        if self._segment._epoch is not None:
            self.set_epoch(self._segment._epoch)
        yield from itertools.islice(super().__iter__(), self._limit)


class SegmentLoader(DataLoader):
    """A data loader that reports each batch; made by :meth:`Segment.loader`."""

    def __init__(self, segment: Segment, dataset: KeyedDataset, options: dict[str, Any]) -> None:
        super().__init__(dataset, **options)
        self._segment = segment

    def __iter__(self) -> Iterator[Any]:
        segment, total, count = self._segment, len(self), 0
        # How much of an epoch is done follows from its first pass; others, such as over images of validation, show life.
        is_first, segment._has_pass = not segment._has_pass, True
        first = last = time.monotonic()
        for count, batch in enumerate(super().__iter__(), 1):
            if count == 1:
                first = time.monotonic()
            yield batch
            last = time.monotonic()
            if is_first:
                segment.report(done=count, total=max(total, count))  # a batch sampler may say less than it gives
            else:
                segment.report()
        if len(segment._notes.passes) < MOST_PASSES:
            segment._notes.passes.append(
                {"epoch": segment._epoch, "batches": count, "of": total, "seconds": last - first, "ended": last})


def make(segment: Segment, dataset: Any, options: dict[str, Any]) -> SegmentLoader:
    """Make a loader with the options of ``DataLoader``."""
    keyed = wrap(dataset)
    origin: tuple[int | str, ...] = (segment.seed, segment.trial)
    if segment._loaders > 0:
        # Others of the same length must not have the order and the draws of the first.
        origin = (*origin, "loader", segment._loaders)
    segment._loaders += 1
    seeded = SeededDataset(keyed.dataset, "__getitems__" in vars(keyed), origin)
    options = dict(options)
    shuffle = options.pop("shuffle", None)
    if shuffle and options.get("generator") is not None:
        raise ValueError(
            "generator: found one beside shuffle=True, expected none: the order follows from the search's seed, trial and epoch; "
            "for another one give a sampler")
    limit = segment._batch_limit
    if options.get("batch_sampler") is not None:
        options["batch_sampler"] = SegmentSampler(options["batch_sampler"], segment, limit)
    else:
        sampler = options.get("sampler")
        if sampler is None:
            sampler = Shuffled(len(seeded), origin) if shuffle else SequentialSampler(seeded)
        elif shuffle:
            raise ValueError("shuffle: found True beside a sampler, expected one of the two: the sampler decides the order")
        if limit is not None:
            limit *= options.get("batch_size", 1) or 1
        options["sampler"] = SegmentSampler(sampler, segment, limit)
    if options.get("collate_fn") is not None:
        options["collate_fn"] = functools.partial(seeded.collate, options["collate_fn"])
    # The loader draws a seed for its workers at each pass; what they draw is seeded for each sample.
    options.setdefault("generator", torch.Generator())
    return SegmentLoader(segment, seeded, options)
