#!/usr/bin/env python3
"""Runs the programs of Examples on small data, and looks at what they print and at every sample that they augment.

    check_examples.py --pba PATH [--only WORDS]

Needs what Examples/requirements.txt names, and the built library of swift_pba. Each example runs twice with one seed and once
with another; those that can continue are ended by SIGKILL and continued.
"""

import ast
import json
import math
import os
import pickle
import re
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from PIL import Image

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "cli"))
from case_runner import require, run_cases, succeeded  # noqa: E402

ROOT = Path(__file__).resolve().parents[2]
EXAMPLES = ROOT / "Examples"
RECORDER = Path(__file__).resolve().parent / "recorder"
LONGEST = 60
EPOCHS = 3
# What was made of each (kind, epoch, index).
Record = dict[tuple[str, int, int], str]


@dataclass
class Place:
    """The program to test, and a folder of the case's own."""

    pba: str
    folder: Path

    def environment(self, record: Path) -> dict[str, str]:
        paths = [str(RECORDER), str(ROOT / "Python"), os.environ.get("PYTHONPATH", "")]
        return os.environ | {
            "PYTHONPATH": os.pathsep.join(filter(None, paths)), "PBA_RECORD": str(record), "HF_HOME": str(self.folder / "hub"),
            "HF_HUB_OFFLINE": "1", "HF_DATASETS_OFFLINE": "1", "CUDA_VISIBLE_DEVICES": "", "OMP_NUM_THREADS": "1"}

    def run(self, example: str, *arguments: str | Path, name: str) -> Record:
        """Runs an example to its end, and returns what it made of its samples."""
        record = self.folder / f"{name}.record"
        command = [sys.executable, str(EXAMPLES / example), "--epochs", str(EPOCHS), *map(str, arguments)]
        done = subprocess.run(
            command, cwd=self.folder, env=self.environment(record), capture_output=True, text=True, timeout=300)
        printed = succeeded(done)
        losses = re.findall(r"^epoch (\d+): loss (\S+?)(?:,|$)", printed, re.MULTILINE)
        first = EPOCHS - len(losses) + 1
        require([int(epoch) for epoch, _ in losses] == list(range(first, EPOCHS + 1)) and losses, f"epochs printed: {printed}")
        require(all(math.isfinite(float(loss)) for _, loss in losses), f"losses printed: {printed}")
        require("swift_pba" not in done.stderr and "Augment" not in done.stderr, f"a warning: {done.stderr[-600:]}")
        found = records(record)
        require({epoch for _, epoch, _ in found} == set(range(first - 1, EPOCHS)), "samples of other epochs than were printed")
        return found

    def run_until(self, example: str, *arguments: str | Path, line: str, made: str) -> None:
        """Runs an example until it has printed a line and there is a file, and ends it with its workers by SIGKILL."""
        command = [sys.executable, str(EXAMPLES / example), "--epochs", str(EPOCHS), *map(str, arguments)]
        with subprocess.Popen(
            command, cwd=self.folder, env=self.environment(self.folder / "killed.record"), stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL, text=True, start_new_session=True) as running:
            assert running.stdout
            try:
                require(any(printed.startswith(line) for printed in running.stdout), f"it ended without a line '{line}'")
                ends = time.monotonic() + 60
                while not list(self.folder.glob(made)):
                    require(time.monotonic() < ends, f"there is no {made}")
                    time.sleep(0.01)
            finally:
                os.killpg(running.pid, signal.SIGKILL)


def records(path: Path) -> Record:
    """What is recorded; a sample that was augmented twice in an epoch is a fault."""
    found: Record = {}
    for line in path.read_text().splitlines():
        kind, epoch, index, digest = line.split()
        key = (kind, int(epoch), int(index))
        require(key not in found, f"twice: {key}")
        found[key] = digest
    return found


def depends_on_seed_and_epoch_alone(place: Place, example: str, *arguments: str | Path, kinds: dict[str, int]) -> str:
    """The same seed gives the same pixels, another one others; each sample is augmented once in an epoch, as in no other.

    `kinds` are how many samples of each kind an epoch has."""
    seeds = {"first": 1, "again": 1, "other": 2}
    first, again, other = (place.run(example, *arguments, "--seed", str(seed), name=name) for name, seed in seeds.items())
    for kind, count in kinds.items():
        expected = {(kind, epoch, index) for epoch in range(EPOCHS) for index in range(count)}
        require({key for key in first if key[0] == kind} == expected, f"not each of {count} samples in each of {EPOCHS} epochs")
    different = sum(again.get(key) != first[key] for key in first)
    require(again == first, f"{different} of {len(first)} samples differ with the same seed")
    some = next(iter(kinds))
    changed = sum(first[key] != other[key] for key in first if key[0] == some)
    require(changed * 2 > kinds[some] * EPOCHS, f"another seed changes {changed} of {kinds[some] * EPOCHS} samples")
    moved = sum(first[some, 0, index] != first[some, EPOCHS - 1, index] for index in range(kinds[some]))
    require(moved * 2 > kinds[some], f"{moved} of {kinds[some]} samples differ between the first and the last epoch")
    return f"{len(first)} samples"


