#!/usr/bin/env python3
"""Holds docs/schedule.schema.json and docs/space.schema.json against the program: both accept the same files and refuse the
same damage.

    check_schedule_schema.py --pba PATH

Needs the Python package jsonschema.
"""

import copy
import json
import re
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import jsonschema

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "cli"))
from case_runner import Report, parser_for  # noqa: E402

ROOT = Path(__file__).resolve().parents[2]
FIXTURES = ROOT / "Tests/PoliciesTests/Fixtures"
LOGS = ROOT / "Tests/InteropTests/Fixtures"
GONE = object()  # takes the place of what is to be left out

# What is changed in a schedule, by its path; what stands there then.
DAMAGE = [
    *((["format"], value) for value in ("pba", None, 1, GONE)),
    *((["version"], value) for value in (0, 2, 3, "1", 1.5, GONE)),
    *((["name"], value) for value in (7, None, ["a"], GONE)),
    *((["epochs"], value) for value in (0, -1, 1_000_001, 2.5, "200", None, GONE)),
    *((["operationCount"], value) for value in ([], [1.5, -0.5], ["1"], {"0": 1}, 1, GONE)),
    *((["probabilityScale"], value) for value in (9, 100, "10", GONE)),
    *((["magnitudeScale"], value) for value in (9, 1, None, GONE)),
    *((["segments"], value) for value in ([], {}, None, [1], [[]], GONE)),
    *((["provenance"], value) for value in (1, "paper", [], None)),
    (["provenence"], {}),
    *((["segments", 0, "epochs"], value) for value in (0, -3, 1_000_001, 1.5, "12", GONE)),
    *((["segments", 0, "policy"], value) for value in ({}, None, "Rotate", [3], [[]], GONE)),
    (["segments", 0, "length"], 3),
    *((["segments", 0, "policy", 0, "operation"], value) for value in ("Shear X", "Größe", "", 13, None, GONE)),
    *((["segments", 0, "policy", 0, "probability"], value) for value in (-1, 11, 0.5, "3", True, GONE)),
    *((["segments", 0, "policy", 0, "magnitude"], value) for value in (-1, 10, 3.5, "3", False, GONE)),
    (["segments", 0, "policy", 0, "sign"], 1),
]

# The same in a schedule of another search space.
DAMAGE_WITH_SPACE = [
    *((["version"], value) for value in (1, 3, GONE)),
    *((["space"], value) for value in (None, [], {}, "digits", GONE)),
    (["operationCount"], [0, 1]),
    (["magnitudeScale"], 10),
    *((["space", "name"], value) for value in ("", 3, "n" * 101, GONE)),
    *((["space", "scalePixels"], value) for value in ("yes", 1, None)),
    *((["space", "operationCount"], value) for value in ([], [1.5, -0.5], [1] + 17 * [0], None)),
    *((["space", "operations"], value) for value in ([], {}, None, [3], GONE)),
    (["space", "format"], "pba-space"),
    *((["space", "operations", 0, "operation"], value) for value in ("Shear X", 13, GONE)),
    *((["space", "operations", 0, "entries"], value) for value in (0, 11, "2", 1.5)),
    *((["space", "operations", 0, "steps"], value) for value in (0, 101, 2.5, "4")),
    *((["space", "operations", 0, key], value) for key in ("lowest", "highest") for value in ("0", None, GONE)),
    (["space", "operations", 0, "signed"], 0),
    (["space", "operations", 0, "step"], 4),
    *((["segments", 0, "policy", 0, "magnitude"], value) for value in (-1, 100, 1.5)),
]

