"""What goes wrong in the user's code: which kind it is, its text, and the frames that are shown."""

from __future__ import annotations

import json
import os
import sys
import textwrap
from pathlib import Path

import pytest
from swift_pba.trainer.coordinator import WorkerEnded, WorkerProcess
from swift_pba.worker import failures
from workers import NUMPY, failure, ready, request, settings, written

SAVED = "(segment.output / 'w').write_text('w')\n"


@pytest.mark.parametrize(("body", "kind", "words"), [
    ("raise ValueError('3 classes, expected 4')", "user", "ValueError: 3 classes, expected 4"),
    ("import sys; sys.exit('no data')", "user", "SystemExit: no data"),
    ("raise KeyboardInterrupt", "user", "KeyboardInterrupt"),
    ("raise MemoryError", "oom", "MemoryError"),
    ("[0] * 10**18", "oom", "MemoryError"),
    ("class OutOfMemoryError(RuntimeError): pass\nraise OutOfMemoryError('CUDA out of memory')", "oom", "CUDA out of memory"),
    ("raise RuntimeError('DataLoader worker (pid 7) is killed by signal: Killed. ')", "oom", "killed by signal"),
    ("raise RuntimeError('shape of memory')", "user", "shape of memory"),
    ("raise RuntimeError('DataLoader worker (pid 7) is killed by signal: Segmentation fault. ')", "user", "Segmentation fault"),
    ("raise RuntimeError('DataLoader worker (pid(s) 7) exited unexpectedly')", "user", "exited unexpectedly"),
    ("raise RuntimeError('CUDA error: CUBLAS_STATUS_ALLOC_FAILED when calling `cublasCreate(handle)`')", "oom", "ALLOC_FAILED"),
    ("raise OSError(12, 'Cannot allocate memory')", "oom", "Cannot allocate memory"),
    ("raise OSError(28, 'No space left on device')", "user", "No space left"),
    ("try:\n    raise MemoryError\nexcept MemoryError as error:\n    raise ValueError('no batch') from error", "oom", "no batch"),
    ("try:\n    raise MemoryError\nexcept MemoryError:\n    raise ValueError('no batch') from None", "user", "no batch"),
    ("segment.report(**{'x' * 101: 1})", "user", "report(): found the figure 'xxx"),
    ("segment.report(epoch=7)", "user", "report(epoch=…): found 7, expected one of the segment's epochs, 0 to 1"),
    ("segment.report('first')", "user", "report(epoch=…): found 'first' of type str, expected an integer"),
    ("segment.report(done=3)", "user", "found one of the two, expected both or neither"),
    ("segment.report(done=3, total=2)", "user", "found 3 of 2, expected 0 ≤ done ≤ total"),
    ("segment.report(done=float('nan'), total=2)", "user", "report(done=…): found nan of type float, expected an integer"),
    ("raise ValueError('broken \\udcff')", "user", "ValueError: broken ?"),
    (SAVED + "return {'x' * 100 + str(i): 4 for i in range(1000)}", "user", "expected 'score' in it"),
    ("return {'score': 1}", "user", "found no file in segment.output"),
    ("(segment.output / 'sub').mkdir()\nreturn {'score': 1}", "user", "found no file in segment.output"),
    (SAVED + "return None", "user", "train() returned None, expected a dict with 'score'"),
    (SAVED + "return 0.5", "user", "train() returned 0.5, expected a dict"),
    (SAVED + "return {'accuracy': 1, 'loss': 2}", "user", "a dict with 'accuracy', 'loss', expected 'score' in it"),
    (SAVED + "return {}", "user", "a dict with nothing, expected 'score'"),
    (SAVED + "return {'score': 'high'}", "user", "train() returned 'score': found 'high' of type str, expected a number"),
    (SAVED + "return {'score': True}", "user", "found True of type bool"),
    (SAVED + "return {'score': None}", "user", "found None of type NoneType"),
    (SAVED + "return {'score': 1j}", "user", "found 1j"),
    (SAVED + "return {'score': 1, 3: 4}", "user", "with the key 3, expected names of 1 to 100 characters"),
    (SAVED + "return {'score': 1, 'x' * 10**7: 4}", "user", "expected names of 1 to 100 characters"),
    (SAVED + "return {'score': 1} | {str(i): 4 for i in range(10**5)}", "user", "returned 100001 figures, expected at most 1000"),
    ("segment.report(**{str(i): 4 for i in range(10**5)})", "user", "report(): found 100000 figures, expected at most 1000"),
    (SAVED + "return {'score': 1, 'history': [1, 2]}", "user", "train() returned 'history': found [1, 2] of type list"),
    (SAVED + "import numpy\nreturn {'score': numpy.zeros(3)}", "user", "of type ndarray, expected a number"),
    (SAVED + "return {'score': 1, 'train_accuracy': 93.5}", "user", "'train_accuracy' 93.5, expected 0 to 1"),
    (SAVED + "return {'score': float('nan')}", "not-finite", "score is nan"),
    (SAVED + "return {'score': -10**400}", "not-finite", "score is -inf"),
    (SAVED + "import numpy\nreturn {'score': 1, 'train_loss': numpy.float32('inf')}", "not-finite", "train_loss is inf"),
    ("segment.report(loss=[1])", "user", "report(loss=…): found [1] of type list, expected a number"),
    ("import pickle; pickle.dumps(segment)", "user", "cannot be pickled; give a dataset what it needs"),
    ("import os; os.symlink('/etc/passwd', segment.output / 'w')", "user", "returned None"),
    ("import os; os.symlink('/etc/passwd', segment.output / 'w')\nreturn {'score': 1}", "user", "found w, a link to /etc/passwd"),
    ("import os; os.mkfifo(segment.output / 'w')\nreturn {'score': 1}", "user", "found w, neither a file nor a folder"),
    ("import shutil; shutil.rmtree(segment.output)\nreturn {'score': 1}", "user", "FileNotFoundError"),
], ids=range(49))
def test_kind_and_words(tmp_path: Path, body: str, kind: str, words: str) -> None:
    answer = failure(tmp_path, body)
    assert (answer["kind"], words in answer["reason"]) == (kind, True), answer
    assert len(answer["reason"]) < failures.LONGEST_REASON + 10
    assert set(answer) == {"t", "key", "kind", "reason", "traceback"} and answer["key"] == "0/1/1"
    assert sorted(os.listdir(tmp_path)) in (["my_trainer.py"], ["__pycache__", "my_trainer.py"])


