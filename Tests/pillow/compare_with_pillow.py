#!/usr/bin/env python3
"""Compares every operation of `pba apply` with Pillow, byte for byte; some with torchvision's way of using Pillow.

    compare_with_pillow.py --pba PATH [--full] [--jobs N]

Needs Pillow, numpy and torchvision. One call of the program works on several images of one size: noise, gradients, constants,
few levels, opaque, half-transparent and blank ones. Every operation, magnitude and sign runs on RGBA at the principal
size and at one other, and on RGB at one size, the sizes taken in turn; with --full at every size, on RGB and on RGBA.
Parameters that no magnitude stands for run at one size each.
"""

import io
import itertools
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import NamedTuple

import numpy as np
from PIL import Image, ImageEnhance, ImageFilter, ImageOps
from torchvision.transforms import functional

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "cli"))
from case_runner import Report, parser_for  # noqa: E402

SIGNED = ("Rotate", "ShearX", "ShearY", "TranslateX", "TranslateY", "Hue", "Zoom")
ENHANCERS = {
    "Brightness": ImageEnhance.Brightness,
    "Color": ImageEnhance.Color,
    "Contrast": ImageEnhance.Contrast,
    "Sharpness": ImageEnhance.Sharpness,
}
COLOUR_ONLY = ("Invert", "Equalize", "AutoContrast", "Posterize", "Solarize")
KEYED = ("ChannelShuffle", "Perspective")
OTHERS = ("Cutout", "FlipHorizontal", "FlipVertical", "Grayscale", "Gamma", "GaussianBlur", "JPEGCompression")
OPERATIONS = SIGNED + tuple(ENHANCERS) + COLOUR_ONLY + OTHERS + KEYED
GAMMAS = (0.5, 0.58, 0.68, 0.79, 0.93, 1.08, 1.26, 1.47, 1.71, 2)

# (height, width)
PRINCIPAL_SIZE = (32, 32)
OTHER_SIZES = (
    (31, 33), (1, 1), (1, 7), (7, 1), (2, 2), (1, 2), (2, 9), (3, 3), (3, 5), (4, 1), (28, 28), (17, 16), (64, 48),
    (7, 300), (300, 7), (224, 224), (97, 211), (512, 512),
)  # fmt: skip


# What `--parameter` takes, each in the operation's own unit.
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
    "Gamma": (0, 0.01, 1, 2.2, 7.5, 100),
    "Hue": (0.5, -0.5, 0.0039, -0.3333, 0.25),
    "Zoom": (1, -1, 1 / 3, -1 / 3, 9, -9, 2.7),
    "Perspective": (0.6, 0.01, 0.333),
    "GaussianBlur": (1e-6, 0.05, 1.4142, 1.42, 2.449, 2.45, 5.5, 20, 127, 128.5, 129.4, 700, 65536),
    "JPEGCompression": (*range(1, 101), 49.5, 74.4),
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
        "Gamma": GAMMAS[magnitude],
        "Hue": sign * (magnitude * 0.02),
        "Zoom": sign * (magnitude * 0.05),
        "Perspective": magnitude * 0.05,
        "GaussianBlur": magnitude / 5,
        "JPEGCompression": 95 - 10 * magnitude,
    }.get(operation, magnitude * 1.8 / 10 + 0.1)


