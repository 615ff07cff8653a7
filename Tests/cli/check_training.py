#!/usr/bin/env python3
"""Trains with the real program in the ways that only a process shows: longer, from a checkpoint, from moved images.

    check_training.py --pba PATH

Each case runs trainings of seconds in a folder of its own. Needs only Python's standard library. Prints a line a case and a
closing line `N passed, M failed`; exits 1 if any failed.
"""

import hashlib
import html
import json
import os
import random
import re
import shutil
import signal
import subprocess
import time
from pathlib import Path
from typing import Any

from case_runner import run_cases, tell

COMMON = "--model wrn_10_1 --batch-size 16 --cutout 2 --device cpu --threads 1".split()
NOISE = ["--dataset", "noise:8x8x3", "--train-size", "96", "--validation-size", "40", *COMMON]


class Program:
    def __init__(self, path: str, folder: Path) -> None:
        self.path, self.folder = path, folder

    def __call__(self, *arguments: str, code: int = 0) -> tuple[str, str]:
        """Runs a command; returns standard output and standard error. `code` is what it must exit with."""
        done = subprocess.run([self.path, *arguments], cwd=self.folder, capture_output=True, text=True, timeout=300)
        assert done.returncode == code, (
            f"{' '.join(arguments)}: exit code {done.returncode}, expected {code}: {done.stderr[-400:]}"
        )
        if code != 0:
            last = done.stderr.strip().splitlines()[-1] if code == 1 else done.stderr.strip()
            assert "Error: " in last, f"no error is printed: {done.stderr}"
        return done.stdout, done.stderr

    def fails(self, code: int, words: list[str], *arguments: str) -> None:
        _, errors = self(*arguments, code=code)
        for word in words:
            assert word in errors, f"{' '.join(arguments)}: no word of {word} in: {errors}"

    def shell(self, command: str) -> None:
        """Runs a command line that calls the program `pba`."""
        done = subprocess.run(
            ["sh", "-c", 'pba() { "$PBA" "$@"; }\n' + command], cwd=self.folder, capture_output=True, text=True, timeout=300,
            env={**os.environ, "PBA": self.path})
        assert done.returncode == 0, f"{command}: {done.stderr[-400:]}"

    def json(self, *arguments: str) -> dict[str, Any]:
        return json.loads(self(*arguments, "--json")[0])


def leaves_nothing(pba: Program) -> None:
    assert not (pba.folder / "u").exists(), "a refused request left a folder"


def checkpoints(run: Path) -> dict[str, str]:
    return {path.name: hashlib.sha256(path.read_bytes()).hexdigest() for path in sorted((run / "checkpoints").iterdir())}


def metrics(run: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in (run / "metrics.jsonl").read_text().splitlines()]


def photos(folder: Path, images: int = 40, side: int = 8) -> None:
    """Three classes of images, the same at every call."""
    generator = random.Random(1)
    for name, color in (("cat", (200, 40, 40)), ("dog", (40, 200, 40)), ("fish", (40, 40, 200))):
        (folder / name).mkdir(parents=True)
        for number in range(images):
            pixels = bytes(min(255, max(0, value + generator.randint(-30, 30))) for _ in range(side * side) for value in color)
            (folder / name / f"{number}.ppm").write_bytes(b"P6 %d %d 255\n" % (side, side) + pixels)


# --- cases -------------------------------------------------------------------------------------------------------


