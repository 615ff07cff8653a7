"""The conversation with a worker: its order, what cannot disturb it, and what it refuses."""

from __future__ import annotations

import hashlib
import json
import os
import subprocess
import sys
import tarfile
import time
from pathlib import Path

import pytest
from swift_pba.trainer.coordinator import WorkerProcess
from workers import NUMPY, POLICY, ready, request, settings, written

NOISY = """
    import os, subprocess, sys
    print('{"t":"ready"}')
    os.write(1, b'{"t":"bye","reason":"forged"}\\n')

    class Trainer:
        def __init__(self, config):
            subprocess.run(["echo", '{"t":"ready"}'])

        def train(self, segment):
            forged = '{"t":"done","key":"0/1/1","score":9,"metrics":{},"digest":"0","size":1,"seconds":1}'
            print(forged)
            sys.stdout.write(forged + "\\n")
            sys.__stdout__.write(forged + "\\n")
            os.write(1, forged.encode() + b"\\n" + b"x" * 100000)
            subprocess.run(["echo", forged])
            assert sys.stdin.read() == "" and os.read(0, 9) == b""
            (segment.output / "weights").write_text("w")
            return {"score": 0.25}
"""


def test_from_start_to_end(tmp_path: Path) -> None:
    """The messages come in their order and hold what the protocol says."""
    file = written(tmp_path, NUMPY)
    with WorkerProcess() as worker:
        hello = worker.receive()
        assert hello["t"] == "hello" and hello["protocol"] == [1, 1] and hello["pid"] == worker.process.pid
        assert hello["worker"].startswith("swift_pba ") and hello["python"] == sys.version.split()[0] and hello["host"]
        # A line that is no message, and a message of a later version, are ignored.
        worker.process.stdin.write(b'no json\n[1]\n\n{"t":"later"}\n')
        worker.send({"t": "welcome", "protocol": 1, "heartbeat": 2.0, "config": settings(file), "later": 1})
        assert worker.receive() == {"t": "ready"}
        worker.process.stdin.write(b'no json\n[1]\n\n{"t":"later"}\n{"t":')
        time.sleep(0.05)
        worker.process.stdin.write(b'"stop","key":"9/9/9"}\n')
        run = request(tmp_path / "output.tar")
        worker.send({"t": "run", "later": []} | run)
        messages = [worker.receive()]
        while messages[-1]["t"] == "progress":
            messages.append(worker.receive())
        done = messages.pop()
        assert messages[0] == {"t": "progress", "key": run["key"], "epoch": 0, "metrics": {}}
        assert messages[-1] == {"t": "progress", "key": run["key"], "epoch": 1, "metrics": {"loss": 0.5}}
        content = (tmp_path / "output.tar").read_bytes()
        assert done["t"] == "done" and done["key"] == run["key"] and done["metrics"] == {"train_loss": 0.5}
        assert done["digest"] == hashlib.sha256(content).hexdigest() and done["size"] == len(content)
        assert 0 < done["seconds"] < 60 and set(done) == {"t", "key", "score", "metrics", "digest", "size", "seconds", "times"}
        times = done["times"]
        assert abs(times["started"] - time.time()) < 60 and times["slot"] == 0
        parts = [times[name] for name in ("preparation", "training", "evaluation", "checkpoint")]
        assert min(parts) >= 0 and sum(parts) <= done["seconds"] < sum(parts) + 5
        assert os.listdir(tmp_path).count("output.tar") == 1 and not list(tmp_path.glob("*.partial"))
        assert worker.quit() == 0


def test_noise_reaches_nobody(tmp_path: Path) -> None:
    """What the user's code and its children print goes to standard error, and nothing that they send is a message."""
    with open(tmp_path / "errors", "wb") as errors, ready(written(tmp_path, NOISY), errors) as worker:
        answer = worker.answer(request(tmp_path / "output.tar"), timeout=30)
        assert answer["score"] == 0.25 and answer["digest"] != "0"
        assert worker.quit() == 0
    assert (tmp_path / "errors").read_bytes().count(b'{"t":"done"') == 5


def test_a_trainer_without_the_policy_is_told_so_once(tmp_path: Path) -> None:
    """Such a search would learn nothing, and look like any other."""
    file = written(tmp_path, """
        class Trainer:
            def __init__(self, config):
                self.config = config

            def train(self, segment):
                if self.config["uses"]:
                    segment.policy
                    list(zip(segment.epochs))
                (segment.output / "state").write_text("")
                return {"score": 1}
        """)
    for uses, count in ((True, 0), (False, 2)):
        errors_file = tmp_path / f"errors-{uses}"
        with open(errors_file, "wb") as errors, ready(file, errors, config={"uses": uses}) as worker:
            for number in (1, 2):
                assert worker.answer(request(tmp_path / f"{uses}-{number}", (0, 1), trial=number))["t"] == "done"
            assert worker.quit() == 0
        assert errors_file.read_text().count("warning: train() ") == count, errors_file.read_text()


