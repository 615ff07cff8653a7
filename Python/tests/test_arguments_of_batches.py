"""Wrong batches, and what is to be made of them, are refused with one clear error; what can be taken is taken rightly."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest
import swift_pba as pba
import torch
from PIL import Image
from refusals import AUGMENT, BATCH, IMAGE, KEYS, NAN, STACK, frombuffer, refused
from swift_pba import _library


@pytest.mark.parametrize("name", ["mean", "std"])
@pytest.mark.parametrize(("value", "error", "words"), [
    (0.5, TypeError, "expected three numbers"), ("123", TypeError, "expected three numbers"),
    (None, TypeError, "expected three numbers"),
    (b"123", TypeError, "expected three numbers"), (["1", "2", "3"], TypeError, "expected three numbers"),
    ([True, True, True], TypeError, "expected three numbers"), ({0.1, 0.2, 0.3}, TypeError, "expected three numbers"),
    ({0.1: 1, 0.2: 2, 0.3: 3}, TypeError, "expected three numbers"), ([[1, 2, 3]] * 3, TypeError, "expected three numbers"),
    ([1j, 1, 1], TypeError, "expected three numbers"), ([10**400, 1, 1], TypeError, "expected three numbers"),
    ((), ValueError, "found 0 numbers"), ((0.5, 0.5), ValueError, "found 2 numbers"), ([0.5] * 4, ValueError, "found 4 numbers"),
    ((0.5, NAN, 0.5), ValueError, "expected finite numbers"), ((0.5, math.inf, 0.5), ValueError, "expected finite numbers"),
    ((1e9, 1, 1), ValueError, r"found \[1000000000.0, 1.0, 1.0\], expected numbers from "),
    (torch.zeros(3, 3), TypeError, "found tensor")], ids=repr)
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
    for numbers in (np.array([0.5, 0.25, 1], ">f8"), torch.tensor([0.5, 0.25, 1]), iter([0.5, 0.25, 1]),
        [np.float16(0.5), 0.25, 1]):
        assert np.array_equal(make(mean=numbers)(STACK, KEYS), make(mean=[0.5, 0.25, 1])(STACK, KEYS))


@pytest.mark.parametrize(("images", "error", "words"), [
    (None, TypeError, "images: found NoneType, expected a numpy array or a torch tensor"),
    (STACK.tolist(), TypeError, "images: found list"),
    ([IMAGE, IMAGE], TypeError, "images: found list"), (Image.fromarray(IMAGE), TypeError, "images: found Image"),
    ("abc", TypeError, "images: found str"),
    (STACK / 255, TypeError, "images: found float64, expected uint8: values from 0 to 255"),
    (STACK.astype(np.int8), TypeError, "found int8"), (STACK.astype(object), TypeError, "found object"),
    (STACK.astype(">i4"), TypeError, "found >i4"), (np.ma.masked_array(STACK), TypeError, "images: found a masked array"),
    (IMAGE, ValueError, r"images: found the shape \(6, 5, 3\), expected \(n, height, width, 3\)"),
    (STACK.transpose(0, 3, 1, 2), ValueError, r"images: found the shape \(2, 3, 6, 5\)"),
    (STACK[..., :1], ValueError, r"\(2, 6, 5, 1\)"),
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
    (torch.tensor([1, 2]), TypeError, "keys: found Tensor"),
    ([1, 2], TypeError, r"keys\[0\]: found 1 of type int, expected a swift_pba.Key"),
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
    ([[0], [1, 2]], TypeError, "places: found list that is no array"),
    ([2**70, 0], TypeError, "places: found an array of object"),
    (np.ma.masked_array([0, 1]), TypeError, "places: found a masked array"),
    (torch.tensor([0.0, 1.0]), TypeError, "places: found an array of float32"),
    (torch.zeros(2, dtype=torch.int64, device="meta"), TypeError, "places: found Tensor that is no array"),
    ({0, 1}, TypeError, "places: found an array of object"), (["0", "1"], TypeError, "places: found an array of <U1"),
    (np.array([2**64 - 1, 0], np.uint64), ValueError, "places: found 18446744073709551615, expected"),
    ([0, 2], ValueError, r"places\[1\]: found 2, expected one of the images 0 to 1"),
    ([-1, 0], ValueError, r"places\[0\]: found -1"),
    ([0, 2**63 - 1], ValueError, r"places\[1\]: found 9223372036854775807"), ([0], ValueError, "keys: found 2, expected 1"),
    ([], ValueError, "keys: found 2, expected 0"), ([0, 1, 0], ValueError, "keys: found 2, expected 3")], ids=repr)
def test_places_of_a_batch(places: Any, error: type[Exception], words: str) -> None:
    refused(error, words, lambda: BATCH(STACK, KEYS, places=places))


def read_only(array: np.ndarray) -> np.ndarray:
    array.flags.writeable = False
    return array


@pytest.mark.parametrize(("out", "error", "words"), [
    (np.zeros((2, 6, 5, 3), np.float32), ValueError, r"out: found the shape \(2, 6, 5, 3\), expected \(2, 3, 6, 5\)"),
    (np.zeros((1, 3, 6, 5), np.float32), ValueError, "out: found the shape"),
    (np.zeros(180, np.float32), ValueError, "out: found the shape"),
    (np.zeros((2, 3, 6, 5)), TypeError, "out: found float64, expected float32"),
    (np.zeros((2, 3, 6, 5), ">f4"), TypeError, "out: found >f4, expected float32"),
    (np.zeros((2, 3, 6, 5), np.int32), TypeError, "out: found int32"),
    (np.zeros((2, 3, 6, 5), np.float16), TypeError, "out: found float16"),
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
    refused(ValueError, "out: found an array at a misaligned address", lambda: BATCH(images, KEYS, out=crooked))


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


def test_a_mean_of_bytes_is_refused() -> None:
    """Not taken as one of values that are divided by 255."""
    refused(ValueError, "expected numbers from 0 to 1",
            lambda: pba.BatchAugment("none", epochs=None, mean=[120] * 3, std=[0.5] * 3))


def test_the_library_refuses_lengths_that_fit_in_no_memory() -> None:
    """Before it makes room for anything, whatever memory the caller says it has."""
    numbers = np.zeros(8, np.int64)
    output = np.zeros(8, np.float32)
    augmenter = pba.BatchAugment("none", epochs=None, mean=[0.5] * 3, std=[0.25] * 3)._engine
    for length in (2**36, 2**40, 2**41, 2**63 - 1, -1):
        for place in (None, _library.address(output)):
            code = _library.loaded().pba_batch(
                augmenter.handle, _library.address(np.zeros(12, np.uint8)), 1, 2, 2, _library.address(numbers),
                _library.address(numbers), _library.address(numbers), length, 1, place, _library.message.buffer, 4096)
            assert code == -1 and str(_library.error()).startswith(("length", "count", "memory", "output")), length
