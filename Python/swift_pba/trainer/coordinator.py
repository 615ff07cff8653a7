"""The other side of the protocol of workers, as much of it as `check` needs: one worker process and its messages."""

from __future__ import annotations

import contextlib
import json
import os
import queue
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Mapping, Sequence
from typing import IO, Any

from ..worker.channel import parsed

#: Seconds in which a worker sends its first message, and in which it ends.
PATIENCE = 60.0
#: Seconds in which the last words of a worker that was ended arrive.
PIPE_PATIENCE = 5.0


class WorkerEnded(Exception):
    """The worker's process has ended, or said goodbye."""


class WorkerProcess:
    """A worker in a process of its own; leaving the ``with`` block ends it with all that it has started.

    Parameters
    ----------
    command : sequence of str, optional
        The program and its arguments.
    environment : mapping, optional
        Variables beside those of this process.
    errors : file, optional
        What takes the worker's standard error; by default this process's own.
    """

    def __init__(
        self, command: Sequence[str] | None = None, environment: Mapping[str, str] | None = None,
        errors: IO[bytes] | int | None = None,
    ) -> None:
        self.process = subprocess.Popen(
            command or [sys.executable, "-m", "swift_pba.worker"], bufsize=0, stdin=subprocess.PIPE, stdout=subprocess.PIPE,
            stderr=errors, env=os.environ | (environment or {}), start_new_session=True)
        self._messages: queue.SimpleQueue[dict[str, Any] | None] = queue.SimpleQueue()
        self._reader = threading.Thread(target=self._read, daemon=True)
        self._reader.start()

    def __enter__(self) -> WorkerProcess:
        return self

    def __exit__(self, *_: object) -> None:
        self.kill()

    def _read(self) -> None:
        assert self.process.stdout is not None
        with open(self.process.stdout.fileno(), "rb", closefd=False) as lines:
            for line in lines:
                message = parsed(line)
                if message is not None:
                    self._messages.put(message)
        self._messages.put(None)

    def send(self, message: Mapping[str, Any]) -> None:
        """Send a message; to a worker that has ended nothing is sent."""
        assert self.process.stdin is not None
        with contextlib.suppress(BrokenPipeError):
            self.process.stdin.write(json.dumps(message).encode() + b"\n")

    def receive(self, timeout: float = PATIENCE) -> dict[str, Any]:
        """Wait for the next message that is not `alive`.

        Raises
        ------
        WorkerEnded
            If the process ended, or took longer.
        """
        while True:
            try:
                message = self._messages.get(timeout=timeout)
            except queue.Empty:
                raise WorkerEnded(f"the worker sent nothing for {timeout:g} seconds") from None
            if message is None:
                raise WorkerEnded(f"the worker ended with code {self._end()}")
            if message["t"] != "alive":
                return message

    def begin(self, config: Mapping[str, Any], *, heartbeat: float = 2.0, timeout: float = PATIENCE) -> dict[str, Any]:
        """Go through the messages up to `ready`, and return that, or the worker's `bye`."""
        self.receive(timeout)
        self.send({"t": "welcome", "protocol": 1, "heartbeat": heartbeat, "config": config})
        return self.receive(timeout)

    def answer(self, run: Mapping[str, Any], timeout: float | None = None) -> dict[str, Any]:
        """Send a `run` and return the answer to it, without the progress in between."""
        self.send({"t": "run"} | dict(run))
        while True:
            message = self.receive(timeout or 7 * 86400)
            if message["t"] != "progress" and message.get("key", run["key"]) == run["key"]:
                return message

    def quit(self) -> int:
        """End the worker in order, and return its code."""
        self.send({"t": "quit"})
        return self._end()

    def kill(self) -> None:
        """End the worker and its group at once."""
        self._kill_group()
        self.process.wait()
        if self.process.stdin is not None:
            with contextlib.suppress(OSError):
                self.process.stdin.close()
        # Not while it is read, where its number may soon stand for another file; a process that has left the group may hold it.
        self._reader.join(PIPE_PATIENCE)
        if self.process.stdout is not None and not self._reader.is_alive():
            self.process.stdout.close()

    def _end(self) -> int:
        """Wait for the end of the worker, end what is left of its group, and return its code."""
        ends = time.monotonic() + PATIENCE
        while self._runs() and time.monotonic() < ends:
            time.sleep(0.01)
        if self._runs():
            self.kill()
            raise WorkerEnded(f"the worker did not end within {PATIENCE:g} seconds")
        self._kill_group()
        return self.process.wait()

    def _runs(self) -> bool:
        if self.process.returncode is not None:
            return False
        # It stays to be waited for: until then its number, which is that of its group, is given to no other process.
        return os.waitid(os.P_PID, self.process.pid, os.WEXITED | os.WNOWAIT | os.WNOHANG) is None

    def _kill_group(self) -> None:
        if self.process.returncode is None:
            with contextlib.suppress(ProcessLookupError, PermissionError):
                os.killpg(self.process.pid, signal.SIGKILL)