def longer(pba: Program) -> None:
    """A finished training is given more epochs; its rates are printed, its epochs stay, fewer are refused."""
    pba("train", *NOISE, "--epochs", "4", "--policy", "rcifar10", "--run", "t")
    before = metrics(pba.folder / "t")
    _, errors = pba("train", "--resume", "--epochs", "8", "--run", "t")
    tell(
        errors,
        "has 4 of 4 epochs and is to have 8",
        "learning rate: 0 at the end of epoch 4, 0.04673 at the beginning of epoch 5",
        "rcifar10 is stretched over 8 epochs",
    )
    after = metrics(pba.folder / "t")
    assert after[:4] == before and len(after) == 8, after
    tell((pba.folder / "t/config.yaml").read_text(), "epochs: 8\n", "earlierEpochs:\n- 4\n", "changedAfter:\n- 4\n")
    assert pba.json("train", "--resume", "--run", "t")["epochs"] == 8
    pba.fails(64, ["epochs: found 6, expected more than the 8"], "train", "--resume", "--epochs", "6", "--run", "t")
    pba.fails(1, ["--batch-size: found 8"], "train", "--resume", "--epochs", "9", "--batch-size", "8", "--run", "t")
    assert pba.json("train", "--resume", "--run", "t")["epochs"] == 8, "a refused request changed the run"
    _, errors = pba("train", "--resume", "--epochs", "9", "--run", "t")
    tell(errors, "has 8 of 8 epochs")
    (pba.folder / "length.yaml").write_text("epochs: 12\n")
    pba.fails(1, ["begun with other settings", "length.yaml: epochs: found 12, expected 9"],
              "train", "--resume", "--config", "length.yaml", "--run", "t")
    assert pba.json("train", "--resume", "--run", "t")["epochs"] == 9, "a file changed the length of a run"
    pba("report", "t")
    tell(
        (pba.folder / "t/report.html").read_text(),
        "--epochs 4",
        "--epochs 8",
        "--epochs 9",
        "where the training ended before it was made longer",
    )


def longer_twice(pba: Program) -> None:
    """The command that a report prints makes the run again, with both of its changes of length."""
    pba("train", *NOISE, "--epochs", "2", "--policy", "rcifar10", "--seed", "5", "--run", "t")
    for length in ("3", "5"):
        pba("train", "--resume", "--epochs", length, "--run", "t")
    # The same length changes nothing; a smaller one is an error.
    pba("train", "--resume", "--epochs", "5", "--run", "t")
    pba.fails(64, ["--epochs: found 4, expected more than the 5"], "train", "--resume", "--epochs", "4", "--run", "t")
    pba("report", "t")
    command = printed_command(pba, "t")
    assert command.count("pba train") == 3, command
    assert re.findall(r"--epochs (\d+)", command) == ["2", "3", "5"], command
    pba.shell(command.replace("NEW", "again"))
    assert checkpoints(pba.folder / "again") == checkpoints(pba.folder / "t"), command
    trained = [{key: value for key, value in line.items() if key != "seconds"} for line in metrics(pba.folder / "t")]
    again = [{key: value for key, value in line.items() if key != "seconds"} for line in metrics(pba.folder / "again")]
    assert again == trained, (again, trained)
    _, errors = pba("train", "--config", "t/config.yaml", "--run", "other", "--dry-run")
    tell(errors, "t/config.yaml: the run was made longer", "all epochs are trained at once")


def printed_command(pba: Program, run: str) -> str:
    """The first command of a report, as its reader copies it."""
    page = (pba.folder / run / "report.html").read_text()
    texts = [html.unescape(re.sub("<[^>]*>", "", text)) for text in re.findall("<pre><code>(.*?)</code></pre>", page, re.DOTALL)]
    found = [text for text in texts if text.startswith("pba train")]
    assert found, texts
    return found[0]


def longer_with_steps(pba: Program) -> None:
    """The rule of steps does not depend on the length, and the program says so."""
    pba("train", *NOISE, "--epochs", "1", "--learning-rate-rule", "step", "--run", "t")
    _, errors = pba("train", "--resume", "--epochs", "2", "--run", "t")
    tell(errors, "0.1 at the end of epoch 1, 0.1 at the beginning of epoch 2", "does not depend on the length")


def longer_reproduction(pba: Program) -> None:
    """A published experiment can be made longer too; a comparison is refused."""
    command = ["reproduce", "table_1_cifar10", "wrn_28_10"]
    pba(*command, *NOISE, "--epochs", "1")
    assert pba.json(*command, "--resume", "--epochs", "2")["epochs"] == 2
    pba("compare", *NOISE, "--epochs", "1", "--seeds", "2", "--policies", "none,cutout", "--run", "c")
    pba.fails(1, ["epochs: found 2, expected 1"], "compare", "--resume", "--epochs", "2", "--run", "c")