def photographs(folder: Path, each: int) -> Path:
    """A folder for each of two classes, with photographs of several sizes, in JPEG and PNG, one of them grey."""
    random = np.random.default_rng(0)
    for number, name in enumerate(("cats", "dogs")):
        (folder / name).mkdir(parents=True)
        for index in range(each):
            height, width = random.integers(30, 120, 2).tolist()
            coarse = random.integers(0, 200, (5, 7, 3), dtype=np.uint8)
            coarse[..., number] += 50
            picture = Image.fromarray(coarse).resize((width, height), Image.Resampling.BICUBIC)
            picture.convert("L" if index == 0 else "RGB").save(folder / name / f"{index}.{'png' if index % 2 else 'jpg'}")
    return folder


def check_pytorch_loop(place: Place) -> str:
    return depends_on_seed_and_epoch_alone(place, "pytorch_loop.py", kinds={"image": 256})


def check_pytorch_loop_after_a_kill(place: Place) -> str:
    whole = place.run("pytorch_loop.py", "--checkpoint", "whole.pt", name="whole")
    place.run_until("pytorch_loop.py", line="epoch 1:", made="training.pt")
    rest = place.run("pytorch_loop.py", "--resume", name="rest")
    require(rest == {key: whole[key] for key in whole if key[1] >= min(rest)[1]}, "the resumed training has other pixels")
    import torch

    (_, (network, *_)), (_, (resumed, *_)) = (torch.load(place.folder / name) for name in ("whole.pt", "training.pt"))
    require(all(torch.equal(network[name], resumed[name]) for name in network), "the resumed training has other weights")
    return f"continued at epoch {min(rest)[1] + 1}, same weights"


def check_finetune_resnet18(place: Place) -> str:
    photographs(place.folder / "photos" / "train", 8)
    photographs(place.folder / "photos" / "val", 2)
    return depends_on_seed_and_epoch_alone(place, "finetune_resnet18.py", "photos", "--size", "64", kinds={"image": 16})


def check_lightning_module(place: Place) -> str:
    return depends_on_seed_and_epoch_alone(place, "lightning_module.py", kinds={"image": 256})


def check_lightning_module_after_a_kill(place: Place) -> str:
    place.run_until("lightning_module.py", line="epoch 1:", made="checkpoints/*.ckpt")
    newest = max((place.folder / "checkpoints").glob("*.ckpt"))
    rest = place.run("lightning_module.py", "--resume", newest, name="rest")
    whole = place.run("lightning_module.py", name="whole")
    require(rest == {key: whole[key] for key in whole if key[1] >= min(rest)[1]}, "the resumed training has other pixels")
    return f"continued at epoch {min(rest)[1] + 1}"


def check_lightning_module_on_two_devices(place: Place) -> None:
    one, two = (place.run("lightning_module.py", "--devices", devices, name=devices) for devices in ("1", "2"))
    require(one == two, "two devices have other pixels than one")


def check_hugging_face(place: Place) -> str:
    photographs(place.folder / "photos", 8)
    return depends_on_seed_and_epoch_alone(place, "hugging_face.py", "photos", "--size", "64", kinds={"image": 16})


def check_cifar_in_memory(place: Place) -> str:
    random = np.random.default_rng(0)
    folder = place.folder / "cifar-10-batches-py"
    folder.mkdir()
    for number in (1, 2):
        content = {"data": random.integers(0, 256, (80, 3072), dtype=np.uint8), "labels": [index % 10 for index in range(80)]}
        (folder / f"data_batch_{number}").write_bytes(pickle.dumps(content))
    arguments = ("cifar-10-batches-py", "--model", "wrn_10_1")
    remark = depends_on_seed_and_epoch_alone(place, "cifar_in_memory.py", *arguments, kinds={"batch": 160})
    threaded = place.run("cifar_in_memory.py", *arguments, "--threads", "2", "--seed", "1", name="threaded")
    require(threaded == records(place.folder / "first.record"), "two threads give other pixels than one")
    for name in ("airplane", "automobile", "bird", "cat", "deer", "dog", "frog", "horse", "ship", "truck"):
        (place.folder / "photos" / name).mkdir(parents=True)
        for index in range(4):
            noise = Image.fromarray(random.integers(0, 256, (32, 32, 3), dtype=np.uint8))
            noise.save(place.folder / "photos" / name / f"{index}.png")
    evaluated = subprocess.run(
        [place.pba, "evaluate", "--dataset", "folder:photos", "--checkpoint", "network.safetensors", "--device", "cpu", "--json"],
        cwd=place.folder, capture_output=True, text=True)
    require(math.isfinite(json.loads(succeeded(evaluated))["loss"]), evaluated.stdout)
    return remark


