"""Runs of pba in their own processes, moments at which to disturb them, and what they leave behind.

A moment is made when a process starts and asked again and again whether it has come. It is something the run directory
shows, which is watched for, or a time.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import shutil
import signal
import sqlite3
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "cli"))
from case_runner import Failure  # noqa: E402

POLL_SECONDS = 0.0005
# Whether a moment has come.
HasCome = Callable[[], bool]
# What watches for a moment from now on, in a run's folder.
Moment = Callable[[Path], HasCome]
# What a run has left behind, by name.
Left = dict[str, Any]


# --- moments -----------------------------------------------------------------------------------------------------


def identity(path: Path) -> tuple[int, int, int] | None:
    """What changes whenever a file is written or replaced; None where there is no file."""
    try:
        status = path.stat()
    except FileNotFoundError:
        return None
    return status.st_ino, status.st_size, status.st_mtime_ns


def names(folder: Path) -> set[str]:
    try:
        return {path.name for path in folder.iterdir()}
    except FileNotFoundError:
        return set()


def journal_appears(run: Path) -> HasCome:
    return (run / "run.sqlite").exists


def writing(place: str) -> Moment:
    """A file in a folder of the run directory is half-written."""
    return lambda run: lambda: any(name.endswith(".partial") for name in names(run / place))


def new_checkpoints(count: int) -> Moment:
    """So many checkpoints have taken their names since the process started."""

    def moment(run: Path) -> HasCome:
        folder = run / "checkpoints"
        before, seen = names(folder), set()

        def has_come() -> bool:
            seen.update(name for name in names(folder) - before if name.endswith(".safetensors"))
            return len(seen) >= count

        return has_come

    return moment


def changes(file: str, count: int = 1) -> Moment:
    """A file of the run directory has changed so many times since the process started."""

    def moment(run: Path) -> HasCome:
        path = run / file
        last, seen = identity(path), 0

        def has_come() -> bool:
            nonlocal last, seen
            now = identity(path)
            if now != last:
                last, seen = now, seen + 1
            return seen >= count

        return has_come

    return moment


def after(seconds: float) -> Moment:
    def moment(run: Path) -> HasCome:
        deadline = time.monotonic() + seconds
        return lambda: time.monotonic() >= deadline

    return moment


# --- runs --------------------------------------------------------------------------------------------------------


def heed_hangup() -> None:
    """The loss of the terminal counts, even where this program was started by nohup."""
    signal.signal(signal.SIGHUP, signal.SIG_DFL)


class Program:
    def __init__(self, path: str, patience: float) -> None:
        self.path = path
        self.patience = patience  # seconds after which a process is taken to hang

    @contextlib.contextmanager
    def running(self, arguments: Sequence[str], log: Path, output: int | None = None) -> Iterator[subprocess.Popen[bytes]]:
        """The program at work; it is gone afterwards. It prints to the log, its result to `output` if that is given."""
        with open(log, "ab") as errors:
            process = subprocess.Popen(
                [self.path, *arguments], stdout=output or errors, stderr=errors, stdin=subprocess.DEVNULL,
                preexec_fn=heed_hangup)
        try:
            yield process
        finally:
            process.kill()
            process.wait()

    def finish(self, arguments: Sequence[str], log: Path) -> int:
        """Runs to the end and returns the exit code."""
        with self.running(arguments, log) as process:
            return self.end(process, self.patience)

    @staticmethod
    def end(process: subprocess.Popen, seconds: float) -> int:
        """The exit code of a process that must end by itself within so many seconds."""
        try:
            return process.wait(seconds)
        except subprocess.TimeoutExpired:
            raise Failure(f"no end after {seconds:.0f} s") from None

    def wait_for(self, has_come: HasCome, process: subprocess.Popen) -> bool:
        """Whether what is asked for comes before the process ends."""
        deadline = time.monotonic() + self.patience
        while not has_come():
            if process.poll() is not None:
                return False
            if time.monotonic() > deadline:
                raise Failure(f"neither the moment nor the end came in {self.patience:.0f} s")
            time.sleep(POLL_SECONDS)
        return True

    def kill_at(self, moment: Moment, run: Path, arguments: Sequence[str], log: Path) -> bool:
        """Starts the program and kills it when the moment comes; False if the program ended before."""
        has_come = moment(run)
        with self.running(arguments, log) as process:
            self.wait_for(has_come, process)
        if process.returncode not in (0, -signal.SIGKILL):
            raise Failure(f"exit code {process.returncode} without being killed: {tail(log)}")
        return process.returncode == -signal.SIGKILL


def tail(log: Path) -> str:
    lines = [line for line in log.read_text(errors="replace").splitlines() if line.strip()]
    return " | ".join(lines[-3:]) or "nothing printed"


def is_begun(run: Path) -> bool:
    """Whether the journal knows of the run; before that there is nothing to continue, and it is begun again.

    Looks at a copy, as a database that a killed process left is repaired by whoever opens it.
    """
    with tempfile.TemporaryDirectory(prefix="pba-kill-") as folder:
        for file in run.glob("run.sqlite*"):
            shutil.copy(file, folder)
        with contextlib.closing(sqlite3.connect(Path(folder) / "run.sqlite")) as journal:
            try:
                return journal.execute("SELECT count(*) FROM run").fetchone() != (0,)
            except sqlite3.OperationalError:  # its tables are not made yet
                return False


class Case:
    """One command, where it runs, and what it leaves behind."""

    def __init__(self, program: Program, command: list[str], folder: Path, name: str, extra: Sequence[str] = ()) -> None:
        self.program = program
        self.run = folder / name
        self.log = folder / f"{name}.log"
        self.begin = [*command, *extra, "--run", str(self.run)]
        self.resume = [command[0], "--resume", *extra, "--run", str(self.run)]

    def arguments(self) -> list[str]:
        return self.resume if is_begun(self.run) else self.begin

    def undisturbed(self) -> Case:
        code = self.program.finish(self.begin, self.log)
        if code != 0:
            raise Failure(f"exit code {code}: {tail(self.log)}")
        return self

    def killed_at(self, moments: list[Moment]) -> int:
        """Kills at one moment after another, then lets the run end. Returns how often it was really killed."""
        kills = 0
        for moment in moments:
            if not self.program.kill_at(moment, self.run, self.arguments(), self.log):
                break
            kills += 1
        code = self.program.finish(self.arguments(), self.log)
        if code != 0:
            raise Failure(f"exit code {code} when continued: {tail(self.log)}")
        return kills

    def result(self) -> Left:
        checkpoints = sorted(path for path in (self.run / "checkpoints").iterdir())
        metrics = [json.loads(line) for line in (self.run / "metrics.jsonl").read_text().splitlines()]
        for line in metrics:
            if line.pop("seconds", None) is None:
                raise Failure(f"metrics.jsonl has a line without seconds: {line}")
        return {
            "schedule.json": (self.run / "schedule.json").read_bytes(),
            "the checkpoints": {path.name: hashlib.sha256(path.read_bytes()).hexdigest() for path in checkpoints},
            "metrics.jsonl": metrics,
            "the files left in the folder": names(self.run) - {"run.sqlite-wal", "run.sqlite-shm"},
        }


class ComparisonCase(Case):
    """A comparison: its summary, and what its trainings left."""

    def result(self) -> Left:
        trainings = sorted((self.run / "trainings").iterdir())
        return {
            "summary.json": (self.run / "summary.json").read_bytes(),
            "summary.csv": (self.run / "summary.csv").read_bytes(),
            "the schedules": {path.name: path.read_bytes() for path in (self.run / "schedules").iterdir()},
            "the checkpoints": {
                str(path.relative_to(self.run)): hashlib.sha256(path.read_bytes()).hexdigest()
                for training in trainings for path in (training / "checkpoints").iterdir()},
            "the files left in the folder": names(self.run) - {"run.sqlite-wal", "run.sqlite-shm"},
        }


def in_training(number: int, moment: Moment) -> Moment:
    """A moment of one of a comparison's trainings, by its place in the order in which they are begun."""

    def moment_of_comparison(run: Path) -> HasCome:
        before = names(run / "trainings")
        inner = None

        def has_come() -> bool:
            nonlocal inner
            begun = sorted(names(run / "trainings") - before)
            if inner is None and len(begun) > number:
                inner = moment(run / "trainings" / begun[number])
            return inner is not None and inner()

        return has_come

    return moment_of_comparison


def compare(found: Left, expected: Left) -> None:
    wrong = [part for part in expected if found[part] != expected[part]]
    if wrong:
        raise Failure(" and ".join(wrong) + " differ from those of the undisturbed run")
