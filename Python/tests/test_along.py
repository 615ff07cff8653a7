"""Masks, boxes and key points go where torchvision's own functions move them, by the same angles, slopes and distances."""

from __future__ import annotations

import math
import pickle
import warnings
from typing import Any

import numpy as np
import pytest
import swift_pba as pba
import torch
from pictures import COLOURING, MOVING, always, mapping, picture
from PIL import Image
from torchvision import tv_tensors
from torchvision.transforms import InterpolationMode, v2
from torchvision.transforms.v2 import functional as F

SIZE = (37, 52)
FORMATS = ["XYXY", "XYWH", "CXCYWH"]


def arguments(applied: pba.Applied) -> dict[str, Any]:
    """Return torchvision's words for an operation that moves pixels."""
    affine = {"angle": 0.0, "translate": [0, 0], "scale": 1.0, "shear": [0.0, 0.0], "center": [0.0, 0.0]}
    value = applied.parameter
    if applied.operation == "Rotate":
        return affine | {"angle": -value, "center": None}  # clockwise there
    if applied.operation in ("TranslateX", "TranslateY"):
        place = "XY".index(applied.operation[-1])
        # Ours says where a pixel comes from, torchvision where it goes.
        return affine | {"translate": [-value if axis == place else 0 for axis in range(2)]}
    place = "XY".index(applied.operation[-1])
    return affine | {"shear": [math.degrees(math.atan(value)) if axis == place else 0.0 for axis in range(2)]}


def moved(value: Any, applied: list[pba.Applied], fill: int = 0) -> Any:
    """Move an image, a mask, boxes or points by torchvision, operation by operation."""
    for operation in applied:
        if operation.movement is None:
            continue
        options = arguments(operation)
        if isinstance(value, Image.Image) and operation.operation == "Rotate":
            # Its `affine` rounds otherwise.
            value = F.rotate(value, operation.parameter, interpolation=InterpolationMode.NEAREST, fill=fill)
        else:
            value = F.affine(value, **options, interpolation=InterpolationMode.NEAREST, fill=fill)
    return value


def policies() -> list[Any]:
    singles = [always((name, magnitude)) for name in MOVING for magnitude in (1, 4, 9)]
    return singles + [
        always(("Rotate", 6), ("Invert", 0), ("ShearX", 7)),
        always(("TranslateY", 9), ("ShearY", 4), ("TranslateX", 3), ("Rotate", 9)),
        always(*[(name, 5) for name in MOVING + COLOURING])]


def names(policy: Any) -> str:
    return "-".join(entry["operation"] + str(entry["magnitude"]) for entry in policy["segments"][0]["policy"])[:60]


