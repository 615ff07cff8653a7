#!/usr/bin/env python3
"""Compares RandAugment, TrivialAugment and AutoAugment of `pba` with torchvision.

    compare_with_torchvision.py --pba PATH [--jobs N]
    compare_with_torchvision.py --write-tables FILE

Needs torchvision (0.26 is what this is written for), Pillow and numpy. Checked are, for every operation, the
parameters that `pba policy show` prints against torchvision's table, and at every sixth strength the pixels that
`pba apply` makes against those that torchvision makes. The sub-policies of AutoAugment that torchvision has are looked
for among those of `pba`. The second form writes torchvision's tables as JSON, for the Swift tests.
"""

import argparse
import json
import math
import subprocess
import sys
import tempfile
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import numpy as np
import torchvision
from PIL import Image
from torchvision.transforms import InterpolationMode
from torchvision.transforms import autoaugment as tv

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "cli"))
from case_runner import Report, program  # noqa: E402

BINS = 31
# The 95 sub-policies of PBA's published code lack these of the 25 that torchvision has.
NOT_IN_THE_ORIGINAL = {"cifar10": range(16, 21), "svhn": ()}
MIXTURES = ("Brightness", "Color", "Contrast", "Sharpness")


def tables(height: int, width: int) -> dict[str, dict[str, dict[str, Any]]]:
    """Returns torchvision's tables: name, then for each operation its magnitudes by strength and its sign."""
    spaces = {
        "RandAugment": tv.RandAugment()._augmentation_space(BINS, (height, width)),
        "TrivialAugmentWide": tv.TrivialAugmentWide()._augmentation_space(BINS),
    }
    return {
        name: {
            operation: {"signed": signed, "magnitudes": values.tolist() if values.ndim else None}
            for operation, (values, signed) in space.items()
        }
        for name, space in spaces.items()
    }


def parameter(operation: str, magnitude: float) -> float:
    """Returns what torchvision hands to Pillow for a magnitude of its table."""
    if operation in MIXTURES:
        return 1.0 + magnitude
    if operation in ("TranslateX", "TranslateY", "Posterize"):
        # torchvision cuts off, and in single precision 15/30 of 32 pixels may be a hair below 16: that hair is not meant.
        return float(int(magnitude + math.copysign(1e-4, magnitude)))
    return magnitude


def shown(pba: str, policy: str, size: int) -> dict[str, Any]:
    """Returns the alternatives of a policy as `pba policy show` has them."""
    command = [pba, "policy", "show", policy, "--size", str(size), "--json"]
    return json.loads(subprocess.run(command, capture_output=True, text=True, check=True).stdout)


class Failures:
    """What differs, in words, of many comparisons."""

    def __init__(self) -> None:
        self.checked = 0
        self.texts = []

    def check(self, holds: object, text: str | None) -> None:
        self.checked += 1
        if not holds:
            self.texts.append(text)


def close(found: float, expected: float) -> bool:
    # torchvision's numbers are single precision.
    return abs(found - expected) <= 1e-6 * max(1.0, abs(expected))


def compare_step(
    failures: Failures, place: str, step: dict[str, Any], operation: str, row: dict[str, Any], strength: int
) -> None:
    """Compares one operation at one strength with a row of torchvision's table."""
    failures.check(step["operation"] == operation, f"{place}: found {step['operation']}, torchvision {operation}")
    if row["magnitudes"] is None:
        failures.check("opposite" not in step, f"{place} {operation}: has a direction, torchvision's has none")
        return
    magnitude = row["magnitudes"][strength]
    expected = parameter(operation, magnitude)
    failures.check(
        close(step["parameter"], expected),
        f"{place} {operation} strength {strength}: found {step['parameter']}, torchvision {expected}")
    failures.check(
        ("opposite" in step) == row["signed"], f"{place} {operation}: torchvision's sign is {row['signed']}")
    if row["signed"]:
        expected = parameter(operation, -magnitude)
        failures.check(
            close(step["opposite"], expected),
            f"{place} {operation} strength {strength}, other direction: found {step['opposite']}, "
            f"torchvision {expected}")


def compare_spaces(pba: str, failures: Failures) -> None:
    for size in (32, 97):
        of_torchvision = tables(size, size)
        table = of_torchvision["RandAugment"]
        # All strengths are compared below, by way of the policy that has all of them.
        for strength in (0, 9, 30):
            place = f"randaugment:2,{strength} at {size}"
            report = shown(pba, f"randaugment:2,{strength}", size)
            failures.check(report["draws"] == 2, f"{place}: {report['draws']} draws")
            failures.check(
                len(report["alternatives"]) == len(table), f"{place}: {len(report['alternatives'])} operations")
            for alternative, (operation, row) in zip(report["alternatives"], table.items(), strict=False):
                failures.check(alternative["weight"] == 1, f"{place} {operation}: weight {alternative['weight']}")
                if operation == "Identity":
                    failures.check(alternative["steps"] == [], f"{place}: the first is not the identity")
                else:
                    compare_step(failures, place, alternative["steps"][0], operation, row, strength)
        for policy, space in (("trivialaugment", "RandAugment"), ("trivialaugment-wide", "TrivialAugmentWide")):
            report = shown(pba, policy, size)
            alternatives = iter(report["alternatives"])
            failures.check(report["draws"] == 1, f"{policy}: {report['draws']} draws")
            for operation, row in of_torchvision[space].items():
                count = BINS if row["magnitudes"] else 1
                for strength in range(count):
                    alternative = next(alternatives, {"weight": 0, "steps": []})
                    # Every operation is as likely as any other, and so is every strength of one.
                    failures.check(
                        alternative["weight"] * count == BINS, f"{policy} {operation}: weight {alternative['weight']}")
                    if operation != "Identity":
                        compare_step(failures, f"{policy} at {size}", alternative["steps"][0], operation, row, strength)
            failures.check(next(alternatives, None) is None, f"{policy}: more operations than torchvision")


