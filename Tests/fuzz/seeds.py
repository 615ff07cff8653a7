"""What the attacks on each reader begin with: fixtures of the Swift tests, and a few files made here."""

import gzip
import io
import json
import pathlib
import pickle
import re
import struct
import tarfile
import zlib
from typing import Any

TESTS = pathlib.Path(__file__).resolve().parents[1]
IMAGES = TESTS / "ImageFilesTests/Fixtures"
DATASETS = TESTS / "DatasetsTests/Fixtures"
POLICIES = TESTS / "PoliciesTests/Fixtures"
LOGS = TESTS / "InteropTests/Fixtures"


def files(folder: pathlib.Path, *patterns: str) -> list[bytes]:
    return [path.read_bytes() for pattern in patterns for path in sorted(folder.glob(pattern))]


def png() -> list[bytes]:
    """Chunks that claim to be far larger than the file."""
    whole = files(IMAGES, "turned-6.png")[0]
    place = whole.index(b"eXIf")
    claim = struct.pack(">I", 755 << 20)
    return [whole[:place - 4] + claim + whole[place:]] + [
        whole[:33] + claim + kind + whole[33:] for kind in (b"iCCP", b"tRNS", b"PLTE", b"zTXt", b"IDAT")] + [
        whole[:33] + claim + b"eXIf" + b"MM*"]  # and cut off before its data


def tiff(
    samples: int, bits: int = 8, extra: tuple[int, ...] = (), photometric: int = 2, form: int = 1, planar: int = 1, tile: int = 0
) -> bytes:
    """One row of two pixels, or a tile of 16 by 16."""
    parts = samples if planar == 2 else 1
    data = bytes(range(256)) * 8
    size = (256 if tile else 2) * samples * bits // 8 // parts
    tags = {256: 2, 257: 1, 258: [bits] * samples, 259: 1, 262: photometric, 277: samples, 284: planar, 339: [form] * samples}
    offsets = [8 + part * size for part in range(parts)]
    tags.update({322: 16, 323: 16, 324: offsets, 325: [size] * parts} if tile else {273: offsets, 278: 1, 279: [size] * parts})
    if extra:
        tags[338] = list(extra)
    data = data[:size * parts]
    directory, after = struct.pack("<H", len(tags)), b""
    end = 8 + len(data) + 2 + 12 * len(tags) + 4
    for tag, values in sorted(tags.items()):
        values = values if isinstance(values, list) else [values]
        packed = struct.pack(f"<{len(values)}I", *values)
        directory += struct.pack("<HHI", tag, 4, len(values))
        directory += packed if len(packed) == 4 else struct.pack("<I", end + len(after))
        after += packed if len(packed) > 4 else b""
    return b"II*\0" + struct.pack("<I", 8 + len(data)) + data + directory + bytes(4) + after


def tiffs() -> list[bytes]:
    return [tiff(1, photometric=1), tiff(2, 16, (2,), 1), tiff(4, 16, (1,), planar=2), tiff(3, 16, form=2, tile=16),
            tiff(4, 8, (0,), planar=2, tile=16), tiff(13, photometric=1), tiff(1, 32, photometric=1, form=3)]


def npy(version: int, shape: tuple[int, ...]) -> bytes:
    head = f"{{'descr': '|u1', 'fortran_order': False, 'shape': {shape}, }}".encode()
    length = struct.pack("<H" if version == 1 else "<I", len(head))
    count = 1
    for side in shape:
        count *= side
    return b"\x93NUMPY" + bytes([version, 0]) + length + head + bytes(range(count))


def numpy_arrays() -> list[bytes]:
    return [npy(1, (2, 2, 2, 3)), npy(2, (1, 2, 2, 4)), npy(3, (5,)), npy(1, ())]


def idx() -> list[bytes]:
    labels = struct.pack(">II", 0x801, 2) + b"\x01\x02"
    images = struct.pack(">IIII", 0x803, 2, 3, 2) + bytes(range(12))
    packed = gzip.compress(images, mtime=0)
    return [bytes([len(labels)]) + labels + images, bytes([len(labels)]) + labels + packed]


def deflated() -> list[bytes]:
    return [gzip.compress(b"pixels" * 20, mtime=0), gzip.compress(b"", mtime=0), zlib.compress(b"numbers" * 9)]


