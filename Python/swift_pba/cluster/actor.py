"""What stands on a node of a cluster between a worker and the bridge: an actor that carries the worker's lines and files.

The bridge sends this module to the nodes by value: it uses nothing but the standard library, and the package `swift_pba` of the
node only to find the worker's program.
"""

from __future__ import annotations

import errno
import hashlib
import io
import json
import mmap
import os
import pickle
import shutil
import signal
import site
import socket
import subprocess
import sys
import tarfile
import threading
import time
import zipfile
from collections import deque
from collections.abc import Callable
from concurrent.futures import Future, wait
from pathlib import Path
from typing import Any

from .folders import Held, filling_of, own_folder, root, shared_folder

_LONGEST_LINE = 1 << 20
_LONGEST_LOG_LINE = 4000
_MOST_LOG_LINES = 1000  # that wait for the bridge; more are counted, not kept
_MOST_WAITING = 16 << 20  # characters that wait for the bridge; a worker that has said more waits itself
_LARGEST_ANSWER = 4 << 20
_POLL_SECONDS = 1.0
_END_SECONDS = 3.0
_LIFE_SECONDS = 0.05  # how often what waits looks whether the worker is ended
_PIECE = 16 << 20  # of a file that is written or read, after which the same is looked at

_ENDED = "the worker is ended"

# What is sent to each node once: its digest, what it is called, what it is ("file", "tar" or "wheel"), and a list with the
# reference to its bytes, which Ray does not resolve unless it is asked.
Parcel = tuple[str, str, str, list[Any]]
# A value of a message that names a parcel: its keys from the root, the parcel, and the path inside of it.
Edit = tuple[list[str], Parcel, str]


