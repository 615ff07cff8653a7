#!/usr/bin/env python3
"""Gives the real program runs that somebody has changed: links, pipes and folders in place of files, altered journals.

    check_hostile_runs.py --pba PATH

Each must end at once with code 1 and one line that begins with `Error:` and names the file, but for what a command does
not touch, and nothing outside the run may be written or deleted. Needs only Python's standard library.
"""

import contextlib
import os
import shutil
import sqlite3
import subprocess
import tempfile
from collections.abc import Iterator
from functools import partial
from pathlib import Path

from case_runner import Case, Failure, parser_for, run_all

SEARCH = """search --dataset noise:8x8x3 --train-size 48 --validation-size 32 --model wrn_10_1 --epochs 4 --interval 2
  --population 2 --batch-size 16 --cutout 2 --device cpu --concurrency 1 --asynchronous""".split()
TRAINING = """train --dataset noise:8x8x3 --train-size 48 --validation-size 16 --model wrn_10_1 --epochs 2 --batch-size 16
  --cutout 2 --device cpu --threads 1""".split()
EVALUATE = "evaluate --dataset noise:8x8x3 --train-size 48 --validation-size 16 --checkpoint copy".split()
FILES = ["run.sqlite", "run.sqlite-wal", "lock", "metrics.jsonl", "config.yaml", "schedule.json"]
FOLDERS = ["checkpoints"]
# A journal of the version before had no digests, so what somebody writes there shows in other ways.
WITHOUT_DIGESTS = """
  DELETE FROM grdb_migrations WHERE identifier = '5';
  ALTER TABLE run DROP COLUMN digest; ALTER TABLE policy DROP COLUMN digest;
  ALTER TABLE segment DROP COLUMN planDigest; ALTER TABLE segment DROP COLUMN outcomeDigest;
  ALTER TABLE epoch DROP COLUMN digest; ALTER TABLE checkpoint DROP COLUMN digest;
"""
CHANGES = [
    "UPDATE segment SET validationAccuracy = 0.123 WHERE generation = 0",
    "UPDATE policy SET entries = replace(entries, '0 0', '9 9')",
    "DELETE FROM segment WHERE generation = 0 AND trial = 1",
    WITHOUT_DIGESTS + "UPDATE segment SET file = '../../victim/file' WHERE generation = 0",
    WITHOUT_DIGESTS + "UPDATE segment SET generation = 90000 WHERE generation = 1",
    WITHOUT_DIGESTS + "DELETE FROM segment WHERE generation = 0 AND trial = 1",
    WITHOUT_DIGESTS + "UPDATE segment SET parent = 1, parentGeneration = 1 WHERE generation = 1",
    WITHOUT_DIGESTS + "UPDATE segment SET validationAccuracy = 2",
]


class Place:
    """A folder with a finished search, a copy of it to spoil, and files that are not to be touched."""

    def __init__(self, pba: str, folder: Path) -> None:
        self.pba, self.folder = pba, folder
        self.whole, self.copy, self.victim = folder / "whole", folder / "copy", folder / "victim"
        done = self.run([*SEARCH, "--run", "whole"])
        if done.returncode != 0:
            raise SystemExit(f"the search to spoil failed: {done.stderr}")

    def run(self, arguments: list[str]) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [self.pba, *arguments], cwd=self.folder, capture_output=True, text=True, stdin=subprocess.DEVNULL, timeout=60)

    @contextlib.contextmanager
    def spoilt(self, original: str = "whole") -> Iterator[None]:
        for folder in (self.copy, self.victim):
            shutil.rmtree(folder, ignore_errors=True)
        shutil.copytree(self.folder / original, self.copy)
        self.victim.mkdir()
        for name in ("file", "mine.safetensors", "mine.partial"):
            (self.victim / name).write_text("mine")
        yield
        found = {path.name: path.read_text() for path in self.victim.iterdir()}
        if found != dict.fromkeys(("file", "mine.safetensors", "mine.partial"), "mine"):
            raise Failure(f"what is outside the run was changed: {found}")

    def refuses(self, arguments: list[str], expected: list[str]) -> None:
        try:
            done = self.run(arguments)
        except subprocess.TimeoutExpired:
            raise Failure(f"{arguments[0]} does not end") from None
        last = done.stderr.splitlines()[-1] if done.stderr else ""
        if done.returncode != 1 or not last.startswith("Error:") or any(word not in last for word in expected):
            raise Failure(f"{arguments[0]}: code {done.returncode}, {done.stderr[-300:]!r}, expected {expected}")

    def accepts(self, arguments: list[str]) -> None:
        done = self.run(arguments)
        if done.returncode != 0:
            raise Failure(f"{arguments[0]}: {done.stderr[-300:]}")


RESUME, REPORT = ["search", "--resume", "--run", "copy"], ["report", "copy"]


def stands_in(place: Place, name: str, impostor: str) -> None:
    """Something else stands in place of a file or a folder of the run."""
    with place.spoilt():
        path = place.copy / name
        if path.is_dir():
            shutil.rmtree(path)
        path.unlink(missing_ok=True)
        words = {"link": "a symbolic link", "pipe": "a named pipe", "other": "a file" if name in FOLDERS else "a folder"}
        if impostor == "link":
            path.symlink_to(place.victim if name in FOLDERS else place.victim / "file")
        elif impostor == "pipe":
            os.mkfifo(path)
        elif name in FOLDERS:
            path.write_text("")
        else:
            path.mkdir()
        for arguments in (RESUME, REPORT):
            place.refuses(arguments, [f"copy/{name}", f"found {words[impostor]}"])


