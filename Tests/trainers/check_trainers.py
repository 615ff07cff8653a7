"""Searches with a user's trainer in Python, by real worker processes: to the schedule, killed and resumed, with each mistake that
a user can make."""

import html
import json
import os
import re
import shlex
import shutil
import signal
import sqlite3
import subprocess
import sys
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

for folder in ("cli", "kill"):
    sys.path.insert(0, str(Path(__file__).resolve().parents[1] / folder))
from case_runner import Failure, refused, require, run_cases, succeeded, tell  # noqa: E402
from runs import is_begun  # noqa: E402

TINY = Path(__file__).resolve().parent / "tiny.py"
TUNE = ["--tune", "rate=1e-2:1:log", "--tune", "decay=0:2"]
WAIT_SECONDS = 60


class Search:
    """A search with the tiny trainer in a folder of its own."""

    def __init__(self, program: str, folder: Path) -> None:
        self.program, self.folder, self.run = program, folder, folder / "run"
        self.file = folder / "tiny.py"
        shutil.copy(TINY, self.file)

    @property
    def environment(self) -> dict[str, str]:
        # The Python of this script has numpy. The other variable is how workers of this search are found.
        return os.environ | {"PBA_PYTHON": sys.executable, "PBA_TEST": str(self.folder)}

    def arguments(self, *more: str, trainer: str | None = None, run: Path | None = None, **config: Any) -> list[str]:
        settings = json.dumps({"rate": 0.1, "decay": 1} | config)
        return [
            "search", "--trainer", trainer or f"{self.file}:Tiny", "--trainer-config", settings, "--run", str(run or self.run),
            "--epochs", "6", "--interval", "2", "--population", "4", "--workers", "2", "--seed", "5", *more]

    def call(self, *arguments: str, environment: Mapping[str, str] | None = None) -> subprocess.CompletedProcess[str]:
        done = subprocess.run(
            [self.program, *arguments], env=self.environment | dict(environment or {}), capture_output=True, text=True,
            timeout=WAIT_SECONDS)
        require(not workers_of(self), f"workers are left by {arguments}")
        return done

    def resume(self, *more: str) -> subprocess.CompletedProcess[str]:
        return self.call("search", "--resume", "--run", str(self.run), *more)

    def results(self, run: Path | None = None) -> dict[str, Any]:
        """What a search leaves, without its times."""
        run = run or self.run
        lines = [json.loads(line) for line in (run / "metrics.jsonl").read_text().splitlines()]
        return {
            "schedule": (run / "schedule.json").read_bytes(), "metrics": [line | {"seconds": 0} for line in lines],
            "checkpoints": {file.name: file.read_bytes() for file in (run / "checkpoints").iterdir()}}


def whole(search: Search, *more: str, **config: Any) -> dict[str, Any]:
    """The results of a search that nothing disturbs."""
    run = search.folder / "whole"
    succeeded(search.call(*search.arguments(*more, run=run, **config)))
    return search.results(run)


def workers_of(search: Search) -> list[int]:
    """The processes of this search's workers."""
    return processes_of(search, b"swift_pba.worker")


def processes_of(search: Search, module: bytes) -> list[int]:
    """The processes of this search that run a module of the package."""
    found = []
    for entry in Path("/proc").iterdir():
        if not entry.name.isdigit():
            continue
        try:
            words = (entry / "cmdline").read_bytes().split(b"\0")
            variables = (entry / "environ").read_bytes()
        except OSError:
            continue
        if module in words and f"PBA_TEST={search.folder}".encode() in variables.split(b"\0"):
            found.append(int(entry.name))
    return found


