#!/usr/bin/env python3
"""Searches in a search space of its own with the real program, and uses the schedule for everything a schedule is good for.

    check_spaces.py --pba PATH [--only WORDS]

Needs only Python's standard library.
"""

import json
import os
import signal
import subprocess
import tempfile
import urllib.request
from functools import cache
from pathlib import Path

from case_runner import refused, require, run_cases, succeeded, tell

SPACES = Path(__file__).resolve().parents[2] / "Spaces"
RECIPE = "--dataset bundled --model wrn_10_1 --batch-size 32 --device cpu --threads 1 --train-size 64".split()
SEARCH = [*RECIPE, *"--validation-size 100 --population 4 --epochs 6 --interval 1 --seed 3".split()]


class Workshop:
    """The program in a folder of its own, in which lies a file with the space of digits."""

    def __init__(self, pba: str, folder: Path) -> None:
        self.pba, self.folder, self.space = pba, folder, folder / "mine.yaml"
        lines = (SPACES / "digits.yaml").read_text().replace("name: digits", "name: mine").splitlines(keepends=True)
        self.space.write_text("".join(line for line in lines if "Perspective" not in line))  # Albumentations has not got it

    def ask(self, *arguments: str | Path) -> subprocess.CompletedProcess[str]:
        return subprocess.run([self.pba, *arguments], cwd=self.folder, capture_output=True, text=True)

    def run(self, *arguments: str | Path) -> str:
        return succeeded(self.ask(*arguments))


@cache
def searched(pba: str) -> tuple[Workshop, Path]:
    """A folder in which a search in the space has ended, and its schedule. Its file is gone."""
    workshop = Workshop(pba, Path(tempfile.mkdtemp(prefix="pba-spaces-")).resolve())
    workshop.run("search", *SEARCH, "--space", workshop.space, "--run", "search")
    workshop.space.unlink()
    return workshop, workshop.folder / "search" / "schedule.json"


def used(schedule: Path) -> list[str]:
    """The operations that some policy of a schedule applies."""
    segments = json.loads(schedule.read_text())["segments"]
    return sorted({entry["operation"] for one in segments for entry in one["policy"] if entry["probability"] > 0})


def check_search(workshop: Workshop) -> None:
    """a search leaves a schedule of version 2 with its space"""
    _, path = searched(workshop.pba)
    schedule = json.loads(path.read_text())
    require(schedule["version"] == 2 and schedule["space"]["name"] == "mine", f"found {path.read_text()[:200]}")
    steps = {one["operation"]: one.get("steps", 10) for one in schedule["space"]["operations"]}
    require(steps["TranslateX"] == 5 and "Zoom" in steps and "Invert" not in steps, f"found {steps}")
    entries = [entry for segment in schedule["segments"] for entry in segment["policy"]]
    require({entry["operation"] for entry in entries} == set(steps), "other operations than those of the space")
    require(all(entry["magnitude"] < steps[entry["operation"]] for entry in entries), "a magnitude beyond its steps")


def check_killed(workshop: Workshop) -> None:
    """a search that is killed continues without the file of its space"""
    _, expected = searched(workshop.pba)
    arguments = [workshop.pba, "search", *SEARCH, "--space", workshop.space, "--run", "killed"]
    process = subprocess.Popen(arguments, cwd=workshop.folder, stderr=subprocess.PIPE, stdout=subprocess.DEVNULL, text=True)
    assert process.stderr
    for line in process.stderr:
        if line.startswith("generation 3"):
            break
    process.send_signal(signal.SIGKILL)
    require(process.wait() == -signal.SIGKILL, "it ended before it was killed")
    workshop.space.unlink()
    other = workshop.folder / "other.yaml"
    other.write_text((SPACES / "satellite.yaml").read_text())
    refused(workshop.ask("search", "--resume", "--run", "killed", "--space", other), "mine", "satellite")
    workshop.run("search", "--resume", "--run", "killed")
    require((workshop.folder / "killed" / "schedule.json").read_bytes() == expected.read_bytes(), "another schedule")


