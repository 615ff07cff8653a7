#!/usr/bin/env python3
"""Runs the Python modules that `pba schedule export` writes for torchvision, and compares them with the program.

    check_exported_module.py --pba PATH [--jobs N]

Needs torch, torchvision (0.26 is what this is written for), Pillow and numpy. For every operation, magnitude and direction
the module must make the pixels of `pba apply`; its walk must have the chances of PBA's; workers of a DataLoader must see
the epoch.
"""

import argparse
import importlib
import itertools
import json
import math
import random
import subprocess
import sys
import tempfile
from collections import Counter
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from types import ModuleType
from typing import Any

import numpy as np
import torch
import torchvision
from PIL import Image
from torch.utils.data import DataLoader, Dataset

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "cli"))
from case_runner import Report, program  # noqa: E402

OPERATIONS = (
    "Rotate TranslateX TranslateY Brightness Color Invert Sharpness Posterize ShearX Solarize ShearY Equalize AutoContrast "
    "Cutout Contrast FlipHorizontal FlipVertical Grayscale Gamma Hue Zoom GaussianBlur JPEGCompression"
).split()
SIGNED = {"Rotate", "ShearX", "ShearY", "TranslateX", "TranslateY", "Hue", "Zoom"}
WITHOUT_PARAMETER = {"Invert", "Equalize", "AutoContrast", "FlipHorizontal", "FlipVertical", "Grayscale"}
SIZES = ((32, 32), (31, 33), (1, 1), (97, 211))
# 5 standard deviations of a chi-square statistic; seeds are fixed, so a chance is not taken twice.
DEVIATIONS = 5


def run(*command: object) -> str:
    done = subprocess.run(list(map(str, command)), capture_output=True, text=True)
    assert done.returncode == 0, f"{' '.join(map(str, command))}: exit {done.returncode}: {done.stderr.strip()[-400:]}"
    return done.stdout


def schedule(segments: Sequence[tuple[int, list[tuple[str, int, int]]]], count: Sequence[float] = (0.2, 0.3, 0.5)) -> str:
    """A schedule file; entries are operation, probability in tenths and magnitude."""
    return json.dumps({
        "format": "pba-schedule", "version": 1, "name": 'made "up" \\ \u202e\n', "epochs": sum(length for length, _ in segments),
        "operationCount": list(count), "probabilityScale": 10, "magnitudeScale": 10,
        "segments": [
            {"epochs": length, "policy": [
                {"operation": name, "probability": probability, "magnitude": magnitude}
                for name, probability, magnitude in policy
            ]}
            for length, policy in segments
        ],
        "provenance": {},
    })  # fmt: skip


class Exports:
    """Modules that the program has written into a folder from which they can be imported."""

    def __init__(self, pba: str, folder: Path) -> None:
        self.pba, self.folder = pba, folder
        sys.path.insert(0, str(folder))

    def module(self, name: str, source: str) -> ModuleType:
        """The module of a schedule, which is a name, or the text of a schedule file."""
        if source.startswith("{"):
            path = self.folder / f"{name}.json"
            path.write_text(source)
            source = str(path)
        run(self.pba, "schedule", "export", source, "--format", "torchvision", "-o", self.folder / f"{name}.py")
        importlib.invalidate_caches()
        return importlib.import_module(name)


def sample_images(height: int, width: int) -> np.ndarray:
    """RGBA images of one size: noise, few values, a ramp, a constant; some of their pixels have no data."""
    generator = np.random.default_rng(5)
    shape = (height, width)
    noise = generator.integers(0, 256, (*shape, 3), dtype=np.uint8)
    narrow = generator.integers(60, 180, (*shape, 3), dtype=np.uint8)
    ramp = np.clip(
        np.linspace(0, 255, width)[None, :, None] * np.linspace(0.2, 1, height)[:, None, None] + [0, 20, -30], 0, 255
    ).astype(np.uint8)
    constant = np.full((*shape, 3), (17, 130, 255), np.uint8)
    alpha = np.where(generator.random((*shape, 1)) < 0.3, 0, 255).astype(np.uint8)
    opaque = np.full((*shape, 1), 255, np.uint8)
    return np.stack([np.concatenate(pair, -1) for pair in (
        (noise, opaque), (narrow, alpha), (ramp, opaque), (constant, opaque))])


