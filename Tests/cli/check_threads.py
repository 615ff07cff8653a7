#!/usr/bin/env python3
"""Runs the real program where the system gives it few cores or few threads.

    check_threads.py --pba PATH

A program that may use one core counts one. One that is refused threads ends with code 1 and a line that says so, or goes on
with fewer; it never waits for a thread that does not come, and a request to end ends it. Needs only Python's standard library.
"""

import json
import os
import resource
import signal
import subprocess
import tempfile
import time
from functools import partial
from pathlib import Path

from case_runner import Failure, parser_for, require, run_all

SMALL = "--dataset noise:8x8x3 --train-size 48 --validation-size 16 --model wrn_10_1 --batch-size 16 --device cpu".split()
SEARCH = ["search", *SMALL, *"--population 4 --concurrency 4 --epochs 2 --interval 1".split()]
# What each takes part in: workers of a search, of an asynchronous one, of a comparison; OpenMP and the batches' helpers;
# the measurement of a dry run; the decoding of images; the libraries that draw.
COMMANDS = {
    "search": SEARCH,
    "asynchronous search": [*SEARCH, "--asynchronous"],
    "comparison": ["compare", *SMALL, *"--policies none,cutout --seeds 2 --cutout 2 --epochs 1 --concurrency 4".split()],
    "training": ["train", *SMALL, *"--threads 4 --policy none --epochs 1".split()],
    "dry run": [*SEARCH, "--dry-run"],
    "statistics": ["data", "stats"],
    "picture": ["schedule", "plot", "rcifar10"],
}
LIMITS = [*range(1, 11), 14, 30]
# Far more than any of these takes.
PATIENCE = 90


class Limited:
    """A way to start the program so that it gets no more than so many threads."""

    def __init__(self, folder: Path) -> None:
        self.is_root = os.geteuid() == 0
        # The system counts the threads of a user, all programs together. Root has no limit; a user whom nobody else is has
        # nothing else running.
        self.user = 50_000_000 + os.getpid() if self.is_root else os.geteuid()
        if self.is_root:
            os.chmod(folder, 0o777)

    def _others(self) -> int:
        count = 0
        for process in Path("/proc").iterdir():
            try:
                if process.name.isdigit() and process.stat().st_uid == self.user:
                    count += len(list((process / "task").iterdir()))
            except OSError:
                pass  # It has ended.
        return count

    def start(self, command: list, threads: int, folder: Path) -> subprocess.Popen:
        limit = threads if self.is_root else threads + self._others()

        def give_up() -> None:
            resource.setrlimit(resource.RLIMIT_NPROC, (limit, limit))
            resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
            if self.is_root:
                os.setgroups([])
                os.setgid(self.user)
                os.setuid(self.user)

        return subprocess.Popen(command, cwd=folder, preexec_fn=give_up, stdin=subprocess.DEVNULL, text=True,
                                stdout=subprocess.PIPE, stderr=subprocess.PIPE)


def ended(process: subprocess.Popen, what: str) -> tuple:
    try:
        out, err = process.communicate(timeout=PATIENCE)
    except subprocess.TimeoutExpired:
        process.send_signal(signal.SIGTERM)
        try:
            process.communicate(timeout=10)
            raise Failure(f"{what}: still running after {PATIENCE} s; it ended when asked to")
        except subprocess.TimeoutExpired:
            process.kill()
            process.communicate()
            raise Failure(f"{what}: still running after {PATIENCE} s, and deaf to SIGTERM") from None
    return process.returncode, out, err


def check(condition: bool, what: str, shown: object) -> None:
    require(condition, f"{what}: found {shown}")


def check_cores(pba: str, folder: Path) -> None:
    cores = sorted(os.sched_getaffinity(0))
    for some in {tuple(cores[:1]), tuple(cores[-1:]), tuple(cores)}:
        def told(*arguments: str, some: tuple[int, ...] = some) -> dict:
            return json.loads(subprocess.run([pba, *arguments], cwd=folder, check=True, capture_output=True, text=True,
                                             preexec_fn=partial(os.sched_setaffinity, 0, some)).stdout)

        found = told("doctor", "--json", "--data-dir", str(folder))["cores"]
        # A control group may allow less.
        check(1 <= found <= len(some), f"doctor on the cores {some}", found)
        threads = told("train", *SMALL, "--policy", "none", "--epochs", "1", "--run", "dry", "--dry-run", "--json")
        check(threads["settings"]["threads"] == found, f"a training's threads on the cores {some}", threads["settings"])
        trials = told(*SEARCH[:-6], "--population", "8", "--epochs", "1", "--interval", "1", "--run", "dry", "--dry-run",
                      "--json")
        check(trials["cost"]["concurrency"] <= found, f"trials at once on the cores {some}", trials["cost"])
    print(f"cores: {len(cores)} here, and one where the program may use one")


