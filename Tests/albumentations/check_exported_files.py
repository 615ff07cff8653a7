#!/usr/bin/env python3
"""Loads the files that `pba schedule export` writes for Albumentations, and compares what they do with the program.

    check_exported_files.py --pba PATH [--jobs N]

Needs albumentations 2.0.8 and numpy. Every file must load without a warning; operations that are said to have the pixels of
the program must have them, and others must come as near as is said; the choice among operations must have the chances of
PBA's walk.
"""

import argparse
import json
import os
import random
import subprocess
import sys
import tempfile
import warnings
from collections import Counter
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

os.environ["NO_ALBUMENTATIONS_UPDATE"] = "1"  # it would ask the registry for a newer version

import albumentations  # noqa: E402
import numpy as np  # noqa: E402

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "cli"))
from case_runner import Report, program  # noqa: E402

SIGNED = ("Rotate", "ShearX", "ShearY", "TranslateX", "TranslateY", "Hue", "Zoom")
# For each operation: the share of bytes that may differ from the program's, the largest difference of a byte, and the mean
# difference over an image, on square images without noise.
LIMITS: dict[str, tuple[float, int, float]] = {
    **dict.fromkeys(("TranslateX", "TranslateY", "Brightness", "Invert", "Posterize", "Solarize"), (0, 0, 0)),
    "Rotate": (0.005, 255, 0.1),
    "Contrast": (1, 1, 1),
    "Color": (1, 2, 1),
    "Sharpness": (1, 255, 3),
    "AutoContrast": (1, 8, 2),
    "Equalize": (1, 255, 8),
    "ShearX": (1, 255, 8),
    "ShearY": (1, 255, 8),
    **dict.fromkeys(("FlipHorizontal", "FlipVertical"), (0, 0, 0)),
    **dict.fromkeys(("Grayscale", "Gamma"), (1, 1, 1)),
    "Hue": (1, 12, 4),
    "Zoom": (1, 255, 8),
    "GaussianBlur": (1, 8, 1),
    "JPEGCompression": (1, 90, 20),
}
DRAWS = 6000


def run(*command: object) -> str:
    done = subprocess.run(list(map(str, command)), capture_output=True, text=True)
    assert done.returncode == 0, f"{' '.join(map(str, command))}: exit {done.returncode}: {done.stderr.strip()[-400:]}"
    return done.stdout


def schedule(policies: Sequence[list[tuple[str, int, int]]], count: Sequence[float]) -> str:
    """A schedule file with an epoch for each policy; entries are operation, probability in tenths and magnitude."""
    return json.dumps({
        "format": "pba-schedule", "version": 1, "name": "made up", "epochs": len(policies), "operationCount": list(count),
        "probabilityScale": 10, "magnitudeScale": 10,
        "segments": [
            {"epochs": 1, "policy": [
                {"operation": name, "probability": probability, "magnitude": magnitude}
                for name, probability, magnitude in policy
            ]}
            for policy in policies
        ],
        "provenance": {},
    })  # fmt: skip


class Exports:
    """Files that the program has written into a folder."""

    def __init__(self, pba: str, folder: Path) -> None:
        self.pba, self.folder = pba, folder

    def files(self, name: str, source: str) -> list[Path]:
        """The files of a schedule, which is a name, or the text of a schedule file."""
        if source.startswith("{"):
            path = self.folder / f"{name}.json"
            path.write_text(source)
            source = str(path)
        run(self.pba, "schedule", "export", source, "--format", "albumentations", "-o", self.folder / name)
        return sorted((self.folder / name).glob("*.json"))


def load(path: Path, **changes: object) -> Any:
    """The transform of a file; a warning is an error."""
    content = json.loads(path.read_text())
    content["transform"].update(changes)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        if not changes:
            return albumentations.load(path)
        return albumentations.from_dict(content)


def sample_images(side: int) -> np.ndarray:
    """Square images of one size as photographs have them, without noise from pixel to pixel: [N, side, side, 3]."""
    generator = np.random.default_rng(3)
    y, x = np.mgrid[0:side, 0:side] / side
    images = []
    for _ in range(4):
        waves = [
            sum(np.sin(6.3 * (a * x + b * y) + c) for a, b, c in generator.uniform(-1.5, 1.5, (3, 3))) for _ in range(3)
        ]
        low, high = generator.uniform(10, 90), generator.uniform(150, 250)
        images.append(np.stack([low + (wave + 3) / 6 * (high - low) for wave in waves], -1))
    return np.stack(images).astype(np.uint8)


def applied(pba: str, images: np.ndarray, operation: str, magnitude: int, negative: bool = False) -> np.ndarray:
    """What the program makes of images."""
    with tempfile.TemporaryDirectory() as folder:
        source, result = Path(folder, "in.npy"), Path(folder, "out.npy")
        np.save(source, images)
        run(pba, "apply", operation, source, result, f"--magnitude={magnitude}", *(["--negative"] if negative else []))
        return np.load(result)


