"""Checkpoints of workers: the same content gives the same bytes, and nothing in a tar leads out of its folder."""

from __future__ import annotations

import hashlib
import io
import os
import tarfile
import time
from pathlib import Path
from typing import Any

import pytest
from swift_pba.worker.checkpoint import BadCheckpoint, BadOutput, pack, unpack
from workers import NUMPY, ready, request, written


def filled(folder: Path, names: list[str]) -> Path:
    """A folder with files of these names, made in this order."""
    folder.mkdir()
    for name in names:
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(name.encode("utf-8", "surrogateescape") * 700)
    return folder


NAMES = ["weights.pt", "b/a", "b/c/d", "a", "ä" * 60 + "/" + "x" * 120, "b.pt", "Z", os.fsdecode(b"\xff"), "line\nbreak"]


def test_equal_content_gives_equal_bytes(tmp_path: Path) -> None:
    """Neither the order of writing, nor times, modes or a file's other links are in the tar."""
    first, second = filled(tmp_path / "1", NAMES), filled(tmp_path / "2", NAMES[::-1])
    for folder in (first, second):
        (folder / "empty").mkdir()
    os.utime(second / "a", (5, 5))
    os.chmod(second / "a", 0o600)
    os.chmod(second / "b", 0o700)
    os.link(second / "a", tmp_path / "link")
    results = [pack(folder, tmp_path / f"{folder.name}.tar") for folder in (first, second)]
    contents = [(tmp_path / f"{number}.tar").read_bytes() for number in (1, 2)]
    assert contents[0] == contents[1] and results[0] == results[1]
    assert results[0] == (hashlib.sha256(contents[0]).hexdigest(), len(contents[0]))
    with tarfile.open(tmp_path / "1.tar") as archive:
        members = archive.getmembers()
    assert all((m.mtime, m.uid, m.gid, m.uname, m.gname) == (0, 0, 0, "", "") and (m.isreg() or m.isdir()) for m in members)
    names = [os.fsencode(m.name) for m in members]
    assert names == sorted(names) and len(names) == len(NAMES) + 4
    unpacked = tmp_path / "unpacked"
    unpacked.mkdir()
    unpack(tmp_path / "1.tar", unpacked)
    assert {str(path.relative_to(unpacked)): path.read_bytes() for path in unpacked.rglob("*") if path.is_file()} == {
        str(path.relative_to(first)): path.read_bytes() for path in first.rglob("*") if path.is_file()}
    assert (unpacked / "empty").is_dir()
    assert pack(unpacked, tmp_path / "3.tar") == results[0]


def test_a_checkpoint_appears_whole_or_not_at_all(tmp_path: Path) -> None:
    folder = filled(tmp_path / "1", ["a"])
    os.symlink("a", folder / "b")
    with pytest.raises(BadOutput, match="found b, a link to a, expected files and folders alone"):
        pack(folder, tmp_path / "out.tar")
    assert os.listdir(tmp_path) == ["1"]
    (folder / "b").unlink()
    with pytest.raises(FileNotFoundError):
        pack(folder, tmp_path / "missing" / "out.tar")
    assert os.listdir(tmp_path) == ["1"]


def member(name: str, **more: Any) -> tarfile.TarInfo:
    made = tarfile.TarInfo(name)
    for key, value in more.items():
        setattr(made, key, value)
    return made


HOSTILE = {
    "absolute": [member("/tmp/swift_pba_escaped", size=1)], "upwards": [member("../escaped", size=1)],
    "upwards within": [member("a/../../escaped", size=1)], "a link": [member("a", type=tarfile.SYMTYPE, linkname="/etc")],
    "a hard link": [member("a", type=tarfile.LNKTYPE, linkname="../escaped")], "a pipe": [member("a", type=tarfile.FIFOTYPE)],
    "a device": [member("a", type=tarfile.CHRTYPE, devmajor=1, devminor=3)], "no name": [member("", size=1)],
    "through a link": [member("a", type=tarfile.SYMTYPE, linkname=".."), member("a/escaped", size=1)],
    "twice": [member("a", size=1), member("a", size=1)], "the same": [member("b/", type=tarfile.DIRTYPE), member("./b", size=1)],
    "a file as a folder": [member("a", size=1), member("a/b", size=1)],
}


@pytest.mark.parametrize("members", HOSTILE.values(), ids=HOSTILE)
def test_hostile_tars(tmp_path: Path, members: list[tarfile.TarInfo]) -> None:
    with tarfile.open(tmp_path / "start.tar", "w") as archive:
        archive.addfile(member("good", size=1), io.BytesIO(b"x"))
        for one in members:
            archive.addfile(one, io.BytesIO(b"x") if one.size else None)
    folder = tmp_path / "in" / "side"
    folder.mkdir(parents=True)
    with pytest.raises(BadCheckpoint, match="is not a checkpoint of a trainer"):
        unpack(tmp_path / "start.tar", folder)
    assert sorted(os.listdir(tmp_path)) == ["in", "start.tar"] and os.listdir(tmp_path / "in") == ["side"]
    assert not os.path.exists("/tmp/swift_pba_escaped")


def test_files_that_are_no_tars(tmp_path: Path) -> None:
    """A worker says of each that it is fenced, which is tried again; it ends at none."""
    good = tmp_path / "good.tar"
    with ready(written(tmp_path, NUMPY)) as worker:
        assert worker.answer(request(good, (0, 1)))["t"] == "done"
        content = good.read_bytes()
        for number, other in enumerate((b"", b"x" * 5000, content[:300], content[:700], b"\0" * 10240, None)):
            start = tmp_path / f"start{number}.tar"
            if other is not None:
                start.write_bytes(other)
            answer = worker.answer(request(tmp_path / f"out{number}", (1, 2), start=start))
            # An empty tar can be read; then it is the trainer that finds no weights.
            expected = ("user", "FileNotFoundError") if other == b"\0" * 10240 else ("fenced", str(start))
            assert (answer["kind"], expected[1] in answer["reason"]) == (expected[0], True), (number, answer)
        assert worker.answer(request(tmp_path / "last", (1, 2), start=good))["t"] == "done"


def test_time_of_a_large_checkpoint(tmp_path: Path) -> None:
    """200 MB are packed in the time that their digest takes and a copy: nothing is read twice."""
    folder = filled(tmp_path / "1", [])
    (folder / "weights").write_bytes(os.urandom(1 << 20) * 200)
    began = time.process_time()
    hashlib.sha256((folder / "weights").read_bytes()).digest()
    of_digest = time.process_time() - began
    began = time.process_time()
    pack(folder, tmp_path / "1.tar")
    assert time.process_time() - began < 4 * of_digest + 1
