"""Folders on a node: shared ones are filled once, and what a killed process left is removed."""

from __future__ import annotations

import multiprocessing
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from swift_pba.cluster import folders, keeper

fork = multiprocessing.get_context("fork")


@pytest.fixture
def root(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    return folders.root()


def hold(root: Path, digest: str, barrier: object) -> None:
    """In a process of its own: use a shared folder until it is killed."""
    def fill(folder: Path) -> None:
        time.sleep(0.1)
        with (root / "fills").open("a") as fills:
            fills.write("x")
        (folder / "content").write_text("whole")

    held = folders.shared_folder(root, digest, fill)
    assert (held.path / "content").read_text() == "whole"
    barrier.wait()
    signal.pause()


def end(process: multiprocessing.process.BaseProcess) -> None:
    if process.pid is not None:
        process.kill()
        process.join()


def test_a_shared_folder_is_filled_once_and_removed_by_the_last(root: Path) -> None:
    barrier = fork.Barrier(4)
    users = [fork.Process(target=hold, args=(root, "d" * 64, barrier), daemon=True) for _ in range(3)]
    try:
        for user in users:
            user.start()
        barrier.wait(20)
        assert (root / "fills").read_text() == "x"
        mine = folders.shared_folder(root, "d" * 64, lambda folder: pytest.fail("it is there"))
        for user in users[1:]:
            end(user)
        mine.release(remove=True)
        assert mine.path.exists(), "one that is in use was removed"
    finally:
        for user in users:
            end(user)
    folders.shared_folder(root, "d" * 64, lambda folder: pytest.fail("it is there")).release(remove=True)
    assert not mine.path.exists()


def test_one_that_cannot_be_filled_leaves_nothing_half(root: Path) -> None:
    def fail(folder: Path) -> None:
        (folder / "half").write_text("")
        raise OSError("no room")

    with pytest.raises(OSError, match="no room"):
        folders.shared_folder(root, "e" * 64, fail)
    assert not list(root.glob("filling-*")), "what was filled in part still takes room"
    held = folders.shared_folder(root, "e" * 64, lambda folder: (folder / "whole").touch())
    assert [path.name for path in held.path.iterdir()] == ["whole"]
    held.release(remove=True)


def fill_without_end(root: Path, digest: str, barrier: object) -> None:
    """In a process of its own: fill a shared folder until it is killed."""
    def fill(folder: Path) -> None:
        (folder / "half").touch()
        barrier.wait()
        signal.pause()

    folders.shared_folder(root, digest, fill)


def test_one_that_a_killed_process_has_begun_to_fill_is_removed_by_the_next(root: Path) -> None:
    barrier = fork.Barrier(3)
    users = [fork.Process(target=fill_without_end, args=(root, digest * 64, barrier), daemon=True) for digest in "ab"]
    try:
        for user in users:
            user.start()
        barrier.wait(20)
        end(users[0])
        mine = folders.own_folder(root)
        assert [path.name.split("-")[1] for path in root.glob("filling-*")] == ["b" * 40]
        mine.release(remove=True)
    finally:
        for user in users:
            end(user)
    # Also by one that fills the same without a folder of its own.
    held = folders.shared_folder(root, "b" * 64, lambda folder: (folder / "whole").touch())
    assert not list(root.glob("filling-*")), "what was begun still takes room"
    assert [path.name for path in held.path.iterdir()] == ["whole"]
    held.release(remove=True)


def test_what_was_begun_under_an_unknown_name_is_removed_after_a_day(root: Path) -> None:
    for name in ("filling-x", "filling-", f"filling-{'a' * 39}-x", "filling-old"):
        (root / name).mkdir()
    day_before = time.time() - folders._UNUSED_SECONDS - 1
    os.utime(root / "filling-old", (day_before, day_before))
    folders.own_folder(root).release(remove=True)
    assert not (root / "filling-old").exists()
    assert len(list(root.glob("filling-*"))) == 3
    assert not list(root.glob("parcel-*")), "a lock was made for what is no parcel"


def test_what_has_changed_is_replaced_and_who_has_it_open_keeps_it(root: Path) -> None:
    def fill(folder: Path) -> None:
        (folder / "content").write_text("whole")

    def is_whole(folder: Path) -> bool:
        return (folder / "content").exists() and (folder / "content").read_text() == "whole"

    first = folders.shared_folder(root, "c" * 64, fill, lambda folder: pytest.fail("it has just been written"))
    (first.path / "content").write_text("damaged")
    with (first.path / "content").open() as open_before:
        second = folders.shared_folder(root, "c" * 64, fill, is_whole)
        assert (second.path / "content").read_text() == "whole"
        assert open_before.read() == "damaged"
    (first.path / "content").unlink()
    third = folders.shared_folder(root, "c" * 64, fill, is_whole)
    assert (third.path / "content").read_text() == "whole"
    folders.shared_folder(root, "c" * 64, lambda folder: pytest.fail("it is whole"), is_whole).release(remove=True)
    assert not list(root.glob("filling-*"))
    for held in (first, second, third):
        held.release(remove=True)
    assert not first.path.exists()


def test_who_waits_for_another_to_fill_can_be_ended(root: Path) -> None:
    barrier = fork.Barrier(2)
    other = fork.Process(target=fill_without_end, args=(root, "a" * 64, barrier), daemon=True)
    looks = []

    def go_on() -> None:
        looks.append(len(looks))
        if len(looks) == 3:
            raise OSError("the worker is ended")

    try:
        other.start()
        barrier.wait(20)
        with pytest.raises(OSError, match="ended"):
            folders.shared_folder(root, "a" * 64, lambda folder: pytest.fail("another fills it"), go_on=go_on)
    finally:
        end(other)
    assert looks == [0, 1, 2]


def leave(root: Path) -> None:
    (folders.own_folder(root).path / "content").touch()
    os._exit(9)


def test_the_folder_of_an_ended_process_is_removed_by_the_next(root: Path) -> None:
    ended = fork.Process(target=leave, args=(root,))
    ended.start()
    ended.join()
    assert len(list(root.glob("worker-*/content"))) == 1
    mine = folders.own_folder(root)
    assert [path for path in root.glob("worker-*") if path.is_dir()] == [mine.path]
    mine.release(remove=True)
    assert not list(root.glob("worker-*"))


def test_a_root_that_others_may_change_is_refused(root: Path) -> None:
    root.chmod(0o777)
    with pytest.raises(OSError, match="others may change"):
        folders.root()


def kept(*command: str) -> tuple[subprocess.Popen[str], int]:
    """A worker with its keeper, and the end of the pipe that an actor holds."""
    life, actor = os.pipe()
    process = subprocess.Popen(
        [sys.executable, "-I", "-S", "-c", Path(keeper.__file__).read_text(), str(life), *command], text=True,
        pass_fds=[life], stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    os.close(life)
    return process, actor


def is_running(process: int) -> bool:
    try:
        return Path(f"/proc/{process}/stat").read_text().rsplit(")")[1].split()[0] not in "ZX"
    except FileNotFoundError:
        return False


@pytest.mark.parametrize(("command", "code"), [("exit 7", 7), ("kill -9 $$", 128 + 9)])
def test_a_keeper_ends_with_the_code_of_its_worker(command: str, code: int) -> None:
    process, actor = kept("sh", "-c", f"echo said; {command}")
    said, _ = process.communicate(timeout=10)
    os.close(actor)
    assert (said, process.returncode) == ("said\n", code)


def test_a_program_that_is_not_there_is_named() -> None:
    process, actor = kept("/nowhere/program")
    _, words = process.communicate(timeout=10)
    os.close(actor)
    assert process.returncode == 127
    assert words == "/nowhere/program cannot be started: No such file or directory\n"


def test_a_stopped_worker_and_its_children_end_with_the_actor() -> None:
    process, actor = kept("sh", "-c", "sleep 1000 & echo $$ $!; wait")
    assert process.stdout
    worker, child = map(int, process.stdout.readline().split())
    os.kill(worker, signal.SIGSTOP)
    assert is_running(worker)
    assert process.poll() is None
    os.close(actor)
    assert process.wait(10) == 128 + 9
    assert not is_running(worker)
    deadline = time.monotonic() + 5
    while is_running(child):
        assert time.monotonic() < deadline
        time.sleep(0.01)
