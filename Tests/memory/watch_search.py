#!/usr/bin/env python3
"""Watches the memory of a search: it must not grow over many intervals, and must stay within its limit on CIFAR-10.

    watch_search.py --pba PATH [--intervals 60] [--data-dir FOLDER [--seconds 200]] [--show]

The first part trains a tiny network on noise for real, two trials that are compared after every epoch, each interval with a
restored checkpoint, an evaluation, a new checkpoint and its entries in the journal. Resident memory without that of files
is read whenever metrics.jsonl grows; the least of an early window of samples is compared with the least of the last, which
may be 20 MB more: over 500 intervals 40 kB an interval, where a network of this kind keeps 17 MB for one step.

With --data-dir, the folder of CIFAR-10, the second part begins the search that the paper makes, 16 trials of wrn_40_2 on
4,000 images with 46,000 for validation, and one epoch between comparisons. It is ended after some seconds, or when two
trials have a result: later trials take the place of these in memory, so the peak is theirs. It must be below 3 GB.

Linux only, as it reads /proc. Needs only Python's standard library. Prints a line a part; exits 1 if any failed.
"""

import re
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from watch_training import growth

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "cli"))
from case_runner import Case, Failure, parser_for, require, run_all  # noqa: E402

LONG = """search --dataset noise --train-size 32 --validation-size 32 --model wrn_10_1 --population 2 --interval 1
  --batch-size 32 --threads 1 --concurrency 1 --device cpu""".split()
LARGE = """search --dataset cifar10 --train-size 4000 --validation-size 46000 --model wrn_40_2 --population 16 --epochs 200
  --interval 1 --threads 1 --concurrency auto --device cpu""".split()
LARGE_LIMIT_MEGABYTES = 3000


def peak_megabytes(pid: int) -> float | None:
    """The most memory a process has had; None when it has ended."""
    try:
        status = Path(f"/proc/{pid}/status").read_text()
    except (FileNotFoundError, ProcessLookupError):
        return None
    found = re.search(r"^VmHWM:\s+(\d+) kB$", status, re.MULTILINE)
    return int(found[1]) * 1024 / 1e6 if found else None


def ended_segments(checkpoints: Path) -> int:
    """How many checkpoints have been made: metrics.jsonl grows only when a whole generation has ended."""
    return len(list(checkpoints.glob("*.safetensors"))) if checkpoints.is_dir() else 0


def largest(pba: str, data: str, seconds: float, show: bool) -> str:
    """Fails where the search of the paper takes more memory than it may."""
    with tempfile.TemporaryDirectory(prefix="pba-memory-") as folder:
        run, log = Path(folder) / "run", Path(folder) / "log"
        with open(log, "wb") as output:
            process = subprocess.Popen(
                [pba, *LARGE, "--data-dir", data, "--run", run], stdout=output, stderr=output, stdin=subprocess.DEVNULL)
        peak, begun, made = 0.0, time.monotonic(), 0
        try:
            while time.monotonic() - begun < seconds and made < 2:
                if process.poll() is not None:
                    raise Failure(f"ended with {process.returncode}: {log.read_text(errors='replace')[-500:]}")
                made = ended_segments(run / "checkpoints")
                now = peak_megabytes(process.pid) or peak
                if show and now > peak:
                    print(f"{time.monotonic() - begun:7.1f} s {now:8.1f} MB, {made} checkpoints")
                peak = max(peak, now)
                time.sleep(0.2)
        finally:
            process.kill()
            process.wait()
        at_once = [line for line in log.read_text(errors="replace").splitlines() if "at once" in line]
    words = (f"16 trials of wrn_40_2 on CIFAR-10 4,000/46,000: peak {peak:.0f} MB in {time.monotonic() - begun:.0f} s,"
             f" {made} results, at most {LARGE_LIMIT_MEGABYTES} allowed; {' '.join(at_once).strip() or 'concurrency not said'}")
    require(peak <= LARGE_LIMIT_MEGABYTES, words)
    return words


def main() -> None:
    parser = parser_for(__doc__)
    parser.add_argument("--intervals", type=int, default=60, help="of the long search; 0 leaves it out [%(default)s]")
    parser.add_argument("--data-dir", help="the folder of CIFAR-10; without it the second part is left out")
    parser.add_argument("--seconds", type=int, default=200, help="of the second part at most [%(default)s]")
    parser.add_argument("--show", action="store_true", help="print every sample")
    options = parser.parse_args()
    if not sys.platform.startswith("linux"):
        print("not checked: memory is read from /proc, which only Linux has")
        return
    cases: list[Case] = []
    if options.intervals:
        long = [*LONG, "--epochs", str(options.intervals)]
        cases.append((f"{options.intervals} intervals", lambda: growth(options.pba, long, options.show)))
    if options.data_dir:
        cases.append(("the search of the paper",
                      lambda: largest(options.pba, options.data_dir, options.seconds, options.show)))
    run_all(cases)


if __name__ == "__main__":
    main()
