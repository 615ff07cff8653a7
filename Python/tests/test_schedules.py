"""Schedules are those of the program: each epoch, each length, and each byte of a file."""

from __future__ import annotations

import csv
import dataclasses
import io
import json
import os
import stat
import threading
import typing
from collections.abc import Mapping
from dataclasses import FrozenInstanceError
from pathlib import Path
from typing import Any

import pytest
import swift_pba as pba
from pictures import COLOURING, MOVING, mapping
from program import pba as program

CONTENT = mapping((2, [("Rotate", 9, 8), ("Invert", 5, 3)]), (1, []), (3, [(name, 4, 6) for name in MOVING + COLOURING]))


@pytest.fixture(params=["rcifar10", "rsvhn", "file"])
def named(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    if request.param != "file":
        return request.param
    path = tmp_path / "découpé 学.json"
    path.write_text(json.dumps(CONTENT | {"name": "découpé 学", "provenance": {"who": "日本", "numbers": [1, 2.5, None, True]}}))
    return str(path)


def test_every_epoch_is_that_of_the_program(named: str) -> None:
    rows: dict[int, list[tuple[str, float, int]]] = {}
    for row in csv.DictReader(io.StringIO(program("schedule", "export", named, "--format", "csv").decode())):
        rows.setdefault(int(row["epoch"]), []).append((row["operation"], float(row["probability"]), int(row["magnitude"])))
    schedule = pba.load(named)
    assert min(rows) == 1 and max(rows) == schedule.epochs
    for epoch in range(schedule.epochs):
        # There the first epoch is 1, and an epoch without operations has no line.
        policy = [(entry.operation, entry.probability / 10, entry.magnitude) for entry in schedule.policy(epoch)]
        assert policy == rows.get(epoch + 1, [])


def test_files_are_byte_for_byte_those_of_the_program(named: str, tmp_path: Path) -> None:
    schedule = pba.load(named)
    exported = program("schedule", "export", named, "--format", "json")
    assert schedule.to_json().encode() == exported
    path = tmp_path / "saved.json"
    schedule.save(path)
    assert path.read_bytes() == exported
    for again in (pba.load(path), pba.load(str(path)), pba.load(json.loads(exported)), pba.load(exported.decode()),
        pba.load(schedule)):
        assert again == schedule and again.to_json() == schedule.to_json() and again.provenance == schedule.provenance
    content = json.loads(exported)
    assert (schedule.name, schedule.epochs, list(schedule.operation_count), schedule.provenance) == (
        content["name"], content["epochs"], content["operationCount"], content["provenance"])
    assert sum(segment.epochs for segment in schedule.segments) == schedule.epochs


@pytest.mark.parametrize("epochs", [1, 2, 3, 89, 90, 199, 200, 1000, 1_000_000])
def test_stretched_as_the_program_does(named: str, epochs: int, tmp_path: Path) -> None:
    output = tmp_path / "stretched.json"
    program("schedule", "stretch", named, "--epochs", str(epochs), "--output", output)
    stretched = pba.load(named).stretched(epochs)
    assert stretched.to_json().encode() == output.read_bytes()
    assert stretched.epochs == epochs and stretched.policy(epochs - 1) is not None


def test_policies_are_those_that_the_program_lists() -> None:
    listed = program("policy", "list").decode()
    assert pba.policies() and all(usage in listed for usage in pba.policies())


def test_errors_of_epochs() -> None:
    schedule = pba.load("rcifar10")
    for value in (-1, 200, 2**70):
        with pytest.raises(ValueError, match=f"epoch: found {value}, expected 0 to 199"):
            schedule.policy(value)
    for value in (1.0, "1", None, True):
        with pytest.raises(TypeError, match="epoch: found .*expected an integer"):
            schedule.policy(value)
        with pytest.raises(TypeError, match="epochs: found .*expected an integer"):
            schedule.stretched(value)
    for value in (0, -1, 1_000_001, 2**70):
        with pytest.raises(ValueError, match=f"epochs: found {value}, expected 1 to 1000000"):
            schedule.stretched(value)
    with pytest.raises(FrozenInstanceError):
        schedule.epochs = 3


def test_no_field_differs_from_the_text() -> None:
    schedule = pba.load("rcifar10")
    for changes in ({"epochs": 90}, {"name": "mine"}, {"segments": ()}, {"operation_count": (1.0,)}, {"provenance": {}}):
        # Python 3.13 and later raise TypeError.
        with pytest.raises((ValueError, TypeError), match=f"{next(iter(changes))} is declared with init=False"):
            dataclasses.replace(schedule, **changes)
        with pytest.raises(TypeError, match="unexpected keyword argument"):
            pba.Schedule(schedule.to_json(), **changes)
    assert dataclasses.replace(schedule) == schedule
    other = dataclasses.replace(schedule, _text=schedule.stretched(90).to_json())
    assert (other, other.epochs) == (schedule.stretched(90), 90)
    with pytest.raises(ValueError, match="found"):
        dataclasses.replace(schedule, _text="{}")


def test_schedules_that_differ_in_their_origin_alone_are_equal() -> None:
    schedule, other = pba.load(CONTENT), pba.load(CONTENT | {"provenance": {"who": "another"}})
    assert schedule == other and hash(schedule) == hash(other)
    assert other.provenance == {"who": "another"} != schedule.provenance
    for changes in ({"name": "another"}, {"segments": CONTENT["segments"][:2], "epochs": 3}, {"operationCount": [0.5, 0.5]}):
        assert pba.load(CONTENT | changes) != schedule


def test_type_hints_can_be_read() -> None:
    # Tools that read them at run time find the types, not a text.
    assert set(typing.get_args(typing.get_type_hints(pba.load)["policy"])) == {
        str, os.PathLike[str], Mapping[str, Any], pba.Schedule}


@pytest.mark.parametrize(("policy", "error", "words"), [
    (None, TypeError, "policy: found NoneType"), (3, TypeError, "policy: found int"),
    (b"rcifar10", TypeError, "policy: found bytes"),
    ([], TypeError, "policy: found list"),
    ("trivialaugment", ValueError, 'the unknown schedule "trivialaugment", expected one of rcifar10'),
    ("random", ValueError, "unknown schedule"), ("", ValueError, "unknown schedule"),
    ("rcifar10@last", ValueError, "a schedule with an order, expected"),
    ("/no/file.json", ValueError, "/no/file.json: found no such file"), (Path("rsvhn"), ValueError, "found no such file"),
    ("a\0", ValueError, "null character"), ("\udcff", ValueError, "UTF-8"), ({}, ValueError, "format: found nothing"),
    ({"format": "pba-schedule", "version": 1, "name": "\udcff"}, ValueError, "surrogate")], ids=repr)
def test_what_is_no_schedule(policy: Any, error: type[Exception], words: str) -> None:
    with pytest.raises(error, match=words) as raised:
        pba.load(policy)
    assert "found" in str(raised.value) and "expected" in str(raised.value)


def test_a_file_without_provenance_and_with_a_mark() -> None:
    content = {key: value for key, value in CONTENT.items() if key != "provenance"}
    assert pba.load(content).provenance == {}
    assert pba.load("  \n" + json.dumps(content)) == pba.load(content)


@pytest.mark.filterwarnings("error::pytest.PytestUnhandledThreadExceptionWarning")
def test_saving_replaces_a_file_as_a_whole(tmp_path: Path) -> None:
    schedule, other = pba.load("rcifar10"), pba.load("rsvhn")
    path = tmp_path / "schedule.json"
    stopping, torn = threading.Event(), []

    def read() -> None:
        while not stopping.is_set():
            if path.exists() and path.read_text() not in (schedule.to_json(), other.to_json()):
                torn.append(path.read_text())

    reader = threading.Thread(target=read)
    reader.start()
    writers = [threading.Thread(target=lambda each=each: [each.save(path) for _ in range(100)]) for each in (schedule, other)]
    for writer in writers:
        writer.start()
    for writer in writers:
        writer.join()
    stopping.set()
    reader.join()
    assert not torn and [file.name for file in tmp_path.iterdir()] == ["schedule.json"]
    before = os.umask(0o027)
    try:
        schedule.save(tmp_path / "private.json")
        assert stat.S_IMODE((tmp_path / "private.json").stat().st_mode) == 0o640
    finally:
        os.umask(before)
    for wrong, error in ((tmp_path, OSError), (tmp_path / "no" / "folder.json", OSError), (3, TypeError)):
        with pytest.raises(error):
            schedule.save(wrong)
    assert sorted(file.name for file in tmp_path.iterdir()) == ["private.json", "schedule.json"]


def test_saving_follows_no_link_beside_the_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    schedule, precious, path = pba.load("rsvhn"), tmp_path / "precious", tmp_path / "schedule.json"
    precious.write_text("precious")
    # What another user of the folder could foresee: the process and the thread, and now even the random part.
    monkeypatch.setattr("secrets.token_hex", lambda count: "5" * 2 * count)
    for name in (f"schedule.json.{os.getpid()}.{threading.get_ident()}.tmp", f".schedule.json.{'5' * 16}.partial"):
        (tmp_path / name).symlink_to(precious)
    before = sorted(tmp_path.iterdir())
    with pytest.raises(FileExistsError):
        schedule.save(path)
    assert sorted(tmp_path.iterdir()) == before and precious.read_text() == "precious"
    monkeypatch.undo()
    schedule.save(path)
    assert path.read_text() == schedule.to_json() and precious.read_text() == "precious"


def test_a_saved_schedule_is_on_the_disk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path, written, fsync = tmp_path / "schedule.json", [], os.fsync

    def noted(descriptor: int) -> None:
        fsync(descriptor)
        written.append((os.fstat(descriptor).st_ino, path.exists()))

    monkeypatch.setattr("os.fsync", noted)
    pba.load("rsvhn").save(path)
    # The file before it has its name, then the folder with the name.
    assert written == [(path.stat().st_ino, False), (tmp_path.stat().st_ino, True)]
