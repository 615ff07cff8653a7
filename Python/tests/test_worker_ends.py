"""How a worker ends: in order, with its coordinator, and what it leaves: no process, no file."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from swift_pba.trainer.coordinator import WorkerEnded, WorkerProcess
from workers import NUMPY, processes, ready, request, settings, until, work_folders, written

#: Trains without end, with processes of a data loader and one of its own.
ENDLESS = """
    import subprocess, time
    import torch

    class Images(torch.utils.data.Dataset):
        def __len__(self):
            return 10**6
        def __getitem__(self, index):
            return torch.zeros(3)

    class Trainer:
        def __init__(self, config):
            pass

        def train(self, segment):
            subprocess.Popen(["sleep", "1000"])
            (segment.output / "weights").write_bytes(b"x" * 10**6)
            for _ in segment.epochs:
                for _ in segment.loader(Images(), num_workers=2, multiprocessing_context=segment.config["start"]):
                    pass
"""
#: Never comes back from a call that neither reports nor looks whether it should stop.
DEAF = """
    import time

    class Trainer:
        def __init__(self, config):
            pass

        def train(self, segment):
            segment.report(0)
            time.sleep(1000)
"""


def training(worker: WorkerProcess, folder: Path) -> None:
    """Let a worker begin the endless training, and wait until its loader has sent batches."""
    worker.send({"t": "run"} | request(folder / "output"))
    while worker.receive(120).get("done", 0) < 3:
        pass
    assert len(processes(worker.process.pid)) >= 4


@pytest.mark.parametrize("start", ["fork", "spawn", pytest.param("forkserver", marks=pytest.mark.full)])
def test_the_end_of_the_input_ends_all(tmp_path: Path, start: str) -> None:
    """A worker whose coordinator closes the channel, in the middle of a training, is gone with all that it started."""
    with ready(written(tmp_path, ENDLESS), config={"start": start}) as worker:
        training(worker, tmp_path)
        worker.process.stdin.close()
        until(lambda: not processes(worker.process.pid))
        assert worker.process.wait(20) == -signal.SIGKILL


COORDINATOR = """
import sys, time
sys.path.insert(0, sys.argv[1])
from pathlib import Path
from swift_pba.trainer.coordinator import WorkerProcess
from workers import request, settings
import os
# Another process holds both channels open, so that their end is not noticed.
worker = WorkerProcess()
worker.begin(settings(Path(sys.argv[2]), config={"start": "fork"}), timeout=120)
for pipe in (worker.process.stdin, worker.process.stdout):
    os.set_inheritable(pipe.fileno(), True)
import subprocess
holder = subprocess.Popen(["sleep", "300"], close_fds=False, stdout=subprocess.DEVNULL)
worker.send({"t": "run"} | request(Path(sys.argv[3])))
while worker.receive(120).get("done", 0) < 3:
    pass