def check_a_search_ends_with_a_schedule(search: Search) -> None:
    """A search ends with a schedule that names trainer and tuned values, and a report shows them"""
    done = search.call(*search.arguments(*TUNE, "--metric", "loss", "--mode", "min", "--tensorboard"))
    printed = succeeded(done)
    tell(printed, "best trial", "loss", "rate", "decay", "schedule")
    schedule = json.loads((search.run / "schedule.json").read_text())
    origin = schedule["provenance"]
    require(schedule["epochs"] == 6, f"found {schedule['epochs']} epochs")
    require(origin["trainer"] == "tiny.py:Tiny" and origin["scoreName"] == "loss", f"found {origin}")
    require(origin["direction"] == "minimize", f"found {origin}")
    require(sum(step["epochs"] for step in origin["tuned"]) == 6, f"found {origin['tuned']}")
    lines = search.results()["metrics"]
    require(len(lines) == 12, f"found {len(lines)} lines")
    last = [line for line in lines if line["generation"] == 2]
    best = min(last, key=lambda line: (line["score"], line["trial"]))
    require(best["trial"] == origin["trial"] and best["score"] == origin["score"], f"found {origin}, expected {best}")
    require(best["tuned"] == origin["tuned"][-1]["values"], f"found {origin['tuned']}")
    for line in lines:
        require(line["metrics"].keys() == {"score", "distance"} and "trainLoss" in line, f"found {line}")
        require(0.01 <= line["tuned"]["rate"] <= 1 and 0 <= line["tuned"]["decay"] <= 2, f"found {line}")
    require("what is printed harms nothing" in done.stderr, "what the trainer printed was lost")
    require(sorted(search.results()["checkpoints"]) == [f"g0002-t000{trial}.tar" for trial in range(4)], "other checkpoints")
    events = b"".join(file.read_bytes() for file in (search.run / "tensorboard").rglob("*tfevents*"))
    for tag in (b"tuned/rate", b"tuned/decay", b"metrics/distance", b"loss/train"):
        require(tag in events, f"no curve {tag.decode()}")
    succeeded(search.call("schedule", "validate", str(search.run / "schedule.json")))
    page = search.folder / "report.html"
    succeeded(search.call("report", str(search.run), "-o", str(page)))
    tell(page.read_text(), "Tuned hyperparameters", "rate", "decay", "distance", "tiny.py:Tiny", "--tune")


def check_settings_of_a_run_begin_the_same_search(search: Search) -> None:
    """The config.yaml of a search, given back, begins the same search"""
    # Longer than a line of the file, with what YAML and shells take for their own.
    note = "it's \"long\": " + "a  word, # and {another}; " * 8
    expected = whole(search, *TUNE, "--asynchronous", "--workers", "1", note=note, nested={"list": [1, 2.5, None, True]})
    file = search.folder / "whole" / "config.yaml"
    succeeded(search.call("search", "--config", str(file), "--run", str(search.run)))
    require(search.results() == expected, "another search")


def check_the_number_of_workers_changes_nothing(search: Search) -> None:
    """One worker, two and more than there are trials give the same bytes"""
    expected = whole(search, *TUNE)
    for count in ("1", "7"):
        succeeded(search.call(*search.arguments(*TUNE, "--workers", count)))
        require(search.results() == expected, f"another result with {count}")
        shutil.rmtree(search.run)


def check_the_command_of_a_report_begins_the_same_search(search: Search) -> None:
    """The command line in a report begins the same search"""
    expected = whole(search, *TUNE, note="it's \"quoted\" $HOME")
    page = search.folder / "report.html"
    succeeded(search.call("report", str(search.folder / "whole"), "-o", str(page)))
    found = re.search(r"<pre><code>(.*?)</code></pre>", page.read_text(), re.DOTALL)
    require(found, "no command in the report")
    assert found is not None
    command = shlex.split(html.unescape(re.sub("<[^>]*>", "", found[1])))
    require(command[:2] == ["pba", "search"] and command[-2:] == ["--run", "NEW"], f"found {command}")
    succeeded(search.call(*command[1:-1], str(search.run)))
    require(search.results() == expected, "another search")


def check_killed_and_resumed(search: Search) -> None:
    """Killed at several moments and resumed, a search ends with the same bytes, and leaves no worker"""
    expected = whole(search, *TUNE, pause=0.02)
    arguments = search.arguments(*TUNE, pause=0.02)
    def begun() -> bool:
        # A journal without a run in it cannot be resumed.
        return (search.run / "run.sqlite").exists() and is_begun(search.run)

    attempts = kills = 0
    end = time.monotonic() + 4 * WAIT_SECONDS
    while True:
        command = [search.program, *(["search", "--resume", "--run", str(search.run)] if begun() else arguments)]
        process = subprocess.Popen(command, env=search.environment, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)
        try:
            # Each life is longer than the one before, so that the search comes to its end, also where its start takes long.
            _, words = process.communicate(timeout=0.45 + 0.1 * attempts)
            require(process.returncode == 0, f"exit code {process.returncode}: {words.decode()[-400:]}")
            break
        except subprocess.TimeoutExpired:
            process.send_signal(signal.SIGKILL)
            process.communicate()
            attempts += 1
            kills += begun()
        require(time.monotonic() < end, f"no end after {attempts} lives of the search, {kills} of them killed while it trained")
    require(kills > 0, "it ended before it was killed")
    require(search.results() == expected, "another result")
    wait_until(lambda: not workers_of(search), "workers are left")


