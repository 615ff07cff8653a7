#!/usr/bin/env python3
"""Kills real runs of pba with SIGKILL at many moments, continues them, and compares with runs left in peace.

    kill_and_resume.py --pba PATH [--seed N] [--keep FOLDER]

A search must end with the same schedule.json and the same checkpoints, byte for byte, and a training with the same
checkpoints; metrics.jsonl must say the same but for the seconds. A moment is something the run directory shows, which
is watched for; or a time, drawn from a fixed seed as a share of how long the undisturbed run took. Needs only Python's
standard library. Prints a line a case and a closing line `N passed, M failed`; exits 1 if any failed.
"""

import argparse
import contextlib
import hashlib
import json
import random
import shutil
import signal
import sqlite3
import subprocess
import sys
import tempfile
import time
from pathlib import Path

# Everything is computed on the CPU, where results repeat bit for bit.
SEARCH = """search --dataset bundled --train-size 256 --validation-size 200 --model wrn_10_1 --population 4 --epochs 6
  --interval 2 --batch-size 64 --device cpu""".split()
TRAINING = """train --dataset bundled --train-size 256 --model wrn_10_1 --epochs 4 --batch-size 64 --policy rcifar10
  --device cpu""".split()
POLL_SECONDS = 0.0005
RANDOM_KILLS = 4


class Failure(Exception):
    """What a case found wrong."""


# --- moments: made when a process starts, asked again and again whether they have come ---------------------------


def identity(path):
    """What changes whenever a file is written or replaced; None where there is no file."""
    try:
        status = path.stat()
    except FileNotFoundError:
        return None
    return status.st_ino, status.st_size, status.st_mtime_ns


def names(folder):
    try:
        return {path.name for path in folder.iterdir()}
    except FileNotFoundError:
        return set()


def journal_appears(run):
    return (run / "run.sqlite").exists


def writing(place):
    """A file in a folder of the run directory is half-written."""
    return lambda run: lambda: any(name.endswith(".partial") for name in names(run / place))


def new_checkpoints(count):
    """So many checkpoints have taken their names since the process started."""

    def moment(run):
        folder = run / "checkpoints"
        before, seen = names(folder), set()

        def has_come():
            seen.update(name for name in names(folder) - before if name.endswith(".safetensors"))
            return len(seen) >= count

        return has_come

    return moment


def changes(file, count=1):
    """A file of the run directory has changed so many times since the process started."""

    def moment(run):
        path = run / file
        last, seen = identity(path), 0

        def has_come():
            nonlocal last, seen
            now = identity(path)
            if now != last:
                last, seen = now, seen + 1
            return seen >= count

        return has_come

    return moment


def after(seconds):
    def moment(run):
        deadline = time.monotonic() + seconds
        return lambda: time.monotonic() >= deadline

    return moment


# --- runs --------------------------------------------------------------------------------------------------------


class Program:
    def __init__(self, path, patience):
        self.path = path
        self.patience = patience  # seconds after which a process is taken to hang

    def start(self, arguments, log):
        with open(log, "ab") as output:
            return subprocess.Popen([self.path, *arguments], stdout=output, stderr=output, stdin=subprocess.DEVNULL)

    def finish(self, arguments, log):
        """Runs to the end and returns the exit code."""
        process = self.start(arguments, log)
        try:
            return process.wait(self.patience)
        except subprocess.TimeoutExpired:
            raise Failure(f"no end after {self.patience:.0f} s") from None
        finally:
            process.kill()
            process.wait()

    def kill_at(self, moment, run, arguments, log):
        """Starts the program and kills it when the moment comes; False if the program ended before."""
        has_come = moment(run)
        deadline = time.monotonic() + self.patience
        process = self.start(arguments, log)
        try:
            while not has_come():
                if process.poll() is not None:
                    return self.ended(process, log)
                if time.monotonic() > deadline:
                    raise Failure(f"neither the moment nor the end came in {self.patience:.0f} s")
                time.sleep(POLL_SECONDS)
        finally:
            process.kill()
            process.wait()
        return process.returncode == -signal.SIGKILL or self.ended(process, log)

    @staticmethod
    def ended(process, log):
        if process.returncode != 0:
            raise Failure(f"exit code {process.returncode} without being killed: {tail(log)}")
        return False


def tail(log):
    lines = [line for line in log.read_text(errors="replace").splitlines() if line.strip()]
    return " | ".join(lines[-3:]) or "nothing printed"


def is_begun(run):
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

    def __init__(self, program, command, folder, name, extra=()):
        self.program = program
        self.run = folder / name
        self.log = folder / f"{name}.log"
        self.begin = [*command, *extra, "--run", str(self.run)]
        self.resume = [command[0], "--resume", *extra, "--run", str(self.run)]

    def arguments(self):
        return self.resume if is_begun(self.run) else self.begin

    def undisturbed(self):
        code = self.program.finish(self.begin, self.log)
        if code != 0:
            raise Failure(f"exit code {code}: {tail(self.log)}")
        return self

    def killed_at(self, moments):
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

    def result(self):
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


