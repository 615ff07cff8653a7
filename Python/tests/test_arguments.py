"""Wrong arguments are refused with one clear error; what can be taken is taken rightly."""

from __future__ import annotations

import json
import math
import re
import types
import warnings
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from pictures import always, mapping, picture
from PIL import Image
from torchvision import tv_tensors

import swift_pba as pba

NAN = float("nan")
AUGMENT = pba.Augment("rcifar10", epochs=200)
BATCH = pba.BatchAugment("rcifar10", epochs=200, mean=(0.5, 0.5, 0.5), std=(0.2, 0.2, 0.2))
IMAGE = picture(6, 5)
KEYS = [pba.Key(1, 2), pba.Key(3, 4)]
STACK = np.stack([picture(6, 5), picture(6, 5, 1)])


def refused(error: type[Exception], words: str, call: Any) -> None:
    """Check that a call raises exactly this error, that its text says what was found and expected, and shows nothing internal."""
    with pytest.raises(error) as raised:
        call()
    text = str(raised.value)
    assert type(raised.value) is error, raised.value
    assert re.search(words, text), text
    assert "found " in text and "expected " in text, text
    assert not re.search(r"ctypes|pba_|Optional\(|\\x|_engine|nil\b", text), text
    assert raised.value.__cause__ is None


class Wrong:
    """A value that is none of those expected."""

    def __repr__(self) -> str:
        return "Wrong()"


def frombuffer(array: np.ndarray) -> np.ndarray:
    """Return the same array at an address that is no multiple of anything, and that may not be written to."""
    return np.frombuffer(b"x" + array.tobytes(), array.dtype, array.size, 1).reshape(array.shape)


# Keys

NO_INTEGERS = [1.0, 1.5, NAN, math.inf, "1", b"1", None, [1], (1,), {}, True, np.True_, np.float32(1), torch.tensor(1.0),
               torch.tensor(True), Wrong(), 1j, pba.load("rsvhn")]
OUT_OF_RANGE = [-1, 2**32, 2**63, 2**64, 2**200, -(2**63), -(2**64), np.int64(-1), torch.tensor(-5)]


@pytest.mark.parametrize("name", ["epoch", "index"])
@pytest.mark.parametrize("value", NO_INTEGERS + OUT_OF_RANGE, ids=repr)
def test_epoch_and_index(name: str, value: Any) -> None:
    is_number = any(value is number for number in OUT_OF_RANGE)
    error, words = (ValueError, f"{name}: found .*expected 0 to 4294967295") if is_number else (TypeError, f"{name}: found .*an integer")
    key = {"epoch": 1, "index": 1} | {name: value}

    def enter() -> None:
        with pba.sample(**key):
            pass

    for call in (
            lambda: AUGMENT.apply(IMAGE, **key), lambda: AUGMENT.explain(**key, size=(4, 4)), lambda: pba.Key(**key), enter,
            lambda: BATCH.explain(**key, size=(4, 4)), lambda: BATCH.explain_tail(**key, size=(4, 4))):
        refused(error, words, call)


@pytest.mark.filterwarnings("ignore:.*found epoch 4294967295")
def test_integers_of_any_kind() -> None:
    for epoch, index in ((np.int8(3), np.uint64(5)), (torch.tensor(3), pba.Key(5, 9)), (3, 5)):
        assert np.array_equal(AUGMENT.apply(IMAGE, epoch=epoch, index=index), AUGMENT.apply(IMAGE, epoch=3, index=5))
    AUGMENT.apply(IMAGE, epoch=2**32 - 1, index=2**32 - 1)
    BATCH(STACK[:1], [pba.Key(2**32 - 1, 2**32 - 1)])


def test_epochs_after_the_last_one_are_told_once() -> None:
    for make in (
            lambda **options: pba.Augment("rcifar10", **options).apply,
            lambda **options: lambda image, epoch, index: pba.BatchAugment(
                "rcifar10", mean=(0, 0, 0), std=(1, 1, 1), **options)(image[None], [pba.Key(index, epoch)])):
        apply = make(epochs=10)
        with warnings.catch_warnings():
            warnings.simplefilter("error")
            apply(IMAGE, epoch=9, index=0)
        with pytest.warns(UserWarning, match=r"found epoch 10 \(counted from 0\) of a training of 10 epochs.*Give epochs=") as told:
            apply(IMAGE, epoch=10, index=0)
        assert told[0].filename == __file__
    augment = pba.Augment("rcifar10", epochs=None)
    with pytest.warns(UserWarning, match="found epoch 200"):
        beyond = augment.apply(IMAGE, epoch=200, index=3)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        augment.apply(IMAGE, epoch=201, index=3)
        # A policy without epochs has no last one.
        for name in ("none", "trivialaugment", "random", "randaugment"):
            pba.Augment(name, epochs=None).apply(IMAGE, epoch=2**32 - 1, index=0)
    last = [(entry.operation, entry.probability, entry.magnitude) for entry in pba.load("rcifar10").policy(199)]
    assert np.array_equal(beyond, pba.Augment(mapping((201, last)), epochs=None).apply(IMAGE, epoch=200, index=3))