# What a schema cannot express: the program alone refuses it.
BEYOND = [
    (["epochs"], 7),  # not the sum over the segments
    (["operationCount"], [0.5, 0.4]),
    (["operationCount"], [0, 0]),
    (["version"], 1.0),
    *((["segments", 0, "policy", 0, "operation"], value) for value in ("rotate", "Elephant")),
    (["segments", 0, "policy", 0, "magnitude"], 3.0),
]
BEYOND_WITH_SPACE = [
    (["segments", 0, "policy", 0, "magnitude"], 4),
    (["segments", 0, "policy", 0, "operation"], "ShearX"),
    (["space", "operationCount"], [0.5, 0.4]),
    (["space", "operations", 0, "highest"], 361),
    (["space", "operations", 0, "steps"], 1),
    (["space", "operations", 1, "operation"], "Rotate"),
    (["space", "operations", 1, "signed"], True),
]
WITH_SPACE = {
    "format": "pba-schedule", "version": 2, "name": "own", "epochs": 3, "probabilityScale": 10,
    "space": {
        "name": "turns", "operationCount": [0.2, 0.8], "scalePixels": False,
        "operations": [
            {"operation": "Rotate", "entries": 1, "lowest": 0, "highest": 270, "steps": 4, "signed": False},
            {"operation": "Posterize", "entries": 2, "lowest": 8, "highest": 1}, {"operation": "Invert"}]},
    "segments": [{"epochs": 3, "policy": [
        {"operation": "Rotate", "probability": 3, "magnitude": 3}, {"operation": "Invert", "probability": 1, "magnitude": 9}]}]}
NO_JSON_VALUE = ['{"format": "pba-schedule", "format": "pba-schedule"}', "[", "", "{} {}", "null", "[]", "3"]


def changed(value: Any, path: Sequence[str | int], new: object) -> Any:
    result = copy.deepcopy(value)
    place = result
    for key in path[:-1]:
        place = place[key]
    if new is GONE:
        del place[path[-1]]
    else:
        place[path[-1]] = new
    return result


def made(pba: str) -> Iterator[tuple[str, str]]:
    """Schedules as the program writes them, by what they are."""
    for name in ("rcifar10", "rsvhn"):
        yield f"{name} exported", output(pba, "schedule", "export", name)
        yield f"{name} shown as JSON", output(pba, "schedule", "show", name, "--json")
        for epochs in ("1", "17", "1800"):
            yield f"{name} over {epochs} epochs", output(pba, "schedule", "stretch", name, "--epochs", epochs)
        log = str(LOGS / f"{name}_16_wrn.txt")
        yield f"the log of {name}", output(pba, "schedule", "import", log, "--epochs", "200")
    policy = [{"operation": name, "probability": 3, "magnitude": 7} for name in operations(pba)]
    yield "every operation of the program", json.dumps(
        {"format": "pba-schedule", "version": 1, "name": "all", "epochs": 2, "operationCount": [0, 1], "probabilityScale": 10,
         "magnitudeScale": 10, "segments": [{"epochs": 2, "policy": policy}]})
    for path in sorted((ROOT / "Tests").rglob("*.json")):
        if '"pba-schedule"' in path.read_text():
            yield str(path.relative_to(ROOT)), path.read_text()
    yield "one of another space", json.dumps(WITH_SPACE)
    document = (ROOT / "docs/schedule-format.md").read_text()
    for number, example in enumerate(re.findall(r"```json\n(.*?)```", document, re.DOTALL), 1):
        yield f"example {number} of docs/schedule-format.md", example


def operations(pba: str) -> list[str]:
    """The names of the program's operations, from its help."""
    listed = re.search(r"The operation: ([^.]*)\.", " ".join(output(pba, "help", "apply").split()))
    assert listed, "the help of apply lists no operations"
    return listed[1].split(", ")


def output(pba: str, *arguments: str) -> str:
    return subprocess.run([pba, *arguments], capture_output=True, text=True, check=True).stdout


def accepted(pba: str, folder: Path, texts: list[str]) -> list[bool]:
    """For each text whether the program takes it as a schedule; each bad file has a line of its own."""
    files = []
    for number, text in enumerate(texts):
        files.append(folder / f"{number}.json")
        files[-1].write_text(text)
    done = subprocess.run([pba, "schedule", "validate", *map(str, files)], capture_output=True, text=True)
    if done.returncode not in (0, 1):
        raise SystemExit(f"pba schedule validate: exit code {done.returncode}: {done.stderr[-300:]}")
    lines = (done.stdout + done.stderr).splitlines()
    refused = {path for path in files if any(re.search(rf"{re.escape(str(path))}: .*found", line) for line in lines)}
    if bool(refused) != (done.returncode == 1):
        raise SystemExit(f"pba schedule validate: exit code {done.returncode} with {len(refused)} faults")
    return [path not in refused for path in files]


