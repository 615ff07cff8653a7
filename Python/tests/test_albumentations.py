"""The transform of albumentations has our pixels, refuses what it would leave behind, and survives being written out."""

from __future__ import annotations

import copy
import json
import pickle
from pathlib import Path
from typing import Any

import albumentations as A
import numpy as np
import pytest
import swift_pba as pba
from pictures import COLOURING, MOVING, PLACING, RECOLOURING, always, mapping, picture
from swift_pba.albumentations import Augment
from torch.utils.data import DataLoader, Dataset

IMAGE = picture(21, 34)


def test_pixels_are_ours() -> None:
    ours = pba.Augment("rcifar10", epochs=90, seed=5, fill=(1, 2, 3))
    theirs = A.Compose([Augment("rcifar10", epochs=90, seed=5, fill=(1, 2, 3))], seed=99)
    alone = Augment("rcifar10", epochs=90, seed=5, fill=(1, 2, 3))
    for epoch in (0, 40, 89):
        for index in range(20):
            expected = ours.apply(IMAGE, epoch=epoch, index=index)
            with pba.sample(epoch=epoch, index=index):
                assert np.array_equal(theirs(image=IMAGE)["image"], expected)
                assert np.array_equal(alone(image=IMAGE)["image"], expected)
                assert np.array_equal(theirs(image=IMAGE[..., :1].copy())["image"],
                    ours.apply(IMAGE[..., :1], epoch=epoch, index=index))
                several = theirs(images=np.stack([IMAGE, IMAGE[::-1]]), volume=np.stack([IMAGE] * 3))
            assert np.array_equal(several["images"][0], expected) and np.array_equal(several["volume"][2], expected)
            assert np.array_equal(several["images"][1], ours.apply(IMAGE[::-1], epoch=epoch, index=index))
            assert alone.explain(epoch=epoch, index=index, size=(21, 34)) == ours.explain(epoch=epoch, index=index, size=(21, 34))
            assert alone.get_applied_params()["index"] == index
    with pba.sample(epoch=0, index=0):
        off = A.Compose([Augment(always(("Invert", 0)), epochs=None, p=0)])
        assert np.array_equal(off(image=IMAGE)["image"], IMAGE)
    with pytest.raises(RuntimeError, match=r"not known here; make the data loader with swift_pba\.loader"):
        theirs(image=IMAGE)


def along() -> dict[str, Any]:
    boxes, points = np.array([[0.1, 0.1, 0.5, 0.5]]), np.array([[3.0, 4.0]])
    return {
        "mask": {"mask": np.zeros((21, 34), np.uint8)}, "masks": {"masks": [np.zeros((21, 34), np.uint8)]},
        "masks as array": {"masks": np.zeros((2, 21, 34), np.uint8)}, "bboxes": {"bboxes": boxes, "classes": [1]},
        "keypoints": {"keypoints": points}, "other": {"other": np.zeros((21, 34), np.uint8)},
        "mask of a volume": {"mask3d": np.zeros((2, 21, 34), np.uint8)}}


@pytest.mark.filterwarnings("ignore:Got processor for")
@pytest.mark.parametrize("kind", along())
def test_what_would_be_left_behind_is_refused(kind: str) -> None:
    extra = along()[kind]
    options = {"additional_targets": {"other": "mask", "second": "image"}}
    if kind == "bboxes":
        options["bbox_params"] = A.BboxParams("albumentations", label_fields=["classes"])
    if kind == "keypoints":
        options["keypoint_params"] = A.KeypointParams("xy")
    image = {"volume": np.stack([IMAGE] * 2)} if kind == "mask of a volume" else {"image": IMAGE, "second": IMAGE[::-1].copy()}
    for name in MOVING + COLOURING + PLACING + RECOLOURING:
        transform = A.Compose([Augment(always((name, 5)), epochs=None)], **options)
        with pba.sample(epoch=0, index=1):
            if name in MOVING + PLACING:
                words = rf"{next(iter(extra))}: found beside .* {name} moves.*swift_pba\.Augment with torchvision"
                with pytest.raises(ValueError, match=words):
                    transform(**image, **extra)
                if kind not in ("bboxes", "mask of a volume"):
                    assert transform(**image)["image"].shape == IMAGE.shape
                continue
            found = transform(**image, **extra)
            for key, value in extra.items():
                assert np.array_equal(np.asarray(found[key]), np.asarray(value))
            if "second" in image:
                ours = pba.Augment(always((name, 5)), epochs=None)
                assert np.array_equal(found["second"], ours.apply(IMAGE[::-1], epoch=0, index=1))
                assert np.array_equal(found["image"], ours.apply(IMAGE, epoch=0, index=1))


