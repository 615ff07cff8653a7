"""`swift_pba.search`: the program's search, called from Python, with a class in a file or in the script itself."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import textwrap
from pathlib import Path
from typing import Any

import pytest
import swift_pba as pba
from swift_pba import SearchError
from swift_pba.searching import command_line, last_words, trainer_place
from workers import NUMPY, processes, until, written

OPTIONS: dict[str, Any] = {"epochs": 4, "population": 3, "interval": 2, "seed": 1}


@pytest.fixture(autouse=True)
def this_python(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PBA_PYTHON", sys.executable)


def test_a_file(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    """The schedule comes back, a run that is there is not begun again, and one that is finished is returned as it is."""
    file = written(tmp_path, NUMPY)
    found = pba.search(file, run=tmp_path / "run", workers=2, **OPTIONS)
    assert found == pba.load(tmp_path / "run" / "schedule.json") and found.epochs == 4 and len(found.segments) == 2
    assert "best trial" in capfd.readouterr().err
    with pytest.raises(SearchError, match="not written over") as raised:
        pba.search(file, run=tmp_path / "run", **OPTIONS)
    assert raised.value.code == 1 and str(raised.value).startswith("Error: ")
    assert pba.search(file, run=tmp_path / "run", resume="auto", **OPTIONS) == found
    # A search was killed between the making of its journal and the first record.
    (tmp_path / "again").mkdir()
    (tmp_path / "again" / "run.sqlite").touch()
    assert pba.search(file, run=tmp_path / "again", resume="auto", config={"any": [1, "a"]}, **OPTIONS).segments == found.segments


def test_what_is_searched_for(tmp_path: Path) -> None:
    """The metric, its direction and tuned numbers reach the search."""
    text = NUMPY.replace('return {"score"', 'return {"error": segment.config["rate"], "score"')
    file = written(tmp_path, text)
    found = pba.search(
        file, run=tmp_path / "run", metric="error", mode="min", config={"rate": 0.5}, tune={"rate": "0.1:1"}, **OPTIONS)
    assert "rate" in str(found.provenance)


def test_an_error_of_the_trainer(tmp_path: Path) -> None:
    """The exception has the user's line, and the run can be continued once it is mended."""
    file = written(tmp_path, NUMPY.replace("np.save(path", "None.missing; np.save(path"))
    with pytest.raises(SearchError) as raised:
        pba.search(file, run=tmp_path / "run", **OPTIONS)
    text = str(raised.value)
    assert "AttributeError: 'NoneType' object has no attribute 'missing'" in text and "my_trainer.py, line " in text, text
    written(tmp_path, NUMPY)
    assert pba.search(file, run=tmp_path / "run", resume=True, **OPTIONS).epochs == 4


SCRIPT = NUMPY + """
    import sys
    import swift_pba as pba

    if __name__ == "__main__":
        print(pba.search(Trainer, epochs=2, population=2, interval=1, run=sys.argv[-1]).epochs)
"""


def test_a_class_of_the_script_itself(tmp_path: Path) -> None:
    """The workers import the script as a module; an unguarded call is refused there, and the error shows how to guard it."""
    script = written(tmp_path, SCRIPT)
    done = subprocess.run([sys.executable, script, tmp_path / "run"], capture_output=True, text=True)
    assert done.returncode == 0 and done.stdout == "2\n", done.stderr
    script = written(tmp_path, SCRIPT.replace('if __name__ == "__main__":', "if True:"))
    done = subprocess.run([sys.executable, script, tmp_path / "other"], capture_output=True, text=True)
    assert done.returncode == 1 and 'expected it where the file is a script: under if __name__ == "__main__":' in done.stderr


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_ctrl_c_ends_all(tmp_path: Path, number: signal.Signals) -> None:
    """The program ends in order, and so do its workers, though all in the terminal get the signal and the trainer prints much."""
    script = written(tmp_path, SCRIPT.replace("for epoch in segment.epochs:", """for epoch in segment.epochs:
                import os, pathlib, time
                pathlib.Path(self.config["folder"], str(os.getpid())).write_text("")
                while True:
                    print("x" * 60000, flush=True)
                    segment.report()""").replace("run=sys.argv[-1]", "run=sys.argv[-1], config={'folder': sys.argv[1]}"))
    (tmp_path / "seen").mkdir()
    command = [sys.executable, script, tmp_path / "seen", tmp_path / "run"]
    with open(tmp_path / "errors", "wb") as errors, subprocess.Popen(command, stderr=errors, start_new_session=True) as running:
        try:
            until(lambda: os.listdir(tmp_path / "seen"), 60)
            os.killpg(running.pid, number)
            assert running.wait(60) != 0
        finally:
            running.kill()
    words = (tmp_path / "errors").read_text().replace("x", "")
    assert "--resume" in words and ("KeyboardInterrupt" in words) is (number == signal.SIGINT)
    for name in os.listdir(tmp_path / "seen"):
        until(lambda group=int(name): not processes(group))


