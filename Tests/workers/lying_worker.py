#!/usr/bin/env python3
"""A worker that lies: it carries the lines of a true one, and changes some.

The variable PBA_LIE says how, PBA_TRUE_WORKER what the true worker is, and PBA_LIES is a folder with a file for each lie that
is left: a worker that finds none is the true one.
"""

import hashlib
import json
import os
import subprocess
import sys
import threading
import time
from pathlib import Path

TRUE = [os.environ["PBA_TRUE_WORKER"], "worker"]


def takes_a_lie() -> bool:
    """Whether a lie was left, which then is not any more."""
    for file in sorted(Path(os.environ["PBA_LIES"]).iterdir()):
        try:
            file.unlink()
            return True
        except FileNotFoundError:
            continue
    return False


def send(message: dict | str | bytes) -> None:
    line = json.dumps(message) if isinstance(message, dict) else message
    data = line if isinstance(line, bytes) else line.encode() + b"\n"
    while data:
        data = data[os.write(1, data):]


class Liar:
    """Carries lines both ways; what a subclass changes is its lie."""

    def __init__(self) -> None:
        self.key = ""
        self.worker = subprocess.Popen(TRUE, stdin=subprocess.PIPE, stdout=subprocess.PIPE, bufsize=0)

    def from_coordinator(self, message: dict) -> None:
        if message["t"] == "run":
            self.key = message["key"]
            self.output = message["output"]

    def from_worker(self, message: dict) -> dict | None:
        return message

    def carry(self) -> None:
        def down() -> None:
            for line in sys.stdin.buffer:
                self.from_coordinator(json.loads(line))
                self.worker.stdin.write(line)
            os._exit(0)  # the true worker sees the end of its input

        threading.Thread(target=down, daemon=True).start()
        for line in self.worker.stdout:
            message = self.from_worker(json.loads(line))
            if message is not None:
                send(message)


class WrongDigest(Liar):
    def from_worker(self, message: dict) -> dict | None:
        return message | {"digest": hashlib.sha256(b"").hexdigest()} if message["t"] == "done" else message


class DamagedCheckpoint(Liar):
    def from_worker(self, message: dict) -> dict | None:
        if message["t"] == "done":
            with open(self.output, "r+b") as file:
                file.seek(message["size"] // 2)
                byte = file.read(1)
                file.seek(-1, os.SEEK_CUR)
                file.write(bytes([byte[0] ^ 1]))
        return message


class NoCheckpoint(Liar):
    """Says at once that it is done, and has written nothing."""

    def from_coordinator(self, message: dict) -> None:
        super().from_coordinator(message)
        if message["t"] == "run":
            digest = hashlib.sha256(b"").hexdigest()
            send({"t": "done", "key": self.key, "score": 1.0, "metrics": {}, "digest": digest, "size": 0, "seconds": 0.1})


class Forged(Liar):
    """Prints lines that look like results of other segments and attempts, and ones that hardly do."""

    def from_coordinator(self, message: dict) -> None:
        super().from_coordinator(message)
        if message["t"] == "run":
            digest = hashlib.sha256(b"").hexdigest()
            generation, trial, attempt = map(int, self.key.split("/"))
            for key in (f"{generation}/{trial}/{attempt + 1}", f"{generation + 1}/{trial}/1", f"{generation}/{trial + 1}/1"):
                send({"t": "done", "key": key, "score": 1.0, "metrics": {}, "digest": digest, "size": 0, "seconds": 0.1})
            for noise in ('{"t":"done"', "done", '{"t":7}', "[]", "\0\0", '{"t":"quit"}', '{"t":"ready"}'):
                send(noise)
            send(b"\xff\xfe\n")


class Late(Liar):
    """Gives each answer again while the next segment trains."""

    answer: dict | None = None

    def from_coordinator(self, message: dict) -> None:
        super().from_coordinator(message)
        if message["t"] == "run" and self.answer:
            send(self.answer)

    def from_worker(self, message: dict) -> dict | None:
        if message["t"] == "done":
            self.answer = message
        return message


class Noise(Liar):
    """Four megabytes of lines before each message, none of them one."""

    def from_worker(self, message: dict) -> dict | None:
        if message["t"] != "progress":
            send((("x" * 1000 + "\n") * 4000).encode())
        return message


class Endless(Liar):
    def from_worker(self, message: dict) -> dict | None:
        if message["t"] == "done":
            send(b"x" * (2 << 20))
        return message


class HalfALine(Liar):
    def from_worker(self, message: dict) -> dict | None:
        if message["t"] == "done":
            line = json.dumps(message).encode()
            send(line[: len(line) // 2])
            self.worker.kill()
            os._exit(0)
        return message


class NotReadable(Liar):
    def from_worker(self, message: dict) -> dict | None:
        return message | {"score": "high"} if message["t"] == "done" else message


class OtherVersion(Liar):
    def from_worker(self, message: dict) -> dict | None:
        return message | {"protocol": [2, 3]} if message["t"] == "hello" else message


class Stubborn(Liar):
    """Says that it ran out of memory."""

    def from_worker(self, message: dict) -> dict | None:
        if message["t"] == "done":
            return {"t": "failed", "key": self.key, "kind": "oom", "reason": "no memory"}
        return message


class NeverReady(Liar):
    """Greets, and then is silent."""

    def from_worker(self, message: dict) -> dict | None:
        return message if message["t"] == "hello" else None


class Stuck(Liar):
    """Shows that it lives, and does not advance."""

    def from_worker(self, message: dict) -> dict | None:
        if message["t"] in ("progress", "done"):
            return {"t": "alive"}
        return message


class Mute(Liar):
    def carry(self) -> None:
        time.sleep(1000)


LIES = {kind.__name__: kind for kind in Liar.__subclasses__()}

if __name__ == "__main__":
    if not takes_a_lie():
        os.execv(TRUE[0], TRUE)
    LIES[os.environ["PBA_LIE"]]().carry()
