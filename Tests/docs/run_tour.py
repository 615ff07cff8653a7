#!/usr/bin/env python3
"""Runs the tour of README.md line by line in an empty folder, as on a fresh checkout.

    run_tour.py --pba PATH [--show]

Every line must end with code 0 and make the files that it names; --show prints what each printed. Needs only Python's
standard library.
"""

import os
import re
import shlex
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from functools import partial
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "cli"))
from case_runner import Report, parser_for, require  # noqa: E402

ROOT = Path(__file__).resolve().parents[2]


def tour() -> list[str]:
    """The lines of the first block of code under the heading Tour."""
    text = (ROOT / "README.md").read_text()
    block = re.search(r"^## Tour\n.*?^```sh\n(.*?)^```", text, re.MULTILINE | re.DOTALL)
    if block is None:
        sys.exit("README.md: found no block of commands under '## Tour'")
    return block[1].replace("\\\n", " ").strip().splitlines()


def results(words: list[str]) -> Iterator[str]:
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


def run(line: str, pba: str, folder: str, shows: bool) -> None:
    words = shlex.split(line)
    require(words[0] == "./pba", "it does not begin with ./pba")
    # No dataset but the bundled one is there.
    environment = os.environ | {"HOME": folder, "XDG_CACHE_HOME": folder + "/cache"}
    done = subprocess.run(
        [pba, *words[1:]], cwd=folder, env=environment, stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=600
    )
    if shows:
        print((done.stderr + done.stdout).rstrip(), end="\n\n")
    require(done.returncode == 0, f"exit code {done.returncode}: {done.stderr[-1000:]}")
    missing = [path for path in results(words) if not (Path(folder) / path).is_file()]
    require(not missing, f"it made no {', '.join(missing)}")


def main() -> None:
    parser = parser_for(__doc__)
    parser.add_argument("--show", action="store_true", help="print what each line prints")
    options = parser.parse_args()
    report = Report()
    with tempfile.TemporaryDirectory() as folder:
        for line in tour():
            # What comes after a line needs what it made.
            if not report.attempt(line, partial(run, line, options.pba, folder, options.show)):
                break
    report.finish()


if __name__ == "__main__":
    main()