# Images

@pytest.mark.parametrize(("image", "error", "words"), [
    (None, TypeError, "image: found NoneType, expected a PIL image"), ("a.png", TypeError, "image: found str"),
    (Path("a.png"), TypeError, "image: found PosixPath"), (b"abc", TypeError, "image: found bytes"), (3, TypeError, "image: found int"),
    ([[[1, 2, 3]]], TypeError, "image: found list"), (Wrong(), TypeError, "image: found Wrong"), (Image, TypeError, "image: found module"),
    (IMAGE.astype(np.float32), TypeError, "image: found float32, expected uint8"),
    (IMAGE / 255, TypeError, "image: found float64, expected uint8: values from 0 to 255, before any scaling"),
    (np.full((3, 3, 3), NAN), TypeError, "image: found float64"), (IMAGE.astype(np.int64), TypeError, "image: found int64"),
    (IMAGE.astype(np.int8), TypeError, "image: found int8"), (IMAGE.astype(">u2"), TypeError, "image: found >u2"),
    (IMAGE.astype(bool), TypeError, "image: found bool"), (IMAGE.astype(object), TypeError, "image: found object"),
    (np.array(["a"]), TypeError, "image: found <U1"), (np.zeros((3, 3), [("r", "u1")]), TypeError, r"image: found \[\('r', 'u1'\)\]"),
    (np.ma.masked_array(IMAGE, IMAGE > 9), TypeError, r"image: found a masked array, .*filled"),
    (np.zeros((), np.uint8), ValueError, r"image: found the shape \(\), expected \(height, width, 3\)"),
    (np.zeros(5, np.uint8), ValueError, r"found the shape \(5,\)"), (np.zeros((2, 2, 4), np.uint8), ValueError, r"the shape \(2, 2, 4\)"),
    (np.zeros((3, 5, 5), np.uint8), ValueError, r"found the shape \(3, 5, 5\), expected \(height, width, 3\)"),
    (np.zeros((1, 5, 5, 3), np.uint8), ValueError, r"found the shape \(1, 5, 5, 3\)"),
    (np.zeros((0, 5, 3), np.uint8), ValueError, "found 0 × 5 pixels, expected 1 to 32767 a side"),
    (np.zeros((5, 0, 3), np.uint8), ValueError, "5 × 0 pixels"), (np.zeros((0, 0), np.uint8), ValueError, "0 × 0 pixels"),
    (np.zeros((32768, 1, 3), np.uint8), ValueError, "found 32768 × 1 pixels"),
    (np.zeros((1, 32768, 3), np.uint8), ValueError, "found 1 × 32768 pixels"),
    (Image.new("RGBA", (3, 3)), ValueError, r"image: found the mode 'RGBA', expected 'RGB' or 'L': image.convert\('RGB'\)"),
    (Image.new("P", (3, 3)), ValueError, "the mode 'P'"), (Image.new("1", (3, 3)), ValueError, "the mode '1'"),
    (Image.new("CMYK", (3, 3)), ValueError, "the mode 'CMYK'"), (Image.new("I;16", (3, 3)), ValueError, "the mode 'I;16'"),
    (Image.new("F", (3, 3)), ValueError, "the mode 'F'"), (Image.new("LA", (3, 3)), ValueError, "the mode 'LA'"),
    (Image.new("YCbCr", (3, 3)), ValueError, "the mode 'YCbCr'"), (Image.new("RGB", (0, 0)), ValueError, " × [03] pixels"),
    (Image.new("RGB", (0, 3)), ValueError, " × [03] pixels"), (Image.new("L", (3, 0)), ValueError, " × [03] pixels"),
    (torch.zeros(3, 4, 4), TypeError, "image: found torch.float32, expected torch.uint8: put Augment before ToDtype"),
    (torch.zeros(3, 4, 4, dtype=torch.int64), TypeError, "found torch.int64"),
    (torch.zeros(3, 4, 4, dtype=torch.bool), TypeError, "found torch.bool"),
    (torch.zeros(3, 4, 4, requires_grad=True), TypeError, "found torch.float32"),
    (torch.quantize_per_tensor(torch.zeros(3, 4, 4), 1, 0, torch.quint8), TypeError, "found torch.quint8"),
    (torch.zeros(3, 4, 4, dtype=torch.uint8, device="meta"), ValueError, "found a tensor on meta, expected one on the CPU"),
    (torch.zeros(3, 4, 4, dtype=torch.uint8).to_sparse(), TypeError, "found a tensor of layout torch.sparse_coo, .*to_dense"),
    (torch.zeros(4, 4, dtype=torch.uint8), ValueError, r"image: found the shape \(4, 4\), expected \(3, height, width\)"),
    (torch.zeros((), dtype=torch.uint8), ValueError, r"found the shape \(\)"),
    (torch.zeros(4, 4, 3, dtype=torch.uint8), ValueError, r"found the shape \(4, 4, 3\)"),
    (torch.zeros(3, 0, 4, dtype=torch.uint8), ValueError, "0 × 4 pixels"),
    (torch.zeros(3, 1, 32768, dtype=torch.uint8), ValueError, "found 1 × 32768 pixels"),
    (tv_tensors.Mask(torch.zeros(3, 4, 4, dtype=torch.uint8)), TypeError, "image: found Mask, expected an image: what goes along"),
    (tv_tensors.BoundingBoxes(torch.zeros(1, 4), format="XYXY", canvas_size=(4, 4)), TypeError, "image: found BoundingBoxes"),
], ids=lambda value: None if not isinstance(value, str) else value[:40])
def test_what_is_no_image(image: Any, error: type[Exception], words: str) -> None:
    refused(error, words, lambda: AUGMENT.apply(image, epoch=1, index=1))
    refused(error, words, lambda: pba.Augment("none", epochs=None).apply(image, epoch=1, index=1))