def check_limits(pba: str, folder: Path, limited: Limited) -> None:
    images = folder / "images"
    for name in ("first", "second"):
        (images / name).mkdir(parents=True)
        for number in range(30):
            pixels = bytes((number * 7 + place) % 256 for place in range(3 * 64))
            (images / name / f"{number}.ppm").write_bytes(b"P6 8 8 255\n" + pixels)
    for name, arguments in COMMANDS.items():
        outcomes = []
        for limit in LIMITS:
            run = folder / f"{name.replace(' ', '-')}-{limit}"
            where = {
                "statistics": ["folder:" + str(images), "--data-dir", str(run)], "picture": ["-o", f"{run}.png"],
            }.get(name, ["--run", str(run)])
            began = time.monotonic()
            code, out, err = ended(limited.start([pba, *arguments, *where], limit, folder), f"{name}, {limit} threads")
            shown = (code, err[-2000:])
            check(code in (0, 1), f"{name}, {limit} threads: expected code 0 or 1", shown)
            # OpenMP itself would end the program without saying why.
            check("libgomp" not in err, f"{name}, {limit} threads: expected no word of OpenMP", shown)
            if code == 1:
                errors = [line for line in err.splitlines() if line.startswith("Error: ")]
                check(len(errors) == 1 and "thread" in errors[0] and "ulimit -u" in errors[0],
                      f"{name}, {limit} threads: expected one line that says what is refused", shown)
            outcomes.append(code)
            check(time.monotonic() - began < PATIENCE, f"{name}, {limit} threads: time", time.monotonic() - began)
        check(outcomes[-1] == 0, f"{name}, {LIMITS[-1]} threads: expected code 0", outcomes)
        # More threads are never worse.
        check(outcomes == sorted(outcomes, reverse=True), f"{name}: codes by limits {LIMITS}", outcomes)
        if name in ("search", "asynchronous search", "comparison", "training"):
            check(outcomes[0] == 1, f"{name}, one thread: expected code 1", outcomes)
        refused = [limit for limit, code in zip(LIMITS, outcomes, strict=True) if code == 1]
        print(f"{name}: " + (f"an error with up to {refused[-1]} threads, " if refused else "") + "goes through with more")


def check_fewer_at_once(pba: str, folder: Path, limited: Limited) -> None:
    """A search that gets some of its threads says so and finds what one with all of them finds."""
    schedules = []
    for limit in (4, 30):
        run = folder / f"fewer-{limit}"
        code, _, err = ended(limited.start([pba, *SEARCH, "--run", str(run)], limit, folder), f"{limit} threads")
        check(code == 0, f"a search of 4 at once with {limit} threads", (code, err[-2000:]))
        check(("trials train at once" in err) == (limit == 4), f"what is said with {limit} threads", err[-2000:])
        schedules.append((run / "schedule.json").read_bytes())
    check(schedules[0] == schedules[1], "the schedules of both", "they differ")
    print("fewer threads than trials: said, with the same schedule")


def check_teams(pba: str, folder: Path) -> None:
    """Threads of OpenMP stay between loops of different sizes: what is ended may be refused when it is started again."""
    command = [pba, *COMMANDS["training"][:-1], "1000000", "--run", str(folder / "teams")]
    process = subprocess.Popen(command, cwd=folder, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
                               stderr=subprocess.DEVNULL)
    seen, began = set(), time.monotonic()
    try:
        while not (folder / "teams/metrics.jsonl").exists() or time.monotonic() - began < 2:
            check(process.poll() is None and time.monotonic() - began < PATIENCE, "a training that goes on", process.poll())
            seen.update(task.name for task in Path(f"/proc/{process.pid}/task").iterdir())
    finally:
        process.kill()
        process.wait()
    # Four of OpenMP, as many that see before whether they can be had, the batches' helpers and one that receives signals.
    check(len(seen) <= 16, "a training with 4 threads: expected 16 or fewer from first to last", len(seen))
    print(f"threads stay: {len(seen)} from first to last")


def check_signal(pba: str, folder: Path, limited: Limited) -> None:
    for limit in (4, 30):
        run = folder / f"stopped-{limit}"
        command = [pba, *SEARCH, "--epochs", "100000", "--interval", "50000", "--run", str(run)]
        process = limited.start(command, limit, folder)
        began = time.monotonic()
        while not (run / "run.sqlite").exists() or time.monotonic() - began < 1:
            check(process.poll() is None and time.monotonic() - began < PATIENCE, "a search that goes on",
                  process.poll())
            time.sleep(0.05)
        process.send_signal(signal.SIGTERM)
        code, _, err = ended(process, f"a stopped search, {limit} threads")
        check(code == 128 + signal.SIGTERM and "--resume" in err, f"a stopped search, {limit} threads", (code, err[-2000:]))
    print("a request to end is heard")


def main() -> None:
    pba = parser_for(__doc__).parse_args().pba
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        limited = Limited(folder)
        run_all([
            ("cores that may not be used do not count", lambda: check_cores(pba, folder)),
            ("commands under limits of threads", lambda: check_limits(pba, folder, limited)),
            ("teams of threads", lambda: check_teams(pba, folder)),
            ("fewer trials at once", lambda: check_fewer_at_once(pba, folder, limited)),
            ("a request to end", lambda: check_signal(pba, folder, limited)),
        ])


if __name__ == "__main__":
    main()
