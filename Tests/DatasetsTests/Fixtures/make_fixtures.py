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
import tarfile
import zlib
from pathlib import Path

import numpy

HERE = pathlib.Path(__file__).resolve().parent
NAMES = ["airplane", "automobile", "bird", "cat", "deer", "dog", "frog", "horse", "ship", "truck"]


class Python2Pickler(pickle._Pickler):
    """Protocol 2 as Python 2 wrote it: every string a byte string, numpy's modules under their old names."""

    dispatch = dict(pickle._Pickler.dispatch)

    def save_string(self, value: object) -> None:
        data = value if isinstance(value, bytes) else value.encode("latin1")
        if len(data) < 256:
            self.write(pickle.SHORT_BINSTRING + bytes([len(data)]) + data)
        else:
            self.write(pickle.BINSTRING + struct.pack("<i", len(data)) + data)
        self.memoize(value)

    dispatch[str] = save_string
    dispatch[bytes] = save_string

    def save_global(self, value: object, name: str | None = None) -> None:
        module = value.__module__.replace("numpy._core", "numpy.core")
        self.write(pickle.GLOBAL + f"{module}\n{value.__name__}\n".encode())
        self.memoize(value)

    dispatch[type] = save_global


def python2_pickle(value: object) -> bytes:
    out = io.BytesIO()
    Python2Pickler(out, protocol=2).dump(value)
    return out.getvalue()


def cifar_rows(file: int, count: int) -> tuple[numpy.ndarray, list[int]]:
    images = (31 * file + 7 * numpy.arange(count)[:, None] + numpy.arange(3072)[None]) % 251
    return images.astype(numpy.uint8), [(file + i) % 10 for i in range(count)]


def write_cifar() -> None:
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


def write_idx(path: Path, array: numpy.ndarray, packed: bool) -> None:
    data = struct.pack(f">{1 + array.ndim}I", 0x800 + array.ndim, *array.shape) + array.tobytes()
    path.write_bytes(gzip.compress(data, mtime=0) if packed else data)


def write_fashion_mnist() -> None:
    """12 training and 5 test images of 4 x 6; the test files are not packed. Pixel p of image i is (40 i + p) mod 256."""
    folder = HERE / "fashion-mnist"
    folder.mkdir(exist_ok=True)
    for name, count, packed in (("train", 12, True), ("t10k", 5, False)):
        images = (40 * numpy.arange(count)[:, None] + numpy.arange(24)[None]) % 256
        labels = numpy.arange(count) % 10
        end = ".gz" if packed else ""
        write_idx(folder / f"{name}-images-idx3-ubyte{end}", images.reshape(count, 4, 6).astype(numpy.uint8), packed)
        write_idx(folder / f"{name}-labels-idx1-ubyte{end}", labels.astype(numpy.uint8), packed)


def write_cifar100() -> None:
    """5 training and 3 test images; the label of image i of file f is (37 f + i) mod 100, its coarse label (f + i) mod 20."""
    python, binary = HERE / "cifar-100-python", HERE / "cifar-100-binary"
    python.mkdir(exist_ok=True)
    binary.mkdir(exist_ok=True)
    names = [f"thing_{i}" for i in range(100)]
    for name, file, count in (("train", 1, 5), ("test", 2, 3)):
        images, _ = cifar_rows(file, count)
        fine = [(37 * file + i) % 100 for i in range(count)]
        coarse = [(file + i) % 20 for i in range(count)]
        content = {
            "filenames": [f"picture_{file}_{i}.png" for i in range(count)],
            "batch_label": f"{name}ing batch 1 of 1",
            "fine_labels": fine,
            "coarse_labels": coarse,
            "data": images,
        }
        (python / name).write_bytes(python2_pickle(content))
        rows = numpy.concatenate([numpy.array([coarse, fine], numpy.uint8).T, images], 1)
        (binary / f"{name}.bin").write_bytes(rows.tobytes())
    coarse_names = [f"kind_{i}" for i in range(20)]
    (python / "meta").write_bytes(python2_pickle({"fine_label_names": names, "coarse_label_names": coarse_names}))
    (binary / "fine_label_names.txt").write_text("\n".join(names) + "\n\n")
    (binary / "coarse_label_names.txt").write_text("\n".join(coarse_names) + "\n")


def mat_element(order: str, kind: int, data: bytes) -> bytes:
    """An element of a MATLAB 5 file: its tag and its data, the small form where the data fit into the tag."""
    if len(data) <= 4:
        return struct.pack(order + "I", len(data) << 16 | kind) + data.ljust(4, b"\0")
    return struct.pack(order + "II", kind, len(data)) + data + bytes(-len(data) % 8)