def test_images_in_any_memory() -> None:
    """Strides, order, alignment, subclasses and protection of an image change nothing, and the image is left as it is."""
    augment = pba.Augment(always(("Rotate", 7), ("Invert", 0)), epochs=None)
    expected = augment.apply(IMAGE.copy(), epoch=0, index=0)
    wide = np.zeros((12, 15, 6), np.uint8)
    wide[::2, ::3, ::2] = IMAGE
    read_only = IMAGE.copy()
    read_only.flags.writeable = False
    class Own(np.ndarray):
        pass
    for image in (
            wide[::2, ::3, ::2], np.asfortranarray(IMAGE), read_only, frombuffer(IMAGE), IMAGE[::-1, ::-1].copy()[::-1, ::-1],
            IMAGE.view(Own), np.moveaxis(np.ascontiguousarray(np.moveaxis(IMAGE, -1, 0)), 0, -1), IMAGE.view(np.recarray)):
        before = image.copy()
        found = augment.apply(image, epoch=0, index=0)
        assert type(found) is np.ndarray and found.flags.writeable and np.array_equal(found, expected)
        assert np.array_equal(image, before)
    rows = torch.from_numpy(IMAGE.copy())
    for tensor in (
            rows.permute(2, 0, 1), rows.permute(2, 0, 1).contiguous(), torch.nn.Parameter(rows.permute(2, 0, 1), requires_grad=False),
            rows.permute(2, 0, 1).clone().share_memory_(),
            torch.from_numpy(frombuffer(IMAGE).copy()).permute(2, 0, 1)):
        found = augment.apply(tensor, epoch=0, index=0)
        assert type(found) is torch.Tensor and found.is_contiguous() and np.array_equal(found.permute(1, 2, 0).numpy(), expected)
    channels_last = rows.permute(2, 0, 1)[None].contiguous(memory_format=torch.channels_last)
    assert np.array_equal(augment.apply(channels_last, epoch=0, index=0)[0].permute(1, 2, 0).numpy(), expected)
    pil = Image.fromarray(IMAGE)
    for image in (pil, pil.crop((0, 0, 5, 6)), Image.frombuffer("RGB", (5, 6), IMAGE.tobytes(), "raw", "RGB", 0, 1)):
        found = augment.apply(image, epoch=0, index=0)
        assert np.array_equal(np.asarray(found), expected)
        found.putpixel((0, 0), (1, 2, 3))  # is its own memory
    assert np.array_equal(np.asarray(pil), IMAGE)
    # A matrix has two dimensions: a grey image.
    assert augment.apply(torch.zeros(0, 3, 4, 5, dtype=torch.uint8), epoch=0, index=0).shape == (0, 3, 4, 5)
    grey = augment.apply(IMAGE[..., 0].copy(), epoch=0, index=0)
    assert np.array_equal(augment.apply(np.asmatrix(IMAGE[..., 0]), epoch=0, index=0), grey)
    # Nothing is drawn, and still the result is the caller's own.
    same = pba.Augment("none", epochs=None).apply(IMAGE, epoch=0, index=0)
    assert np.array_equal(same, IMAGE) and not np.shares_memory(same, IMAGE)


