"""Tries a trainer: whether checkpoints restore it exactly, how long an epoch takes, and what a search will cost."""

from __future__ import annotations

import math
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ..worker.work_folder import WorkFolder, remove_leftovers
from .comparison import difference_of_folders
from .coordinator import WorkerEnded, WorkerProcess

#: Batches of each loader of a segment, unless the whole epoch is asked for.
BATCHES = 8
SEED = 0


class CheckFailed(Exception):
    """A trainer that cannot be searched for; the text says why."""


@dataclass(frozen=True)
class Plan:
    """The search that is asked about."""

    file: str
    class_name: str | None
    config: dict[str, Any]
    device: str
    metric: str
    epochs: int
    population: int
    interval: int
    workers: int
    whole: bool


@dataclass(frozen=True)
class Findings:
    """What a check found.

    Attributes
    ----------
    device : str
        Where it was trained.
    scores : tuple of float
        After two epochs at once, and after one and then one.
    difference : str or None
        Where the two checkpoints differ; None where they do not.
    used_policy : bool
        Whether the trainer asked for the policy.
    iterated_epochs : bool
        Whether it went through ``segment.epochs``.
    epoch_seconds, segment_seconds, start_seconds : float
        What an epoch takes, a segment beside its epochs, and the start of a worker.
    is_extrapolated : bool
        Whether loaders ended early, and the time of an epoch was computed from their lengths.
    checkpoint_bytes : int
        The size of a checkpoint.
    search_seconds : float
        What the search takes.
    """

    device: str
    scores: tuple[float, float]
    difference: str | None
    used_policy: bool
    iterated_epochs: bool
    epoch_seconds: float
    segment_seconds: float
    start_seconds: float
    is_extrapolated: bool
    checkpoint_bytes: int
    search_seconds: float

    @property
    def restores(self) -> bool:
        """Whether a training that is continued gives the score of one that is not interrupted, and on a CPU its checkpoint too.

        On a GPU sums of another order may change the last digits of weights, and the score still be the same.
        """
        return self.scores[0] == self.scores[1] and (self.difference is None or self.device != "cpu")


def check(plan: Plan) -> Findings:
    """Train two epochs at once, and one and then one in another process.

    Raises
    ------
    CheckFailed
        If the trainer fails.
    """
    remove_leftovers()
    with WorkFolder() as folder:
        began = time.monotonic()
        with WorkerProcess() as worker:
            _begin(worker, plan)
            start_seconds = time.monotonic() - began
            whole = _train(worker, plan, (0, 2), folder / "whole.tar", None)
            first = _train(worker, plan, (0, 1), folder / "first.tar", None)
            worker.quit()
        with WorkerProcess() as worker:
            _begin(worker, plan)
            second = _train(worker, plan, (1, 2), folder / "second.tar", folder / "first.tar")
            worker.quit()
        difference = None
        if whole["digest"] != second["digest"]:
            from ..worker.checkpoint import unpack

            for name in ("whole", "second"):
                (folder / name).mkdir()
                unpack(folder / f"{name}.tar", folder / name)
            difference = difference_of_folders(folder / "whole", folder / "second")
    epochs, rest = zip(*(times(answer, begin) for answer, begin in ((whole, 0), (first, 0), (second, 1))), strict=True)
    # The first epoch of a process also waits for what is done once, so the quickest counts.
    epoch_seconds, segment_seconds = min(seconds for each in epochs for seconds in each), min(rest)
    generations = math.ceil(plan.epochs / plan.interval)
    at_once = min(plan.workers, plan.population)
    rounds = math.ceil(plan.population / at_once)
    notes = whole["check"]
    return Findings(
        device=plan.device, scores=(whole["score"], second["score"]), difference=difference, used_policy=notes["used_policy"],
        iterated_epochs=len(notes["epoch_marks"]) > 0, epoch_seconds=epoch_seconds, segment_seconds=segment_seconds,
        start_seconds=start_seconds,
        is_extrapolated=any(one["batches"] < one["of"] for one in notes["passes"]), checkpoint_bytes=whole["size"],
        search_seconds=start_seconds + rounds * (plan.epochs * epoch_seconds + generations * segment_seconds))


def _begin(worker: WorkerProcess, plan: Plan) -> None:
    config = {
        "kind": "trainer", "file": plan.file, "config": plan.config, "epochs": plan.epochs, "device": plan.device,
        "metric": plan.metric, "check": {"batches": None if plan.whole else BATCHES}}
    if plan.class_name is not None:
        config["class"] = plan.class_name
    try:
        # As long as the imports take.
        answer = worker.begin(config, timeout=600)
    except WorkerEnded as error:
        raise CheckFailed(str(error)) from None
    if answer["t"] != "ready":
        raise CheckFailed(words(answer, "the class could not be made"))


def _train(
    worker: WorkerProcess, plan: Plan, epochs: tuple[int, int], output: Path, start: Path | None
) -> dict[str, Any]:
    run = {
        "key": f"{epochs[0]}/0/1", "seed": SEED, "epochs": list(epochs), "isLast": epochs[1] == plan.epochs, "policy": policy(),
        "output": str(output), "slot": 0}
    if start is not None:
        run["start"] = str(start)
    name = "epochs 1 and 2 at once" if epochs == (0, 2) else f"epoch {epochs[1]} alone"
    try:
        answer = worker.answer(run)
    except WorkerEnded as error:
        raise CheckFailed(f"{name}: {error}") from None
    if answer["t"] != "done":
        raise CheckFailed(words(answer, name))
    return answer


def policy() -> list[dict[str, Any]]:
    """Return the policy to try: that of the last epochs of a published schedule, which does as much as any."""
    from ..schedule import load

    schedule = load("rcifar10")
    return [vars(entry) for entry in schedule.policy(schedule.epochs - 1)]


def times(answer: dict[str, Any], first: int) -> tuple[list[float], float]:
    """Return what each epoch of a segment takes with all batches, and what the segment takes beside them.

    Parameters
    ----------
    answer : dict
        A `done` with the notes of a check.
    first : int
        The first epoch of the segment.
    """
    notes = answer["check"]
    marks = notes["epoch_marks"]
    if len(marks) < 2:
        return [answer["seconds"]], 0.0
    epochs = [end - begin for begin, end in zip(marks[:-1], marks[1:], strict=True)]
    rest = answer["seconds"] - sum(epochs)
    for one in notes["passes"]:
        missing = one["of"] - one["batches"]
        if missing <= 0 or one["batches"] < 1:
            continue
        each = one["seconds"] / one["batches"]
        # A pass before the first epoch, or after the last, such as that over the images of validation, belongs to the segment.
        if one["epoch"] is None or one["ended"] > marks[-1]:
            rest += missing * each
        else:
            epochs[one["epoch"] - first] += missing * each
    return epochs, rest


def words(answer: dict[str, Any], place: str) -> str:
    """Return what a worker said of a failure, for people."""
    lines = [f"{place}: {answer.get('reason')}"]
    if answer.get("kind") == "oom":
        lines[0] = f"{place}: memory is used up: {answer.get('reason')}"
    if answer.get("kind") == "not-finite":
        lines[0] = f"{place}: the result is not a finite number: {answer.get('reason')}"
    lines += [f"  {line}" for line in (answer.get("traceback") or "").splitlines()]
    return "\n".join(lines)
