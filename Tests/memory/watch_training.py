#!/usr/bin/env python3
"""Watches the memory of a training and of a search while they run: it must not grow from step to step.

    watch_training.py --pba PATH [--show]

The training makes 320 steps, the search 160. Resident memory without that of files is read whenever metrics.jsonl
grows; the least of an early window of samples is compared with the least of the last.

One batch of this training keeps 17.4 MB of activations for the backward pass (summed by PyTorch's saved_tensors_hooks
over the same network, batch and image size). Were they leaked, memory would pass the limit after two steps and grow
by 3.9 GB over the 224 steps between the windows. In five undisturbed runs of each the difference was -2.0 to +9.9 MB,
which leaves a margin of 10 MB. With a preloaded library that kept every 100th block of at least 1 MiB from being
freed, it was 93.9 MB in the training and 61.1 MB in the search, and both failed.

Linux only, as it reads /proc. Needs only Python's standard library. Prints a line a run; exits 1 if any failed.
"""

import re
import subprocess
import sys
import tempfile
import time
from functools import partial
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "cli"))
from case_runner import Failure, parser_for, require, run_all  # noqa: E402

TRAINING = """train --dataset bundled --train-size 256 --model wrn_10_1 --epochs 40 --batch-size 32 --policy rcifar10
  --threads 1 --device cpu""".split()
SEARCH = """search --dataset bundled --train-size 128 --validation-size 100 --model wrn_10_1 --population 2 --epochs 20
  --interval 1 --batch-size 32 --threads 1 --concurrency 1 --device cpu""".split()
POLL_SECONDS = 0.002
PATIENCE_SECONDS = 300
FIRST_SAMPLES = 4  # not looked at: the process still fills its caches
WINDOW = 8  # samples, the least of which counts: what is in use for a moment comes and goes, what leaks stays
LIMIT_MEGABYTES = 20


def anonymous_megabytes(pid: int) -> float | None:
    """The memory of a process that no file stands behind; None if it has ended."""
    try:
        status = Path(f"/proc/{pid}/status").read_text()
    except (FileNotFoundError, ProcessLookupError):
        return None
    found = re.search(r"^RssAnon:\s+(\d+) kB$", status, re.MULTILINE)
    return int(found[1]) * 1024 / 1e6 if found else None


def size(path: Path) -> int:
    try:
        return path.stat().st_size
    except FileNotFoundError:
        return 0


def watch(pba: str, command: list[str], folder: Path) -> list[float]:
    """The memory of a run each time that metrics.jsonl has grown, in megabytes."""
    metrics, log = folder / "run" / "metrics.jsonl", folder / "log"
    samples, seen, deadline = [], 0, time.monotonic() + PATIENCE_SECONDS
    with open(log, "wb") as output:
        process = subprocess.Popen(
            [pba, *command, "--run", folder / "run"], stdout=output, stderr=output, stdin=subprocess.DEVNULL)
    try:
        while process.poll() is None:
            if time.monotonic() > deadline:
                raise Failure(f"no end after {PATIENCE_SECONDS} s")
            now = size(metrics)
            if now != seen:
                seen = now
                memory = anonymous_megabytes(process.pid)
                if memory is not None:
                    samples.append(memory)
            time.sleep(POLL_SECONDS)
    finally:
        process.kill()
        process.wait()
    if process.returncode != 0:
        raise Failure(f"exit code {process.returncode}: {log.read_text(errors='replace')[-500:]}")
    return samples


def growth(pba: str, command: list[str], show: bool) -> str:
    """Fails where memory grows while a command runs."""
    with tempfile.TemporaryDirectory(prefix="pba-memory-") as folder:
        samples = watch(pba, command, Path(folder))
    if show:
        print(*(f"{sample:.1f}" for sample in samples))
    require(len(samples) >= FIRST_SAMPLES + 2 * WINDOW, f"only {len(samples)} samples, too few to compare")
    early, late = min(samples[FIRST_SAMPLES:FIRST_SAMPLES + WINDOW]), min(samples[-WINDOW:])
    words = (f"{early:.1f} MB early, {late:.1f} MB at the end, growth {late - early:+.1f} MB,"
             f" at most {LIMIT_MEGABYTES} allowed")
    require(late - early <= LIMIT_MEGABYTES, words)
    return words


def main() -> None:
    parser = parser_for(__doc__)
    parser.add_argument("--show", action="store_true", help="print every sample")
    options = parser.parse_args()
    if not sys.platform.startswith("linux"):
        print("not checked: memory is read from /proc, which only Linux has")
        return
    run_all((command[0], partial(growth, options.pba, command, options.show)) for command in (TRAINING, SEARCH))


if __name__ == "__main__":
    main()