def labels(*shape: int, highest: int = 20, seed: int = 0) -> np.ndarray:
    """Return labels in patches, with single pixels among them."""
    random = np.random.default_rng(seed)
    coarse = random.integers(0, highest + 1, (*shape[:-2], shape[-2] // 5 + 1, shape[-1] // 5 + 1))
    fine = np.repeat(np.repeat(coarse, 5, -2), 5, -1)[..., : shape[-2], : shape[-1]].copy()
    noise = random.random(fine.shape) < 0.1
    fine[noise] = random.integers(0, highest + 1, int(noise.sum()))
    return fine


@pytest.mark.parametrize("policy", policies(), ids=names)
def test_a_mask_has_the_pixels_of_its_image(policy: Any) -> None:
    """A mask is moved exactly as torchvision moves a grey PIL image, pixel for pixel, and as our own images are."""
    for seed, fill in ((0, 0), (1, 255), (2, 7)):
        augment = pba.Augment(policy, epochs=None, seed=seed, mask_fill=fill)
        applied = augment.explain(epoch=0, index=seed, size=SIZE)
        numbers = labels(*SIZE, highest=254, seed=seed)
        expected = np.asarray(moved(Image.fromarray(numbers.astype(np.uint8)), applied, fill))
        for dtype in (torch.uint8, torch.int16, torch.int32, torch.int64, torch.uint16):
            with pba.sample(epoch=0, index=seed):
                found = augment(tv_tensors.Mask(torch.from_numpy(numbers).to(dtype)))
            assert type(found) is tv_tensors.Mask and found.dtype == dtype
            assert np.array_equal(found.to(torch.int64).numpy(), expected)


@pytest.mark.parametrize("policy", policies()[::4], ids=names)
def test_masks_of_any_shape_and_type(policy: Any) -> None:
    augment = pba.Augment(policy, epochs=None, mask_fill=1)
    with pba.sample(epoch=0, index=3):
        stack = torch.from_numpy(labels(2, 3, *SIZE, highest=2**24 - 1))
        found = augment(tv_tensors.Mask(stack))
        for first in range(2):
            for second in range(3):
                assert torch.equal(found[first, second], augment(tv_tensors.Mask(stack[first, second])))
        truth = stack % 2 == 0
        assert torch.equal(augment(tv_tensors.Mask(truth)), augment(tv_tensors.Mask(truth.to(torch.uint8))).bool())
        assert augment(tv_tensors.Mask(truth)).dtype == torch.bool
        turned = stack.transpose(-1, -2).contiguous().transpose(-1, -2)  # another order in memory
        assert torch.equal(augment(tv_tensors.Mask(turned)), found)
        assert augment(tv_tensors.Mask(stack[:0])).shape == (0, 3, *SIZE)
        before = stack.clone()
        augment(tv_tensors.Mask(stack))
        assert torch.equal(stack, before)
        # A negative label where there is no data, as losses ignore it.
        ignoring = pba.Augment(policy, epochs=None, mask_fill=-100)
        away = ignoring(tv_tensors.Mask(stack[0, 0]))
        has_moved = any(entry.movement for entry in augment.explain(epoch=0, index=3, size=SIZE))
        assert torch.equal(torch.where(away == -100, 1, away), found[0, 0]) and bool((away == -100).any()) == has_moved


def test_masks_move_with_the_image() -> None:
    """An image that shows its own labels still shows them, whatever is drawn, where the colours stay."""
    augment = pba.Augment(mapping((1, [(name, 7, 8) for name in MOVING])), epochs=None, fill=(9, 9, 9), mask_fill=9)
    for index in range(60):
        numbers = torch.from_numpy(labels(*SIZE, highest=255, seed=index))
        for image in (tv_tensors.Image(numbers.to(torch.uint8).expand(3, -1, -1)),
            Image.fromarray(numbers.to(torch.uint8).numpy())):
            with pba.sample(epoch=0, index=index):
                shown, mask = augment(image, tv_tensors.Mask(numbers))
            assert np.array_equal(np.asarray(shown) if isinstance(shown, Image.Image) else shown[0].numpy(), mask.numpy())


def boxes_of(format: str, dtype: torch.dtype = torch.float32, count: int = 12, seed: int = 0) -> tv_tensors.BoundingBoxes:
    random = np.random.default_rng(seed)
    left, top = random.uniform(0, SIZE[1] - 6, count), random.uniform(0, SIZE[0] - 6, count)
    edges = np.stack([left, top, left + random.uniform(1, SIZE[1] - left), top + random.uniform(1, SIZE[0] - top)], -1)
    boxes = tv_tensors.BoundingBoxes(torch.from_numpy(edges).to(torch.float32), format="XYXY", canvas_size=SIZE)
    converted = F.convert_bounding_box_format(boxes, new_format=tv_tensors.BoundingBoxFormat[format])
    return tv_tensors.wrap(converted.to(dtype), like=converted)


@pytest.mark.filterwarnings("ignore:.*bounding boxes lie outside")
@pytest.mark.parametrize("format", FORMATS)
@pytest.mark.parametrize("policy", policies()[: 3 * len(MOVING)], ids=names)
def test_boxes_of_one_operation(policy: Any, format: str) -> None:
    for seed in range(4):
        augment = pba.Augment(policy, epochs=None, seed=seed)
        boxes = boxes_of(format, seed=seed)
        with pba.sample(epoch=0, index=0):
            found = augment(boxes)
        expected = moved(boxes, augment.explain(epoch=0, index=0, size=SIZE))
        assert type(found) is tv_tensors.BoundingBoxes and found.format.name == format and found.canvas_size == SIZE
        assert found.dtype == torch.float32
        torch.testing.assert_close(found.as_subclass(torch.Tensor), expected.as_subclass(torch.Tensor), atol=1e-3, rtol=0)


@pytest.mark.filterwarnings("ignore:.*bounding boxes lie outside")
@pytest.mark.parametrize("policy", policies()[3 * len(MOVING) :], ids=names)
def test_boxes_of_several_operations_are_around_their_moved_corners(policy: Any) -> None:
    """Torchvision's key points, moved by all operations, span the box; a box around each step's box would be larger."""
    augment = pba.Augment(policy, epochs=None, seed=3)
    edges = boxes_of("XYXY").as_subclass(torch.Tensor)
    left, top, right, bottom = edges.unbind(-1)
    corners = tv_tensors.KeyPoints(
        torch.stack([torch.stack(pair, -1) for pair in ((left, top), (right, top), (right, bottom), (left, bottom))], 1),
        canvas_size=SIZE)
    applied = augment.explain(epoch=0, index=6, size=SIZE)
    away = without_clamping(corners, applied)
    limit = torch.tensor([SIZE[1], SIZE[0]] * 2, dtype=torch.float64)
    expected = torch.minimum(torch.cat([away.amin(1), away.amax(1)], -1).clamp(min=0), limit)
    with pba.sample(epoch=0, index=6):
        for format in FORMATS:
            found = augment(boxes_of(format))
            plain = F.convert_bounding_box_format(found, new_format=tv_tensors.BoundingBoxFormat.XYXY).as_subclass(torch.Tensor)
            torch.testing.assert_close(plain.double(), expected, atol=1e-3, rtol=0)
        points = augment(corners)
        assert type(points) is tv_tensors.KeyPoints and points.canvas_size == SIZE and points.shape == corners.shape
        torch.testing.assert_close(points.as_subclass(torch.Tensor).double(), away, atol=1e-3, rtol=0)


def without_clamping(points: tv_tensors.KeyPoints, applied: list[pba.Applied]) -> torch.Tensor:
    """Move points by torchvision on a canvas so large that it does not clamp them, about the middle of the small one."""
    margin = 1000.0
    value = points.as_subclass(torch.Tensor).double() + margin
    canvas = (SIZE[0] + 2 * int(margin), SIZE[1] + 2 * int(margin))
    for operation in applied:
        if operation.movement is None:
            continue
        options = arguments(operation)
        if options["center"] is not None:
            options["center"] = [margin, margin]
        wrapped = tv_tensors.KeyPoints(value, canvas_size=canvas)
        value = F.affine(wrapped, **options).as_subclass(torch.Tensor)
    return value - margin


@pytest.mark.parametrize("dtype", [torch.int64, torch.int32, torch.float64, torch.float16, torch.bfloat16])
def test_numbers_of_boxes_and_points_keep_their_type(dtype: torch.dtype) -> None:
    augment = pba.Augment(always(("TranslateX", 9), ("Rotate", 3)), epochs=None, scale_to_size=False)
    exact = boxes_of("XYXY", torch.float64).round().clamp(4, 30)
    boxes = tv_tensors.BoundingBoxes(torch.cat([exact[:, :2], exact[:, :2] + 5], -1).to(dtype), format="XYXY", canvas_size=SIZE)
    points = tv_tensors.KeyPoints(boxes.as_subclass(torch.Tensor).reshape(-1, 2, 2), canvas_size=SIZE)
    precise = tv_tensors.wrap(boxes.double(), like=boxes), tv_tensors.wrap(points.double(), like=points)
    before = boxes.clone(), points.clone()
    with warnings.catch_warnings(), pba.sample(epoch=0, index=1):
        warnings.simplefilter("ignore")
        for found, full in zip(augment(boxes, points), augment(*precise), strict=True):
            assert found.dtype == dtype
            expected = full.as_subclass(torch.Tensor) if dtype.is_floating_point else full.as_subclass(torch.Tensor).round()
            assert torch.equal(found.as_subclass(torch.Tensor), expected.to(dtype))
    assert torch.equal(boxes, before[0]) and torch.equal(points, before[1])


@pytest.mark.parametrize("name", COLOURING)
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


@pytest.mark.parametrize("format", FORMATS)
def test_boxes_that_leave_the_image_are_told(format: str) -> None:
    augment = pba.Augment(always(("TranslateY", 9)), epochs=None, scale_to_size=False)
    edges = torch.tensor([[3.0, 0, 9, 4], [0, 10, 52, 20], [5, 33, 11, 37]])
    boxes = F.convert_bounding_box_format(
        tv_tensors.BoundingBoxes(edges, format="XYXY", canvas_size=SIZE), new_format=tv_tensors.BoundingBoxFormat[format])
    directions = set()
    for index in range(20):
        down = -augment.explain(epoch=0, index=index, size=SIZE)[0].parameter
        words = "1 of 3 bounding boxes .*SanitizeBoundingBoxes"
        with pba.sample(epoch=0, index=index), pytest.warns(UserWarning, match=words) as told:
            _, found, classes = augment(Image.new("RGB", SIZE[::-1]), boxes, torch.tensor([1, 2, 3]))
        assert len(told) == 1
        plain = F.convert_bounding_box_format(found, new_format=tv_tensors.BoundingBoxFormat.XYXY)
        expected = edges + torch.tensor([0, down, 0, down])
        expected[:, 1::2].clamp_(0, SIZE[0])
        torch.testing.assert_close(plain.as_subclass(torch.Tensor), expected, atol=1e-3, rtol=0)
        sample = {"boxes": found, "labels": classes}
        kept = v2.SanitizeBoundingBoxes()(sample)
        assert kept["labels"].tolist() == ([2, 3] if down < 0 else [1, 2])
        directions.add(down)
    assert len(directions) == 2
    none = tv_tensors.BoundingBoxes(torch.zeros(0, 4), format=format, canvas_size=SIZE)
    with pba.sample(epoch=0, index=0):
        assert augment(none).shape == (0, 4)


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
