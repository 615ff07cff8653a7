"""`python -m swift_pba.trainer`: the example that it writes, and what it finds in trainers that do not restore."""

from __future__ import annotations

import dataclasses
import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import swift_pba as pba
import torch
from pictures import picture
from PIL import Image
from swift_pba.trainer.__main__ import described, duration, settings
from swift_pba.trainer.check import Findings, Plan, policy, times
from swift_pba.trainer.comparison import difference, difference_of_folders
from swift_pba.trainer.example import datasets
from workers import NUMPY, written


def command(folder: Path, *arguments: str) -> subprocess.CompletedProcess:
    return subprocess.run(
        [sys.executable, "-m", "swift_pba.trainer", *arguments], cwd=folder, capture_output=True, text=True, check=False)


def checked(folder: Path, text: str, *arguments: str) -> tuple[int, dict[str, Any], str]:
    """Check the trainer of a text: the exit code, the findings, and what is printed for people."""
    written(folder, text)
    found = command(folder, "check", "my_trainer.py", "--json", *arguments)
    return found.returncode, json.loads(found.stdout), found.stderr


def test_the_example_is_written_once_and_restores(tmp_path: Path) -> None:
    """On folders of both kinds, with the published network."""
    for split in ("train", "val"):
        for label in ("cats", "dogs"):
            folder = tmp_path / "photos" / split / label
            folder.mkdir(parents=True)
            for number in range(10):
                Image.fromarray(picture(36, 40, number)).save(folder / f"{number}.png")
    made = command(tmp_path, "init", "my_trainer.py")
    assert made.returncode == 0 and "pba trainer check my_trainer.py" in made.stdout
    text = (tmp_path / "my_trainer.py").read_text()
    assert len(text.splitlines()) <= 90 and "check my_trainer.py" in text and "FILE.py" not in text
    again = command(tmp_path, "init", "my_trainer.py")
    assert again.returncode == 1 and "already there, which is not overwritten" in again.stderr
    assert (tmp_path / "my_trainer.py").read_text() == text
    config = {"images": "photos", "size": 64, "loader_workers": 1, "batch_size": 2}
    (tmp_path / "config.json").write_text(json.dumps(config))
    found = command(tmp_path, "check", "my_trainer.py:Trainer", "--config", "config.json", "--epochs", "6", "--population", "4")
    assert found.returncode == 0, found.stdout + found.stderr
    assert "checkpoints restore the training: score" in found.stdout and "differ" not in found.stdout
    assert "a search of 4 trials × 6 epochs, compared every 3, on cpu: about" in found.stdout and "warning" not in found.stdout
    assert "computed from the first 8 batches" in found.stdout
    split = datasets(tmp_path / "photos", 32, pba.Augment("none", epochs=1))
    assert [len(split[0]), len(split[1]), split[2]] == [20, 20, 2]
    split = datasets(tmp_path / "photos" / "train", 32, pba.Augment("none", epochs=1))
    assert [len(split[0]), len(split[1]), split[2]] == [16, 4, 2]
    assert not set(split[0].indices) & set(split[1].indices) and split[1][0][0].shape == (3, 32, 32)


@pytest.mark.parametrize(("name", "words"), [
    ("my trainer.py", "it is imported as a module"), ("trainer", "expected one such as my_trainer.py"),
    ("missing/trainer.py", "No such file"), ("torch.py", "another module"), ("json.py", "another module"),
])
def test_names_of_an_example(tmp_path: Path, name: str, words: str) -> None:
    made = command(tmp_path, "init", name)
    assert made.returncode == 1 and made.stderr.startswith("Error: ") and words in made.stderr and "Traceback" not in made.stderr


def test_a_trainer_that_restores(tmp_path: Path) -> None:
    code, found, errors = checked(tmp_path, NUMPY.replace("for epoch", "segment.policy\n            for epoch"))
    assert code == 0 and found["restores"] and found["difference"] is None and found["used_policy"] and found["iterated_epochs"]
    assert found["scores"][0] == found["scores"][1] > 0 and found["checkpoint_bytes"] == 10240 and errors == ""
    printed = command(tmp_path, "check", "my_trainer.py").stdout
    assert "checkpoints restore the training" in printed and "a checkpoint has 0.0 MB" in printed and "warning" not in printed


