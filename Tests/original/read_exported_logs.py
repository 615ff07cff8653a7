#!/usr/bin/env python3
"""Reads the logs that `pba schedule export --format ray` writes as PBA's published code reads them.

    read_exported_logs.py --pba PATH

Needs nothing but Python. The reader here follows the rules of the published parser: lines of JSON, or of Python
literals where they are no JSON; a chain of clones, cut where it breaks; lengths from the clone sources' epochs; then
one policy for each epoch, stretched where another number of epochs is asked for. The schedules are the two published
ones, one that this script makes up, and one with a single policy. Each must come out of its log as its JSON has it, and
come back through `pba schedule import` with the same segments.
"""

import ast
import json
import random
import subprocess
import sys
import tempfile
from functools import partial
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "cli"))
from case_runner import parser_for, run_all  # noqa: E402

OPERATIONS = (
    "Rotate TranslateX TranslateY Brightness Color Invert Sharpness Posterize ShearX Solarize ShearY Equalize "
    "AutoContrast Cutout Contrast"
).split()


def read_line(text: str) -> tuple[str, str, int, int, list[int], list[int]]:
    """Returns the six parts of a line; configurations are dictionaries with the key hp_policy."""
    try:
        parts = json.loads(text)
    except ValueError:
        parts = ast.literal_eval(text)
    target, source, target_epoch, source_epoch, old, new = parts
    first, second = (config["hp_policy"] if isinstance(config, dict) else config for config in (old, new))
    return str(target), str(source), target_epoch, source_epoch, first, second


def segments_of_log(path: Path, epochs: int) -> list[tuple[int, list[int]]]:
    """Returns [(epochs, sixty integers)] of a log."""
    lines = [read_line(line) for line in Path(path).read_text().splitlines()]
    breaks = [i for i in range(len(lines) - 1) if lines[i][0] != lines[i + 1][1]]
    lines = lines[breaks[-1] + 1 :] if breaks else lines
    segments = [(lines[0][3], lines[0][4])]
    for line, following in zip(lines, lines[1:], strict=False):
        assert line[0] == following[1], "the chain of clones is broken"
        assert following[3] >= line[3], "a segment of negative length"
        segments.append((following[3] - line[3], line[5]))
    segments.append((epochs - lines[-1][3], lines[-1][5]))
    assert sum(length for length, _ in segments) == epochs, "the segments do not make up the search"
    return segments


def policies_by_epoch(segments: list[tuple[int, list[int]]], epochs: int, multiplier: float = 1) -> list[list[int]]:
    """Returns the policy of every epoch, the last one repeated up to the end."""
    policies = [policy for length, policy in segments for _ in range(int(length * multiplier))]
    return policies + [policies[-1]] * (int(epochs * multiplier) - len(policies))


def policies_of_json(schedule: dict[str, Any]) -> list[list[int]]:
    policies = []
    for segment in schedule["segments"]:
        assert [entry["operation"] for entry in segment["policy"]] == OPERATIONS * 2
        vector = [number for entry in segment["policy"] for number in (entry["probability"], entry["magnitude"])]
        policies += [vector] * segment["epochs"]
    return policies


def made_up(lengths: list[int], seed: int) -> dict[str, Any]:
    """Returns a schedule of random policies as JSON."""
    draw = random.Random(seed)

    def entry(name: str) -> dict[str, Any]:
        return {"operation": name, "probability": draw.randint(0, 10), "magnitude": draw.randint(0, 9)}

    return {
        "format": "pba-schedule", "version": 1, "name": "made up", "epochs": sum(lengths),
        "operationCount": [0.2, 0.3, 0.5], "probabilityScale": 10, "magnitudeScale": 10,
        "segments": [{"epochs": n, "policy": [entry(name) for name in OPERATIONS * 2]} for n in lengths],
    }  # fmt: skip


def run(pba: str, *arguments: str | Path) -> str:
    finished = subprocess.run([pba, "schedule", *map(str, arguments)], capture_output=True, text=True)
    assert finished.returncode == 0, f"pba schedule {arguments}: {finished.stderr.strip()}"
    return finished.stdout


def check(pba: str, schedule: str | Path, folder: str) -> None:
    """Checks one schedule, named or in a file."""
    original = json.loads(run(pba, "export", schedule))
    log = Path(folder, "log.txt")
    log.write_text(run(pba, "export", schedule, "--format", "ray"))
    epochs = original["epochs"]
    segments = segments_of_log(log, epochs)
    assert policies_by_epoch(segments, epochs) == policies_of_json(original), f"{schedule}: another schedule"
    stretched = json.loads(run(pba, "stretch", schedule, "--epochs", 9 * epochs))
    assert policies_by_epoch(segments, epochs, 9.0) == policies_of_json(stretched), f"{schedule}: stretched otherwise"
    back = json.loads(run(pba, "import", log, "--epochs", epochs))
    assert back["segments"] == original["segments"], f"{schedule}: does not come back"


def main() -> None:
    pba = parser_for(__doc__).parse_args().pba
    with tempfile.TemporaryDirectory() as folder:
        schedules: list[str | Path] = ["rcifar10", "rsvhn"]
        for number, lengths in enumerate([[1, 1, 5, 2], [7]]):
            path = Path(folder, f"made_up_{number}.json")
            path.write_text(json.dumps(made_up(lengths, number)))
            schedules.append(path)
        run_all((f"the schedule {Path(schedule).name}", partial(check, pba, schedule, folder)) for schedule in schedules)


if __name__ == "__main__":
    main()