def check_a_worker_that_dies(search: Search) -> None:
    """A worker that dies is replaced, and changes nothing"""
    expected = whole(search)
    once = search.folder / "once"
    done = search.call(*search.arguments(once=str(once)))
    succeeded(done)
    tell(done.stderr, "Killed", "trying again, attempt 2")
    require(once.exists() and search.results() == expected, "another result")


def check_an_error_of_the_user(search: Search) -> None:
    """An error in the user's file ends the search with its frames; mended, it continues"""
    expected = whole(search)
    done = search.call(*search.arguments(fault="an error"))
    refused(done, "trial 1, generation 2", "ZeroDivisionError", "continue with --resume")
    tell(done.stderr, "tiny.py, line", "in broken", "in train")
    require("swift_pba/worker" not in done.stderr, f"frames of others: {done.stderr}")
    search.file.write_text(search.file.read_text().replace("len([])", "1e-300").replace('fault == "an error"', "False"))
    done = search.resume()
    succeeded(done)
    tell(done.stderr, "is not as it was")
    require(search.results() == expected, "another result")
    # Said once: the run knows the new file.
    require("is not as it was" not in search.resume().stderr, "said again")


def check_what_train_returns(search: Search) -> None:
    """A result of another type is an error that says what was found"""
    for fault, words in [
        ("a text", ("score", "'good'")), ("a list", ("[1, 2]", "dict")), ("no score", ("'loss'", "'score'")),
    ]:
        done = search.call(*search.arguments(fault=fault))
        refused(done, "trial 1, generation 2", *words)
        shutil.rmtree(search.run)


def check_a_score_that_is_not_a_number(search: Search) -> None:
    """A score that is not a number is the trial's failure, and it copies another"""
    done = search.call(*search.arguments(fault="not a number"))
    succeeded(done)
    tell(done.stderr, "trial 1 failed and will be replaced", "score is nan")
    lines = {(line["generation"], line["trial"]): line for line in search.results()["metrics"]}
    require("failed" in lines[1, 1] and "score" not in lines[1, 1], f"found {lines[1, 1]}")
    require(lines[2, 1]["parent"] != 1, f"found {lines[2, 1]}")
    shutil.rmtree(search.run)
    succeeded(search.call(*search.arguments(fault="a figure that is none")))
    lines = {(line["generation"], line["trial"]): line for line in search.results()["metrics"]}
    require(lines[1, 1]["metrics"].keys() == {"loss"}, f"found {lines[1, 1]}")


def check_mistakes_leave_no_folder(search: Search) -> None:
    """What is wrong with file, class and settings is found before the run's folder is made"""
    python = {"PBA_PYTHON": "/nowhere/python3"}
    bare = search.folder / "bare"
    bare.write_text(f'#!/bin/sh\nexec {sys.executable} -S -E "$@"\n')
    bare.chmod(0o755)
    cases: list[tuple[list[str], Mapping[str, str], tuple[str, ...]]] = [
        (search.arguments(trainer="/nowhere/t.py"), {}, ("--trainer", "no such file", "pba trainer init")),
        (search.arguments(trainer=f"{search.file}:None_"), {}, ("None_", "Tiny, Other")),
        (search.arguments(trainer=str(search.file)), {}, ("Tiny, Other",)),
        (search.arguments(fault="at the start"), {}, ("KeyError", "no such folder")),
        (search.arguments("--dataset", "noise:8x8x3"), {}, ("--dataset", "together with --trainer")),
        (search.arguments("--batch-size", "8"), {}, ("--batch-size", "--trainer-config")),
        (search.arguments("--concurrency", "2"), {}, ("--concurrency", "--workers")),
        (search.arguments("--tune", "momentum=0:1"), {}, ("--tune", "momentum", "--trainer-config")),
        (search.arguments("--tune", "rate=1:0"), {}, ("--tune", "rate=1:0", "LOW:HIGH")),
        (search.arguments("--tune", "rate=0:1", "--tune", "rate=0:2"), {}, ("--tune", "rate", "once")),
        (search.arguments(), python, ("PBA_PYTHON", "/nowhere/python3")),
        (search.arguments(), {"PBA_PYTHON": str(bare)}, ("cannot load swift_pba", "pip install swift-pba")),
    ]
    for arguments, variables, words in cases:
        done = search.call(*arguments, environment=variables)
        require(done.returncode in (1, 64), f"exit code {done.returncode}: {done.stderr}")
        error = [line for line in done.stderr.splitlines() if line.startswith("Error:")]
        require(len(error) == 1, f"found {done.stderr}")
        tell(error[0], *words)
        require(not search.run.exists(), f"a folder is left by {arguments}")