def test_what_a_call_as_a_transform_refuses() -> None:
    with pba.sample(epoch=0, index=0):
        refused(TypeError, "found no input", AUGMENT)
        for inputs in (("text",), (None, 3), ({"image": IMAGE},), (IMAGE, 3), ([],), ({},), (IMAGE, np.zeros((6, 5)))):
            refused(TypeError, "image: found none among the inputs", lambda inputs=inputs: AUGMENT(*inputs))
        refused(ValueError, "the mode 'RGBA'", lambda: AUGMENT(Image.new("RGBA", (3, 3)), 4))
        refused(TypeError, "found torch.float32", lambda: AUGMENT(torch.zeros(3, 4, 4), 4))
    with pytest.raises(RuntimeError, match=r"not known here; make the data loader with swift_pba\.loader"):
        AUGMENT(IMAGE)
    with pytest.raises(RuntimeError, match=r"not known here"):
        AUGMENT(Image.fromarray(IMAGE), 3)


# Policies and how they are played

@pytest.mark.parametrize("make", [
    lambda policy, **options: pba.Augment(policy, **({"epochs": 5} | options)),
    lambda policy, **options: pba.BatchAugment(policy, **({"epochs": 5, "mean": (0, 0, 0), "std": (1, 1, 1)} | options)),
], ids=["Augment", "BatchAugment"])
class TestOpening:
    @pytest.mark.parametrize(("policy", "error", "words"), [
        (None, TypeError, "policy: found None"), (True, TypeError, "policy: found True"), (3, TypeError, "policy: found int"),
        (b"none", TypeError, "policy: found bytes"), (["none"], TypeError, "policy: found list"), (Wrong(), TypeError, "policy: found Wrong"),
        ("", ValueError, 'policy: found ""'), ("nothing", ValueError, 'policy: found "nothing", expected one of none, '),
        ("trivialaugmentwide", ValueError, "did you mean trivialaugment-wide"), ("rcifar10@sideways", ValueError, 'the order "sideways"'),
        ("none@last", ValueError, "expected a schedule to reorder"), ("randaugment:3", ValueError, "randaugment"),
        ("randaugment:0,31", ValueError, "randaugment"), ("randaugment:99999999999999999999,1", ValueError, "randaugment"),
        ("cutout:-1", ValueError, "cutout"), ("cutout:9999999999999999999999", ValueError, "cutout"), ("cutout:", ValueError, "cutout"),
        ("no/such/file.json", ValueError, "no/such/file.json: found no such file"), (Path("rcifar10"), ValueError, "rcifar10: found no such"),
        (Path("/"), ValueError, "/: found a folder|/: found a directory"), ("a\0b", ValueError, "a null character"),
        ("\ud800", ValueError, "a text that UTF-8 can express"), ("{", ValueError, "line 1, column"), ("{}", ValueError, "format: found nothing"),
        ({}, ValueError, "format: found nothing"), ({1: {2}}, ValueError, "a mapping that JSON cannot express"),
        ({"epochs": NAN}, ValueError, "a mapping that JSON cannot express"), (types.MappingProxyType({}), ValueError, "cannot express"),
        (mapping((1, [("Spin", 1, 1)])), ValueError, r'segments\[0\].policy\[0\].operation: found .*"Spin"'),
        (mapping((1, [("Rotate", 11, 1)])), ValueError, r"probability: found 11, expected"),
        (mapping((1, [("Rotate", 1, -1)])), ValueError, r"magnitude: found -1, expected"),
        (mapping((0, [])), ValueError, "epochs: found 0"), (mapping((1, []), counts=(0.5,)), ValueError, "operation_?[Cc]ount: found"),
        (mapping(), ValueError, "epochs|segments"), (mapping((1, [])) | {"version": 2}, ValueError, "version: found 2"),
        (mapping((1, [])) | {"format": 1}, ValueError, "format: found 1"), (mapping((1, [])) | {"more": 1}, ValueError, "more"),
        ("a/" * 3000, ValueError, "policy: found a text of 6000 characters, expected a name, a path"),
        ('{"a":' * 100_000, ValueError, "nesting deeper than 64 levels"),
    ], ids=lambda value: str(value)[:24])
    def test_policies(self, make: Any, policy: Any, error: type[Exception], words: str) -> None:
        refused(error, words, lambda: make(policy))

    def test_files(self, make: Any, tmp_path: Path) -> None:
        for number, content in enumerate((b"", b"\xff\xfe", b"{", b'"none"', b"[]", b"\0" * 99, b"PK\3\4" + b"x" * 99, b"{}" * 3)):
            file = tmp_path / f"{number}.json"
            file.write_bytes(content)
            refused(ValueError, f"{number}.json.*: found ", lambda file=file: make(file))
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
                refused(TypeError, f"{name}: found .*, expected an integer", lambda value=value: make("rcifar10", **{name: value}))
        for value in (lowest - 1, highest + 1, -(2**70), 2**70):
            refused(
                ValueError, f"{name}: found {value}, expected {lowest} to {highest}",
                lambda value=value: make("rcifar10", **{name: value}))
        for value in (lowest, highest, np.uint64(highest)):
            make("none", **{name: value})

    @pytest.mark.parametrize(("option", "value", "error", "words"), [
        ("dataset", 3, TypeError, "dataset: found 3"), ("dataset", None, TypeError, "dataset: found None"),
        ("order", 3, TypeError, "order: found 3"), ("order", "backwards", ValueError, 'order: found "backwards", expected one of'),
        ("order", "", ValueError, 'order: found ""'), ("order", True, TypeError, "order: found True"),
        ("scale_to_size", 1, TypeError, "scale_to_size: found 1, expected True or False"),
        ("scale_to_size", None, TypeError, "scale_to_size: found None"), ("scale_to_size", "no", TypeError, "scale_to_size: found 'no'"),
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
    (3, TypeError, "fill: found 3, expected three integers"), ("red", TypeError, "fill: found 'red'"), (b"123", TypeError, "fill: found b'123'"),
    (None, TypeError, "fill: found None"), ((1, 2), TypeError, "fill: found"), ((1, 2, 3, 4), TypeError, "fill: found"),
    ({1, 2, 3}, TypeError, "fill: found"), ((1, 2, 256), ValueError, r"fill\[2\]: found 256, expected 0 to 255"),
    ((-1, 2, 3), ValueError, r"fill\[0\]: found -1"), ((0.5, 0.5, 0.5), TypeError, r"fill\[0\]: found 0.5"),
    ((True, 0, 0), TypeError, r"fill\[0\]: found True"), ((1, NAN, 1), TypeError, r"fill\[1\]: found nan")], ids=repr)
