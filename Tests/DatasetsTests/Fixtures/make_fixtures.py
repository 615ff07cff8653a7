#!/usr/bin/env python3
"""Writes the small dataset files beside this script (needs numpy).

usage: make_fixtures.py

The CIFAR pickles have the instructions of the official ones, which Python 2 wrote with protocol 2: strings as
SHORT_BINSTRING and BINSTRING, numpy's names as they were then. Every value is a plain formula, so that the tests can
compute it again: pixel byte p of image i of file f is (31 f + 7 i + p) mod 251, its label (f + i) mod 10.
"""
import gzip
import io
import pathlib
import pickle
import struct

import numpy

HERE = pathlib.Path(__file__).resolve().parent
NAMES = ["airplane", "automobile", "bird", "cat", "deer", "dog", "frog", "horse", "ship", "truck"]


class Python2Pickler(pickle._Pickler):
    """Protocol 2 as Python 2 wrote it: every string a byte string, numpy's modules under their old names."""

    dispatch = dict(pickle._Pickler.dispatch)

    def save_string(self, value):
        data = value if isinstance(value, bytes) else value.encode("latin1")
        if len(data) < 256:
            self.write(pickle.SHORT_BINSTRING + bytes([len(data)]) + data)
        else:
            self.write(pickle.BINSTRING + struct.pack("<i", len(data)) + data)
        self.memoize(value)

    dispatch[str] = save_string
    dispatch[bytes] = save_string

    def save_global(self, value, name=None):
        module = value.__module__.replace("numpy._core", "numpy.core")
        self.write(pickle.GLOBAL + f"{module}\n{value.__name__}\n".encode())
        self.memoize(value)

    dispatch[type] = save_global


def python2_pickle(value):
    out = io.BytesIO()
    Python2Pickler(out, protocol=2).dump(value)
    return out.getvalue()


def cifar_rows(file, count):
    images = (31 * file + 7 * numpy.arange(count)[:, None] + numpy.arange(3072)[None]) % 251
    return images.astype(numpy.uint8), [(file + i) % 10 for i in range(count)]


def write_cifar():
    python, binary = HERE / "cifar-10-batches-py", HERE / "cifar-10-batches-bin"
    python.mkdir(exist_ok=True)
    binary.mkdir(exist_ok=True)
    files = [(f"data_batch_{k}", k, 3 + k % 2) for k in range(1, 6)] + [("test_batch", 6, 4)]
    for name, file, count in files:
        images, labels = cifar_rows(file, count)
        content = {
            "batch_label": name,
            "labels": labels,
            "data": images,
            "filenames": [f"picture_{file}_{i}.png" for i in range(count)],
        }
        data = python2_pickle(content)
        loaded = pickle.loads(data, encoding="latin1")
        assert loaded["labels"] == labels and (loaded["data"] == images).all()
        (python / name).write_bytes(data)
        rows = numpy.concatenate([numpy.array(labels, numpy.uint8)[:, None], images], 1)
        (binary / f"{name}.bin").write_bytes(rows.tobytes())
    meta = {"num_cases_per_batch": 4, "label_names": NAMES, "num_vis": 3072}
    (python / "batches.meta").write_bytes(python2_pickle(meta))


def write_idx(path, array, packed):
    data = struct.pack(f">{1 + array.ndim}I", 0x800 + array.ndim, *array.shape) + array.tobytes()
    path.write_bytes(gzip.compress(data, mtime=0) if packed else data)


def write_fashion_mnist():
    """12 training and 5 test images of 4 x 6; the test files are not packed. Pixel p of image i is (40 i + p) mod 256."""
    folder = HERE / "fashion-mnist"
    folder.mkdir(exist_ok=True)
    for name, count, packed in (("train", 12, True), ("t10k", 5, False)):
        images = (40 * numpy.arange(count)[:, None] + numpy.arange(24)[None]) % 256
        labels = numpy.arange(count) % 10
        end = ".gz" if packed else ""
        write_idx(folder / f"{name}-images-idx3-ubyte{end}", images.reshape(count, 4, 6).astype(numpy.uint8), packed)
        write_idx(folder / f"{name}-labels-idx1-ubyte{end}", labels.astype(numpy.uint8), packed)


if __name__ == "__main__":
    write_cifar()
    write_fashion_mnist()
