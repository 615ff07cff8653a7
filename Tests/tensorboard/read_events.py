#!/usr/bin/env python3
"""Reads the event files of runs with TensorBoard's own reader and compares every value with metrics.jsonl.

    read_events.py --pba PATH

Needs the Python package `tensorboard`. Runs are left in peace, killed and resumed, with and without --tensorboard on the
way; at the end each curve must have every step of metrics.jsonl, and no step twice. The policies are compared with those
in the journal.
"""

import contextlib
import json
import shutil
import sqlite3
import statistics
import struct
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from tensorboard.backend.event_processing.event_accumulator import SCALARS, EventAccumulator
from tensorboard.backend.event_processing.event_file_loader import EventFileLoader

sys.path.insert(0, str(Path(__file__).resolve().parent.parent / "kill"))
from runs import Case, HasCome, Program, changes, new_checkpoints  # noqa: E402

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "cli"))
from case_runner import parser_for, require, run_all  # noqa: E402

RECIPE = "--dataset bundled --train-size 64 --model wrn_10_1 --batch-size 32 --device cpu --threads 1".split()
SEARCH = ["search", *RECIPE, *"--validation-size 100 --population 4 --epochs 6 --interval 2 --concurrency 2".split()]
ASYNCHRONOUS = [*SEARCH, "--asynchronous", "--interval", "1", "--concurrency", "1"]
TRAINING = ["train", *RECIPE, *"--validation-size 100 --epochs 5 --policy rcifar10".split()]
COMPARISON = ["compare", *RECIPE, *"--epochs 3 --policies none,rcifar10 --seeds 2".split()]
FLAG = ("--tensorboard",)
# Steps and values of a curve by its tag.
Curves = dict[str, list[tuple[int, float]]]
# Name, probability and magnitude of each entry, by generation and trial.
Policies = dict[tuple[int, int], list[tuple[str, int, int]]]


def single(value: float) -> float:
    """A number as 32 bits keep it."""
    return struct.unpack("<f", struct.pack("<f", value))[0]


def curves(folder: Path) -> Curves:
    """The steps and values of every curve in a folder, in the order of its one event file."""
    files = [path for path in folder.iterdir() if path.is_file()]
    require(len(files) == 1 and files[0].name.startswith("events.out.tfevents."), f"{folder}: found {files}")
    first = next(iter(EventFileLoader(str(files[0])).Load()))
    require(first.file_version == "brain.Event:2", f"{files[0]}: begins with {first}")
    found = EventAccumulator(str(folder), size_guidance={SCALARS: 0})
    found.Reload()
    return {
        tag: [(event.step, event.value) for event in found.Scalars(tag)] for tag in sorted(found.Tags()["scalars"])
    }


def groups(run: Path) -> dict[str, Curves]:
    """The curves of every group of a search; the first result makes the folder, so before it there are none."""
    if not (run / "tensorboard").exists():
        return {}
    # Who is killed may leave a folder whose file is not made yet.
    return {path.name: curves(path) for path in (run / "tensorboard").iterdir() if path.is_dir() and any(path.iterdir())}


def metrics(run: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in (run / "metrics.jsonl").read_text().splitlines()]


def policies(run: Path) -> Policies:
    """The policy of every segment: what the journal holds, as entries of name, probability and magnitude."""
    with contextlib.closing(sqlite3.connect(run / "run.sqlite")) as journal:
        rows = journal.execute(
            "SELECT generation, trial, entries FROM segment JOIN policy ON policy.id = segment.policy").fetchall()
    return {
        (generation, trial): [(name, int(p), int(m)) for name, p, m in (entry.split() for entry in text.split(", "))]
        for generation, trial, text in rows
    }


def population_point(results: dict[int, dict[str, Any]], policies: Policies) -> dict[str, float]:
    """The figures of a population from the last lines of its trials."""
    best = max(results.values(), key=lambda line: (line["validationAccuracy"], -line["trial"]))
    point = {
        "accuracy/validation/best": best["validationAccuracy"],
        "accuracy/validation/median": statistics.median(line["validationAccuracy"] for line in results.values()),
    }
    entries = policies[best["generation"], best["trial"]]
    for operation in {name for name, _, _ in entries}:
        own = [(p, m) for name, p, m in entries if name == operation]
        point[f"policy/probability/{operation}"] = sum(p for p, _ in own) / len(own) / 10
        point[f"policy/magnitude/{operation}"] = sum(m for _, m in own) / len(own)
    return point


