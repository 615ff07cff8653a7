"""What the bridge to a cluster sends, without a cluster: parcels, folders, the checkpoints that it keeps, its channel."""

from __future__ import annotations

import ast
import asyncio
import hashlib
import io
import json
import os
import subprocess
import sys
import tarfile
import time
from collections.abc import Callable
from pathlib import Path

import pytest
import swift_pba
from swift_pba.cluster import actor, checkpoints, outbox, unpacking
from swift_pba.cluster.connection import Refusal
from swift_pba.cluster.parcels import archive, digest_of
from swift_pba.cluster.worker_process import WorkerProcess


def test_a_parcel_is_known_by_its_kind_its_name_and_its_content() -> None:
    parcels = [(b"x", "a.py", "file"), (b"x", "b.py", "file"), (b"x", "a.py", "tar"), (b"y", "a.py", "file")]
    assert len({digest_of(*parcel) for parcel in parcels}) == len(parcels)
    assert digest_of(*parcels[0]) == digest_of(b"x", "a.py", "file")


@pytest.fixture
def code(tmp_path: Path) -> Path:
    folder = tmp_path / "code"
    (folder / "deep" / "__pycache__").mkdir(parents=True)
    (folder / "deep" / "__pycache__" / "x.pyc").write_text("")
    (folder / ".git").mkdir()
    (folder / ".git" / "head").write_text("")
    (folder / "deep" / "b.py").write_text("b")
    (folder / "a.py").write_text("a")
    return folder


def unpacked(content: bytes, folder: Path) -> dict[str, str]:
    folder.mkdir()
    unpacking.unpack(memoryview(content), "code", "tar", folder)
    return {str(path.relative_to(folder)): path.read_text() for path in folder.rglob("*") if path.is_file()}


@pytest.mark.parametrize("has_filter", [True, False])
def test_a_folder_is_sent_with_what_its_links_lead_to(
    code: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, has_filter: bool
) -> None:
    os.link(code / "a.py", code / "z.py")
    (code / "link.py").symlink_to("deep/b.py")
    (code / "also").symlink_to(code / "deep")
    if not has_filter:
        monkeypatch.delattr(tarfile, "data_filter", raising=False)
    found = unpacked(archive(code), tmp_path / "node")
    assert found == {"a.py": "a", "z.py": "a", "link.py": "b", "deep/b.py": "b", "also/b.py": "b"}


def test_the_archive_follows_from_the_files_alone(code: Path) -> None:
    before = archive(code)
    os.utime(code / "a.py", (1, 1))
    assert archive(code) == before
    with tarfile.open(fileobj=io.BytesIO(before)) as packed:
        assert packed.getnames() == ["a.py", "deep", "deep/b.py"]


@pytest.mark.parametrize(("make", "words"), [
    (lambda path, out: path.symlink_to(out), "a link out of the folder"),
    (lambda path, out: path.symlink_to("nowhere"), "a link to nowhere, where nothing is"),
    (lambda path, out: path.symlink_to("."), "a link to a folder that it is in itself"),
    (lambda path, out: path.symlink_to("thing"), "where nothing is"),
    (lambda path, out: os.mkfifo(path), "neither a file nor a folder")])
def test_what_cannot_be_sent_is_named(code: Path, make: Callable[[Path, Path], None], words: str) -> None:
    make(code / "thing", code.parent)
    with pytest.raises(Refusal, match=f"{code / 'thing'}.*{words}"):
        archive(code)


def test_folders_that_lead_to_each_other_are_refused(code: Path) -> None:
    (code / "other").mkdir()
    (code / "other" / "x").symlink_to("../deep")
    (code / "deep" / "y").symlink_to("../other")
    with pytest.raises(Refusal, match="a folder that it is in itself"):
        archive(code)


def test_a_checkpoint_that_could_not_be_brought_is_brought_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file = tmp_path / "c.tar"
    file.write_bytes(b"content")
    tries = []

    def put(path: Path) -> str:
        tries.append(path)
        if len(tries) < 3:
            raise RuntimeError("the store is full")  # Ray's errors are of no kind of the system's
        return "reference"

    monkeypatch.setattr(checkpoints, "put", put)

    async def bring() -> None:
        kept = checkpoints.Checkpoints(1 << 20)
        with pytest.raises(RuntimeError):
            await kept.of_file(str(file))
        # One that nobody waits for any more fails too.
        waiting = asyncio.create_task(kept.of_file(str(file)))
        await asyncio.sleep(0)
        waiting.cancel()
        while len(tries) < 2 or kept._kept:
            await asyncio.sleep(0.001)
        assert kept._bytes == 0
        assert await kept.of_file(str(file)) == await kept.of_file(str(file)) == "reference"
        assert len(tries) == 3

    asyncio.run(asyncio.wait_for(bring(), 20))