def pickles() -> list[bytes]:
    row = bytes(range(256)) * 12
    # As Python 2 and numpy write a batch of CIFAR: protocol 2, the array's bytes as a string.

    def text(word: bytes) -> bytes:
        return b"U" + bytes([len(word)]) + word

    array = (b"cnumpy.core.multiarray\n_reconstruct\nq\x01cnumpy\nndarray\nq\x02K\x00\x85U\x01b\x87Rq\x03(K\x01K\x01M"
             + struct.pack("<H", 3072) + b"\x86cnumpy\ndtype\nq\x04U\x02u1K\x00K\x01\x87Rq\x05(K\x03U\x01|NNNJ\xff\xff\xff\xff"
             + b"J\xff\xff\xff\xffK\x00tb\x89T" + struct.pack("<I", 3072) + row + b"tb")
    batch = b"\x80\x02}q\x00(" + text(b"data") + array + text(b"labels") + b"]q\x06K\x07au."
    plain = pickle.dumps({"label_names": ["cat", "dog"], "labels": [1, 300, -70000, None, True], "t": (1, (2, 3), ())}, 2)
    return [batch, plain] + files(DATASETS, "cifar-10-batches-py/batches.meta", "cifar-100-python/meta")


def tar() -> list[bytes]:
    """Archives of the wanted form, and of forms that are refused: links, devices, long names, sparse files, odd sizes."""
    archives = []
    for form in (tarfile.USTAR_FORMAT, tarfile.GNU_FORMAT, tarfile.PAX_FORMAT):
        stream = io.BytesIO()
        with tarfile.open(fileobj=stream, mode="w", format=form) as archive:
            def add(name: str, kind: bytes = tarfile.REGTYPE, content: bytes = b"", **fields: Any) -> None:
                entry = tarfile.TarInfo(name)
                entry.type, entry.size = kind, len(content)
                for field, value in fields.items():
                    setattr(entry, field, value)
                archive.addfile(entry, io.BytesIO(content))
            add("set", tarfile.DIRTYPE)
            add("set/one", content=b"1" * 30)
            if form == tarfile.PAX_FORMAT:
                add("set/two", content=b"2", pax_headers={"comment": "a remark", "size": "9999999999"})
            if form == tarfile.GNU_FORMAT:
                add("set/" + "l" * 90 + "/" + "m" * 60, content=b"long")
            add("set/link", tarfile.SYMTYPE, linkname="../../elsewhere")
        archives.append(stream.getvalue()[:5120])
    good = archives[0]
    for name in (b"../set/one", b"/set/one", b"set/../one", b"set/./one", b"set//one", b"set/one/", b"set", b"other/one"):
        archives.append(header(name, b"%011o\0" % 3) + b"abc".ljust(512, b"\0") + bytes(1024))
    for size in (b"77777777777\0", b"-0000000005\0", b"+0000000003\0", b"\x80" + bytes(10) + b"\3", b"\xff" * 12,
                 b" 3 \0" + bytes(8)):
        archives.append(header(b"set/one", size) + b"abc".ljust(512, b"\0") + bytes(1024))
    for kind in b"12346gxLKS7":
        archives.append(header(b"set/one", b"%011o\0" % 3, kind) + b"abc".ljust(512, b"\0") + bytes(1024))
    return archives + [good + b"rest"]


def header(name: bytes, size: bytes, kind: int = 0x30) -> bytes:
    block = bytearray(512)
    block[:len(name)] = name
    block[100:124] = b"0000644\0" + b"0000000\0" * 2
    block[124:136] = size
    block[136:148] = b"00000000000\0"
    block[156] = kind
    block[257:265] = b"ustar\x0000"
    block[148:156] = b" " * 8
    block[148:156] = b"%06o\0 " % sum(block)
    return bytes(block)


def safetensors() -> list[bytes]:
    def file(header: dict[str, Any], body: bytes) -> bytes:
        text = json.dumps(header).encode()
        return struct.pack("<Q", len(text)) + text + body
    two = {"__metadata__": {"epoch": "3"}, "a": {"dtype": "F32", "shape": [2, 1], "data_offsets": [0, 8]},
           "b": {"dtype": "I64", "shape": [], "data_offsets": [8, 16]}}
    kinds = {kind: {"dtype": kind, "shape": [1], "data_offsets": [0, size]}
             for kind, size in (("U8", 1), ("BOOL", 1), ("BF16", 2), ("F64", 8), ("F16", 2))}
    return [file(two, bytes(16)), file({}, b""), file(kinds, bytes(8)),
            file({"e": {"dtype": "F32", "shape": [0, 9], "data_offsets": [0, 0]}}, b"")]


