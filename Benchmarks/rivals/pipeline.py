"""The augmentation of an image in Python and Pillow, the original's way.

The image is normalised float64; it goes to 8 bits for the operations of the policy and back, then it is cropped, mirrored
and cut out.
"""

import random
from collections.abc import Callable, Sequence

from serving import load

np, _ = load("numpy", "PIL")
from PIL import Image, ImageEnhance, ImageOps  # noqa: E402

SIDE = 32
PADDING = 4
CUTOUT = 16
MEAN = np.array([0.5, 0.5, 0.5])
DEVIATION = np.array([0.25, 0.25, 0.25])
FILL = (125, 122, 113, 0)


# --- the operations, each of a magnitude 0 to 9 ------------------------------------------------------------------


def signed(value: float) -> float:
    return -value if random.random() > 0.5 else value


def affine(image: Image.Image, *matrix: float) -> Image.Image:
    return image.transform(image.size, Image.Transform.AFFINE, matrix)


def enhance(kind: type) -> Callable[[Image.Image, int], Image.Image]:
    return lambda image, magnitude: kind(image).enhance(0.18 * magnitude + 0.1)


def on_rgb(operation: Callable[[Image.Image, int], Image.Image]) -> Callable[[Image.Image, int], Image.Image]:
    return lambda image, magnitude: operation(image.convert("RGB"), magnitude).convert("RGBA")


def box(side: int, half: int) -> tuple[slice, slice]:
    """Rows and columns of a square around a random centre, clipped to the image."""
    row, column = np.random.randint(side), np.random.randint(side)
    return slice(max(0, row - half), row + half), slice(max(0, column - half), column + half)


def cutout(image: Image.Image, magnitude: int) -> Image.Image:
    pixels = np.array(image)
    pixels[box(SIDE, magnitude)] = FILL
    return Image.fromarray(pixels)


OPERATIONS = {
    "Rotate": lambda image, m: image.rotate(signed(3 * m)),
    "ShearX": lambda image, m: affine(image, 1, signed(0.03 * m), 0, 0, 1, 0),
    "ShearY": lambda image, m: affine(image, 1, 0, 0, signed(0.03 * m), 1, 0),
    "TranslateX": lambda image, m: affine(image, 1, 0, signed(m), 0, 1, 0),
    "TranslateY": lambda image, m: affine(image, 1, 0, 0, 0, 1, signed(m)),
    "Brightness": enhance(ImageEnhance.Brightness),
    "Color": enhance(ImageEnhance.Color),
    "Contrast": enhance(ImageEnhance.Contrast),
    "Sharpness": enhance(ImageEnhance.Sharpness),
    "Invert": on_rgb(lambda image, m: ImageOps.invert(image)),
    "Equalize": on_rgb(lambda image, m: ImageOps.equalize(image)),
    "AutoContrast": on_rgb(lambda image, m: ImageOps.autocontrast(image)),
    "Posterize": on_rgb(lambda image, m: ImageOps.posterize(image, 4 - int(0.4 * m))),
    "Solarize": on_rgb(lambda image, m: ImageOps.solarize(image, 256 - int(25.6 * m))),
    "Cutout": cutout,
}


# --- the pipeline ------------------------------------------------------------------------------------------------


def apply_policy(image: np.ndarray, policy: Sequence[tuple[str, float, int]], counts: Sequence[float]) -> np.ndarray:
    count = np.random.choice(len(counts), p=counts)
    if count == 0:
        return image
    picture = Image.fromarray(((image * DEVIATION + MEAN) * 255).astype(np.uint8)).convert("RGBA")
    steps = list(policy)
    random.shuffle(steps)
    for name, probability, magnitude in steps:
        if random.random() < probability:
            picture = OPERATIONS[name](picture, magnitude)
            count -= 1
            if count == 0:
                break
    pixels = np.array(picture)
    image = (pixels[..., :3] / 255 - MEAN) / DEVIATION
    image[pixels[..., 3] == 0] = 0
    return image


def crop_and_mirror(image: np.ndarray) -> np.ndarray:
    padded = np.zeros((SIDE + 2 * PADDING, SIDE + 2 * PADDING, 3))
    padded[PADDING:-PADDING, PADDING:-PADDING] = image
    top, left = np.random.randint(0, 2 * PADDING, 2)
    image = padded[top:top + SIDE, left:left + SIDE]
    return image[:, ::-1] if random.random() > 0.5 else image


def augment(image: np.ndarray, policy: Sequence[tuple[str, float, int]], counts: Sequence[float]) -> np.ndarray:
    image = crop_and_mirror(apply_policy(image, policy, counts)).copy()
    image[box(SIDE, CUTOUT // 2)] = 0
    return image


def prepare(images: np.ndarray) -> np.ndarray:
    """Normalises 8-bit images."""
    return (images / 255 - MEAN) / DEVIATION
