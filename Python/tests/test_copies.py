"""Copies of transforms, in this process and others, draw what the first draws, whatever became of the schedule's file."""

from __future__ import annotations

import copy
import gc
import json
import os
import pickle
import subprocess
import sys
import weakref
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import swift_pba as pba
from pictures import COLOURING, MOVING, mapping, picture
from swift_pba import _library

CONTENT = mapping((2, [("Rotate", 9, 8), ("Invert", 5, 3)]), (3, [(name, 4, 6) for name in MOVING + COLOURING]))


def drawn(transform: Any) -> list[bytes]:
    image = picture(19, 14)
    if isinstance(transform, pba.Augment):
        return [transform.apply(image, epoch=epoch, index=index).tobytes() for epoch in range(0, 8, 2) for index in range(6)]
    keys = [pba.Key(index, epoch) for epoch in range(0, 8, 2) for index in range(6)]
    return [one.tobytes() for one in transform(np.stack([image] * len(keys)), keys)]


def makers(policy: Any) -> list[Callable[[], Any]]:
    order = {} if isinstance(policy, str) and "@" in policy else {"order": "shuffled"}
    return [
        lambda: pba.Augment(policy, epochs=8, seed=2**64 - 1, fill=(1, 2, 3), trial=4, scale_to_size=False, mask_fill=9, **order),
        lambda: pba.Augment(policy, epochs=None),
        lambda: pba.BatchAugment(
            policy, epochs=8, seed=7, mean=(0.1, 0.2, 0.3), std=(1, 2, 3), cutout=3, flip=False, crop_padding=2, layout="nhwc",
            **order)]


@pytest.mark.filterwarnings("ignore:.*found epoch")
@pytest.mark.parametrize("kind", ["name", "name@order", "path", "path as text", "path@order", "mapping", "schedule", "text"])
def test_a_copy_needs_no_file(kind: str, tmp_path: Path) -> None:
    file = tmp_path / "learnt@home.json"
    file.write_text(json.dumps(CONTENT))
    policy = {
        "name": "rsvhn", "name@order": "rcifar10@last", "path": file, "path as text": str(file), "path@order": f"{file}@last",
        "mapping": CONTENT, "schedule": pba.load(CONTENT), "text": json.dumps(CONTENT)}[kind]
    made = [make() for make in makers(policy)]
    expected = [drawn(transform) for transform in made]
    pickled = [[pickle.dumps(transform, protocol) for protocol in range(2, pickle.HIGHEST_PROTOCOL + 1)] for transform in made]
    file.unlink()
    for transform, texts, before in zip(made, pickled, expected, strict=True):
        copies = [copy.deepcopy(transform), copy.copy(transform), *map(pickle.loads, texts),
            pickle.loads(pickle.dumps(transform))]
        copies += [copy.deepcopy(copies[0])]
        for again in copies:
            assert drawn(again) == before
            if isinstance(again, pba.Augment):
                assert (again.mask_fill, again.epochs, repr(again)) == (transform.mask_fill, transform.epochs, repr(transform))
        assert copies[0]._engine.handle != transform._engine.handle
    if kind not in ("path", "path@order"):
        return
    # In a process that has never seen the file, with another working folder.
    program = (
        "import pickle, sys, test_copies\n"
        "print(test_copies.drawn(pickle.load(sys.stdin.buffer)) == pickle.load(sys.stdin.buffer))")
    told = subprocess.run(
        [sys.executable, "-c", program], input=pickled[0][-1] + pickle.dumps(expected[0]), capture_output=True, check=True,
        cwd="/",
        env=os.environ | {"PYTHONPATH": os.pathsep.join([os.environ["PYTHONPATH"], str(Path(__file__).parent)])})
    assert told.stdout.strip() == b"True", told


def test_a_file_that_changes_changes_nothing(tmp_path: Path) -> None:
    file = tmp_path / "learnt.json"
    file.write_text(json.dumps(CONTENT))
    augment = pba.Augment(file, epochs=8)
    before = drawn(augment)
    file.write_text(json.dumps(mapping((5, []))))
    assert drawn(augment) == before == drawn(pickle.loads(pickle.dumps(augment)))
    assert drawn(pba.Augment(file, epochs=8)) != before


def test_what_nobody_holds_is_closed() -> None:
    for make in makers("rcifar10"):
        transform = make()
        handle, seen = transform._engine.handle, weakref.ref(transform._engine)
        twin = copy.copy(transform)
        del transform
        gc.collect()
        assert seen() is not None and _library.description(handle)
        del twin
        gc.collect()
        assert seen() is None
        with pytest.raises(ValueError, match=f"handle: found {handle}, expected the handle of an open augmenter"):
            _library.description(handle)


def test_what_was_not_opened_is_not_closed() -> None:
    first = pba.Augment("none", epochs=None)
    with pytest.raises(ValueError, match="policy: found"):
        pba.Augment("nothing", epochs=None)
    gc.collect()
    assert _library.description(first._engine.handle)


def test_schedules_and_what_is_drawn_survive() -> None:
    schedule = pba.load("rsvhn")
    for again in (pickle.loads(pickle.dumps(schedule)), copy.deepcopy(schedule)):
        assert again == schedule and hash(again) == hash(schedule) and again.to_json() == schedule.to_json()
    applied = pba.Augment("rsvhn", epochs=None).explain(epoch=159, index=1, size=(32, 32))
    assert pickle.loads(pickle.dumps(applied)) == applied