def wrong_instructions(text: str, folder: Path) -> list[str]:
    """Runs the lines of Python that stand in the text."""
    code = [line.strip() for line in text.splitlines() if line.startswith("    ") and not line.endswith(".json")]
    found: dict[str, Any] = {"image": np.full((32, 32, 3), 9, np.uint8)}
    before = Path.cwd()
    os.chdir(folder)
    try:
        exec("\n".join(code), found)
    finally:
        os.chdir(before)
    return [] if len(code) == 3 and found["image"].shape == (32, 32, 3) else [f"{code} gives {found['image']}"]


def check_published(exports: Exports) -> tuple[int, list[str]]:
    """The published schedules load, file by file, and are those of their epochs."""
    failures, checked = [], 0
    for name in ("rcifar10", "rsvhn"):
        files = exports.files(name, name)
        text = (files[0].parent / "README.txt").read_text()
        last = 0
        for path in files:
            first, end = map(int, path.stem.split("-")[1:])
            checked += 1
            if first != last + 1 or path.name not in text:
                failures.append(f"{name}: {path.name} does not follow epoch {last}, or is not in README.txt")
            last = end
            content = json.loads(path.read_text())
            if content["__version__"] != "2.0.8" or "random numbers" not in " ".join(content["__comment__"]).lower():
                failures.append(f"{path.name}: {content['__version__']}, {content['__comment__']}")
            augment = load(path)
            # A saved and loaded copy is the same transform.
            if albumentations.from_dict(json.loads(json.dumps(augment.to_dict()))).to_dict() != augment.to_dict():
                failures.append(f"{path.name}: another transform after saving and loading")
            image = np.zeros((32, 32, 3), np.uint8)
            if augment(image=image)["image"].shape != image.shape:
                failures.append(f"{path.name}: another shape")
        failures += [f"{name}: README.txt: {words}" for words in wrong_instructions(text, files[0].parent)]
        single = exports.folder / "single.json"
        single.unlink(missing_ok=True)
        run(exports.pba, "schedule", "export", name, "--format", "albumentations", "--epoch", last, "-o", single)
        if single.read_bytes() != files[-1].read_bytes():
            failures.append(f"{name}: --epoch {last} gives another file")
    return checked, failures


def compare_pixels(exports: Exports, jobs: int) -> tuple[int, list[str]]:
    """Every operation, magnitude and direction."""
    cases = [(name, magnitude) for name in LIMITS for magnitude in range(10)]
    files = exports.files("pixels", schedule([[(name, 10, magnitude)] for name, magnitude in cases], (0, 1)))

    def compare(case: tuple[tuple[str, int], Path]) -> list[str]:
        (operation, magnitude), path = case
        words = []
        for side in (32, 64):
            images = sample_images(side)[magnitude % 4 :][:1]
            augment = load(path)
            augment.set_random_seed(magnitude)
            directions = (False, True) if operation in SIGNED and magnitude > 0 else (False,)
            expected = [applied(exports.pba, images, operation, magnitude, negative).astype(int) for negative in directions]
            seen = set()
            for _ in range(12):
                found = augment(image=images[0])["image"].astype(int)
                distances = [np.abs(found - result[0]) for result in expected]
                nearest = min(range(len(distances)), key=lambda place: distances[place].mean())
                seen.add(nearest)
                share, most, mean = LIMITS[operation]
                distance = distances[nearest]
                if (distance > 0).mean() > share or distance.max() > most or distance.mean() > mean:
                    words.append(
                        f"{operation} {magnitude} at {side}: {(distance > 0).mean():.3f} of the bytes differ, at most by "
                        f"{distance.max()}, {distance.mean():.2f} in the mean")
                    break
            # Weak shears in both directions differ by less than the pixel that they may lie beside.
            if not words and len(seen) != len(directions) and magnitude > 2:
                words.append(f"{operation} {magnitude} at {side}: {len(seen)} directions in 12 draws")
        return words

    with ThreadPoolExecutor(jobs) as pool:
        found = list(pool.map(compare, zip(cases, files, strict=True)))
    return len(cases), [words for some in found for words in some]


def check_cutout(exports: Exports) -> tuple[int, list[str]]:
    """Cutout blanks a square of the right size and colour."""
    failures = []
    files = exports.files("cutout", schedule([[("Cutout", 10, magnitude)] for magnitude in range(10)], (0, 1)))
    image = np.full((32, 32, 3), 200, np.uint8)
    for magnitude, path in enumerate(files):
        augment = load(path)
        places = set()
        for _ in range(10):
            blank = (augment(image=image)["image"] == (125, 122, 113)).all(-1)
            rows, columns = np.flatnonzero(blank.any(1)), np.flatnonzero(blank.any(0))
            if blank.sum() != (2 * magnitude) ** 2 or len(rows) != len(columns) or len(rows) != 2 * magnitude:
                failures.append(f"Cutout {magnitude}: {blank.sum()} blank pixels in {len(rows)} rows")
                break
            places.add((rows[:1].tobytes(), columns[:1].tobytes()))
        if magnitude > 0 and len(places) < 2:
            failures.append(f"Cutout {magnitude}: always at the same place")
    return len(files), failures


