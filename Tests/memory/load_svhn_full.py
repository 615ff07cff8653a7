#!/usr/bin/env python3
"""Loads files of the size of SVHN with its extra images with the real pba, and measures the most memory it took.

    load_svhn_full.py --pba PATH [--limit BYTES] [--folder FOLDER]

Writes 73,257 + 531,131 training and 26,032 test images as MATLAB 5 files, packed by zlib as the official ones are, of
which everything that `pba data stats` prints is known beforehand: every plane of an image is one value. Compares the
class counts, mean and standard deviation with what it prints, and its largest resident set with the limit (2.2 GB, in
bytes). Needs only Python's standard library, 2.5 GB of memory and 50 MB of disk. Prints what it measured; exits 1 when
something differs.
"""

import json
import math
import random
import resource
import struct
import subprocess
import sys
import tempfile
import time
import zlib
from pathlib import Path
from typing import BinaryIO

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "cli"))
from case_runner import parser_for, require, run_all  # noqa: E402

SETS = {"train": 73257, "extra": 531131, "test": 26032}
SIDE = 32
PLANE = SIDE * SIDE
STATISTICS_TOLERANCE = 1e-6


class PackedVariable:
    """A variable of a MATLAB 5 file that is packed while it is written."""

    def __init__(self, file: BinaryIO, name: str, shape: tuple[int, ...], byte_count: int) -> None:
        self.file = file
        self.packer = zlib.compressobj(6)
        self.start = file.tell()
        file.write(struct.pack("<II", 15, 0))
        flags = struct.pack("<IIII", 6, 8, 9, 0)
        lengths = struct.pack(f"<II{len(shape)}i", 5, 4 * len(shape), *shape)
        label = struct.pack("<HH4s", 1, len(name), name.encode())
        inside = flags + lengths.ljust(-(-len(lengths) // 8) * 8, b"\0") + label
        inside += struct.pack("<II", 2, byte_count)
        self.padding = -byte_count % 8
        self.write(struct.pack("<II", 14, len(inside) + byte_count + self.padding) + inside)

    def write(self, data: bytes) -> None:
        self.file.write(self.packer.compress(data))

    def close(self) -> None:
        self.write(bytes(self.padding))
        self.file.write(self.packer.flush())
        end = self.file.tell()
        self.file.seek(self.start + 4)
        self.file.write(struct.pack("<I", end - self.start - 8))
        self.file.seek(end)


def write_set(path: Path, count: int, draw: random.Random, histograms: list[list[int]], labels_seen: list[int]) -> None:
    """Writes a file of images whose planes are of one drawn value each, and counts values and labels."""
    planes = [bytes([value]) * PLANE for value in range(256)]
    with open(path, "wb") as file:
        file.write(b"MATLAB 5.0 MAT-file, made by load_svhn_full.py".ljust(124) + struct.pack("<H", 0x100) + b"IM")
        images = PackedVariable(file, "X", (SIDE, SIDE, 3, count), count * 3 * PLANE)
        for start in range(0, count, 1000):
            values = draw.randbytes(3 * min(1000, count - start))
            for colour in range(3):
                for value in values[colour::3]:
                    histograms[colour][value] += 1
            images.write(b"".join(planes[value] for value in values))
        images.close()
        labels = bytes(draw.randrange(1, 11) for _ in range(count))
        for label in labels:
            labels_seen[label % 10] += 1
        variable = PackedVariable(file, "y", (count, 1), count)
        variable.write(labels)
        variable.close()


def moments(histogram: list[int]) -> tuple[float, float]:
    """Mean and standard deviation of value / 255."""
    count = sum(histogram)
    mean = sum(value * times for value, times in enumerate(histogram)) / count / 255
    variance = sum((value / 255 - mean) ** 2 * times for value, times in enumerate(histogram)) / count
    return mean, math.sqrt(variance)


def load(pba: str, limit: int, kept: Path | None) -> str:
    """Fails where the figures of the set are others, or the program takes more memory than it may."""
    with tempfile.TemporaryDirectory() as temporary:
        folder = kept or Path(temporary)
        (folder / "svhn").mkdir(parents=True, exist_ok=True)
        draw = random.Random(0)
        histograms, labels = [[0] * 256 for _ in range(3)], [0] * 10
        for name, count in SETS.items():
            seen = (histograms, labels) if name != "test" else ([[0] * 256 for _ in range(3)], [0] * 10)
            write_set(folder / "svhn" / f"{name}_32x32.mat", count, draw, *seen)
        began = time.monotonic()
        total = SETS["train"] + SETS["extra"]
        result = subprocess.run(
            [pba, "data", "stats", "svhn-full", "--data-dir", folder, "--validation-size", "0", "--json"],
            stdout=subprocess.PIPE,
        )
        seconds = time.monotonic() - began
        peak = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss * (1 if sys.platform == "darwin" else 1024)
    require(result.returncode == 0, f"pba ended with code {result.returncode}")
    report = json.loads(result.stdout)
    failures = []
    if (report["train"], report["test"]) != (total, SETS["test"]):
        failures.append(f"found {report['train']} training and {report['test']} test images")
    if report["trainPerClass"] != labels:
        failures.append(f"found {report['trainPerClass']} images in the classes, expected {labels}")
    for colour, histogram in enumerate(histograms):
        measured = report["measured"]["mean"][colour], report["measured"]["standardDeviation"][colour]
        for found, expected in zip(measured, moments(histogram), strict=True):
            if abs(found - expected) > STATISTICS_TOLERANCE:
                failures.append(f"colour {colour}: found {measured}, expected {moments(histogram)}")
    if peak >= limit:
        failures.append(f"took {peak / 1e9:.3f} GB of memory, expected less than {limit / 1e9:.3f} GB")
    require(not failures, "; ".join(failures))
    return (f"{total} training and {SETS['test']} test images in {seconds:.1f} s, at most {peak / 1e9:.3f} GB resident")


def main() -> None:
    parser = parser_for(__doc__)
    parser.add_argument("--limit", type=int, default=2_200_000_000, help="the most resident memory, in bytes")
    parser.add_argument("--folder", type=Path, help="keep the files there (default: a folder that is removed)")
    options = parser.parse_args()
    run_all([("the largest dataset", lambda: load(options.pba, options.limit, options.folder))])


if __name__ == "__main__":
    main()
