"""Images become the numbers that the program computes."""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
import torch
from PIL import Image
from swift_pba import models
from swift_pba.models.resampling import covering
from trained import evaluated, measured, require_same, small_checkpoint, trained


@pytest.fixture(autouse=True)
def one_thread() -> None:
    torch.set_num_threads(1)
    torch.manual_seed(0)


def _image(generator: np.random.Generator, kind: str) -> Image.Image:
    height, width = generator.integers(5, 90, 2)
    pixels = Image.fromarray(generator.integers(0, 256, (height, width, 4), np.uint8), "RGBA")
    return pixels if kind == "RGBA" else pixels.convert("RGB").convert(kind)


def test_images_of_a_folder_become_the_numbers_that_the_program_computes(tmp_path: Path) -> None:
    generator = np.random.default_rng(1)
    kinds = ("RGB", "RGBA", "L", "P", "1", "LA")
    images: list[Path] = []
    for split, count in (("train", 20), ("test", 60)):
        for name in ("a", "b"):
            folder = tmp_path / "images" / split / name
            folder.mkdir(parents=True)
            for index in range(count):
                image, exif = _image(generator, kinds[index % len(kinds)]), Image.Exif()
                exif[0x0112] = 1 + index % 8
                image.save(folder / f"{index:02d}.png", exif=exif)
                if split == "test":
                    images.append(folder / f"{index:02d}.png")
    data, places = f"folder:{tmp_path / 'images'}", ("--data-dir", str(tmp_path / "data"))
    trained(tmp_path / "run", "wrn_10_1", "--image-size", "27x30", *places, dataset=data)
    network = models.load(tmp_path / "run")
    assert network.info.image_size == (27, 30)
    inputs = torch.stack([models.preprocess(Image.open(path), network.info) for path in images])
    labels = torch.tensor([int(path.parent.name == "b") for path in images])
    with torch.no_grad():
        require_same(evaluated(tmp_path / "run", data, *places), measured(network(inputs), labels))


def by_pillow(image: np.ndarray, height: int, width: int) -> np.ndarray:
    old_height, old_width = image.shape[:2]
    ratio = max(height / old_height, width / old_width)
    size = [max(int(length * ratio + 0.5), least) for length, least in ((old_width, width), (old_height, height))]
    scaled = Image.fromarray(image)
    # One axis at a time, since the order of the passes differs between versions of Pillow.
    down_first = old_height > size[1] and old_height - size[1] > 2 * (old_width - size[0])
    for axis in (1, 0) if down_first else (0, 1):
        step = [scaled.width, scaled.height]
        step[axis] = size[axis]
        scaled = scaled.resize(step, Image.Resampling.BILINEAR)
    left, top = (size[0] - width) // 2, (size[1] - height) // 2
    return np.asarray(scaled.crop((left, top, left + width, top + height)))


def test_scaled_images_have_the_bytes_of_pillow() -> None:
    generator = np.random.default_rng(2)
    for number in range(600):
        (height, width), (new_height, new_width) = generator.integers(1, 120, 2), generator.integers(1, 60, 2)
        image = generator.integers(0, 256, (height, width, 3), np.uint8)
        if number % 3 == 0:
            image[:] = 255  # the largest sums
        elif number % 3 == 1:
            image = image[::-1, ::-1]
        expected = by_pillow(image, new_height, new_width)
        assert np.array_equal(covering(image, new_height, new_width), expected), (image.shape, new_height, new_width)


@pytest.mark.parametrize("shape", [(3000, 4000, 3), (4000, 3000, 3), (1500, 8000, 3), (2999, 1501, 3)])
def test_photographs_have_the_bytes_of_pillow_and_take_little_longer(shape: tuple[int, int, int]) -> None:
    image = np.random.default_rng(4).integers(0, 256, shape, np.uint8)

    def timed(scale: Callable[[np.ndarray, int, int], np.ndarray]) -> tuple[np.ndarray, float]:
        times = []
        for _ in range(3):
            before = time.process_time()
            scaled = scale(image, 224, 224)
            times.append(time.process_time() - before)
        return scaled, min(times)

    (expected, theirs), (found, ours) = timed(by_pillow), timed(covering)
    assert np.array_equal(found, expected)
    # About 3 times; work in proportion to old places times new ones takes more than 20 times.
    assert ours < 12 * theirs, (ours, theirs)


def test_every_kind_of_image_gives_the_same_numbers() -> None:
    info = models.read_info(small_checkpoint())
    image = np.random.default_rng(3).integers(0, 256, (28, 28, 3), np.uint8)
    expected = (torch.from_numpy(image).double() / 255 - torch.tensor(info.mean, dtype=torch.float64)) / torch.tensor(
        info.std, dtype=torch.float64
    )
    found = models.preprocess(image, info)
    assert found.dtype == torch.float32 and found.shape == (3, 28, 28)
    assert torch.allclose(found, expected.movedim(-1, 0).float(), rtol=1e-6, atol=1e-7)
    tensor = torch.from_numpy(image).movedim(-1, 0)
    for other in (Image.fromarray(image), tensor, image[::1, ::1].copy(order="F")):
        assert torch.equal(models.preprocess(other, info), found)
    assert torch.equal(models.preprocess(np.stack([image, image]), info), torch.stack([found, found]))
    assert torch.equal(models.preprocess(torch.stack([tensor, tensor]), info), torch.stack([found, found]))
    grey = image[..., 0]
    for other in (grey[..., None], torch.from_numpy(grey)[None], Image.fromarray(grey)):
        assert torch.equal(models.preprocess(other, info), models.preprocess(grey, info))


@pytest.mark.parametrize(("image", "error"), [
    (np.zeros((8, 8, 3)), ValueError), (np.zeros((8, 8, 4), np.uint8), ValueError), (np.zeros((3, 8, 8), np.uint8), ValueError),
    (np.zeros(8, np.uint8), ValueError), (np.zeros((0, 8, 3), np.uint8), ValueError), (torch.zeros(3, 8, 8), ValueError),
    (torch.zeros(8, 8, 3, dtype=torch.uint8), ValueError), (Image.new("CMYK", (8, 8)), ValueError),
    (Image.new("I;16", (8, 8)), ValueError), ("cat.png", TypeError), (None, TypeError),
])
def test_other_images_are_refused(image: object, error: type[Exception]) -> None:
    with pytest.raises(error, match="image: found .*, expected"):
        models.preprocess(image, models.read_info(small_checkpoint()))


def test_a_long_thin_image_takes_no_more_than_its_pixels() -> None:
    info = models.read_info(small_checkpoint())
    assert models.preprocess(np.zeros((1, 100_000, 3), np.uint8), info).shape == (3, 28, 28)
    assert models.preprocess(np.zeros((100_000, 1, 3), np.uint8), info).shape == (3, 28, 28)
