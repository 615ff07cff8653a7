"""Schedules of other search spaces than PBA's, in the package as in the program."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import swift_pba as pba
from own_training import segment
from pictures import picture
from program import draws
from program import pba as program
from swift_pba.worker.service import fault_of_run
from test_same_bits import compare

#: A space that differs from PBA's in every part: bounds both ways, many steps, no direction, up to three operations.
SPACE: dict[str, Any] = {
    "name": "turns", "operationCount": [0, 0.1, 0.4, 0.5], "scalePixels": False,
    "operations": [
        {"operation": "Rotate", "entries": 2, "lowest": 0, "highest": 270, "steps": 4, "signed": False},
        {"operation": "TranslateX", "entries": 1, "lowest": 0, "highest": 40, "steps": 21, "signed": True},
        {"operation": "Posterize", "entries": 1, "lowest": 8, "highest": 1, "steps": 8},
        {"operation": "Sharpness", "entries": 1, "lowest": 0.05, "highest": 3.5, "steps": 100},
        {"operation": "Equalize", "entries": 1}]}
ENTRIES = [("Rotate", 7, 3), ("TranslateX", 9, 20), ("Posterize", 6, 7), ("Sharpness", 8, 99), ("Equalize", 2, 5),
           ("Rotate", 5, 1)]


def content(**changes: Any) -> dict[str, Any]:
    """Return a schedule of the space as a mapping."""
    policy = [dict(zip(("operation", "probability", "magnitude"), entry, strict=True)) for entry in ENTRIES]
    return {
        "format": "pba-schedule", "version": 2, "name": "own", "epochs": 5, "probabilityScale": 10, "space": SPACE,
        "segments": [{"epochs": 2, "policy": policy}, {"epochs": 3, "policy": policy[:3]}], "provenance": {}} | changes


def test_fields_are_those_of_the_file() -> None:
    schedule = pba.load(content())
    assert schedule.operation_count == (0, 0.1, 0.4, 0.5)
    assert schedule.space is not None and (schedule.space.name, schedule.space.scale_pixels) == ("turns", False)
    turn, shift, bits, *_ = schedule.space.operations
    assert turn == pba.SpaceOperation("Rotate", 2, 0, 270, 4, False)
    assert (shift.highest, shift.steps, shift.signed) == (40, 21, True)
    assert (bits.lowest, bits.highest, bits.signed) == (8, 1, False)
    assert schedule.space.operations[-1] == pba.SpaceOperation("Equalize", 1)
    assert [(entry.operation, entry.probability, entry.magnitude) for entry in schedule.policy(0)] == ENTRIES
    assert pba.load("rcifar10").space is None and hash(schedule) == hash(pba.load(content()))
    assert schedule != pba.load(content(space=SPACE | {"name": "other"}))


def test_files_are_byte_for_byte_those_of_the_program(tmp_path: Path) -> None:
    file = tmp_path / "own.json"
    pba.load(content()).save(file)
    assert program("schedule", "export", file, "--format", "json") == file.read_bytes()
    output = tmp_path / "long.json"
    program("schedule", "stretch", file, "--epochs", "17", "--output", output)
    assert pba.load(file).stretched(17).to_json().encode() == output.read_bytes()
    assert b"version 2" not in program("schedule", "validate", file)
    rows = program("schedule", "export", file, "--format", "csv").decode().splitlines()
    assert rows[:3] == ["epoch,entry,operation,probability,magnitude,parameter", "1,1,Rotate,0.7,3,270.0",
                        "1,2,TranslateX,0.9,20,40.0"]


@pytest.mark.parametrize("scale", [False, True], ids=["lengths as they are", "lengths that would follow the size"])
def test_pixels_are_those_of_the_program(scale: bool, tmp_path: Path) -> None:
    file = tmp_path / "own.json"
    file.write_text(json.dumps(content()))
    images = [picture(*size) for size in [(1, 9), (28, 28), (33, 70), (64, 65)]]
    for epoch in (0, 4):
        drawn = draws(tmp_path / str(epoch), str(file), images, count=6, seed=epoch, epoch=epoch, scale_to_size=scale)
        for policy in (str(file), content(), pba.load(file)):
            compare(policy, drawn, scale)
        shifts = [entry["parameter"] for draw in drawn for entry in draw.operations if entry["name"] == "TranslateX"]
        assert shifts and {abs(shift) for shift in shifts} == {40}
        assert {entry["parameter"] for draw in drawn for entry in draw.operations if entry["name"] == "Rotate"} <= {90, 270}


def test_batches_have_the_pixels_of_single_images() -> None:
    images = np.stack([picture(32, 32, seed) for seed in range(8)])
    plain = {"mean": (0, 0, 0), "std": (1, 1, 1), "crop_padding": 0, "flip": False, "cutout": 0}
    batch = pba.BatchAugment(content(), epochs=5, seed=3, **plain)(images, [pba.Key(index=index, epoch=0) for index in range(8)])
    single = pba.Augment(content(), epochs=5, seed=3, fill=(0, 0, 0))
    for index, image in enumerate(images):
        expected = single.apply(image, epoch=0, index=index).transpose(2, 0, 1).astype(np.float32) / 255
        assert np.allclose(batch[index], expected, atol=1e-6)


def test_segments_of_own_trainers_know_the_space(tmp_path: Path) -> None:
    entries = content()["segments"][0]["policy"]
    of_space = segment(tmp_path, (0, 2), None, policy={"space": SPACE, "entries": entries})
    assert of_space.schedule.space == pba.load(content()).space
    assert [(entry.operation, entry.probability, entry.magnitude) for entry in of_space.policy] == ENTRIES
    image = picture(32, 32)
    same = pba.Augment(content(epochs=6, segments=[{"epochs": 6, "policy": entries}]), epochs=6, seed=of_space.seed,
        trial=of_space.trial)
    for index in range(20):
        assert np.array_equal(
            of_space.augment.apply(image, epoch=0, index=index), same.apply(image, epoch=0, index=index))


def test_a_worker_refuses_what_it_does_not_know() -> None:
    run = {"key": "0/0/1", "seed": 0, "epochs": [0, 1], "output": "out"}
    assert fault_of_run(run | {"policy": []}) is None
    assert fault_of_run(run | {"policy": {"space": SPACE, "entries": []}}) is None
    for policy in ({"entries": []}, {"space": SPACE}, {"space": SPACE, "entries": [], "more": 1}, "policy", None):
        assert str(fault_of_run(run | {"policy": policy})).startswith("run.policy: found ")


@pytest.mark.parametrize(("changes", "words"), [
    ({"space": None}, "space: found null"),
    ({"version": 1}, "unknown key"),
    ({"space": SPACE | {"operations": []}}, "space.operations: found none"),
    ({"space": SPACE | {"operations": SPACE["operations"][:2]}}, "expected one of the space: Rotate, TranslateX"),
    ({"space": SPACE | {"operations": [{"operation": "Rotate", "lowest": 0, "highest": float(10**300)}]}}, "highest: found 1e"),
    ({"space": SPACE | {"operations": [{"operation": "Rotate", "steps": 10**9, "lowest": 0, "highest": 1}]}}, "steps: found"),
    ({"space": SPACE | {"operationCount": [1] * 1000}}, "operationCount: found"),
])
def test_mistakes_are_named(changes: dict[str, Any], words: str) -> None:
    with pytest.raises(ValueError, match="policy: ") as raised:
        pba.load(content(**changes))
    assert words in str(raised.value)
