#!/usr/bin/env python3
"""Looks at what a search and a training show while they run, on terminals of several widths and without one.

    check_live_display.py --pba PATH

The lines that change must stand on the screen once, fit into it, say what the search has reached by its metrics.jsonl,
and be gone at the end, whatever ends it. Without a terminal that can move its cursor there are plain lines. Needs only
Python's standard library.
"""

import json
import re
import signal
import statistics
import subprocess
import tempfile
from collections.abc import Sequence
from pathlib import Path

from case_runner import parser_for, run_all
from terminal import Session

RECIPE = "--dataset bundled --train-size 96 --model wrn_10_1 --batch-size 32 --device cpu --threads 1".split()
SEARCH = ["search", *RECIPE, *"--validation-size 150 --population 4 --epochs 6 --interval 2 --concurrency 1".split()]
TRAINING = ["train", *RECIPE, "--validation-size", "150", "--epochs", "4"]
FIGURES = re.compile(r"best (\d+\.\d\d) % \(trial (\d+)\)\s+median (\d+\.\d\d) %")


def is_bar(line: str) -> bool:
    return bool(re.fullmatch(r"[█░]+  \d+ %", line))


def bars(screen: list[str]) -> list[str]:
    return [line for line in screen if is_bar(line)]


def accuracies(screen: list[str]) -> tuple[str, int, str] | None:
    """Best, its trial and median as they stand on the screen; None where they do not."""
    found = FIGURES.search(" ".join(screen))
    return (found[1], int(found[2]), found[3]) if found else None


def expected_accuracies(run: Path) -> list[tuple[str, int, str]]:
    """Best, its trial and median after each result, by metrics.jsonl."""
    last, all_figures = {}, []
    for line in map(json.loads, (run / "metrics.jsonl").read_text().splitlines()):
        last[line["trial"]] = line["validationAccuracy"]
        best = max(last, key=lambda trial: (last[trial], -trial))
        median = statistics.median(last.values())
        all_figures.append((f"{100 * last[best]:.2f}", best, f"{100 * median:.2f}"))
    return all_figures


def check_screens(session: Session, columns: int) -> None:
    """What holds for all that was to be seen."""
    assert "\x1b[" in session.raw, "nothing changed in place"
    assert not re.search(r"\x1b\[[0-9;]*m", session.raw), "found colours"
    assert "\x1b[?25" not in session.raw, "the cursor was hidden"
    for screen in session.screens:
        assert len(bars(screen)) <= 1, "the bar is there twice:\n" + "\n".join(screen)
        assert sum("median" in line for line in screen) <= 1, "the median is there twice:\n" + "\n".join(screen)
        for line in screen:
            assert not is_bar(line) or len(line) < columns, f"too long for {columns} columns: {line}"


def check_end(session: Session, code: int, word: str) -> None:
    """The changing lines are gone at the end, and the last line says what is expected."""
    assert session.process.returncode == code, f"exit code {session.process.returncode}: {session.screen.text()}"
    last = session.screen.text()
    assert not bars(last) and not any("median" in line for line in last), "left on the screen:\n" + "\n".join(last)
    # Words are broken at the end of a row.
    assert word.replace(" ", "") in "".join(last[-9:]).replace(" ", ""), f"no word of {word}:\n" + "\n".join(last)
    assert session.screen.column == 0, "the cursor is not at the beginning of a line"


def check_search(pba: str, folder: Path, columns: int, extra: Sequence[str] = ()) -> None:
    """A search left in peace."""
    run = folder / f"search-{columns}"
    session = Session([pba, *SEARCH, *extra, "--run", str(run)], columns)
    session.run()
    check_screens(session, columns)
    check_end(session, 0, "best is trial")
    shown = {figures for figures in map(accuracies, session.screens) if figures}
    expected = expected_accuracies(run)
    assert shown <= set(expected), f"found {shown - set(expected)}, expected some of {expected}"
    assert len(shown) > 2, f"best and median changed hardly at all: {shown}"
    panels = ["\n".join(screen) for screen in session.screens if bars(screen)]
    progress = r"after epochs \d-\d" if "--asynchronous" in extra else r"generation +3/3"
    for pattern in (progress, r"\d+ images/s", r"\d+ s left", r"copied +\d←\d", r"\d of 4 "):
        assert any(re.search(pattern, panel) for panel in panels), f"never seen: {pattern}; last:\n{panels[-1]}"