def applied(pba: str, images: np.ndarray, operation: str, *arguments: str) -> np.ndarray:
    """What the program makes of images."""
    with tempfile.TemporaryDirectory() as folder:
        source, result = Path(folder, "in.npy"), Path(folder, "out.npy")
        np.save(source, images)
        run(pba, "apply", operation, source, result, *arguments)
        return np.load(result)


def compare_pixels(exports: Exports, jobs: int) -> tuple[int, list[str]]:
    """Every operation, magnitude and direction, with the strengths that a module has for them."""
    module = exports.module(
        "every_magnitude", schedule([(1, [(name, 10, magnitude) for name in OPERATIONS for magnitude in range(10)])]))
    ((_, entries),) = module.SEGMENTS
    table = dict(zip(itertools.product(OPERATIONS, range(10)), entries, strict=True))
    cases = [
        (name, magnitude, negative, size)
        for name in OPERATIONS for magnitude in range(10)
        for negative in ((False, True) if name in SIGNED else (False,)) for size in SIZES
    ]  # fmt: skip

    def compare(case: tuple[str, int, bool, tuple[int, int]]) -> str | None:
        operation, magnitude, negative, (height, width) = case
        name, probability, strength, has_directions = table[operation, magnitude]
        if (name, probability, has_directions) != (operation, 1, operation in SIGNED):
            return f"{case}: the table has {table[operation, magnitude]}"
        images = sample_images(height, width)
        options = [f"--magnitude={magnitude}", *(["--negative"] if negative else [])]
        if operation == "Cutout":
            # A place near the corner, so that the square reaches over the edge.
            options.append(f"--center={min(2, width - 1)},{min(1, height - 1)}")
            draws = iter([min(1, height - 1), min(2, width - 1)])
            found = np.stack([np.array(cut_at(module, Image.fromarray(image), strength, draws)) for image in images[:1]])
            images = images[:1]
        else:
            change = module.OPERATIONS[operation]
            found = np.stack([
                np.array(change(Image.fromarray(image), -strength if negative else strength)) for image in images])
        expected = applied(exports.pba, images, operation, *options)
        different = np.argwhere(found != expected)
        if len(different) == 0:
            return None
        return f"{case}: {len(different)} bytes differ, first at {different[0]}"

    with ThreadPoolExecutor(jobs) as pool:
        found = list(pool.map(compare, cases))
    return len(cases), [words for words in found if words]


class Places(random.Random):
    """Draws the places, or the numbers, that it was given."""

    def __init__(self, places: Any) -> None:
        super().__init__()
        self.places = places

    def randrange(self, *bounds: Any) -> int:
        return next(self.places)

    def random(self) -> float:
        return next(self.places)


def with_draws(module: ModuleType, operation: str, image: Image.Image, strength: float, draws: Any) -> Image.Image:
    """An operation with known draws: the module draws from `random`, of which it sees a stand-in meanwhile."""
    # A function with names of its own, as other threads use the module too.
    change = type(module.OPERATIONS[operation])(
        module.OPERATIONS[operation].__code__, {**vars(module), "random": Places(draws)})
    return change(image, strength)


def cut_at(module: ModuleType, image: Image.Image, side: float, places: Any) -> Image.Image:
    """Cutout about a known place."""
    return with_draws(module, "Cutout", image, side, places)


def shares_of_key(key: int) -> list[float]:
    """The first eight numbers in 0..<1 that follow from a key below 2**32: Philox4x32-10 in the domain of operations."""
    numbers: list[float] = []
    for block in range(4):
        words, keys = [11 << 24 | block, 0, 0, 0], [key, 0]
        for _ in range(10):
            first, second = words[0] * 0xD2511F53, words[2] * 0xCD9E8D57
            words = [second >> 32 ^ words[1] ^ keys[0], second % 2**32, first >> 32 ^ words[3] ^ keys[1], first % 2**32]
            keys = [(keys[0] + 0x9E3779B9) % 2**32, (keys[1] + 0xBB67AE85) % 2**32]
        numbers += [((low | high << 32) >> 11) / 2**53 for low, high in (words[:2], words[2:])]
    return numbers