def test_other_figures_that_are_not_finite_are_unknown(tmp_path: Path) -> None:
    file = written(tmp_path, """
        import numpy as np
        class Trainer:
            def __init__(self, config):
                pass
            def train(self, segment):
                segment.report(epoch=np.int64(0), loss=float("nan"), rate=np.float64(2))
                (segment.output / "w").write_text("w")
                return {"score": np.array([0.5]), "gain": float("nan"), "loss": -np.inf, "count": np.int64(7)}
    """)
    with ready(file) as worker:
        worker.send({"t": "run"} | request(tmp_path / "output"))
        assert worker.receive()["metrics"] == {"loss": None, "rate": 2.0}
        assert worker.receive()["metrics"] == {"gain": None, "loss": None, "count": 7.0}


def test_a_worker_goes_on_after_a_failure(tmp_path: Path) -> None:
    """The next segment gets folders without what the one before has left."""
    file = written(tmp_path, NUMPY + """
    good = Trainer.train
    def train(self, segment):
        if segment.trial == 0:
            (segment.output / "left").write_text("x")
            raise RuntimeError("once")
        assert list(segment.output.iterdir()) == []
        return good(self, segment)
    Trainer.train = train
    """)
    with ready(file) as worker:
        assert worker.answer(request(tmp_path / "a", trial=0))["kind"] == "user"
        assert worker.answer(request(tmp_path / "b", trial=1))["t"] == "done"


def test_frames_of_the_user(tmp_path: Path) -> None:
    """The frames are those of the user's files, and the last of a library if it was raised there."""
    (tmp_path / "helper.py").write_text("import json\n\ndef parse(text):\n    return json.loads(text)\n")
    answer = failure(tmp_path, """
        import helper
        for _ in segment.epochs:
            helper.parse("nonsense")
    """)
    lines = answer["traceback"].splitlines()
    assert lines[0] == 'my_trainer.py, line 7, in train: helper.parse("nonsense")'
    assert lines[1] == "helper.py, line 4, in parse: return json.loads(text)"
    assert lines[2].startswith("json/decoder.py, line ") and len(lines) == 3
    assert answer["reason"] == "json.decoder.JSONDecodeError: Expecting value: line 1 column 1 (char 0)"


def test_frames_where_this_package_raises(tmp_path: Path) -> None:
    answer = failure(tmp_path, "segment.batch_augment(mean=3, std=4)")
    assert answer["traceback"] == "my_trainer.py, line 5, in train: segment.batch_augment(mean=3, std=4)"
    assert answer["reason"].startswith("TypeError: mean: found 3, expected three numbers")