def test_fill(value: Any, error: type[Exception], words: str) -> None:
    refused(error, words, lambda: pba.Augment("none", epochs=None, fill=value))


def test_mask_fill() -> None:
    for value in (1.0, "1", None, True, [1]):
        refused(TypeError, "mask_fill: found .*expected an integer", lambda value=value: pba.Augment("none", epochs=None, mask_fill=value))
    for value in (2**31, -(2**31) - 1, 2**70):
        refused(ValueError, f"mask_fill: found {value}", lambda value=value: pba.Augment("none", epochs=None, mask_fill=value))


@pytest.mark.parametrize("size", [
    None, 3, "ab", b"ab", (3,), (3, 3, 3), {3: 4}, {3, 4}, np.array([3, 4]), (3, 4.0), ("3", 4), (True, 3), (None, 3), Wrong()], ids=repr)
def test_sizes_of_a_wrong_type(size: Any) -> None:
    for explain in (AUGMENT.explain, BATCH.explain, BATCH.explain_tail):
        refused(TypeError, "(size|height|width): found ", lambda explain=explain: explain(epoch=0, index=0, size=size))


@pytest.mark.parametrize("size", [(0, 3), (3, 0), (-1, 3), (32768, 1), (1, 2**70), (32767, 32767)], ids=repr)
def test_sizes_of_no_image(size: Any) -> None:
    for explain in (AUGMENT.explain, BATCH.explain, BATCH.explain_tail):
        refused(ValueError, "(height|width|image): found ", lambda explain=explain: explain(epoch=0, index=0, size=size))


# What is only about batches

@pytest.mark.parametrize("name", ["mean", "std"])
@pytest.mark.parametrize(("value", "error", "words"), [
    (0.5, TypeError, "expected three numbers"), ("123", TypeError, "expected three numbers"), (None, TypeError, "expected three numbers"),
    (b"123", TypeError, "expected three numbers"), (["1", "2", "3"], TypeError, "expected three numbers"),
    ([True, True, True], TypeError, "expected three numbers"), ({0.1, 0.2, 0.3}, TypeError, "expected three numbers"),
    ({0.1: 1, 0.2: 2, 0.3: 3}, TypeError, "expected three numbers"), ([[1, 2, 3]] * 3, TypeError, "expected three numbers"),
    ([1j, 1, 1], TypeError, "expected three numbers"), ([10**400, 1, 1], TypeError, "expected three numbers"),
    ((), ValueError, "found 0 numbers"), ((0.5, 0.5), ValueError, "found 2 numbers"), ([0.5] * 4, ValueError, "found 4 numbers"),
    ((0.5, NAN, 0.5), ValueError, "expected finite numbers"), ((0.5, math.inf, 0.5), ValueError, "expected finite numbers"),
    ((1e9, 1, 1), ValueError, r"found \[1000000000.0, 1.0, 1.0\], expected numbers from "), (torch.zeros(3, 3), TypeError, "found tensor")], ids=repr)