def check_workers(workshop: Workshop) -> None:
    """worker processes search in it with the same result"""
    _, expected = searched(workshop.pba)
    workshop.run("search", *SEARCH, "--space", workshop.space, "--run", "workers", "--workers", "2")
    require((workshop.folder / "workers" / "schedule.json").read_bytes() == expected.read_bytes(), "another schedule")


def check_explorers(workshop: Workshop) -> None:
    """every explorer stays within the space"""
    for explorer in ("pba-random-start", "random", "pb2", "mf-pbt"):
        population = ["--population", "8"] if explorer == "mf-pbt" else []
        workshop.run("search", *SEARCH, "--explorer", explorer, *population, "--space", workshop.space, "--run", explorer)
        schedule = json.loads((workshop.folder / explorer / "schedule.json").read_text())
        require(schedule["version"] == 2 and schedule["space"]["name"] == "mine", f"{explorer}: {schedule['space']}")


def check_notes(workshop: Workshop) -> None:
    """a search says what in a space has no effect, and that the recipe mirrors where the space does not"""
    never = workshop.folder / "never.yaml"
    never.write_text("format: pba-space\nversion: 1\nname: never\noperationCount: [1]\noperations:\n  - {operation: Rotate}\n")
    asked = workshop.ask("search", *RECIPE, "--validation-size", "100", "--dry-run", "--space", never)
    succeeded(asked)
    tell(asked.stderr, "no image gets an operation", "never has no FlipHorizontal", "--no-flip")
    asked = workshop.ask("search", *RECIPE, "--validation-size", "100", "--dry-run", "--no-flip", "--space", workshop.space)
    require("FlipHorizontal" not in asked.stderr, asked.stderr[-400:])


def check_hints(workshop: Workshop) -> None:
    """what is given in place of something else is answered with what it is"""
    made, path = searched(workshop.pba)
    space, ready = workshop.space, workshop.folder / "digits"
    refused(made.ask("policy", "show", space), f"{space}: found a search space, expected a schedule", "--space")
    refused(made.ask("space", "check", path), "this is a schedule, which `pba schedule` reads")
    refused(made.ask("policy", "show", made.folder / "search"), f"such as {path}")
    for action in ("show", "export"):
        asked = made.ask("schedule", action, f"{path}@last")
        require(asked.returncode == 64, f"exit code {asked.returncode}: {asked.stderr}")
        tell(asked.stderr, "a schedule with an order", f"expected {path}: leave the order out, which only --policy takes")
    asked = made.ask("schedule", "show", "rcifar@last")
    tell(asked.stderr, "unknown schedule")
    ready.write_text(space.read_text())
    asked = workshop.ask("space", "check", "digits")
    tell(succeeded(asked), "digits: valid")
    tell(asked.stderr, "./digits")
    require("./" not in workshop.ask("space", "check", "./digits").stderr, "a note of a file that is read")
    asked = made.ask("schedule", "stretch", path, "--epochs", "1")
    succeeded(asked)
    tell(asked.stderr, "less than one epoch are left out")
    asked = workshop.ask("search", *SEARCH, "--dry-run", "--explorer", "random", "--burn-in", "2")
    tell(asked.stderr, "--burn-in has no effect")
    for given, expected in (("pb2", "found pb2, expected pba"), ("pba", None)):
        asked = made.ask("search", "--resume", "--run", "search", "--explorer", given)
        refused(asked, f"--explorer: {expected}") if expected else succeeded(asked)
    for line, words in (
        ("{operation: Rotate, entries: 1, entries: 2}", "line 5, column 25: found 'entries' more than once"),
        ("{operation: Rotate, lowest: 0, highest: 9, steps: 101}", "an integer from 2 to 100"),
    ):
        space.write_text(f"format: pba-space\nversion: 1\nname: bad\noperations:\n  - {line}\n")
        refused(workshop.ask("space", "check", space), str(space), words)
    config = workshop.folder / "config.yaml"
    config.write_text("space: no/such.yaml\n")
    asked = workshop.ask("search", *SEARCH, "--dry-run", "--config", config)
    require(asked.returncode == 64, f"exit code {asked.returncode}: {asked.stderr}")
    tell(asked.stderr, f"{config}: space: found no/such.yaml, where there is no file")
    for version in ("'1'", "1.5"):
        space.write_text(f"format: pba-space\nversion: {version}\nname: bad\noperations: [{{operation: Rotate}}]\n")
        refused(workshop.ask("space", "check", space), "expected 1: a whole number without quotes or a point")


