"""Schedules: which policy applies at which epoch of a training."""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, SupportsIndex, TypeAlias

from . import _checks, _library
from ._files import write_whole

#: What names a policy: its name, the path of a schedule file, its text, or a schedule that is at hand.
PolicyLike: TypeAlias = "str | os.PathLike[str] | Mapping[str, Any] | Schedule"


@dataclass(frozen=True)
class Entry:
    """One operation of a policy.

    Attributes
    ----------
    operation : str
        The operation's name, such as ``"Rotate"``.
    probability : int
        Its probability in tenths, 0 to 10.
    magnitude : int
        Its strength, 0 to 9 in PBA's space; in another one a step of the operation's scale there.
    """

    operation: str
    probability: int
    magnitude: int


@dataclass(frozen=True)
class Segment:
    """A run of epochs with one policy."""

    epochs: int
    policy: tuple[Entry, ...]


@dataclass(frozen=True)
class SpaceOperation:
    """An operation of a search space.

    Attributes
    ----------
    operation : str
        The operation's name.
    entries : int
        How many entries a policy has of it.
    lowest, highest : float or None
        The strengths of magnitude 0 and of the last one, in the operation's unit; None for the operation's own ten.
    steps : int
        How many magnitudes there are.
    signed : bool
        Whether half of the applications go the other way.
    """

    operation: str
    entries: int
    lowest: float | None = None
    highest: float | None = None
    steps: int = 10
    signed: bool = False


@dataclass(frozen=True)
class Space:
    """The search space of a schedule.

    Attributes
    ----------
    name : str
        What the space is called.
    scale_pixels : bool
        Whether lengths in pixels follow the size of the images where that is asked for.
    operations : tuple of SpaceOperation
        The operations, each once.
    """

    name: str
    scale_pixels: bool
    operations: tuple[SpaceOperation, ...]


@dataclass(frozen=True)
class Schedule:
    """Which policy applies at each epoch of a training; made by :func:`swift_pba.load`.

    Schedules are equal if they differ in nothing but where they come from.

    Attributes
    ----------
    name : str
        What the schedule is called.
    epochs : int
        The length of the training it is for.
    operation_count : tuple of float
        The probabilities of applying 0, 1, 2, … operations to an image.
    space : Space or None
        The search space that the policies belong to; None for PBA's, in which every operation has its own ten magnitudes.
    segments : tuple of Segment
        The policies in the order of training.
    provenance : dict
        Where the schedule comes from.

    Examples
    --------
    >>> import swift_pba as pba
    >>> schedule = pba.load("rcifar10")
    >>> schedule.epochs, len(schedule.policy(0))
    (200, 30)
    >>> schedule.stretched(90).epochs
    90
    """

    # Everything is read from the text, which is what transforms play and files hold, so that no field can differ from it.
    _text: str = field(repr=False, compare=False)
    name: str = field(init=False)
    epochs: int = field(init=False)
    operation_count: tuple[float, ...] = field(init=False)
    space: Space | None = field(init=False)
    segments: tuple[Segment, ...] = field(init=False)
    provenance: dict[str, Any] = field(init=False, compare=False)

    def __post_init__(self) -> None:
        text = _library.schedule_text(self._text)
        values = json.loads(text)
        segments = tuple(
            Segment(segment["epochs"], tuple(Entry(**entry) for entry in segment["policy"])) for segment in values["segments"])
        space = values.get("space")
        for name, value in (
                ("_text", text), ("name", values["name"]), ("epochs", values["epochs"]), ("segments", segments),
                ("operation_count", tuple((space or values)["operationCount"])), ("space", space and _space(space)),
                ("provenance", values["provenance"])):
            object.__setattr__(self, name, value)

    def policy(self, epoch: SupportsIndex) -> tuple[Entry, ...]:
        """Return the policy of an epoch.

        Parameters
        ----------
        epoch : int
            The epoch, counted from 0, below :attr:`epochs`.

        Returns
        -------
        tuple of Entry
            The operations that may be applied in that epoch.
        """
        place = _checks.integer(epoch, "epoch", 0, self.epochs - 1)
        for segment in self.segments:
            if place < segment.epochs:
                return segment.policy
            place -= segment.epochs
        raise AssertionError("the segments are shorter than the schedule")

    def stretched(self, epochs: SupportsIndex) -> Schedule:
        """Return the same policies spread over another number of epochs, by the rule of the published code.

        Parameters
        ----------
        epochs : int
            The length of the training, 1 to 1,000,000.
        """
        return Schedule(_library.schedule_text(self._text, _checks.integer(epochs, "epochs", 1, 1_000_000)))

    def to_json(self) -> str:
        """Return the text of the schedule's file, which ``pba`` and :func:`swift_pba.load` read."""
        return self._text

    def save(self, path: str | os.PathLike[str]) -> None:
        """Write the schedule to a file.

        Parameters
        ----------
        path : path-like
            The file, which is replaced as a whole if it is there.
        """
        write_whole(Path(path), self._text.encode())


def _space(values: dict[str, Any]) -> Space:
    """Return the space of a schedule's file."""
    return Space(values["name"], values["scalePixels"], tuple(SpaceOperation(**operation) for operation in values["operations"]))


def load(policy: PolicyLike) -> Schedule:
    """Load a schedule.

    Parameters
    ----------
    policy : str, path-like, mapping or Schedule
        The name of a published schedule (``"rcifar10"``, ``"rsvhn"``), the path of a schedule file, or its content.

    Returns
    -------
    Schedule

    Raises
    ------
    ValueError
        If there is no such schedule, or the file holds none; the message names the place in it.
    """
    if isinstance(policy, Schedule):
        return policy
    return Schedule(policy_text(policy))


def policy_text(policy: PolicyLike) -> str:
    """Return how the library takes a policy: a name, a path, or the text of a schedule."""
    if isinstance(policy, Schedule):
        return policy.to_json()
    if isinstance(policy, Mapping):
        try:
            return json.dumps(policy, allow_nan=False)
        except (TypeError, ValueError, RecursionError) as error:
            raise ValueError(f"policy: found a mapping that JSON cannot express ({error}), expected a schedule") from None
    if isinstance(policy, str):
        return policy
    if isinstance(policy, os.PathLike):
        path = os.fspath(policy)
        if isinstance(path, bytes):
            path = os.fsdecode(path)
        # A path is a file, whatever its name.
        return path if os.path.isabs(path) else os.path.join(os.curdir, path)
    raise TypeError(
        f"policy: found {type(policy).__name__}, expected the name of a policy, a path, a mapping, or a Schedule")
