"""Calls leave no memory behind: 10⁵ of each kind, or 10⁶ with --full."""

from __future__ import annotations

import gc
import pickle
import resource
from collections.abc import Callable
from pathlib import Path

import pytest
import swift_pba as pba
import torch
from pictures import picture
from PIL import Image
from torchvision import tv_tensors

IMAGE = picture(8, 8)
TENSOR = torch.from_numpy(IMAGE).permute(2, 0, 1).contiguous()
PIL = Image.fromarray(IMAGE)
SIZES = [picture(4 + number % 17, 3 + number % 13) for number in range(300)]
AUGMENT = pba.Augment("rcifar10", epochs=200)
BATCH = pba.BatchAugment("rcifar10", epochs=200, mean=(0, 0, 0), std=(1, 1, 1))
STACK = IMAGE[None].copy()
MASK = tv_tensors.Mask(torch.zeros(8, 8, dtype=torch.int64))
BOXES = tv_tensors.BoundingBoxes(torch.tensor([[0.0, 0, 8, 8]]), format="XYXY", canvas_size=(8, 8))


def in_use() -> int:
    """Return the bytes of memory that this process has now."""
    gc.collect()
    return int(Path("/proc/self/statm").read_text().split()[1]) * resource.getpagesize()


def refused(number: int) -> None:
    for call in (
            lambda: AUGMENT.explain(epoch=0, index=0, size=(32767, 32767 - number % 9)),
            lambda: BATCH(STACK, [pba.Key(0, 0)], places=[number + 1]),
            lambda: AUGMENT.apply(IMAGE[..., :2], epoch=0, index=0)):
        with pytest.raises(ValueError, match="found"):
            call()


def along(number: int) -> None:
    with pba.sample(epoch=number % 200, index=number):
        AUGMENT(PIL, MASK, BOXES)


#: What is called, and the part of the 10⁵ calls that it is called; what opens policies takes longest.
CALLS: dict[str, tuple[Callable[[int], object], int]] = {
    "array": (lambda number: AUGMENT.apply(IMAGE, epoch=number * 200 // 10**6 % 200, index=number), 1),
    "tensor": (lambda number: AUGMENT.apply(TENSOR, epoch=7, index=number), 5),
    "PIL": (lambda number: AUGMENT.apply(PIL, epoch=7, index=number), 5),
    "batch": (lambda number: BATCH(STACK, [pba.Key(number, 7)]), 2),
    "batch by threads": (lambda number: BATCH(STACK, [pba.Key(number, 7)] * 9, places=[0] * 9, threads=3), 20),
    "other sizes": (lambda number: AUGMENT.apply(SIZES[number % 300], epoch=7, index=number), 10),
    "other epochs": (lambda number: BATCH(STACK, [pba.Key(0, number % 200)]), 20),
    "explain": (lambda number: AUGMENT.explain(epoch=0, index=number, size=(9, 9)), 10),
    "errors": (refused, 20),
    "what goes along": (along, 50),
    "pickled": (lambda number: pickle.loads(pickle.dumps(AUGMENT)), 400),
    "opened": (lambda number: pba.BatchAugment("autoaugment", epochs=None, mean=(0, 0, 0), std=(1, 1, 1)), 200),
    "not opened": (lambda number: pytest.raises(ValueError, pba.Augment, f"nothing{number}", epochs=None), 200),
    "loaded": (lambda number: pba.load("rsvhn").stretched(1 + number % 500), 400)}


@pytest.mark.skipif(not Path("/proc/self/statm").exists(), reason="this system does not say how much memory a process has")
@pytest.mark.filterwarnings("ignore:.*bounding boxes lie outside")
@pytest.mark.parametrize("kind", CALLS)
def test_memory_does_not_grow(kind: str, full: bool) -> None:
    call, part = CALLS[kind]
    count = (10**6 if full else 10**5) // part
    for number in range(count // 4 + 300):
        call(number)
    before = in_use()
    for number in range(count):
        call(number)
    grown = in_use() - before
    # A leak of one image, one text or one handle a call is more than this; pages that an allocator keeps are less.
    assert grown < 2**20 + 24 * count, f"{grown / 2**20:.2f} MiB after {count} calls: {grown / count:.0f} bytes a call"


def test_the_measure_notices_a_leak() -> None:
    kept = []
    before = in_use()
    for _ in range(10**5 // 2):
        kept.append(bytes(200))
    assert in_use() - before > 2**20 + 24 * len(kept)
