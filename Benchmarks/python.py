#!/usr/bin/env python3
"""Times swift_pba in Python beside torchvision, albumentations, kornia and timm: all in this process, in turns, on one thread.

    python Benchmarks/python.py [--part batch|sample|loader|call]... [--size 32|224]... [--rounds 9] [--json]

Parts: whole batches of 128 (policy, crop, flip, normalisation; ours also Cutout), single images as PIL images and as tensors,
a DataLoader with two workers over 12,800 images of 32×32, and a call that does nothing beside a copy. A rival that is not
installed is left out and named. Needs numpy, Pillow and torch; see rivals/requirements.txt.
"""

import argparse
import importlib
import json
import os
import platform
import random
import statistics
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

os.environ.setdefault("OMP_NUM_THREADS", "1")
os.environ["NO_ALBUMENTATIONS_UPDATE"] = "1"
sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "Python"))
import numpy as np  # noqa: E402
import swift_pba as pba  # noqa: E402
import torch  # noqa: E402
from PIL import Image  # noqa: E402

BATCH = 128
IMAGES = 12_800
MEAN, STD = (0.4914, 0.4822, 0.4465), (0.247, 0.2435, 0.2616)
LEAST = 0.03  # seconds that one measurement takes at least
EPOCH = 150  # a late epoch of rcifar10, in which most operations are applied

Work = Callable[[], Any]
missing: set[str] = set()


def found(name: str) -> Any:
    """A module, or None where it is not installed."""
    try:
        return importlib.import_module(name)
    except ImportError:
        missing.add(name.partition(".")[0])
        return None


v2 = found("torchvision.transforms.v2")
albumentations = found("albumentations")
kornia = found("kornia.augmentation")
timm = found("timm.data.auto_augment")


def two_of_eleven() -> Any:
    """Two of albumentations' operations that are like those of the policies."""
    a = albumentations
    return a.SomeOf([
        a.Rotate(30), a.Affine(shear=(-15, 15)), a.Affine(translate_percent=0.3), a.RandomBrightnessContrast(), a.ColorJitter(),
        a.InvertImg(), a.Sharpen(), a.Posterize(), a.Solarize(), a.Equalize(), a.AutoContrast()], n=2)


def processor() -> str:
    """The name of the processor."""
    lines = Path("/proc/cpuinfo").read_text().splitlines() if Path("/proc/cpuinfo").exists() else []
    names = [line.partition(":")[2].strip() for line in lines if line.startswith("model name")]
    return names[0] if names else platform.processor() or platform.machine()


