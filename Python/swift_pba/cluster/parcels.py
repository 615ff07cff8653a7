"""What is sent to each node of a cluster once: files, folders, wheels."""

from __future__ import annotations

import hashlib
import io
import stat
import tarfile
from pathlib import Path
from typing import TYPE_CHECKING

from .checkpoints import put
from .connection import Refusal

if TYPE_CHECKING:
    from .actor import Parcel

_LARGEST_FOLDER = 1 << 30


def parcel(content: bytes, name: str, kind: str) -> Parcel:
    """Put something into the store that nodes get once."""
    import ray

    return digest_of(content, name, kind), name, kind, [ray.put(content)]


def parcel_of_file(path: Path, digest: str, name: str) -> tuple[Parcel, int]:
    """Put a file of this digest into the store, without a copy in the memory of this process; return also its bytes."""
    size = path.stat().st_size
    return (digest_of(digest.encode(), name, "digest"), name, "file", [put(path)]), size


def digest_of(content: bytes, name: str, kind: str) -> str:
    """Return the SHA-256 of all that the folder of a parcel on a node follows from."""
    digest = hashlib.sha256(f"{kind}\0{name}\0".encode("utf-8", "surrogateescape"))
    digest.update(content)
    return digest.hexdigest()


def archive(folder: Path) -> bytes:
    """Return a folder as a tar, whose bytes follow from its files alone.

    What begins with a dot and the caches of Python are left out. A link inside of the folder is replaced by what it leads to.
    Raises `Refusal` for any other link, and for what is neither a file nor a folder.
    """
    if not folder.is_dir():
        raise Refusal(f"--ship: found no folder {folder}")
    buffer = io.BytesIO()
    try:
        with tarfile.open(fileobj=buffer, mode="w") as packed:
            _pack(folder, "", packed, buffer, (folder.resolve(),))
    except OSError as error:
        raise Refusal(f"--ship: cannot read {error.filename or folder}: {error.strerror}") from None
    return buffer.getvalue()


def _pack(folder: Path, place: str, packed: tarfile.TarFile, buffer: io.BytesIO, above: tuple[Path, ...]) -> None:
    """Add a folder's content; `above` is where that folder and those that it is in really are, the whole first."""
    for path in sorted(folder.iterdir()):
        if path.name.startswith(".") or path.name == "__pycache__":
            continue
        real = _target(path, above) if path.is_symlink() else above[-1] / path.name
        status = real.stat()
        member = tarfile.TarInfo(place + path.name)
        member.mode = status.st_mode & 0o755 | 0o600
        if stat.S_ISDIR(status.st_mode):
            member.type = tarfile.DIRTYPE
            packed.addfile(member)
            _pack(real, f"{member.name}/", packed, buffer, (*above, real))
        elif stat.S_ISREG(status.st_mode):
            if buffer.tell() + status.st_size > _LARGEST_FOLDER:
                size = f"more than {_LARGEST_FOLDER >> 20} MiB"
                raise Refusal(f"--ship: {above[0]} holds {size}; name a folder with the code alone")
            content = real.read_bytes()
            member.size = len(content)
            packed.addfile(member, io.BytesIO(content))
        else:
            raise Refusal(f"--ship: found {path}, which is neither a file nor a folder; remove it, or put a dot before its name")


def _target(link: Path, above: tuple[Path, ...]) -> Path:
    """Return what a link leads to."""
    try:
        target = link.resolve(strict=True)
    except (OSError, RuntimeError):  # the latter for one that leads to itself, before Python 3.13
        raise Refusal(f"--ship: found {link}, a link to {link.readlink()}, where nothing is; remove it") from None
    if not target.is_relative_to(above[0]):
        raise Refusal(f"--ship: found {link}, a link out of the folder, to {target}; put a copy in its place, or remove it")
    if target in above:
        raise Refusal(f"--ship: found {link}, a link to a folder that it is in itself, {target}; remove it")
    return target
