"""Wrong policies, and wrong words for how they are played, are refused with one clear error."""

from __future__ import annotations

import json
import os
import types
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import swift_pba as pba
from pictures import mapping
from refusals import NAN, NO_INTEGERS, Wrong, refused


@pytest.mark.parametrize("make", [
    lambda policy, **options: pba.Augment(policy, **({"epochs": 5} | options)),
    lambda policy, **options: pba.BatchAugment(policy, **({"epochs": 5, "mean": (0, 0, 0), "std": (1, 1, 1)} | options)),
], ids=["Augment", "BatchAugment"])
class TestOpening:
    @pytest.mark.parametrize(("policy", "error", "words"), [
        (None, TypeError, "policy: found None"), (True, TypeError, "policy: found True"), (3, TypeError, "policy: found int"),
        (b"none", TypeError, "policy: found bytes"), (["none"], TypeError, "policy: found list"),
        (Wrong(), TypeError, "policy: found Wrong"),
        ("", ValueError, 'policy: found ""'), ("nothing", ValueError, 'policy: found "nothing", expected one of none, '),
        ("trivialaugmentwide", ValueError, "did you mean trivialaugment-wide"),
        ("rcifar10@sideways", ValueError, 'the order "sideways"'),
        ("none@last", ValueError, '^policy: found last for "none", expected a schedule to reorder'),
        ("randaugment:3", ValueError, "randaugment"),
        ("randaugment:0,31", ValueError, "randaugment"), ("randaugment:99999999999999999999,1", ValueError, "randaugment"),
        ("cutout:-1", ValueError, "cutout"), ("cutout:9999999999999999999999", ValueError, "cutout"),
        ("cutout:", ValueError, "cutout"),
        ("no/such/file.json", ValueError, "no/such/file.json: found no such file"),
        (Path("rcifar10"), ValueError, "rcifar10: found no such"),
        (Path("/"), ValueError, "/: found a folder|/: found a directory"), ("a\0b", ValueError, "a null character"),
        ("\ud800", ValueError, "a text that UTF-8 can express"), ("{", ValueError, "line 1, column"),
        ("{}", ValueError, "format: found nothing"),
        ({}, ValueError, "format: found nothing"), ({1: {2}}, ValueError, "a mapping that JSON cannot express"),
        ({"epochs": NAN}, ValueError, "a mapping that JSON cannot express"),
        (types.MappingProxyType({}), ValueError, "cannot express"),
        (mapping((1, [("Spin", 1, 1)])), ValueError, r'segments\[0\].policy\[0\].operation: found .*"Spin"'),
        (mapping((1, [("Rotate", 11, 1)])), ValueError, r"probability: found 11, expected"),
        (mapping((1, [("Rotate", 1, -1)])), ValueError, r"magnitude: found -1, expected"),
        (mapping((0, [])), ValueError, "epochs: found 0"),
        (mapping((1, []), counts=(0.5,)), ValueError, "operation_?[Cc]ount: found"),
        (mapping(), ValueError, "epochs|segments"), (mapping((1, [])) | {"version": 3}, ValueError, "version: found 3"),
        (mapping((1, [])) | {"format": 1}, ValueError, "format: found 1"), (mapping((1, [])) | {"more": 1}, ValueError, "more"),
        ("a/" * 3000, ValueError, "policy: found a text of 6000 characters, expected a name, a path"),
        ('{"a":' * 100_000, ValueError, "nesting deeper than 64 levels"),
    ], ids=lambda value: str(value)[:24])
    def test_policies(self, make: Any, policy: Any, error: type[Exception], words: str) -> None:
        refused(error, words, lambda: make(policy))

    def test_orders(self, make: Any) -> None:
        words = '^order: found shuffled, expected last, as "rcifar10@last" says, or none'
        refused(ValueError, words, lambda: make("rcifar10@last", order="shuffled"))
        refused(ValueError, "^order: found last for \"none\", expected a schedule", lambda: make("none", order="last"))
        make("rcifar10@last", order="last")

    def test_files(self, make: Any, tmp_path: Path) -> None:
        for number, content in enumerate(
            (b"", b"\xff\xfe", b"{", b'"none"', b"[]", b"\0" * 99, b"PK\3\4" + b"x" * 99, b"{}" * 3)):
            file = tmp_path / f"{number}.json"
            file.write_bytes(content)
            refused(ValueError, f"{number}.json.*: found ", lambda file=file: make(file))
        os.mkfifo(tmp_path / "pipe")
        for device in (tmp_path / "pipe", "/dev/zero"):
            refused(ValueError, "found a pipe or a device, expected a regular file", lambda device=device: make(device))
        loop: dict[str, Any] = {}
        loop["loop"] = loop
        refused(ValueError, "a mapping that JSON cannot express", lambda: make(loop))
        for _ in range(100_000):
            loop = {"a": loop}
        refused(ValueError, "a mapping that JSON cannot express", lambda: make(loop))

    @pytest.mark.parametrize(("name", "lowest", "highest"), [
        ("epochs", 1, 1_000_000), ("seed", 0, 2**64 - 1), ("trial", 0, 2**32 - 1)])
    def test_numbers(self, make: Any, name: str, lowest: int, highest: int) -> None:
        for value in NO_INTEGERS:
            if value is not None:
                refused(TypeError, f"{name}: found .*, expected an integer",
                    lambda value=value: make("rcifar10", **{name: value}))
        for value in (lowest - 1, highest + 1, -(2**70), 2**70):
            refused(
                ValueError, f"{name}: found {value}, expected {lowest} to {highest}",
                lambda value=value: make("rcifar10", **{name: value}))
        for value in (lowest, highest, np.uint64(highest)):
            make("none", **{name: value})

    @pytest.mark.parametrize(("option", "value", "error", "words"), [
        ("dataset", 3, TypeError, "dataset: found 3"), ("dataset", None, TypeError, "dataset: found None"),
        ("order", 3, TypeError, "order: found 3"),
        ("order", "backwards", ValueError, 'order: found "backwards", expected one of'),
        ("order", "", ValueError, 'order: found ""'), ("order", True, TypeError, "order: found True"),
        ("scale_to_size", 1, TypeError, "scale_to_size: found 1, expected True or False"),
        ("scale_to_size", None, TypeError, "scale_to_size: found None"),
        ("scale_to_size", "no", TypeError, "scale_to_size: found 'no'"),
        ("scale_to_size", np.True_, TypeError, "scale_to_size: found")])
    def test_options(self, make: Any, option: str, value: Any, error: type[Exception], words: str) -> None:
        refused(error, words, lambda: make("rcifar10", **{option: value}))

    def test_texts_with_anything(self, make: Any) -> None:
        for text in ("\0", "\ud800", "é" * 3000, '"}', "\\", "\n"):
            for option in ("dataset", "order"):
                try:
                    make("autoaugment", **{option: text})
                except ValueError as error:
                    assert "found" in str(error)

    def test_what_must_be_named(self, make: Any) -> None:
        with pytest.raises(TypeError, match="positional argument"):
            make("none", 3)


