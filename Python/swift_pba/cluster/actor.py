"""What stands on a node of a cluster between a worker and the bridge: an actor that carries the worker's lines and files.

A node may have no package, so the bridge sends this module and its companions by value. They import nothing but each other and
the standard library; what a node may lack is imported where it is used.
"""

from __future__ import annotations

import errno
import json
import mmap
import os
import pickle
import socket
import tarfile
import threading
import time
import zipfile
from concurrent.futures import Future, wait
from pathlib import Path
from typing import Any

from .folders import Held, filling_of, own_folder, root, shared_folder
from .outbox import Event, Outbox
from .unpacking import file_digest, no_room, require_room, unpack
from .worker_process import WorkerProcess, worker_command

# The modules that are sent, by their names in this package.
SENT = ("actor", "folders", "outbox", "unpacking", "worker_process")

_LIFE_SECONDS = 0.05  # how often what waits looks whether the worker is ended

_ENDED = "the worker is ended"

# What is sent to each node once: its digest, what it is called, what it is ("file", "tar" or "wheel"), and a list with the
# reference to its bytes, which Ray does not resolve unless it is asked.
Parcel = tuple[str, str, str, list[Any]]
# A value of a message that names a parcel: its keys from the root, the parcel, and the path inside of it.
Edit = tuple[list[str], Parcel, str]


class WorkerHost:
    """One worker on this node; calls come from several threads at once."""

    def __init__(self) -> None:
        self._outbox = Outbox()
        self._is_over = threading.Event()
        self._placing = threading.Lock()  # guards the two variables that follow
        self._parcels: dict[str, Held] = {}
        self._folder: Held | None = None
        self._command: tuple[list[str], dict[str, str]] | None = None
        self._process: WorkerProcess | None = None
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
            self._command = worker_command(kind, version, package)
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
            self._process = WorkerProcess(*self._command, keeper, self._own("work"), self._outbox)
            if self._is_over.is_set():  # since, and `end` may not have seen the process
                self._process.end()
                return _ENDED
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
            assert self._process
            self._process.write(json.dumps(message, separators=(",", ":")).encode() + b"\n")
        except BrokenPipeError:
            pass  # that the worker has ended is an event
        except (OSError, tarfile.TarError, zipfile.BadZipFile) as error:
            return f"{socket.gethostname()}: {error}"
        return ""

    def events(self, seen: int) -> list[Event]:
        """Wait a moment for what the worker has said after the events up to number `seen`; those are forgotten."""
        return self._outbox.take(seen)

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
        if self._process:
            self._process.end()
        with self._placing:
            if self._folder:
                self._folder.release(remove=True)
                self._folder = None
            while self._parcels:
                self._parcels.popitem()[1].release(remove=True)

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
            require_room(folder.parent, size)
            content = self._fetched(reference[0])
            try:
                unpack(content, name, kind, folder, self._require_life)
            except OSError as error:
                if error.errno in (errno.ENOSPC, errno.EDQUOT):  # others write to the disk too
                    raise no_room(folder.parent, len(content)) from None
                raise

        def is_whole(folder: Path) -> bool:
            return not digest or file_digest(folder / name, self._require_life) == digest

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


def _end_with_parent(parent: int) -> None:
    """End this process, and with it its worker, when the node's Ray has ended, which a killed one does not do."""
    while os.getppid() == parent:
        time.sleep(0.2)
    os._exit(1)
