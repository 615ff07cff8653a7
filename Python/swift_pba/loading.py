"""Data loaders in which every transform knows which sample of which epoch it works on."""

from __future__ import annotations

import warnings
from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING, Any, SupportsIndex

from . import _checks
from .keys import Key, _current

try:
    from torch.utils.data import DataLoader, Dataset, IterableDataset, RandomSampler, Sampler, SequentialSampler
except ImportError as error:
    raise ImportError(
        f"swift_pba.loader, wrap and Epochs work on PyTorch's data loaders, and torch cannot be imported ({error}): "
        "pip install 'swift-pba[torch]'; without it use Augment.apply(image, epoch=…, index=…)") from None

if TYPE_CHECKING:
    import torch

__all__ = ["Epochs", "KeyedDataset", "loader", "wrap"]


class KeyedDataset(Dataset):
    """A dataset whose transforms know the sample and the epoch; made by :func:`wrap`."""

    def __init__(self, dataset: Any, batched: bool = False) -> None:
        self.__dict__["dataset"] = dataset
        if batched:
            # PyTorch calls it where a dataset has it.
            self.__dict__["__getitems__"] = dataset.__getitems__

    def __len__(self) -> int:
        return len(self.dataset)

    def __getitem__(self, key: SupportsIndex) -> Any:
        is_known = isinstance(key, Key)
        if not is_known and _current.get() is not None:
            raise RuntimeError(
                "KeyedDataset: found a plain index while a sample is prepared: this dataset was wrapped, and then put into "
                "another one; wrap the outermost dataset alone, which swift_pba.loader does")
        token = _current.set((key.epoch, int(key)) if is_known else None)
        try:
            return self.dataset[int(key)]
        finally:
            _current.reset(token)

    def __getattr__(self, name: str) -> Any:
        # What else the dataset has, such as `classes`; not while this object is being unpickled.
        if name.startswith("__") or "dataset" not in self.__dict__:
            raise AttributeError(name)
        return getattr(self.dataset, name)

    def __setattr__(self, name: str, value: Any) -> None:
        if name == "dataset":
            KeyedDataset.__init__(self, value, "__getitems__" in self.__dict__)
            return
        # What else is set is meant for the dataset, such as another `transform`.
        setattr(self.dataset, name, value)


def wrap(dataset: Any, *, batched: bool = False) -> KeyedDataset:
    """Wrap a dataset, so that transforms inside it know which sample of which epoch they work on.

    The dataset itself is not changed. Its indices must come from :class:`Epochs`.

    Parameters
    ----------
    dataset : Dataset
        A dataset with ``__getitem__`` and ``__len__``: torchvision's, a Hugging Face dataset, one of your own.
    batched : bool, default False
        Whether to hand whole lists of keys to the dataset's ``__getitems__``. There is no current sample then: use the keys
        with :class:`BatchAugment` or ``Augment.apply``.

    Returns
    -------
    KeyedDataset
    """
    _checks.truth(batched, "batched")
    if isinstance(dataset, KeyedDataset):
        if not batched:
            return dataset
        dataset = dataset.dataset
    if isinstance(dataset, IterableDataset) or not hasattr(dataset, "__getitem__"):
        raise TypeError(
            f"dataset: found {type(dataset).__name__}, expected one with __getitem__: samples of a stream have no index; number "
            "them yourself and call Augment.apply(image, epoch=…, index=…)")
    if batched and not hasattr(dataset, "__getitems__"):
        raise TypeError(f"dataset: found {type(dataset).__name__} without __getitems__, which batched=True calls")
    return KeyedDataset(dataset, batched)