def check_interrupted(pba: str, folder: Path) -> None:
    """A search that is stopped by Ctrl-C and resumed."""
    run = folder / "interrupted"
    columns = 40
    session = Session([pba, *SEARCH, "--run", str(run)], columns)
    assert session.run(until=lambda screen: any(re.search("generation +2/3", line) for line in screen) and bars(screen))
    session.type("\x03")
    session.run()
    check_screens(session, columns)
    check_end(session, 130, "continue with pba search --resume")
    assert "once more ends at once" in session.raw, "no answer to Ctrl-C"
    known = expected_accuracies(run)
    session = Session([pba, "search", "--resume", "--run", str(run)], columns)
    assert session.run(until=bars), "no panel"
    first = accuracies(session.screens[-1])
    # metrics.jsonl gets its lines when a generation is finished; trials of the next may have results already.
    assert first, "best and median are not there at once:\n" + "\n".join(session.screens[-1])
    assert any(re.search(r"copied +\d←\d", line) for line in session.screens[-1]), session.screens[-1]
    session.run()
    check_end(session, 0, "best is trial")
    assert first in expected_accuracies(run)[len(known) - 1 :], f"found {first}, expected a state after {known[-1]}"


def check_second_interrupt(pba: str, folder: Path) -> None:
    """Ctrl-C twice ends the program at once and leaves the screen in order."""
    session = Session([pba, *SEARCH, "--epochs", "60", "--run", str(folder / "twice")], 80)
    assert session.run(until=bars)
    # The first one ends a search at its next step, so the second one follows without a look.
    session.type("\x03\x03")
    session.run()
    assert session.process.returncode == 130, session.process.returncode
    assert not bars(session.screen.text()), "\n".join(session.screen.text())


def check_lost_terminal(pba: str, folder: Path) -> None:
    """A search whose terminal goes away stops in order, without one to say so on."""
    run = folder / "lost"
    session = Session([pba, *SEARCH, "--run", str(run)], 80)
    assert session.run(until=bars)
    code = session.close_terminal()
    assert code == 128 + signal.SIGHUP, f"exit code {code}"
    assert not list(run.rglob("*.partial")), list(run.rglob("*.partial"))
    done = subprocess.run([pba, "search", "--resume", "--run", str(run)], capture_output=True, text=True)
    assert done.returncode == 0 and "best is trial" in done.stderr, done.stderr


def check_training(pba: str, folder: Path) -> None:
    columns = 60
    session = Session([pba, *TRAINING, "--run", str(folder / "trained")], columns)
    session.run()
    check_screens(session, columns)
    assert not bars(session.screen.text()), "\n".join(session.screen.text())
    assert any("images/s" in line and "epoch" in line for screen in session.screens for line in screen)


def check_small(pba: str, folder: Path) -> None:
    """A terminal with fewer rows than there are lines to show."""
    session = Session([pba, *SEARCH, "--epochs", "2", "--run", str(folder / "small")], 40, rows=4)
    session.run()
    check_screens(session, 40)
    # Four rows hold no more than the last note: nobody could copy another.
    check_end(session, 0, "comparisons")


def check_plain(pba: str, folder: Path) -> None:
    """Without a terminal, or with one that cannot move its cursor, there are lines and nothing else."""
    command = [pba, *SEARCH, "--epochs", "2"]
    done = subprocess.run([*command, "--run", str(folder / "piped")], capture_output=True, text=True)
    assert done.returncode == 0 and "best is trial" in done.stderr, done.stderr
    assert "\x1b" not in done.stderr + done.stdout and "\r" not in done.stderr + done.stdout
    session = Session([*command, "--run", str(folder / "dumb")], 80, kind="dumb")
    session.run()
    assert "\x1b" not in session.raw and "best is trial" in session.raw, session.raw


def main() -> None:
    # Who runs this in the background of a shell has SIGINT ignored, and what this starts would go on ignoring it.
    signal.signal(signal.SIGINT, signal.default_int_handler)
    options = parser_for(__doc__, selects=True).parse_args()
    pba = options.pba
    with tempfile.TemporaryDirectory(prefix="pba-display-") as name:
        folder = Path(name)
        checks = [
            ("a search at 120 columns", lambda: check_search(pba, folder, 120)),
            (
                "an asynchronous search at 40 columns",
                lambda: check_search(pba, folder, 40, ["--asynchronous", "--interval", "1"]),
            ),
            ("a search that is interrupted and resumed", lambda: check_interrupted(pba, folder)),
            ("a search that is interrupted twice", lambda: check_second_interrupt(pba, folder)),
            ("a search that loses its terminal", lambda: check_lost_terminal(pba, folder)),
            ("a terminal of four rows", lambda: check_small(pba, folder)),
            ("a training", lambda: check_training(pba, folder)),
            ("without a terminal", lambda: check_plain(pba, folder)),
        ]
        run_all(checks, options.only)


if __name__ == "__main__":
    main()
