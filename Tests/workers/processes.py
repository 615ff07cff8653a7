"""Processes that belong to one search, found by a mark in their environment, and what may happen to them."""

from __future__ import annotations

import contextlib
import os
import random
import signal
import subprocess
import threading
import time
import uuid
from collections.abc import Iterator, Sequence
from pathlib import Path

MARK = "PBA_TEST_MARK"


class Family:
    """All processes that are started with one mark, whoever their parents are."""

    def __init__(self) -> None:
        self.mark = uuid.uuid4().hex
        self.words = f"{MARK}={self.mark}".encode()

    def environment(self, **more: str) -> dict[str, str]:
        return {**os.environ, MARK: self.mark, **more}

    def members(self) -> list[int]:
        """The processes that live, without those that have ended and wait for their parent."""
        found = []
        for folder in Path("/proc").iterdir():
            if not folder.name.isdigit():
                continue
            with contextlib.suppress(OSError, IndexError):
                if self.words in (folder / "environ").read_bytes().split(b"\0"):
                    state = (folder / "stat").read_text().rpartition(")")[2].split()[0]
                    if state != "Z":
                        found.append(int(folder.name))
        return found

    def workers(self, coordinator: int) -> list[int]:
        return [pid for pid in self.members() if parent(pid) == coordinator]

    def left_after(self, seconds: float) -> list[int]:
        """The processes that still live after some time; empty as soon as there are none."""
        deadline = time.monotonic() + seconds
        while (left := self.members()) and time.monotonic() < deadline:
            time.sleep(0.05)
        return left

    def end(self) -> None:
        for pid in self.members():
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)


def parent(pid: int) -> int:
    try:
        return int(Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[1])
    except OSError:
        return 0


@contextlib.contextmanager
def killing(family: Family, coordinator: int, generator: random.Random, most: int) -> Iterator[list[int]]:
    """Kills a random worker every 20 to 250 ms meanwhile, at most so many; gives the list of the killed."""
    killed: list[int] = []
    is_over = threading.Event()

    def kill() -> None:
        while len(killed) < most and not is_over.wait(generator.uniform(0.02, 0.25)):
            if workers := family.workers(coordinator):
                with contextlib.suppress(ProcessLookupError):
                    victim = generator.choice(workers)
                    os.kill(victim, signal.SIGKILL)
                    killed.append(victim)

    thread = threading.Thread(target=kill)
    thread.start()
    try:
        yield killed
    finally:
        is_over.set()
        thread.join()


@contextlib.contextmanager
def started(command: Sequence[str], environment: dict[str, str], log: Path) -> Iterator[subprocess.Popen[bytes]]:
    """A search at work; it is gone afterwards."""
    with open(log, "ab") as output:
        process = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=output, stderr=output, env=environment)
    try:
        yield process
    finally:
        process.kill()
        process.wait()