def space_faults(pba: str, folder: Path) -> tuple[int, list[str]]:
    """Where the schema of search spaces and the program differ, and how many files were tried."""
    schema = json.loads((ROOT / "docs/space.schema.json").read_text())
    jsonschema.Draft202012Validator.check_schema(schema)
    validator = jsonschema.Draft202012Validator(schema)
    good = {"format": "pba-space", "version": 1, **WITH_SPACE["space"]}
    cases: list[tuple[str, Any, bool, bool]] = [("the space of the tests", good, True, True)]
    for path in sorted((ROOT / "Spaces").glob("*.yaml")):
        cases.append((path.name, json.loads(output(pba, "space", "show", path.stem, "--json")), True, True))
    for damage, is_valid in ((DAMAGE_WITH_SPACE, False), (BEYOND_WITH_SPACE, True)):
        for place, new in damage:
            if place[0] == "space" and len(place) > 1 and place != ["space", "format"]:
                cases.append((f"{place}: {new}", changed(good, place[1:], new), is_valid, False))
    for key in ("format", "version"):
        cases += [(f"{key}: {new}", changed(good, [key], new), False, False) for new in ("pba", 2, None, GONE)]
    faults = []
    for number, (what, value, by_schema, by_program) in enumerate(cases):
        file = folder / f"{number}.json"
        file.write_text(json.dumps(value))
        done = subprocess.run([pba, "space", "check", str(file)], capture_output=True, text=True)
        if done.returncode not in (0, 1) or (done.returncode == 1) != (f"{file}: " in done.stderr):
            faults.append(f"{what}: exit code {done.returncode}, {done.stderr[-200:]}")
        if validator.is_valid(value) != by_schema:
            faults.append(f"{what}: the schema of spaces {'refuses' if by_schema else 'accepts'} it")
        if (done.returncode == 0) != by_program:
            faults.append(f"{what}: the program {'refuses' if by_program else 'accepts'} it")
    return len(cases), faults


def main() -> None:
    pba = parser_for(__doc__).parse_args().pba
    schema = json.loads((ROOT / "docs/schedule.schema.json").read_text())
    jsonschema.Draft202012Validator.check_schema(schema)
    validator = jsonschema.Draft202012Validator(schema)
    faults = []
    whole = list(made(pba))
    original = json.loads((FIXTURES / "two_segments.json").read_text())
    cases = [(what, text, True, True) for what, text in whole]
    for good, damage, is_valid in (
        (original, DAMAGE, False), (original, BEYOND, True), (WITH_SPACE, DAMAGE_WITH_SPACE, False),
        (WITH_SPACE, BEYOND_WITH_SPACE, True)):
        for path, new in damage:
            what = f"{'.'.join(map(str, path))}: {'left out' if new is GONE else json.dumps(new)}"
            cases.append((what, json.dumps(changed(good, path, new)), is_valid, False))
    for text in NO_JSON_VALUE:
        cases.append((f"the text {text!r}", text, False, False))
    with tempfile.TemporaryDirectory() as folder:
        taken = accepted(pba, Path(folder), [text for _, text, _, _ in cases])
    for (what, text, by_schema, by_program), is_taken in zip(cases, taken, strict=True):
        try:
            is_valid = validator.is_valid(json.loads(text))
        except ValueError:
            is_valid = False
        if is_valid != by_schema:
            faults.append(f"{what}: the schema {'accepts' if is_valid else 'refuses'} it")
        if is_taken != by_program:
            faults.append(f"{what}: the program {'accepts' if is_taken else 'refuses'} it")
    names = {operation["operation"] for segment in json.loads(whole[0][1])["segments"] for operation in segment["policy"]}
    listed = set(schema["$defs"]["entry"]["properties"]["operation"]["examples"])
    if names != listed:
        faults.append(f"operations: the schema names {sorted(listed)}, rcifar10 {sorted(names)}")
    print(f"{len(whole)} schedules and {len(cases) - len(whole)} damaged files")
    with tempfile.TemporaryDirectory() as folder:
        tried, faults_of_spaces = space_faults(pba, Path(folder))
    print(f"{tried} search spaces")
    faults += faults_of_spaces
    report = Report()
    report.count(2 * (len(cases) + tried) + 1, faults)
    report.finish()


if __name__ == "__main__":
    main()
