"""Samples of an image, or a video, and what goes along with it: as a whole, and what cannot go along."""

from __future__ import annotations

import pickle
import warnings
from typing import Any

import numpy as np
import pytest
import swift_pba as pba
import torch
from pictures import COLOURING, RECOLOURING, always, picture
from PIL import Image
from torchvision import tv_tensors
from torchvision.transforms import v2
from torchvision.transforms.v2 import functional as F
from torchvision_moves import SIZE, boxes_of, labels


@pytest.mark.parametrize("name", COLOURING + RECOLOURING)
def test_colours_leave_what_goes_along(name: str) -> None:
    augment = pba.Augment(always((name, 7)), epochs=None, mask_fill=99)
    mask, boxes = tv_tensors.Mask(torch.from_numpy(labels(*SIZE))), boxes_of("XYWH", torch.float64)
    points = tv_tensors.KeyPoints(boxes.as_subclass(torch.Tensor)[:, :2] + 500, canvas_size=SIZE)
    image = Image.fromarray(picture(*SIZE) // 2 + 40)
    for index in range(5):
        with pba.sample(epoch=0, index=index):
            found = augment(image, {"mask": mask, "boxes": boxes, "points": points, "label": 3})
        assert np.array_equal(np.asarray(found[0]), np.asarray(augment.apply(image, epoch=0, index=index)))
        assert torch.equal(found[1]["mask"], mask) and torch.equal(found[1]["boxes"], boxes)
        assert torch.equal(found[1]["points"], points) and found[1]["label"] == 3
    assert not np.array_equal(np.asarray(found[0]), np.asarray(image))


def test_a_detection_sample_through_compose() -> None:
    """An image with its target dictionary, as torchvision's detection datasets give it, in a v2.Compose."""
    augment = pba.Augment("trivialaugment-wide", epochs=None)
    transform = v2.Compose([v2.ToImage(), augment, v2.ToDtype({tv_tensors.Image: torch.float32, "others": None}, scale=True)])
    image, mask = picture(*SIZE), labels(3, *SIZE, highest=1)
    target = {
        "boxes": boxes_of("XYXY", count=3), "masks": tv_tensors.Mask(torch.from_numpy(mask).bool()),
        "labels": torch.tensor([4, 5, 6]),
        "image_id": 7, "names": ["a", "b", "c"], "area": torch.tensor([1.0, 2.0, 3.0])}
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        for index in range(40):
            with pba.sample(epoch=0, index=index):
                shown, found = transform(Image.fromarray(image), target)
                alone = augment(target["masks"])
            expected = augment.apply(image, epoch=0, index=index)
            assert torch.equal(shown, F.to_dtype(F.to_image(expected), torch.float32, scale=True))
            assert torch.equal(found["masks"], alone) and found["labels"] is target["labels"] and found["area"] is target["area"]
            assert found["image_id"] == 7 and found["names"] == ["a", "b", "c"] and set(found) == set(target)
        twice = pickle.loads(pickle.dumps(transform))
        with pba.sample(epoch=0, index=3):
            assert torch.equal(twice(Image.fromarray(image), target)[1]["boxes"],
                transform(Image.fromarray(image), target)[1]["boxes"])


def test_videos_are_moved_as_one() -> None:
    frames = torch.from_numpy(np.stack([picture(*SIZE, seed) for seed in range(4)])).permute(0, 3, 1, 2)
    augment = pba.Augment("trivialaugment-wide", epochs=None)
    for index in range(30):
        with pba.sample(epoch=0, index=index):
            found = augment(tv_tensors.Video(frames))
        assert type(found) is tv_tensors.Video
        for frame in range(4):
            assert torch.equal(found[frame], augment.apply(frames[frame], epoch=0, index=index))
    image = augment.apply(tv_tensors.Image(frames[0]), epoch=0, index=1)
    assert type(image) is tv_tensors.Image


@pytest.mark.parametrize(("value", "error", "words"), [
    (tv_tensors.Mask(torch.zeros(SIZE)), TypeError, "mask: found torch.float32, expected integers or bool"),
    (tv_tensors.Mask(torch.zeros(SIZE, dtype=torch.complex64)), TypeError, "mask: found torch.complex64"),
    (tv_tensors.Mask(torch.full(SIZE, -1)), ValueError, "mask: found labels from -1 to -1, expected 0 to 16777215"),
    (tv_tensors.Mask(torch.full(SIZE, 2**24)), ValueError, "mask: found labels from 16777216"),
    (tv_tensors.Mask(torch.zeros(SIZE, dtype=torch.uint8, device="meta")), ValueError, "mask: found a tensor on meta"),
    (tv_tensors.Mask(torch.zeros(SIZE, dtype=torch.uint8)), ValueError, "mask_fill: found 256, .* torch.uint8 can hold"),
    (tv_tensors.Mask(torch.zeros(SIZE, dtype=torch.bool)), ValueError, "mask_fill: found 256, .* torch.bool can hold"),
    (tv_tensors.Mask(torch.zeros(9, dtype=torch.int64)), ValueError, r"mask: found the shape \(9,\)"),
    (tv_tensors.Mask(torch.zeros(1, 40000, dtype=torch.int64)), ValueError, "width: found 40000"),
    (tv_tensors.BoundingBoxes(torch.zeros(1, 5), format="CXCYWHR", canvas_size=SIZE), ValueError,
        "the format CXCYWHR, .* not moved"),
    (tv_tensors.BoundingBoxes(torch.zeros(1, 8), format="XYXYXYXY", canvas_size=SIZE), ValueError, "the format XYXYXYXY"),
    (tv_tensors.BoundingBoxes(torch.zeros(1, 4), format="XYXY", canvas_size=(0, 5)), ValueError, "height: found 0"),
    (tv_tensors.KeyPoints(torch.zeros(1, 2), canvas_size=(5, 99999)), ValueError, "width: found 99999"),
], ids=lambda value: None if not isinstance(value, str) else value[:30])
def test_what_cannot_go_along(value: Any, error: type[Exception], words: str) -> None:
    for policy in ("none", always(("Rotate", 9))):
        augment = pba.Augment(policy, epochs=None, mask_fill=256)
        with pytest.raises(error, match=words) as raised, pba.sample(epoch=0, index=0):
            augment(value)
        assert "found" in str(raised.value)


def test_sizes_that_do_not_fit_the_image() -> None:
    augment = pba.Augment("rcifar10", epochs=200)
    mask = tv_tensors.Mask(torch.zeros(10, 20, dtype=torch.uint8))
    boxes = tv_tensors.BoundingBoxes(torch.zeros(1, 4), format="XYXY", canvas_size=(10, 20))
    points = tv_tensors.KeyPoints(torch.zeros(1, 2), canvas_size=(10, 20))
    for along, name in ((mask, "mask"), (boxes, "boxes"), (points, "key points")):
        for image in (Image.new("RGB", (10, 20)), torch.zeros(3, 20, 10, dtype=torch.uint8)):
            words = rf"{name}: found the size \(10, 20\), .* the image's, \(20, 10\)"
            with pytest.raises(ValueError, match=words), pba.sample(epoch=0, index=0):
                augment(image, along)
        with pba.sample(epoch=0, index=0):
            augment(Image.new("RGB", (20, 10)), along)
    # Several images of their own sizes are as many images.
    with pba.sample(epoch=0, index=0):
        first, second = augment([Image.new("RGB", (9, 7), (1, 2, 3)), Image.fromarray(picture(20, 10))])
    assert first.size == (9, 7) and np.array_equal(np.asarray(second), augment.apply(picture(20, 10), epoch=0, index=0))