def test_segments_follow_from_their_messages_alone(tmp_path: Path) -> None:
    """Trials in any order, in one process or several, attempts and slots change no byte of a checkpoint."""
    file = written(tmp_path, NUMPY)
    digests = {}
    with ready(file) as worker:
        for trial in (1, 2):
            digests[trial] = worker.answer(request(tmp_path / f"{trial}", (0, 3), trial=trial))["digest"]
    assert digests[1] != digests[2]
    with ready(file) as worker:
        first = worker.answer(request(tmp_path / "2a", (0, 1), trial=2, attempt=3, slot=7))
        other = worker.answer(request(tmp_path / "1", (0, 3), trial=1, attempt=2))
        assert other["kind"] == "fenced" and other["traceback"] is None and "already there" in other["reason"]
        answer = worker.answer(request(tmp_path / "2b", (1, 3), trial=2, start=tmp_path / "2a"))
        assert first["t"] == "done" and answer["digest"] == digests[2]
        changed = worker.answer(request(tmp_path / "2c", (0, 3), trial=2) | {"seed": 6})
        assert changed["digest"] != digests[2]


def test_settings_that_a_trainer_changes(tmp_path: Path) -> None:
    """What it does to them, however deep, reaches no other segment."""
    file = written(tmp_path, """
        class Trainer:
            def __init__(self, config):
                config["layers"].append(9)

            def train(self, segment):
                segment.config["layers"].append(len(segment.config["layers"]))
                (segment.output / "w").write_text("w")
                return {"score": len(segment.config["layers"])}
    """)
    with ready(file, config={"layers": [1]}) as worker:
        assert [worker.answer(request(tmp_path / f"{trial}", trial=trial))["score"] for trial in (1, 2)] == [2, 2]


@pytest.mark.parametrize("place", ["file", "init", "train"])
def test_torch_is_seeded_wherever_it_is_imported(tmp_path: Path, place: str) -> None:
    """What is drawn follows from the segment, also in the process that has just imported it, and numpy likewise."""
    lines = "import torch, numpy as np\n{}drawn = [torch.rand(3), torch.nn.Linear(3, 3).weight.sum(), np.random.rand()]"
    blank = " " * 8
    parts = {name: lines.format(blank) if name == place else "pass" for name in ("init", "train")}
    head = lines.format("") if place == "file" else ""
    text = f"""{head}
class Trainer:
    def __init__(self, config):
        {parts["init"]}
        self.drawn = {"None" if place == "train" else "drawn"}
    def train(self, segment):
        {parts["train"]}
        drawn = {"drawn" if place == "train" else "self.drawn"}
        (segment.output / "w").write_text(str(drawn))
        return {{"score": 1}}
"""
    file = written(tmp_path, text)
    digests = []
    for number in range(2):
        with ready(file) as worker:
            digests += [worker.answer(request(tmp_path / f"{number}-{attempt}"))["digest"] for attempt in range(2)]
    assert len(set(digests)) == 1


def test_the_order_of_sets_is_the_same_in_all_workers(tmp_path: Path) -> None:
    """And what a trainer draws when it is made."""
    file = written(tmp_path, """
        import random
        import numpy as np
        drawn = random.random()

        class Trainer:
            def __init__(self, config):
                self.drawn = np.random.rand()

            def train(self, segment):
                (segment.output / "order").write_text(" ".join({str(number) for number in range(99)}))
                return {"score": drawn + self.drawn}
    """)
    answers = []
    for _ in range(2):
        with ready(file) as worker:
            answers.append(worker.answer(request(tmp_path / f"{len(answers)}")))
    assert answers[0]["digest"] == answers[1]["digest"] and answers[0]["score"] == answers[1]["score"]


