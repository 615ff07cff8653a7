"""A coordinator in Python, with which the bridge is tested alone: it starts the bridge and speaks with its workers."""

from __future__ import annotations

import contextlib
import json
import os
import queue
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "cli"))
from case_runner import Failure, require  # noqa: E402

Message = dict[str, Any]


class Bridge:
    """A bridge process, its messages in order, and what is said to it."""

    def __init__(self, python: str, address: str, environment: Mapping[str, str], log: Path, options: Sequence[str] = ()) -> None:
        self.log = log
        with log.open("ab") as errors:
            self.process = subprocess.Popen(
                [python, "-m", "swift_pba.cluster.bridge", "--address", address, *options], env=environment, bufsize=0,
                stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=errors, start_new_session=True)
        self.seen: list[Message] = []
        self._waiting: list[Message] = []
        self._lines: queue.SimpleQueue[bytes] = queue.SimpleQueue()
        threading.Thread(target=self._read, daemon=True).start()

    def _read(self) -> None:
        assert self.process.stdout
        with os.fdopen(os.dup(self.process.stdout.fileno()), "rb") as lines:
            for line in lines:
                self._lines.put(line)
        self._lines.put(b"")

    def say(self, t: str, **values: Any) -> None:
        assert self.process.stdin
        self.process.stdin.write(json.dumps({"t": t, **values}).encode() + b"\n")

    def start(self, worker: int, kind: str = "trainer", **values: Any) -> None:
        self.say("start", worker=worker, kind=kind, **values)

    def tell(self, worker: int, t: str, **values: Any) -> None:
        """A message for a worker."""
        self.say("line", worker=worker, line=json.dumps({"t": t, **values}))

    def wait(self, wanted: Callable[[Message], bool], what: str, seconds: float = 30) -> Message:
        """The first message that is wanted and was not returned before; it may have come already."""
        for place, message in enumerate(self._waiting):
            if wanted(message):
                return self._waiting.pop(place)
        deadline = time.monotonic() + seconds
        while (left := deadline - time.monotonic()) > 0:
            try:
                line = self._lines.get(timeout=left)
            except queue.Empty:
                break
            if not line:
                raise Failure(f"the bridge ended while waiting for {what}; it said {self.said()}")
            message = json.loads(line)
            if message["t"] == "line":
                message["line"] = json.loads(message["line"])
            self.seen.append(message)
            if wanted(message):
                return message
            if message["t"] != "alive":
                self._waiting.append(message)
        raise Failure(f"no {what} within {seconds:.0f} s; the bridge said {self.said()}")

    def said(self) -> str:
        last = [message for message in self.seen if message["t"] != "alive"][-6:]
        return f"{last} and, on standard error: {self.log.read_text()[-800:]}"

    def wait_for(self, t: str, worker: int | None = None, seconds: float = 30) -> Message:
        """The next message of the bridge with this name."""
        of = "" if worker is None else f" of worker {worker}"
        return self.wait(lambda m: m["t"] == t and (worker is None or m.get("worker") == worker), f"'{t}'{of}", seconds)

    def wait_for_line(self, worker: int, t: str, seconds: float = 30) -> Message:
        """The next line of a worker with this name."""
        def ends(message: Message) -> bool:
            is_last = message["t"] == "ended" or message["t"] == "line" and message["line"].get("t") in (t, "bye", "failed")
            return message.get("worker") == worker and is_last

        wanted = self.wait(ends, f"line '{t}' of worker {worker}", seconds)
        require(wanted["t"] == "line" and wanted["line"]["t"] == t, f"worker {worker}: found {wanted}, expected '{t}'")
        return wanted["line"]

    def end(self, seconds: float = 10) -> int:
        """Close the bridge's input; its exit code."""
        assert self.process.stdin
        with contextlib.suppress(OSError):
            self.process.stdin.close()
        try:
            return self.process.wait(seconds)
        except subprocess.TimeoutExpired:
            raise Failure(f"the bridge did not end within {seconds:.0f} s of the end of its input") from None


@contextlib.contextmanager
def bridge(python: str, address: str, environment: Mapping[str, str], log: Path, options: Sequence[str] = ()) -> Iterator[Bridge]:
    """A bridge that is gone afterwards."""
    made = Bridge(python, address, environment, log, options)
    try:
        yield made
    finally:
        made.process.kill()
        made.process.wait()
