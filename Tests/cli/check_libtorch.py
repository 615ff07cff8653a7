#!/usr/bin/env python3
"""Runs the real program without libtorch, with a libtorch of another version, and without the library beside it.

    check_libtorch.py --pba PATH

Needs Python's standard library and a C compiler.
"""

import os
import shutil
import statistics
import subprocess
import time
from pathlib import Path

from case_runner import refused, run_cases, succeeded

SMALL = """--dataset noise:8x8x3 --train-size 48 --model wrn_10_1 --batch-size 16 --cutout 2 --device cpu""".split()
TRAIN = ["train", *SMALL, "--validation-size", "0", "--epochs", "1", "--run", "run"]
# What computes nothing.
LIGHT = [
    ["--version"], ["--help"], ["schedule", "--help"], ["schedule", "show", "rcifar10"], ["policy", "list"],
    ["policy", "show", "autoaugment:cifar10"], ["data", "list"], ["--generate-completion-script", "bash"],
]
# A library that reports another version of libtorch and has nothing else.
FOREIGN = "unsigned long long aoti_torch_abi_version(void) { return 2ULL << 56 | 10ULL << 48 | 3ULL << 40; }\n"


class Case:
    """A folder for one case, and the program in it."""

    def __init__(self, pba: str, folder: Path) -> None:
        self.pba, self.folder = pba, folder

    def run(self, *arguments: object, program: Path | None = None, **variables: object) -> subprocess.CompletedProcess[str]:
        environment = {name: value for name, value in os.environ.items() if name not in ("LIBTORCH", "PBA_ANY_LIBTORCH")}
        return subprocess.run([program or self.pba, *map(str, arguments)], text=True, cwd=self.folder, capture_output=True,
                              timeout=120, env={**environment, **{name: str(value) for name, value in variables.items()}})


def compile_library(path: Path, source: str, *options: str) -> None:
    subprocess.run(["cc", "-shared", "-fPIC", *options, "-x", "c", "-", "-o", path], input=source, text=True, check=True)


def what_computes_nothing_needs_no_libtorch(case: Case) -> None:
    run = case.folder / "run"
    succeeded(case.run(*TRAIN))
    for arguments in [*LIGHT, ["report", run, "--force", "--output", "report.html"]]:
        succeeded(case.run(*arguments, LIBTORCH=case.folder / "none"))
        # The loader's own account of what it opens.
        opened = case.run(*arguments, LD_DEBUG="files").stderr
        assert "libsqlite3" in opened and "libtorch" not in opened and "libCTorch" not in opened, arguments
    assert "libtorch_cpu" in case.run("doctor", LD_DEBUG="files").stderr


def a_start_is_quick(case: Case) -> None:
    def seconds(*arguments: str) -> float:
        started = time.perf_counter()
        case.run(*arguments)
        return time.perf_counter() - started

    # On an idle machine a hundredth of a second; loading libtorch takes twenty.
    took = statistics.median(seconds("--version") for _ in range(15))
    assert took < 0.1, f"--version takes {took * 1000:.0f} ms"
    print(f"--version: {took * 1000:.0f} ms")


def without_libtorch_a_training_says_what_to_do(case: Case) -> None:
    place = case.folder / "none"
    for command in (TRAIN, ["search", *SMALL, "--validation-size", "16", "--run", "run"]):
        refused(case.run(*command, LIBTORCH=place), f"LIBTORCH is set to {place}", "no libtorch", "of version 2.11", "unset it")
    assert not list(case.folder.iterdir()), "a run was begun"
    doctor = case.run("doctor", LIBTORCH=place)
    assert doctor.returncode == 1 and f"LIBTORCH is set to {place}" in doctor.stdout, doctor


def another_version_is_refused_by_name(case: Case) -> None:
    folder = case.folder / "torch"
    (folder / "lib").mkdir(parents=True)
    compile_library(folder / "lib/libtorch_cpu.so", FOREIGN, "-Wl,-soname,libtorch_cpu.so")
    refused(case.run(*TRAIN, LIBTORCH=folder), "libtorch 2.10.3", folder, "only 2.11", "PBA_ANY_LIBTORCH=1")
    # Tried when asked for: then the library does not find what it needs.
    refused(case.run(*TRAIN, LIBTORCH=folder, PBA_ANY_LIBTORCH=1), "libCTorch.so", "libtorch 2.10.3")
    assert [path.name for path in case.folder.iterdir()] == ["torch"], "a run was begun"


def a_program_without_its_library_says_so(case: Case) -> None:
    alone = case.folder / "pba"
    shutil.copy(case.pba, alone)
    assert succeeded(case.run("--version", program=alone)) == succeeded(case.run("--version"))
    refused(case.run(*TRAIN, program=alone), "libCTorch.so", "build it again")
    # A library of another build: one without a table.
    compile_library(case.folder / "libCTorch.so", "int other;\n")
    refused(case.run(*TRAIN, program=alone), "libCTorch.so is of another build")


def kernels_are_checked_where_they_are_named(case: Case) -> None:
    wrong = case.run("--version", PBA_KERNELS="sse9")
    assert wrong.returncode == 64 and "PBA_KERNELS: found 'sse9'" in wrong.stderr, wrong
    refused(case.run(*TRAIN, PBA_KERNELS="neon"), "no kernels 'neon'")
    succeeded(case.run(*TRAIN, PBA_KERNELS="plain"))


CASES = [
    what_computes_nothing_needs_no_libtorch, a_start_is_quick, without_libtorch_a_training_says_what_to_do,
    another_version_is_refused_by_name, a_program_without_its_library_says_so, kernels_are_checked_where_they_are_named,
]


def main() -> None:
    run_cases(__doc__, CASES, Case)


if __name__ == "__main__":
    main()
