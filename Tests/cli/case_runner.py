"""What the scripts that test the program share: cases that run one after another, and how they report.

A case is a name and a function that raises `Failure` (or another `AssertionError`) for what is wrong. Each has a line
`ok` or `FAIL`, the last line is `N passed, M failed`, and the script ends with code 1 when a case has failed. Scripts of
other folders find this module by `sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "cli"))`."""

import argparse
import subprocess
import sys
import tempfile
import time
import traceback
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import Any, NoReturn

Case = tuple[str, Callable[[], object]]


class Failure(AssertionError):
    """What a case found wrong."""


def require(holds: object, words: str) -> None:
    """Fails the case with these words unless something holds."""
    if not holds:
        raise Failure(words)


def tell(text: str, *words: str) -> None:
    """Fails the case unless a text has all of these words."""
    for word in words:
        require(word in text, f"no word of {word} in: {text}")


def program(text: str) -> str:
    """The absolute path of the program to test, from an argument."""
    path = Path(text).resolve()
    if not path.is_file():
        raise argparse.ArgumentTypeError(f"{text}: no such program; build it with: swift build -c release")
    return str(path)


def parser_for(description: str | None, selects: bool = False) -> argparse.ArgumentParser:
    """A parser that takes the program as `--pba` and, where the script selects by it, a part of the cases' names as `--only`."""
    parser = argparse.ArgumentParser(description=(description or "").split("\n")[0])
    parser.add_argument("--pba", required=True, type=program, help="the program to test")
    if selects:
        parser.add_argument("--only", default="", metavar="WORDS", help="only the cases with these words in their names")
    return parser


class Report:
    """How many cases have passed and failed so far."""

    def __init__(self) -> None:
        self.passed = self.failed = 0

    def attempt(self, name: str, case: Callable[[], object]) -> bool:
        """Runs a case and says how it ended; what it returns, if it is a text, is a remark."""
        began = time.monotonic()
        try:
            remark = case()
        except (AssertionError, OSError, subprocess.TimeoutExpired) as fault:
            self.failed += 1
            print(f"FAIL {name}\n     {str(fault) or place_of(fault)}", flush=True)
            return False
        self.passed += 1
        words = f": {remark}" if isinstance(remark, str) else ""
        print(f"ok   {name}{words} ({time.monotonic() - began:.1f} s)", flush=True)
        return True

    def count(self, checked: int, failures: list[str]) -> None:
        """Counts many small comparisons, and shows the first that failed."""
        self.passed += checked - len(failures)
        self.failed += len(failures)
        for words in failures[:5]:
            print(f"FAIL {words}", flush=True)

    def finish(self) -> NoReturn:
        """Says how many cases passed, and ends the script; one without any case has failed."""
        print(f"{self.passed} passed, {self.failed} failed")
        sys.exit(self.failed > 0 or self.passed == 0)


def place_of(fault: BaseException) -> str:
    """The line that raised an error which says nothing itself."""
    raised = traceback.extract_tb(fault.__traceback__)[-1]
    return f"{Path(raised.filename).name}:{raised.lineno}: {raised.line}"


def name_of(case: Callable[..., object]) -> str:
    """What a function is called as a case: its description, or its name in words."""
    return (case.__doc__ or case.__name__.removeprefix("check_")).split("\n")[0].replace("_", " ")


def run_all(cases: Iterable[Case], only: str = "") -> NoReturn:
    """Runs the cases whose names hold some words, and ends the script."""
    report = Report()
    for name, case in cases:
        if only in name:
            report.attempt(name, case)
    report.finish()


def run_cases(
    description: str | None, cases: Sequence[Callable[[Any], object]], make: Callable[[str, Path], Any]
) -> NoReturn:
    """Runs functions, each with what `make` gives from the path of the program and a folder of the case's own.

    A case is called as `name_of` says."""
    options = parser_for(description, selects=True).parse_args()

    def in_folder(case: Callable[[Any], object]) -> Callable[[], object]:
        def run() -> object:
            with tempfile.TemporaryDirectory() as name:
                return case(make(options.pba, Path(name).resolve()))

        return run

    run_all(((name_of(case), in_folder(case)) for case in cases), options.only.replace("_", " "))


def succeeded(done: subprocess.CompletedProcess[str]) -> str:
    """What the program printed, if it ended with code 0."""
    assert done.returncode == 0, f"exit code {done.returncode}: {(done.stderr or '').strip()[-400:]}"
    return done.stdout


def refused(done: subprocess.CompletedProcess[str], *words: object) -> None:
    """The program ended with code 1 and one line that has these words."""
    lines = [line for line in done.stderr.splitlines() if line.startswith("Error:")]
    assert done.returncode == 1 and len(lines) == 1, f"exit code {done.returncode}: {done.stderr.strip()[-400:]}"
    assert "Fatal error" not in done.stderr and "crashed" not in done.stderr, done.stderr[-400:]
    missing = [word for word in map(str, words) if word not in lines[0]]
    assert not missing, f"no word of {', '.join(missing)} in: {lines[0]}"