def compare_autoaugment(pba: str, failures: Failures) -> None:
    """Looks for every sub-policy of torchvision among those of the program."""
    for source, theirs in (("cifar10", tv.AutoAugmentPolicy.CIFAR10), ("svhn", tv.AutoAugmentPolicy.SVHN)):
        ours = [
            [(step["operation"], step["probability"], step["parameter"]) for step in alternative["steps"]]
            for alternative in shown(pba, f"autoaugment:{source}", 32)["alternatives"]
        ]
        for number, policy in enumerate(tv.AutoAugment()._get_policies(theirs)):
            matches = [
                index for index, steps in enumerate(ours)
                if all(
                    step[:2] == theirs[:2] and (theirs[2] is None or close(step[2], level_parameter(step[0], theirs[2])))
                    for step, theirs in zip(steps, policy, strict=False)
                )
            ]
            place = f"autoaugment:{source}, torchvision's sub-policy {number + 1} {policy}"
            expected = number + 1 not in NOT_IN_THE_ORIGINAL[source]
            failures.check(bool(matches) == expected, f"{place}: {'not ' if expected else ''}found")
            if source == "svhn":
                failures.check(number in matches, f"{place}: found at {matches}")


def level_parameter(operation: str, level: int) -> float:
    """Returns the parameter of a level 0...9 in the original's scale, of which torchvision's tables differ."""
    return {
        "Rotate": 3 * level, "ShearX": 0.03 * level, "ShearY": 0.03 * level, "TranslateX": level, "TranslateY": level,
        "Posterize": 4 - int(0.4 * level), "Solarize": 256 - int(25.6 * level),
    }.get(operation, 0.18 * level + 0.1)  # fmt: skip


def compare_pixels(pba: str, failures: Failures, jobs: int) -> None:
    """Compares the pixels of every operation at some strengths, in both directions."""
    random = np.random.default_rng(3)
    height, width = 32, 32
    noise = random.integers(0, 256, (height, width, 3), dtype=np.uint8)
    ramp = np.linspace(0, 255, width)[None, :, None] * np.linspace(0.2, 1, height)[:, None, None]
    smooth = np.clip(ramp + np.array([0, 20, -30]), 0, 255).astype(np.uint8)
    images = np.stack([noise, smooth])
    cases = {
        (operation, sign * magnitude)
        for table in tables(height, width).values()
        for operation, row in table.items()
        if row["magnitudes"]
        for magnitude in row["magnitudes"][::6]
        for sign in ((1, -1) if row["signed"] else (1,))
    }

    def compare(case: tuple[str, float]) -> str | None:
        operation, magnitude = case
        expected = np.stack([
            np.array(tv._apply_op(Image.fromarray(image), operation, magnitude, InterpolationMode.NEAREST, None))
            for image in images
        ])
        # torchvision moves to the right and down where this program moves to the left and up.
        ours = parameter(operation, magnitude) * (-1 if operation.startswith("Translate") else 1)
        with tempfile.TemporaryDirectory() as folder:
            source, result = Path(folder, "in.npy"), Path(folder, "out.npy")
            np.save(source, images)
            finished = subprocess.run(
                [pba, "apply", operation, source, result, f"--parameter={ours!r}"], capture_output=True, text=True)
            if finished.returncode != 0:
                return f"{operation} {magnitude}: exit {finished.returncode}: {finished.stderr.strip()}"
            found = np.load(result)
        different = np.argwhere(found != expected)
        if len(different):
            image, y, x, channel = different[0]
            return (
                f"{operation} {magnitude}: {len(different)} bytes differ, first in image {image} at x={x}, y={y}: "
                f"found {found[image, y, x, channel]}, torchvision {expected[image, y, x, channel]}")
        return None

    with ThreadPoolExecutor(jobs) as pool:
        for answer in pool.map(compare, sorted(cases)):
            failures.check(answer is None, answer)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--pba", type=program, help="the program to test")
    parser.add_argument("--jobs", type=int, default=2, help="programs to run at once [2]")
    parser.add_argument("--write-tables", metavar="FILE", help="write torchvision's tables instead")
    options = parser.parse_args()
    if options.write_tables:
        content = {"torchvision": torchvision.__version__.split("+")[0]}
        content["spaces"] = [
            {"height": height, "width": width, **tables(height, width)} for height, width in ((32, 32), (48, 331))
        ]
        Path(options.write_tables).write_text(json.dumps(content) + "\n")
        return
    if not options.pba:
        parser.error("--pba is needed")
    failures = Failures()
    compare_spaces(options.pba, failures)
    compare_autoaugment(options.pba, failures)
    compare_pixels(options.pba, failures, options.jobs)
    print(f"torchvision {torchvision.__version__}")
    report = Report()
    report.count(failures.checked, failures.texts)
    report.finish()


if __name__ == "__main__":
    main()