def test_what_must_be_given() -> None:
    with pytest.raises(TypeError, match="'epochs'"):
        pba.Augment("none")
    with pytest.raises(TypeError, match="'mean' and 'std'"):
        pba.BatchAugment("none", epochs=1)


@pytest.mark.parametrize(("value", "error", "words"), [
    (3, TypeError, "fill: found 3, expected three integers"), ("red", TypeError, "fill: found 'red'"),
    (b"123", TypeError, "fill: found b'123'"),
    (None, TypeError, "fill: found None"), ((1, 2), TypeError, "fill: found"), ((1, 2, 3, 4), TypeError, "fill: found"),
    ({1, 2, 3}, TypeError, "fill: found"), ((1, 2, 256), ValueError, r"fill\[2\]: found 256, expected 0 to 255"),
    ((-1, 2, 3), ValueError, r"fill\[0\]: found -1"), ((0.5, 0.5, 0.5), TypeError, r"fill\[0\]: found 0.5"),
    ((True, 0, 0), TypeError, r"fill\[0\]: found True"), ((1, NAN, 1), TypeError, r"fill\[1\]: found nan")], ids=repr)
def test_fill(value: Any, error: type[Exception], words: str) -> None:
    refused(error, words, lambda: pba.Augment("none", epochs=None, fill=value))


def test_mask_fill() -> None:
    for value in (1.0, "1", None, True, [1]):
        refused(TypeError, "mask_fill: found .*expected an integer",
            lambda value=value: pba.Augment("none", epochs=None, mask_fill=value))
    for value in (2**31, -(2**31) - 1, 2**70):
        refused(ValueError, f"mask_fill: found {value}", lambda value=value: pba.Augment("none", epochs=None, mask_fill=value))


def test_errors_have_no_other_origin_in_their_text() -> None:
    """What JSON says of a mapping names the place in it."""
    content = mapping((2, [("Rotate", 5, 5)]), (3, [("Invert", 5, 12)]))
    for make in (pba.load, lambda policy: pba.Augment(policy, epochs=None)):
        refused(ValueError, r"segments\[1\]\.policy\[0\]\.magnitude: found 12, expected .*0 to 9",
            lambda make=make: make(content))
        text = json.dumps(content).replace("12}", "1e1}")
        refused(ValueError, r"segments\[1\]\.policy\[0\]\.magnitude: found", lambda make=make, text=text: make(text))