def test_mean_and_std(name: str, value: Any, error: type[Exception], words: str) -> None:
    options = {"mean": (0, 0, 0), "std": (1, 1, 1)} | {name: value}
    refused(error, f"{name}.*{words}", lambda: pba.BatchAugment("none", epochs=None, **options))


def test_more_of_std_layout_crop_and_cutout() -> None:
    def make(**options: Any) -> pba.BatchAugment:
        return pba.BatchAugment(**({"policy": "rcifar10", "epochs": None, "mean": (0, 0, 0), "std": (1, 1, 1)} | options))

    for std in ((0, 1, 1), (1, -1, 1)):
        refused(ValueError, "std: found .*expected numbers from 1e-06 to 1e", lambda std=std: make(std=std))
    refused(ValueError, r"std: found \[1.0, 1.0, 1e-07\], expected", lambda: make(std=(1, 1, 1e-7)))
    for layout in ("nchW", "", None, 3, "hwc"):
        refused(ValueError, "layout: found .*expected 'nchw' or 'nhwc'", lambda layout=layout: make(layout=layout))
    for name in ("crop_padding", "cutout"):
        for value in (1.0, "4", True, [4]):
            refused(TypeError, f"{name}: found .*expected an integer", lambda value=value, name=name: make(**{name: value}))
        for value in (-1, 4097, 2**70):
            refused(ValueError, f"{name}: found {value}", lambda value=value, name=name: make(**{name: value}))
        assert make(**{name: 4096})(STACK, KEYS).shape == (2, 3, 6, 5)
    for value in (0, 1, None, "yes"):
        refused(TypeError, "flip: found .*expected True or False", lambda value=value: make(flip=value))
    refused(ValueError, "cutout:8 beside a Cutout of 3 pixels", lambda: make(policy="cutout:8", cutout=3))
    for numbers in (np.array([0.5, 0.25, 1], ">f8"), torch.tensor([0.5, 0.25, 1]), iter([0.5, 0.25, 1]), [np.float16(0.5), 0.25, 1]):
        assert np.array_equal(make(mean=numbers)(STACK, KEYS), make(mean=[0.5, 0.25, 1])(STACK, KEYS))


@pytest.mark.parametrize(("images", "error", "words"), [
    (None, TypeError, "images: found NoneType, expected a numpy array or a torch tensor"), (STACK.tolist(), TypeError, "images: found list"),
    ([IMAGE, IMAGE], TypeError, "images: found list"), (Image.fromarray(IMAGE), TypeError, "images: found Image"),
    ("abc", TypeError, "images: found str"), (STACK / 255, TypeError, "images: found float64, expected uint8: values from 0 to 255"),
    (STACK.astype(np.int8), TypeError, "found int8"), (STACK.astype(object), TypeError, "found object"),
    (STACK.astype(">i4"), TypeError, "found >i4"), (np.ma.masked_array(STACK), TypeError, "images: found a masked array"),
    (IMAGE, ValueError, r"images: found the shape \(6, 5, 3\), expected \(n, height, width, 3\)"),
    (STACK.transpose(0, 3, 1, 2), ValueError, r"images: found the shape \(2, 3, 6, 5\)"), (STACK[..., :1], ValueError, r"\(2, 6, 5, 1\)"),
    (STACK[:, :0], ValueError, "images: found 0 × 5 pixels"), (STACK[:, :, :0], ValueError, "images: found 6 × 0 pixels"),
    (np.zeros((2, 32768, 1, 3), np.uint8), ValueError, "images: found 32768 × 1 pixels"),
    (torch.zeros(2, 6, 5, 3), TypeError, "images: found torch.float32, expected uint8"),
    (torch.zeros(2, 6, 5, 3, dtype=torch.bfloat16), TypeError, "images: found torch.bfloat16"),
    (torch.zeros(2, 6, 5, 3, requires_grad=True), TypeError, "images: found torch.float32"),
    (torch.zeros(2, 6, 5, 3, dtype=torch.uint8, device="meta"), ValueError, "images: found a tensor on meta"),
    (torch.zeros(2, 6, 5, 3, dtype=torch.uint8).to_sparse(), TypeError, "images: found a tensor of layout torch.sparse_coo"),
], ids=lambda value: None if not isinstance(value, str) else value[:40])
def test_images_of_a_batch(images: Any, error: type[Exception], words: str) -> None:
    refused(error, words, lambda: BATCH(images, KEYS))


