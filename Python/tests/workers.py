"""What the tests of workers share: files of trainers, messages, and worker processes."""

from __future__ import annotations

import contextlib
import os
import textwrap
import time
from collections.abc import Iterator
from pathlib import Path
from typing import IO, Any

from swift_pba.trainer.coordinator import WorkerProcess

POLICY = [{"operation": "Rotate", "probability": 10, "magnitude": 9}, {"operation": "Invert", "probability": 5, "magnitude": 4}]

#: Weights that depend on each epoch's random numbers, without torch.
NUMPY = """
    import random
    import numpy as np

    class Trainer:
        def __init__(self, config):
            self.config = config

        def train(self, segment):
            path = segment.output / "weights.npy"
            weights = np.zeros(3) if segment.start is None else np.load(segment.start / "weights.npy")
            for epoch in segment.epochs:
                weights = weights * 2 + np.random.rand(3) + random.random()
                segment.report(loss=1 / (epoch + 1))
            np.save(path, weights)
            return {"score": weights.sum(), "train_loss": np.float32(0.5)}
"""


def written(folder: Path, text: str, name: str = "my_trainer.py") -> Path:
    """Write the file of a trainer, and return its path."""
    file = folder / name
    file.write_text(textwrap.dedent(text))
    return file


def settings(file: Path, **more: Any) -> dict[str, Any]:
    """The settings that a worker gets for a file."""
    return {"kind": "trainer", "file": str(file), "config": {}, "epochs": 6, "device": "cpu"} | more


def request(output: Path, epochs: tuple[int, int] = (0, 2), *, trial: int = 1, attempt: int = 1, **more: Any) -> dict[str, Any]:
    """A `run`."""
    return {
        "key": f"{epochs[0]}/{trial}/{attempt}", "seed": 5, "epochs": list(epochs), "isLast": False, "policy": POLICY,
        "output": str(output), "slot": 0, **{name: str(value) if name == "start" else value for name, value in more.items()}}


@contextlib.contextmanager
def ready(file: Path, errors: IO[bytes] | None = None, heartbeat: float = 2.0, **more: Any) -> Iterator[WorkerProcess]:
    """A worker that waits for segments."""
    with WorkerProcess(errors=errors) as worker:
        answer = worker.begin(settings(file, **more), heartbeat=heartbeat)
        assert answer == {"t": "ready"}, answer
        yield worker


def failure(folder: Path, body: str, **more: Any) -> dict[str, Any]:
    """Train with a method `train` of these lines, in a process of its own, and return what failed."""
    lines = textwrap.indent(textwrap.dedent(body).strip("\n"), " " * 8)
    beginning = "class Trainer:\n    def __init__(self, config):\n        pass\n    def train(self, segment):\n"
    file = written(folder, f"{beginning}{lines}\n")
    with ready(file, **more) as worker:
        answer = worker.answer(request(folder / "output.tar"), timeout=60)
    assert answer["t"] == "failed", answer
    return answer


def processes(group: int) -> list[int]:
    """The processes of a group that are not ended."""
    found = []
    for entry in Path("/proc").iterdir():
        if entry.name.isdecimal():
            with contextlib.suppress(OSError):
                text = (entry / "stat").read_text()
                state, _, of_group = text[text.rindex(")") + 2:].split()[:3]
                if int(of_group) == group and state != "Z":
                    found.append(int(entry.name))
    return found


def until(condition: Any, seconds: float = 20) -> None:
    """Wait until something holds."""
    ends = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < ends, f"not within {seconds} s"
        time.sleep(0.02)


def work_folders() -> set[str]:
    """The temporary folders of workers."""
    import tempfile

    return {name for name in os.listdir(tempfile.gettempdir()) if "swift-pba-worker-" in name}
