#!/usr/bin/env python3
"""Runs the real program where the system refuses: memory, time, sizes of files, the stack, and mapped files that are cut.

    check_limits.py --pba PATH

Whatever is refused must end with code 1 and one line that begins with `Error:`, never by a signal. Needs only Python's
standard library.
"""

import os
import random
import resource
import signal
import subprocess
import time
from pathlib import Path

from case_runner import refused, run_cases, succeeded

SMALL = "--model wrn_10_1 --batch-size 16 --cutout 2 --device cpu".split()
NOISE = "--dataset noise:8x8x3 --train-size 48".split()
TRAIN = ["train", *NOISE, *SMALL, "--validation-size", "0"]
SEARCH = ["search", *NOISE, *SMALL, "--validation-size", "20", "--population", "2", "--interval", "1"]
MEGABYTE = 1 << 20


class Case:
    """A folder for one case, and the program in it."""

    def __init__(self, pba: str, folder: Path) -> None:
        self.pba, self.folder, self.count = pba, folder, 0

    def new(self) -> Path:
        self.count += 1
        return self.folder / f"run-{self.count}"

    def run(self, *arguments: object, **limits: int | tuple[int, int]) -> subprocess.CompletedProcess[str]:
        """Runs the program with limits, by the end of their names in the module `resource`: one number, or a soft and a hard
        one."""
        def set_limits() -> None:
            for name, value in limits.items():
                pair = value if isinstance(value, tuple) else (value, value)
                resource.setrlimit(getattr(resource, "RLIMIT_" + name), pair)
        return subprocess.run([self.pba, *map(str, arguments)], cwd=self.folder, capture_output=True, text=True,
                              preexec_fn=set_limits, timeout=30)


def least_memory(case: Case) -> int:
    """The smallest address space, in megabytes, in which the program's libraries load."""
    low, high = 64, 4096
    while low < high:
        middle = (low + high) // 2
        done = case.run("--version", AS=middle * MEGABYTE)
        # The loader itself ends with 127.
        low, high = (low, middle) if done.returncode in (0, 1) else (middle + 1, high)
    return low


def memory_that_runs_out_is_an_error(case: Case) -> None:
    least = least_memory(case)
    outcomes = set()
    for commands, steps in [
        ([[*TRAIN, "--threads", "1", "--epochs", "1", "--run"]], range(0, 220, 12)),
        ([["data", "stats", "noise:64x64x3", "--train-size", "4000"]], range(0, 100, 20)),
        ([["preview", "--policy", "rcifar10", "--draws", "100", "-o"]], range(0, 100, 20)),
    ]:
        for extra in steps:
            command = [*commands[0]]
            if command[-1] == "--run":
                command.append(str(case.new()))
            elif command[-1] == "-o":
                command.append(f"{case.new()}.png")
            done = case.run(*command, AS=(least + extra) * MEGABYTE)
            outcomes.add(done.returncode)
            if done.returncode != 0:
                try:
                    # All but the refusal of an image name the limit; that names the images.
                    refused(done, "memory")
                except AssertionError as fault:
                    raise AssertionError(f"{least} + {extra} MB, {' '.join(map(str, command))}: {fault}") from None
    assert outcomes == {0, 1}, f"found the exit codes {outcomes}, expected some runs to have enough memory and some not"


def pictures_without_memory_are_errors(case: Case) -> None:
    """The libraries that draw end a program themselves where a thread or memory is refused; PNG pictures need a lot of both."""
    least = least_memory(case)
    succeeded(case.run(*SEARCH, "--epochs", "2", "--run", "searched"))
    for name, command in [
        ("plot", ["schedule", "plot", "rcifar10", "-o"]),
        ("preview", ["preview", "--policy", "rcifar10", "--draws", "4", "-o"]),
        ("report", ["report", "searched", "-o"]),
    ]:
        outcomes = set()
        for extra in range(0, 300, 12):
            limit = (least + extra) * MEGABYTE
            done = case.run(*command, f"{case.new()}.{'html' if name == 'report' else 'png'}", AS=limit)
            outcomes.add(done.returncode)
            if done.returncode != 0:
                try:
                    refused(done, "memory", f"the limit is {limit // 1024} kB (ulimit -v")
                    assert "GLib" not in done.stderr, done.stderr
                except AssertionError as fault:
                    raise AssertionError(f"{least} + {extra} MB, {name}: {fault}") from None
        assert outcomes == {0, 1}, f"{name}: found the exit codes {outcomes}, expected enough memory for some and not for others"