def compare_noise(exports: Exports) -> tuple[int, list[str]]:
    """Erase has the program's rectangle with the program's numbers, and noise is as strong as its parameter says."""
    names = ("Erase", "GaussianNoise")
    module = exports.module("noise", schedule([(1, [(name, 10, magnitude) for name in names for magnitude in range(10)])]))
    ((_, entries),) = module.SEGMENTS
    failures, checked = [], 0
    blank = np.zeros((1, 48, 61, 4), np.uint8)
    for name, _, strength, _ in entries:
        checked += 1
        if name == "GaussianNoise":
            torch.manual_seed(3)
            grey = np.full((100, 100, 4), 128, np.uint8)
            noisy = np.array(module.OPERATIONS[name](Image.fromarray(grey), strength))
            change = noisy[..., :3].astype(float) - 128
            # Rounding adds a twelfth to the variance; values are kept in 0...255.
            expected = math.sqrt(strength**2 + 1 / 12) if strength else 0
            if abs(change.std() - expected) > 0.03 * expected or abs(change.mean()) > 1.5 or (noisy[..., 3] != 128).any():
                failures.append(f"{name} {strength}: {change.mean():.2f} ± {change.std():.2f}")
            continue
        for key in range(6):
            numbers = shares_of_key(key)
            expected = applied(exports.pba, blank, name, f"--parameter={strength!r}", f"--key={key}")[0, ..., 3]
            rows, columns = (int(expected.any(axis).sum()) for axis in (1, 0))
            places = [int(share * bound) for share, bound in zip(numbers[2:4], (49 - rows, 62 - columns), strict=True)]
            found = with_draws(module, name, Image.fromarray(blank[0]), strength, iter([*numbers[:2], *places]))
            if not np.array_equal(np.array(found)[..., 3], expected):
                failures.append(f"{name} {strength}, key {key}: {rows} × {columns}, found {np.array(found)[..., 3].sum() // 255}")
    return checked, failures


def compare_drawn_operations(exports: Exports) -> tuple[int, list[str]]:
    """Operations with random numbers of their own: with the program's numbers, the program's pixels."""
    names = ("ChannelShuffle", "Perspective")
    module = exports.module("drawn", schedule([(1, [(name, 10, magnitude) for name in names for magnitude in range(10)])]))
    ((_, entries),) = module.SEGMENTS
    failures, checked = [], 0
    for name, _, strength, _ in entries:
        if name != "Perspective":
            continue
        for key in range(6):
            images = sample_images(48, 61)
            expected = applied(exports.pba, images, name, f"--parameter={strength!r}", f"--key={key}")
            found = np.stack([
                np.array(with_draws(module, name, Image.fromarray(image), strength, iter(shares_of_key(key))))
                for image in images])
            checked += 1
            # torchvision rounds coefficients to single precision.
            different = (found != expected).any(-1).mean()
            if different > 0.002:
                failures.append(f"{name} {strength}, key {key}: {different:.4f} of the pixels differ")
    erased, noise_failures = compare_noise(exports)
    checked, failures = checked + erased, failures + noise_failures
    image = sample_images(9, 7)
    orders = {applied(exports.pba, image, "ChannelShuffle", f"--key={key}").tobytes() for key in range(40)}
    random.seed(0)
    change = module.OPERATIONS["ChannelShuffle"]
    drawn = Counter(
        np.stack([np.array(change(Image.fromarray(one), 0))[None] for one in image[:1]]).tobytes() for _ in range(5000))
    firsts = {np.frombuffer(order, np.uint8).reshape(image.shape)[:1].tobytes() for order in orders}
    # A standard deviation of 28.
    if len(orders) != 5 or set(drawn) != firsts or any(abs(times - 1000) > 140 for times in drawn.values()):
        failures.append(f"ChannelShuffle: {len(orders)} orders in the program, {sorted(drawn.values())} in the module")
    return checked + 1, failures


def compare_whole_images(exports: Exports) -> tuple[int, list[str]]:
    """What the module makes of whole images against the operations that it has drawn, one after another by the program."""
    module = exports.module("whole", schedule([(3, [(name, 5, 7) for name in OPERATIONS if name != "Cutout"])]))
    failures, checked, longest = [], 0, 0
    image = Image.fromarray(sample_images(32, 48)[0][..., :3])
    grey = image.convert("L")
    for fill, source in ((None, image), ((1, 2, 3), image), ((125, 122, 113), grey)):
        augment = module.Augment(fill=fill)
        for seed in range(15):
            random.seed(seed)
            drawn = augment.draw(32)
            longest = max(longest, len(drawn))
            random.seed(seed)
            found = np.array(augment(source))
            expected = np.array(source.convert("RGBA"))[None]
            for name, strength in drawn:
                options = [] if name in WITHOUT_PARAMETER else [f"--parameter={strength!r}"]
                expected = applied(exports.pba, expected, name, *options)
            colours = expected[0][..., :3].copy()
            if fill is not None:
                colours[expected[0][..., 3] == 0] = fill
            checked += 1
            if found.shape != colours.shape or not (found == colours).all():
                failures.append(f"fill {fill}, seed {seed}: {drawn} gives other pixels than the program")
    if longest != 2:
        failures.append(f"no image had two operations: {longest}")
    return checked, failures