def expected_of_search(run: Path, asynchronous: bool) -> dict[str, Curves]:
    """What the folders must hold by metrics.jsonl and the journal."""
    expected, last, by_journal = {}, {}, policies(run)

    def add(group: str, step: int, point: dict[str, float]) -> None:
        for tag, value in point.items():
            expected.setdefault(group, {}).setdefault(tag, []).append((step, single(value)))

    for number, line in enumerate(metrics(run), 1):
        last[line["trial"]] = line
        point = {"accuracy/validation": "validationAccuracy", "accuracy/train": "trainAccuracy", "loss/train": "trainLoss"}
        add(f"trial-{line['trial']:02}", line["epochs"], {tag: line[key] for tag, key in point.items()})
        if asynchronous:
            add("population", number, population_point(last, by_journal))
        elif number % 4 == 0:
            add("population", line["epochs"], population_point(last, by_journal))
    return expected


def expected_of_training(run: Path) -> Curves:
    expected = {}
    names = {
        "loss/train": "trainLoss", "accuracy/train": "trainAccuracy", "learning_rate": "learningRate",
        "accuracy/validation": "validationAccuracy", "accuracy/test": "testAccuracy",
    }
    for line in metrics(run):
        for tag, key in names.items():
            if line.get(key) is not None:
                expected.setdefault(tag, []).append((line["epoch"] + 1, single(line[key])))
    return expected


def require_equal(found: dict[str, Any], expected: dict[str, Any], name: str) -> None:
    require(set(found) == set(expected), f"{name}: found {sorted(found)}, expected {sorted(expected)}")
    for key in expected:
        if isinstance(expected[key], dict):
            require_equal(found[key], expected[key], f"{name} {key}")
        else:
            require(found[key] == expected[key], f"{name} {key}: found {found[key]}, expected {expected[key]}")


def require_no_step_twice(found: dict[str, Curves]) -> None:
    for tags in found.values():
        for tag, points in tags.items():
            steps = [step for step, _ in points]
            require(steps == sorted(set(steps)), f"{tag}: found the steps {steps}")


