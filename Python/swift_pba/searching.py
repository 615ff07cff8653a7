"""A search for a class of your own, started from Python."""

from __future__ import annotations

import codecs
import contextlib
import inspect
import json
import os
import re
import signal
import sqlite3
import subprocess
import sys
import threading
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, Literal

from . import _program
from .schedule import Schedule, load
from .worker.work_folder import WorkFolder, remove_leftovers

#: The characters at the end of what the program printed that is kept for an error.
_KEPT = 8192
#: Options with which the program makes no search.
WITHOUT_SCHEDULE = frozenset({"dry_run", "help", "version"})
#: A line of a traceback, as workers write it.
_FRAME = re.compile(r"\S.*, line \d+, in ")


class SearchError(RuntimeError):
    """A search that ended without a schedule; the text is what the program said last.

    Attributes
    ----------
    code : int
        The program's exit code: 1 failed, 64 for wrong arguments, 75 stopped in order.
    """

    def __init__(self, text: str, code: int) -> None:
        super().__init__(text)
        self.code = code


def search(
    trainer: type | str | os.PathLike[str], *, epochs: int, run: str | os.PathLike[str], population: int = 16, interval: int = 3,
    config: Mapping[str, Any] | None = None, metric: str = "score", mode: Literal["max", "min"] = "max",
    workers: int | None = None, device: str | None = None, resume: bool | Literal["auto"] = False,
    tune: Mapping[str, str] | None = None, **options: Any,
) -> Schedule:
    """Search a schedule for a training of your own; the same as ``pba search --trainer``.

    The trainer's file is imported by each worker, as a module: what stands under ``if __name__ == "__main__":`` does not run
    there. So a class may be in the script that calls this function, but not in a notebook.

    Parameters
    ----------
    trainer : type or path-like
        A class in a file, or ``"FILE.py"``, or ``"FILE.py:Class"``; see :class:`swift_pba.Trainer`.
    epochs : int
        The length of the search.
    run : path-like
        The folder of the run.
    population : int, default 16
        How many trials.
    interval : int, default 3
        Epochs between two comparisons.
    config : mapping, optional
        Settings that the class is made with; whatever JSON can express.
    metric : str, default "score"
        Which number of what ``train`` returns trials are compared by.
    mode : {"max", "min"}
        Whether it is better the higher or the lower it is.
    workers : int, optional
        How many segments are trained at once, each in a process of its own.
    device : str, optional
        ``"cpu"``, ``"cuda:0"``, or several: ``"cuda:0,cuda:1"``.
    resume : bool or "auto", default False
        Whether to continue the run; with ``"auto"`` if it was begun.
    tune : mapping of str to str, optional
        Numbers of `config` that join the search: ``{"learning_rate": "1e-4:1e-1:log"}``.
    **options
        Any other option of ``pba search``: ``seed=1`` is ``--seed 1``, ``asynchronous=True`` is ``--asynchronous``.

    Returns
    -------
    Schedule
        The schedule of the best trial, as in the run's ``schedule.json``.

    Raises
    ------
    SearchError
        If the search ended in another way. It can be continued with ``resume=True``.
    TypeError
        If `trainer` is neither a class nor a path.
    ValueError
        If the class is not in a file that workers can import, or an argument cannot be passed on.
    RuntimeError
        If a worker that imports the file comes to the call.
    FileNotFoundError
        If the program is not there.
    """
    worker = sys.modules.get("swift_pba.worker.user_file")
    if worker is not None and worker.is_loading():
        raise RuntimeError(
            "found a call of swift_pba.search while a worker imports the file, expected it where the file is a script: under "
            'if __name__ == "__main__":')
    place = trainer_place(trainer)
    folder = Path(run)
    if not isinstance(resume, bool) and resume != "auto":
        raise ValueError(f"resume: found {resume!r}, expected True, False or 'auto'")
    is_resumed = is_begun(folder) if resume == "auto" else resume
    for name, value in options.items():
        if name in WITHOUT_SCHEDULE and value not in (None, False):
            raise ValueError(
                f"{name}: found {value!r}, expected options of a search that ends with a schedule; this one is for the command "
                f"line: pba search --{name.replace('_', '-')}")
    named: dict[str, Any] = {
        "population": population, "interval": interval, "metric": None if metric == "score" else metric,
        "mode": None if mode == "max" else mode, "workers": workers, "device": device, **options}
    remove_leftovers()
    with WorkFolder() as temporary:
        arguments = ["search", "--trainer", place, "--run", os.fspath(folder), "--epochs", str(epochs)]
        if config is not None:
            arguments += ["--trainer-config", str(_config_file(temporary, config))]
        for name, bounds in (tune or {}).items():
            arguments += ["--tune", f"{name}={bounds}"]
        arguments += [*command_line(named), *(["--resume"] if is_resumed else [])]
        _run(arguments)
    return load(folder / "schedule.json")


def is_begun(folder: Path) -> bool:
    """Return whether a folder has a run to continue; a search that was killed early leaves a journal that knows of none."""
    if not (folder / "run.sqlite").exists():
        return False
    with contextlib.closing(sqlite3.connect(folder / "run.sqlite")) as journal:
        try:
            return journal.execute("SELECT count(*) FROM run").fetchone() != (0,)
        except sqlite3.DatabaseError as error:
            return "no such table" not in str(error)  # of what is not known the program has the word