def widened(pba: Program) -> None:
    """A comparison takes more policies and seeds, trains these alone, and shows differences to any policy."""
    policies = "none,cutout,trivialaugment"
    pba("compare", *NOISE, "--epochs", "1", "--seeds", "2", "--policies", policies, "--run", "whole")
    pba("compare", *NOISE, "--epochs", "1", "--seeds", "1", "--policies", "none,cutout", "--run", "c")
    before = (pba.folder / "c/trainings/policy-2-seed-0/metrics.jsonl").read_bytes()  # with the seconds that it took
    _, errors = pba("compare", "--resume", "--run", "c", "--policies", policies, "--seeds", "2")
    tell(errors, "added to this comparison: trivialaugment", "each policy has 2 seeds from now on, where it had 1")
    assert (pba.folder / "c/trainings/policy-2-seed-0/metrics.jsonl").read_bytes() == before, "it was trained again"
    for name in ("summary.json", "summary.csv"):
        assert (pba.folder / "c" / name).read_bytes() == (pba.folder / "whole" / name).read_bytes(), name
    reordered = ["compare", "--resume", "--run", "c", "--policies", "cutout,none,trivialaugment"]
    pba.fails(1, ["policies: found [cutout, none, trivialaugment]"], *reordered)
    pba.fails(1, ["seeds: found 1, expected 2"], "compare", "--resume", "--run", "c", "--seeds", "1")
    rows = pba.json("compare", "--resume", "--run", "c", "--against", "cutout")["rows"]
    assert [row["policy"] for row in rows] == ["cutout", "none", "trivialaugment"], rows
    first, other = ([entry["accuracy"] for entry in row["entries"]] for row in rows[:2])
    mean = sum(b - a for a, b in zip(first, other, strict=True)) / 2
    assert abs(rows[1]["difference"]["mean"] - mean) < 1e-12 and "difference" not in rows[0], rows
    pba.fails(64, ["--against: found cutuot", "did you mean cutout"], "compare", "--resume", "--run", "c", "--against", "cutuot")


def validated(pba: Program) -> None:
    """Validations are in metrics.jsonl, TensorBoard's folder and the report; the best checkpoint is kept, named and used."""
    command = ["train", *NOISE, "--epochs", "30", "--validate-every", "2", "--patience", "2", "--run", "t", "--tensorboard"]
    result = pba.json(*command)
    lines = metrics(pba.folder / "t")
    validations = {line["epoch"] + 1: line["validationAccuracy"] for line in lines if "validationAccuracy" in line}
    best = max(validations, key=lambda epoch: (validations[epoch], -epoch))
    assert sorted(validations) == list(range(2, len(lines) + 1, 2)), validations
    assert result["epochs"] == len(lines) == best + 4 and result["stoppedEarlyOf"] == 30, result
    assert result["best"]["epochs"] == best and result["best"]["validationAccuracy"] == validations[best], result
    assert all(("validationLoss" in line) == ("validationAccuracy" in line) for line in lines), lines
    name = f"epoch-{best:05}.safetensors"
    assert name in checkpoints(pba.folder / "t"), checkpoints(pba.folder / "t")
    text, errors = pba("train", "--resume", "--run", "t")
    tell(text, "of 30; its --patience ended the training", f"after epoch {best}", f"t/checkpoints/{name}")
    found = pba.json("evaluate", "--dataset", "noise:8x8x3", "--checkpoint", "t", "--split", "validation", "--train-size", "96",
                     "--validation-size", "40")
    assert abs(found["accuracy"] - validations[best]) < 1e-9, (found, validations)
    events = b"".join(path.read_bytes() for path in (pba.folder / "t/tensorboard").rglob("*") if path.is_file())
    assert events.count(b"accuracy/validation") == len(validations) == events.count(b"loss/validation"), (
        "TensorBoard's file lacks validations"
    )
    pba("report", "t")
    tell((pba.folder / "t/report.html").read_text(), "Best validation accuracy", name, "brought no improvement")
    (pba.folder / "t/checkpoints" / name).unlink()
    text, _ = pba("train", "--resume", "--run", "t")
    tell(text, f"none: {name} is no longer in t/checkpoints; there is epoch-")
    # Its patience ended it, so nobody has to stop it before it is made longer.
    pba("train", "--resume", "--epochs", "31", "--run", "t")
    pba("report", "t")
    page = (pba.folder / "t/report.html").read_text()
    tell(page, "--run NEW &amp;&amp; pba train")
    assert "stop it after" not in page, page
    pba.fails(
        64,
        ["--patience: found 2, but nothing is validated", "give --validate-every N"],
        "train",
        *NOISE,
        "--patience",
        "2",
        "--run",
        "u",
    )
    pba.fails(64, ["no validation images"], "train", *NOISE, "--validation-size", "0", "--validate-every", "1", "--run", "u")
    leaves_nothing(pba)


