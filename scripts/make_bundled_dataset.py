#!/usr/bin/env python3
"""Makes the bundled set (Sources/Datasets/Resources/FashionMNIST) from the four files of Fashion-MNIST.

usage: make_bundled_dataset.py SOURCE_DIR OUT_DIR

SOURCE_DIR holds the official files, as Debian's package dataset-fashion-mnist puts them into
/usr/share/datasets/fashion-mnist. Written are 2,000 training and 1,000 validation images drawn from the official training
file, and 1,000 test images drawn from the official test file, every class equally often, as gzipped IDX files. The order
takes the classes in turn, so that the first n images of a file are balanced too. The same input gives the same bytes with
the same zlib. Needs only Python's standard library.
"""
import gzip
import pathlib
import random
import struct
import sys
from collections.abc import Iterable, Sequence

SEED = 20190514
CLASSES = 10


def read_idx(path: pathlib.Path, dimensions: int) -> tuple[list[int], bytes]:
    data = gzip.decompress(path.read_bytes())
    magic, *shape = struct.unpack(f">{1 + dimensions}I", data[: 4 + 4 * dimensions])
    if magic != 0x800 + dimensions:
        sys.exit(f"{path}: found magic {magic:#x}, expected {0x800 + dimensions:#x}")
    return shape, data[4 + 4 * dimensions:]


def write_idx(path: pathlib.Path, shape: Sequence[int], body: bytes) -> None:
    data = struct.pack(f">{1 + len(shape)}I", 0x800 + len(shape), *shape) + body
    path.write_bytes(gzip.compress(data, compresslevel=9, mtime=0))
    print(f"{path.name}: {path.stat().st_size} bytes")


def drawn_indices(labels: bytes, sizes: Iterable[int], generator: random.Random) -> list[list[int]]:
    """One list of indices per size; no index twice; class k at every place that is k modulo 10."""
    by_class = []
    for label in range(CLASSES):
        indices = [i for i, value in enumerate(labels) if value == label]
        generator.shuffle(indices)
        by_class.append(indices)
    parts, taken = [], 0
    for size in sizes:
        each = size // CLASSES
        parts.append([by_class[k % CLASSES][taken + k // CLASSES] for k in range(size)])
        taken += each
    return parts


def main() -> None:
    if len(sys.argv) != 3:
        sys.exit(__doc__)
    source, out = map(pathlib.Path, sys.argv[1:])
    out.mkdir(parents=True, exist_ok=True)
    generator = random.Random(SEED)
    for official, parts in (("train", {"train": 2000, "validation": 1000}), ("t10k", {"test": 1000})):
        (_, height, width), pixels = read_idx(source / f"{official}-images-idx3-ubyte.gz", 3)
        _, labels = read_idx(source / f"{official}-labels-idx1-ubyte.gz", 1)
        drawn = drawn_indices(labels, parts.values(), generator)
        size = height * width
        for name, indices in zip(parts, drawn, strict=True):
            body = b"".join(pixels[i * size:(i + 1) * size] for i in indices)
            write_idx(out / f"{name}-images-idx3-ubyte.gz", (len(indices), height, width), body)
            write_idx(out / f"{name}-labels-idx1-ubyte.gz", (len(indices),), bytes(labels[i] for i in indices))


if __name__ == "__main__":
    main()