def is_not_asked_for(place: Place) -> None:
    """Links in place of a page and of curves stop only who writes those."""
    with place.spoilt():
        (place.copy / "report.html").symlink_to(place.victim / "file")
        (place.copy / "tensorboard").symlink_to(place.victim)
        place.accepts(RESUME)
        place.refuses(REPORT, ["copy/report.html is already there and is no report"])
        place.refuses([*RESUME, "--tensorboard"], ["copy/tensorboard", "found a symbolic link"])
        place.accepts([*REPORT, "--force"])
        if (place.copy / "report.html").is_symlink():
            raise Failure("the page is still a link")


def leads_elsewhere(place: Place, impostor: str) -> None:
    """Something else stands in place of a checkpoint of a training, which is then neither read nor taken for none."""
    place.accepts([*TRAINING, "--run", "training"])
    with place.spoilt("training"):
        place.accepts(EVALUATE)
        checkpoint = place.copy / "checkpoints/epoch-00002.safetensors"
        checkpoint.rename(place.folder / "elsewhere.safetensors")
        if impostor == "link":
            checkpoint.symlink_to(place.folder / "elsewhere.safetensors")
        else:
            os.mkfifo(checkpoint)
        words = {"link": "a symbolic link", "pipe": "a named pipe"}[impostor]
        place.refuses(EVALUATE, ["copy/checkpoints/epoch-00002.safetensors", f"found {words}, expected a file"])
        place.refuses([*TRAINING, "--from", "copy", "--run", "next"], ["copy/checkpoints/epoch-00002.safetensors"])
        # Whoever names the file itself means what its name leads to.
        place.accepts([*EVALUATE[:-1], "elsewhere.safetensors"])
        if impostor == "link":
            place.accepts([*EVALUATE[:-1], str(checkpoint)])
    shutil.rmtree(place.folder / "training")


def is_shared(place: Place) -> None:
    """A copy made of hard links keeps what it has while the run goes on."""
    with place.spoilt():
        # Leaves work to do, in the journal and in the files that follow from it.
        alter(place.copy / "run.sqlite", WITHOUT_DIGESTS)
        (place.copy / "schedule.json").unlink()
        snapshot = place.folder / "snapshot"
        shutil.rmtree(snapshot, ignore_errors=True)
        shutil.copytree(place.copy, snapshot, copy_function=os.link)
        before = {path: path.read_bytes() for path in snapshot.rglob("*") if path.is_file()}
        place.accepts(RESUME)
        after = {path: path.read_bytes() for path in snapshot.rglob("*") if path.is_file()}
        if before != after:
            raise Failure(f"the copy was changed: {[path.name for path in before if before[path] != after.get(path)]}")
        if (place.copy / "schedule.json").read_bytes() != (place.whole / "schedule.json").read_bytes():
            raise Failure("schedule.json is another")


def is_altered(place: Place, change: str) -> None:
    """The journal was changed by somebody."""
    with place.spoilt():
        alter(place.copy / "run.sqlite", change)
        for arguments in (RESUME, REPORT):
            place.refuses(arguments, ["copy/run.sqlite: the journal is damaged ("])


def is_of_the_version_before(place: Place) -> None:
    """A journal without digests goes on with the same result."""
    with place.spoilt():
        alter(place.copy / "run.sqlite", WITHOUT_DIGESTS)
        (place.copy / "schedule.json").unlink()
        for arguments in (REPORT, RESUME, REPORT):
            place.accepts(arguments)
        for name in ("schedule.json", "metrics.jsonl"):
            if (place.copy / name).read_bytes() != (place.whole / name).read_bytes():
                raise Failure(f"{name} is another")


def has_lost_its_log(place: Place) -> None:
    """Without SQLite's log the journal is there, and an empty journal is not taken for none."""
    with place.spoilt():
        (place.copy / "run.sqlite").write_bytes(b"")
        for arguments in (RESUME, REPORT):
            place.refuses(arguments, ["copy/run.sqlite: the journal is damaged (it is empty"])
        (place.copy / "run.sqlite").unlink()
        for arguments in (RESUME, REPORT):
            place.refuses(arguments, ["copy/run.sqlite: the journal is damaged (it is missing"])


def alter(journal: Path, change: str) -> None:
    with contextlib.closing(sqlite3.connect(journal)) as database:
        database.execute("PRAGMA ignore_check_constraints = ON")
        database.executescript(change)


def main() -> None:
    pba = parser_for(__doc__).parse_args().pba
    with tempfile.TemporaryDirectory() as name:
        place = Place(pba, Path(name))
        cases: list[Case] = [
            (f"{impostor} in place of {file}", partial(stands_in, place, file, impostor))
            for file in FILES + FOLDERS
            for impostor in ("link", "pipe", "other")
        ]
        cases += [
            (" ".join(change.replace(WITHOUT_DIGESTS, "").split()), partial(is_altered, place, change)) for change in CHANGES
        ]
        cases += [("a journal of the version before", lambda: is_of_the_version_before(place))]
        cases += [("links in place of what is not written", lambda: is_not_asked_for(place))]
        cases += [(f"a {impostor} in place of a training's checkpoint", partial(leads_elsewhere, place, impostor))
                  for impostor in ("link", "pipe")]
        cases += [("a copy made of hard links", lambda: is_shared(place))]
        cases += [("a lost journal", lambda: has_lost_its_log(place))]
        run_all(cases)


if __name__ == "__main__":
    main()
