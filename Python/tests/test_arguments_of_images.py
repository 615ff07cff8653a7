"""Wrong keys and images are refused with one clear error; what can be taken is taken rightly."""

from __future__ import annotations

import warnings
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import swift_pba as pba
import torch
from pictures import always, mapping
from PIL import Image
from refusals import AUGMENT, BATCH, IMAGE, NAN, NO_INTEGERS, OUT_OF_RANGE, STACK, Wrong, frombuffer, refused
from torchvision import tv_tensors


@pytest.mark.parametrize("name", ["epoch", "index"])
@pytest.mark.parametrize("value", NO_INTEGERS + OUT_OF_RANGE, ids=repr)
def test_epoch_and_index(name: str, value: Any) -> None:
    is_number = any(value is number for number in OUT_OF_RANGE)
    error = ValueError if is_number else TypeError
    words = f"{name}: found .*expected " + ("0 to 4294967295" if is_number else "an integer")
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
            lambda **options: pba.BatchAugment("rcifar10", mean=(0, 0, 0), std=(1, 1, 1), **options)):
        transform = make(epochs=10)

        def apply(image: np.ndarray, epoch: int, index: int, transform: Any = transform) -> Any:
            if isinstance(transform, pba.BatchAugment):
                return transform(image[None], [pba.Key(index, epoch)])
            return transform(image, epoch=epoch, index=index)

        with warnings.catch_warnings():
            warnings.simplefilter("error")
            apply(IMAGE, epoch=9, index=0)
        words = r"found epoch 10 \(counted from 0\) of a training of 10 epochs.*Give epochs="
        with pytest.warns(UserWarning, match=words) as told:
            apply(IMAGE, epoch=10, index=0)
        assert told[0].filename == __file__ and len(told) == 1
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


@pytest.mark.parametrize(("image", "error", "words"), [
    (None, TypeError, "image: found NoneType, expected a PIL image"), ("a.png", TypeError, "image: found str"),
    (Path("a.png"), TypeError, "image: found PosixPath"), (b"abc", TypeError, "image: found bytes"),
    (3, TypeError, "image: found int"),
    ([[[1, 2, 3]]], TypeError, "image: found list"), (Wrong(), TypeError, "image: found Wrong"),
    (Image, TypeError, "image: found module"),
    (IMAGE.astype(np.float32), TypeError, "image: found float32, expected uint8"),
    (IMAGE / 255, TypeError, "image: found float64, expected uint8: values from 0 to 255, before any scaling"),
    (np.full((3, 3, 3), NAN), TypeError, "image: found float64"), (IMAGE.astype(np.int64), TypeError, "image: found int64"),
    (IMAGE.astype(np.int8), TypeError, "image: found int8"), (IMAGE.astype(">u2"), TypeError, "image: found >u2"),
    (IMAGE.astype(bool), TypeError, "image: found bool"), (IMAGE.astype(object), TypeError, "image: found object"),
    (np.array(["a"]), TypeError, "image: found <U1"),
    (np.zeros((3, 3), [("r", "u1")]), TypeError, r"image: found \[\('r', 'u1'\)\]"),
    (np.ma.masked_array(IMAGE, IMAGE > 9), TypeError, r"image: found a masked array, .*filled"),
    (np.zeros((), np.uint8), ValueError, r"image: found the shape \(\), expected \(height, width, 3\)"),
    (np.zeros(5, np.uint8), ValueError, r"found the shape \(5,\)"),
    (np.zeros((2, 2, 4), np.uint8), ValueError, r"the shape \(2, 2, 4\)"),
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
    (tv_tensors.Mask(torch.zeros(3, 4, 4, dtype=torch.uint8)), TypeError,
        "image: found Mask, expected an image: what goes along"),
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
            rows.permute(2, 0, 1), rows.permute(2, 0, 1).contiguous(),
            torch.nn.Parameter(rows.permute(2, 0, 1), requires_grad=False),
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
        for inputs in (("text",), (None, 3), ([],), ({},)):
            refused(TypeError, "image: found none among the inputs", lambda inputs=inputs: AUGMENT(*inputs))
        # torchvision leaves arrays as they are, and would move the mask alone.
        mask = tv_tensors.Mask(torch.zeros(6, 5, dtype=torch.uint8))
        pil = Image.fromarray(IMAGE)
        for inputs in (({"image": IMAGE},), (IMAGE, 3), (IMAGE, np.zeros((6, 5))), (IMAGE, mask), (pil, IMAGE),
                       ({"image": IMAGE, "mask": mask},), ([pil, {"more": (IMAGE,)}],)):
            refused(TypeError, r"image: found an array of shape \(6, 5(, 3)?\) beside other inputs, expected a PIL image or",
                    lambda inputs=inputs: AUGMENT(*inputs))
        # Labels and numbers may be arrays.
        label, vector = np.int64(4), np.zeros(3)
        assert AUGMENT(pil, label, vector)[1:] == (label, vector)
        refused(ValueError, "the mode 'RGBA'", lambda: AUGMENT(Image.new("RGBA", (3, 3)), 4))
        refused(TypeError, "found torch.float32", lambda: AUGMENT(torch.zeros(3, 4, 4), 4))
    with pytest.raises(RuntimeError, match=r"not known here; make the data loader with swift_pba\.loader"):
        AUGMENT(IMAGE)
    with pytest.raises(RuntimeError, match=r"not known here"):
        AUGMENT(Image.fromarray(IMAGE), 3)


@pytest.mark.parametrize("size", [
    None, 3, "ab", b"ab", (3,), (3, 3, 3), {3: 4}, {3, 4}, np.array([3, 4]), (3, 4.0), ("3", 4), (True, 3), (None, 3), Wrong()],
    ids=repr)
def test_sizes_of_a_wrong_type(size: Any) -> None:
    for explain in (AUGMENT.explain, BATCH.explain, BATCH.explain_tail):
        refused(TypeError, "(size|height|width): found ", lambda explain=explain: explain(epoch=0, index=0, size=size))


@pytest.mark.parametrize("size", [(0, 3), (3, 0), (-1, 3), (32768, 1), (1, 2**70), (32767, 32767)], ids=repr)
def test_sizes_of_no_image(size: Any) -> None:
    for explain in (AUGMENT.explain, BATCH.explain, BATCH.explain_tail):
        refused(ValueError, "(height|width|image): found ", lambda explain=explain: explain(epoch=0, index=0, size=size))
