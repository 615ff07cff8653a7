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
# Larger than the others, since calls with them take longer, so there are fewer.
PHOTO = Image.fromarray(picture(32, 32))
MASK = tv_tensors.Mask(torch.zeros(32, 32, dtype=torch.int64))
BOXES = tv_tensors.BoundingBoxes(torch.tensor([[0.0, 0, 32, 32]] * 64), format="XYXY", canvas_size=(32, 32))


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
        AUGMENT(PHOTO, MASK, BOXES)


def said(policy: str) -> int:
    """Return the bytes of what the library says of a policy that it does not know."""
    with pytest.raises(ValueError, match="found") as raised:
        pba.Augment(policy, epochs=None)
    return len(str(raised.value).encode())


#: What is called, the part of the 10⁵ calls that it is called, and the bytes of the smallest of the things that a call makes and
#: must not leave behind: an image, boxes, a text. What opens policies takes longest, and makes most.
CALLS: dict[str, tuple[Callable[[int], object], int, int]] = {
    "array": (lambda number: AUGMENT.apply(IMAGE, epoch=number * 200 // 10**6 % 200, index=number), 1, IMAGE.nbytes),
    "tensor": (lambda number: AUGMENT.apply(TENSOR, epoch=7, index=number), 5, IMAGE.nbytes),
    "PIL": (lambda number: AUGMENT.apply(PIL, epoch=7, index=number), 5, IMAGE.nbytes),
    "batch": (lambda number: BATCH(STACK, [pba.Key(number, 7)]), 2, IMAGE.nbytes),
    "batch by threads": (lambda number: BATCH(STACK, [pba.Key(number, 7)] * 9, places=[0] * 9, threads=3), 20, 9 * IMAGE.nbytes),
    "other sizes": (
        lambda number: AUGMENT.apply(SIZES[number % 300], epoch=7, index=number), 10, sum(size.nbytes for size in SIZES) // 300),
    "other epochs": (lambda number: BATCH(STACK, [pba.Key(0, number % 200)]), 20, 4 * IMAGE.nbytes),
    # The room for its text.
    "explain": (lambda number: AUGMENT.explain(epoch=150, index=number, size=(9, 9)), 10, 4096),
    # Three messages.
    "errors": (refused, 10, 3 * 60),
    "what goes along": (along, 50, BOXES.nbytes),
    "pickled": (lambda number: pickle.loads(pickle.dumps(AUGMENT)), 400, len(pickle.dumps(AUGMENT))),
    # What is open takes about 126 KiB.
    "opened": (lambda number: pba.BatchAugment("autoaugment", epochs=None, mean=(0, 0, 0), std=(1, 1, 1)), 200, 2**16),
    "not opened": (lambda number: said(f"nothing{number}"), 10, said("nothing")),
    "loaded": (
        lambda number: pba.load("rsvhn").stretched(1 + number % 500), 400, len(pba.load("rsvhn").to_json()))}


def allowed(count: int) -> int:
    """Return the bytes that may remain after so many calls: pages that an allocator keeps, and what is measured too much."""
    return 2**20 + 24 * count


@pytest.mark.skipif(not Path("/proc/self/statm").exists(), reason="this system does not say how much memory a process has")
@pytest.mark.filterwarnings("ignore:.*bounding boxes lie outside")
@pytest.mark.parametrize("kind", CALLS)
def test_memory_does_not_grow(kind: str, full: bool) -> None:
    call, part, made = CALLS[kind]
    count = (10**6 if full else 10**5) // part
    assert allowed(count) < made * count, f"a leak of {made} bytes a call would be allowed: {allowed(count) / count:.0f}"
    for number in range(count // 4 + 300):
        call(number)
    before = in_use()
    for number in range(count):
        call(number)
    grown = in_use() - before
    assert grown < allowed(count), f"{grown / 2**20:.2f} MiB after {count} calls: {grown / count:.0f} bytes a call"


def test_the_measure_notices_a_leak() -> None:
    kept = []
    before = in_use()
    for _ in range(10**5 // 2):
        kept.append(bytes(200))
    assert in_use() - before > allowed(len(kept))
