"""What a search asks of an own trainer: a segment of a trial, which the trainer trains and returns the score of."""

from __future__ import annotations

import functools
import math
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, NoReturn

from .figures import LONGEST_NAME, MOST_FIGURES, integer, is_name, number, short
from .randomness import derived, seed_all

if TYPE_CHECKING:
    from ..augment import Augment
    from ..batch import BatchAugment
    from ..schedule import Entry, Schedule
    from .segment_loader import SegmentLoader


class Stop(BaseException):
    """Raised within ``train`` when the search wants the segment to end; let it pass through.

    It is no ``Exception``, so that ``except Exception`` does not catch it.
    """


class Trainer:
    """A base class for own trainers, which saves the settings; any other class with these two methods will do too.

    One object is made in each worker process. It trains segments of many trials, one after another, so what belongs to a trial
    passes through checkpoints alone: ``train`` reads ``segment.start`` and writes to ``segment.output``.

    Parameters
    ----------
    config : dict
        The user's settings, from ``--trainer-config``.

    Attributes
    ----------
    config : dict
        The same. Values of tuned hyperparameters are in ``segment.config`` alone.
    """

    def __init__(self, config: dict[str, Any]) -> None:
        self.config = config

    def train(self, segment: Segment) -> Mapping[str, Any]:
        """Train one segment.

        Parameters
        ----------
        segment : Segment
            What to train, and from where.

        Returns
        -------
        mapping of str to number
            ``"score"``, by which trials are compared, and whatever else is to be recorded. ``"train_loss"`` and
            ``"train_accuracy"`` (0 to 1) are known to reports.
        """
        raise NotImplementedError(f"{type(self).__name__}: found no method train, expected one that trains a segment")


@dataclass(frozen=True)
class SegmentRequest:
    """What a worker was sent about a segment; see docs/worker-protocol.md."""

    key: str
    trial: int
    generation: int
    seed: int
    first: int
    end: int
    total_epochs: int
    is_last: bool
    #: A list of entries, or with another search space than PBA's an object of both.
    policy: list[dict[str, Any]] | dict[str, Any]
    config: dict[str, Any]
    device: str


@dataclass
class SegmentNotes:
    """What happened in a segment, for ``check``: whether the policy was used, and how long things took."""

    used_policy: bool = False
    #: When each epoch began and the last one ended.
    epoch_marks: list[float] = field(default_factory=list)
    #: Each pass over a loader: how many batches of how many, and the seconds from the first to the last.
    passes: list[dict[str, Any]] = field(default_factory=list)


#: The largest count that all readers of JSON keep exactly.
LARGEST_COUNT = 2**53
#: Sends progress: epoch, done, total, metrics.
Report = Callable[[int, "int | None", "int | None", "dict[str, float | None]"], None]