def warm(pba: Program) -> None:
    """A training begins with another's weights; what does not fit is an error; a resume does not need the file."""
    pba("train", *NOISE, "--epochs", "2", "--run", "t")
    start = "t/checkpoints/epoch-00002.safetensors"
    _, errors = pba("train", *NOISE, "--epochs", "2", "--from", start, "--run", "same")
    tell(errors, start, "after epoch 2", "the optimiser is fresh")
    assert "last layer" not in errors, errors
    _, errors = pba("train", *NOISE, "--dataset", "noise:8x8x5", "--epochs", "2", "--from", "t", "--run", "other")
    tell(errors, "so is the last layer, for the 5 classes", "3 classes")
    pba.fails(1, ["'group1.block0.conv1.weight'", "found the shape [16, 16, 3, 3], expected [32, 16, 3, 3]", "wrn_10_2"],
              "train", *NOISE, "--model", "wrn_10_2", "--from", start, "--run", "u")
    pba.fails(1, ["none.safetensors"], "train", *NOISE, "--from", "none.safetensors", "--run", "u")
    pba.fails(1, ["t/config.yaml"], "train", *NOISE, "--from", "t/config.yaml", "--run", "u")
    leaves_nothing(pba)
    digest = hashlib.sha256((pba.folder / start).read_bytes()).hexdigest()
    tell((pba.folder / "same/config.yaml").read_text(), f"fromDigest: {digest}", str(pba.folder.resolve() / start))
    shutil.rmtree(pba.folder / "t")
    assert pba.json("train", "--resume", "--run", "same")["epochs"] == 2
    assert pba.json("train", "--resume", "--epochs", "3", "--run", "same")["epochs"] == 3
    for path in (pba.folder / "same/checkpoints").iterdir():
        path.unlink()
    pba.fails(1, [start, "--from"], "train", "--resume", "--epochs", "4", "--run", "same")
    pba.fails(64, ["from: found", "expected nothing"], "reproduce", "search", "test", "--from", start)


