"""The checkpoint that the folder of a training stands for."""

from __future__ import annotations

import contextlib
import errno
import hashlib
import json
import sqlite3
import stat
import struct
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

_JOURNAL = "run.sqlite"
_SCHEMAS = {"1", "2", "3", "4", "5", "6"}
_SEALED = "5"
"""The version of the schema from which on every row has a digest."""
_COPIES, _PAUSE = 5, 0.1
"""How often a copy of the journal is tried, and the seconds between two tries."""
# The columns that a row's digest is over, in their order.
_SEALS = {
    "run": ("id", "kind", "configuration", "version", "finished"),
    "epoch": ("epoch", "metrics"),
    "checkpoint": ("epochs", "file", "size", "sha256"),
}


def checkpoint_file(path: Path) -> Path:
    """Give the file of a checkpoint that is named by itself, or by the folder of the training that made it.

    Of a training that was validated between its epochs it is the best one that is there, of others the newest.

    Parameters
    ----------
    path : Path
        A file or a folder.

    Returns
    -------
    Path
        The file.

    Raises
    ------
    FileNotFoundError
        Where nothing has that name.
    ValueError
        Where the folder holds no training, or none of its checkpoints is there.
    """
    if not path.exists():
        raise FileNotFoundError(errno.ENOENT, "found no checkpoint and no folder of a training", str(path))
    if not path.is_dir():
        return path
    journal = path / _JOURNAL
    if not journal.exists():
        raise ValueError(f"{path}: no run is there; name a checkpoint, or the folder of a training")
    try:
        with _opened(journal) as database:
            epochs, best = _Journal(database, path).checkpoints()
    except (sqlite3.DatabaseError, KeyError, TypeError, json.JSONDecodeError) as error:
        raise ValueError(f"{journal}: the journal is damaged ({error}); restore it from a copy, or name a checkpoint") from None
    files = {count: path / "checkpoints" / _name(count) for count in epochs}
    there = {count: file for count, file in files.items() if file.is_file() and not file.is_symlink()}
    if not there:
        raise ValueError(f"{path}: found no checkpoint of this training, expected one; name a file")
    return there[best if best in there else max(there)]


def _name(epochs: int) -> str:
    return f"epoch-{epochs:05d}.safetensors"


class _Journal:
    """What the journal of a run says; every row is held against its digest."""

    def __init__(self, database: sqlite3.Connection, path: Path) -> None:
        self.database, self.path = database, path
        database.row_factory = sqlite3.Row
        schemas = {row[0] for row in database.execute("SELECT identifier FROM grdb_migrations")}
        if not schemas <= _SCHEMAS:
            raise ValueError(f"{path}: written by a newer version of pba; take the swift_pba of that version")
        self.is_sealed = _SEALED in schemas

    def checkpoints(self) -> tuple[list[int], int | None]:
        """After how many epochs there are checkpoints, and after how many the best was made, if that was asked for."""
        (run,) = self._rows("run")
        if run["kind"] != "train":
            raise ValueError(f"{self.path}: found a {run['kind']} run, expected a train run; name a checkpoint of it")
        epochs = [row["epochs"] for row in self._rows("checkpoint") if row["file"] == _name(row["epochs"])]
        if json.loads(run["configuration"]).get("validateEvery") is None:
            return epochs, None
        accuracies = [json.loads(row["metrics"]).get("validationAccuracy") for row in self._rows("epoch")]
        measured = [accuracy for accuracy in accuracies if accuracy is not None]
        return epochs, accuracies.index(max(measured)) + 1 if measured else None

    def _rows(self, table: str) -> list[sqlite3.Row]:
        columns = _SEALS[table]
        rows = self.database.execute(f"SELECT * FROM {table} ORDER BY {columns[0]}").fetchall()
        if self.is_sealed:
            for row in rows:
                if row["digest"] != _digest(table, [row[column] for column in columns]):
                    raise sqlite3.DatabaseError(
                        f"the row {columns[0]} {row[columns[0]]} of the table {table} is not as it was written"
                    )
        return rows


def _digest(table: str, values: list[Any]) -> int:
    """The first eight bytes of the SHA-256 of the table's name and every value with its type and its length."""
    parts = [table.encode()]
    for value in values:
        if value is None:
            parts.append(b"\0")
        elif isinstance(value, int):
            parts.append(struct.pack(">Bq", 1, value))
        elif isinstance(value, float):
            parts.append(struct.pack(">Bd", 2, value))
        else:
            raw = value.encode() if isinstance(value, str) else value
            parts.append(struct.pack(">BQ", 3 if isinstance(value, str) else 4, len(raw)) + raw)
    return int.from_bytes(hashlib.sha256(b"".join(parts)).digest()[:8], "big", signed=True)


@contextlib.contextmanager
def _opened(journal: Path) -> Iterator[sqlite3.Connection]:
    """Open a copy of the journal, since SQLite makes files beside one even to read it."""
    with tempfile.TemporaryDirectory(prefix="pba-journal") as folder:
        place = Path(folder) / _JOURNAL
        _copy_at_rest(journal, place)
        with contextlib.closing(sqlite3.connect(place)) as connection:
            # The file may come from a stranger: nothing in its schema is run that could do more than keep data.
            connection.execute("PRAGMA trusted_schema = OFF")
            connection.execute("PRAGMA cell_size_check = ON")
            foreign = connection.execute("SELECT type, name FROM sqlite_master WHERE type NOT IN ('table', 'index')").fetchone()
            if foreign is not None:
                raise sqlite3.DatabaseError(f"found the {foreign[0]} {foreign[1]}, expected tables and indices alone")
            yield connection


def _copy_at_rest(journal: Path, place: Path) -> None:
    """Copy the journal and its log, again where they were written meanwhile: one of before and one of after do not fit."""
    for attempt in range(_COPIES):
        time.sleep(_PAUSE if attempt else 0)
        before = _stamps(journal)
        for source, target in zip(_with_log(journal), _with_log(place), strict=True):
            target.unlink(missing_ok=True)
            with contextlib.suppress(FileNotFoundError):
                target.write_bytes(source.read_bytes())
        if _stamps(journal) == before:
            return
    raise ValueError(f"{journal}: it is being written by another process; try again, or name a checkpoint")


def _with_log(journal: Path) -> tuple[Path, Path]:
    return journal, journal.with_name(journal.name + "-wal")


def _stamps(journal: Path) -> list[tuple[int, int, int] | None]:
    """What changes when a file is written or replaced; None where there is none."""
    stamps: list[tuple[int, int, int] | None] = []
    for file in _with_log(journal):
        try:
            status = file.lstat()
        except FileNotFoundError:
            stamps.append(None)
            continue
        if not stat.S_ISREG(status.st_mode):
            raise ValueError(f"{file}: found no regular file, expected the journal of a run")
        stamps.append((status.st_ino, status.st_size, status.st_mtime_ns))
    return stamps
