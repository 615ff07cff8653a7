"""What is sent to each node of a cluster once: files, folders, wheels."""

from __future__ import annotations

import hashlib
import io
import tarfile
from pathlib import Path
from typing import TYPE_CHECKING

import ray

from .connection import Refusal

if TYPE_CHECKING:
    from .actor import Parcel

_LARGEST_FOLDER = 1 << 30


def parcel(content: bytes, name: str, kind: str) -> Parcel:
    """Put something into the store that nodes get once."""
    return hashlib.sha256(content).hexdigest(), name, kind, [ray.put(content)]


def archive(folder: Path) -> bytes:
    """Return a folder as a tar: regular files and folders, but none that begins with a dot or is a cache of Python's."""
    if not folder.is_dir():
        raise Refusal(f"--ship: found no folder {folder}")
    buffer = io.BytesIO()

    def wanted(member: tarfile.TarInfo) -> tarfile.TarInfo | None:
        name = Path(member.name).name
        if name.startswith(".") and member.name != "." or name == "__pycache__" or not (member.isfile() or member.isdir()):
            return None
        if buffer.tell() + member.size > _LARGEST_FOLDER:
            raise Refusal(f"--ship: {folder} holds more than {_LARGEST_FOLDER >> 20} MiB; name a folder with the code alone")
        return member

    with tarfile.open(fileobj=buffer, mode="w") as packed:
        for path in sorted(folder.iterdir()):
            packed.add(path, path.name, filter=wanted)
    return buffer.getvalue()
