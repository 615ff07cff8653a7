#!/usr/bin/env python3
"""Kills `pba data stats folder:PATH` with SIGKILL while it decodes, and checks that nothing is left as if whole.

    kill_while_decoding.py --pba PATH [--rounds N]

Each round changes the folder, kills a reader after a random part of the time that one takes, then lets three readers run at
the same time. Their reports must be those of a reader with a fresh cache. Needs no packages.
"""

import os
import random
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "cli"))
from case_runner import Failure, parser_for, require, run_all  # noqa: E402

IMAGES = 150
SIDE = 200


def write_image(path: Path, seed: int) -> None:
    """Writes a pixmap of noise under a new time of change."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(b"P6 %d %d 255\n" % (SIDE, SIDE) + random.Random(seed).randbytes(SIDE * SIDE * 3))


def command(pba: str, images: Path, data: Path) -> list[str]:
    return [pba, "data", "stats", f"folder:{images}", "--image-size", "64x48", "--data-dir", str(data), "--json"]


def read(pba: str, images: Path, data: Path) -> str:
    """Returns the report of an undisturbed reader."""
    finished = subprocess.run(command(pba, images, data), capture_output=True, text=True)
    if finished.returncode != 0:
        raise Failure(f"exit {finished.returncode}: {finished.stderr.strip()}")
    return finished.stdout


def kill_readers(pba: str, rounds: int) -> str:
    """Kills a reader in each round and looks at what those after it say."""
    chance = random.Random(0)
    killed = 0
    with tempfile.TemporaryDirectory() as folder:
        images, data = Path(folder, "images"), Path(folder, "data")
        for number in range(IMAGES):
            write_image(images / f"class {number % 3}" / f"{number}.ppm", number)
        # The first of them reads a program that is not in memory yet.
        durations = []
        for attempt in range(3):
            began = time.monotonic()
            read(pba, images, Path(folder, f"first-{attempt}"))
            durations.append(time.monotonic() - began)
        duration = min(durations)
        for number in range(rounds):
            # All images in the first round, then a third of them.
            for changed in range(number % 3, IMAGES, 3 if number else 1):
                write_image(images / f"class {changed % 3}" / f"{changed}.ppm", 1000 * number + changed)
            reader = subprocess.Popen(
                command(pba, images, data), stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
            )
            try:
                reader.wait(duration * chance.random())
            except subprocess.TimeoutExpired:
                os.kill(reader.pid, signal.SIGKILL)
                reader.wait()
                killed += 1
            expected = read(pba, images, Path(folder, f"data-{number + 1}"))
            readers = [
                subprocess.Popen(command(pba, images, data), stdout=subprocess.PIPE, text=True)
                for _ in range(3)
            ]
            for reader in readers:
                report, _ = reader.communicate()
                if report != expected:
                    raise Failure(f"round {number + 1}: found the report\n{report}expected\n{expected}")
            (cache,) = (data / "cache").iterdir()
            left = sorted(path.name for path in cache.iterdir() if not path.name.startswith("pixels-"))
            if left != ["index", "lock"] or len(list(cache.iterdir())) != 3:
                raise Failure(f"round {number + 1}: left over are {sorted(path.name for path in cache.iterdir())}")
    require(killed, "no reader was killed: all ended before their time")
    return f"{rounds} rounds, {killed} readers killed"


def main() -> None:
    parser = parser_for(__doc__)
    parser.add_argument("--rounds", type=int, default=8, help="how many readers to kill [8]")
    options = parser.parse_args()
    run_all([("readers that are killed while they decode", lambda: kill_readers(options.pba, options.rounds))])


if __name__ == "__main__":
    main()