def test_what_a_worker_says_is_given_in_parts_and_one_that_says_too_much_waits(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(outbox, "_MOST_WAITING", 200)
    monkeypatch.setattr(outbox, "_LARGEST_ANSWER", 100)
    monkeypatch.setattr(outbox, "_POLL_SECONDS", 0.05)
    said = outbox.Outbox()
    process = WorkerProcess(
        [sys.executable, "-c", f"print(*['{json.dumps({'t': 'x' * 40})}'] * 50, sep=chr(10))"], dict(os.environ),
        Path(actor.__file__).with_name("keeper.py").read_text(), Path.cwd(), said)
    seen, lines, most = 0, 0, 0
    deadline = time.monotonic() + 20
    while said._waiting < 200:
        assert time.monotonic() < deadline
        time.sleep(0.001)
    while True:
        events = said.take(seen)
        most = max(most, said._waiting)
        for number, event, _ in events:
            seen, lines = number, lines + (event == "line")
        assert sum(len(text) for _, event, text in events if event == "line") <= 100
        if events and events[-1][1] == "ended":
            break
    process.end()
    assert lines == 50
    assert 200 <= most < 300


def test_a_worker_that_is_ended_while_it_starts_does_not_live_on(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(actor, "root", lambda: tmp_path)
    host = actor.WorkerHost()
    assert host.prepare("trainer", swift_pba.__version__, None, None) == ""
    host._is_over.set()  # as `end` does, before there is a process that it could end
    assert host.start(Path(actor.__file__).with_name("keeper.py").read_text()) == "the worker is ended"
    deadline = time.monotonic() + 20
    while not any(event == "ended" for _, event, _ in host.events(0)):
        assert time.monotonic() < deadline
    host.end()
    assert not [path for path in tmp_path.iterdir() if path.is_dir()]


def test_what_is_sent_to_the_nodes_is_all_that_it_imports() -> None:
    """A node may have nothing but Python and Ray: at the top of a module that is sent stands no other import."""
    for name in actor.SENT:
        tree = ast.parse(Path(actor.__file__).with_name(f"{name}.py").read_text())
        for statement in tree.body:
            if isinstance(statement, ast.ImportFrom) and statement.level:
                assert statement.level == 1 and statement.module in actor.SENT, (name, statement.module)
            elif isinstance(statement, ast.Import | ast.ImportFrom):
                names = [statement.module] if isinstance(statement, ast.ImportFrom) else [each.name for each in statement.names]
                for imported in names:
                    assert imported and imported.partition(".")[0] in sys.stdlib_module_names, (name, imported)


def test_a_file_is_written_in_pieces_and_given_up_when_its_worker_ends(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(unpacking, "_PIECE", 4)
    content, sizes = b"0123456789", []
    unpacking.unpack(memoryview(content), "whole", "file", tmp_path, lambda: sizes.append((tmp_path / "whole").stat().st_size))
    assert (tmp_path / "whole").read_bytes() == content
    assert sizes == [4, 8, 10]
    assert unpacking.file_digest(tmp_path / "whole", lambda: None) == hashlib.sha256(content).hexdigest()
    assert unpacking.file_digest(tmp_path / "none", lambda: None) == ""
    host = actor.WorkerHost()
    host._is_over.set()
    with pytest.raises(OSError, match="the worker is ended"):
        unpacking.unpack(memoryview(content), "part", "file", tmp_path, host._require_life)
    assert (tmp_path / "part").stat().st_size == 4


def test_a_worker_that_is_ended_takes_nothing_any_more(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    host = actor.WorkerHost()
    host.end()
    with pytest.raises(OSError, match="the worker is ended"):
        host._place(("a" * 64, "images", "file", []))
    assert "the worker is ended" in host.prepare("network", "0", None, None)
    assert not list(tmp_path.rglob("*-*/*"))


def test_a_disk_without_room_is_named_before_anything_is_brought(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    with pytest.raises(OSError, match=r"swift-pba-\d+: found .* GB free, expected 1e\+09 GB; make room there, or set TMPDIR"):
        actor.WorkerHost()._place(("a" * 64, "images", "file", []), "0" * 64, 10**18)
    assert not list(tmp_path.rglob("filling-*"))


@pytest.mark.parametrize("module", ["bridge", "doctor"])
def test_files_of_the_working_folder_are_no_modules(module: str, tmp_path: Path) -> None:
    for name in ("ray", "argparse", "asyncio", "traceback", "json", "queue", "socket"):
        (tmp_path / f"{name}.py").write_text("raise SystemExit('the file of the working folder')")
    done = subprocess.run(
        [sys.executable, "-m", f"swift_pba.cluster.{module}", "--address", "nonsense"], cwd=tmp_path, capture_output=True,
        text=True, env={**os.environ, "PYTHONPATH": str(Path(actor.__file__).parents[2])}, stdin=subprocess.DEVNULL, timeout=60)
    assert done.returncode == 1
    assert "the file of the working folder" not in done.stdout + done.stderr
    assert "no Ray" in done.stdout + done.stderr or "found the address nonsense" in done.stdout + done.stderr


def test_a_bridge_that_fails_says_why() -> None:
    program = (
        "from swift_pba.cluster import bridge\n"
        "def fail(address): raise KeyError('what nobody has thought of')\n"
        "bridge.ray_version, bridge.connect = lambda: '0', fail\n"
        "bridge.main()\n")
    done = subprocess.run(
        [sys.executable, "-c", program, "--address", "auto"], capture_output=True, text=True, timeout=60,
        stdin=subprocess.DEVNULL)
    last = json.loads(done.stdout.splitlines()[-1])
    assert (done.returncode, last["t"]) == (1, "bye")
    assert "KeyError: 'what nobody has thought of'" in last["reason"]
    assert "Traceback" in done.stderr