class Epochs(Sampler):
    """A sampler that numbers its epochs: it yields the indices of another sampler, each with its epoch.

    Each pass over it is the next epoch. The epoch travels with the index, so it is right in every worker, persistent or not,
    however many batches are prepared ahead.

    Parameters
    ----------
    sampler : iterable of int or of list of int
        A sampler, or a batch sampler. If it, or the sampler within it, has ``set_epoch``, as ``DistributedSampler`` has, that
        is called for each epoch; and an epoch that somebody else sets there holds here too.
    start_epoch : int, default 0
        The first epoch: where a training is resumed.
    """

    def __init__(self, sampler: Iterable[Any], start_epoch: SupportsIndex = 0) -> None:
        if not hasattr(sampler, "__iter__"):
            raise TypeError(f"sampler: found {type(sampler).__name__}, expected a sampler or a list of indices")
        if getattr(sampler, "replacement", False) is True:
            warnings.warn(
                "Epochs: the sampler draws with replacement, and an image that it draws twice in an epoch is augmented in the "
                "same way: what happens depends on seed, epoch and index alone", stacklevel=_checks.depth_of_caller())
        self.sampler = sampler
        self._told = _told(sampler)
        self.set_epoch(start_epoch)

    def set_epoch(self, epoch: SupportsIndex) -> None:
        """Make the next epoch this one, counted from 0."""
        self.epoch = _checks.integer(epoch, "epoch", 0, _checks.LARGEST_KEY)
        self._forward()

    def _forward(self) -> None:
        if hasattr(self._told, "set_epoch"):
            self._told.set_epoch(_Ours(self.epoch))
        self._seen = getattr(self._told, "epoch", None)

    def __iter__(self) -> Iterator[Any]:
        # All this happens at the first index: loaders with workers call iter() twice, and use the second.
        inner = getattr(self._told, "epoch", None)
        is_ours = inner is self._seen if isinstance(self._seen, _Ours) else inner == self._seen
        if isinstance(inner, int) and not is_ours:
            # Somebody has set the epoch of the inner sampler itself, as training scripts do; the same one again counts too.
            self.set_epoch(int(inner))
        epoch = self.epoch
        self._forward()
        indices = iter(self.sampler)
        self.epoch = epoch + 1
        for entry in indices:
            yield [Key(index, epoch) for index in entry] if isinstance(entry, (list, tuple)) else Key(entry, epoch)

    def __len__(self) -> int:
        return len(self.sampler)  # type: ignore[arg-type]


class _Ours(int):
    """An epoch that `Epochs` has set, and nobody else."""

    def __reduce__(self) -> tuple[type[int], tuple[int]]:
        return int, (int(self),)


def _told(sampler: Any) -> Any:
    """Return what has to know each epoch: the sampler, or the one within a batch sampler that has `set_epoch`."""
    inner = sampler
    while not hasattr(inner, "set_epoch"):
        inner = getattr(inner, "sampler", None)
        if inner is None:
            return sampler
    return inner


def loader(dataset: Any, *, start_epoch: SupportsIndex = 0, **options: Any) -> DataLoader:
    """Make a data loader in which :class:`Augment` knows epoch and sample: ``DataLoader`` over :func:`wrap` and :class:`Epochs`.

    Each pass over the loader is the next epoch, also one that ends early, such as a look at the first batch.
    ``loader.sampler.set_epoch(e)`` goes to another one (``loader.batch_sampler``
    where you gave a batch sampler).

    Parameters
    ----------
    dataset : Dataset
        The dataset, with its transforms.
    start_epoch : int, default 0
        The first epoch: where a training is resumed.
    **options
        Those of ``torch.utils.data.DataLoader``.

    Returns
    -------
    torch.utils.data.DataLoader

    Examples
    --------
    >>> transform = v2.Compose([pba.Augment("rcifar10", epochs=3), v2.ToImage(), v2.ToDtype(torch.float32, scale=True)])
    >>> loader = pba.loader(ImageFolder("photos", transform=transform), batch_size=128, shuffle=True, num_workers=2)
    >>> for epoch in range(3):
    ...     for images, labels in loader:
    ...         assert images.shape[1:] == (3, 32, 32)  # a step of the training
    """
    keyed = wrap(dataset)
    batch_sampler = options.get("batch_sampler")
    if batch_sampler is not None:
        return DataLoader(keyed, **(options | {"batch_sampler": _epochs(batch_sampler, start_epoch)}))
    sampler = options.get("sampler")
    shuffle = options.pop("shuffle", None)
    if sampler is None:
        generator: torch.Generator | None = options.get("generator")
        sampler = RandomSampler(keyed, generator=generator) if shuffle else SequentialSampler(keyed)
    elif shuffle:
        raise ValueError("shuffle: found True beside a sampler, expected one of the two: the sampler decides the order")
    return DataLoader(keyed, **(options | {"sampler": _epochs(sampler, start_epoch)}))


def _epochs(sampler: Any, start_epoch: SupportsIndex) -> Epochs:
    if not isinstance(sampler, Epochs):
        return Epochs(sampler, start_epoch)
    if start_epoch:
        sampler.set_epoch(start_epoch)
    return sampler