@pytest.mark.filterwarnings("ignore:Got processor for")
def test_nothing_along_is_nothing_to_refuse() -> None:
    with pba.sample(epoch=0, index=1):
        transform = A.Compose([Augment(always(("Rotate", 9)), epochs=None)], bbox_params=A.BboxParams("coco", label_fields=["c"]))
        assert transform(image=IMAGE, masks=[], bboxes=np.zeros((0, 4)), c=[])["image"].shape == IMAGE.shape
        assert Augment(always(("Rotate", 9)), epochs=None)(image=IMAGE, mask=None)["mask"] is None


def test_replays_repeat() -> None:
    transform = A.ReplayCompose([Augment("trivialaugment-wide", epochs=None, seed=2)])
    with pba.sample(epoch=0, index=31):
        made = transform(image=IMAGE)
    again = A.ReplayCompose.replay(made["replay"], image=IMAGE)
    assert np.array_equal(again["image"], made["image"])
    other = picture(40, 40)
    expected = pba.Augment("trivialaugment-wide", epochs=None, seed=2).apply(other, epoch=0, index=31)
    assert np.array_equal(A.ReplayCompose.replay(made["replay"], image=other)["image"], expected)


@pytest.mark.parametrize("kind", ["name", "order", "file", "mapping", "schedule"])
def test_written_out_and_read_back(kind: str, tmp_path: Path) -> None:
    file = tmp_path / "learnt.json"
    content = mapping((3, [("Invert", 6, 1), ("Rotate", 7, 5)]), (2, [(name, 5, 5) for name in COLOURING]))
    file.write_text(json.dumps(content))
    policy = {
        "name": "trivialaugment-wide", "order": "rcifar10@last", "file": file, "mapping": content,
        "schedule": pba.load(content)}[kind]
    transform = A.Compose([
        A.NoOp(), Augment(policy, epochs=7, seed=2**64 - 1, fill=np.array([3, 2, 1]).tolist(), trial=9, scale_to_size=False)])
    file.unlink()
    text = json.dumps(A.to_dict(transform))
    A.save(transform, str(tmp_path / "transform.json"))
    A.save(transform, str(tmp_path / "transform.yaml"), data_format="yaml")
    for again in (
            A.from_dict(json.loads(text)), A.load(str(tmp_path / "transform.json")),
            A.load(str(tmp_path / "transform.yaml"), data_format="yaml"), pickle.loads(pickle.dumps(transform)),
            copy.deepcopy(transform)):
        assert json.dumps(A.to_dict(again)) == text and (repr(again) == repr(transform) or kind == "order")
        for epoch in range(7):
            for index in range(5):
                with pba.sample(epoch=epoch, index=index):
                    assert np.array_equal(again(image=IMAGE)["image"], transform(image=IMAGE)["image"])


class Pictures(Dataset):
    def __init__(self) -> None:
        self.transform = A.Compose([A.HorizontalFlip(p=0), Augment("trivialaugment-wide", epochs=9)])

    def __len__(self) -> int:
        return 8

    def __getitem__(self, index: int) -> np.ndarray:
        return self.transform(image=picture(21, 34, index))["image"]


@pytest.mark.parametrize(("number", "persistent"), [(0, False), (2, False), (2, True)])
def test_in_a_data_loader(number: int, persistent: bool) -> None:
    loader = pba.loader(Pictures(), batch_size=3, num_workers=number, persistent_workers=persistent)
    ours = pba.Augment("trivialaugment-wide", epochs=9)
    seen = set()
    for epoch in range(3):
        images = [image for batch in loader for image in batch.numpy()]
        for index, image in enumerate(images):
            assert np.array_equal(image, ours.apply(picture(21, 34, index), epoch=epoch, index=index))
            seen.add(image.tobytes())
    assert len(seen) > 20
    with pytest.raises(RuntimeError, match="not known here"):
        next(iter(DataLoader(Pictures())))


def test_wrong_arguments() -> None:
    for p in (0.5, 2, -1, True, None, "1", float("nan")):
        with pytest.raises(ValueError, match="p: found .*, expected 1, or 0 to switch it off"):
            Augment("none", epochs=None, p=p)
    for wrong in ({"epochs": 0}, {"epochs": 1, "seed": -1}, {"epochs": 1, "order": "x"}, {"epochs": 1, "fill": (1, 2, 999)}):
        with pytest.raises(ValueError, match="found"):
            Augment("rcifar10", **wrong)
    with pytest.raises(ValueError, match="policy: found"):
        Augment("nothing", epochs=1)
    transform = A.Compose([Augment("rcifar10", epochs=9)])
    with pba.sample(epoch=0, index=0):
        for image, error in (
                (IMAGE.astype(np.float32) / 255, TypeError), (IMAGE.astype(np.int32), TypeError),
                (np.zeros((4, 4, 5), np.uint8), ValueError)):
            with pytest.raises(error, match="image: found"):
                transform(image=image)
    with pytest.warns(UserWarning, match="found epoch 9"), pba.sample(epoch=9, index=0):
        transform(image=IMAGE)