def test_what_a_segment_knows(tmp_path: Path) -> None:
    """Everything of the message and of the settings reaches `train`."""
    file = written(tmp_path, """
        import json, os, sys
        import swift_pba as pba

        class Mine(pba.Trainer):
            def train(self, segment):
                epochs = []
                for epoch in segment.epochs:
                    epochs.append(epoch)
                known = {
                    "epochs": epochs, "len": len(segment.epochs), "trial": segment.trial, "generation": segment.generation,
                    "first": segment.first, "end": segment.end, "total": segment.total_epochs, "last": segment.is_last,
                    "seed": segment.seed, "config": segment.config, "mine": self.config, "device": segment.device,
                    "policy": [vars(entry) for entry in segment.policy], "start": sorted(os.listdir(segment.start)),
                    "inside": 2 in segment.epochs, "outside": 4 in segment.epochs, "stop": segment.stop_requested,
                    "torch": "torch" in sys.modules, "threads": os.environ["OMP_NUM_THREADS"], "path": sys.path[0]}
                (segment.output / "known.json").write_text(json.dumps(known))
                return {"score": 1, "accuracy": 3}
    """)
    (tmp_path / "start").mkdir()
    with tarfile.open(tmp_path / "start.tar", "w") as archive:
        archive.add(__file__, "weights")
    config = {"learning_rate": 0.5, "depth": 3}
    with ready(file, config=config, metric="accuracy", **{"class": "Mine"}) as worker:
        run = request(tmp_path / "output", (2, 4), start=tmp_path / "start.tar", tuned={"learning_rate": 0.25}, isLast=True)
        done = worker.answer(run)
    assert done["score"] == 3 and done["metrics"] == {"score": 1}
    with tarfile.open(tmp_path / "output") as archive:
        known = json.loads(archive.extractfile("known.json").read())
    assert known == {
        "epochs": [2, 3], "len": 2, "trial": 1, "generation": 2, "first": 2, "end": 4, "total": 6, "last": True, "seed": 5,
        "config": {"learning_rate": 0.25, "depth": 3}, "mine": config, "device": "cpu", "policy": POLICY, "start": ["weights"],
        "inside": True, "outside": False, "stop": False, "torch": False, "threads": "1", "path": str(tmp_path)}


def test_a_file_that_has_changed(tmp_path: Path) -> None:
    """All workers of a search train with one text of the file, whenever they are started."""
    file = written(tmp_path, NUMPY)
    digest = hashlib.sha256(file.read_bytes()).hexdigest()
    with ready(file, digest=digest) as worker:
        assert worker.answer(request(tmp_path / "output.tar"))["t"] == "done"
    with open(file, "a") as more:
        more.write("# another text")
    with WorkerProcess() as worker:
        answer = worker.begin(settings(file, digest=digest))
        assert answer["t"] == "bye" and worker.process.wait(20) == 1
        words = "my_trainer.py has changed since the search was begun or resumed", f"the text it had then, {digest[:12]}…; resume"
        assert all(text in answer["reason"] for text in words), answer


@pytest.mark.parametrize(("welcome", "words"), [
    ({"t": "welcome", "protocol": 2, "config": {"kind": "trainer", "file": "x"}}, "found protocol 2, expected 1"),
    ({"t": "welcome", "protocol": 1, "config": {"kind": "network"}}, "found work of the kind 'network', expected 'trainer'"),
    ({"t": "welcome", "protocol": 1}, "found work of the kind None"),
    ({"t": "welcome", "protocol": 1, "config": {"kind": "trainer", "file": 3}}, "config.file: found 3"),
    ({"t": "welcome", "protocol": 1, "config": {"kind": "trainer", "file": "x", "digest": 3}}, "config.digest: found 3"),
    ({"t": "run"}, "found the message 'run', expected welcome"),
], ids=lambda value: "" if isinstance(value, dict) else value[:30])
def test_another_welcome(welcome: dict, words: str) -> None:
    with WorkerProcess() as worker:
        worker.receive()
        worker.send(welcome)
        answer = worker.receive()
        assert answer["t"] == "bye" and words in answer["reason"] and answer["traceback"] is None
        assert worker.process.wait(20) == 1


@pytest.mark.parametrize(("change", "words"), [
    ({"key": "1/2"}, "run.key: found '1/2'"), ({"epochs": [1]}, "run.epochs: found [1]"), ({"output": 3}, "run.output: found 3"),
    ({"seed": None}, "run.seed: found None"),
], ids=str)
def test_another_run(tmp_path: Path, change: dict, words: str) -> None:
    with ready(written(tmp_path, NUMPY)) as worker:
        answer = worker.answer(request(tmp_path / "output") | change)
        assert answer["t"] == "bye" and words in answer["reason"]


@pytest.mark.parametrize("last", ["bye", "quit"])
def test_a_coordinator_that_does_not_want_it(last: str) -> None:
    with WorkerProcess() as worker:
        worker.receive()
        worker.send({"t": last, "reason": "protocol 2 is spoken here"})
        assert worker.process.wait(20) == 0


def test_called_by_hand() -> None:
    done = subprocess.run(
        [sys.executable, "-m", "swift_pba.worker", "my_trainer.py"], capture_output=True, text=True, stdin=subprocess.DEVNULL)
    assert done.returncode == 1 and "which pba search starts" in done.stderr