def large_requests_are_refused(case: Case) -> None:
    least = least_memory(case)
    shape = ["--dataset", "noise:512x512x3", "--validation-size", "0", "--model", "wrn_10_1", "--device", "cpu",
             "--epochs", "1", "--run"]
    # The images themselves, and what a network makes of a batch of them.
    limit = (least + 400) * MEGABYTE
    refused(case.run("train", "--train-size", "2000", "--batch-size", "8", *shape, case.new(), AS=limit), "memory")
    refused(case.run("train", "--train-size", "64", "--batch-size", "64", *shape, case.new(), AS=limit), "memory", "bytes")


def images_without_memory_are_refused_before_they_are_made(case: Case) -> None:
    # The test images too: 200 of 1024 × 1024 are 629 MB.
    limit = (least_memory(case) + 150) * MEGABYTE
    few = ["--train-size", "40", "--validation-size", "0"]
    refused(case.run("data", "stats", "noise:1024x1024x3", *few, AS=limit), "240 images", "memory", "ulimit -v")


def a_limit_of_file_sizes_is_an_error(case: Case) -> None:
    for kilobytes in (0, 1, 4, 16, 40):
        run = case.new()
        done = case.run(*SEARCH, "--epochs", "2", "--run", run, FSIZE=kilobytes * 1024)
        refused(done, run, "File too large")
        run = case.new()
        refused(case.run(*TRAIN, "--epochs", "1", "--run", run, FSIZE=kilobytes * 1024), run, "File too large")
    refused(case.run("schedule", "export", "rcifar10", "-o", "s.json", FSIZE=100), "s.json", "File too large")
    assert not list(case.folder.glob("s.json*")), "left a part of a file behind"
    refused(case.run("preview", "--policy", "rcifar10", "-o", "p.svg", FSIZE=1000), "p.svg", "File too large")
    images(case.folder / "images", 20)
    refused(case.run("data", "stats", "folder:images", "--data-dir", "data", FSIZE=3000), "data/cache", "File too large")
    with open(case.folder / "out", "wb") as out:
        done = subprocess.run([case.pba, "schedule", "export", "rcifar10"], stdout=out, stderr=subprocess.PIPE, text=True,
                              preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (100, 100)))
    refused(done, "standard output", "File too large")


def a_small_stack_is_enough_or_an_error(case: Case) -> None:
    # libtorch's own code that runs while it is loaded needs about 23 kB, whatever program it is loaded for. Below 18 kB the
    # loader, which runs before all else, may already be ended by a signal: an empty program that is linked with libtorch is.
    for kilobytes in (20, 22, 24, 26, 28, 30, 32, 36):
        done = case.run("schedule", "show", "rcifar10", STACK=kilobytes * 1024)
        if done.returncode != 0 or kilobytes < 24:
            refused(done, f"a limit of {kilobytes} kB (ulimit -s)")
    for kilobytes in (48, 64, 100, 256, 900):
        succeeded(case.run("schedule", "show", "rcifar10", STACK=kilobytes * 1024))
        succeeded(case.run(*TRAIN, "--epochs", "1", "--run", case.new(), STACK=kilobytes * 1024))
        succeeded(case.run(*SEARCH, "--epochs", "2", "--run", case.new(), STACK=kilobytes * 1024))


def a_limit_of_time_is_an_error(case: Case) -> None:
    run = case.new()
    done = case.run(*TRAIN, "--threads", "1", "--epochs", "9999", "--run", run, CPU=(2, 60))
    refused(done, "the limit is 2 s (ulimit -t)", "--resume")
    succeeded(case.run("report", run, "-o", "report.html"))


