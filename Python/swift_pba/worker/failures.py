"""Errors of the user's code: of which kind they are, and their text and traceback for people."""

from __future__ import annotations

import errno
import os
import re
import sysconfig
import traceback
from pathlib import Path

MOST_FRAMES = 8
LONGEST_REASON = 2000
LONGEST_TRACEBACK = 8000
_PACKAGE = str(Path(__file__).resolve().parents[1])
_LIBRARIES = tuple({
    str(Path(path).resolve()) + os.sep for name, path in sysconfig.get_paths().items() if name.endswith(("lib", "stdlib"))})
# What torch says where memory is used up, beside its own type of error; where the system has ended a loader's process for it
# (a bus error: of the shared memory, as torch says itself); and what an error of the system in such a process says.
_OUT_OF_MEMORY = re.compile(
    r"DefaultCPUAllocator: (?:can't allocate memory|not enough memory)|CUDA out of memory|CUDA error: out of memory|"
    r"\w+_STATUS_ALLOC_FAILED|DataLoader worker \(pid.*\) is killed by signal: (?:Killed|Bus error)|"
    rf"^OSError: \[Errno {errno.ENOMEM}\]", re.MULTILINE)
_IN_LOADER = re.compile(
    r"^Caught .* in DataLoader worker process .*?\nOriginal Traceback \(most recent call last\):\n", re.DOTALL)
_FRAME = re.compile(
    r'^  File "(?P<file>.*)", line (?P<line>\d+), in (?P<name>.*)\n(?:    (?P<text>\S.*)\n)?(?:    [ ^~]*\n)?', re.MULTILINE)


def is_out_of_memory(error: BaseException) -> bool:
    """Return whether an error, or one that it follows from, says that memory is used up."""
    return any(_says_out_of_memory(one) for one in _chain(error))


def _says_out_of_memory(error: BaseException) -> bool:
    if isinstance(error, MemoryError) or type(error).__name__ == "OutOfMemoryError":
        return True
    if isinstance(error, OSError) and error.errno == errno.ENOMEM:
        return True
    return isinstance(error, (RuntimeError, OSError)) and _OUT_OF_MEMORY.search(str(error)) is not None


def _chain(error: BaseException) -> list[BaseException]:
    """Return an error, and those that it follows from, at most four in all."""
    found, cause = [error], error
    while len(found) < 4:
        cause = cause.__cause__ or (None if cause.__suppress_context__ else cause.__context__)  # type: ignore[assignment]
        if cause is None or any(cause is one for one in found):
            break
        found.append(cause)
    return found


def reason(error: BaseException) -> str:
    """Return what an error says, with its type, in one line."""
    in_loader = _in_loader(error)
    if in_loader:
        text = in_loader[1]
    elif isinstance(error, SyntaxError) and error.filename:
        text = f"{type(error).__name__}: {error.msg} ({_shown(error.filename, None)}, line {error.lineno})"
    else:
        text = "".join(traceback.format_exception_only(type(error), error)).strip()
    return cut(" ".join(text.split()), LONGEST_REASON)


def shortened(error: BaseException, file: str) -> str:
    """Return the frames of an error that belong to the user, the innermost last, and one of a library if it was raised there.

    Parameters
    ----------
    error : BaseException
        The error.
    file : str
        The user's file; paths are written from its folder.

    Returns
    -------
    str
        One line for each frame; empty where there is none.
    """
    lines = _lines(error, file)
    for cause in _chain(error)[1:]:
        lines += [f"after {reason(cause)}", *_lines(cause, file)]
    return cut("\n".join(lines), LONGEST_TRACEBACK)


def _lines(error: BaseException, file: str) -> list[str]:
    frames = [
        (frame.filename, frame.lineno or 0, frame.name, frame.line or "") for frame in traceback.extract_tb(error.__traceback__)]
    if in_loader := _in_loader(error):
        frames = [frame for frame in frames if not _is_library(frame[0], file)] + in_loader[0]
    of_user = [frame for frame in frames if not _is_library(frame[0], file)][-MOST_FRAMES:]
    # Where the worker itself, or an import, raised it.
    if frames and of_user and frames[-1] != of_user[-1] and not frames[-1][0].startswith(_PACKAGE):
        of_user.append(frames[-1])
    return [f"{_shown(name, file)}, line {number}, in {function}: {text.strip()}" for name, number, function, text in of_user]


def _in_loader(error: BaseException) -> tuple[list[tuple[str, int, str, str]], str] | None:
    """Return the frames and the text of an error in a data loader's process, which torch writes into one text."""
    text = str(error.args[0]) if error.args else ""
    begin = _IN_LOADER.match(text)
    if begin is None:
        return None
    frames, end = [], begin.end()
    for frame in _FRAME.finditer(text, end):
        frames.append((frame["file"], int(frame["line"]), frame["name"], frame["text"] or ""))
        end = frame.end()
    return frames, text[end:].strip()


def _is_library(name: str, file: str) -> bool:
    if name == file:
        return False
    return (
        name.startswith(("<", _PACKAGE + os.sep, *_LIBRARIES)) or os.path.realpath(name).startswith(_LIBRARIES)
        or any(part in ("site-packages", "dist-packages") for part in Path(name).parts))


def _shown(name: str, file: str | None) -> str:
    """Return a path as it is shown: from the user's folder, or from that of all packages."""
    parts = Path(name).parts
    for folder in ("site-packages", "dist-packages"):
        if folder in parts:
            return "/".join(parts[len(parts) - parts[::-1].index(folder):])
    if file is not None and Path(name).is_relative_to(Path(file).parent):
        return str(Path(name).relative_to(Path(file).parent))
    for library in _LIBRARIES:
        if name.startswith(library):
            return name.removeprefix(library)
    return Path(name).name if file is None else name


def cut(text: str, length: int) -> str:
    """Return a text, without its middle where it is longer."""
    return text if len(text) <= length else text[: length // 2] + " … " + text[-length // 2:]