def settings() -> list[bytes]:
    # Every key that there is.
    source = (TESTS.parent / "Sources/Command/Options/SettingCatalogue.swift").read_bytes()
    keys = re.findall(rb"let (\w+) = Setting<", source)
    assert keys, "SettingCatalogue.swift declares no setting"
    return [
        b"dataset: bundled\nmodel: wrn_10_1\nepochs: 3\nbatch-size: 64\nlearning-rate: 0.1\nlearningRateRule: cosine\n",
        b"# a search\n{dataset: cifar10, population: 4, interval: 2, quantile: 0.25, burnIn: 1, asynchronous: true,\n"
        b" concurrency: auto, seed: 18446744073709551615, flip: no, cutout: 16, imageSize: 32}\n",
        b"&a policies: [none, cutout]\n--- !!map\n? weightDecay\n: 5e-4\nprecision: fp32\nthreads: 0x2\nseeds: 1_0\n",
        b"".join(b"%s: 1\n" % key for key in keys),
        b"dataset: folder:/x\nskipUnreadable: true\nimage-size: 64x48\ncropPadding: 4\ndataDirectory: ~/d\n<<: {epochs: 1}\n",
    ]


def class_weights() -> list[bytes]:
    return [b"cat: 1\ndog: 0.25\n'a: b': 1e3\n", b"[1, 2.5, 3e-2]\n", b"- 1\n- 0.5\n", b'{"cat": 1.5, "T-shirt/top": 2}',
            b"&a [1, &b 2, *b]\n--- !!map {x: 1}\n", b"cat: 010\ncat: 0x2\n? dog\n: .inf\n<<: {e: 1_0}\n"]


def checkpoint() -> list[bytes]:
    return [json.dumps({
        "recipe": {"model": "wrn_10_1", "epochs": 3, "batchSize": 128, "learningRate": 0.1, "learningRateRule": "cosine",
                   "weightDecay": 0.0005, "cutout": 16, "cropPadding": 4, "flip": True, "seed": 1, "precision": "fp32",
                   "threads": 1},
        "dataset": "bundled", "classNames": ["cat", "dog"], "epoch": 3, "trial": 0, "imageSize": [32, 32],
        "statistics": {"mean": [0.5, 0.5, 0.5], "standardDeviation": [0.2, 0.2, 0.2]}}).encode()]


def http_heads() -> list[bytes]:
    return [b"HTTP/1.1 206 Partial Content\r\nContent-Length: 90\r\nETag: \"a1\"\r\nContent-Range: bytes 10-99/100\r\n",
            b"HTTP/2 200\nlast-modified: Mon, 01 Jan 2024 00:00:00 GMT\nContent-Range: bytes */100\n"]


def http_requests() -> list[bytes]:
    """Heads of requests, without the end of the last line: such as are served, and such as are refused."""
    return [b"GET /events?have=a-1.b-2&x&y=&=z&x=1=2 HTTP/1.1\r\nHost: \t127.0.0.1:80 \r\nAccept: */*\r\nCookie: \xe9",
            b"HEAD / HTTP/1.0\r\nhOST:[::1]:8080\r\nContent-Length: 0", b"GET /? HTTP/1.1\r\nHost: localhost.",
            b"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 5", b"GET / HTTP/2.0\r\nHost: x\r\nTransfer-Encoding: chunked",
            b"GET / HTTP/1.1\r\nHost: x\r\n folded: y\r\nHost : z\n: a", b"GET http://x/ HTTP/1.1\r\nHost: x\r\nHost: y",
            b"GET " + b"/" * 4097 + b" HTTP/1.1\r\nHost: x", b"GET / HTTP/1.1\r\nHost: x" + b"\r\nF: x" * 100]


def schedule() -> list[bytes]:
    # Version 2 holds a search space.
    operations = [{"operation": "Rotate", "entries": 1, "lowest": 0, "highest": 270, "steps": 4, "signed": False},
                  {"operation": "TranslateX", "lowest": 0, "highest": 4, "steps": 5}, {"operation": "Invert", "entries": 1}]
    entries = [("Rotate", 10, 3), ("TranslateX", 5, 4), ("Invert", 1, 0), ("TranslateX", 0, 0)]
    policy = [{"operation": name, "probability": probability, "magnitude": magnitude}
              for name, probability, magnitude in entries]
    space = {"name": "own", "operationCount": [0.5, 0.25, 0.25], "scalePixels": False, "operations": operations}
    with_space = {"format": "pba-schedule", "version": 2, "name": "turns", "epochs": 5, "probabilityScale": 10, "space": space,
                  "segments": [{"epochs": 2, "policy": []}, {"epochs": 3, "policy": policy}], "provenance": {"seed": 7}}
    return [*files(POLICIES, "two_segments.json"), json.dumps(with_space).encode()]


