"""Boxes and key points go where torchvision moves them, by the same angles, slopes and distances."""

from __future__ import annotations

import warnings
from typing import Any

import pytest
import swift_pba as pba
import torch
from pictures import MOVING, always
from PIL import Image
from torchvision import tv_tensors
from torchvision.transforms import v2
from torchvision.transforms.v2 import functional as F
from torchvision_moves import FORMATS, SIZE, arguments, boxes_of, moved, names, policies


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
