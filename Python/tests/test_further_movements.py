"""Flips, Zoom and Perspective: images and masks as Pillow moves them, boxes and key points as torchvision does."""

from __future__ import annotations

import warnings
from typing import Any

import numpy as np
import pytest
import swift_pba as pba
import torch
from pictures import MOVING, PLACING, always, mapping, picture
from PIL import Image
from torchvision import tv_tensors
from torchvision.transforms import functional as old
from torchvision.transforms.v2 import functional as F
from torchvision_moves import FORMATS, SIZE, boxes_of, labels

pytestmark = pytest.mark.filterwarnings("ignore:.*bounding boxes lie outside")
HEIGHT, WIDTH = SIZE
ENDS = [[0, 0], [WIDTH, 0], [WIDTH, HEIGHT], [0, HEIGHT]]


def uniform(key: int, count: int) -> list[float]:
    """Return the first numbers in 0..<1 that follow from a key: Philox4x32-10, as the documents define it."""
    numbers: list[float] = []
    for block in range((count + 1) // 2):
        words, keys = [11 << 24 | block, 0, 0, 0], [key % 2**32, key >> 32]
        for _ in range(10):
            first, second = words[0] * 0xD2511F53, words[2] * 0xCD9E8D57
            words = [second >> 32 ^ words[1] ^ keys[0], second % 2**32, first >> 32 ^ words[3] ^ keys[1], first % 2**32]
            keys = [(keys[0] + 0x9E3779B9) % 2**32, (keys[1] + 0xBB67AE85) % 2**32]
        numbers += [((low | high << 32) >> 11) / 2**53 for low, high in (words[:2], words[2:])]
    return numbers[:count]


def corners(applied: pba.Applied) -> list[list[float]]:
    """Return where the image's corners go under Perspective: upper left, upper right, lower right, lower left."""
    assert applied.key is not None
    shares = [number * applied.parameter / 2 for number in uniform(applied.key, 8)]
    return [
        [WIDTH * (across if left else 1 - across), HEIGHT * (down if top else 1 - down)]
        for (left, top), across, down in zip(
            [(True, True), (False, True), (False, False), (True, False)], shares[::2], shares[1::2], strict=True)]


def by_pillow(image: Image.Image, applied: pba.Applied, fill: int = 0) -> Image.Image:
    """Move an image by Pillow; of what was drawn only Perspective's coefficients are the program's."""
    if applied.operation == "FlipHorizontal":
        return image.transpose(Image.Transpose.FLIP_LEFT_RIGHT)
    if applied.operation == "FlipVertical":
        return image.transpose(Image.Transpose.FLIP_TOP_BOTTOM)
    if applied.operation == "Zoom":
        step = 1 / (1 + applied.parameter) if applied.parameter > 0 else 1 - applied.parameter
        matrix = (step, 0, WIDTH / 2 * (1 - step), 0, step, HEIGHT / 2 * (1 - step))
        return image.transform(image.size, Image.Transform.AFFINE, matrix, fillcolor=fill)
    return image.transform(image.size, Image.Transform.PERSPECTIVE, applied.movement, fillcolor=fill)


def drawn(policy: Any, indices: range = range(12)) -> list[tuple[pba.Augment, int, pba.Applied]]:
    augment = pba.Augment(policy, epochs=None, seed=2, mask_fill=7, fill=(7, 7, 7))
    return [(augment, index, augment.explain(epoch=0, index=index, size=SIZE)[0]) for index in indices]


@pytest.mark.parametrize("magnitude", [1, 4, 9])
@pytest.mark.parametrize("name", PLACING)
def test_images_and_masks_have_the_pixels_of_pillow(name: str, magnitude: int) -> None:
    image, numbers = Image.fromarray(picture(*SIZE)), labels(*SIZE, highest=254)
    for augment, index, applied in drawn(always((name, magnitude))):
        with pba.sample(epoch=0, index=index):
            shown, mask = augment(image, tv_tensors.Mask(torch.from_numpy(numbers)))
        assert np.array_equal(np.asarray(shown), np.asarray(by_pillow(image, applied, (7, 7, 7))))
        expected = by_pillow(Image.fromarray(numbers.astype(np.uint8)), applied, 7)
        assert np.array_equal(mask.numpy(), np.asarray(expected))


@pytest.mark.parametrize("magnitude", [1, 5, 9])
def test_coefficients_of_perspective_are_those_that_torchvision_solves(magnitude: int) -> None:
    keys = set()
    for _, _, applied in drawn(always(("Perspective", magnitude)), range(60)):
        solved = old._get_perspective_coeffs(ENDS, corners(applied))  # in single precision
        assert len(applied.movement) == 8 and applied.magnitude == magnitude
        np.testing.assert_allclose(applied.movement, solved, rtol=2e-5, atol=2e-5 * WIDTH)
        keys.add(applied.key)
    assert len(keys) == 60
    assert drawn(always(("Perspective", 0)))[0][2].movement == (1, 0, 0, 0, 1, 0)


@pytest.mark.parametrize("format", FORMATS)
@pytest.mark.parametrize("name", PLACING)
def test_boxes_go_where_torchvision_moves_them(name: str, format: str) -> None:
    for augment, index, applied in drawn(always((name, 6))):
        boxes = boxes_of(format, torch.float64, seed=index)
        with pba.sample(epoch=0, index=index):
            found = augment(boxes)
        if name == "FlipHorizontal":
            expected = F.horizontal_flip(boxes)
        elif name == "FlipVertical":
            expected = F.vertical_flip(boxes)
        elif name == "Zoom":
            scale = 1 + applied.parameter if applied.parameter > 0 else 1 / (1 - applied.parameter)
            expected = F.affine(boxes, angle=0, translate=[0, 0], scale=scale, shear=[0, 0])
        else:
            expected = F.perspective(boxes, None, None, coefficients=list(applied.movement))
        assert type(found) is tv_tensors.BoundingBoxes and found.format.name == format
        torch.testing.assert_close(
            found.as_subclass(torch.Tensor), expected.as_subclass(torch.Tensor), atol=1e-3 if "Flip" not in name else 0, rtol=0)


def test_key_points_are_places() -> None:
    """The corners of the image go to the corners of what is shown of it, and everything else between them."""
    points = tv_tensors.KeyPoints(torch.tensor([*ENDS, [WIDTH / 2, HEIGHT / 2]], dtype=torch.float64), canvas_size=SIZE)
    for name in PLACING:
        for augment, index, applied in drawn(always((name, 8))):
            with pba.sample(epoch=0, index=index):
                found = augment(points).as_subclass(torch.Tensor)
            if name == "Perspective":
                expected = corners(applied)
            elif name == "Zoom":
                scale = 1 + applied.parameter if applied.parameter > 0 else 1 / (1 - applied.parameter)
                expected = [[WIDTH / 2 + (x - WIDTH / 2) * scale, HEIGHT / 2 + (y - HEIGHT / 2) * scale] for x, y in ENDS]
            else:
                expected = [[WIDTH - x, y] if name == "FlipHorizontal" else [x, HEIGHT - y] for x, y in ENDS]
            torch.testing.assert_close(found[:4], torch.tensor(expected, dtype=torch.float64), atol=1e-9, rtol=0)
            # A perspective keeps lines: the middle is where the diagonals cross.
            for start, end in ((0, 2), (1, 3)):
                along, across = found[end] - found[start], found[4] - found[start]
                assert abs(along[0] * across[1] - along[1] * across[0]) < 1e-6


def test_several_movements_go_one_after_another() -> None:
    """A box is around the corners that all movements have moved, and lies where the pixels of its mask lie."""
    augment = pba.Augment(
        mapping((1, [(name, 7, 6) for name in PLACING + MOVING]), counts=(0.1, 0.2, 0.2, 0.3, 0.2)), epochs=None, mask_fill=0)
    counts = set()
    for index in range(150):
        counts.add(len(augment.explain(epoch=0, index=index, size=SIZE)))
        left, top = index % 30, index % 20
        mask = torch.zeros(SIZE, dtype=torch.uint8)
        mask[top : top + 14, left : left + 18] = 1
        box = tv_tensors.BoundingBoxes(
            torch.tensor([[left, top, left + 18, top + 14]], dtype=torch.float64), format="XYXY", canvas_size=SIZE)
        with pba.sample(epoch=0, index=index):
            shown, around = augment(tv_tensors.Mask(mask), box)
        rows, columns = torch.nonzero(shown.as_subclass(torch.Tensor), as_tuple=True)
        if len(rows) == 0:
            continue
        found = around.as_subclass(torch.Tensor)[0]
        # Where pixels are taken one after another by the nearest, each movement may add a pixel of difference.
        assert found[0] <= columns.min() + 4 and found[1] <= rows.min() + 4
        assert found[2] >= columns.max() - 3 and found[3] >= rows.max() - 3
    assert counts == {0, 1, 2, 3, 4}


def test_what_lies_behind_the_horizon_is_not_turned_round() -> None:
    """Places outside of the image may lie behind the horizon of the sheet, where the formula alone would bring them back."""
    augment = pba.Augment(always(("Perspective", 9)), epochs=None, seed=1)
    far = 40.0
    points = tv_tensors.KeyPoints(
        torch.tensor([[x * WIDTH, y * HEIGHT] for x in (-far, 0.5, far) for y in (-far, 0.5, far)], dtype=torch.float64),
        canvas_size=SIZE)
    edges = torch.tensor([
        [-far * WIDTH, -far * HEIGHT, 0.5 * WIDTH, 0.5 * HEIGHT], [-far * WIDTH, -far * HEIGHT, -WIDTH, -HEIGHT],
        [0.5 * WIDTH, -far * HEIGHT, far * WIDTH, 0.5 * HEIGHT], [-far * WIDTH, -far * HEIGHT, far * WIDTH, far * HEIGHT]],
        dtype=torch.float64)
    boxes = tv_tensors.BoundingBoxes(edges, format="XYXY", canvas_size=SIZE)
    crossed = 0
    for index in range(200):
        forward = augment._engine.forward_map(0, index, SIZE)
        with warnings.catch_warnings(), pba.sample(epoch=0, index=index):
            warnings.simplefilter("ignore")
            places, around = (found.as_subclass(torch.Tensor) for found in augment(points, boxes))
        middle = places[4]
        is_inside = (places >= 0).all(-1) & (places[:, 0] <= WIDTH) & (places[:, 1] <= HEIGHT)
        assert is_inside.tolist() == [False] * 4 + [True] + [False] * 4
        divisors = forward[2] @ np.vstack([points.as_subclass(torch.Tensor).T.numpy(), np.ones(9)])
        crossed += int((divisors < 0).any())
        # The first and the third box hold the middle in a corner, the second nothing of the image, the last all of it.
        assert around[0, 0] == 0 and around[0, 1] == 0 and bool((around[0, 2:] >= middle - 1e-6).all())
        assert around[2, 2] == WIDTH and around[2, 1] == 0
        assert bool((around[3] == torch.tensor([0, 0, WIDTH, HEIGHT])).all())
        assert bool((around[:, 2:] >= around[:, :2]).all()) and bool(torch.isfinite(around).all())
    assert crossed > 50