def compare(found, expected):
    wrong = [part for part in expected if found[part] != expected[part]]
    if wrong:
        raise Failure(" and ".join(wrong) + " differ from those of the undisturbed run")


# --- cases -------------------------------------------------------------------------------------------------------

# Name, moments one after another, further options. Moments count from the start of the process they end.
SEARCH_CASES = [
    ("as the journal appears", [journal_appears], ()),
    ("as the journal appears, three times over", [journal_appears] * 3, ()),
    ("while the settings or the schedule are half-written", [writing(".")] * 2, ()),
    ("while a checkpoint is half-written", [writing("checkpoints")], ()),
    ("while a checkpoint is half-written, four times over", [writing("checkpoints")] * 4, ()),
    ("after the 1st checkpoint", [new_checkpoints(1)], ()),
    ("after the 4th checkpoint", [new_checkpoints(4)], ()),
    ("after every 2nd checkpoint", [new_checkpoints(2)] * 5, ()),
    ("as schedule.json is first written", [changes("schedule.json")], ()),
    ("whenever schedule.json changes", [changes("schedule.json")] * 2, ()),
    ("as metrics.jsonl grows", [changes("metrics.jsonl")] * 2, ()),
    ("after the 7th checkpoint, one trial at a time", [new_checkpoints(7)], ("--concurrency", "1")),
]
TRAINING_CASES = [
    ("as the journal appears", [journal_appears], ()),
    ("while a checkpoint is half-written", [writing("checkpoints")] * 2, ()),
    ("after the 1st and the next 2nd checkpoint", [new_checkpoints(1), new_checkpoints(2)], ()),
    ("as metrics.jsonl grows", [changes("metrics.jsonl")] * 2, ()),
]


def random_moments(generator, duration):
    return [after(duration * generator.uniform(0.02, 0.6)) for _ in range(RANDOM_KILLS)]


class Report:
    def __init__(self):
        self.passed = self.failed = 0

    def attempt(self, name, body):
        """Runs one case and prints how it went; returns what the body returns, None if it failed."""
        started = time.monotonic()
        try:
            value, remark = body()
        except Failure as failure:
            self.failed += 1
            print(f"FAIL {name}: {failure}", flush=True)
            return None
        self.passed += 1
        print(f"ok   {name} ({remark}{time.monotonic() - started:.1f} s)", flush=True)
        return value


def run_cases(kind, command, options, cases, random_cases, program, folder, generator, report):
    """Runs one command undisturbed and then killed in every way; `options` are those of the first and most."""

    def undisturbed():
        started = time.monotonic()
        result = Case(program, command, folder, f"{kind}-undisturbed", options).undisturbed().result()
        return (result, time.monotonic() - started), ""

    reference = report.attempt(f"{kind} undisturbed", undisturbed)
    if reference is None:
        return
    expected, duration = reference

    def disturbed(name, moments, extra=None):
        case = Case(program, command, folder, f"{kind}-{name}", extra or options)
        kills = case.killed_at(moments)
        compare(case.result(), expected)
        return kills

    def watched(name, moments, extra):
        kills = disturbed(name, moments, extra)
        if kills < len(moments):
            raise Failure(f"the run ended before it was killed {len(moments)} times; it was {kills} times")
        return True, f"killed {kills} times, "

    def timed(name):
        # The machine may have become faster since the undisturbed run; then the times are drawn shorter.
        for halvings in range(6):
            kills = disturbed(f"{name}-{halvings}", random_moments(generator, duration / 2**halvings))
            if kills:
                return True, f"killed {kills} times, "
        raise Failure("the run always ended before it could be killed")

    for number, (name, moments, extra) in enumerate(cases):
        report.attempt(f"{kind} killed {name}", lambda: watched(number, moments, extra))
    for number in range(random_cases):
        report.attempt(f"{kind} killed at random times", lambda: timed(f"random-{number}"))


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--pba", required=True, help="the program")
    parser.add_argument("--seed", type=int, default=0, help="what the random times are drawn from")
    parser.add_argument("--patience", type=float, default=300, help="seconds after which a process is taken to hang")
    parser.add_argument("--keep", type=Path, help="an empty folder for the runs, kept; otherwise they are deleted")
    options = parser.parse_args()
    pba = Path(options.pba).resolve()
    if not pba.is_file():
        parser.error(f"{options.pba}: no such program; build it with: swift build -c release")
    program = Program(str(pba), options.patience)
    generator = random.Random(options.seed)
    report = Report()

    def run(folder):
        search = ("--concurrency", "2")
        run_cases("search", SEARCH, search, SEARCH_CASES, 3, program, folder, generator, report)
        run_cases("training", TRAINING, (), TRAINING_CASES, 2, program, folder, generator, report)

    if options.keep:
        options.keep.mkdir(parents=True, exist_ok=True)
        if any(options.keep.iterdir()):
            parser.error(f"{options.keep}: not empty; name a new folder")
        run(options.keep)
    else:
        with tempfile.TemporaryDirectory(prefix="pba-kill-") as folder:
            run(Path(folder))
    print(f"{report.passed} passed, {report.failed} failed")
    sys.exit(1 if report.failed else 0)


if __name__ == "__main__":
    main()