@pytest.mark.parametrize(("keys", "error", "words"), [
    (None, TypeError, "keys: found NoneType, expected a sequence of swift_pba.Key"), ("ab", TypeError, "keys: found str"),
    (3, TypeError, "keys: found int"), ({pba.Key(1, 1), pba.Key(2, 1)}, TypeError, "keys: found set"),
    (iter(KEYS), TypeError, "keys: found list_iterator"), (np.array([1, 2]), TypeError, "keys: found ndarray"),
    (torch.tensor([1, 2]), TypeError, "keys: found Tensor"), ([1, 2], TypeError, r"keys\[0\]: found 1 of type int, expected a swift_pba.Key"),
    ([KEYS[0], 2], TypeError, r"keys\[1\]: found 2"), ([KEYS[0], None], TypeError, r"keys\[1\]: found None"),
    ([KEYS, KEYS], TypeError, r"keys\[0\]: found \["), ([(1, 2), (3, 4)], TypeError, r"keys\[0\]: found \(1, 2\)"),
    ([1.0, 2.0], TypeError, r"keys\[0\]: found 1.0"), ([], ValueError, "keys: found 0, expected 2, one for each image"),
    (KEYS[:1], ValueError, "keys: found 1, expected 2"), (KEYS * 2, ValueError, "keys: found 4, expected 2")], ids=repr)
def test_keys_of_a_batch(keys: Any, error: type[Exception], words: str) -> None:
    refused(error, words, lambda: BATCH(STACK, keys))


@pytest.mark.parametrize(("places", "error", "words"), [
    (3, TypeError, r"places: found an array of int64 and shape \(\)"), ("ab", TypeError, "places: found an array of <U2"),
    ([0.0, 1.0], TypeError, "places: found an array of float64"), ([True, False], TypeError, "places: found an array of bool"),
    ([[0, 1]], TypeError, r"shape \(1, 2\)"), ([0, None], TypeError, "places: found an array of object"),
    ([[0], [1, 2]], TypeError, "places: found list that is no array"), ([2**70, 0], TypeError, "places: found an array of object"),
    (np.ma.masked_array([0, 1]), TypeError, "places: found a masked array"), (torch.tensor([0.0, 1.0]), TypeError, "places: found an array of float32"),
    (torch.zeros(2, dtype=torch.int64, device="meta"), TypeError, "places: found Tensor that is no array"),
    ({0, 1}, TypeError, "places: found an array of object"), (["0", "1"], TypeError, "places: found an array of <U1"),
    (np.array([2**64 - 1, 0], np.uint64), ValueError, "places: found 18446744073709551615, expected"),
    ([0, 2], ValueError, r"places\[1\]: found 2, expected one of the images 0 to 1"), ([-1, 0], ValueError, r"places\[0\]: found -1"),
    ([0, 2**63 - 1], ValueError, r"places\[1\]: found 9223372036854775807"), ([0], ValueError, "keys: found 2, expected 1"),
    ([], ValueError, "keys: found 2, expected 0"), ([0, 1, 0], ValueError, "keys: found 2, expected 3")], ids=repr)
def test_places_of_a_batch(places: Any, error: type[Exception], words: str) -> None:
    refused(error, words, lambda: BATCH(STACK, KEYS, places=places))


def read_only(array: np.ndarray) -> np.ndarray:
    array.flags.writeable = False
    return array


@pytest.mark.parametrize(("out", "error", "words"), [
    (np.zeros((2, 6, 5, 3), np.float32), ValueError, r"out: found the shape \(2, 6, 5, 3\), expected \(2, 3, 6, 5\)"),
    (np.zeros((1, 3, 6, 5), np.float32), ValueError, "out: found the shape"), (np.zeros(180, np.float32), ValueError, "out: found the shape"),
    (np.zeros((2, 3, 6, 5)), TypeError, "out: found float64, expected float32"),
    (np.zeros((2, 3, 6, 5), ">f4"), TypeError, "out: found >f4, expected float32"),
    (np.zeros((2, 3, 6, 5), np.int32), TypeError, "out: found int32"), (np.zeros((2, 3, 6, 5), np.float16), TypeError, "out: found float16"),
    (np.zeros((2, 3, 6, 10), np.float32)[..., ::2], ValueError, "out: found an array that is not contiguous"),
    (np.asfortranarray(np.zeros((2, 3, 6, 5), np.float32)), ValueError, "out: found an array that is not contiguous"),
    (np.broadcast_to(np.float32(0), (2, 3, 6, 5)), ValueError, "out: found an array that is not contiguous"),
    (read_only(np.zeros((2, 3, 6, 5), np.float32)), ValueError, "out: found an array that may not be written to"),
    (np.ma.masked_array(np.zeros((2, 3, 6, 5), np.float32)), TypeError, "out: found a masked array"),
    (bytearray(720), TypeError, "out: found bytearray"), ([], TypeError, "out: found list"), ("out", TypeError, "out: found str"),
    (torch.zeros(2, 3, 6, 5, dtype=torch.float64), TypeError, "out: found torch.float64"),
    (torch.zeros(2, 3, 6, 5, requires_grad=True), ValueError, "out: found a tensor that requires grad"),
    (torch.zeros(2, 3, 6, 5, device="meta"), ValueError, "out: found a tensor on meta"),
    (torch.zeros(2, 3, 6, 5).to_sparse(), TypeError, "out: found a tensor of layout"),
    (torch.zeros(2, 6, 5, 3).permute(0, 3, 1, 2), ValueError, "out: found an array that is not contiguous"),
    (torch.zeros(1).expand(2, 3, 6, 5), ValueError, "out: found an array that is not contiguous")], ids=lambda value: None)
