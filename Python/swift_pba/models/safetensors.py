"""Named tensors and text in the safetensors format, as the program reads and writes them.

A file is eight bytes of header length, a JSON header, raw bytes. Equal contents are equal bytes: the header has no spaces but
those that fill it up to a multiple of eight bytes, metadata stand in the order of their names, tensors in that of their places.
Format: https://github.com/huggingface/safetensors
"""

from __future__ import annotations

import json
import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

import torch

TYPES = {
    "U8": torch.uint8,
    "I64": torch.int64,
    "F32": torch.float32,
    "F64": torch.float64,
    "BOOL": torch.bool,
    "BF16": torch.bfloat16,
}
"""The element types that the program knows, by their codes."""


@dataclass(frozen=True)
class TensorPlace:
    """Where a tensor's bytes are, after the header."""

    name: str
    code: str
    shape: tuple[int, ...]
    start: int

    @property
    def end(self) -> int:
        """The place after its last byte."""
        return self.start + math.prod(self.shape) * TYPES[self.code].itemsize


class Safetensors:
    """A safetensors file in memory whose every length was checked.

    Parameters
    ----------
    file : bytearray
        The bytes; they may be damaged or hostile.
    name : str
        How errors call the file.

    Raises
    ------
    ValueError
        Where it is not a whole safetensors file; the message says what is wrong.
    """

    def __init__(self, file: bytearray, name: str) -> None:
        self._name = name
        length = int.from_bytes(file[:8], "little")
        if len(file) < 8:
            raise self._damaged(f"it has {len(file)} bytes, the header length alone takes 8")
        if length > len(file) - 8:
            raise self._damaged(f"its header should have {length} bytes, {len(file) - 8} follow")
        self.body = memoryview(file)[8 + length :]
        try:
            header = json.loads(file[8 : 8 + length].decode("utf-8"))
        except (ValueError, RecursionError):
            raise self._damaged("its header is not the JSON that the format asks for") from None
        if not isinstance(header, dict):
            raise self._damaged("its header is not the JSON that the format asks for")
        metadata = header.pop("__metadata__", {})
        if not isinstance(metadata, dict) or not all(isinstance(text, str) for text in metadata.values()):
            raise self._damaged("its metadata are not names with texts")
        self.metadata: dict[str, str] = metadata
        found = [self._place(name, entry) for name, entry in header.items()]
        self.places = sorted(found, key=lambda place: (place.start, place.name))
        self._by_name = {place.name: place for place in self.places}

    def _damaged(self, why: str) -> ValueError:
        return ValueError(f"{self._name} is not a whole safetensors file: {why}")

    def _place(self, name: str, entry: object) -> TensorPlace:
        if not isinstance(entry, dict) or not {"dtype", "shape", "data_offsets"} <= entry.keys():
            raise self._damaged(f"the tensor {name} has no type, shape and place")
        code, shape, offsets = entry["dtype"], entry["shape"], entry["data_offsets"]
        if code not in TYPES:
            raise self._damaged(f"the tensor {name} has the element type {code}, which is not known here")
        if not (_counts(shape) and math.prod(shape) < 1 << 62):
            raise self._damaged(f"the tensor {name} has the impossible shape {shape}")
        if not (_counts(offsets) and len(offsets) == 2):
            raise self._damaged(f"the tensor {name} has the impossible offsets {offsets}")
        place = TensorPlace(name, code, tuple(shape), offsets[0])
        if place.end != offsets[1] or place.end > len(self.body):
            needed = place.end - place.start
            raise self._damaged(
                f"the tensor {name} of shape {shape} needs {needed} bytes, its offsets are {offsets} of {len(self.body)}"
            )
        return place

    def __contains__(self, name: str) -> bool:
        return name in self._by_name

    def place(self, name: str) -> TensorPlace:
        """Where the tensor of that name is; ``KeyError`` if there is none."""
        return self._by_name[name]

    def tensor(self, name: str) -> torch.Tensor:
        """Give a copy of the tensor of that name; ``KeyError`` if there is none."""
        place = self.place(name)
        kind = TYPES[place.code]
        if place.start == place.end:
            return torch.empty(place.shape, dtype=kind)
        # From a copy of its own, since views of a type need bytes at a multiple of its size.
        return torch.frombuffer(bytearray(self.body[place.start : place.end]), dtype=kind).reshape(place.shape)


def _counts(value: object) -> bool:
    return isinstance(value, list) and all(type(number) is int and number >= 0 for number in value)


def header(places: Iterable[TensorPlace], metadata: Mapping[str, str]) -> bytes:
    """Give the header of a file whose tensors lie one after another, with spaces up to a multiple of eight bytes."""
    fields = []
    if metadata:
        pairs = ",".join(f"{_quoted(name)}:{_quoted(metadata[name])}" for name in sorted(metadata))
        fields.append(f'"__metadata__":{{{pairs}}}')
    start = 0
    for place in places:
        end = start + place.end - place.start
        shape = ",".join(map(str, place.shape))
        fields.append(f'{_quoted(place.name)}:{{"dtype":"{place.code}","shape":[{shape}],"data_offsets":[{start},{end}]}}')
        start = end
    text = ("{" + ",".join(fields) + "}").encode("utf-8")
    return text + b" " * (-len(text) % 8)


def laid_out(tensors: Mapping[str, torch.Tensor]) -> tuple[list[TensorPlace], bytes]:
    """Lay tensors one after another; gives their places and their bytes."""
    codes = {kind: code for code, kind in TYPES.items()}
    places: list[TensorPlace] = []
    parts: list[bytes] = []
    start = 0
    for name, tensor in tensors.items():
        values = tensor.detach().to("cpu").contiguous()
        places.append(TensorPlace(name, codes[values.dtype], tuple(values.shape), start))
        start = places[-1].end
        parts.append(values.reshape(-1).view(torch.uint8).numpy().tobytes() if values.numel() else b"")
    return places, b"".join(parts)


def joined(header: bytes, body: bytes) -> bytes:
    """Give the whole file of a header and the bytes of all tensors."""
    return len(header).to_bytes(8, "little") + header + body


_ESCAPES = {'"': '\\"', "\\": "\\\\", "\n": "\\n", "\r": "\\r", "\t": "\\t"} | {
    chr(code): f"\\u{code:04x}" for code in range(0x20) if chr(code) not in "\n\r\t"
}


def _quoted(text: str) -> str:
    return '"' + "".join(_ESCAPES.get(character, character) for character in text) + '"'
