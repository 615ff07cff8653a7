"""The conversation of a worker with its coordinator; see docs/worker-protocol.md."""

from __future__ import annotations

import contextlib
import copy
import gc
import os
import platform
import socket
import sys
import time
from pathlib import Path
from types import NoneType
from typing import Any

from .._version import __version__
from .channel import Channel
from .failures import LONGEST_REASON, cut, is_out_of_memory, reason, shortened

PROTOCOL = 1


class Fenced(Exception):
    """An output that is there already, or a start that is not what it was."""


def serve(channel: Channel) -> int:
    """Answer the coordinator until it says that the work is done, and return the code to end with."""
    channel.send({
        "t": "hello", "protocol": [PROTOCOL, PROTOCOL], "worker": f"swift_pba {__version__}", "pid": os.getpid(),
        "host": socket.gethostname(), "python": platform.python_version()})
    welcome = channel.receive()
    while welcome["t"] not in ("welcome", "run", "bye", "quit"):
        welcome = channel.receive()
    if welcome["t"] in ("bye", "quit"):
        return 0
    fault = fault_of_welcome(welcome)
    if fault:
        channel.send({"t": "bye", "reason": fault, "traceback": None})
        return 1
    # What takes time to import comes after the first message.
    from .progress import Progress

    config = welcome["config"] | {"file": os.path.abspath(welcome["config"]["file"])}
    progress = Progress(channel, float(welcome.get("heartbeat", 2.0)))
    if str(config.get("device", "cpu")) == "cpu":
        # Sums differ with the number of threads, and so would results with the number of workers.
        os.environ.setdefault("OMP_NUM_THREADS", "1")
    try:
        worker = Worker(channel, progress, config)
    except BaseException as error:
        if is_out_of_memory(error):
            # Without `bye`: another try, when others need less memory, may do better.
            print(f"memory is used up while the class is made: {reason(error)}", file=sys.stderr, flush=True)
            return 1
        channel.send({"t": "bye", "reason": reason_of_loading(error, config), "traceback": traceback_of(error, config["file"])})
        return 1
    try:
        channel.send({"t": "ready"})
        while True:
            message = channel.receive()
            if message["t"] == "run":
                fault = fault_of_run(message)
                if fault:
                    channel.send({"t": "bye", "reason": fault, "traceback": None})
                    return 1
                channel.send(worker.answer(message))
            elif message["t"] in ("quit", "bye"):
                return 0
    finally:
        worker.work.remove()


class Worker:
    """One trainer, and the segments that it trains one after another."""

    def __init__(self, channel: Channel, progress: Any, config: dict[str, Any]) -> None:
        from ..trainer.randomness import seed_all
        from .user_file import find_class, load_module, make_trainer
        from .work_folder import WorkFolder, remove_leftovers

        self.channel, self.progress, self.config = channel, progress, config
        self._has_warned = False
        # The same in each worker, whatever it is asked first.
        seed_all(0)
        module = load_module(config["file"], config.get("digest"))
        found = find_class(module, config.get("class"))
        seed_all(0)
        self.trainer = make_trainer(found, copy.deepcopy(config.get("config") or {}))
        remove_leftovers()
        self.work = WorkFolder()

    def answer(self, message: dict[str, Any]) -> dict[str, Any]:
        """Train the segment of a `run` and return the answer."""
        from ..trainer.segment import Stop
        from .checkpoint import BadCheckpoint, BadOutput
        from .score import BadResult, NotFinite

        began = time.monotonic()
        kind, words, frames = "user", "", None
        try:
            answer = self._trained(message)
            self.progress.flush()
            return answer | {"seconds": time.monotonic() - began}
        except Stop:
            kind, words = "stopped", "it was asked to stop"
        except NotFinite as error:
            kind, words = "not-finite", str(error)
        except (Fenced, BadCheckpoint) as error:
            kind, words = "fenced", str(error)
        except (BadOutput, BadResult) as error:
            words = str(error)
        except BaseException as error:
            kind = "oom" if is_out_of_memory(error) else "user"
            words, frames = reason(error), traceback_of(error, self.config["file"])
        finally:
            # Also the processes of data loaders that are no longer used.
            gc.collect()
            with contextlib.suppress(Exception):  # as after an error of the device, which has its answer already
                torch = sys.modules.get("torch")
                if torch is not None and torch.cuda.is_initialized():
                    torch.cuda.empty_cache()  # other workers may share the device
            with contextlib.suppress(OSError):
                self.work.clear()
        self.progress.flush()
        if self.channel.is_stopped(message["key"]):
            # Whatever a training says that was broken off is no result.
            kind, words, frames = "stopped", "it was asked to stop", None
        return {
            "t": "failed", "key": message["key"], "kind": kind, "reason": cut(words, LONGEST_REASON), "traceback": frames}

    def _trained(self, message: dict[str, Any]) -> dict[str, Any]:
        from ..trainer.segment import Segment, Stop, seed_beginning
        from .checkpoint import pack, unpack
        from .score import checked

        key, output = message["key"], Path(message["output"])
        started, marks = time.time(), [time.monotonic()]
        if os.path.lexists(output):
            raise Fenced(f"found {output} already there, expected a name of this attempt alone")
        start = None
        if message.get("start"):
            start = self.work.empty("start")
            unpack(Path(message["start"]), start)
        request = self._request(message)
        check = self.config.get("check")
        segment = Segment(
            request, start=start, output=self.work.empty("output"), stop_requested=lambda: self.channel.is_stopped(key),
            report=lambda *values: self.progress.report(progress_message(key, *values)),
            batch_limit=check and check.get("batches"))
        seed_beginning(segment)
        result = self.trainer.train(segment)
        if self.channel.is_stopped(key):
            # It may have seen that, and left its epochs.
            raise Stop
        score, metrics = checked(result, self.config.get("metric") or "score")
        if check is None:
            self._warn(segment._notes)
        epochs = segment._notes.epoch_marks
        marks += [epochs[0], epochs[-1]] if epochs else [time.monotonic()] * 2
        marks.append(time.monotonic())
        digest, size = pack(segment.output, output)
        marks.append(time.monotonic())
        parts = ("preparation", "training", "evaluation", "checkpoint")
        answer = {
            "t": "done", "key": key, "score": score, "metrics": metrics, "digest": digest, "size": size, "times": {
                "started": started, "slot": message.get("slot", 0),
                **{name: marks[place + 1] - marks[place] for place, name in enumerate(parts)}}}
        if check is not None:
            answer["check"] = vars(segment._notes)
        return answer

    def _warn(self, notes: Any) -> None:
        """Say once, on standard error, what a search cannot do without."""
        if not self._has_warned and not notes.used_policy:
            print(
                "warning: train() used neither segment.augment nor segment.batch_augment or segment.policy, so all policies give "
                "the same and nothing can be learnt", file=sys.stderr)
        if not self._has_warned and not notes.epoch_marks:
            print(
                "warning: train() did not go through segment.epochs, so nothing seeds its random numbers", file=sys.stderr)
        self._has_warned = True

    def _request(self, message: dict[str, Any]) -> Any:
        from ..trainer.segment import SegmentRequest

        generation, trial, _ = (int(part) for part in message["key"].split("/"))
        first, end = message["epochs"]
        return SegmentRequest(
            key=message["key"], trial=trial, generation=generation, seed=message["seed"], first=first, end=end,
            total_epochs=self.config.get("epochs") or end, is_last=bool(message.get("isLast")), policy=message["policy"],
            config=copy.deepcopy(self.config.get("config") or {}) | dict(message.get("tuned") or {}),
            device=str(self.config.get("device") or "cpu"))