def test_memory_to_write_to(out: Any, error: type[Exception], words: str) -> None:
    refused(error, words, lambda: BATCH(STACK, KEYS, out=out))


def test_memory_that_is_read_and_written() -> None:
    memory = np.zeros(1000, np.uint8)
    images, out = memory[:180].reshape(2, 6, 5, 3), memory[:720].view(np.float32).reshape(2, 3, 6, 5)
    refused(ValueError, "out: found memory that images use too", lambda: BATCH(images, KEYS, out=out))
    apart = memory[200:920].view(np.float32).reshape(2, 3, 6, 5)
    assert BATCH(images, KEYS, out=apart) is apart
    # An address between those of two numbers.
    crooked = memory[201:921].view(np.float32).reshape(2, 3, 6, 5)
    refused(ValueError, "out: found an array at an address that is no multiple of 4", lambda: BATCH(images, KEYS, out=crooked))


def test_batches_in_any_memory() -> None:
    expected = BATCH(STACK, KEYS)
    wide = np.zeros((4, 12, 10, 6), np.uint8)
    wide[::2, ::2, ::2, ::2] = STACK
    for images in (
            wide[::2, ::2, ::2, ::2], np.asfortranarray(STACK), frombuffer(STACK), read_only(STACK.copy()),
            np.moveaxis(np.ascontiguousarray(np.moveaxis(STACK, -1, 1)), 1, -1)):
        assert np.array_equal(BATCH(images, tuple(KEYS)), expected)
    planes = torch.from_numpy(STACK.copy()).permute(0, 3, 1, 2).contiguous()
    assert np.array_equal(BATCH(planes.permute(0, 2, 3, 1), KEYS).numpy(), expected)


@pytest.mark.parametrize("threads", [0, -1, 257, 2**63, 2**70], ids=repr)
def test_how_many_threads(threads: int) -> None:
    refused(ValueError, f"threads: found {threads}, expected 1 to 256", lambda: BATCH(STACK, KEYS, threads=threads))
    for wrong in (1.0, "2", None, True, [1]):
        refused(TypeError, "threads: found .*an integer", lambda wrong=wrong: BATCH(STACK, KEYS, threads=wrong))


def test_images_too_large_for_the_library_are_not_copied_first() -> None:
    huge = np.broadcast_to(np.uint8(3), (4, 32767, 32767, 3))  # 12 GB, in one byte
    words = "found 32767 × 32767 pixels, expected 1 to 32767 a side, and at most 268435456"
    refused(ValueError, f"images: {words}", lambda: BATCH(huge, [pba.Key(0, 0)] * 4))
    refused(ValueError, f"image: {words}", lambda: AUGMENT.apply(huge[0], epoch=0, index=0))
    refused(ValueError, f"image: {words}", lambda: AUGMENT.apply(huge[0, ..., 0], epoch=0, index=0))
    tensor = torch.zeros(1, dtype=torch.uint8).expand(4, 3, 32767, 32767)
    refused(ValueError, f"image: {words}", lambda: AUGMENT.apply(tensor, epoch=0, index=0))


def test_errors_have_no_other_origin_in_their_text() -> None:
    """What JSON says of a mapping names the place in it."""
    content = mapping((2, [("Rotate", 5, 5)]), (3, [("Invert", 5, 12)]))
    for make in (pba.load, lambda policy: pba.Augment(policy, epochs=None)):
        refused(ValueError, r"^segments\[1\]\.policy\[0\]\.magnitude: found 12, expected .*0 to 9", lambda make=make: make(content))
        text = json.dumps(content).replace("12}", "1e1}")
        refused(ValueError, r"segments\[1\]\.policy\[0\]\.magnitude: found", lambda make=make, text=text: make(text))
