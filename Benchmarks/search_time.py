#!/usr/bin/env python3
"""What the time of searches goes into, from their journals.

    Benchmarks/search_time.py RUN...           a table: seconds of a trial's segment, by what they go into
    Benchmarks/search_time.py --whole RUN      how long the whole search takes: measured, or by the generations so far

The time of a generation is that between the first and the last segment's begin, so that what is done once (starting,
recording steps) does not count again and again.
"""

import argparse
import re
import sqlite3
import statistics
from pathlib import Path

PARTS = ["preparation", "training", "evaluation", "checkpoint"]


def journal(run: str) -> sqlite3.Connection:
    return sqlite3.connect(f"file:{Path(run).resolve()}/run.sqlite?mode=ro", uri=True)


def generations(rows: sqlite3.Connection) -> list[float]:
    """When each generation that is trained whole began, and the end of the last."""
    found = rows.execute(
        "SELECT min(started), max(started + seconds) FROM segment GROUP BY generation HAVING sum(state = 'planned') = 0 "
        "ORDER BY generation").fetchall()
    return [begun for begun, _ in found] + ([found[-1][1]] if found else [])


def whole(run: str) -> str:
    """The time of all generations, as text for a table."""
    rows = journal(run)
    times = generations(rows)
    if len(times) < 3:
        return "unknown"
    configuration, finished = rows.execute("SELECT configuration, finished FROM run").fetchone()
    if finished:
        return f"{times[-1] - times[0]:.0f} s"
    epochs, interval = (int(re.search(rf'"{name}" *: *(\d+)', configuration)[1]) for name in ("epochs", "interval"))
    count = -(-epochs // interval)
    each = (times[-1] - times[1]) / (len(times) - 2)
    return f"{times[1] - times[0] + each * (count - 1):.0f} s by {len(times) - 1} of {count} generations"


def parts(run: str) -> str:
    """A row of the table: medians over the segments after the first generation."""
    rows = journal(run)
    names = ", ".join(f"{part}Seconds" for part in PARTS)
    taken = rows.execute(f"SELECT seconds, {names} FROM segment WHERE state = 'done' AND generation > 0").fetchall()
    if not taken:
        return f"| {Path(run).name} | no generation after the first |" + " |" * (len(PARTS) + 1)
    columns = [statistics.median(column) for column in zip(*[[value or 0 for value in row] for row in taken], strict=True)]
    return f"| {Path(run).name} | {len(taken)} | " + " | ".join(f"{value:.3f}" for value in columns) + " |"


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n")[0])
    parser.add_argument("runs", nargs="+", metavar="RUN", help="the folder of a search")
    parser.add_argument("--whole", action="store_true", help="only how long each whole search takes")
    options = parser.parse_args()
    for run in options.runs:
        if not (Path(run) / "run.sqlite").is_file():
            parser.error(f"{run}: found no search there")
    if options.whole:
        print("\n".join(whole(run) for run in options.runs))
        return
    print("| search | segments | seconds | " + " | ".join(PARTS) + " |")
    print("|---|" + "---|" * (len(PARTS) + 2))
    for run in options.runs:
        print(parts(run))


if __name__ == "__main__":
    main()
