"""What must hold of an asynchronous search in which several trials train at once, however it was ended and continued.

The order in which results arrive is chance, so two such searches differ. But each must be whole: read from its journal.
"""

import contextlib
import json
import sqlite3
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "cli"))
from case_runner import require  # noqa: E402


def check_whole(run: Path, population: int, epochs: int) -> None:
    """Every trial came to its end by segments that join, and the schedule is the best trial's line of ancestors."""
    with contextlib.closing(sqlite3.connect(run / "run.sqlite")) as journal:
        journal.row_factory = sqlite3.Row
        segments = journal.execute("SELECT * FROM segment ORDER BY arrival").fetchall()
        policies = dict(journal.execute("SELECT id, entries FROM policy").fetchall())
        finished, = journal.execute("SELECT finished FROM run").fetchone()
    require(finished == 1, "the journal does not say that the search is finished")
    require([row["arrival"] for row in segments] == list(range(1, len(segments) + 1)), "the arrivals have gaps")
    by_place = {(row["generation"], row["trial"]): row for row in segments}
    for row in segments:
        place = f"trial {row['trial']}, generation {row['generation']}"
        require(row["state"] == "done", f"{place} is {row['state']}")
        if row["parent"] is None:
            require(row["startEpoch"] == 0, f"{place} starts at epoch {row['startEpoch']} from nothing")
            continue
        parent = by_place.get((row["parentGeneration"], row["parent"]))
        require(parent is not None, f"{place} has a parent that the journal does not hold")
        require(parent["endEpoch"] == row["startEpoch"], f"{place} does not start where its parent ends")
        require(parent["arrival"] < row["arrival"], f"{place} arrived before its parent")
    last = [row for row in segments if row["endEpoch"] == epochs]
    require(sorted(row["trial"] for row in last) == list(range(population)), "not every trial came to the last epoch")
    kept = sorted(path.name for path in (run / "checkpoints").iterdir())
    require(kept == sorted(row["file"] for row in last), f"the checkpoints left are {kept}")
    lines = [json.loads(line) for line in (run / "metrics.jsonl").read_text().splitlines()]
    require([(line["generation"], line["trial"]) for line in lines] == list(by_place), "metrics.jsonl is in another order")

    row = min(last, key=lambda row: (-row["validationAccuracy"], row["trial"]))
    diary = []
    while row is not None:
        diary[:0] = [policies[row["policy"]]] * (row["endEpoch"] - row["startEpoch"])
        row = by_place.get((row["parentGeneration"], row["parent"]))
    found = []
    for segment in json.loads((run / "schedule.json").read_text())["segments"]:
        entries = (f"{e['operation']} {e['probability']} {e['magnitude']}" for e in segment["policy"])
        found += [", ".join(entries)] * segment["epochs"]
    require(len(found) == epochs, f"schedule.json has {len(found)} epochs, not {epochs}")
    require(found == diary, "schedule.json is not the line of ancestors of the best trial")
