"""What goes along with an image whose pixels are moved: masks, bounding boxes and key points of torchvision."""

from __future__ import annotations

import warnings
from typing import Any

import numpy as np
import torch
from torchvision import tv_tensors
from torchvision.transforms.v2 import functional as F

from . import _checks
from ._engine import Engine

_LARGEST_LABEL = 2**24 - 1
# Divisors of places that are as good as at the horizon of a perspective.
_HORIZON = 1e-6
_KeyPoints = getattr(tv_tensors, "KeyPoints", ())  # not in older versions


def check_inputs(inputs: list[Any]) -> None:
    """Check that something is there to work on, and that what goes along has the size of an image."""
    if not inputs:
        raise TypeError(
            "image: found none among the inputs, expected a PIL image or a tensor; an array (height, width, 3) is taken alone: "
            "augment(array)")
    images, along = set(), {}
    for value in inputs:
        if isinstance(value, tv_tensors.Mask):
            along[tuple(value.shape[-2:])] = "mask"
        elif isinstance(value, tv_tensors.BoundingBoxes):
            along[tuple(value.canvas_size)] = "boxes"
        elif isinstance(value, _KeyPoints):
            along[tuple(value.canvas_size)] = "key points"
        elif hasattr(value, "getbands"):
            images.add((value.height, value.width))
        elif value.ndim >= 3:
            images.add(tuple(value.shape[-2:]))
    for size, name in along.items():
        if images and size not in images:
            raise ValueError(
                f"{name}: found the size {size}, expected the image's, {' or '.join(map(str, sorted(images)))}: "
                "(height, width), before anything resizes one of them alone")


def moved_mask(engine: Engine, mask: tv_tensors.Mask, epoch: int, index: int, fill: int) -> tv_tensors.Mask:
    """Move a mask (…, height, width) of integers or truth values through the kernels that move the image's pixels."""
    if mask.is_floating_point() or mask.is_complex():
        raise TypeError(f"mask: found {mask.dtype}, expected integers or bool")
    if mask.device.type != "cpu":
        raise ValueError(f"mask: found a tensor on {mask.device}, expected one on the CPU")
    if mask.layout != torch.strided:
        raise TypeError(f"mask: found a tensor of layout {mask.layout}, expected torch.strided: mask.to_dense()")
    if mask.ndim < 2:
        raise ValueError(f"mask: found the shape {tuple(mask.shape)}, expected (…, height, width)")
    plain = mask.as_subclass(torch.Tensor)
    wide = plain.to(torch.int64)  # not all types can be compared
    if wide.numel() and not 0 <= int(wide.min()) <= int(wide.max()) <= _LARGEST_LABEL:
        raise ValueError(
            f"mask: found labels from {int(wide.min())} to {int(wide.max())}, expected 0 to {_LARGEST_LABEL}: where a "
            "negative one means that a pixel is ignored, give it another number before, such as 255")
    lowest, highest = (0, 1) if mask.dtype == torch.bool else (torch.iinfo(mask.dtype).min, torch.iinfo(mask.dtype).max)
    if not lowest <= fill <= highest:
        raise ValueError(f"mask_fill: found {fill}, expected a number that a mask of {mask.dtype} can hold")
    if not engine.moves(epoch, index, mask.shape[-2:]) or plain.numel() == 0:
        return tv_tensors.wrap(plain.clone(), like=mask)
    planes = wide.reshape(-1, *plain.shape[-2:]).to(torch.int32).contiguous().numpy()
    moved = np.stack([engine.labels(plane, epoch, index, fill) for plane in planes])
    return tv_tensors.wrap(torch.from_numpy(moved).reshape(plain.shape).to(mask.dtype), like=mask)


