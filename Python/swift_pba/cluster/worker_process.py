"""A worker's process on a node: its command, its lines, its end.

One of the modules that are sent to the nodes (`actor.SENT`). The node's package `swift_pba` is used only to find the worker's
program.
"""

from __future__ import annotations

import json
import os
import signal
import site
import subprocess
import sys
import threading
from collections import deque
from pathlib import Path

from .outbox import Outbox

_LONGEST_LINE = 1 << 20
_LONGEST_LOG_LINE = 4000
_END_SECONDS = 3.0


class WorkerProcess:
    """A worker, kept by the program whose text is `keeper`; what it says and that it has ended goes to an outbox."""

    def __init__(self, command: list[str], environment: dict[str, str], keeper: str, where: Path, outbox: Outbox) -> None:
        self._outbox = outbox
        self._fault = ""
        self._giving_up = threading.Lock()
        self._last_words: deque[str] = deque(maxlen=3)
        kept, self._life = os.pipe()
        try:
            self._process = subprocess.Popen(
                [sys.executable, "-I", "-S", "-c", keeper, str(kept), *command], bufsize=0, cwd=where, env=environment,
                pass_fds=[kept], start_new_session=True, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
        except BaseException:
            self._give_up()
            raise
        finally:
            os.close(kept)
        readers = [
            threading.Thread(target=self._read_lines, daemon=True), threading.Thread(target=self._read_log, daemon=True)]
        for reader in readers:
            reader.start()
        threading.Thread(target=self._wait, args=(readers,), daemon=True).start()

    def write(self, data: bytes) -> None:
        """Send bytes to its standard input; raises `BrokenPipeError` where it has ended."""
        assert self._process.stdin
        while data:
            data = data[self._process.stdin.write(data):]

    def end(self) -> None:
        """End it and all that it has started.

        A keeper that has not done so after some seconds is killed, and on Linux the worker with it.
        """
        self._give_up()
        try:
            self._process.wait(_END_SECONDS)
        except subprocess.TimeoutExpired:
            self._process.kill()

    def _read_lines(self) -> None:
        assert self._process.stdout
        begun = b""
        while part := self._process.stdout.read(1 << 16):
            *lines, begun = (begun + part).split(b"\n")
            if max(map(len, [*lines, begun])) > _LONGEST_LINE:
                self._fault = f"it sent a line of more than {_LONGEST_LINE} bytes"
                return self._give_up()
            for line in lines:
                if (text := _message(line)) is not None:
                    self._outbox.put("line", text)

    def _read_log(self) -> None:
        assert self._process.stderr
        begun = b""
        while part := self._process.stderr.read(1 << 16):
            *lines, begun = (begun + part).split(b"\n")
            begun = begun[:_LONGEST_LOG_LINE]
            for line in lines:
                text = line[:_LONGEST_LOG_LINE].decode("utf-8", "replace")
                if text.strip():
                    self._last_words.append(text)
                self._outbox.put("log", text)

    def _wait(self, readers: list[threading.Thread]) -> None:
        code = self._process.wait()
        for reader in readers:  # a process that left the group may hold the channels open
            reader.join(1)
        words = f"; its last words: {' | '.join(self._last_words)}" if self._last_words else ""
        self._outbox.put("ended", f"{self._fault or _ending(code)}{words}")

    def _give_up(self) -> None:
        """Close the pipe by whose end the keeper knows that the worker has to end."""
        with self._giving_up:
            if self._life >= 0:
                os.close(self._life)
                self._life = -1


def worker_command(kind: str, version: str, package: Path | None) -> tuple[list[str], dict[str, str]]:
    """Return the worker's command and environment; `package` is a folder with the package where one was sent."""
    if package:
        sys.path.insert(0, str(package))
    try:
        import swift_pba
        from swift_pba import _program
    except ImportError as error:
        raise ValueError(
            f"{sys.executable} has no package swift_pba ({error}); install it on this node, or send it with --ship-wheel"
        ) from None
    if swift_pba.__version__ != version:
        raise ValueError(
            f"found swift_pba {swift_pba.__version__}, expected {version} as at the coordinator; install that, or send it with "
            "--ship-wheel")
    environment = _program.environment()
    # Set by Ray to the worker's CPUs. But sums differ with the number of threads, and a result must not differ with the place.
    environment.pop("OMP_NUM_THREADS", None)
    place = str(Path(swift_pba.__file__).parents[1])
    if place not in [*site.getsitepackages(), site.getusersitepackages()]:
        environment["PYTHONPATH"] = os.pathsep.join(filter(None, [place, environment.get("PYTHONPATH")]))
    if kind == "network":
        return [str(_program.program_path()), "worker"], environment
    return [sys.executable, "-m", "swift_pba.worker"], environment


def _message(line: bytes) -> str | None:
    """Return a line as text if it is a message."""
    try:
        text = line.decode()
        value = json.loads(text, parse_constant=_refuse)
    except ValueError:
        return None
    return text if isinstance(value, dict) else None


def _refuse(constant: str) -> None:
    raise ValueError(constant)


def _ending(code: int) -> str:
    if code > 128:
        try:
            return f"it was ended by {signal.Signals(code - 128).name}"
        except ValueError:
            pass
    return f"it ended with code {code}"
