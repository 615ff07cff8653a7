"""The native library `libpba`: where it is, its C functions, and its errors as Python's."""

from __future__ import annotations

import ctypes
import functools
import os
import threading
from collections.abc import Callable
from ctypes import c_char_p, c_int32, c_int64, c_uint64, c_void_p
from pathlib import Path

import numpy as np

from . import _installation

ABI_VERSION = 2
_ROOM = 4096
_LONGEST_NAME = 4096  # bytes; Linux has no longer paths

# The C functions, described in Sources/PythonLibrary/pba.h: what each returns and takes before the message.
_FUNCTIONS: dict[str, tuple[type, list[type]]] = {
    "pba_open": (c_int64, [c_char_p, c_uint64, c_char_p]),
    "pba_batch": (c_int32, [c_int64, c_void_p, *[c_int64] * 3, *[c_void_p] * 3, c_int64, c_int64, c_void_p]),
    "pba_images": (c_int32, [c_int64, c_void_p, c_int64, c_int64, c_int64, c_int32, c_int64, c_int64, c_void_p]),
    "pba_labels": (c_int32, [c_int64, c_void_p, c_int64, c_int64, c_int64, c_int64, c_int32, c_void_p]),
    "pba_explain": (c_int64, [c_int64, c_int64, c_int64, c_int64, c_int64, c_char_p, c_int64]),
    "pba_describe": (c_int64, [c_int64, c_char_p, c_int64]),
    "pba_schedule": (c_int64, [c_char_p, c_int64, c_char_p, c_int64]),
}


def find_library() -> Path:
    """Find `libpba`: the one that the variable PBA_LIBRARY names, beside this package, or in the build folder of its checkout."""
    named = os.environ.get("PBA_LIBRARY")
    if named:
        return Path(named)
    return _installation.find(
        "libpba.so", "libpba-python.so", ImportError,
        "build the library in the checkout: swift build -c release --product pba-python")


@functools.cache
def loaded() -> ctypes.CDLL:
    """Load `libpba`, once."""
    path = find_library()
    try:
        found = ctypes.CDLL(str(path))
    except OSError as error:
        raise ImportError(f"swift_pba: {path} cannot be loaded ({error}); install the wheel of swift-pba again") from None
    try:
        version = found.pba_abi_version()
    except AttributeError:
        raise ImportError(
            f"swift_pba: {path} is another library, found no pba_abi_version in it; name libpba with PBA_LIBRARY, or unset it"
        ) from None
    if version != ABI_VERSION:
        raise ImportError(
            f"swift_pba: {path} has interface {version}, expected {ABI_VERSION}: it is of another version than this package; "
            "install the wheel of swift-pba again")
    for name, (result, arguments) in _FUNCTIONS.items():
        function = getattr(found, name)
        function.restype = result
        function.argtypes = [*arguments, c_char_p, c_int64]
    found.pba_close.argtypes = [c_int64]
    found.pba_catalogue.restype = c_int64
    found.pba_catalogue.argtypes = [c_char_p, c_int64]
    return found


def address(array: np.ndarray) -> int:
    """Return where the memory of a contiguous array begins; as `array.ctypes.data`, in a third of its time."""
    try:
        return ctypes.addressof(ctypes.c_char.from_buffer(array))
    except (TypeError, ValueError):  # read-only, or without elements
        return array.ctypes.data


class _Message(threading.local):
    """Room for the text of an error, for each thread its own."""

    def __init__(self) -> None:
        self.buffer = ctypes.create_string_buffer(_ROOM)


message = _Message()


def error() -> ValueError:
    """Return what the library said of the call that failed last in this thread."""
    return ValueError(message.buffer.value.decode("utf-8", "replace"))


def open_augmenter(policy: str, seed: int, settings: str) -> int:
    """Open an augmenter and return its handle."""
    handle = loaded().pba_open(_encoded(policy, "policy"), seed, settings.encode(), message.buffer, _ROOM)
    if handle == 0:
        raise error()
    return handle


def schedule_text(policy: str, epochs: int = 0) -> str:
    """Return the file of a schedule, stretched to a number of epochs unless that is 0."""
    name = _encoded(policy, "policy")
    return _text(lambda place, room: loaded().pba_schedule(name, epochs, place, room, message.buffer, _ROOM))


def explanation(handle: int, index: int, epoch: int, height: int, width: int) -> str:
    """Return what is drawn for a sample as JSON."""
    explain = loaded().pba_explain
    return _text(lambda place, room: explain(handle, index, epoch, height, width, place, room, message.buffer, _ROOM))


def description(handle: int) -> str:
    """Return what was opened as JSON."""
    describe = loaded().pba_describe
    return _text(lambda place, room: describe(handle, place, room, message.buffer, _ROOM))


def catalogue_text() -> str:
    """Return what the library knows by name as JSON."""
    return _text(loaded().pba_catalogue)


def _encoded(text: str, name: str) -> bytes:
    try:
        encoded = text.encode()
    except UnicodeError:
        raise ValueError(f"{name}: found {text!r}, expected a text that UTF-8 can express") from None
    if len(encoded) > _LONGEST_NAME and not text.lstrip().startswith("{"):
        raise ValueError(f"{name}: found a text of {len(text)} characters, expected a name, a path, or the text of a schedule")
    if b"\0" in encoded:
        raise ValueError(f"{name}: found a text with a null character, expected one without")
    return encoded


def _text(call: Callable[[ctypes.Array[ctypes.c_char], int], int]) -> str:
    """Call a function that writes a text, again with more room where the first was too small."""
    room = _ROOM
    while True:
        place = ctypes.create_string_buffer(room)
        length = call(place, room)
        if length < 0:
            raise error()
        if length < room:
            return place.value.decode()
        room = length + 1
