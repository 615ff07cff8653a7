"""What a worker says, kept on its node until the bridge has asked for it.

One of the modules that are sent to the nodes (`actor.SENT`).
"""

from __future__ import annotations

import threading
from collections import deque

_MOST_LOG_LINES = 1000  # that wait for the bridge; more are counted, not kept
_MOST_WAITING = 16 << 20  # characters that wait for the bridge; a worker that has said more waits itself
_LARGEST_ANSWER = 4 << 20
_POLL_SECONDS = 1.0

# Its number from 1, `line`, `log` or `ended`, and a text.
Event = tuple[int, str, str]


class Outbox:
    """Events in order. Any thread may put them and take them."""

    def __init__(self) -> None:
        self._events: deque[Event] = deque()
        self._count = self._lost = self._waiting = 0
        self._changed = threading.Condition()

    def put(self, event: str, text: str) -> None:
        """Add an event. Waits where many lines wait for the bridge; leaves log lines out where many of them do."""
        with self._changed:
            if event == "log" and len(self._events) >= _MOST_LOG_LINES:
                self._lost += 1
                return
            if event == "line":
                self._changed.wait_for(lambda: self._waiting < _MOST_WAITING)
            if self._lost:
                lost, self._lost = self._lost, 0
                self._append("log", f"({lost} further lines are left out)")
            self._append(event, text)
            self._changed.notify_all()

    def take(self, seen: int) -> list[Event]:
        """Wait a moment for what came after the events up to number `seen`; those are forgotten.

        Asking again is harmless.
        """
        with self._changed:
            while self._events and self._events[0][0] <= seen:
                self._waiting -= len(self._events.popleft()[2])
            self._changed.notify_all()
            if not self._events:
                self._changed.wait(_POLL_SECONDS)
            answer, size = [], 0
            for event in self._events:
                size += len(event[2])
                if answer and size > _LARGEST_ANSWER:
                    break
                answer.append(event)
            return answer

    def _append(self, event: str, text: str) -> None:
        self._count += 1
        self._waiting += len(text)
        self._events.append((self._count, event, text))