def made_in(name: str, file: Path | None) -> type:
    """A class of a module that is in no file, as in a notebook, or in one."""
    module = type(sys)(name)
    if file is not None:
        module.__file__ = str(file)
    sys.modules[name] = module
    exec(textwrap.dedent(NUMPY), vars(module))
    return module.Trainer


def test_classes_that_workers_can_import(tmp_path: Path) -> None:
    file = written(tmp_path, NUMPY)
    assert trainer_place(made_in("of_a_file", file)) == f"{file.resolve()}:Trainer"
    assert trainer_place(file) == str(file) and trainer_place("a.py:B") == "a.py:B"
    with pytest.raises(ValueError, match="found the class Trainer of a_notebook, which is in no file, .* %%writefile"):
        pba.search(made_in("a_notebook", None), epochs=1, run=tmp_path / "run")

    class Local:
        def train(self, segment: object) -> dict:
            return {}

    with pytest.raises(ValueError, match="which stands in a function or class, expected one at the file's top"):
        pba.search(Local, epochs=1, run=tmp_path / "run")
    with pytest.raises(TypeError, match="trainer: found 3 of type int, expected a class, or the path of its file"):
        pba.search(3, epochs=1, run=tmp_path / "run")
    with pytest.raises(ValueError, match="resume: found 'always', expected True, False or 'auto'"):
        pba.search(file, epochs=1, run=tmp_path / "run", resume="always")
    with pytest.raises(ValueError, match="config: found what JSON cannot express"):
        pba.search(file, epochs=1, run=tmp_path / "run", config={"x": object()})
    for name, value in (("dry_run", True), ("help", True), ("version", True)):
        with pytest.raises(ValueError, match=f"{name}: found True, .* the command line: pba search --{name.replace('_', '-')}"):
            pba.search(file, epochs=1, run=tmp_path / "run", **{name: value})
    assert not (tmp_path / "run").exists()
    # In a package it would be imported as another module than the one that its relative imports belong to.
    packed = made_in("package.trainers", file)
    sys.modules["package.trainers"].__package__ = "package"
    with pytest.raises(ValueError, match="of the package package, .* `from package.trainers import Trainer` and give"):
        trainer_place(packed)
    link = tmp_path / "link.py"
    link.symlink_to(file)
    assert trainer_place(made_in("link", link)) == f"{link}:Trainer"


def test_options_are_those_of_the_command_line(tmp_path: Path) -> None:
    assert command_line({
        "seed": 1, "burn_in": 2, "asynchronous": True, "tensorboard": False, "device": None, "tune": ["a=1:2", "b=1:3"],
        "config": Path("a b")}) == [
        "--seed", "1", "--burn-in", "2", "--asynchronous", "--no-tensorboard", "--tune", "a=1:2", "--tune", "b=1:3",
        "--config", "a b"]
    with pytest.raises(SearchError, match="unknown_option|unknown-option") as raised:
        pba.search(written(tmp_path, NUMPY), epochs=1, run=tmp_path / "run", unknown_option=3)
    assert raised.value.code == 64
    frame = "t.py, line 3, in train: x"
    assert last_words(f"x\nError: a\ny\n{frame}\n{frame}\nError: b\nc\n") == f"Error: b\nc\n  {frame}"
    assert last_words("1\n2\n3\n4\n5\n6\n") == "2\n3\n4\n5\n6"
    assert last_words("") == ""