def noise(count: int, side: int) -> np.ndarray:
    """Smooth random images: neighbours are alike, as in photographs."""
    generator = np.random.default_rng(0)
    coarse = generator.integers(0, 256, (count, side // 8 + 1, side // 8 + 1, 3), dtype=np.uint8)
    fine = coarse.repeat(8, 1).repeat(8, 2)[:, :side, :side].astype(np.int16)
    return np.clip(fine + generator.integers(-20, 21, fine.shape), 0, 255).astype(np.uint8)


def batches(side: int) -> Iterator[tuple[str, int, Work]]:
    """A batch of images as normalised numbers: the name, the number of images, and the work."""
    images = noise(BATCH, side)
    keys = [pba.Key(index, EPOCH) for index in range(BATCH)]
    output = np.empty((BATCH, 3, side, side), np.float32)
    for policy in ("rcifar10", "trivialaugment-wide", "none"):
        augment = pba.BatchAugment(policy, epochs=200, mean=MEAN, std=STD)
        yield f"swift_pba {policy}", BATCH, lambda augment=augment: augment(images, keys, out=output)
    if v2:
        tail = [v2.RandomCrop(side, padding=side // 8), v2.RandomHorizontalFlip()]
        last = [v2.ToImage(), v2.ToDtype(torch.float32, scale=True), v2.Normalize(MEAN, STD)]
        pictures = [Image.fromarray(image) for image in images[:32]]
        tensors = [torch.from_numpy(image).permute(2, 0, 1).contiguous() for image in images[:32]]
        whole = torch.from_numpy(images).permute(0, 3, 1, 2).contiguous()
        for name, operation in (("TrivialAugmentWide", v2.TrivialAugmentWide()), ("RandAugment", v2.RandAugment())):
            transform = v2.Compose([operation, *tail, *last])
            for kind, inputs in (("PIL", pictures), ("tensor", tensors)):
                yield (f"torchvision {name} {kind}, a sample at a time", len(inputs),
                       lambda transform=transform, inputs=inputs: torch.stack([transform(image) for image in inputs]))
            yield f"torchvision {name}, one draw for the batch", BATCH, lambda transform=transform: transform(whole)
    if albumentations:
        a = albumentations
        some = a.Compose([
            two_of_eleven(), a.PadIfNeeded(side + side // 4, side + side // 4), a.RandomCrop(side, side), a.HorizontalFlip(),
            a.Normalize(MEAN, STD)])
        yield "albumentations SomeOf 2 of 11", 32, lambda: np.stack([some(image=image)["image"] for image in images[:32]])
    if kornia:
        floats = torch.from_numpy(images).permute(0, 3, 1, 2).float().div(255)
        for name in ("TrivialAugment", "RandAugment"):
            kind = getattr(importlib.import_module("kornia.augmentation.auto"), name)
            operation = kind(n=2, m=9) if name == "RandAugment" else kind()
            yield f"kornia {name}, batch of floats", BATCH, lambda operation=operation: operation(floats)


def samples(side: int) -> Iterator[tuple[str, int, Work]]:
    """Single images, 8 bits in and out."""
    images = noise(32, side)
    pictures = [Image.fromarray(image) for image in images]
    tensors = [torch.from_numpy(image).permute(2, 0, 1).contiguous() for image in images]
    for policy in ("trivialaugment-wide", "rcifar10"):
        augment = pba.Augment(policy, epochs=200)
        for kind, inputs in (("PIL", pictures), ("tensor", tensors), ("array", list(images))):
            yield (f"swift_pba {policy} {kind}", 32, lambda augment=augment, inputs=inputs: [
                augment.apply(image, epoch=EPOCH, index=index) for index, image in enumerate(inputs)])
    if v2:
        for name, operation in (
            ("TrivialAugmentWide", v2.TrivialAugmentWide()), ("RandAugment", v2.RandAugment()), ("AugMix", v2.AugMix())):
            for kind, inputs in (("PIL", pictures), ("tensor", tensors)):
                yield (f"torchvision {name} {kind}", 32,
                       lambda operation=operation, inputs=inputs: [operation(image) for image in inputs])
    if albumentations:
        some = albumentations.Compose([two_of_eleven()])
        yield "albumentations SomeOf 2 of 11", 32, lambda: [some(image=image)["image"] for image in images]
    if timm:
        for name, transform in (
            ("rand-m9-mstd0.5", timm.rand_augment_transform("rand-m9-mstd0.5", {})),
            ("augmix-m3-w3", timm.augment_and_mix_transform("augmix-m3-w3", {}))):
            yield f"timm {name} PIL", 32, lambda transform=transform: [transform(image) for image in pictures]


class Images(torch.utils.data.Dataset):
    """Images in memory, with a transform."""

    def __init__(self, images: np.ndarray, transform: Callable[[Any], Any], as_pil: bool = False) -> None:
        self.images, self.transform, self.as_pil = images, transform, as_pil

    def __len__(self) -> int:
        return len(self.images)

    def __getitem__(self, index: int) -> Any:
        image = self.images[index]
        return self.transform(Image.fromarray(image) if self.as_pil else image)


class Batches(Images):
    """The same, a whole batch at once."""

    def __getitems__(self, keys: list[pba.Key]) -> torch.Tensor:
        return torch.from_numpy(self.transform(self.images, keys, places=np.asarray(keys)))


def as_floats(image: np.ndarray) -> torch.Tensor:
    """A tensor of an array."""
    return torch.from_numpy(image).permute(2, 0, 1).float().div_(255)


def loaders(side: int) -> Iterator[tuple[str, int, Work]]:
    """A pass over a loader with two workers that live on."""
    images = noise(IMAGES, side)
    options = {"batch_size": BATCH, "shuffle": True, "num_workers": 2, "persistent_workers": True}

    def consume(loader: Any) -> Work:
        iter(loader)
        return lambda: sum(len(batch) for batch in loader)

    plain = torch.utils.data.DataLoader
    yield "nothing but floats", IMAGES, consume(plain(Images(images, as_floats), **options))
    augment = pba.Augment("trivialaugment-wide", epochs=None)
    yield "swift_pba a sample at a time", IMAGES, consume(
        pba.loader(Images(images, lambda image: as_floats(augment(image))), **options))
    batch = pba.BatchAugment("trivialaugment-wide", epochs=None, mean=MEAN, std=STD)
    yield "swift_pba a batch at a time", IMAGES, consume(
        pba.loader(pba.wrap(Batches(images, batch), batched=True), collate_fn=lambda batch: batch, **options))
    if albumentations:
        some = albumentations.Compose([two_of_eleven()])
        yield "albumentations SomeOf 2 of 11", IMAGES, consume(
            plain(Images(images, lambda image: as_floats(some(image=image)["image"])), **options))
    if v2:
        transform = v2.Compose([v2.TrivialAugmentWide(), v2.ToImage(), v2.ToDtype(torch.float32, scale=True)])
        yield "torchvision TrivialAugmentWide PIL", IMAGES, consume(plain(Images(images, transform, as_pil=True), **options))


def calls(side: int) -> Iterator[tuple[str, int, Work]]:
    """A call that does nothing, beside the copy that it cannot do without."""
    image = noise(1, side)[0]
    augment = pba.Augment("none", epochs=None)
    yield "a copy", 1, image.copy
    yield "swift_pba none, array", 1, lambda: augment.apply(image, epoch=0, index=0)


PARTS = {"batch": batches, "sample": samples, "loader": loaders, "call": calls}


def measure(work: Work, images: int) -> float:
    """Microseconds of elapsed time for an image."""
    count, took = 0, 0.0
    while took < LEAST:
        start = time.perf_counter()
        work()
        took += time.perf_counter() - start
        count += 1
    return took / count / images * 1e6


def main() -> None:
    """Measure what was asked for."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--part", nargs="+", choices=PARTS, default=list(PARTS))
    parser.add_argument("--size", nargs="+", type=int, default=[32, 224])
    parser.add_argument("--rounds", type=int, default=9)
    parser.add_argument("--json", action="store_true")
    options = parser.parse_args()
    torch.set_num_threads(1)
    random.seed(0)
    results = []
    for part in options.part:
        for side in [32] if part == "loader" else options.size:
            works = [(name, count, work) for name, count, work in PARTS[part](side)]
            times: dict[str, list[float]] = {name: [] for name, _, _ in works}
            for _, count, work in works:  # warm
                measure(work, count)
            for _ in range(options.rounds):
                for name, count, work in works:
                    times[name].append(measure(work, count))
            results += [{"part": part, "side": side, "name": name, "microseconds": values} for name, values in times.items()]
    if options.json:
        return print(json.dumps({"results": results, "missing": sorted(missing)}))
    versions = ", ".join(f"{name} {getattr(importlib.import_module(name), '__version__', '?')}" for name in (
        "torch", "torchvision", "albumentations", "kornia", "timm", "PIL") if name not in missing)
    print(f"{processor()}, Python {platform.python_version()}, {versions}; µs an image, elapsed, "
          f"n = {options.rounds}")
    for name in sorted(missing):
        print(f"left out, as it is not installed: {name}")
    heading = None
    for result in results:
        if heading != (result["part"], result["side"]):
            heading = (result["part"], result["side"])
            print(f"\n{result['part']}, {result['side']}×{result['side']}")
        values = result["microseconds"]
        print(f"  {result['name']:52} {statistics.median(values):10.2f} [{min(values):.2f}, {max(values):.2f}]")


if __name__ == "__main__":
    main()
