#!/usr/bin/env python3
"""Reads the official files of datasets, which are no part of the project.

    check_official_files.py --pba PATH [--cifar10 FOLDER] [--fashion-mnist FOLDER]

The folder of CIFAR-10 holds `cifar-10-batches-py` and `cifar-10-batches-bin`, unpacked from the two official archives. That
of Fashion-MNIST holds the four packed IDX files, as /usr/share/datasets/fashion-mnist does where Debian's package
dataset-fashion-mnist is installed.

A command of its own: `scripts/test` needs no dataset from elsewhere. Run it after a change to what reads these files."""

from __future__ import annotations

import json
import subprocess
import sys
from functools import partial
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "cli"))
from case_runner import Failure, parser_for, require, run_all  # noqa: E402


def answer(pba: str, *arguments: str) -> Any:
    done = subprocess.run([pba, "data", *arguments, "--json"], capture_output=True, text=True)
    if done.returncode != 0 and not done.stdout:
        raise Failure(f"pba data {' '.join(arguments)}: exit code {done.returncode}: {done.stderr.strip()}")
    return json.loads(done.stdout)


def require_published(pba: str, dataset: str, folder: Path) -> None:
    """Every file has the published sum."""
    for file in answer(pba, "verify", dataset, "--data-dir", str(folder)):
        require(file["outcome"] == "asPublished", f"{file['path']}: {file['outcome']}")


def check_cifar10(pba: str, folder: Path) -> None:
    require_published(pba, "cifar10", folder / "cifar-10-batches-py")
    python, binary = (
        answer(pba, "stats", "cifar10", "--train-size", "4000", "--validation-size", "46000", "--data-dir", str(folder / form))
        for form in ("cifar-10-batches-py", "cifar-10-batches-bin")
    )
    require(python["digest"] == binary["digest"], "the Python and the binary files hold different images")
    # The published constants are those of the images that the legacy shuffle draws.
    for kind in ("mean", "standardDeviation"):
        for published, measured in zip(python["statistics"][kind], python["measured"][kind], strict=True):
            require(abs(published - measured) < 1e-7, f"{kind}: found {measured}, published {published}")


def check_fashion_mnist(pba: str, folder: Path) -> None:
    require_published(pba, "fashion-mnist", folder)
    stats = answer(
        pba, "stats", "fashion-mnist", "--train-size", "2000", "--validation-size", "10000", "--data-dir", str(folder)
    )
    require(stats["testPerClass"] == [1000] * 10, f"test images of each class: {stats['testPerClass']}")


def main() -> None:
    checks = {"cifar10": check_cifar10, "fashion-mnist": check_fashion_mnist}
    parser = parser_for(__doc__)
    for dataset in checks:
        parser.add_argument(f"--{dataset}", type=Path, metavar="FOLDER", help=f"the official files of {dataset}")
    options = vars(parser.parse_args())
    folders = {dataset: options[dataset.replace("-", "_")] for dataset in checks}
    if not any(folders.values()):
        parser.error("give the folder of at least one dataset")
    run_all((dataset, partial(checks[dataset], options["pba"], folder)) for dataset, folder in folders.items() if folder)


if __name__ == "__main__":
    main()
