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

import argparse
import re
import subprocess
import sys
import tempfile
import time
from pathlib import Path

TRAINING = """train --dataset bundled --train-size 256 --model wrn_10_1 --epochs 40 --batch-size 32 --policy rcifar10
  --threads 1 --device cpu""".split()
SEARCH = """search --dataset bundled --train-size 128 --validation-size 100 --model wrn_10_1 --population 2 --epochs 20
  --interval 1 --batch-size 32 --threads 1 --concurrency 1 --device cpu""".split()
POLL_SECONDS = 0.002
PATIENCE_SECONDS = 300
FIRST_SAMPLES = 4  # not looked at: the process still fills its caches
WINDOW = 8  # samples, the least of which counts: what is in use for a moment comes and goes, what leaks stays
LIMIT_MEGABYTES = 20


def anonymous_megabytes(pid):
    """The memory of a process that no file stands behind; None if it has ended."""
    try:
        status = Path(f"/proc/{pid}/status").read_text()
    except (FileNotFoundError, ProcessLookupError):
        return None
    found = re.search(r"^RssAnon:\s+(\d+) kB$", status, re.MULTILINE)
    return int(found[1]) * 1024 / 1e6 if found else None


def size(path):
    try:
        return path.stat().st_size
    except FileNotFoundError:
        return 0


def watch(pba, command, folder):
    """The memory of a run each time that metrics.jsonl has grown, in megabytes."""
    metrics, log = folder / "run" / "metrics.jsonl", folder / "log"
    samples, seen, deadline = [], 0, time.monotonic() + PATIENCE_SECONDS
    with open(log, "wb") as output:
        process = subprocess.Popen(
            [pba, *command, "--run", folder / "run"], stdout=output, stderr=output, stdin=subprocess.DEVNULL)
    try:
        while process.poll() is None:
            if time.monotonic() > deadline:
                raise SystemExit(f"{command[0]}: no end after {PATIENCE_SECONDS} s")
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
        raise SystemExit(f"{command[0]}: exit code {process.returncode}: {log.read_text(errors='replace')[-500:]}")
    return samples


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--pba", required=True, help="the program")
    parser.add_argument("--show", action="store_true", help="print every sample")
    options = parser.parse_args()
    if not sys.platform.startswith("linux"):
        print("not checked: memory is read from /proc, which only Linux has")
        return
    pba = Path(options.pba).resolve()
    if not pba.is_file():
        parser.error(f"{options.pba}: no such program; build it with: swift build -c release")
    failed = False
    for command in (TRAINING, SEARCH):
        with tempfile.TemporaryDirectory(prefix="pba-memory-") as folder:
            samples = watch(pba, command, Path(folder))
        if options.show:
            print(*(f"{sample:.1f}" for sample in samples))
        early, late = samples[FIRST_SAMPLES:FIRST_SAMPLES + WINDOW], samples[-WINDOW:]
        if len(samples) < FIRST_SAMPLES + 2 * WINDOW:
            raise SystemExit(f"{command[0]}: only {len(samples)} samples, too few to compare")
        growth = min(late) - min(early)
        too_much = growth > LIMIT_MEGABYTES
        failed = failed or too_much
        print(
            f"{'FAIL' if too_much else 'ok  '} {command[0]}: {min(early):.1f} MB early,"
            f" {min(late):.1f} MB at the end, growth {growth:+.1f} MB, at most {LIMIT_MEGABYTES} allowed")
    sys.exit(failed)


if __name__ == "__main__":
    main()