def check_a_moved_file(search: Search) -> None:
    """A trainer that was moved is named again; its class and the settings stay"""
    expected = whole(search)
    succeeded(search.call(*search.arguments(run=search.run)))
    with sqlite3.connect(search.run / "run.sqlite") as journal:
        require(journal.execute("SELECT finished FROM run").fetchone() == (1,), "it has not ended")
    shutil.rmtree(search.run)
    process = subprocess.Popen(
        [search.program, *search.arguments(pause=0.05)], env=search.environment, stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL)
    wait_until(lambda: (search.run / "schedule.json").exists(), "no first generation")
    process.send_signal(signal.SIGINT)
    require(process.wait(WAIT_SECONDS) == 130, f"exit code {process.returncode}")
    require(not workers_of(search), "workers are left by Ctrl-C")
    moved = search.folder / "other place" / "moved.py"
    moved.parent.mkdir()
    search.file.rename(moved)
    refused_or_usage(search.resume(), "no such file", "--trainer")
    refused_or_usage(search.resume("--trainer", f"{moved}:Other"), "Other", "Tiny")
    done = search.resume("--trainer", str(moved))
    succeeded(done)
    tell(done.stderr, "is read from")
    found = search.results()
    require(found["metrics"] == expected["metrics"], "another result")
    require(found["checkpoints"] == expected["checkpoints"], "other checkpoints")


def refused_or_usage(done: subprocess.CompletedProcess[str], *words: str) -> None:
    require(done.returncode in (1, 64), f"exit code {done.returncode}: {done.stderr}")
    tell([line for line in done.stderr.splitlines() if line.startswith("Error:")][0], *words)


def check_commands_beside_a_search(search: Search) -> None:
    """pba trainer init and check, and a dry run"""
    made = search.folder / "mine.py"
    succeeded(search.call("trainer", "init", str(made)))
    compile(made.read_text(), str(made), "exec")
    refused(search.call("trainer", "init", str(made)), "mine.py")
    tiny = f"{search.file}:Tiny"
    checked = search.call("trainer", "check", tiny, "--trainer-config", '{"rate": 0.1}', "--json")
    require(json.loads(succeeded(checked))["restores"] is True, checked.stdout)
    require(search.call("trainer", "check", tiny).returncode == 1, "a trainer without its settings passes")
    cost = json.loads(succeeded(search.call(*search.arguments("--dry-run", "--json"))))["cost"]
    require(cost["epochs"] == 24 and cost["checkpoints"] == 12 and cost["concurrency"] == 2, f"found {cost}")
    tell(succeeded(search.call(*search.arguments("--dry-run"))), "settings", "trainer: ", "cost", "time")
    require(not search.run.exists(), "a dry run leaves a folder")


def check_a_killed_dry_run(search: Search) -> None:
    """A dry run that is killed leaves no process"""
    # Longer than is waited for the end of what it has started.
    arguments = search.arguments("--dry-run", pause=WAIT_SECONDS)
    with subprocess.Popen([search.program, *arguments], env=search.environment, stderr=subprocess.DEVNULL) as process:
        wait_until(lambda: workers_of(search), "no worker of a dry run")
        require(processes_of(search, b"swift_pba.trainer"), "no check of a dry run")
        process.kill()
        killed = time.monotonic()
    wait_until(lambda: not workers_of(search) and not processes_of(search, b"swift_pba.trainer"), "a process is left")
    require(time.monotonic() - killed < WAIT_SECONDS / 4, "what a dry run has started ends too late")


def wait_until(holds: Callable[[], object], words: str) -> None:
    end = time.monotonic() + WAIT_SECONDS
    while not holds():
        if time.monotonic() > end:
            raise Failure(words)
        time.sleep(0.02)


if __name__ == "__main__":
    run_cases(
        __doc__,
        [
            check_a_search_ends_with_a_schedule, check_settings_of_a_run_begin_the_same_search,
            check_the_number_of_workers_changes_nothing, check_the_command_of_a_report_begins_the_same_search,
            check_killed_and_resumed, check_a_worker_that_dies,
            check_an_error_of_the_user, check_what_train_returns, check_a_score_that_is_not_a_number,
            check_mistakes_leave_no_folder, check_a_moved_file, check_commands_beside_a_search,
            check_a_killed_dry_run,
        ], Search)