def progress_message(
    key: str, epoch: int, done: int | None, total: int | None, metrics: dict[str, float | None]
) -> dict[str, Any]:
    """Return the message about progress."""
    message: dict[str, Any] = {"t": "progress", "key": key, "epoch": epoch, "metrics": metrics}
    if done is not None and total is not None:
        message |= {"done": done, "total": total}
    return message


def fault_of_welcome(message: dict[str, Any]) -> str | None:
    """Return why a worker cannot serve after this answer to `hello`."""
    if message["t"] != "welcome":
        return f"found the message {message['t']!r}, expected welcome"
    if message.get("protocol") != PROTOCOL:
        return f"found protocol {message.get('protocol')!r}, expected {PROTOCOL}"
    config = message.get("config")
    kind = config.get("kind") if isinstance(config, dict) else None
    if kind != "trainer":
        return f"found work of the kind {kind!r}, expected 'trainer': python -m swift_pba.worker trains by a user's class"
    if not isinstance(config.get("file"), str):
        return f"config.file: found {config.get('file')!r}, expected the path of a Python file"
    if not isinstance(config.get("digest"), (str, NoneType)):
        return f"config.digest: found {config.get('digest')!r}, expected a SHA-256 in hexadecimal"
    return None


def fault_of_run(message: dict[str, Any]) -> str | None:
    """Return what a `run` lacks; such a coordinator speaks another protocol."""
    from ..trainer.figures import short

    kinds: dict[str, type] = {"key": str, "seed": int, "epochs": list, "output": str}
    for name, kind in kinds.items():
        if not isinstance(message.get(name), kind):
            return f"run.{name}: found {short(message.get(name))}, expected {kind.__name__}"
    policy = message.get("policy")
    if not isinstance(policy, list) and not (isinstance(policy, dict) and policy.keys() == {"space", "entries"}):
        return f"run.policy: found {short(policy)}, expected a list, or an object with space and entries"
    parts = message["key"].split("/")
    if len(parts) != 3 or not all(part.isdecimal() for part in parts):
        return f"run.key: found {short(message['key'])}, expected generation/trial/attempt"
    if len(message["epochs"]) != 2 or not all(type(epoch) is int for epoch in message["epochs"]):
        return f"run.epochs: found {short(message['epochs'])}, expected [first, end]"
    return None


def reason_of_loading(error: BaseException, config: dict[str, Any]) -> str:
    """Return why the user's class cannot be made."""
    from .user_file import UserFileError

    if isinstance(error, UserFileError):
        return cut(str(error), LONGEST_REASON)
    words = f"{Path(config['file']).name}: {reason(error)}"
    if isinstance(error, ModuleNotFoundError):
        words += f"; the Python of the worker is {sys.executable}: install it there, or name another Python by PBA_PYTHON"
    return cut(words, LONGEST_REASON)


def traceback_of(error: BaseException, file: str) -> str | None:
    """Return the user's frames of an error; None where there is none."""
    return shortened(error, file) or None
