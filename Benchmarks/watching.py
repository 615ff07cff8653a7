#!/usr/bin/env python3
"""What a dashboard that somebody watches costs the search beside it: the same search with one and without, in turns.

    Benchmarks/watching.py PBA [ROUNDS [OPTION...]]

The watcher follows the page's events, as a browser does, and asks for the page once. OPTIONs are of `pba search`; without
them the default search of the table "Whole search" is taken, on noise. Printed are the seconds by the clock and of the
processor: the median, the lowest and the highest; then the ratios, round by round.
"""

import http.client
import os
import re
import statistics
import subprocess
import sys
import tempfile
import threading
import time
import urllib.request
from pathlib import Path

SEARCH = (
    "--dataset noise --train-size 512 --validation-size 5888 --model wrn_16_1 --population 4 --epochs 6 --interval 3").split()
ADDRESS = re.compile(r"http://127\.0\.0\.1:\d+/")


def watch(address: str, received: list[int]) -> None:
    """Take the page and its events until the server ends."""
    here = urllib.request.build_opener(urllib.request.ProxyHandler({}))  # whatever proxy the environment names
    try:
        with here.open(address) as page:
            received[0] += len(page.read())
        with here.open(address + "events") as events:
            while part := events.read1(1 << 16):
                received[1] += len(part)
    except (OSError, http.client.HTTPException):
        pass  # the search has ended, and its dashboard with it


def searched(program: str, options: list[str], is_watched: bool) -> tuple[float, float, list[int]]:
    """Seconds by the clock and of the processor, and the bytes of the page and of events."""
    received = [0, 0]
    with tempfile.TemporaryDirectory() as folder:
        arguments = [program, "search", *options, "--run", f"{folder}/run", *(["--dashboard"] if is_watched else [])]
        with (Path(folder) / "log").open("wb") as log:
            began = time.perf_counter()
            process = subprocess.Popen(arguments, stdin=subprocess.DEVNULL, stdout=log, stderr=log)
            watcher = None
            for _ in range(500 if is_watched else 0):
                if found := ADDRESS.search((Path(folder) / "log").read_text(errors="replace")):
                    watcher = threading.Thread(target=watch, args=(found[0], received), daemon=True)
                    watcher.start()
                    break
                time.sleep(0.02)
            _, status, usage = os.wait4(process.pid, 0)
            seconds = time.perf_counter() - began
            process.returncode = os.waitstatus_to_exitcode(status)
            if watcher:
                watcher.join(10)
        if process.returncode != 0:
            sys.exit((Path(folder) / "log").read_text())
        if is_watched and not received[1]:
            sys.exit("the dashboard sent nothing")
        return seconds, usage.ru_utime + usage.ru_stime, received


def main() -> None:
    if len(sys.argv) < 2:
        sys.exit(__doc__)
    program, rounds, options = sys.argv[1], int(sys.argv[2]) if len(sys.argv) > 2 else 7, sys.argv[3:] or SEARCH
    taken: dict[bool, list[tuple[float, float, list[int]]]] = {False: [], True: []}
    for number in range(rounds):
        for is_watched in (False, True) if number % 2 == 0 else (True, False):
            taken[is_watched].append(searched(program, options, is_watched))
    for column, name in enumerate(("by the clock", "of the processor")):
        alone, watched = ([one[column] for one in taken[is_watched]] for is_watched in (False, True))
        ratios = sorted(b / a for a, b in zip(alone, watched, strict=True))
        for name_of_row, values in (("alone", alone), ("watched", watched)):
            print(f"{name:16}  {name_of_row:8} {statistics.median(values):6.2f} s [{min(values):.2f}, {max(values):.2f}]")
        print(f"{name:16}  ratio    {statistics.median(ratios):6.3f} [{ratios[0]:.3f}, {ratios[-1]:.3f}], n = {rounds}")
    page, events = (statistics.median(one[2][part] for one in taken[True]) for part in (0, 1))
    print(f"sent: the page, {page:.0f} bytes, and events, {events:.0f}")


if __name__ == "__main__":
    main()
