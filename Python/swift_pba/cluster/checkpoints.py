"""Checkpoints between the coordinator's files and the object store of a Ray cluster."""

from __future__ import annotations

import asyncio
import contextlib
import hashlib
import mmap
import os
import pickle
import secrets
from collections import OrderedDict
from pathlib import Path
from typing import Any

# Which file it is, whatever it is called: a checkpoint gets its name after it was written.
_Identity = tuple[int, int, int, int]


class TransferError(Exception):
    """A checkpoint that arrived is not what the worker has named."""


class Checkpoints:
    """Brings each file to the store once, and keeps those used last there, since several segments may start from one.

    The store brings an object to a node once, however many workers of the node ask for it. An object is freed when nothing
    refers to it any more. `limit` is how many bytes are kept beyond those in use. What comes from a node is not kept: its
    object would be on that node, which may be lost, and others would wait for it until Ray has noticed.
    """

    def __init__(self, limit: int) -> None:
        self._limit = limit
        self._kept: OrderedDict[_Identity, asyncio.Future[Any]] = OrderedDict()
        self._bytes = 0

    async def of_file(self, path: str) -> Any:
        """Return the reference to a file's content."""
        identity = _identity(path)
        bringing = self._kept.get(identity)
        if bringing is None:
            bringing = asyncio.ensure_future(asyncio.to_thread(put, Path(path)))
            bringing.add_done_callback(lambda done: self._forget_failed(identity, done))
        self._keep(identity, bringing)
        return await asyncio.shield(bringing)  # others may wait for it too

    def _keep(self, identity: _Identity, reference: asyncio.Future[Any]) -> None:
        self._drop(identity)
        self._kept[identity] = reference
        self._bytes += identity[2]
        while self._bytes > self._limit and len(self._kept) > 1:
            self._drop(next(iter(self._kept)))

    def _forget_failed(self, identity: _Identity, bringing: asyncio.Future[Any]) -> None:
        """Let the next who asks try again, also where nobody waits for this one any more."""
        if (bringing.cancelled() or bringing.exception()) and self._kept.get(identity) is bringing:
            self._drop(identity)

    def _drop(self, identity: _Identity) -> None:
        if self._kept.pop(identity, None) is not None:
            self._bytes -= identity[2]


def put(path: Path) -> Any:
    """Put a file's content into the store, and return the reference to it."""
    import ray

    with path.open("rb") as file:
        if os.fstat(file.fileno()).st_size == 0:
            return ray.put(b"")
        with mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as content:
            buffer = pickle.PickleBuffer(content)
            try:
                return ray.put(buffer)
            finally:
                buffer.release()


async def write(value: Any, path: str, digest: object, size: object) -> None:
    """Write what came from a node to a new file, durably.

    Raises `TransferError` where it has not this digest, in hexadecimal, and this size.
    """
    content = memoryview(value)
    found = await asyncio.to_thread(_write, content, path)
    if (found, len(content)) != (digest, size):
        with contextlib.suppress(OSError):
            os.unlink(path)
        raise TransferError(
            f"the checkpoint that arrived has {len(content)} bytes and the digest {found[:16]}…, expected {size} bytes and "
            f"{str(digest)[:16]}…")


def _write(content: memoryview, path: str) -> str:
    """Write bytes to a file whose name appears when it is whole and on the disk; return their SHA-256."""
    folder = Path(path).parent
    written = folder / f"incoming.{secrets.token_hex(8)}.partial"  # what is left of it is removed when the run is opened again
    try:
        with open(written, "xb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        os.rename(written, path)
        descriptor = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)
    except BaseException:
        with contextlib.suppress(OSError):
            os.unlink(written)
        raise
    return hashlib.sha256(content).hexdigest()


def _identity(path: str) -> _Identity:
    status = os.stat(path)
    return status.st_dev, status.st_ino, status.st_size, status.st_mtime_ns