def moved_boxes(engine: Engine, boxes: tv_tensors.BoundingBoxes, epoch: int, index: int) -> tv_tensors.BoundingBoxes:
    """Return the boxes around the moved corners, clipped to the image.

    They are clipped once, after all operations: a box may cover a place that one operation pushed out of the image and
    another brought back without data.
    """
    named = boxes.format
    if named.name not in ("XYXY", "XYWH", "CXCYWH"):
        raise ValueError(f"boxes: found the format {named.name}, expected XYXY, XYWH or CXCYWH: rotated boxes are not moved")
    forward = engine.forward_map(epoch, index, boxes.canvas_size)
    plain = boxes.as_subclass(torch.Tensor)
    if forward is None or plain.numel() == 0:
        return tv_tensors.wrap(plain.clone(), like=boxes)
    edges = F.convert_bounding_box_format(
        plain.to(torch.float64), old_format=named, new_format=tv_tensors.BoundingBoxFormat.XYXY)
    left, top, right, bottom = edges.unbind(-1)
    corners = _moved(torch.stack([left, right, right, left], -1), torch.stack([top, top, bottom, bottom], -1), forward)
    around = _around(corners, *boxes.canvas_size)
    gone = (around[..., 2] <= around[..., 0]) | (around[..., 3] <= around[..., 1])
    if bool(gone.any()):
        warnings.warn(
            f"Augment: {int(gone.sum())} of {gone.numel()} bounding boxes lie outside of the image now and have no area; put "
            "torchvision's v2.SanitizeBoundingBoxes behind Augment, which takes them away with their labels",
            stacklevel=_checks.depth_of_caller())
    result = F.convert_bounding_box_format(around, old_format=tv_tensors.BoundingBoxFormat.XYXY, new_format=named)
    if not boxes.is_floating_point():
        result = result.round()
    return tv_tensors.wrap(result.to(boxes.dtype), like=boxes)


def moved_points(engine: Engine, points: tv_tensors.KeyPoints, epoch: int, index: int) -> tv_tensors.KeyPoints:
    """Move key points; they are not clipped, as a point outside of the image has no nearest one that means the same."""
    forward = engine.forward_map(epoch, index, points.canvas_size)
    plain = points.as_subclass(torch.Tensor)
    if forward is None or plain.numel() == 0:
        return tv_tensors.wrap(plain.clone(), like=points)
    u, v, w = _moved(plain[..., 0].to(torch.float64), plain[..., 1].to(torch.float64), forward)
    # A point behind the horizon has no place in the plane of the image: it goes far away in its direction.
    result = torch.stack([u, v], -1) / w.clamp(min=_HORIZON)[..., None]
    return tv_tensors.wrap((result if points.is_floating_point() else result.round()).to(points.dtype), like=points)


def _moved(x: torch.Tensor, y: torch.Tensor, forward: np.ndarray) -> torch.Tensor:
    """Return the products (u, v, w) of a matrix with places (x, y, 1), as a tensor (3, …)."""
    return torch.stack([a * x + b * y + c for a, b, c in forward.tolist()])


def _around(corners: torch.Tensor, height: int, width: int) -> torch.Tensor:
    """Return the boxes around quadrilaterals, whose corners (u, v, w) have the shape (3, …, 4), clipped to the image."""
    following = corners.roll(-1, -1)
    before, after = corners[2] - _HORIZON, following[2] - _HORIZON
    # Where a side crosses the horizon, it is seen up to there.
    share = torch.where(before * after < 0, before / (before - after), 0.0)
    u, v, w = torch.cat([corners, corners + share * (following - corners)], -1)
    is_seen = w > _HORIZON / 2
    w = torch.where(is_seen, w, 1.0)

    def bound(numbers: torch.Tensor, limit: int, largest: bool) -> torch.Tensor:
        # Of a box that is not seen at all nothing is left: both its bounds are the same.
        numbers = torch.where(is_seen, (numbers / w).clamp(0, limit), 0.0 if largest else float(limit))
        return numbers.amax(-1) if largest else numbers.amin(-1)

    low = [bound(u, width, False), bound(v, height, False)]
    high = [bound(u, width, True), bound(v, height, True)]
    return torch.stack([*(torch.minimum(*pair) for pair in zip(low, high, strict=True)), *high], -1)
