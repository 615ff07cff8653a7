"""The two channels between the bridge and its coordinator, which nothing that Ray prints can reach."""

from __future__ import annotations

import asyncio
import contextlib
import json
import os
import queue
import threading
import time
from collections.abc import Iterator
from typing import Any

_ALIVE_SECONDS = 1.0
_END_SECONDS = 5.0
_HANGING_SECONDS = 20.0  # after which a bridge that does nothing any more is not called alive
_LONGEST_LINE = 4 << 20
_MOST_WAITING = 1000  # messages; who passes on what workers say waits for those to be written
_ROOM_SECONDS = 0.05


class Channel:
    """The coordinator's lines; made before anything is imported that may print."""

    def __init__(self) -> None:
        self._input, self._output = os.dup(0), os.dup(1)
        nothing = os.open(os.devnull, os.O_RDONLY)
        os.dup2(nothing, 0)
        os.close(nothing)
        os.dup2(2, 1)
        #: When the bridge was last seen at work; until it is, it connects, which has a limit of its own.
        self.beat = float("inf")
        self._lines: queue.SimpleQueue[dict[str, Any] | None] = queue.SimpleQueue()
        self._writer = threading.Thread(target=self._write, daemon=True)
        self._writer.start()

    def send(self, t: str, **values: Any) -> None:
        """Send a message; it is written by a thread of its own."""
        self._lines.put({"t": t, **values})

    async def has_room(self) -> None:
        """Wait until the coordinator has read most of what it was sent."""
        while self._lines.qsize() > _MOST_WAITING:
            await asyncio.sleep(_ROOM_SECONDS)

    def messages(self) -> Iterator[dict[str, Any]]:
        """Yield what the coordinator sends, until it ends; lines that are no messages are left out."""
        with open(self._input, "rb") as lines:
            while line := lines.readline(_LONGEST_LINE):
                if len(line) == _LONGEST_LINE and not line.endswith(b"\n"):
                    return self.send("bye", reason=f"the search sent a line of more than {_LONGEST_LINE} bytes")
                with contextlib.suppress(ValueError):
                    if isinstance(message := json.loads(line), dict):
                        yield message

    def finish(self) -> None:
        """Write what is left."""
        self._lines.put(None)
        self._writer.join(_END_SECONDS)

    def _write(self) -> None:
        while True:
            try:
                message = self._lines.get(timeout=_ALIVE_SECONDS)
            except queue.Empty:
                if time.monotonic() - self.beat > _HANGING_SECONDS:
                    continue  # the coordinator notices the silence
                message = {"t": "alive"}
            if message is None:
                return
            data = json.dumps(message, separators=(",", ":"), allow_nan=False).encode() + b"\n"
            try:
                while data:
                    data = data[os.write(self._output, data):]
            except OSError:
                os._exit(1)  # the coordinator is gone, and Ray ends the actors of a driver that is gone