def weighted(pba: Program) -> None:
    """Smoothing and weights of classes: from flags, files and the run's own settings; in a search and a comparison too."""
    files = {"names.yaml": "class 0: 1\nclass 1: 2.5\nclass 2: 1\n", "names.json": '{"class 0": 1, "class 1": 2.5, "class 2": 1}',
             "list.yaml": "[1, 2.5, 1]\n", "short.yaml": "[1, 2]\n", "foreign.yaml": "cat: 1\n", "word.yaml": "class 0: much\n",
             "zero.yaml": "[1, 0, 1]\n", "empty.yaml": "", "minutes.yaml": "class 0: 1:30\n", "octal.yaml": "- 1\n- 010\n- 1\n",
             "open.yaml": "[1, secret\n"}
    for name, text in files.items():
        (pba.folder / name).write_text(text)
    results = []
    for number, weights in enumerate(["1,2.5,1", "names.yaml", "names.json", "list.yaml"]):
        results.append(pba.json("train", *NOISE, "--epochs", "1", "--class-weights", weights, "--run", f"t{number}")["trainLoss"])
        tell((pba.folder / f"t{number}/config.yaml").read_text(), "classWeights: [1, 2.5, 1]\n")
    results.append(pba.json("train", "--config", "t0/config.yaml", "--run", "again")["trainLoss"])
    assert len(set(results)) == 1, results
    for name in files:
        (pba.folder / name).unlink() if name.startswith("names") else None
    assert pba.json("train", "--resume", "--run", "t1")["trainLoss"] == results[0]
    for file, words in [
        ("short.yaml", ["short.yaml", "2 numbers, expected 3"]),
        ("foreign.yaml", ["foreign.yaml", "'cat'"]),
        ("word.yaml", ["word.yaml", "'much' for the class 'class 0'"]),
        ("zero.yaml", ["zero.yaml", "above 0"]),
        ("minutes.yaml", ["minutes.yaml", "'1:30' for the class 'class 0'"]),
        ("octal.yaml", ["octal.yaml", "'010' in the list"]),
        ("open.yaml", ["open.yaml: found no YAML (line "]),
        ("empty.yaml", ["empty.yaml"]),
        ("none.yaml", ["none.yaml"]),
    ]:
        pba.fails(1, words, "train", *NOISE, "--class-weights", file, "--run", "u")
    assert "secret" not in pba("train", *NOISE, "--class-weights", "open.yaml", "--run", "u", code=1)[1]
    for smoothing in ("1", "-0.1", "nan"):
        pba.fails(64, ["--label-smoothing: found"], "train", *NOISE, f"--label-smoothing={smoothing}", "--run", "u")
    leaves_nothing(pba)
    plain = pba.json("train", *NOISE, "--epochs", "1", "--label-smoothing", "0", "--run", "plain")
    text = (pba.folder / "plain/config.yaml").read_text()
    assert "labelSmoothing" not in text, text
    smooth = pba.json("train", *NOISE, "--epochs", "1", "--label-smoothing", "0.3", "--run", "smooth")
    assert smooth["trainLoss"] != plain["trainLoss"], smooth
    both = ["--label-smoothing", "0.1", "--class-weights", "balanced"]
    pba("search", *NOISE, "--population", "2", "--epochs", "2", "--interval", "1", *both, "--run", "s")
    pba("compare", *NOISE, "--epochs", "1", "--seeds", "2", "--policies", "none,cutout", *both, "--run", "c")
    for run in ("s", "c", "c/trainings/policy-1-seed-0"):
        tell((pba.folder / run / "config.yaml").read_text(), "labelSmoothing: 0.1\n", "classWeights:")
    (pba.folder / "idle.yaml").write_text("patience: 3\nvalidateEvery: 1\n")
    _, errors = pba(
        "search", *NOISE, "--population", "2", "--epochs", "2", "--interval", "1", "--config", "idle.yaml", "--run", "i"
    )
    tell(errors, "idle.yaml: this command has no use for", "validateEvery", "patience")


def stopped(pba: Program, run: str, *arguments: str) -> None:
    """Begins a run and kills it once it has checkpoints."""
    process = subprocess.Popen(
        [pba.path, *arguments, "--run", run], cwd=pba.folder, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )
    deadline = time.monotonic() + 120
    while process.poll() is None and not list((pba.folder / run).glob("**/*.safetensors")):
        assert time.monotonic() < deadline, "no checkpoint came"
        time.sleep(0.002)
    process.send_signal(signal.SIGKILL)
    assert process.wait() == -signal.SIGKILL, "the run ended before it could be killed"