class Checks:
    def __init__(self, program: Program, folder: Path) -> None:
        self.program, self.folder = program, folder

    def case(self, command: list[str], name: str, extra: Sequence[str] = FLAG) -> Case:
        return Case(self.program, command, self.folder, name, extra)

    def search(self) -> None:
        run = self.case(SEARCH, "search").undisturbed().run
        found = groups(run)
        require_no_step_twice(found)
        require(len(found["population"]) == 32, f"found {sorted(found['population'])}")
        require_equal(found, expected_of_search(run, False), "search")

    def search_in_another_space(self) -> None:
        run = self.case([*SEARCH, "--space", "digits"], "search-digits").undisturbed().run
        found = groups(run)
        require("policy/magnitude/Zoom" in found["population"], f"found {sorted(found['population'])}")
        require_equal(found, expected_of_search(run, False), "search in another space")

    def search_without(self) -> None:
        """The option changes nothing else: what a search leaves is the same without it."""
        case = self.case(SEARCH, "search-without", ()).undisturbed()
        found, expected = case.result(), self.case(SEARCH, "search").result()
        expected["the files left in the folder"] -= {"tensorboard"}
        require(found == expected, "a search leaves other files with --tensorboard than without")
        # It is finished; its curves can be had all the same.
        self.program.finish(["search", "--resume", "--run", str(case.run), *FLAG], case.log)
        require_equal(groups(case.run), expected_of_search(case.run, False), "search")

    def killed_search(self) -> None:
        case = self.case(SEARCH, "search-killed")
        kills = 0
        for extra in (FLAG, FLAG, (), FLAG):
            disturbed = self.case(SEARCH, "search-killed", extra)
            kills += self.program.kill_at(new_checkpoints(2), case.run, disturbed.arguments(), case.log)
            found = groups(case.run)  # nothing that was left behind troubles the reader
            require_no_step_twice(found)
        require(kills == 4, f"the search was killed {kills} times, expected 4")
        case.killed_at([])
        found = groups(case.run)
        require_no_step_twice(found)
        require_equal(found, expected_of_search(case.run, False), "killed search")

    def lost_checkpoint(self) -> None:
        """Segments that are trained again have their points once."""
        case = self.case(SEARCH, "search-lost")
        require(self.program.kill_at(changes("metrics.jsonl", 2), case.run, case.arguments(), case.log), "not killed")
        for path in (case.run / "checkpoints").iterdir():
            path.write_bytes(b"damaged")
        case.killed_at([])
        found = groups(case.run)
        require_no_step_twice(found)
        require_equal(found, expected_of_search(case.run, False), "search with lost checkpoints")

    def asynchronous_search(self) -> None:
        case = self.case(ASYNCHRONOUS, "asynchronous")
        require(case.killed_at([new_checkpoints(5), new_checkpoints(6)]) == 2, "not killed twice")
        found = groups(case.run)
        require(len(found["population"]["accuracy/validation/best"]) >= 24, "too few results")
        require_equal(found, expected_of_search(case.run, True), "asynchronous search")

    def training(self) -> None:
        run = self.case(TRAINING, "training").undisturbed().run
        require_equal(curves(run / "tensorboard"), expected_of_training(run), "training")

    def killed_training(self) -> None:
        case = self.case(TRAINING, "training-killed")
        require(self.program.kill_at(new_checkpoints(2), case.run, case.arguments(), case.log), "not killed")
        without = self.case(TRAINING, "training-killed", ())
        require(self.program.kill_at(new_checkpoints(1), case.run, without.arguments(), case.log), "not killed")
        newest = max((case.run / "checkpoints").glob("*.safetensors"))
        newest.write_bytes(b"damaged")  # its epoch is trained again
        case.killed_at([])
        found = curves(case.run / "tensorboard")
        require_no_step_twice({"": found})
        require_equal(found, expected_of_training(case.run), "killed training")

    def comparison(self) -> None:
        case = self.case(COMPARISON, "comparison")

        def kill(run: Path) -> HasCome:
            return new_checkpoints(2)(run / "trainings" / "policy-1-seed-1")

        require(case.killed_at([kill]) == 1, "not killed")
        expected = {path.name: expected_of_training(path) for path in (case.run / "trainings").iterdir()}
        require(len(expected) == 4, f"found {sorted(expected)}")
        require_equal(groups(case.run), expected, "comparison")

    def cut_off(self) -> None:
        """A file that was cut off anywhere is read up to its last whole record."""
        (file,) = (self.folder / "training" / "tensorboard").iterdir()
        whole = file.read_bytes()
        copy = self.folder / "cut" / file.name
        copy.parent.mkdir()
        counts = []
        for length in range(len(whole) + 1):
            copy.write_bytes(whole[:length])
            counts.append(sum(1 for _ in EventFileLoader(str(copy)).Load()))
        require(counts == sorted(counts) and counts[-1] == 6, f"found {counts[-1]} events, expected 6")

    def not_writable(self) -> None:
        """A run goes on where its curves cannot be written any more, and does not start where they cannot be."""
        case = self.case(SEARCH, "not-writable")
        has_come = changes("metrics.jsonl")(case.run)
        with self.program.running(case.begin, case.log) as process:
            require(self.program.wait_for(has_come, process), "it ended too early")
            shutil.rmtree(case.run / "tensorboard")
            require(self.program.end(process, 60) == 0, "it did not go on")
        require("the run continues" in case.log.read_text(), "no word of it")
        case.run.joinpath("tensorboard").write_text("a file")
        refused = subprocess.run([self.program.path, *case.arguments()], capture_output=True, text=True)
        require(refused.returncode == 1 and "tensorboard" in refused.stderr.splitlines()[-1], refused.stderr[-300:])


def main() -> None:
    pba = parser_for(__doc__).parse_args().pba
    with tempfile.TemporaryDirectory(prefix="pba-tensorboard-") as folder:
        checks = Checks(Program(pba, patience=120), Path(folder))
        run_all([
            ("a search", checks.search), ("a search without it", checks.search_without),
            ("a search in another search space", checks.search_in_another_space),
            ("a search that is killed", checks.killed_search),
            ("a search that lost its checkpoints", checks.lost_checkpoint),
            ("an asynchronous search that is killed", checks.asynchronous_search), ("a training", checks.training),
            ("a training that is killed", checks.killed_training), ("a comparison that is killed", checks.comparison),
            ("a file that is cut off", checks.cut_off), ("a folder that is taken away", checks.not_writable),
        ])


if __name__ == "__main__":
    main()