def mat_variable(order: str, name: str, array: numpy.ndarray, storage: str, packed: bool) -> bytes:
    """A variable whose class is double or uint8, its numbers stored as the given type."""
    kinds = {"u1": 2, "i2": 3, "f8": 9}
    numbers = array.astype(order + storage).tobytes(order="F")
    content = (
        mat_element(order, 6, struct.pack(order + "II", 9 if array.dtype == numpy.uint8 else 6, 0))
        + mat_element(order, 5, struct.pack(f"{order}{array.ndim}i", *array.shape))
        + mat_element(order, 1, name.encode())
        + mat_element(order, kinds[storage], numbers)
    )
    element = struct.pack(order + "II", 14, len(content)) + content
    if not packed:
        return element
    data = zlib.compress(element)
    return struct.pack(order + "II", 15, len(data)) + data


def write_mat(path: Path, variables: dict[str, numpy.ndarray], order: str = "<") -> None:
    header = b"MATLAB 5.0 MAT-file, made by make_fixtures.py".ljust(124) + struct.pack(order + "H", 0x100)
    path.write_bytes(header + (b"IM" if order == "<" else b"MI") + b"".join(variables))


def write_svhn() -> None:
    """Images of 4 x 6 (height x width): pixel (r, c) of colour k of image n of file f is (31 f + 7 n + 5 r + 3 c + 50 k) mod
    251, its label (f + n) mod 10, where 0 is stored as 10. The three files differ in packing, storage and byte order."""
    folder = HERE / "svhn"
    folder.mkdir(exist_ok=True)
    files = (("train", 1, 12, "u1", True, "<"), ("extra", 2, 7, "f8", True, ">"), ("test", 3, 4, "u1", False, "<"))
    for name, file, count, storage, packed, order in files:
        r, c, k, n = numpy.ogrid[:4, :6, :3, :count]
        images = ((31 * file + 7 * n + 5 * r + 3 * c + 50 * k) % 251).astype(numpy.uint8)
        labels = (file + numpy.arange(count)) % 10
        labels[labels == 0] = 10
        write_mat(
            folder / f"{name}_32x32.mat",
            [
                mat_variable(order, "remark", numpy.zeros((1, 3)), "i2", packed),
                mat_variable(order, "X", images, "u1", packed),
                mat_variable(order, "y", labels[:, None].astype(float), storage, packed),
            ],
            order,
        )


def write_archives() -> None:
    """A small archive as it should be, and one for each thing that an archive must not hold."""
    folder = HERE / "archives"
    folder.mkdir(exist_ok=True)

    def entry(path: Path, data: bytes = b"", kind: int = tarfile.REGTYPE, link: str = "") -> tarfile.TarInfo:
        info = tarfile.TarInfo(path)
        info.size, info.type, info.linkname = len(data), kind, link
        return info, data

    good = [entry("set", kind=tarfile.DIRTYPE), entry("set/one", b"1" * 700), entry("set/two", b"2" * 512),
            entry("set/remark.html", b"")]
    archives = {
        "good": good,
        "parent": good + [entry("set/../../escaped", b"x")],
        "absolute": good + [entry("/tmp/escaped", b"x")],
        "elsewhere": good + [entry("other/file", b"x")],
        "beside": good + [entry("escaped", b"x")],
        "deeper": good + [entry("set/sub/file", b"x")],
        "link": good + [entry("set/link", kind=tarfile.SYMTYPE, link="/etc/passwd")],
        "hardlink": good + [entry("set/link", kind=tarfile.LNKTYPE, link="set/one")],
        "device": good + [entry("set/device", kind=tarfile.CHRTYPE)],
        "incomplete": good[:2],
        "different": good[:2] + [entry("set/two", b"3" * 512)],
    }
    for name, entries in archives.items():
        data = io.BytesIO()
        with tarfile.open(fileobj=data, mode="w", format=tarfile.USTAR_FORMAT) as archive:
            for info, content in entries:
                archive.addfile(info, io.BytesIO(content))
        (folder / f"{name}.tar.gz").write_bytes(gzip.compress(data.getvalue(), mtime=0))
        if name == "good":
            # A size below zero, which readers that take any number would pass over.
            negative = bytearray(data.getvalue())
            head = negative.index(b"set/two")
            negative[head + 124:head + 136] = b"-0000000512\0"
            negative[head + 148:head + 156] = b" " * 8
            negative[head + 148:head + 156] = b"%06o\0 " % sum(negative[head:head + 512])
            (folder / "negative.tar.gz").write_bytes(gzip.compress(bytes(negative), mtime=0))


if __name__ == "__main__":
    write_cifar()
    write_cifar100()
    write_fashion_mnist()
    write_svhn()
    write_archives()