LOST = {
    "a state that is not saved": (NUMPY.replace(
        "for epoch in segment.epochs:", "speed = np.zeros(3)\n            for epoch in segment.epochs:").replace(
        "segment.report", "speed = speed + weights; weights = weights + speed; segment.report"), False),
    "random numbers of its own": (NUMPY.replace("np.random.rand(3)", "np.random.default_rng().random(3)"), False),
    "epochs of its own": (NUMPY.replace("segment.epochs", "range(segment.first, segment.end)"), False),
    "a state that has not shown yet": (NUMPY.replace(
        "np.save(path", "np.savez(segment.output / 'more.npz', steps=len(segment.epochs))\n            np.save(path"), True),
}


def test_on_a_gpu_the_score_counts(tmp_path: Path) -> None:
    """Where sums come in another order, the difference is said, and no more."""
    found = Findings("cuda:0", (0.5, 0.5), "w.pt: 1 of 9 values", True, True, 1.0, 1.0, 1.0, False, 9, 9.0)
    plan = Plan("t.py", None, {}, "cuda:0", "score", 60, 16, 3, 1, False)
    printed = described(found, plan)
    assert found.restores and "so later scores may too: w.pt" in printed and "Error" not in printed
    assert not dataclasses.replace(found, device="cpu").restores
    assert not dataclasses.replace(found, scores=(0.5, 0.25)).restores


@pytest.mark.parametrize(("text", "is_later"), LOST.values(), ids=LOST)
def test_a_trainer_that_does_not_restore(tmp_path: Path, text: str, is_later: bool) -> None:
    code, found, _ = checked(tmp_path, text)
    # On a CPU the checkpoint counts too.
    assert code == 1 and not found["restores"] and not found["used_policy"] and found["device"] == "cpu"
    assert (found["scores"][0] == found["scores"][1]) is is_later
    assert found["difference"] == ("more.npz: steps: 1 of 1 values" if is_later else "weights.npy: 3 of 3 values")
    printed = command(tmp_path, "check", "my_trainer.py").stdout
    assert "the training is not restored: score" in printed
    assert ("but the checkpoints differ, so later scores may too: more.npz" in printed) is is_later
    assert "The usual causes:" in printed and "warning: the trainer did not use the policy" in printed
    assert ("did not go through segment.epochs" in printed) is ("range(" in text)


@pytest.mark.parametrize(("text", "arguments", "words"), [
    (NUMPY.replace("weights.sum()", "np.nan"), (), "epochs 1 and 2 at once: the result is not a finite number: score is nan"),
    (NUMPY.replace("import random", "import nothing"), (), "the class could not be made: my_trainer.py: ModuleNotFoundError"),
    (NUMPY.replace("np.load", "np.lost"), (), "epoch 2 alone: AttributeError: module 'numpy' has no attribute 'lost'"),
    (NUMPY.replace("np.save", "import os; os._exit(3); np.save"), (), "epochs 1 and 2 at once: the worker ended with code 3"),
    (NUMPY, ("--metric", "accuracy"), "expected 'accuracy' in it"), (NUMPY, ("--config", "[1]"), "No such file"),
    (NUMPY, ("--config", "{1}"), "--config: Expecting property name"),
], ids=range(7))
def test_a_trainer_that_fails(tmp_path: Path, text: str, arguments: tuple[str, ...], words: str) -> None:
    code, found, errors = checked(tmp_path, text, *arguments)
    assert code == 1 and words in found["error"] and "Error: " in errors and "  File " not in errors


def test_files_and_arguments(tmp_path: Path) -> None:
    found = command(tmp_path, "check", "missing.py")
    assert found.returncode == 1 and "found no file missing.py" in found.stderr
    assert command(tmp_path, "check", "missing.py", "--epochs", "0").returncode == 2
    (tmp_path / "config.yaml").write_text("size: 3\nnames: [a, b]\n")
    assert settings(str(tmp_path / "config.yaml")) == {"size": 3, "names": ["a", "b"]} and settings('{"a": 1}') == {"a": 1}
    (tmp_path / "config.yaml").write_text("- 3\n")
    with pytest.raises(ValueError, match="config.yaml: found list, expected names with values"):
        settings(str(tmp_path / "config.yaml"))