def test_deep_and_chained_errors_are_short(tmp_path: Path) -> None:
    answer = failure(tmp_path, """
        def deep(n):
            return deep(n - 1) if n else {}["missing"]
        try:
            deep(500)
        except KeyError as error:
            raise ValueError("x" * 100000) from error
    """)
    lines = answer["traceback"].splitlines()
    assert lines[0] == 'my_trainer.py, line 10, in train: raise ValueError("x" * 100000) from error'
    assert lines[1] == "after KeyError: 'missing'" and len(lines) == 2 + failures.MOST_FRAMES
    assert lines[-1] == 'my_trainer.py, line 6, in deep: return deep(n - 1) if n else {}["missing"]'
    assert len(answer["reason"]) < failures.LONGEST_REASON + 10


def test_an_error_in_a_process_of_a_loader(tmp_path: Path) -> None:
    """torch writes the traceback of such an error into its text; its frames are shown as others are."""
    answer = failure(tmp_path, """
        import torch
        class Images(torch.utils.data.Dataset):
            def __len__(self):
                return 8
            def __getitem__(self, index):
                raise OSError(f"image {index} is broken")
        for _ in segment.epochs:
            for _ in segment.loader(Images(), batch_size=4, num_workers=1):
                pass
    """)
    assert answer["kind"] == "user" and answer["reason"] == "OSError: image 0 is broken"
    assert answer["traceback"].splitlines() == [
        "my_trainer.py, line 12, in train: for _ in segment.loader(Images(), batch_size=4, num_workers=1):",
        'my_trainer.py, line 10, in __getitem__: raise OSError(f"image {index} is broken")']


@pytest.mark.parametrize(("text", "more", "words", "frames"), [
    ("class Trainer:\n  def train(self, s): x y\n", {}, "SyntaxError: invalid syntax (my_trainer.py, line 2)", None),
    ("import nothing_of_this_name\n", {}, "my_trainer.py: ModuleNotFoundError: No module named 'nothing_of_this_name'; the "
     f"Python of the worker is {sys.executable}: install it there, or name another Python by PBA_PYTHON",
     "my_trainer.py, line 1, in <module>: import nothing_of_this_name"),
    ("x = 1\n", {}, "my_trainer.py: found no class with a method train, expected one: `pba trainer init", None),
    ("class A:\n  def train(s, x): 0\nclass B(A):\n  pass\n", {}, "found the trainers A, B, expected one; name it, as in", None),
    ("class A:\n  def train(s, x): 0\n", {"class": "B"}, "found no class B, expected one of: A", None),
    ("class A:\n  pass\n", {"class": "A"}, "found no method train in the class A", None),
    ("class A:\n  def __init__(self, config):\n    config['size']\n  def train(s, x): 0\n", {}, "my_trainer.py: KeyError: 'size'",
     "my_trainer.py, line 3, in __init__: config['size']"),
    ("class A:\n  def train(s, x): 0\n", {}, "TypeError: A() takes no arguments", None),
    ("import swift_pba as pba\npba.search('x.py', epochs=1, run='r')\n", {}, "found a call of swift_pba.search while", "*"),
    ("import sys\nsys.exit(3)\n", {}, "my_trainer.py: SystemExit: 3", "*"),
], ids=range(10))
def test_a_file_that_cannot_serve(tmp_path: Path, text: str, more: dict, words: str, frames: str | None) -> None:
    with WorkerProcess() as worker:
        answer = worker.begin(settings(written(tmp_path, text), **more))
        assert answer["t"] == "bye" and words in answer["reason"], answer
        assert frames == "*" or answer["traceback"] == frames, answer
        assert worker.process.wait(20) == 1


def test_memory_is_used_up_while_the_class_is_made(tmp_path: Path) -> None:
    """That may be otherwise at another try, so the worker only ends; `bye` would end the search."""
    with open(tmp_path / "errors", "wb") as errors, WorkerProcess(errors=errors) as worker:
        with pytest.raises(WorkerEnded, match="ended with code 1"):
            worker.begin(settings(written(tmp_path, "raise MemoryError('no room')\n")))
    assert "memory is used up while the class is made: MemoryError: no room" in (tmp_path / "errors").read_text()


