#!/usr/bin/env python3
"""Watches the memory of a training and of a search while they run: it must not grow from step to step.

    watch_training.py --pba PATH [--show]

MEASURED
Linux only, as it reads /proc. Needs only Python's standard library. Prints a line a run; exits 1 if any failed.
"""

import argparse
import re
import statistics
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
WINDOW = 5  # samples that one figure is the median of
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
        # The first samples are of a process that still fills its caches.
        early, late = samples[WINDOW:2 * WINDOW], samples[-WINDOW:]
        if len(samples) < 4 * WINDOW:
            raise SystemExit(f"{command[0]}: only {len(samples)} samples, too few to compare")
        growth = statistics.median(late) - statistics.median(early)
        too_much = growth > LIMIT_MEGABYTES
        failed = failed or too_much
        print(
            f"{'FAIL' if too_much else 'ok  '} {command[0]}: {statistics.median(early):.1f} MB early,"
            f" {statistics.median(late):.1f} MB at the end, growth {growth:+.1f} MB, at most {LIMIT_MEGABYTES} allowed")
    sys.exit(failed)


if __name__ == "__main__":
    main()
