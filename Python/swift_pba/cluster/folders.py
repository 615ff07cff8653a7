"""Folders on a node of a cluster: one of each worker's own, and parcels that the workers of a node share.

All lie in one folder of the user's in the node's folder for temporary files. Whoever uses one holds a lock in it, which the
system releases when the process ends in any way. So what a killed process left is found and removed by the next.
The bridge sends this module to the nodes by value: it uses nothing but the standard library.
"""

from __future__ import annotations

import contextlib
import fcntl
import os
import shutil
import stat
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path

_UNUSED_SECONDS = 24 * 3600  # a parcel that nobody has used for so long is removed


def root() -> Path:
    """Return the folder of this user's workers; others cannot read or change what is in it."""
    path = Path(tempfile.gettempdir()) / f"swift-pba-{os.getuid()}"
    path.mkdir(mode=0o700, exist_ok=True)
    found = path.lstat()
    if not stat.S_ISDIR(found.st_mode) or found.st_uid != os.getuid() or found.st_mode & 0o077:
        raise OSError(f"{path}: found something that others may change, expected a folder of this user's alone; remove it")
    return path


class Held:
    """A folder with the lock that says that it is in use."""

    def __init__(self, path: Path, lock: int) -> None:
        self.path = path
        self._lock = lock

    def release(self, remove: bool) -> None:
        """Give the folder up, and remove it if nobody else uses it and that is wished."""
        if remove:
            _remove_unused(self.path, self._lock)
        os.close(self._lock)


def own_folder(folder: Path) -> Held:
    """Make a folder that this process alone uses, and remove those of ended processes."""
    with _locked(folder / "lock"):
        _sweep(folder)
        path = Path(tempfile.mkdtemp(prefix="worker-", dir=folder))
        lock = _open(_lock_of(path))
        fcntl.flock(lock, fcntl.LOCK_EX)
    return Held(path, lock)


def shared_folder(folder: Path, digest: str, fill: Callable[[Path], None]) -> Held:
    """Return the folder of what has this digest, filled by the first on this node that asks for it."""
    path = folder / f"parcel-{digest[:40]}"
    lock = _open(_lock_of(path))
    try:
        fcntl.flock(lock, fcntl.LOCK_SH)
        while not path.exists():
            fcntl.flock(lock, fcntl.LOCK_EX)
            if not path.exists():
                filling = Path(tempfile.mkdtemp(prefix=f"filling-{digest[:40]}-", dir=folder))
                try:
                    fill(filling)
                except BaseException:
                    shutil.rmtree(filling, ignore_errors=True)  # it may have filled the disk
                    raise
                filling.rename(path)
            # Not one step: in between another may remove the folder.
            fcntl.flock(lock, fcntl.LOCK_SH)
        os.utime(_lock_of(path))
    except BaseException:
        os.close(lock)
        raise
    return Held(path, lock)


def _sweep(folder: Path) -> None:
    for path in folder.iterdir():
        if path.name.startswith("filling-"):
            _remove_abandoned(path)
        if not path.name.startswith(("worker-", "parcel-")) or path.name.endswith(".lock"):
            continue
        if path.name.startswith("parcel-") and _age(_lock_of(path)) < _UNUSED_SECONDS:
            continue
        lock = _open(_lock_of(path))
        _remove_unused(path, lock)
        os.close(lock)


def _remove_abandoned(filling: Path) -> None:
    """Remove what a process has begun to fill that was killed: nobody has the lock of the parcel."""
    lock = _open(filling.parent / f"parcel-{filling.name.split('-')[1]}.lock")
    with contextlib.suppress(OSError):
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        shutil.rmtree(filling, ignore_errors=True)
    os.close(lock)


def _age(path: Path) -> float:
    try:
        return time.time() - path.stat().st_mtime
    except FileNotFoundError:
        return float("inf")


def _remove_unused(path: Path, lock: int) -> None:
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:  # in use
        return
    # One step, so that nobody finds a half of it.
    with contextlib.suppress(OSError):
        path.rename(Path(tempfile.mkdtemp(prefix="removed-", dir=path.parent)) / "it")
    for removed in path.parent.glob("removed-*"):
        shutil.rmtree(removed, ignore_errors=True)
    if path.name.startswith("worker-"):  # the lock of a parcel stays, as others may wait for it
        with contextlib.suppress(OSError):
            _lock_of(path).unlink()


def _lock_of(path: Path) -> Path:
    return path.with_name(path.name + ".lock")


def _open(path: Path) -> int:
    return os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)


@contextlib.contextmanager
def _locked(path: Path) -> Iterator[None]:
    lock = _open(path)
    try:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield
    finally:
        os.close(lock)