print(worker.process.pid, holder.pid, flush=True)
time.sleep(300)
"""


def test_the_death_of_the_parent_ends_all(tmp_path: Path) -> None:
    """Also where the channel stays open, since another process has it."""
    arguments = [Path(__file__).parent, written(tmp_path, ENDLESS), tmp_path / "output"]
    with subprocess.Popen(
        [sys.executable, "-c", COORDINATOR, *map(str, arguments)], stdout=subprocess.PIPE, text=True) as coordinator:
        assert coordinator.stdout is not None
        worker, holder = (int(word) for word in coordinator.stdout.readline().split())
        try:
            assert len(processes(worker)) >= 4
            coordinator.kill()
            until(lambda: not processes(worker))
        finally:
            os.kill(holder, signal.SIGKILL)


def test_a_frozen_process_is_silent(tmp_path: Path) -> None:
    """`alive` comes at least at each heartbeat, also in a call without end, and not from a process that is stopped."""
    with ready(written(tmp_path, DEAF), heartbeat=0.2) as worker:
        worker.send({"t": "run"} | request(tmp_path / "output"))
        raw = worker._messages
        seen = []
        ends = time.monotonic() + 2
        while time.monotonic() < ends:
            message = raw.get(timeout=20)
            seen.append(time.monotonic())
            assert message["t"] in ("alive", "progress")
        assert len(seen) > 3
        os.kill(worker.process.pid, signal.SIGSTOP)
        with pytest.raises(WorkerEnded, match="sent nothing for 1 seconds"):
            worker.receive(1)
        worker.kill()
        until(lambda: not processes(worker.process.pid))


def test_a_stop_ends_the_segment(tmp_path: Path) -> None:
    """`except Exception` of the user does not hold it up; the worker then trains the next segment."""
    file = written(tmp_path, NUMPY + """
    import time
    quick = Trainer.train
    def train(self, segment):
        if segment.trial == 1:
            return quick(self, segment)
        for epoch in segment.epochs:
            while True:
                try:
                    assert not segment.stop_requested or segment.trial == 2
                    segment.report(loss=1)
                except Exception:
                    return {}
                time.sleep(0.01)
    Trainer.train = train
    """)
    with ready(file) as worker:
        run = request(tmp_path / "a", trial=2)
        worker.send({"t": "run"} | run)
        worker.send({"t": "stop", "key": "0/2/9"})
        assert worker.receive()["t"] == worker.receive()["t"] == "progress"
        worker.send({"t": "stop", "key": run["key"]})
        began = time.monotonic()
        while (answer := worker.receive())["t"] == "progress":
            pass
        assert answer == {
            "t": "failed", "key": run["key"], "kind": "stopped", "reason": "it was asked to stop", "traceback": None}
        assert time.monotonic() - began < 8
        assert worker.answer(request(tmp_path / "b", trial=1))["t"] == "done"
        assert not (tmp_path / "a").exists()


@pytest.mark.parametrize("result", ['{"score": 1}', "{}", "len([]) / len([])", '{"score": float("nan")}'])
def test_a_trainer_that_leaves_its_epochs_when_it_should_stop(tmp_path: Path, result: str) -> None:
    """What it saved and returned, or raised, is of a training that was broken off, and no result."""
    file = written(tmp_path, f"""
        import time
        class Trainer:
            def __init__(self, config):
                pass
            def train(self, segment):
                segment.report()
                while not segment.stop_requested:
                    time.sleep(0.01)
                (segment.output / "w").write_text("w")
                return {result}
    """)
    with ready(file) as worker:
        run = request(tmp_path / "output")
        worker.send({"t": "run"} | run)
        assert worker.receive()["t"] == "progress"
        worker.send({"t": "stop", "key": run["key"]})
        assert worker.receive() == {
            "t": "failed", "key": run["key"], "kind": "stopped", "reason": "it was asked to stop", "traceback": None}
        assert not (tmp_path / "output").exists()


def test_progress_comes_at_most_ten_times_a_second(tmp_path: Path) -> None:
    """What is reported meanwhile is merged, and the last report arrives before the answer."""
    file = written(tmp_path, """
        import time
        class Trainer:
            def __init__(self, config):
                pass
            def train(self, segment):
                (segment.output / "w").write_text("w")
                ends, count = time.monotonic() + 1.5, 0
                while time.monotonic() < ends:
                    count += 1
                    segment.report(done=count, total=10**9, **{"odd" if count % 2 else "even": count})
                return {"score": count}
    """)
    with ready(file) as worker:
        worker.send({"t": "run"} | request(tmp_path / "output"))
        messages = []
        while (message := worker.receive())["t"] == "progress":
            messages.append(message)
        assert 2 <= len(messages) <= 17 and message["score"] > 20
        assert messages[-1]["done"] == message["score"] and messages[-1]["total"] == 10**9
        assert all({"odd", "even"} == set(one["metrics"]) for one in messages[1:-1])


@pytest.mark.parametrize("is_busy", [False, True], ids=["idle", "in a training"])
def test_quit(tmp_path: Path, is_busy: bool) -> None:
    """It ends with code 0, and what the user's code has started ends too; one that hangs is ended after some seconds."""
    file = written(tmp_path, DEAF if is_busy else """
        import subprocess
        class Trainer:
            def __init__(self, config):
                subprocess.Popen(["sleep", "1000"])
            def train(self, segment):
                pass
    """)
    with ready(file) as worker:
        if is_busy:
            worker.send({"t": "run"} | request(tmp_path / "output"))
            worker.receive()
        else:
            until(lambda: len(processes(worker.process.pid)) == 2)
        assert worker.quit() == (-signal.SIGKILL if is_busy else 0)
        until(lambda: not processes(worker.process.pid))


def test_nothing_is_left_of_killed_workers(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The next worker removes their temporary folders, and none that is in use."""
    monkeypatch.setenv("TMPDIR", str(tmp_path))
    monkeypatch.setattr("tempfile.tempdir", None)
    with ready(written(tmp_path, DEAF)) as living, ready(written(tmp_path, DEAF)) as killed:
        for worker in (living, killed):
            worker.send({"t": "run"} | request(tmp_path / "output"))
            assert worker.receive()["t"] == "progress"
        before = work_folders()
        assert len(before) == 2
        killed.kill()
        # As of one that was killed before its folder had its name, long ago, and of one that begins now.
        for name, age in (("new-swift-pba-worker-old", 7200), ("new-swift-pba-worker-now", 0)):
            (tmp_path / name).mkdir()
            os.utime(tmp_path / name, (time.time() - age,) * 2)
        with ready(written(tmp_path, NUMPY, "other.py")) as third:
            assert third.answer(request(tmp_path / "other"))["t"] == "done"
            assert not (tmp_path / "new-swift-pba-worker-old").exists()
            (tmp_path / "new-swift-pba-worker-now").rmdir()
            after = work_folders()
            (own,) = after - before
            assert os.listdir(tmp_path / own) == ["lock"]
            assert len(after) == 2 and len(after & before) == 1
            third.quit()
        assert len(work_folders()) == 1
    assert not list(tmp_path.glob("*.partial"))


def test_it_leads_its_own_group(tmp_path: Path) -> None:
    """Also where the coordinator has not made it so: what it ends is never the coordinator."""
    process = subprocess.Popen([sys.executable, "-m", "swift_pba.worker"], stdin=subprocess.PIPE, stdout=subprocess.PIPE)
    assert process.stdout is not None and process.stdin is not None
    assert b'"hello"' in process.stdout.readline()
    assert os.getpgid(process.pid) == process.pid != os.getpgrp()
    process.stdin.close()
    assert process.wait(20) == -signal.SIGKILL
    process.stdout.close()


def test_a_line_without_end_ends_it(tmp_path: Path) -> None:
    with WorkerProcess() as worker:
        worker.receive()
        worker.send({"t": "welcome", "protocol": 1, "heartbeat": 2.0, "config": settings(written(tmp_path, NUMPY))})
        worker.receive()
        try:
            for _ in range(40):
                worker.process.stdin.write(b"x" * 65536)
        except BrokenPipeError:
            pass
        assert worker.process.wait(20) == -signal.SIGKILL