def test_many_figures_at_once_stay_within_a_line(tmp_path: Path) -> None:
    """Figures of other names in each report, faster than they are sent."""
    file = written(tmp_path, SAVED.join(["""
        class Trainer:
            def __init__(self, config):
                pass
            def train(self, segment):
                for number in range(9):
                    segment.report(**{f"{number}-{each}-" + "\N{GRINNING FACE}" * 90: each for each in range(1000)})
                """, """
                return {"score": 1}
    """]))
    with ready(file) as worker:
        worker.send({"t": "run"} | request(tmp_path / "output"))
        sizes = []
        while (message := worker.receive())["t"] == "progress":
            sizes.append(len(message["metrics"]))
            assert len(json.dumps(message, ensure_ascii=False).encode()) < 1 << 20
    assert set(sizes) == {1000} and message["t"] == "done"


@pytest.mark.parametrize(("name", "words"), [
    ("json.py", "found the file name json.py, which is the name of a module that Python has"), ("torch.py", "rename the file"),
    ("my.trainer.py", "found the file name my.trainer.py, expected one such as"), ("trainer.txt", "expected one such as"),
    ("missing.py", "found no file"),
])
def test_names_of_files(tmp_path: Path, name: str, words: str) -> None:
    if name != "missing.py":
        written(tmp_path, NUMPY, name)
    with WorkerProcess() as worker:
        assert words in worker.begin(settings(tmp_path / name))["reason"]


def test_which_class_is_the_trainer(tmp_path: Path) -> None:
    """Networks of torch, imported classes and the base class are none."""
    file = written(tmp_path, """
        import torch
        from swift_pba import Trainer
        from helper import Other

        class Network(torch.nn.Module):
            pass

        class Mine(Trainer):
            def train(self, segment):
                assert __name__ == "my_trainer" and type(self).__module__ == "my_trainer"
                (segment.output / "w").write_text("w")
                return {"score": torch.tensor(0.5)}
    """)
    (tmp_path / "helper.py").write_text("class Other:\n    def train(self, segment): pass\n")
    with ready(file) as worker:
        assert worker.answer(request(tmp_path / "output"))["score"] == 0.5


def test_a_report_of_another_process(tmp_path: Path) -> None:
    """It is refused where it would write into the worker's channel, and holds nothing up."""
    answer = failure(tmp_path, """
        import os, threading
        ends = []
        threading.Thread(target=lambda: [segment.report(loss=1) for _ in range(30000)] and None).start()
        for _ in range(20):
            child = os.fork()
            if child == 0:
                try:
                    segment.report(loss=2)
                except RuntimeError as error:
                    os._exit(7 if "in a process that the worker has started" in str(error) else 1)
                os._exit(2)
            ends.append(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]))
        assert False, ends
    """)
    assert answer["reason"] == f"AssertionError: {[7] * 20}"


def test_children_of_children_keep_their_files(tmp_path: Path) -> None:
    """What a child of a fork gives up is not closed once more in a child of that, where it may be another file."""
    answer = failure(tmp_path, """
        import os
        child = os.fork()
        if child == 0:
            opened = [os.open(os.devnull, os.O_RDONLY) for _ in range(9)]
            grandchild = os.fork()
            if grandchild == 0:
                try:
                    os._exit(sum(os.fstat(file).st_nlink for file in opened))
                except OSError:
                    os._exit(100)
            os._exit(os.waitstatus_to_exitcode(os.waitpid(grandchild, 0)[1]))
        assert False, os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
    """)
    assert answer["reason"] == "AssertionError: 9", answer


def test_modules_of_the_working_folder_do_not_count(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Files there that are called as modules of Python, or as what the trainer imports."""
    (tmp_path / "work").mkdir()
    for name in ("queue", "json", "helper", "tarfile"):
        (tmp_path / "work" / f"{name}.py").write_text("raise SystemExit('found in the working folder')\n")
    (tmp_path / "helper.py").write_text("value = 3\n")
    monkeypatch.chdir(tmp_path / "work")
    with ready(written(tmp_path, "import helper\n" + textwrap.dedent(NUMPY))) as worker:
        assert worker.answer(request(tmp_path / "output"))["t"] == "done"


def test_a_link_to_a_file(tmp_path: Path) -> None:
    """It is imported by the name of the link, which other processes find too."""
    (tmp_path / "elsewhere").mkdir()
    written(tmp_path / "elsewhere", NUMPY.replace("weights.sum()", "sorted(segment.missing)"), "other.py")
    (tmp_path / "my_trainer.py").symlink_to(tmp_path / "elsewhere" / "other.py")
    with ready(tmp_path / "my_trainer.py") as worker:
        answer = worker.answer(request(tmp_path / "output"))
    assert answer["traceback"].startswith("my_trainer.py, line 16, in train: "), answer
