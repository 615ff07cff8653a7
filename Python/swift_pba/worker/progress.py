"""Progress of a segment, at most ten times a second, and the sign that the process runs."""

from __future__ import annotations

import threading
import time
from typing import Any

from ..trainer.figures import MOST_FIGURES
from .channel import Channel

#: Seconds between two messages of progress.
INTERVAL = 0.1


class Progress:
    """Sends progress and signs of life from a thread of its own.

    What is reported too early waits; what is reported meanwhile takes its place.
    """

    def __init__(self, channel: Channel, heartbeat: float) -> None:
        self._channel, self._heartbeat = channel, heartbeat
        self._changed = threading.Condition()
        self._waiting: dict[str, Any] | None = None
        self._last = 0.0
        threading.Thread(target=self._run, name="swift_pba heartbeat", daemon=True).start()

    def report(self, message: dict[str, Any]) -> None:
        """Send progress, or let it wait."""
        self._channel.check_process()
        with self._changed:
            waiting = self._waiting
            if waiting is not None and waiting["key"] == message["key"] and waiting["epoch"] == message["epoch"]:
                merged = waiting["metrics"] | message["metrics"]
                if len(merged) <= MOST_FIGURES:
                    message["metrics"] = merged
            self._waiting = message
            if time.monotonic() - self._last >= INTERVAL:
                self._send_waiting()
            elif waiting is None:
                self._changed.notify()

    def flush(self) -> None:
        """Send what waits, before the answer about its segment."""
        with self._changed:
            self._send_waiting()

    def _send_waiting(self) -> None:
        if self._waiting is not None:
            self._channel.send(self._waiting)
            self._waiting, self._last = None, time.monotonic()

    def _run(self) -> None:
        alive = time.monotonic()
        with self._changed:
            while True:
                now = time.monotonic()
                if self._waiting is not None and now - self._last >= INTERVAL:
                    self._send_waiting()
                if now >= alive:
                    self._channel.send({"t": "alive"})
                    alive = now + self._heartbeat / 2
                ends = alive if self._waiting is None else min(alive, self._last + INTERVAL)
                self._changed.wait(max(ends - time.monotonic(), 0.001))