def check_schedule_commands(workshop: Workshop) -> None:
    """its schedule is shown, stretched, drawn and exported"""
    made, path = searched(workshop.pba)
    tell(made.run("schedule", "show", path), "mine", *used(path))
    stretched = json.loads(made.run("schedule", "stretch", path, "--epochs", "12"))
    require(stretched["space"] == json.loads(path.read_text())["space"] and stretched["epochs"] == 12, "another space or length")
    for figure in ("overview", "operations"):
        made.run("schedule", "plot", path, "--figure", figure, "-o", f"{figure}.svg")
        tell((made.folder / f"{figure}.svg").read_text(), *used(path))
    made.run("preview", "--policy", path, "--epochs", "spread", "-o", "preview.svg")
    for form in ("json", "csv", "torchvision"):
        tell(made.run("schedule", "export", path, "--format", form), *used(path))
    made.run("schedule", "export", path, "--format", "albumentations", "--output", "albumentations")
    require(len(list((made.folder / "albumentations").iterdir())) > 1, "no files for Albumentations")
    asked = made.ask("schedule", "export", path, "--format", "ray")
    require(asked.returncode == 64, f"exit code {asked.returncode}: {asked.stderr}")
    tell(asked.stderr, "mine", "export as json")


def check_trainings(workshop: Workshop) -> None:
    """its schedule trains and is compared, in other orders too, and a comparison is continued"""
    made, path = searched(workshop.pba)
    made.run("train", *RECIPE, "--validation-size", "0", "--epochs", "3", "--policy", path, "--run", "train")
    checkpoint = next((made.folder / "train" / "checkpoints").iterdir())
    tell(made.run("evaluate", "--dataset", "bundled", "--checkpoint", checkpoint), "accuracy")
    compare = ["compare", *RECIPE, "--epochs", "2", "--run", "compare"]
    made.run(*compare, "--policies", f"none,{path}", "--seeds", "1")
    policies = f"none,{path},{path}@shuffled,{path}@last"
    made.run("compare", "--resume", "--run", "compare", "--policies", policies, "--seeds", "2")
    rows = json.loads((made.folder / "compare" / "summary.json").read_text())["rows"]
    require(len(rows) == 4, f"found {len(rows)} policies, expected 4")


def check_pages(workshop: Workshop) -> None:
    """reports and dashboards of the search and of a comparison show it"""
    made, path = searched(workshop.pba)
    made.run("report", "search")
    tell((made.folder / "search" / "report.html").read_text(), "mine", *used(path))
    made.run("compare", *RECIPE, "--epochs", "2", "--run", "shown", "--policies", f"none,{path}", "--seeds", "1")
    for run in ("search", "shown"):
        process = subprocess.Popen(
            [made.pba, "dashboard", run], cwd=made.folder, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
        assert process.stdout
        address = next(word for line in process.stdout for word in line.split() if word.startswith("http://"))
        with urllib.request.urlopen(address, timeout=60) as page:
            shown = page.read().decode()
        # Its style sheet names every operation once.
        missing = [name for name in used(path) if shown.count(name) < 3]
        require(not missing, f"the page of {run} shows nothing of {missing}")
        process.send_signal(signal.SIGINT)
        process.communicate(timeout=60)


if __name__ == "__main__":
    os.environ.pop("PBA_DATA_DIR", None)
    run_cases(
        __doc__,
        [check_search, check_killed, check_workers, check_explorers, check_notes, check_hints,
         check_schedule_commands, check_trainings,
         check_pages],
        Workshop)