def a_limit_of_open_files_is_an_error(case: Case) -> None:
    for count in range(3, 15):
        done = case.run(*SEARCH, "--epochs", "2", "--run", case.new(), NOFILE=count)
        if done.returncode not in (0, 127):
            refused(done)


def images(folder: Path, count: int) -> None:
    """Small pictures in two classes."""
    numbers = random.Random(1)
    for label in ("cat", "dog"):
        (folder / label).mkdir(parents=True)
        for index in range(count):
            (folder / label / f"{index}.ppm").write_bytes(b"P6 20 20 255\n" + numbers.randbytes(1200))


def a_mapped_file_that_is_cut_is_an_error(case: Case) -> None:
    # More pages than the system reads ahead.
    images(case.folder / "images", 300)
    command = ["train", "--dataset", "folder:images", "--data-dir", "data", "--image-size", "32", *SMALL, "--epochs", "9999",
               "--run", "run"]
    process = subprocess.Popen([case.pba, *command], cwd=case.folder, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE,
                               text=True)
    end = time.monotonic() + 60
    while not (case.folder / "run/metrics.jsonl").exists():
        assert process.poll() is None and time.monotonic() < end, "no epoch in 60 s"
        time.sleep(0.02)
    pixels = [path for path in (case.folder / "data/cache").glob("*/*") if path.stat().st_size > 1_000_000]
    assert len(pixels) == 1, pixels
    os.truncate(pixels[0], 0)
    _, notes = process.communicate(timeout=60)
    refused(subprocess.CompletedProcess([], process.returncode, "", notes), pixels[0].name, "cuts")
    # The cache is made again.
    succeeded(case.run("data", "stats", "folder:images", "--data-dir", "data", "--image-size", "32"))


def other_faults_end_the_program_as_they_do(case: Case) -> None:
    process = subprocess.Popen([case.pba, *TRAIN, "--epochs", "9999", "--run", case.new()], cwd=case.folder,
                               stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True,
                               env={**os.environ, "SWIFT_BACKTRACE": "enable=no"})
    while not case.folder.joinpath("run-1/metrics.jsonl").exists() and process.poll() is None:
        time.sleep(0.02)
    process.send_signal(signal.SIGSEGV)
    process.communicate(timeout=60)
    assert process.returncode == -signal.SIGSEGV, process.returncode


def few_open_files_are_named_as_the_reason(case: Case) -> None:
    run, search = case.new(), case.new()
    succeeded(case.run(*TRAIN, "--epochs", "1", "--run", run))
    succeeded(case.run(*SEARCH, "--epochs", "2", "--run", search))
    refusals = set()
    for limit in range(4, 14):
        for arguments in (
            ["report", run],
            ["train", "--resume", "--run", run],
            ["search", "--resume", "--run", search],
            ["evaluate", "--dataset", "noise:8x8x3", "--checkpoint", run],
            [*TRAIN, "--epochs", "1", "--run", case.new()],
        ):
            done = case.run(*arguments, NOFILE=limit)
            # With fewer the system does not even start the program.
            if done.returncode not in (0, 127):
                refused(done, "open", "ulimit -n")
                refusals.add(arguments[0])
    assert refusals == {"report", "train", "search", "evaluate"}, refusals


CASES = [
    memory_that_runs_out_is_an_error, pictures_without_memory_are_errors, large_requests_are_refused,
    images_without_memory_are_refused_before_they_are_made, a_limit_of_file_sizes_is_an_error,
    a_limit_of_open_files_is_an_error, a_limit_of_time_is_an_error, a_small_stack_is_enough_or_an_error,
    a_mapped_file_that_is_cut_is_an_error, few_open_files_are_named_as_the_reason,
    other_faults_end_the_program_as_they_do,
]


def main() -> None:
    # The faults are provoked, so core files are of no use.
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    run_cases(__doc__, CASES, Case)


if __name__ == "__main__":
    main()
