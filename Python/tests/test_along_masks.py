"""Masks go where torchvision moves a grey image, by the same angles, slopes and distances."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
import swift_pba as pba
import torch
from pictures import MOVING, mapping
from PIL import Image
from torchvision import tv_tensors
from torchvision_moves import SIZE, labels, moved, names, policies


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