def spaces() -> list[bytes]:
    head = b"format: pba-space\nversion: 1\nname: "
    return [
        *files(TESTS.parent / "Spaces", "*.yaml"),
        b'{"format": "pba-space", "version": 1, "name": "j", "operationCount": [1], "scalePixels": false, "operations": '
        b'[{"operation": "Rotate", "entries": 10, "lowest": 2.5e1, "highest": -0.5, "steps": 100, "signed": false}]}',
        head + b"&n 'a\\'\noperations: &o\n  - &r {operation: ShearX, lowest: +.5, highest: 1.}\n  - *r\n",
        head + b'"\\e[0m \\u2028\\x7f \\U0001F600 \\uFFFE \xe2\x80\xae"\noperations: [operation: Invert]\n',
        head + b"|\n two\n lines\n? operations\n:\n- operation: Cutout\n  lowest: 010\n  steps: 0x2\n  signed: yes\n",
        head + b"!!str 7\noperations: [{operation: Hue, lowest: .nan, highest: 1e999}, {operation: !!float 3}, ~, <<]\n",
        b"%YAML 1.1\n--- !!map\n" + head + b"x\nname: y\nb: &b [*b]\n...\n--- second\n",
    ]


def ray_results() -> list[bytes]:
    log = files(LOGS, "json_lines.txt")[0].split(b"\n")[0] + b"\n"
    result = json.dumps({"training_iteration": 200, "val_acc": 0.5, "experiment_tag": "0_lr=0.1",
                         "config": {"hp_policy": [0] * 60}}).encode() + b"\n"
    params = json.dumps({"hp_policy": [1] * 60}).encode()
    return [b"\0".join((result, log, params)), result, result + result[:40]]


def image_cache_index() -> list[bytes]:
    def number(value: int) -> bytes:
        return struct.pack("<q", value)

    def text(word: bytes) -> bytes:
        return number(len(word)) + word

    head = b"pba image cache 3\n" + number(8) + number(8) + text(b"pixels-0.rgb") + number(5)
    # A digest of 256 bits, then device, number, size, times and whether the file was read.
    content = number(-1) * 4 + number(1) + number(2) + number(100) + number(7) + number(8) + number(1)
    record = text(b"cat/1.png") + content + number(0xFFFFFFFF)
    faults = text(b"cat/2.png") + number(1) + content + text(b"is damaged") + text(b"cat/3.png") + number(0) + text(b"is away")
    return [head + number(1) + record + number(2) + faults, head + number(0) + number(0)]


def packed_images() -> list[bytes]:
    def file(**changes: Any) -> bytes:
        header = {"classNames": ["cat", "dog"], "height": 2, "mean": [1056964608] * 3, "name": "toy", "origin": "0" * 64,
                  "standardDeviation": [1048576000] * 3, "train": 2, "validation": 1, "width": 1} | changes
        text = json.dumps(header).encode()
        count = header["train"] + header["validation"]
        return (b"pba packed images 1\n" + struct.pack("<Q", len(text)) + text + struct.pack("<i", 1) * count
                + bytes(range(6)) * count)
    return [file(), file(validation=0), file(mean=[0x7F800000] * 3), file(height=65536, width=65536)]


MADE = {
    "jpeg": lambda: files(IMAGES, "*.jpg"),
    "webp": lambda: files(IMAGES, "*.webp"),
    "gif": lambda: files(IMAGES, "*.gif"),
    "tiff": lambda: files(IMAGES, "*.tif") + tiffs(),
    "png": lambda: files(IMAGES, "*.png") + png(),
    "bmp": lambda: files(IMAGES, "*.bmp"),
    "pnm": lambda: files(IMAGES, "*.p?m"),
    "npy": numpy_arrays,
    "gzip": deflated,
    "inflate": deflated,
    "idx": idx,
    "pickle": pickles,
    "cifar-binary": lambda: [b"\1" + bytes(3072), b"\1" + bytes(3072) + b"\x0c" + bytes(3072)],
    "mat": lambda: files(DATASETS, "svhn/*.mat"),
    "tar": tar,
    "http-head": http_heads,
    "http-request": http_requests,
    "image-cache-index": image_cache_index,
    "packed-images": packed_images,
    "schedule": schedule,
    "space": spaces,
    "original-log": lambda: files(LOGS, "*.txt"),
    "ray-results": ray_results,
    "safetensors": safetensors,
    "checkpoint": checkpoint,
    "settings": settings,
    "class-weights": class_weights,
}
READERS = list(MADE)
TEXTS = {
    "npy",
    "pickle",
    "http-head",
    "http-request",
    "image-cache-index",
    "packed-images",
    "schedule",
    "space",
    "original-log",
    "ray-results",
    "safetensors",
    "checkpoint",
    "settings",
    "class-weights",
}


def of(reader: str) -> list[bytes]:
    """The inputs to begin with, as bytes."""
    return MADE[reader]()


def words_of(reader: str) -> list[str]:
    """The words in a reader's first inputs, where these are text, for libFuzzer to combine."""
    if reader not in TEXTS:
        return []
    found = {word.decode() for content in of(reader) for word in re.findall(rb"[A-Za-z_][A-Za-z_0-9.]{2,24}", content)}
    return sorted(found)
