#!/usr/bin/env python3
"""Runs the tour of README.md line by line in an empty folder, as on a fresh checkout.

    run_tour.py --pba PATH [--show]

Every line must end with code 0 and make the files that it names; --show prints what each printed. Needs only Python's
standard library.
"""

import argparse
import os
import re
import shlex
import subprocess
import sys
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]


def tour():
    """The lines of the first block of code under the heading Tour."""
    text = (ROOT / "README.md").read_text()
    block = re.search(r"^## Tour\n.*?^```sh\n(.*?)^```", text, re.MULTILINE | re.DOTALL)
    if block is None:
        sys.exit("README.md: found no block of commands under '## Tour'")
    return block[1].replace("\\\n", " ").strip().splitlines()


def results(words):
    """The files that a line is to make."""
    after = {option: words[place + 1] for place, option in enumerate(words[:-1]) if option.startswith("-")}
    if "-o" in after:
        yield after["-o"]
    if "--run" in after:
        yield after["--run"] + "/run.sqlite"
    if words[1] == "search":
        yield after["--run"] + "/schedule.json"
    if words[1] == "compare":
        yield after["--run"] + "/summary.json"
    if words[1] == "report":
        yield words[2] + "/report.html"


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--pba", required=True, help="the program to run")
    parser.add_argument("--show", action="store_true", help="print what each line prints")
    arguments = parser.parse_args()
    pba, lines, began = str(Path(arguments.pba).resolve()), tour(), time.monotonic()
    with tempfile.TemporaryDirectory() as name:
        # No dataset but the bundled one is there.
        environment = os.environ | {"HOME": name, "XDG_CACHE_HOME": name + "/cache"}
        for line in lines:
            words, start = shlex.split(line), time.monotonic()
            if words[0] != "./pba":
                sys.exit(f"README.md: `{line}` does not begin with ./pba")
            done = subprocess.run(
                [pba, *words[1:]], cwd=name, env=environment, stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=600)
            missing = [path for path in results(words) if not (Path(name) / path).is_file()]
            if done.returncode != 0 or missing:
                sys.exit(f"FAILED {line}\nexit code {done.returncode}, missing {missing}\n{done.stderr[-1000:]}")
            print(f"{time.monotonic() - start:6.1f} s  {line}", flush=True)
            if arguments.show:
                print((done.stderr + done.stdout).rstrip(), end="\n\n")
    print(f"{len(lines)} lines in {time.monotonic() - began:.0f} s")


if __name__ == "__main__":
    main()