def check_segmentation(place: Place) -> str:
    return depends_on_seed_and_epoch_alone(place, "segmentation.py", kinds={"image": 128})


def check_albumentations_pipeline(place: Place) -> str:
    photographs(place.folder / "photos", 8)
    return depends_on_seed_and_epoch_alone(place, "albumentations_pipeline.py", "photos", "--size", "64", kinds={"image": 16})


def check_own_trainer(place: Place) -> str:
    environment = place.environment(place.folder / "search.record") | {"PBA_PROGRAM": place.pba, "PBA_PYTHON": sys.executable}
    checked = subprocess.run(
        [sys.executable, "-m", "swift_pba.trainer", "check", str(EXAMPLES / "own_trainer.py"), "--json"], env=environment,
        cwd=place.folder, capture_output=True, text=True, timeout=300)
    findings = json.loads(succeeded(checked))
    require(findings["restores"] and findings["difference"] is None and findings["used_policy"], f"findings: {findings}")
    schedules = []
    for workers in ("1", "2"):
        run = place.folder / f"run{workers}"
        arguments = ["--run", str(run), "--epochs", "4", "--population", "2", "--workers", workers]
        command = [sys.executable, str(EXAMPLES / "own_trainer.py"), *arguments]
        done = subprocess.run(command, env=environment, cwd=place.folder, capture_output=True, text=True, timeout=300)
        require("a schedule of 4 epochs in" in succeeded(done), done.stdout)
        schedules.append((run / "schedule.json").read_bytes())
    require(schedules[0] == schedules[1], "two workers find another schedule than one")
    return f"an epoch in {findings['epoch_seconds']:.2f} s"


def options_of(source: str) -> set[str]:
    """The options that an example declares."""
    calls = [node for node in ast.walk(ast.parse(source)) if isinstance(node, ast.Call)]
    return {
        call.args[0].value for call in calls
        if isinstance(call.func, ast.Attribute) and call.func.attr == "add_argument" and isinstance(call.args[0], ast.Constant)}


def commands(text: str) -> Iterator[tuple[str, set[str]]]:
    """The calls of examples in a text: the example, and its options."""
    for name, line in re.findall(r"python (\w+\.py)([^\n#]*)", text):
        yield name, set(re.findall(r"--[\w-]+", line))


def check_sources_and_README(place: Place) -> str:
    readme = (EXAMPLES / "README.md").read_text()
    sources = {path.name: path.read_text() for path in sorted(EXAMPLES.glob("*.py"))}
    called = {name for name, _ in commands(readme)}
    require(called == set(sources), f"README.md calls {sorted(called)}, the folder has {sorted(sources)}")
    tested = Path(__file__).read_text()
    for name, source in sources.items():
        lines = len(source.splitlines())
        require(lines <= LONGEST, f"{name}: {lines} lines, expected {LONGEST} at most")
        require(f"]({name})" in readme, f"README.md has no link to {name}")
        require(f'"{name}"' in tested, f"no case runs {name}")
        documentation = ast.get_docstring(ast.parse(source)) or ""
        require(name in [called for called, _ in commands(documentation)], f"{name} does not say how it is run")
    for text in (readme, *sources.values()):
        for name, used in commands(text):
            unknown = used - options_of(sources[name])
            require(not unknown, f"{name} has no option {', '.join(unknown)}")
    return f"{len(sources)} examples"


def main() -> None:
    run_cases(__doc__, [
        check_sources_and_README, check_pytorch_loop, check_pytorch_loop_after_a_kill, check_finetune_resnet18,
        check_lightning_module, check_lightning_module_after_a_kill, check_lightning_module_on_two_devices, check_hugging_face,
        check_cifar_in_memory, check_segmentation, check_albumentations_pipeline, check_own_trainer,
    ], Place)


if __name__ == "__main__":
    main()
