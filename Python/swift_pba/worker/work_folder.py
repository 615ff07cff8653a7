"""Temporary folders of workers, which are removed also when a worker was killed."""

from __future__ import annotations

import contextlib
import fcntl
import os
import shutil
import stat
import tempfile
import time
from pathlib import Path

_PREFIX = "swift-pba-worker-"
#: Before it is locked a folder has another name, for a moment; after so many seconds it is a leftover.
_NEW_FOR = 3600.0


class WorkFolder:
    """A temporary folder of this process. It is locked as long as the process lives, by which others know that it is in use."""

    def __init__(self) -> None:
        # The lock is taken before the folder has a name that others look at.
        made = Path(tempfile.mkdtemp(prefix=f"new-{_PREFIX}"))
        self._lock = os.open(made / "lock", os.O_RDWR | os.O_CREAT, 0o600)
        fcntl.flock(self._lock, fcntl.LOCK_EX)
        self.path = made.with_name(made.name.removeprefix("new-"))
        os.rename(made, self.path)
        os.register_at_fork(after_in_child=self._leave)

    def __enter__(self) -> Path:
        return self.path

    def __exit__(self, *_: object) -> None:
        self.remove()

    def _leave(self) -> None:
        """Give up the lock; also in a child of a fork, which may live longer."""
        if self._lock >= 0:
            os.close(self._lock)
        self._lock = -1

    def empty(self, name: str) -> Path:
        """Make an empty folder in it, in place of one of that name."""
        path = self.path / name
        shutil.rmtree(path, ignore_errors=True)
        path.mkdir()
        return path

    def clear(self) -> None:
        """Remove what is in it."""
        for entry in os.scandir(self.path):
            if entry.name != "lock":
                shutil.rmtree(entry.path, ignore_errors=True)

    def remove(self) -> None:
        """Remove it."""
        shutil.rmtree(self.path, ignore_errors=True)
        self._leave()


def remove_leftovers() -> None:
    """Remove the folders of this user's workers that were killed."""
    folder = Path(tempfile.gettempdir())
    for path in folder.glob(f"new-{_PREFIX}*"):
        with contextlib.suppress(OSError):
            status = path.lstat()
            if stat.S_ISDIR(status.st_mode) and status.st_uid == os.getuid() and time.time() - status.st_mtime > _NEW_FOR:
                shutil.rmtree(path, ignore_errors=True)
    for path in folder.glob(f"{_PREFIX}*"):
        with contextlib.suppress(OSError):
            if path.is_symlink() or path.stat().st_uid != os.getuid():
                continue
            lock = os.open(path / "lock", os.O_RDWR | os.O_NOFOLLOW)
            try:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
                shutil.rmtree(path, ignore_errors=True)
            finally:
                os.close(lock)