def chances(probabilities: Sequence[float], count: Sequence[float]) -> dict[tuple[int, ...], float]:
    """The chance of every outcome of PBA's walk, by going through all orders and all ways to fire."""
    result: Counter[tuple[int, ...]] = Counter()
    orders = list(itertools.permutations(range(len(probabilities))))
    for order in orders:
        for fires in itertools.product((False, True), repeat=len(order)):
            chance = math.prod(probabilities[i] if fire else 1 - probabilities[i] for i, fire in zip(order, fires, strict=True))
            fired = [i for i, fire in zip(order, fires, strict=True) if fire]
            for number, share in enumerate(count):
                result[tuple(fired[:number])] += chance * share / len(orders)
    return dict(result)


def surprise(found: Counter, expected: dict[tuple[int, ...], float], draws: int) -> str | None:
    """Why drawn outcomes do not fit their chances, by a chi-square statistic; nil where they do."""
    impossible = [outcome for outcome in found if expected.get(outcome, 0) == 0]
    if impossible:
        return f"{impossible[:3]} cannot happen, and did"
    terms = [(found[outcome] - draws * chance) ** 2 / (draws * chance) for outcome, chance in expected.items() if chance > 0]
    freedom = len(terms) - 1
    if sum(terms) > freedom + DEVIATIONS * math.sqrt(2 * freedom):
        return f"chi-square {sum(terms):.1f} with {freedom} degrees of freedom"
    return None


def compare_walk(exports: Exports) -> tuple[int, list[str]]:
    """Which operations are drawn, how many, in which order and direction."""
    failures = []
    policies = [
        [("Invert", 3, 0), ("Equalize", 7, 0), ("Color", 10, 3), ("Posterize", 1, 5), ("Solarize", 5, 2)],
        [("Rotate", 4, 7)],
        [("Invert", 10, 0), ("Equalize", 10, 0), ("Contrast", 10, 0)],
        [("Invert", 0, 3)],
    ]
    for number, count in enumerate(((0.2, 0.3, 0.5), (0.1, 0.2, 0.3, 0.4))):
        module = exports.module(f"walk_{number}", schedule([(2, policy) for policy in policies], count))
        for place, policy in enumerate(policies):
            augment = module.Augment()
            augment.set_epoch(2 * place + 1)
            random.seed(place)
            places = {name: index for index, (name, _, _) in enumerate(policy)}
            draws = [augment.draw() for _ in range(20_000)]
            found = Counter(tuple(places[name] for name, _ in drawn) for drawn in draws)
            words = surprise(found, chances([probability / 10 for _, probability, _ in policy], count), len(draws))
            if words:
                failures.append(f"{policy} with {count}: {words}")
            directions = Counter(strength > 0 for drawn in draws for name, strength in drawn if name == "Rotate")
            if directions and abs(directions[True] - directions[False]) > 5 * math.sqrt(directions.total()):
                failures.append(f"directions of Rotate: {directions}")
    return 2 * len(policies), failures


def compare_policies(exports: Exports) -> tuple[int, list[str]]:
    """The policy of every epoch against the program's own table."""
    failures, checked = [], 0
    for name in ("rcifar10", "rsvhn"):
        module = exports.module(f"published_{name}", name)
        rows: dict[int, list[tuple[str, float, int]]] = {}
        for line in run(exports.pba, "schedule", "export", name, "--format", "csv").splitlines()[1:]:
            epoch, _, operation, probability, magnitude = line.split(",")
            rows.setdefault(int(epoch), []).append((operation, float(probability), int(magnitude)))
        augment = module.Augment()
        if (module.EPOCHS, module.NAME, module.OPERATION_COUNT) != (len(rows), name, (0.2, 0.3, 0.5)):
            failures.append(f"{name}: {module.EPOCHS} epochs, {module.NAME}, {module.OPERATION_COUNT}")
        for epoch, entries in rows.items():
            augment.set_epoch(epoch - 1)
            expected = [entry[:2] for entry in entries if entry[1] > 0]
            checked += 1
            if [entry[:2] for entry in augment.policy()] != expected:
                failures.append(f"{name}, epoch {epoch}: found {augment.policy()}, expected {expected}")
        augment.set_epoch(10**6)
        if augment.policy() != module.SEGMENTS[-1][1]:
            failures.append(f"{name}: another policy than the last after the end")
    return checked, failures