def trainer_place(trainer: type | str | os.PathLike[str]) -> str:
    """Return a trainer as the command line takes it: FILE.py or FILE.py:Class."""
    if not inspect.isclass(trainer):
        if not isinstance(trainer, (str, os.PathLike)):
            raise TypeError(
                f"trainer: found {trainer!r} of type {type(trainer).__name__}, expected a class, or the path of its file")
        return os.fspath(trainer)
    name = trainer.__qualname__
    if "." in name:
        raise ValueError(f"trainer: found the class {name}, which stands in a function or class, expected one at the file's top")
    module = sys.modules.get(trainer.__module__)
    file = getattr(module, "__file__", None)
    if file is None or not Path(file).is_file():
        raise ValueError(
            f"trainer: found the class {name} of {trainer.__module__}, which is in no file, expected one that worker processes "
            "can import: write it to a file (in a notebook, %%writefile my_trainer.py in its cell) and give 'my_trainer.py'")
    package = getattr(module, "__package__", None)
    if package:
        # There it would be another module, without what it imports relative to the package.
        raise ValueError(
            f"trainer: found the class {name} of the package {package}, expected one in a file that is imported by itself: write "
            f"a file my_trainer.py with the line `from {_name_of(module)} import {name}` and give 'my_trainer.py:{name}'")
    return f"{os.path.abspath(file)}:{name}"


def _name_of(module: Any) -> str:
    # A module that was run by `python -m` has this name alone.
    return module.__spec__.name if module.__name__ == "__main__" and module.__spec__ is not None else module.__name__


def command_line(options: Mapping[str, Any]) -> list[str]:
    """Return options as those of the command line."""
    arguments: list[str] = []
    for name, value in options.items():
        option = name.replace("_", "-")
        if value is None:
            continue
        if isinstance(value, bool):
            arguments.append(f"--{option}" if value else f"--no-{option}")
            continue
        several = value if isinstance(value, Sequence) and not isinstance(value, str) else [value]
        for one in several:
            arguments += [f"--{option}", os.fspath(one) if isinstance(one, os.PathLike) else str(one)]
    return arguments


def _config_file(folder: Path, config: Mapping[str, Any]) -> Path:
    # JSON is YAML too.
    file = folder / "config.yaml"
    try:
        file.write_text(json.dumps(dict(config), allow_nan=False))
    except (TypeError, ValueError, RecursionError) as error:
        raise ValueError(f"config: found what JSON cannot express ({error}), expected numbers, texts, lists and dicts") from None
    return file


def _run(arguments: Sequence[str]) -> None:
    """Run the program, with what it prints passed on."""
    program = _program.program_path()
    variables = _program.environment()
    # The workers import the package that this process has.
    variables["PYTHONPATH"] = os.pathsep.join(
        filter(None, [str(Path(__file__).resolve().parents[1]), variables.get("PYTHONPATH")]))
    # In a session of its own Ctrl-C reaches this process alone, which passes it on once.
    with _signals_raise(), subprocess.Popen(
        [program, *arguments], stdin=subprocess.DEVNULL, stderr=subprocess.STDOUT, stdout=subprocess.PIPE, env=variables,
        start_new_session=True,
    ) as running:
        shown = _Shown(running)
        try:
            shown.pass_on()
        except BaseException:
            shown.stop()
            raise
        code = running.returncode
    if code != 0:
        raise SearchError(last_words(shown.kept) or f"pba search ended with code {code}", code)


@contextlib.contextmanager
def _signals_raise() -> Iterator[None]:
    """Let signals that end this process at once, as that of a terminal that is closed, end the program in order before."""
    if threading.current_thread() is not threading.main_thread():
        yield  # signals are the main thread's alone
        return

    def end(number: int, _: object) -> None:
        raise SystemExit(128 + number)

    changed = [number for number in (signal.SIGHUP, signal.SIGTERM) if signal.getsignal(number) is signal.SIG_DFL]
    for number in changed:
        signal.signal(number, end)
    try:
        yield
    finally:
        for number in changed:
            signal.signal(number, signal.SIG_DFL)


class _Shown:
    """What a program prints, which is passed on to standard error."""

    def __init__(self, running: subprocess.Popen[bytes]) -> None:
        self.running, self.kept = running, ""
        self._decoder = codecs.getincrementaldecoder("utf-8")("replace")

    def pass_on(self, *, is_stopping: bool = False) -> None:
        """Pass it on until the program has ended."""
        # The end in order is not held up where nobody reads this process's own standard error.
        ignored = (OSError, ValueError) if is_stopping else ()
        assert self.running.stdout is not None
        while piece := os.read(self.running.stdout.fileno(), 1 << 16):
            text = self._decoder.decode(piece)
            self.kept = (self.kept + text)[-_KEPT:]
            with contextlib.suppress(*ignored):
                sys.stderr.write(text)
                sys.stderr.flush()
        self.running.wait()

    def stop(self) -> None:
        """End the program in order, as by Ctrl-C; another one meanwhile is passed on too."""
        while self.running.poll() is None:
            with contextlib.suppress(KeyboardInterrupt, SystemExit):
                self.running.send_signal(signal.SIGINT)
                # It would wait without end where nobody reads what it prints.
                self.pass_on(is_stopping=True)


def last_words(text: str) -> str:
    """Return what a program said last: its last error with the lines of the user's file before it, or else its last lines."""
    lines = text.strip().splitlines()
    begins = [place for place, line in enumerate(lines) if line.startswith("Error:")]
    if not begins:
        return "\n".join(lines[-5:])
    frames = dict.fromkeys(line for line in lines[:begins[-1]] if _FRAME.match(line))
    return "\n".join([*lines[begins[-1]:], *(f"  {frame}" for frame in frames)])