def moved(pba: Program) -> None:
    """Images that lie elsewhere today continue a run with the same result, byte for byte; others do not."""
    photos(pba.folder / "a")
    images = ["--dataset", "folder:a", "--image-size", "8", "--data-dir", "data", *COMMON]
    commands = {
        "train": ["train", *images, "--epochs", "60", "--policy", "rcifar10"],
        "search": ["search", *images, "--population", "4", "--epochs", "40", "--interval", "2"],
        "compare": ["compare", *images, "--epochs", "30", "--seeds", "2", "--policies", "none,cutout"],
    }
    for kind, command in commands.items():
        pba(*command, "--run", f"{kind}-whole")
        stopped(pba, kind, *command)
    (pba.folder / "a").rename(pba.folder / "b")
    for kind in commands:
        pba.fails(1, ["folder:PATH"], kind, "--resume", "--run", kind)
        _, errors = pba(kind, "--resume", "--dataset", "folder:b", "--data-dir", "data2", "--run", kind)
        tell(errors, "are read from", "/b from now on")
        whole, run = pba.folder / f"{kind}-whole", pba.folder / kind
        # The new place is recorded.
        pba(kind, "--resume", "--run", kind)
        tell((run / "config.yaml").read_text(), "movedTo: folder:", "dataDirectory: data2")
        settings, errors = pba(kind, "--config", f"{kind}/config.yaml", "--dry-run")
        tell(settings, "/b\n")
        tell(errors, f"{kind}/config.yaml: the images of this run were moved to folder:", "/b, which is read unless --dataset")
        for file in ("schedule.json", "summary.json"):
            if (whole / file).exists():
                assert (run / file).read_bytes() == (whole / file).read_bytes(), f"{kind}: {file} differs"
        if kind != "compare":
            assert checkpoints(run) == checkpoints(whole), f"{kind}: checkpoints differ"
    (pba.folder / "b/cat/0.ppm").write_bytes((pba.folder / "b/dog/0.ppm").read_bytes())
    pba.fails(1, ["the images are not those it was begun with"], "train", "--resume", "--run", "train")


def edited(pba: Program) -> None:
    """An edit of config.yaml is reported and kept, and changes nothing."""
    pba("train", *NOISE, "--epochs", "1", "--run", "t")
    file = pba.folder / "t/config.yaml"
    text = file.read_text()
    file.write_text(text.replace("epochs: 1", "epochs: 5"))
    _, errors = pba("train", "--resume", "--run", "t")
    tell(errors, "t/config.yaml was edited (epochs: found 5, the run has 1)", "has no effect", "t/config.edited.yaml")
    assert file.read_text() == text, file.read_text()
    tell((pba.folder / "t/config.edited.yaml").read_text(), "epochs: 5")
    pba("compare", *NOISE, "--epochs", "1", "--seeds", "2", "--policies", "none,cutout", "--run", "c")
    for path in (pba.folder / "c").glob("**/config.yaml"):
        path.write_text(path.read_text().replace("batchSize: 16", "batchSize: 8"))
    _, errors = pba("compare", "--resume", "--run", "c")
    tell(errors, "c/config.yaml was edited (batchSize: found 8, the run has 16)")


def lost(pba: Program) -> None:
    """A finished run whose checkpoints are gone names none of them."""
    pba("train", *NOISE, "--epochs", "3", "--run", "t")
    (pba.folder / "t/checkpoints/epoch-00003.safetensors").unlink()
    text, _ = pba("train", "--resume", "--run", "t")
    tell(text, "none: epoch-00003.safetensors is no longer in t/checkpoints; there is epoch-00002.safetensors")
    assert "checkpoint" not in pba.json("train", "--resume", "--run", "t")
    (pba.folder / "t/checkpoints/epoch-00002.safetensors").unlink()
    tell(pba("train", "--resume", "--run", "t")[0], "no other is there")
    _, errors = pba("train", "--resume", "--epochs", "4", "--run", "t")
    tell(errors, "its 3 epochs are trained again")
    pba("search", *NOISE, "--population", "2", "--epochs", "2", "--interval", "1", "--run", "s")
    for path in (pba.folder / "s/checkpoints").iterdir():
        path.unlink()
    tell(pba("search", "--resume", "--run", "s")[0], "is no longer in s/checkpoints; no other is there")
    assert "checkpoint" not in pba.json("search", "--resume", "--run", "s")


def main() -> None:
    cases = [
        longer, longer_twice, longer_with_steps, longer_reproduction, widened, validated, warm, weighted, moved, edited, lost]
    run_cases(__doc__, cases, Program)


if __name__ == "__main__":
    main()