def check_noise(exports: Exports) -> tuple[int, list[str]]:
    """GaussianNoise is as strong as its parameter, and Erase as large, with new shapes and colours."""
    failures = []
    cases = [(name, magnitude) for name in ("GaussianNoise", "Erase") for magnitude in range(10)]
    files = exports.files("noise", schedule([[(name, 10, magnitude)] for name, magnitude in cases], (0, 1)))
    grey = np.full((120, 120, 3), 128, np.uint8)
    for (name, magnitude), path in zip(cases, files, strict=True):
        augment = load(path)
        augment.set_random_seed(magnitude)
        changes = [augment(image=grey)["image"].astype(float) - 128 for _ in range(8)]
        if name == "GaussianNoise":
            found, expected, limit = np.std(changes), 5 * magnitude, 0.6
        else:
            places = [(change != 0).any(-1) for change in changes]
            found, expected, limit = np.mean(places), magnitude / 25, 0.01
            if magnitude and len({place.tobytes() for place in places}) < 8:
                failures.append(f"{name} {magnitude}: the same rectangle again")
            if magnitude and abs(changes[0][places[0]].std() - 74) > 6:
                failures.append(f"{name} {magnitude}: colours deviate by {changes[0][places[0]].std():.1f}")
        if abs(found - expected) > limit:
            failures.append(f"{name} {magnitude}: found {found:.3f}, expected {expected}")
    return len(cases), failures


def walk(policy: Sequence[tuple[str, int, int]], count: Sequence[float], generator: random.Random) -> tuple[int, ...]:
    """One draw of PBA's walk, as it is defined: the places of what is applied, in order."""
    wanted = generator.choices(range(len(count)), count)[0]
    drawn: list[int] = []
    for place in generator.sample(range(len(policy)), len(policy)):
        if len(drawn) < wanted and generator.random() < policy[place][1] / 10:
            drawn.append(place)
    return tuple(drawn)


def compare_walk(exports: Exports) -> tuple[int, list[str]]:
    """Which operations are applied, how many and in which order, against draws of the walk itself."""
    failures = []
    # Classes of Albumentations by which each entry is known.
    names = {
        "Invert": "InvertImg", "Equalize": "Equalize", "AutoContrast": "AutoContrast", "Posterize": "Posterize",
        "Solarize": "Solarize", "Color": "ColorJitter", "Rotate": "Rotate",
    }  # fmt: skip
    policies = [
        [("Invert", 3, 0), ("Equalize", 7, 0), ("AutoContrast", 10, 0), ("Posterize", 1, 5), ("Solarize", 5, 2)],
        [("Rotate", 4, 7), ("Invert", 2, 0), ("Color", 9, 9)],
        [("Rotate", 4, 7)],
        [("Invert", 0, 0)],
    ]
    cases = [(policy, count) for count in ((0.2, 0.3, 0.5), (0.5, 0.5)) for policy in policies]
    for number, (policy, count) in enumerate(cases):
        (path,) = exports.files(f"walk_{number}", schedule([policy], count))
        augment = load(path, save_applied_params=True)
        augment.set_random_seed(number)
        places = {names[name]: place for place, (name, _, _) in enumerate(policy)}
        found: Counter[tuple[int, ...]] = Counter()
        image = np.zeros((2, 2, 3), np.uint8)
        for _ in range(DRAWS):
            steps = [name for name, _ in augment(image=image)["applied_transforms"]]
            found[tuple(places[name] for name in steps if name in places)] += 1
        generator = random.Random(number)
        expected = Counter(walk(policy, count, generator) for _ in range(20 * DRAWS))
        if not set(found) <= set(expected):
            failures.append(f"{policy} with {count}: {set(found) - set(expected)} cannot happen, and did")
        chi_square = 0.0
        for outcome, times in expected.items():
            chance = times / expected.total()
            # The expectation is drawn too, from 20 times as many.
            chi_square += (found[outcome] - DRAWS * chance) ** 2 / (DRAWS * chance * (1 + 1 / 20))
        freedom = max(len(expected) - 1, 1)
        if chi_square > freedom + 5 * (2 * freedom) ** 0.5:
            failures.append(f"{policy} with {count}: chi-square {chi_square:.1f} with {freedom} degrees of freedom")
    return len(cases), failures


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--pba", type=program, required=True, help="the program to test")
    parser.add_argument("--jobs", type=int, default=2, help="programs to run at once [2]")
    options = parser.parse_args()
    report = Report()
    with tempfile.TemporaryDirectory() as folder:
        exports = Exports(options.pba, Path(folder))
        report.count(*check_published(exports))
        report.count(*compare_pixels(exports, options.jobs))
        report.count(*check_cutout(exports))
        report.count(*check_noise(exports))
        report.count(*compare_walk(exports))
    print(f"albumentations {albumentations.__version__}")
    report.finish()


if __name__ == "__main__":
    main()
