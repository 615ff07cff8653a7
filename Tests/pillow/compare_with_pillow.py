#!/usr/bin/env python3
"""Compares every operation of `pba apply` with Pillow, byte for byte.

    compare_with_pillow.py --pba PATH [--full] [--jobs N]

Needs Pillow and numpy. One call of the program works on several images of one size: noise, gradients, constants,
few levels, opaque, half-transparent and blank ones. Every operation, magnitude and sign runs on RGBA at the principal
size and at one other, and on RGB at one size, the sizes taken in turn; with --full at every size, on RGB and on RGBA.
Parameters that no magnitude stands for run at one size each.
"""

import itertools
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import NamedTuple

import numpy as np
from PIL import Image, ImageEnhance, ImageOps

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "cli"))
from case_runner import Report, parser_for  # noqa: E402

SIGNED = ("Rotate", "ShearX", "ShearY", "TranslateX", "TranslateY")
ENHANCERS = {
    "Brightness": ImageEnhance.Brightness,
    "Color": ImageEnhance.Color,
    "Contrast": ImageEnhance.Contrast,
    "Sharpness": ImageEnhance.Sharpness,
}
COLOUR_ONLY = ("Invert", "Equalize", "AutoContrast", "Posterize", "Solarize")
OPERATIONS = SIGNED + tuple(ENHANCERS) + COLOUR_ONLY + ("Cutout",)

# (height, width)
PRINCIPAL_SIZE = (32, 32)
OTHER_SIZES = (
    (31, 33), (1, 1), (1, 7), (7, 1), (2, 2), (1, 2), (2, 9), (3, 3), (3, 5), (4, 1), (28, 28), (17, 16), (64, 48),
    (7, 300), (300, 7), (224, 224), (97, 211), (512, 512),
)  # fmt: skip


# What `--parameter` takes: degrees, slopes, pixels, factors, bits, levels, and the side of Cutout.
PARAMETERS = {
    "Rotate": (45, 90, 180, 270, -135, -0.5, 33.3, 359.9),
    "ShearX": (0.99, -0.99, 0.4567),
    "ShearY": (0.99, -0.99, 0.4567),
    "TranslateX": (14.5, 0.49, 0.5, -0.5, -2.5, 32, 500),
    "TranslateY": (14.5, 0.49, 0.5, -0.5, -2.5, 32, 500),
    **{name: (0, 0.01, 0.5, 1, 1.99, 3.7) for name in ENHANCERS},
    "Posterize": (1, 2, 3, 5, 6, 7, 8),
    "Solarize": (0, 0.5, 127.5, 246.5, 255, 256),
    "Cutout": (0, 7, 16, 40),
}


class Case(NamedTuple):
    operation: str
    strength: tuple  # the options of `pba apply` that say it
    parameter: float
    height: int
    width: int
    channels: int

    def __str__(self) -> str:
        mode = "RGBA" if self.channels == 4 else "RGB"
        return f"{self.operation} {' '.join(self.strength)} on {mode} {self.width}x{self.height}"


def parameter(operation: str, magnitude: int, negative: bool) -> float:
    """Returns what a magnitude of the search stands for, in the operation's own unit."""
    sign = -1 if negative else 1
    return {
        "Rotate": sign * int(magnitude * 30 / 10),
        "ShearX": sign * (magnitude * 0.3 / 10),
        "ShearY": sign * (magnitude * 0.3 / 10),
        "TranslateX": sign * int(magnitude * 10 / 10),
        "TranslateY": sign * int(magnitude * 10 / 10),
        "Posterize": 4 - int(magnitude * 4 / 10),
        "Solarize": 256 - int(magnitude * 256 / 10),
        "Cutout": 2 * magnitude,
    }.get(operation, magnitude * 1.8 / 10 + 0.1)


def reference(image: Image.Image, operation: str, value: float, center: tuple[int, int] = (0, 0)) -> Image.Image:
    """Returns what Pillow makes of an image of mode RGBA with a parameter."""
    if operation == "Rotate":
        return image.rotate(value)
    if operation in SIGNED:
        matrix = {
            "ShearX": (1, value, 0, 0, 1, 0),
            "ShearY": (1, 0, 0, value, 1, 0),
            "TranslateX": (1, 0, value, 0, 1, 0),
            "TranslateY": (1, 0, 0, 0, 1, value),
        }[operation]
        return image.transform(image.size, Image.Transform.AFFINE, matrix)
    if operation in ENHANCERS:
        return ENHANCERS[operation](image).enhance(value)
    if operation == "Cutout":
        array = np.array(image)
        (x, y), reach = center, int(value) // 2
        array[max(0, y - reach) : max(0, y + reach), max(0, x - reach) : max(0, x + reach)] = (125, 122, 113, 0)
        return Image.fromarray(array)
    rgb = image.convert("RGB")
    changed = {
        "Invert": lambda: ImageOps.invert(rgb),
        "Equalize": lambda: ImageOps.equalize(rgb),
        "AutoContrast": lambda: ImageOps.autocontrast(rgb),
        "Posterize": lambda: ImageOps.posterize(rgb, int(value)),
        "Solarize": lambda: ImageOps.solarize(rgb, value),
    }[operation]()
    return changed.convert("RGBA")


