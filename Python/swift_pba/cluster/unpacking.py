"""Parcels written to a folder of a node, their digests, and whether there is room.

One of the modules that are sent to the nodes (`actor.SENT`).
"""

from __future__ import annotations

import hashlib
import io
import os
import shutil
import tarfile
import zipfile
from collections.abc import Callable
from pathlib import Path

_PIECE = 16 << 20  # of a file that is written or read, after which the caller is asked whether to go on


def unpack(content: memoryview, name: str, kind: str, folder: Path, go_on: Callable[[], None] = lambda: None) -> None:
    """Write what was sent to a folder; `kind` is "file", "tar" or "wheel".

    `go_on` is called after each piece of a "file", and stops the work by raising an error; the other kinds are small, and written
    at once. Raises `OSError` where there is no room.
    """
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


def file_digest(file: Path, go_on: Callable[[], None]) -> str:
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


def require_room(folder: Path, size: int) -> None:
    """Raise `OSError` where so many bytes have no room."""
    if shutil.disk_usage(folder).free < size:
        raise no_room(folder, size)


def no_room(folder: Path, size: int) -> OSError:
    """Return the error that says that so many bytes have no room."""
    free = shutil.disk_usage(folder).free
    return OSError(
        f"{folder}: found {_gigabytes(free)} free, expected {_gigabytes(size)}; make room there, or set TMPDIR for ray start on "
        "this node")


def _gigabytes(count: int) -> str:
    return f"{count / 1e9:.3g} GB"


class _Stream:
    """Bytes as a stream, without a copy of them all."""

    def __init__(self, content: memoryview) -> None:
        self._left = content

    def read(self, count: int) -> bytes:
        part, self._left = bytes(self._left[:count]), self._left[count:]
        return part
