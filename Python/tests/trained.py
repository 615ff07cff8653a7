"""What the tests of networks share: the program, trainings of seconds, the bundled images."""

from __future__ import annotations

import functools
import gzip
import json
import os
import shutil
import subprocess
import tempfile
from pathlib import Path
from typing import Any

import numpy as np
import torch
from swift_pba import models
from swift_pba.models.safetensors import Safetensors

ROOT = Path(__file__).resolve().parents[2]
FAMILIES = ("wrn_10_1", "ss_4", "pyramid_net_11_5")
"""A small network of each family."""
BUNDLED_SIZE = {"image_size": (28, 28), "mean": (0.29, 0.29, 0.29), "std": (0.35, 0.35, 0.35)}
CPU = ("--device", "cpu", "--threads", "1")


def program() -> str:
    """The program ``pba``: that of PBA_PROGRAM, of the search path, or of this checkout."""
    found = os.environ.get("PBA_PROGRAM") or shutil.which("pba") or str(ROOT / ".build" / "release" / "pba")
    if not os.access(found, os.X_OK):
        raise RuntimeError(f"{found}: found no program, expected pba; build it with `swift build -c release`, or set PBA_PROGRAM")
    return found


def run(*arguments: str | Path) -> subprocess.CompletedProcess[str]:
    """Runs the program; the caller looks at the exit code."""
    return subprocess.run([program(), *map(str, arguments)], capture_output=True, text=True, timeout=300)


def done(*arguments: str | Path) -> subprocess.CompletedProcess[str]:
    """Runs the program, which must succeed."""
    finished = run(*arguments)
    assert finished.returncode == 0, f"{' '.join(map(str, arguments))}: {finished.stderr[-600:]}"
    return finished


def trained(folder: Path, model: str, *arguments: str | Path, dataset: str = "bundled") -> Path:
    """A training of seconds; its folder."""
    common = ("--batch-size", "32", "--cutout", "0", *CPU, "--run", folder)
    sizes = () if dataset.startswith("folder:") else ("--train-size", "200", "--validation-size", "100")
    length = () if "--epochs" in arguments else ("--epochs", "1")
    done("train", "--dataset", dataset, "--model", model, *sizes, *length, *common, *arguments)
    return folder


_FOLDER = tempfile.TemporaryDirectory(prefix="pba-tests-")  # deleted when the process ends


@functools.cache
def small_run(name: str) -> Path:
    """The folder of a training of that network on bundled images, made once; nothing may be changed in it."""
    return trained(Path(_FOLDER.name) / name, name)


def small_checkpoint(name: str = "wrn_10_1") -> Path:
    """The checkpoint of :func:`small_run`."""
    return small_run(name) / "checkpoints" / "epoch-00001.safetensors"


def evaluated(checkpoint: Path, dataset: str = "bundled", *arguments: str) -> dict[str, Any]:
    """What the program measures."""
    return json.loads(done("evaluate", "--dataset", dataset, "--checkpoint", checkpoint, *CPU, "--json", *arguments).stdout)


def bundled_test_images() -> tuple[np.ndarray, torch.Tensor]:
    """The test images [1000, 28, 28, 1] and labels [1000] of the bundled dataset."""
    folder = ROOT / "Sources" / "Datasets" / "Resources" / "FashionMNIST"
    images = gzip.decompress((folder / "test-images-idx3-ubyte.gz").read_bytes())[16:]
    labels = gzip.decompress((folder / "test-labels-idx1-ubyte.gz").read_bytes())[8:]
    pixels = np.frombuffer(images, np.uint8).reshape(-1, 28, 28, 1)
    return pixels, torch.from_numpy(np.frombuffer(labels, np.uint8).astype(np.int64))


def measured(scores: torch.Tensor, labels: torch.Tensor) -> dict[str, float]:
    """Accuracy and loss of class scores."""
    return {
        "accuracy": (scores.argmax(1) == labels).double().mean().item(),
        "loss": torch.nn.functional.cross_entropy(scores.double(), labels).item(),
    }


def on_bundled(network: models.Classifier) -> dict[str, float]:
    """What a network scores on the bundled test images, in PyTorch."""
    images, labels = bundled_test_images()
    with torch.no_grad():
        return measured(network(models.preprocess(images, network.info)), labels)


def contents(path: Path) -> Safetensors:
    """A safetensors file."""
    return Safetensors(bytearray(path.read_bytes()), str(path))


def require_same(program: dict[str, Any], python: dict[str, float]) -> None:
    """Fails unless two evaluations agree: as many images correct, and the loss but for rounding."""
    assert python["accuracy"] == program["accuracy"]
    assert abs(python["loss"] - program["loss"]) <= 1e-5 * program["loss"]