def sample_images(height: int, width: int, random: np.random.Generator) -> np.ndarray:
    """Returns RGBA images of one size, one of each kind, as an array [N, height, width, 4]."""
    shape = (height, width)
    opaque = np.full((*shape, 1), 255, np.uint8)
    noise = random.integers(0, 256, (*shape, 4), dtype=np.uint8)
    ramp_x = np.linspace(0, 255, width)[None, :] + np.zeros((height, 1))
    ramp_y = np.linspace(0, 255, height)[:, None] + np.zeros((1, width))
    gradient = np.stack([ramp_x, ramp_y, (ramp_x + ramp_y) / 2], -1).astype(np.uint8)
    constant = np.broadcast_to(random.integers(0, 256, 3, dtype=np.uint8), (*shape, 3))
    levels = random.integers(0, 256, 3, dtype=np.uint8)[random.integers(0, 3, (*shape, 3))]
    dark = random.integers(90, 140, (*shape, 3), dtype=np.uint8)
    extreme = random.choice(np.array([0, 255], np.uint8), (*shape, 3))
    blank = np.where(random.random((*shape, 1)) < 0.4, 0, 255).astype(np.uint8)
    images = [
        noise,
        np.concatenate([noise[..., :3], blank], -1),
        np.concatenate([gradient, noise[..., 3:]], -1),
        np.concatenate([constant, opaque], -1),
        np.concatenate([levels, blank], -1),
        np.concatenate([dark, opaque], -1),
        np.concatenate([extreme, opaque], -1),
    ]
    if height * width > 100_000:
        images = images[1:4]
    return np.stack(images)


def all_parameters() -> Iterator[tuple[str, tuple[str, ...], float]]:
    """Yields every (operation, options, parameter) that a magnitude stands for."""
    for operation in OPERATIONS:
        signs = (False, True) if operation in SIGNED else (False,)
        for magnitude, negative in itertools.product(range(10), signs):
            options = ("--magnitude", str(magnitude)) + (("--negative",) if negative else ())
            yield operation, options, parameter(operation, magnitude, negative)


def cases(full: bool) -> Iterator[Case]:
    """Yields the cases to compare; not `full`: all parameters at the principal size, some at each other size."""
    every_size = (PRINCIPAL_SIZE, *OTHER_SIZES)
    for number, parameters in enumerate(all_parameters()):
        # Steps without a divisor in common with the number of sizes visit all sizes in turn.
        other = OTHER_SIZES[(number * 5) % len(OTHER_SIZES)]
        for size in every_size if full else (PRINCIPAL_SIZE, other):
            yield Case(*parameters, *size, 4)
        for size in every_size if full else (every_size[(number * 7) % len(every_size)],):
            yield Case(*parameters, *size, 3)
    for operation in OPERATIONS:  # a size that no vector divides, whatever the turns above give
        yield Case(operation, ("--magnitude", "7"), parameter(operation, 7, False), 31, 33, 4)
    others = [(operation, value) for operation, values in PARAMETERS.items() for value in values]
    for number, (operation, value) in enumerate(others):
        size = every_size[number % len(every_size)]
        yield Case(operation, (f"--parameter={value}",), value, *size, 4)


def compare(pba: str, case: Case, seed: int) -> str | None:
    """Runs one case; returns None, or a description of the first difference."""
    random = np.random.default_rng(seed)
    images = sample_images(case.height, case.width, random)
    center = (int(random.integers(case.width)), int(random.integers(case.height)))
    if case.channels == 3:
        images[..., 3] = 255
    expected = np.stack([
        np.array(reference(Image.fromarray(image), case.operation, case.parameter, center))
        for image in images
    ])[..., : case.channels]
    with tempfile.TemporaryDirectory() as folder:
        source, result = Path(folder, "in.npy"), Path(folder, "out.npy")
        np.save(source, np.ascontiguousarray(images[..., : case.channels]))
        command = [pba, "apply", case.operation, source, result, *case.strength]
        command += ["--center", f"{center[0]},{center[1]}"] if case.operation == "Cutout" else []
        finished = subprocess.run(command, capture_output=True, text=True)
        if finished.returncode != 0:
            return f"{case}: exit {finished.returncode}: {finished.stderr.strip()}"
        found = np.load(result)
    if found.shape != expected.shape or found.dtype != np.uint8:
        return f"{case}: found {found.dtype} {found.shape}, expected uint8 {expected.shape}"
    different = np.argwhere(found != expected)
    if len(different) == 0:
        return None
    image, y, x, _ = different[0]
    return (
        f"{case}: {len(different)} bytes differ; first in image {image} at x={x}, y={y}: "
        f"input {images[image, y, x]}, found {found[image, y, x]}, Pillow {expected[image, y, x]}"
    )


def main() -> None:
    parser = parser_for(__doc__)
    parser.add_argument("--full", action="store_true", help="every parameter at every size, RGB and RGBA")
    parser.add_argument("--jobs", type=int, default=2, help="programs to run at once [2]")
    options = parser.parse_args()
    numbered = list(enumerate(cases(options.full)))
    with ThreadPoolExecutor(options.jobs) as pool:
        answers = pool.map(lambda item: compare(options.pba, item[1], item[0]), numbered)
        failures = [answer for answer in answers if answer is not None]
    report = Report()
    report.count(len(numbered), failures)
    report.finish()


if __name__ == "__main__":
    main()