def numbers_of_key(key: int, count: int) -> list[int]:
    """Returns the first 64-bit numbers that follow from a key: Philox4x32-10 in the domain of operations."""
    numbers: list[int] = []
    for block in range((count + 1) // 2):
        words, keys = [11 << 24 | block, 0, 0, 0], [key % 2**32, key >> 32]
        for _ in range(10):
            first, second = words[0] * 0xD2511F53, words[2] * 0xCD9E8D57
            words = [second >> 32 ^ words[1] ^ keys[0], second % 2**32, first >> 32 ^ words[3] ^ keys[1], first % 2**32]
            keys = [(keys[0] + 0x9E3779B9) % 2**32, (keys[1] + 0xBB67AE85) % 2**32]
        numbers += [words[0] | words[1] << 32, words[2] | words[3] << 32]
    return numbers[:count]


def perspective(value: float, key: int, width: int, height: int) -> np.ndarray:
    """Returns the eight coefficients of a sheet whose corners are drawn by a key, by solving torchvision's equations."""
    shares = [(number >> 11) / 2**53 * value / 2 for number in numbers_of_key(key, 8)]
    equations, places = [], []
    for (x, y), across, down in zip(((0, 0), (1, 0), (1, 1), (0, 1)), shares[::2], shares[1::2], strict=True):
        new_x, new_y = abs(x - across) * width, abs(y - down) * height
        old_x, old_y = x * width, y * height
        equations.append([new_x, new_y, 1, 0, 0, 0, -old_x * new_x, -old_x * new_y])
        equations.append([0, 0, 0, new_x, new_y, 1, -old_y * new_x, -old_y * new_y])
        places += [old_x, old_y]
    return np.linalg.solve(np.array(equations, float), np.array(places, float))


def with_alpha_kept(image: Image.Image, changed: Image.Image) -> Image.Image:
    changed = changed.convert("RGBA")
    changed.putalpha(image.getchannel("A"))
    return changed


def compressed(image: Image.Image, quality: int) -> Image.Image:
    file = io.BytesIO()
    image.save(file, format="JPEG", quality=quality)
    return Image.open(file).convert("RGB")


def beyond_pba(image: Image.Image, operation: str, value: float, key: int) -> Image.Image | None:
    """Returns what Pillow, or torchvision on Pillow's images, makes of an image; None for an operation of PBA's space."""
    width, height = image.size
    if operation == "FlipHorizontal":
        return image.transpose(Image.Transpose.FLIP_LEFT_RIGHT)
    if operation == "FlipVertical":
        return image.transpose(Image.Transpose.FLIP_TOP_BOTTOM)
    if operation == "Grayscale":
        return with_alpha_kept(image, functional.to_grayscale(image.convert("RGB"), 3))
    if operation == "Gamma":
        return with_alpha_kept(image, functional.adjust_gamma(image.convert("RGB"), value))
    if operation == "Hue":
        return with_alpha_kept(image, functional.adjust_hue(image.convert("RGB"), value))
    if operation == "GaussianBlur":
        return with_alpha_kept(image, image.convert("RGB").filter(ImageFilter.GaussianBlur(value)))
    if operation == "JPEGCompression":
        return with_alpha_kept(image, compressed(image.convert("RGB"), int(value + 0.5)))
    if operation == "ChannelShuffle":
        order = ("RBG", "GRB", "GBR", "BRG", "BGR")[numbers_of_key(key, 1)[0] * 5 >> 64]
        return Image.merge("RGBA", [image.getchannel(name) for name in order + "A"])
    if operation == "Zoom":
        step = 1 / (1 + value) if value > 0 else 1 - value
        matrix = (step, 0, width / 2 * (1 - step), 0, step, height / 2 * (1 - step))
        return image.transform(image.size, Image.Transform.AFFINE, matrix)
    if operation == "Perspective":
        coefficients = perspective(value, key, width, height)
        return image.transform(image.size, Image.Transform.PERSPECTIVE, coefficients) if value > 0 else image
    return None


def reference(
    image: Image.Image, operation: str, value: float, center: tuple[int, int] = (0, 0), key: int = 0
) -> Image.Image:
    """Returns what Pillow makes of an image of mode RGBA with a parameter."""
    found = beyond_pba(image, operation, value, key)
    if found is not None:
        return found
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
    key = int(random.integers(2**53))
    if case.channels == 3:
        images[..., 3] = 255
    expected = np.stack([
        np.array(reference(Image.fromarray(image), case.operation, case.parameter, center, key))
        for image in images
    ])[..., : case.channels]
    with tempfile.TemporaryDirectory() as folder:
        source, result = Path(folder, "in.npy"), Path(folder, "out.npy")
        np.save(source, np.ascontiguousarray(images[..., : case.channels]))
        command = [pba, "apply", case.operation, source, result, *case.strength]
        command += ["--center", f"{center[0]},{center[1]}"] if case.operation == "Cutout" else []
        command += ["--key", str(key)] if case.operation in KEYED else []
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
