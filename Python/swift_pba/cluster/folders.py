"""Folders on a node of a cluster: one of each worker's own, and parcels that the workers of a node share.

All lie in one folder of the user's in the node's folder for temporary files. Whoever uses one holds a lock in it, which the
system releases when the process ends in any way. So what a killed process left is found and removed by the next.
One of the modules that are sent to the nodes (`actor.SENT`).
"""

from __future__ import annotations

import contextlib
import fcntl
import os
import re
import shutil
import stat
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path

_UNUSED_SECONDS = 24 * 3600  # a parcel that nobody has used for so long is removed
_LOCK_POLL_SECONDS = 0.05
_FILLING = re.compile(r"filling-([0-9a-f]{40})-.+")


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


def shared_folder(
    folder: Path, digest: str, fill: Callable[[Path], None], is_whole: Callable[[Path], bool] = lambda _: True,
    go_on: Callable[[], None] = lambda: None
) -> Held:
    """Return the folder of what has this digest, filled by the first on this node that asks for it.

    What `is_whole` does not find whole in a folder of before is replaced; others that have it open keep what they had. `go_on`
    is called while this waits for others, and ends that by an error.
    """
    path = folder / f"parcel-{digest[:40]}"
    lock = _open(_lock_of(path))
    try:
        _take(lock, fcntl.LOCK_SH, go_on)
        is_new = False
        while not path.exists():
            _take(lock, fcntl.LOCK_EX, go_on)
            if not path.exists():
                with _filled(path, fill) as filling:
                    filling.rename(path)
                    _sync(folder)
                is_new = True
            # Not one step: in between another may remove the folder.
            _take(lock, fcntl.LOCK_SH, go_on)
        if not is_new and not is_whole(path):
            _mend(path, fill, is_whole, go_on)
        os.utime(_lock_of(path))
    except BaseException:
        os.close(lock)
        raise
    return Held(path, lock)


def filling_of(folder: Path, digest: str) -> Iterator[Path]:
    """Return the folders in which what has this digest is gathered, before it is whole."""
    return folder.glob(f"filling-{digest[:40]}-*")


@contextlib.contextmanager
def _filled(path: Path, fill: Callable[[Path], None]) -> Iterator[Path]:
    """Fill a folder beside that of a parcel, durably; what is left there afterwards is removed.

    Only one process at a time may fill a parcel, so that whatever others have begun is abandoned.
    """
    digest = path.name.removeprefix("parcel-")
    for abandoned in filling_of(path.parent, digest):
        shutil.rmtree(abandoned, ignore_errors=True)
    filling = Path(tempfile.mkdtemp(prefix=f"filling-{digest}-", dir=path.parent))
    try:
        fill(filling)
        for place in [*filling.rglob("*"), filling]:
            _sync(place)
        yield filling
    finally:
        shutil.rmtree(filling, ignore_errors=True)  # it may have filled the disk


def _mend(path: Path, fill: Callable[[Path], None], is_whole: Callable[[Path], bool], go_on: Callable[[], None]) -> None:
    """Replace the files of a parcel that others may have open."""
    with _locked(path.with_name(path.name + ".mending.lock"), go_on):
        if not is_whole(path):
            with _filled(path, fill) as filling:
                for file in filling.iterdir():
                    os.replace(file, path / file.name)
                _sync(path)


def _sync(path: Path) -> None:
    """Have a file, or which names are in a folder, on the disk."""
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


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
    if not (named := _FILLING.fullmatch(filling.name)):
        if _age(filling) >= _UNUSED_SECONDS:
            shutil.rmtree(filling, ignore_errors=True)
        return
    lock = _open(filling.parent / f"parcel-{named[1]}.lock")
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
def _locked(path: Path, go_on: Callable[[], None] = lambda: None) -> Iterator[None]:
    lock = _open(path)
    try:
        _take(lock, fcntl.LOCK_EX, go_on)
        yield
    finally:
        os.close(lock)


def _take(lock: int, kind: int, go_on: Callable[[], None]) -> None:
    """Take a lock when others have left it, in place of one of another kind."""
    while True:
        try:
            return fcntl.flock(lock, kind | fcntl.LOCK_NB)
        except BlockingIOError:
            go_on()
            time.sleep(_LOCK_POLL_SECONDS)
