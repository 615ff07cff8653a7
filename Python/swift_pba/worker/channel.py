"""The two channels between a worker and its coordinator, which nothing that the user's code prints can reach."""

from __future__ import annotations

import json
import os
import queue
import select
import signal
import sys
import threading
import time
from typing import Any, NoReturn

LONGEST_LINE = 1 << 20
#: Seconds in which a changed parent process is noticed.
WATCH = 0.2
#: Seconds that the worker may take to end once it was asked to.
QUIT = 5.0


class Channel:
    """Messages from and to the coordinator.

    A thread reads them. It ends this process and its group as soon as the coordinator has ended: when the input ends, or when
    the parent process is another.

    Parameters
    ----------
    reading, writing : int
        The file descriptors, for this object alone.
    """

    def __init__(self, reading: int, writing: int) -> None:
        self._reading, self._writing = reading, writing
        self._owner = os.getpid()
        self._parent = os.getppid()
        self._lock = threading.Lock()
        self._messages: queue.SimpleQueue[dict[str, Any]] = queue.SimpleQueue()
        self._stopped: str | None = None
        os.register_at_fork(after_in_child=self._leave)
        threading.Thread(target=self._watch, name="swift_pba channel", daemon=True).start()

    @classmethod
    def of_standard_streams(cls) -> Channel:
        """Take the standard input and output away from everybody else, and lead a process group."""
        if os.getpgrp() != os.getpid():
            os.setpgid(0, 0)
        reading, writing = os.dup(0), os.dup(1)  # not inherited by other programs
        nothing = os.open(os.devnull, os.O_RDONLY)
        os.dup2(nothing, 0)
        os.close(nothing)
        os.dup2(2, 1)
        sys.stdout.reconfigure(line_buffering=True)  # type: ignore[union-attr]
        return cls(reading, writing)

    def send(self, message: dict[str, Any]) -> None:
        """Send a message; the numbers in it must be finite."""
        # A file name may hold what is no text.
        line = json.dumps(message, allow_nan=False, ensure_ascii=False).encode(errors="replace") + b"\n"
        with self._lock:
            try:
                while line:
                    line = line[os.write(self._writing, line):]
            except OSError:
                self.die()

    def check_process(self) -> None:
        """Raise an error in a process that the worker has forked, where a lock may be held without end."""
        if os.getpid() != self._owner:
            raise RuntimeError(
                "segment.report: found a call in a process that the worker has started, expected one in the worker itself, where "
                "train runs: not in a data loader's process")

    def receive(self) -> dict[str, Any]:
        """Wait for the next message that is not about stopping."""
        return self._messages.get()

    def is_stopped(self, key: str) -> bool:
        """Return whether the coordinator wants the segment of this key to end."""
        return self._stopped == key

    def die(self) -> NoReturn:
        """End this process and all others of its group at once."""
        try:
            os.killpg(self._owner, signal.SIGKILL)
        finally:
            os._exit(77)

    def end_children(self) -> None:
        """Ask all other processes of the group to end, which the user's code has started."""
        signal.signal(signal.SIGTERM, signal.SIG_IGN)
        os.killpg(self._owner, signal.SIGTERM)

    def _leave(self) -> None:
        """In a child of a fork: give up what belongs to the parent."""
        # In a child of that child the numbers may stand for other files.
        if self._reading >= 0:
            os.close(self._reading)
            os.close(self._writing)
        self._reading = self._writing = -1

    def _watch(self) -> None:
        try:
            self._read()
        finally:
            # A worker that nobody can reach any more, whatever went wrong.
            self.die()

    def _read(self) -> None:
        waiting, ends = b"", None
        poll = select.poll()
        poll.register(self._reading, select.POLLIN)
        while True:
            is_ready = poll.poll(WATCH * 1000)
            if os.getppid() != self._parent or (ends is not None and time.monotonic() > ends):
                self.die()
            if not is_ready:
                continue
            piece = os.read(self._reading, 1 << 16)
            if not piece:
                if ends is None:
                    self.die()
                time.sleep(WATCH)
                continue
            *lines, waiting = (waiting + piece).split(b"\n")
            if len(waiting) > LONGEST_LINE:
                self.die()
            for line in lines:
                message = parsed(line)
                if message is None:
                    continue
                if message["t"] == "stop":
                    self._stopped = str(message.get("key"))
                    continue
                if message["t"] == "quit":
                    ends = time.monotonic() + QUIT
                self._messages.put(message)


def parsed(line: bytes) -> dict[str, Any] | None:
    """Return the message of a line; None for a line that is none."""
    try:
        message = json.loads(line)
    except (ValueError, RecursionError):
        return None
    return message if isinstance(message, dict) and isinstance(message.get("t"), str) else None