class Segment:
    """Some epochs of a trial: what ``train`` of an own trainer is called with.

    Attributes
    ----------
    trial : int
        The trial's number in the population.
    generation : int
        Which segment of the trial it is, from 0.
    first, end : int
        The first epoch, counted from 0, and the one after the last.
    total_epochs : int
        The length of the whole search, such as for the cosine of a learning rate.
    is_last : bool
        Whether these are the last epochs of the search.
    seed : int
        The seed of the search.
    config : dict
        The user's settings, with the values of tuned hyperparameters of this segment in their places.
    device : str
        Where to train: ``"cpu"``, ``"cuda:0"``.
    start : Path or None
        The folder that an earlier segment left as its ``output``, to continue from; None at epoch 0.
    output : Path
        An empty folder for the checkpoint: everything that is needed to continue. It may hold files and folders, but not links.
    """

    def __init__(
        self, request: SegmentRequest, *, start: Path | None, output: Path, report: Report, stop_requested: Callable[[], bool],
        batch_limit: int | None = None,
    ) -> None:
        self.trial, self.generation = request.trial, request.generation
        self.first, self.end, self.total_epochs, self.is_last = request.first, request.end, request.total_epochs, request.is_last
        self.seed, self.config, self.device = request.seed, request.config, request.device
        self.start, self.output = start, output
        self._policy = request.policy
        self._report, self._stop_requested = report, stop_requested
        self._batch_limit = batch_limit
        self._epoch: int | None = None
        self._has_pass = False
        self._loaders = 0
        self._notes = SegmentNotes()

    def __reduce__(self) -> NoReturn:
        raise TypeError(
            "Segment: it belongs to the process of its worker and cannot be pickled; give a dataset what it needs of it, such as "
            "segment.augment")

    @property
    def epochs(self) -> SegmentEpochs:
        """The epochs to train, counted from 0: ``for epoch in segment.epochs``.

        At the beginning of each epoch the generators of Python, numpy and torch are seeded by (seed, trial, epoch), so that
        training two epochs at once gives what training one and then one gives. It also reports progress.

        An epoch begins when it is asked for, so train within the loop: ``list(segment.epochs)`` goes through all of them, and
        what follows is seeded as the last one alone.
        """
        return SegmentEpochs(self)

    @property
    def stop_requested(self) -> bool:
        """Whether the search wants the segment to end; ``report`` raises :class:`Stop` then."""
        return self._stop_requested()

    @functools.cached_property
    def schedule(self) -> Schedule:
        """The policy as a schedule of the whole search, for :class:`swift_pba.Augment` with other arguments."""
        from ..schedule import load

        self._notes.used_policy = True
        if isinstance(self._policy, dict):
            entries = self._policy["entries"]
            scale: dict[str, Any] = {"version": 2, "space": self._policy["space"]}
        else:
            entries = self._policy
            scale = {"version": 1, "operationCount": [0.2, 0.3, 0.5], "magnitudeScale": 10}
        return load({
            "format": "pba-schedule", "name": f"trial {self.trial}", "epochs": self.total_epochs, "probabilityScale": 10,
            "segments": [{"epochs": self.total_epochs, "policy": entries}]} | scale)

    @property
    def policy(self) -> tuple[Entry, ...]:
        """The operations of the trial's policy."""
        return self.schedule.policy(self.first)

    @functools.cached_property
    def augment(self) -> Augment:
        """The trial's policy as a transform, to be put before the conversion to floats; see :class:`swift_pba.Augment`.

        Its random numbers are those that the networks of ``pba search`` get with this seed and trial.
        """
        from ..augment import Augment

        return Augment(self.schedule, epochs=self.total_epochs, seed=self.seed, trial=self.trial)

    def batch_augment(self, *, mean: Any, std: Any, **options: Any) -> BatchAugment:
        """Make a :class:`swift_pba.BatchAugment` of the trial's policy.

        Parameters
        ----------
        mean, std : sequence of three float
            Mean and standard deviation of red, green and blue, of values from 0 to 1.
        **options
            Those of :class:`swift_pba.BatchAugment`, such as ``crop_padding``, ``flip`` and ``cutout``.
        """
        from ..batch import BatchAugment

        return BatchAugment(
            self.schedule, epochs=self.total_epochs, seed=self.seed, trial=self.trial, mean=mean, std=std, **options)

    def loader(self, dataset: Any, **options: Any) -> SegmentLoader:
        """Make a data loader for this segment; it is used like torch's.

        A pass over it belongs to the epoch that is being trained. The order of ``shuffle=True`` follows from (seed, trial,
        epoch), and the generators of Python, numpy and torch are seeded for each sample by (seed, trial, epoch, index). So all
        random transforms, also others than :attr:`augment`, are the same with any number of workers and after any restart. What
        ``collate_fn`` draws follows from the first sample of its batch. Further loaders of a segment have orders and draws of
        their own. Each batch reports progress.

        Parameters
        ----------
        dataset : Dataset
            The dataset, with its transforms; of training or of validation.
        **options
            Those of ``torch.utils.data.DataLoader``.

        Returns
        -------
        torch.utils.data.DataLoader

        Raises
        ------
        TypeError
            If the dataset has no ``__getitem__``.
        ValueError
            If ``shuffle=True`` stands beside ``sampler`` or ``generator``.
        """
        from .segment_loader import make

        return make(self, dataset, options)

    def report(
        self, epoch: int | None = None, done: int | None = None, total: int | None = None, **metrics: Any
    ) -> None:
        """Report progress. ``segment.epochs`` and ``segment.loader`` do so too; call it in long stretches without them.

        Parameters
        ----------
        epoch : int, optional
            The epoch in training, counted from 0; by default the one that ``segment.epochs`` gave last.
        done, total : int, optional
            How much of the epoch is done, in any unit; both or neither.
        **metrics : number
            Figures to show, such as ``loss``. NaN and infinity count as unknown.

        Raises
        ------
        Stop
            If the search wants the segment to end.
        TypeError, ValueError
            If something is no number, the epoch is not one of the segment, or ``done`` is not from 0 to ``total``.
        """
        if self._stop_requested():
            raise Stop
        if epoch is None:
            epoch = self.first if self._epoch is None else self._epoch
        epoch = integer(epoch, "report(epoch=…)")
        if not self.first <= epoch < self.end:
            raise ValueError(
                f"report(epoch=…): found {short(epoch)}, expected one of the segment's epochs, {self.first} to {self.end - 1}")
        if (done is None) != (total is None):
            raise ValueError("report(done=…, total=…): found one of the two, expected both or neither")
        if done is not None and total is not None:
            done, total = integer(done, "report(done=…)"), integer(total, "report(total=…)")
            if not 0 <= done <= total <= LARGEST_COUNT:
                raise ValueError(
                    f"report(done=…, total=…): found {short(done)} of {short(total)}, expected 0 ≤ done ≤ total, at most 2^53")
        if len(metrics) > MOST_FIGURES:
            raise ValueError(f"report(): found {len(metrics)} figures, expected at most {MOST_FIGURES}")
        for name in metrics:
            if not is_name(name):
                raise ValueError(f"report(): found the figure {short(name)}, expected names of 1 to {LONGEST_NAME} characters")
        numbers = {name: number(value, f"report({name}=…)") for name, value in metrics.items()}
        self._report(epoch, done, total, {name: value if math.isfinite(value) else None for name, value in numbers.items()})


class SegmentEpochs:
    """The epochs of a segment, in their order; see :attr:`Segment.epochs`."""

    def __init__(self, segment: Segment) -> None:
        self._segment = segment

    def __len__(self) -> int:
        return self._segment.end - self._segment.first

    def __contains__(self, epoch: object) -> bool:
        return epoch in range(self._segment.first, self._segment.end)

    def __repr__(self) -> str:
        return f"epochs {self._segment.first} to {self._segment.end - 1}"

    def __iter__(self) -> Iterator[int]:
        segment = self._segment
        loaders = segment._loaders
        for epoch in range(segment.first, segment.end):
            segment._notes.epoch_marks.append(time.monotonic())
            # Loaders that are made in each epoch are numbered in each epoch, as in a segment of that epoch alone.
            segment._epoch, segment._has_pass, segment._loaders = epoch, False, loaders
            segment.report(epoch)
            seed_all(derived(segment.seed, segment.trial, epoch))
            yield epoch
        segment._notes.epoch_marks.append(time.monotonic())


def seed_beginning(segment: Segment) -> None:
    """Seed what is drawn before the first epoch, such as initial weights, by (seed, trial, epoch)."""
    seed_all(derived(segment.seed, segment.trial, segment.first, "beginning"))
