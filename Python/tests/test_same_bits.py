"""Images and batches are those of the program, bit for bit: each draw of `pba preview` is made once more."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
import swift_pba as pba
import torch
from pictures import COLOURING, MOVING, NAMES, PLACING, RECOLOURING, SIZES, always, mapping, picture
from PIL import Image
from program import GREY, Draw, draws

SMALL = [size for size in SIZES if size[0] * size[1] <= 4096]
MEAN, STD = (0.4914, 0.4822, 0.4465), (0.247, 0.2435, 0.2616)


def compare(policy: object, drawn: list[Draw], scale: bool = False) -> None:
    """Make each draw once more, from an array, a tensor and a PIL image."""
    for draw in drawn:
        augment = pba.Augment(policy, epochs=None, seed=draw.seed, trial=draw.trial, fill=GREY, scale_to_size=scale)
        image, expected = draw.original, draw.pixels
        where = (policy if isinstance(policy, str) else "schedule", image.shape, draw.seed, draw.trial, draw.epoch)
        before = image.copy()
        found = augment.apply(image, epoch=draw.epoch, index=0)
        assert found.dtype == np.uint8 and np.array_equal(found, expected), where
        tensor = augment.apply(torch.from_numpy(image).permute(2, 0, 1), epoch=draw.epoch, index=0)
        assert np.array_equal(tensor.permute(1, 2, 0).numpy(), expected), where
        of_pil = augment.apply(Image.fromarray(image), epoch=draw.epoch, index=0)
        assert of_pil.mode == "RGB" and np.array_equal(np.asarray(of_pil), expected), where
        assert np.array_equal(image, before), where
        applied = augment.explain(epoch=draw.epoch, index=0, size=image.shape[:2])
        found = [
            (entry.operation, entry.parameter, entry.magnitude, entry.probability, entry.center, entry.key) for entry in applied]
        assert found == [
            (
                entry["name"], entry["parameter"], entry.get("magnitude"), entry["probability"],
                (entry["center"]["x"], entry["center"]["y"]) if "center" in entry else None, entry.get("key"))
            for entry in draw.operations], where


@pytest.mark.parametrize("policy", NAMES)
@pytest.mark.parametrize("scale", [False, True], ids=["published lengths", "scaled lengths"])
def test_every_policy_and_size(policy: str, scale: bool, tmp_path: Path, full: bool) -> None:
    # `random` draws its policy by the seed too, which is another for each further image of a preview.
    images = [picture(*size) for size in (SIZES if policy != "random" else [(32, 32)])]
    for round in range(4 if full else 1):
        drawn = draws(
            tmp_path / str(round), policy, images, count=8 if full else 3, seed=[7, 0, 2**32 - 1, 2**64 - 1][round],
            scale_to_size=scale)
        compare(policy, drawn, scale)


@pytest.mark.parametrize("name", ["rcifar10", "rsvhn"])
def test_epochs_of_published_schedules(name: str, tmp_path: Path, full: bool) -> None:
    images = [picture(*size) for size in [(32, 32), (33, 70)]]
    length = pba.load(name).epochs
    for epoch in range(length - 1, -1, -3 if full else -39):
        compare(name, draws(tmp_path / str(epoch), name, images, count=3, seed=epoch, epoch=epoch))


def test_a_schedule_is_the_same_by_file_path_mapping_and_text(tmp_path: Path) -> None:
    content = mapping((2, [("Rotate", 9, 8), ("Invert", 5, 3)]), (3, [(name, 4, 6) for name in MOVING + COLOURING]))
    file = tmp_path / "learnt, in spring.json"
    file.write_text(json.dumps(content))
    images = [picture(*size) for size in [(1, 9), (31, 33), (33, 70)]]
    for epoch in (0, 1, 2, 4):
        drawn = draws(tmp_path / str(epoch), str(file), images, count=2, epoch=epoch)
        for policy in (str(file), file, content, pba.load(file), json.dumps(content)):
            compare(policy, drawn)


@pytest.mark.parametrize("magnitude",
    [0, 5, 9, *(pytest.param(value, marks=pytest.mark.full) for value in (1, 2, 3, 4, 6, 7, 8))])
def test_each_operation_at_each_magnitude(magnitude: int, tmp_path: Path, full: bool) -> None:
    images = [picture(*size) for size in (SIZES if full else [(2, 1), (32, 32), (33, 70)])]
    # One epoch for each operation: what is drawn in an epoch is that operation alone.
    names = MOVING + COLOURING + PLACING + RECOLOURING
    content = mapping(*[(1, [(name, 10, magnitude)]) for name in names], counts=(0, 1))
    file = tmp_path / "one.json"
    file.write_text(json.dumps(content))
    for epoch, name in enumerate(names):
        drawn = draws(tmp_path / str(epoch), str(file), images, count=1, seed=magnitude, epoch=epoch)
        assert all(draw.operations[0]["name"] == name for draw in drawn)
        compare(str(file), drawn)


def test_last_holds_from_the_first_epoch_on() -> None:
    policy = pba.load("rcifar10").policy(199)
    last = pba.Augment("rcifar10@last", epochs=None, seed=4)
    same = pba.Augment("rcifar10", epochs=None, seed=4, order="last")
    alone = pba.Augment(
        mapping((200, [(entry.operation, entry.probability, entry.magnitude) for entry in policy])), epochs=None, seed=4)
    image = picture(32, 32)
    for epoch in range(0, 200, 9):
        for index in range(5):
            made = last.apply(image, epoch=epoch, index=index)
            assert np.array_equal(made, alone.apply(image, epoch=epoch, index=index))
            assert np.array_equal(made, same.apply(image, epoch=epoch, index=index))


def test_shuffled_draws_each_policy_as_often_as_it_has_epochs(tmp_path: Path) -> None:
    names = ["Invert", "Solarize", "Posterize"]
    content = mapping(*[(epochs, [(name, 10, 5)]) for name, epochs in zip(names, (1, 3, 6), strict=True)], counts=(0, 1))
    file = tmp_path / "three.json"
    file.write_text(json.dumps(content))
    for augment in (pba.Augment(f"{file}@shuffled", epochs=None), pba.Augment(content, epochs=10, order="shuffled")):
        for epoch in (0, 9):
            drawn = [augment.explain(epoch=epoch, index=index, size=(8, 8)) for index in range(3000)]
            assert all(len(applied) == 1 for applied in drawn)
            for name, share in zip(names, (0.1, 0.3, 0.6), strict=True):
                count = sum(applied[0].operation == name for applied in drawn)
                assert abs(count - 3000 * share) < 4 * (3000 * share * (1 - share)) ** 0.5, (name, count)


def test_stretched_schedules_play_their_own_epochs(tmp_path: Path) -> None:
    image = picture(32, 32)
    for epochs in (1, 7, 90, 1000):
        stretched = pba.load("rsvhn").stretched(epochs)
        augment, same = pba.Augment("rsvhn", epochs=epochs), pba.Augment(stretched, epochs=None)
        for epoch in {0, epochs // 3, epochs // 2, epochs - 1}:
            for index in range(4):
                assert np.array_equal(augment.apply(image, epoch=epoch, index=index), same.apply(image, epoch=epoch, index=index))
        drawn = draws(tmp_path / str(epochs), str(saved(stretched, tmp_path)), [image], count=3, epoch=epochs - 1)
        compare(stretched, drawn)


def saved(schedule: pba.Schedule, folder: Path) -> Path:
    path = folder / f"{schedule.epochs}.json"
    schedule.save(path)
    return path


def test_every_index_epoch_trial_and_seed_is_a_draw_of_its_own() -> None:
    image = picture(32, 32)
    numbers = [0, 1, 2, 255, 256, 65535, 65536, 2**31 - 1, 2**31, 2**32 - 2, 2**32 - 1]
    def drawn(epoch: int = 0, index: int = 0, trial: int = 0, seed: int = 0) -> bytes:
        # Eight operations of random strength: two that are the same are no chance.
        augment = pba.Augment(always(*[(name, 9) for name in MOVING + ["Cutout"]]), epochs=None, trial=trial, seed=seed)
        text = str(augment.explain(epoch=epoch, index=index, size=(4000, 5000)))
        return text.encode()
    found = [drawn(**{name: number}) for name in ("epoch", "index", "trial", "seed") for number in numbers[1:]]
    found += [drawn(seed=2**32), drawn(seed=2**64 - 1), drawn(epoch=1, index=2), drawn(epoch=2, index=1), drawn()]
    assert len(set(found)) == len(found)
    augment = pba.Augment("trivialaugment-wide", epochs=None)
    batch = pba.BatchAugment(
        "trivialaugment-wide", epochs=None, mean=(0, 0, 0), std=(1, 1, 1), crop_padding=0, flip=False, cutout=0, layout="nhwc")
    for number in numbers:
        # Both ways through the library draw by the same numbers.
        keys = [pba.Key(number, 3), pba.Key(5, number)]
        of_batch = batch(np.stack([image] * 2), keys)
        for key, numbers_of_one in zip(keys, of_batch, strict=True):
            one = augment.apply(image, epoch=key.epoch, index=int(key))
            has_data = np.any(numbers_of_one != 0, -1)
            assert np.array_equal((numbers_of_one * 255).round()[has_data], one[has_data])


def test_fill_is_where_there_is_no_data(tmp_path: Path) -> None:
    images = [picture(*size) for size in [(3, 3), (13, 7), (32, 32)]]
    filled = 0
    for draw in draws(tmp_path / "drawn", "trivialaugment-wide", images, count=20, seed=3):
        pixels = draw.with_alpha()
        for fill in ((0, 0, 0), (255, 1, 128)):
            augment = pba.Augment(
                "trivialaugment-wide", epochs=None, seed=draw.seed, trial=draw.trial, fill=fill, scale_to_size=False)
            expected = np.where(pixels[..., 3:] == 0, np.uint8(fill), pixels[..., :3])
            assert np.array_equal(augment.apply(draw.original, epoch=0, index=0), expected)
        filled += np.count_nonzero(pixels[..., 3] == 0)
    assert filled > 100


def normalised(pixels: np.ndarray, tail: pba.batch.Tail, layout: str) -> np.ndarray:
    """Make the numbers of a batch by definition: crop, flip, Cutout and normalisation of a draw."""
    height, width = pixels.shape[:2]
    mean, std = np.float64(np.float32(MEAN)), np.float64(np.float32(STD))
    levels = ((np.arange(256)[:, None] / 255 - mean) / std).astype(np.float32)
    result = np.zeros((height, width, 3), np.float32)
    left, top, right, bottom = tail.cutout
    for row in range(height):
        for column in range(width):
            x = (width - 1 - column if tail.flipped else column) + tail.shift[0]
            y = row + tail.shift[1]
            is_cut = top <= row < bottom and left <= column < right
            if 0 <= x < width and 0 <= y < height and pixels[y, x, 3] != 0 and not is_cut:
                result[row, column] = [levels[pixels[y, x, channel], channel] for channel in range(3)]
    return result.transpose(2, 0, 1) if layout == "nchw" else result


@pytest.mark.parametrize("policy", NAMES)
@pytest.mark.parametrize("scale", [False, True], ids=["published lengths", "scaled lengths"])
def test_batches_are_the_definition_of_each_sample(policy: str, scale: bool, tmp_path: Path, full: bool) -> None:
    sizes = {False: [(1, 9), (13, 7), (32, 32)], True: [(3, 3), (31, 33), (65, 64)]}[scale] if not full else SMALL
    images = [picture(*size) for size in (sizes if policy != "random" else [(32, 32)])]
    for draw in draws(tmp_path / "drawn", policy, images, count=3, seed=11, scale_to_size=scale):
        pixels = draw.with_alpha()
        assert np.array_equal(np.where(pixels[..., 3:] == 0, np.uint8(GREY), pixels[..., :3]), draw.pixels)
        height, width = pixels.shape[:2]
        for layout, settings in (
                ("nchw", {}), ("nhwc", {}), ("nchw", {"flip": False, "crop_padding": 0}),
                ("nhwc", {"crop_padding": 40} | ({} if policy.startswith("cutout") else {"cutout": 5}))):
            augment = pba.BatchAugment(
                policy, epochs=None, seed=draw.seed, trial=draw.trial, mean=MEAN, std=STD, layout=layout, scale_to_size=scale,
                **settings)
            if policy == "cutout" and scale and min(height, width) == 1:
                # A square in proportion to such an image has no pixel.
                with pytest.raises(ValueError, match="found cutout with a Cutout of 0 pixels, expected a size"):
                    augment(images[draw.place][None], [pba.Key(0, draw.epoch)])
                continue
            tail = augment.explain_tail(epoch=draw.epoch, index=0, size=(height, width))
            check_tail(tail, height, width, settings)
            expected = normalised(pixels, tail, layout)
            found = augment(images[draw.place][None], [pba.Key(0, draw.epoch)])
            assert found.dtype == np.float32 and found.shape == (1, *expected.shape)
            assert np.array_equal(found[0].view(np.int32), expected.view(np.int32)), (policy, layout, settings, draw)


def check_tail(tail: pba.batch.Tail, height: int, width: int, settings: dict) -> None:
    padding = settings.get("crop_padding", max(4, min(height, width) // 8 + 1))
    assert all(-padding <= shift < max(1, padding) for shift in tail.shift)
    assert not (tail.flipped and settings.get("flip") is False)
    left, top, right, bottom = tail.cutout
    assert 0 <= left <= right <= width and 0 <= top <= bottom <= height
    assert right - left <= settings.get("cutout", max(16, min(height, width))) + 1


@pytest.mark.parametrize("layout", ["nchw", "nhwc"])
def test_a_batch_is_its_samples(layout: str) -> None:
    """Threads, places, order, memory to write to and kind of array change no bit."""
    images = np.stack([picture(33, 21, seed) for seed in range(40)])
    augment = pba.BatchAugment("rcifar10", epochs=9, seed=5, mean=MEAN, std=STD, layout=layout)
    random = np.random.default_rng(1)
    indices, epochs = random.integers(0, 2**32, 40), random.integers(0, 9, 40)
    keys = [pba.Key(index, epoch) for index, epoch in zip(indices, epochs, strict=True)]
    alone = np.concatenate([augment(images[place][None], [keys[place]]) for place in range(40)])
    for threads in (1, 2, 4, 64):
        assert np.array_equal(augment(images, keys, threads=threads), alone)
        order = random.permutation(40)
        assert np.array_equal(augment(images[order], [keys[place] for place in order], threads=threads), alone[order])
        chosen = random.integers(0, 40, 75)
        by_place = augment(images, [keys[place] for place in chosen], threads=threads, places=chosen)
        assert np.array_equal(by_place, alone[chosen])
        out = np.full_like(alone, np.nan)
        assert augment(images, keys, threads=threads, out=out) is out and np.array_equal(out, alone)
        of_tensor = augment(torch.from_numpy(images), keys, threads=threads)
        assert isinstance(of_tensor, torch.Tensor) and np.array_equal(of_tensor.numpy(), alone)
        into = torch.empty(alone.shape)
        assert augment(images, keys, out=into, threads=threads) is into and np.array_equal(into.numpy(), alone)
    assert np.array_equal(augment(images, keys, places=torch.arange(40)), alone)
    assert np.array_equal(augment(images, keys, places=np.arange(40, dtype=">i2")), alone)
    assert augment(images[:0], []).shape == (0, *alone.shape[1:])
    assert augment(images, [], places=[]).shape == (0, *alone.shape[1:])


def test_images_that_belong_together_are_treated_alike(tmp_path: Path) -> None:
    frames = np.stack([picture(20, 30, seed) for seed in range(6)])
    augment = pba.Augment("trivialaugment-wide", epochs=None)
    for index in range(50):
        alone = [augment.apply(frame, epoch=0, index=index) for frame in frames]
        stack = torch.from_numpy(frames).permute(0, 3, 1, 2)
        together = augment.apply(stack.reshape(2, 3, 3, 20, 30), epoch=0, index=index)
        assert np.array_equal(together.reshape(6, 3, 20, 30).permute(0, 2, 3, 1).numpy(), np.stack(alone))


def test_grey_images_are_colour_images_of_three_equal_channels() -> None:
    augment = pba.Augment("rcifar10", epochs=200, fill=(50, 60, 70))
    for index in range(100):
        grey = picture(17, 23, index)[..., 0].copy()
        three = augment.apply(np.stack([grey] * 3, -1), epoch=199, index=index)
        for found in (
                augment.apply(grey, epoch=199, index=index), augment.apply(grey[..., None], epoch=199, index=index)[..., 0],
                np.asarray(augment.apply(Image.fromarray(grey), epoch=199, index=index)),
                augment.apply(torch.from_numpy(grey)[None], epoch=199, index=index)[0].numpy()):
            assert np.array_equal(found, three[..., 0])
