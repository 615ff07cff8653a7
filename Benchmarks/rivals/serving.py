"""What the rivals share: the conversation with pba, versions, and the clock.

A rival prints one line of JSON when it is ready, {"versions": {...}} or {"error": "..."}, then answers each line that it
reads with one line, until there are no more. Whatever libraries print goes to standard error.
"""

import ctypes
import importlib
import json
import os
import platform
import signal
import sys
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from types import ModuleType
from typing import Any

# What answers go to; everything else that writes to standard output is turned to standard error.
answers = os.fdopen(os.dup(1), "w")
os.dup2(2, 1)


def say(answer: dict[str, Any]) -> None:
    try:
        print(json.dumps(answer), file=answers, flush=True)
    except BrokenPipeError:
        # The reader has gone, and Python must not try again when it ends.
        os.dup2(os.open(os.devnull, os.O_WRONLY), answers.fileno())
        sys.exit(1)


def end_when_told() -> None:
    """Ends in order when told to, and on Linux also when pba is no more, however it ended."""

    def end(*_: object) -> None:
        signal.signal(signal.SIGTERM, signal.SIG_IGN)  # once: Python ends with a traceback where it comes again
        sys.exit(1)

    signal.signal(signal.SIGTERM, end)
    if sys.platform.startswith("linux"):
        ctypes.CDLL(None).prctl(1, signal.SIGTERM)  # PR_SET_PDEATHSIG


def load(*names: str) -> list[ModuleType]:
    """Imports packages; where one is missing, says which and ends."""
    modules, missing = [], []
    for name in names:
        try:
            modules.append(importlib.import_module(name))
        except ImportError as error:
            missing.append(f"{name} ({error})")
    if missing:
        requirements = Path(__file__).with_name("requirements.txt")
        say({"error": f"{sys.executable} lacks {', '.join(missing)}; "
                      f"install with: {sys.executable} -m pip install -r {requirements}"})
        sys.exit(1)
    return modules


def serve(answer: Callable[[Any], dict[str, Any]], modules: Sequence[ModuleType]) -> None:
    """Greets, then answers questions; an error becomes an answer that pba does not take."""
    end_when_told()
    versions = {"Python": platform.python_version()}
    versions.update((module.__name__, module.__version__) for module in modules)
    say({"versions": versions})
    for line in sys.stdin:
        try:
            say(answer(json.loads(line)))
        except Exception as error:  # Whatever it is, pba must know of it.
            say({"error": f"{type(error).__name__}: {error}"})
    signal.signal(signal.SIGTERM, signal.SIG_IGN)  # it ends by itself


def microseconds(call: Callable[[], None], count: int, least: float) -> float:
    """The time of one of the `count` pieces of work that a call does; calls until `least` seconds have passed."""
    calls = 0
    start = time.perf_counter()
    while True:
        call()
        calls += 1
        passed = time.perf_counter() - start
        if passed >= least:
            return passed / calls / count * 1e6