class WorkerHost:
    """One worker on this node; calls come from several threads at once."""

    def __init__(self) -> None:
        self._events: deque[tuple[int, str, str]] = deque()
        self._count = self._lost = self._waiting = 0
        self._changed = threading.Condition()
        self._is_over = threading.Event()
        self._placing = threading.Lock()  # guards the two variables that follow
        self._parcels: dict[str, Held] = {}
        self._folder: Held | None = None
        self._command: tuple[list[str], dict[str, str]] | None = None
        self._process: subprocess.Popen[bytes] | None = None
        self._life = -1
        self._fault = ""
        self._last_words: deque[str] = deque(maxlen=3)
        threading.Thread(target=_end_with_parent, args=(os.getppid(),), daemon=True).start()

    def where(self) -> tuple[str, str]:
        """Return this node's id and name."""
        import ray

        return ray.get_runtime_context().get_node_id(), socket.gethostname()

    def prepare(self, kind: str, version: str, wheel: Parcel | None, ship: Parcel | None) -> str:
        """Have the worker's folder and its program on this node; return what prevents that, or nothing.

        `kind` is `network` or `trainer`, `version` that of the package of the coordinator. It is the first call, as it removes
        what ended workers have left, which may fill the disk.
        """
        try:
            with self._placing:
                self._require_life()
                self._folder = own_folder(root())
                for name in ("start", "output", "work"):
                    (self._folder.path / name).mkdir()
            package = self._place(wheel) if wheel else None
            if ship:
                self._place(ship)
            self._command = _command(kind, version, package)
        except (OSError, ValueError, tarfile.TarError, zipfile.BadZipFile) as error:
            return f"{socket.gethostname()}: {error}"
        return ""

    def bring(self, parcel: Parcel, digest: str, size: int) -> str:
        """Have a file with this SHA-256 and of this size on this node; return what prevents that, or nothing.

        A copy that is here already and has changed is replaced.
        """
        from ray.exceptions import RayError

        try:
            self._place(parcel, digest, size)
        except OSError as error:
            return f"{socket.gethostname()} cannot take the images: {error}"
        except RayError as error:
            words = " ".join(str(error).split())[:500]
            return f"Ray cannot bring the images to {socket.gethostname()}: {type(error).__name__}: {words}"
        return ""

    def brought(self, parcel: Parcel) -> int:
        """Return how many bytes of a file that this worker or another brings to this node have been written."""
        sizes = [0]
        for filling in filling_of(root(), parcel[0]):
            try:
                sizes.append((filling / parcel[1]).stat().st_size)
            except FileNotFoundError:
                pass
        return max(sizes)

    def start(self, keeper: str) -> str:
        """Start the worker, kept by the program of this text; return what prevents that, or nothing."""
        assert self._command
        try:
            # In a folder of its own, as what is sent is shared by the workers of this node.
            self._spawn(*self._command, keeper, self._own("work"))
        except OSError as error:
            return f"{socket.gethostname()}: {error}"
        return ""

    def send(self, text: str, edits: list[Edit], checkpoint: Any = None) -> str:
        """Send a message to the worker, with places on this node in it; return what prevents that, or nothing.

        `checkpoint` is the content of the file that a segment starts from.
        """
        message = json.loads(text)
        try:
            for keys, parcel, inner in edits:
                place = message
                for key in keys[:-1]:
                    place = place[key]
                place[keys[-1]] = str(self._place(parcel) / inner)
            if message.get("t") == "run":
                self._localise(message, checkpoint)
            self._write(json.dumps(message, separators=(",", ":")).encode() + b"\n")
        except BrokenPipeError:
            pass  # that the worker has ended is an event
        except (OSError, tarfile.TarError, zipfile.BadZipFile) as error:
            return f"{socket.gethostname()}: {error}"
        return ""

    def events(self, seen: int) -> list[tuple[int, str, str]]:
        """Wait a moment for what came after the events up to number `seen`; those are forgotten.

        An event is its number, `line`, `log` or `ended`, and a text. Asking again is harmless.
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

    def fetch(self) -> Any:
        """Return the content of the checkpoint that the worker has written last, and delete the file; None where it has none."""
        path = next(iter(self._own("output").iterdir()), None)
        if path is None:
            return None
        with path.open("rb") as file:
            path.unlink()
            if os.fstat(file.fileno()).st_size == 0:
                return b""
            # Ray copies it from here, once.
            return pickle.PickleBuffer(mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ))

    def end(self) -> None:
        """End the worker and remove its folder, and what it shared with workers of this node, unless another uses it.

        What is on the way to this node is given up.
        """
        self._is_over.set()
        self._kill()
        if self._process:
            try:
                self._process.wait(_END_SECONDS)
            except subprocess.TimeoutExpired:
                self._process.kill()
        with self._placing:
            if self._folder:
                self._folder.release(remove=True)
                self._folder = None
            while self._parcels:
                self._parcels.popitem()[1].release(remove=True)

    def _spawn(self, command: list[str], environment: dict[str, str], keeper: str, where: Path) -> None:
        kept, self._life = os.pipe()
        try:
            self._process = subprocess.Popen(
                [sys.executable, "-I", "-S", "-c", keeper, str(kept), *command], bufsize=0, cwd=where, env=environment,
                pass_fds=[kept], start_new_session=True, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
        finally:
            os.close(kept)
        readers = [
            threading.Thread(target=self._read_lines, daemon=True), threading.Thread(target=self._read_log, daemon=True)]
        for reader in readers:
            reader.start()
        threading.Thread(target=self._wait, args=(self._process, readers), daemon=True).start()

    def _read_lines(self) -> None:
        assert self._process and self._process.stdout
        begun = b""
        while part := self._process.stdout.read(1 << 16):
            *lines, begun = (begun + part).split(b"\n")
            if max(map(len, [*lines, begun])) > _LONGEST_LINE:
                self._fault = f"it sent a line of more than {_LONGEST_LINE} bytes"
                return self._kill()
            for line in lines:
                if (text := _message(line)) is not None:
                    self._tell("line", text)

    def _read_log(self) -> None:
        assert self._process and self._process.stderr
        begun = b""
        while part := self._process.stderr.read(1 << 16):
            *lines, begun = (begun + part).split(b"\n")
            begun = begun[:_LONGEST_LOG_LINE]
            for line in lines:
                text = line[:_LONGEST_LOG_LINE].decode("utf-8", "replace")
                if text.strip():
                    self._last_words.append(text)
                self._tell("log", text)

    def _wait(self, process: subprocess.Popen[bytes], readers: list[threading.Thread]) -> None:
        code = process.wait()
        for reader in readers:  # a process that left the group may hold the channels open
            reader.join(1)
        words = f"; its last words: {' | '.join(self._last_words)}" if self._last_words else ""
        self._tell("ended", f"{self._fault or _ending(code)}{words}")

    def _tell(self, event: str, text: str) -> None:
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

    def _append(self, event: str, text: str) -> None:
        self._count += 1
        self._waiting += len(text)
        self._events.append((self._count, event, text))

    def _localise(self, message: dict[str, Any], checkpoint: Any) -> None:
        for name in ("start", "output"):
            for path in self._own(name).iterdir():
                path.unlink()
        message["output"] = str(self._own("output") / Path(message["output"]).name)
        if message.get("start") is not None:
            path = self._own("start") / Path(message["start"]).name
            path.write_bytes(checkpoint)
            message["start"] = str(path)

    def _own(self, name: str) -> Path:
        if not self._folder:
            raise OSError(_ENDED)
        return self._folder.path / name

    def _require_life(self) -> None:
        if self._is_over.is_set():
            raise OSError(_ENDED)

    def _place(self, parcel: Parcel, digest: str = "", size: int = 0) -> Path:
        """Return the folder of a parcel; of a file that may be large `digest` is its SHA-256, and `size` its bytes."""
        known, name, kind, reference = parcel

        def fill(folder: Path) -> None:
            _require_room(folder.parent, size)
            content = self._fetched(reference[0])
            try:
                _unpack(content, name, kind, folder, self._require_life)
            except OSError as error:
                if error.errno in (errno.ENOSPC, errno.EDQUOT):  # others write to the disk too
                    raise _no_room(folder.parent, len(content)) from None
                raise

        def is_whole(folder: Path) -> bool:
            return not digest or _digest(folder / name, self._require_life) == digest

        with self._placing:
            self._require_life()
            if known not in self._parcels:
                self._parcels[known] = shared_folder(root(), known, fill, is_whole, self._require_life)
            return self._parcels[known].path

    def _fetched(self, reference: Any) -> memoryview:
        """Return what a reference leads to, once Ray has brought it to this node, unless the worker is ended before."""
        import ray

        fetched: Future[Any] = Future()

        def fetch() -> None:
            try:
                fetched.set_result(ray.get(reference))
            except BaseException as error:
                fetched.set_exception(error)

        # Another thread, as Ray's own limit of time would begin the transfer again.
        threading.Thread(target=fetch, daemon=True).start()
        while not wait([fetched], _LIFE_SECONDS).done:
            self._require_life()
        return memoryview(fetched.result()).cast("B")

    def _write(self, data: bytes) -> None:
        assert self._process and self._process.stdin
        while data:
            data = data[self._process.stdin.write(data):]

    def _kill(self) -> None:
        life, self._life = self._life, -1
        if life >= 0:
            os.close(life)


def _command(kind: str, version: str, package: Path | None) -> tuple[list[str], dict[str, str]]:
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


def _require_room(folder: Path, size: int) -> None:
    """Raise `OSError` where so many bytes have no room."""
    if shutil.disk_usage(folder).free < size:
        raise _no_room(folder, size)


def _no_room(folder: Path, size: int) -> OSError:
    free = shutil.disk_usage(folder).free
    return OSError(
        f"{folder}: found {_gigabytes(free)} free, expected {_gigabytes(size)}; make room there, or set TMPDIR for ray start on "
        "this node")


def _gigabytes(count: int) -> str:
    return f"{count / 1e9:.3g} GB"


def _digest(file: Path, go_on: Callable[[], None]) -> str:
    """Return the SHA-256 of a file in hexadecimal; nothing where there is none."""
    digest = hashlib.sha256()
    try:
        with file.open("rb", buffering=0) as content:
            while piece := content.read(_PIECE):
                digest.update(piece)
                go_on()
    except FileNotFoundError:
        return ""
    return digest.hexdigest()


def _unpack(content: memoryview, name: str, kind: str, folder: Path, go_on: Callable[[], None] = lambda: None) -> None:
    """Write what was sent to a folder; `go_on` is called after each piece of a file, and ends it by an error."""
    if kind == "file":
        with (folder / name).open("xb", buffering=0) as file:
            while content:
                content = content[file.write(content[:_PIECE]):]
                os.fdatasync(file.fileno())  # so that the end does not wait for all of it at once
                go_on()
    elif kind == "tar":
        with tarfile.open(fileobj=_Stream(content), mode="r|") as archive:  # type: ignore[call-overload]
            if hasattr(tarfile, "data_filter"):
                archive.extractall(folder, filter="data")
            else:
                archive.extractall(folder)
    else:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            archive.extractall(folder)
            for member in archive.infolist():
                if mode := member.external_attr >> 16 & 0o777:
                    (folder / member.filename).chmod(mode)


class _Stream:
    """Bytes as a stream, without a copy of them all."""

    def __init__(self, content: memoryview) -> None:
        self._left = content

    def read(self, count: int) -> bytes:
        part, self._left = bytes(self._left[:count]), self._left[count:]
        return part


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


def _end_with_parent(parent: int) -> None:
    """End this process, and with it its worker, when the node's Ray has ended, which a killed one does not do."""
    while os.getppid() == parent:
        time.sleep(0.2)
    os._exit(1)
