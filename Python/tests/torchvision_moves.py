"""How torchvision moves images and what goes along with them, by the operations that were applied; and what is moved."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import swift_pba as pba
import torch
from pictures import COLOURING, MOVING, always
from PIL import Image
from torchvision import tv_tensors
from torchvision.transforms import InterpolationMode
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


def boxes_of(format: str, dtype: torch.dtype = torch.float32, count: int = 12, seed: int = 0) -> tv_tensors.BoundingBoxes:
    random = np.random.default_rng(seed)
    left, top = random.uniform(0, SIZE[1] - 6, count), random.uniform(0, SIZE[0] - 6, count)
    edges = np.stack([left, top, left + random.uniform(1, SIZE[1] - left), top + random.uniform(1, SIZE[0] - top)], -1)
    boxes = tv_tensors.BoundingBoxes(torch.from_numpy(edges).to(torch.float32), format="XYXY", canvas_size=SIZE)
    converted = F.convert_bounding_box_format(boxes, new_format=tv_tensors.BoundingBoxFormat[format])
    return tv_tensors.wrap(converted.to(dtype), like=converted)