def test_the_first_difference_is_named(tmp_path: Path) -> None:
    """Values are compared, not bytes."""
    one = {"weights": torch.arange(6.0).reshape(2, 3), "state": [{"step": 3, "moment": torch.tensor([1.0, float("nan")])}]}
    for name in ("a", "b"):
        (tmp_path / name).mkdir()
        torch.save(one, tmp_path / name / "state.pt")
    # torch writes a file's name into it.
    torch.save(one, tmp_path / "b" / "other.pt")
    (tmp_path / "b" / "other.pt").rename(tmp_path / "b" / "state.pt")
    assert (tmp_path / "a" / "state.pt").read_bytes() != (tmp_path / "b" / "state.pt").read_bytes()
    assert difference_of_folders(tmp_path / "a", tmp_path / "b") is None
    other = {"weights": one["weights"], "state": [{"step": 3, "moment": torch.tensor([2.0, float("nan")])}]}
    torch.save(other, tmp_path / "b" / "state.pt")
    assert difference_of_folders(tmp_path / "a", tmp_path / "b") == "state.pt: state[0].moment: 1 of 2 values"
    (tmp_path / "b" / "log").write_text("x")
    assert difference_of_folders(tmp_path / "a", tmp_path / "b") == "the files are state.pt and log, state.pt"
    (tmp_path / "a" / "log").write_text("y")
    assert difference_of_folders(tmp_path / "a", tmp_path / "b") == "log"
    for first, second, words in (
            ({"a": 1}, {"b": 1}, "x: keys ['a', 'b'] in one of them"), ([1], [1, 2], "x: 1 and 2 entries"),
            ("a", 3, "x: 'a' and 3"),
            (np.zeros(2), np.zeros(3), "x: (2,) of float64 and (3,) of float64"),
            ({"a": {"b": 1}}, {"a": {"b": 2}}, "x.a.b: 1 and 2"),
            ({"a": float("nan")}, {"a": float("nan")}, None), ({"a": 1, "b": 2}, {"b": 2, "a": 1}, None),
            ({"a": 1, "b": 2}, {"b": 3, "a": 1}, "x.b: 2 and 3")):
        assert difference(first, second, "x") == words


def test_the_time_of_whole_epochs_is_computed() -> None:
    """What was left out of a pass is added with the time of a batch, to the epoch that it belongs to."""
    passes = [
        {"epoch": 0, "batches": 8, "of": 80, "seconds": 4.0, "ended": 15.0},
        {"epoch": 1, "batches": 8, "of": 80, "seconds": 2.0, "ended": 23.0},
        {"epoch": 1, "batches": 2, "of": 2, "seconds": 9.0, "ended": 23.5},
        {"epoch": 1, "batches": 8, "of": 16, "seconds": 1.0, "ended": 25.0}]
    answer = {"seconds": 30.0, "check": {"epoch_marks": [10.0, 20.0, 24.0], "passes": passes}}
    assert times(answer, 0) == ([10 + 72 * 0.5, 4 + 72 * 0.25], 30 - 14 + 1)
    assert times({"seconds": 3.0, "check": {"epoch_marks": [], "passes": []}}, 0) == ([3.0], 0.0)
    # One before the first epoch, as for the statistics of the images; and epochs whose first has no pass.
    passes = [
        {"epoch": None, "batches": 8, "of": 16, "seconds": 2.0, "ended": 9.0},
        {"epoch": 2, "batches": 8, "of": 80, "seconds": 2.0, "ended": 23.0}]
    answer = {"seconds": 30.0, "check": {"epoch_marks": [10.0, 20.0, 24.0], "passes": passes}}
    assert times(answer, 1) == ([10, 4 + 72 * 0.25], 30 - 14 + 2)


def test_the_policy_that_is_tried_does_much() -> None:
    entries = policy()
    assert len(entries) == 30 and sum(entry["probability"] for entry in entries) > 60


@pytest.mark.parametrize(("seconds", "text"), [(3.14159, "3.14 s"), (600, "10 min"), (7200, "2 h"), (864000, "10 days")])
def test_durations(seconds: float, text: str) -> None:
    assert duration(seconds) == text
