"""Checkpoints: the folder that a trainer writes as one tar, whose bytes follow from the content alone."""

from __future__ import annotations

import hashlib
import os
import secrets
import stat
import tarfile
from pathlib import Path, PurePosixPath
from typing import IO


class BadCheckpoint(Exception):
    """A file to start from that is not what a worker wrote."""


class BadOutput(Exception):
    """A folder that cannot become a checkpoint."""


class _Hashing:
    """A file that is written from the beginning to the end, and its digest."""

    def __init__(self, file: IO[bytes]) -> None:
        self.file, self.size, self.digest = file, 0, hashlib.sha256()

    def write(self, piece: bytes) -> int:
        self.digest.update(piece)
        self.size += len(piece)
        return self.file.write(piece)

    def tell(self) -> int:
        return self.size


def pack(folder: Path, output: Path) -> tuple[str, int]:
    """Write a folder's content as a tar, which appears under its name when it is whole.

    Returns
    -------
    digest : str
        The SHA-256 of the tar in hexadecimal.
    size : int
        Its bytes.

    Raises
    ------
    BadOutput
        If the folder is empty, or holds something that is neither a regular file nor a folder.
    """
    members = sorted(_members(folder, PurePosixPath()), key=lambda member: os.fsencode(member[0].name))
    if not any(member.isfile() for member, _ in members):
        raise BadOutput(
            "found no file in segment.output after train(), expected the checkpoint: save everything there that is needed to "
            "continue, such as weights, optimizer and learning rate schedule")
    # The end of the name is one by which a coordinator finds what a killed process has left.
    temporary = output.with_name(f"{output.name}.{secrets.token_hex(8)}.partial")
    try:
        with open(temporary, "xb") as file:
            hashing = _Hashing(file)
            with tarfile.TarFile(fileobj=hashing, mode="w", format=tarfile.PAX_FORMAT) as archive:  # type: ignore[arg-type]
                for member, path in members:
                    if path is None:
                        archive.addfile(member)
                        continue
                    with open(path, "rb") as source:
                        archive.addfile(member, source)
        os.rename(temporary, output)
    except BaseException:
        temporary.unlink(missing_ok=True)
        raise
    return hashing.digest.hexdigest(), hashing.size


def _members(folder: Path, place: PurePosixPath) -> list[tuple[tarfile.TarInfo, Path | None]]:
    found: list[tuple[tarfile.TarInfo, Path | None]] = []
    for entry in os.scandir(folder):
        name = place / entry.name
        status = entry.stat(follow_symlinks=False)
        member = tarfile.TarInfo(str(name))
        if stat.S_ISDIR(status.st_mode):
            member.type, member.mode = tarfile.DIRTYPE, 0o755
            found.append((member, None))
            found += _members(Path(entry.path), name)
        elif stat.S_ISREG(status.st_mode):
            member.size, member.mode = status.st_size, 0o644
            found.append((member, Path(entry.path)))
        else:
            kind = f"a link to {os.readlink(entry.path)}" if stat.S_ISLNK(status.st_mode) else "neither a file nor a folder"
            raise BadOutput(f"segment.output: found {name}, {kind}, expected files and folders alone: write the file itself")
    return found


def unpack(file: Path, folder: Path) -> None:
    """Write what a tar of :func:`pack` holds into a folder.

    Raises
    ------
    BadCheckpoint
        If there is no such file, or it is no such tar.
    """
    try:
        with tarfile.open(file, "r:") as archive:
            members = archive.getmembers()
            _check(members)
            if hasattr(tarfile, "data_filter"):
                archive.extractall(folder, members, filter="data")
            else:
                archive.extractall(folder, members)
    except (tarfile.TarError, OSError, EOFError, ValueError, KeyError) as error:
        if isinstance(error, OSError) and error.filename is not None and not str(error.filename).startswith(str(file)):
            raise  # the disk to which it is written is full, and the like
        raise BadCheckpoint(
            f"found {file} that is not a checkpoint of a trainer ({error}), expected the tar that a worker wrote") from None


def _check(members: list[tarfile.TarInfo]) -> None:
    """Refuse what `pack` does not write."""
    kinds: dict[PurePosixPath, bool] = {}
    for member in members:
        name = PurePosixPath(member.name)
        if not member.isreg() and not member.isdir():
            raise tarfile.TarError(f"{member.name!r} is neither a file nor a folder")
        if not name.parts or name.is_absolute() or ".." in name.parts or "\0" in member.name:
            raise tarfile.TarError(f"the name {member.name!r} leads out of it")
        if name in kinds or any(kinds.get(parent) for parent in name.parents):
            raise tarfile.TarError(f"the name {member.name!r} stands for two things")
        kinds[name] = member.isreg()