def compare_lengths(exports: Exports) -> tuple[int, list[str]]:
    """Lengths that follow the size of images are those of a training, as `pba preview` shows them."""
    failures, checked = [], 0
    module = exports.module(
        "lengths", schedule([(1, [(name, 10, m) for name in ("TranslateX", "Cutout") for m in range(10)])], (0, 1)))
    expected = {
        # Half away from zero, to whole pixels and to even sides.
        ("TranslateX", side): {math.floor(m * side / 32 + 0.5) for m in range(10)} for side in (24, 48, 97)
    } | {("Cutout", side): {2 * math.floor(m * side / 32 + 0.5) for m in range(10)} for side in (24, 48, 97)}
    for (name, side), values in expected.items():
        random.seed(1)
        drawn = [module.Augment(scale_to_size=True).draw(side) for _ in range(500)]
        found = {abs(strength) for ((operation, strength),) in drawn if operation == name}
        checked += 1
        if found != values:
            failures.append(f"{name} at {side}: found {sorted(found)}, expected {sorted(values)}")
    random.seed(1)
    plain = {abs(strength) for _ in range(500) for operation, strength in module.Augment().draw(97) if operation == "TranslateX"}
    if plain != set(range(10)):
        failures.append(f"without scaling: {plain}")
    return checked + 1, failures


class Epochs(Dataset):
    """A dataset of the epochs that a transform has when it is asked."""

    def __init__(self, augment: Any) -> None:
        self.augment = augment

    def __len__(self) -> int:
        return 24

    def __getitem__(self, index: int) -> int:
        self.augment(Image.new("RGB", (4, 4)))
        return self.augment.epoch


def check_workers(exports: Exports) -> tuple[int, list[str]]:
    """Workers see the epoch, also persistent ones."""
    failures, checked = [], 0
    module = exports.module("workers", "rcifar10")
    for context in ("fork", "spawn"):
        for persistent in (False, True):
            augment = module.Augment()
            loader = DataLoader(
                Epochs(augment), batch_size=4, num_workers=2, persistent_workers=persistent, multiprocessing_context=context)
            for epoch in (0, 1, 57):
                augment.set_epoch(epoch)
                found = torch.cat(list(loader)).tolist()
                checked += 1
                if found != [epoch] * 24:
                    failures.append(f"{context}, persistent {persistent}, epoch {epoch}: found {found}")
    return checked, failures


def check_refusals(exports: Exports) -> tuple[int, list[str]]:
    """Wrong calls are refused in words, and a name from a stranger is no code."""
    module = exports.module("named", schedule([(1, [("Invert", 5, 0)])]))
    augment = module.Augment()
    failures: list[str] = []

    def refused(call: Callable[[], object], kind: type[Exception], *words: str) -> None:
        try:
            call()
        except kind as error:
            if not all(word in str(error) for word in words):
                failures.append(f"{kind.__name__}: {error}")
        else:
            failures.append(f"no {kind.__name__}")

    refused(lambda: augment(torch.zeros(3, 4, 4)), TypeError, "found Tensor", "expected a PIL image")
    refused(lambda: augment.set_epoch(-1), ValueError, "epoch: found -1")
    if module.NAME != 'made "up" \\ \u202e\n':
        failures.append(f"the name became {module.NAME!r}")
    if "\u202e" in Path(module.__file__).read_text():
        failures.append("the name stands in the source as it is")
    if "epoch 0 of 1" not in repr(augment):
        failures.append(repr(augment))
    return 5, failures


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--pba", type=program, required=True, help="the program to test")
    parser.add_argument("--jobs", type=int, default=2, help="programs to run at once [2]")
    options = parser.parse_args()
    report = Report()
    with tempfile.TemporaryDirectory() as folder:
        exports = Exports(options.pba, Path(folder))
        report.count(*compare_pixels(exports, options.jobs))
        for part in (
            compare_drawn_operations, compare_whole_images, compare_walk, compare_policies, compare_lengths, check_workers,
            check_refusals,
        ):  # fmt: skip
            report.count(*part(exports))
    print(f"torchvision {torchvision.__version__}")
    report.finish()


if __name__ == "__main__":
    main()
