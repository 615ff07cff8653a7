"""The checkpoint that the folder of a training stands for."""

from __future__ import annotations

import contextlib
import errno
import hashlib
import json
import shutil
import sqlite3
import struct
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import quote

_JOURNAL = "run.sqlite"
_SCHEMAS = {"1", "2", "3", "4", "5"}
_SEALED = "5"
"""The version of the schema from which on every row has a digest."""
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
    if journal.is_symlink() or not journal.is_file():
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
    """Open the journal to read, or a copy where it lies in a folder in which nothing may be written: SQLite writes beside it."""
    try:
        connection = _connected(journal)
    except sqlite3.OperationalError:
        with tempfile.TemporaryDirectory(prefix="pba-journal") as folder:
            for end in ("", "-wal"):
                file = journal.with_name(journal.name + end)
                if file.is_file() and not file.is_symlink():
                    shutil.copyfile(file, Path(folder) / file.name)
            with contextlib.closing(_connected(Path(folder) / journal.name)) as connection:
                yield connection
        return
    with contextlib.closing(connection):
        yield connection


def _connected(journal: Path) -> sqlite3.Connection:
    connection = sqlite3.connect(f"file:{quote(str(journal.absolute()))}?mode=ro", uri=True, timeout=5)
    try:
        # The file may come from a stranger: nothing in its schema is run that could do more than keep data.
        connection.execute("PRAGMA trusted_schema = OFF")
        connection.execute("PRAGMA cell_size_check = ON")
        foreign = connection.execute("SELECT type, name FROM sqlite_master WHERE type NOT IN ('table', 'index')").fetchone()
    except BaseException:
        connection.close()
        raise
    if foreign is not None:
        connection.close()
        raise sqlite3.DatabaseError(f"found the {foreign[0]} {foreign[1]}, expected tables and indices alone")
    return connection
