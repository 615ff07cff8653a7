#!/usr/bin/env python3
"""Times image augmentation in Python, for `pba-benchmark augment --rivals`.

Two questions: {"pipeline": {"policy": [[name, probability, magnitude], ...], "counts": [...]}, "images": 1024} is the
whole augmentation of 32×32 images; {"operation": name, "parameter": number, "size": side} one operation alone, in Pillow
(an RGB image), torchvision (a uint8 tensor, channels first, and Pillow's image), albumentations (a uint8 array, channels
last) and kornia (a float tensor), each with what it offers to users. The answer is {"microseconds": {rival: time of an
image}}. Everything runs on one thread.
"""

import io
import random
from collections.abc import Callable, Sequence
from typing import Any

from pipeline import SIDE, augment, prepare
from serving import load, microseconds, serve

np, PIL, torch, torchvision, cv2, albumentations, kornia = load(
    "numpy", "PIL", "torch", "torchvision", "cv2", "albumentations", "kornia")
from PIL import Image, ImageEnhance, ImageFilter, ImageOps  # noqa: E402
from torchvision.transforms import v2  # noqa: E402
from torchvision.transforms.functional import _get_perspective_coeffs  # noqa: E402

functional = v2.functional
LEAST = 0.008  # seconds that a measurement takes at least
MIDDLE = (0.5, 0.5, 0.5)


# A function from an image to an image, in the types of a library.
Transform = Callable[[Any], Any]


# --- one operation -----------------------------------------------------------------------------------------------


def pillow(operation: str, value: float, size: int) -> Transform:
    """A function from a Pillow image to a Pillow image."""
    top, left, side = square(value, size)
    step = 1 / (1 + value)

    def blanked(image: Image.Image) -> Image.Image:
        image = image.copy()
        image.paste((125, 122, 113), (left, top, left + side, top + side))
        return image

    def turned(image: Image.Image) -> Image.Image:
        hue, saturation, level = image.convert("HSV").split()
        hue = hue.point([(place + int(value * 255)) % 256 for place in range(256)])
        return Image.merge("HSV", (hue, saturation, level)).convert("RGB")

    def affine(*matrix: float) -> Transform:
        return lambda image: image.transform(image.size, Image.Transform.AFFINE, matrix)

    def compressed(image: Image.Image) -> Image.Image:
        file = io.BytesIO()
        image.save(file, format="JPEG", quality=int(value))
        return Image.open(file).convert("RGB")

    def noisy(image: Image.Image) -> Image.Image:
        return Image.fromarray(with_noise(np.asarray(image), value))

    def erased(image: Image.Image) -> Image.Image:
        image = image.copy()
        image.paste(Image.fromarray(random_colours(rectangle(value, size))), (0, 0))
        return image

    def enhance(kind: type) -> Transform:
        return lambda image: kind(image).enhance(value)

    return {
        "Rotate": lambda: lambda image: image.rotate(value),
        "ShearX": lambda: affine(1, value, 0, 0, 1, 0),
        "ShearY": lambda: affine(1, 0, 0, value, 1, 0),
        "TranslateX": lambda: affine(1, 0, value, 0, 1, 0),
        "TranslateY": lambda: affine(1, 0, 0, 0, 1, value),
        "Brightness": lambda: enhance(ImageEnhance.Brightness),
        "Color": lambda: enhance(ImageEnhance.Color),
        "Contrast": lambda: enhance(ImageEnhance.Contrast),
        "Sharpness": lambda: enhance(ImageEnhance.Sharpness),
        "Invert": lambda: ImageOps.invert,
        "Equalize": lambda: ImageOps.equalize,
        "AutoContrast": lambda: ImageOps.autocontrast,
        "Posterize": lambda: lambda image: ImageOps.posterize(image, int(value)),
        "Solarize": lambda: lambda image: ImageOps.solarize(image, int(value)),
        "Cutout": lambda: blanked,
        "FlipHorizontal": lambda: lambda image: image.transpose(Image.Transpose.FLIP_LEFT_RIGHT),
        "FlipVertical": lambda: lambda image: image.transpose(Image.Transpose.FLIP_TOP_BOTTOM),
        "Grayscale": lambda: lambda image: image.convert("L").convert("RGB"),
        "Gamma": lambda: lambda image: image.point([int(255.999 * (level / 255) ** value) for level in range(256)] * 3),
        "Hue": lambda: turned,
        "ChannelShuffle": lambda: lambda image: Image.merge("RGB", image.split()[::-1]),
        "Zoom": lambda: affine(step, 0, size / 2 * (1 - step), 0, step, size / 2 * (1 - step)),
        "Perspective": lambda: lambda image: image.transform(image.size, Image.Transform.PERSPECTIVE, sheet(value, size)),
        "GaussianBlur": lambda: lambda image: image.filter(ImageFilter.GaussianBlur(value)),
        "JPEGCompression": lambda: compressed,
        "GaussianNoise": lambda: noisy,
        "Erase": lambda: erased,
    }[operation]()


def tensors(operation: str, value: float, size: int) -> Transform:
    """A function from a uint8 tensor to a uint8 tensor, by torchvision, which takes Pillow's images as well."""
    def affine(
        angle: float = 0.0, translate: tuple[int, int] = (0, 0), shear: tuple[float, float] = (0.0, 0.0)
    ) -> Transform:
        return lambda image: functional.affine(image, angle, list(translate), 1.0, list(shear))

    degrees = float(np.degrees(np.arctan(value)))
    top, left, side = square(value, size)
    return {
        "Rotate": lambda image: functional.rotate(image, value),
        "ShearX": affine(shear=(degrees, 0.0)),
        "ShearY": affine(shear=(0.0, degrees)),
        "TranslateX": affine(translate=(-int(value), 0)),
        "TranslateY": affine(translate=(0, -int(value))),
        "Brightness": lambda image: functional.adjust_brightness(image, value),
        "Color": lambda image: functional.adjust_saturation(image, value),
        "Contrast": lambda image: functional.adjust_contrast(image, value),
        "Sharpness": lambda image: functional.adjust_sharpness(image, value),
        "Invert": functional.invert,
        "Equalize": functional.equalize,
        "AutoContrast": functional.autocontrast,
        "Posterize": lambda image: functional.posterize(image, int(value)),
        "Solarize": lambda image: functional.solarize(image, value),
        "Cutout": lambda image: functional.erase(image, top, left, side, side, torch.zeros(1, dtype=torch.uint8)),
        "FlipHorizontal": functional.horizontal_flip,
        "FlipVertical": functional.vertical_flip,
        "Grayscale": lambda image: functional.rgb_to_grayscale(image, 3),
        "Gamma": lambda image: functional.adjust_gamma(image, value),
        "Hue": lambda image: functional.adjust_hue(image, value),
        "ChannelShuffle": lambda image: functional.permute_channels(image, [2, 0, 1]),
        "Zoom": lambda image: functional.affine(image, 0.0, [0, 0], 1 + value, [0.0, 0.0]),
        "Perspective": lambda image: functional.perspective(
            image, None, None, interpolation=v2.InterpolationMode.NEAREST, coefficients=sheet(value, size)),
        "GaussianBlur": lambda image: functional.gaussian_blur(image, [2 * int(3.5 * value) + 1] * 2, [value, value]),
        "JPEGCompression": lambda image: functional.jpeg(image, int(value)),
        "GaussianNoise": lambda image: functional.gaussian_noise(image, 0.0, value / 255),
        "Erase": lambda image: functional.erase(
            image, 0, 0, *rectangle(value, size), torch.randint(0, 256, (3, *rectangle(value, size)), dtype=torch.uint8)),
    }[operation]


def arrays(operation: str, value: float, size: int) -> Callable[..., dict[str, Any]]:
    """An albumentations transform that always applies."""
    a = albumentations
    degrees = float(np.degrees(np.arctan(value)))
    return {
        "Rotate": lambda: a.Rotate((value, value), interpolation=0, p=1),
        "ShearX": lambda: a.Affine(shear={"x": (degrees, degrees), "y": (0, 0)}, interpolation=0, p=1),
        "ShearY": lambda: a.Affine(shear={"x": (0, 0), "y": (degrees, degrees)}, interpolation=0, p=1),
        "TranslateX": lambda: a.Affine(translate_px={"x": (-int(value), -int(value)), "y": (0, 0)}, interpolation=0, p=1),
        "TranslateY": lambda: a.Affine(translate_px={"x": (0, 0), "y": (-int(value), -int(value))}, interpolation=0, p=1),
        "Brightness": lambda: a.RandomBrightnessContrast((value - 1, value - 1), (0, 0), p=1),
        "Color": lambda: a.ColorJitter((1, 1), (1, 1), (value, value), (0, 0), p=1),
        "Contrast": lambda: a.RandomBrightnessContrast((0, 0), (value - 1, value - 1), p=1),
        "Sharpness": lambda: a.Sharpen((0.5, 0.5), (1, 1), p=1),
        "Invert": lambda: a.InvertImg(p=1),
        "Equalize": lambda: a.Equalize(p=1),
        "AutoContrast": lambda: a.AutoContrast(p=1),
        "Posterize": lambda: a.Posterize(int(value), p=1),
        "Solarize": lambda: a.Solarize((value / 255, value / 255), p=1),
        "Cutout": lambda: a.CoarseDropout((1, 1), (int(value), int(value)), (int(value), int(value)), p=1),
        "FlipHorizontal": lambda: a.HorizontalFlip(p=1),
        "FlipVertical": lambda: a.VerticalFlip(p=1),
        "Grayscale": lambda: a.ToGray(p=1),
        "Gamma": lambda: a.RandomGamma((100 * value, 100 * value), p=1),
        "Hue": lambda: a.HueSaturationValue((180 * value, 180 * value), (0, 0), (0, 0), p=1),
        "ChannelShuffle": lambda: a.ChannelShuffle(p=1),
        "Zoom": lambda: a.Affine(scale=(1 + value, 1 + value), interpolation=0, p=1),
        "Perspective": lambda: a.Perspective((value / 4, value / 4), interpolation=0, p=1),
        "GaussianBlur": lambda: a.GaussianBlur((0, 0), (value, value), p=1),
        "JPEGCompression": lambda: a.ImageCompression("jpeg", (int(value), int(value)), p=1),
        "GaussianNoise": lambda: a.GaussNoise((value / 255, value / 255), p=1),
        "Erase": lambda: a.Erasing((value, value), (0.3, 3.3), fill="random", p=1),
    }[operation]()


def floats(operation: str, value: float) -> Transform | None:
    """A function from a float tensor of one image to another, by kornia; None where it has none."""
    enhance, geometry = kornia.enhance, kornia.geometry.transform

    def moved(function: Callable[..., Any], *numbers: float) -> Transform:
        numbers_of_image = torch.tensor([numbers], dtype=torch.float32)
        return lambda image: function(image, numbers_of_image, mode="nearest")

    def rotated(image: Any) -> Any:
        return geometry.rotate(image, torch.tensor([float(value)]), mode="nearest")

    found = {
        "Rotate": lambda: rotated,
        "ShearX": lambda: moved(geometry.shear, value, 0.0),
        "ShearY": lambda: moved(geometry.shear, 0.0, value),
        "TranslateX": lambda: moved(geometry.translate, -value, 0.0),
        "TranslateY": lambda: moved(geometry.translate, 0.0, -value),
        "Brightness": lambda: lambda image: enhance.adjust_brightness_accumulative(image, value),
        "Color": lambda: lambda image: enhance.adjust_saturation_with_gray_subtraction(image, value),
        "Contrast": lambda: lambda image: enhance.adjust_contrast_with_mean_subtraction(image, value),
        "Sharpness": lambda: lambda image: enhance.sharpness(image, value),
        "Invert": lambda: enhance.invert,
        "Equalize": lambda: enhance.equalize,
        "AutoContrast": lambda: enhance.normalize_min_max,
        "Posterize": lambda: lambda image: enhance.posterize(image, int(value)),
        "Solarize": lambda: lambda image: enhance.solarize(image, value / 255),
        "FlipHorizontal": lambda: geometry.hflip,
        "FlipVertical": lambda: geometry.vflip,
        "Grayscale": lambda: kornia.color.rgb_to_grayscale,
        "Gamma": lambda: lambda image: enhance.adjust_gamma(image, value),
        "Hue": lambda: lambda image: enhance.adjust_hue(image, value * 2 * np.pi),
    }.get(operation)
    return found() if found else None


def sheet(value: float, size: int) -> list[float]:
    """The coefficients of a perspective in which three corners move inwards by a quarter of the value."""
    share = value / 4 * size
    ends = [[0, 0], [size, 0], [size, size], [0, size]]
    return _get_perspective_coeffs(ends, [[share, share], [size - share, 0], [size, size - share], [0, size]])


def rectangle(share: float, size: int) -> tuple[int, int]:
    """Height and width of a share of the image, the one twice as long as the other."""
    return round((2 * share) ** 0.5 * size), round((share / 2) ** 0.5 * size)


def random_colours(shape: tuple[int, int]) -> Any:
    return np.random.randint(0, 256, (*shape, 3), np.uint8)


def with_noise(image: Any, deviation: float) -> Any:
    noise = np.random.normal(0, deviation, image.shape)
    return np.clip(np.rint(image + noise), 0, 255).astype(np.uint8)


def square(value: float, size: int) -> tuple[int, int, int]:
    side = min(int(value), size) if value >= 1 else 1
    return (size - side) // 2, (size - side) // 2, side


class Operations:
    """The operations of one size, with the images they work on."""

    def __init__(self, size: int) -> None:
        self.size = size
        # Not every value occurs, as in most pictures, so that AutoContrast has something to do.
        # So few images that they stay in the processor's second cache.
        noise = np.random.default_rng(1).integers(20, 236, (max(1, 65536 // size**2), size, size, 3), np.uint8)
        self.arrays = list(noise)
        self.tensors = [torch.from_numpy(image).permute(2, 0, 1).contiguous() for image in noise]
        self.pictures = [Image.fromarray(image) for image in noise]
        self.floats = [image[None].float() / 255 for image in self.tensors]

    def measure(self, operation: str, value: float) -> dict[str, float]:
        times = {}
        transform, floating = arrays(operation, value, self.size), floats(operation, value)
        torchvision_transform = tensors(operation, value, self.size)
        subjects: dict[str, tuple[Transform, Sequence[Any]]] = {
            "Pillow": (pillow(operation, value, self.size), self.pictures),
            "torchvision": (torchvision_transform, self.tensors),
            "albumentations": (lambda image: transform(image=image)["image"], self.arrays),
        }
        # torchvision removes a square from tensors only, and adds noise to them only.
        if operation not in ("Cutout", "Erase", "GaussianNoise"):
            subjects["torchvision, PIL"] = (torchvision_transform, self.pictures)
        if floating:
            subjects["kornia"] = (floating, self.floats)
        for name, (apply, images) in subjects.items():
            def call(apply: Transform = apply, images: Sequence[Any] = images) -> None:
                for image in images:
                    apply(image)

            call()
            times[name] = microseconds(call, len(images), LEAST)
        return times


# --- the whole -----------------------------------------------------------------------------------------------------


def trivial_augment() -> Transform:
    """What a torchvision user writes for a 32×32 image."""
    return v2.Compose([
        v2.TrivialAugmentWide(), v2.RandomCrop(SIDE, padding=4), v2.RandomHorizontalFlip(),
        v2.ToDtype(torch.float32, scale=True), v2.Normalize(MIDDLE, MIDDLE), v2.RandomErasing(p=1),
    ])


def measure_pipeline(policy: list[tuple[str, float, int]], counts: list[float], count: int) -> dict[str, float]:
    noise = np.random.default_rng(1).integers(0, 256, (count, SIDE, SIDE, 3), np.uint8)
    images = prepare(noise)
    batch = np.empty(images.shape, np.float32)

    def original() -> None:
        for index, image in enumerate(images):
            batch[index] = augment(image, policy, counts)

    pictures = torch.from_numpy(noise).permute(0, 3, 1, 2).contiguous()
    trivial = trivial_augment()
    result = torch.empty(pictures.shape)

    def torchvision_pipeline() -> None:
        for index, image in enumerate(pictures):
            result[index] = trivial(image)

    return {"Python and Pillow": microseconds(original, count, 0),
            "torchvision TrivialAugment": microseconds(torchvision_pipeline, count, 0)}


def main() -> None:
    torch.set_num_threads(1)
    cv2.setNumThreads(1)
    random.seed(0)
    np.random.seed(0)
    sizes: dict[int, Operations] = {}

    def answer(question: dict[str, Any]) -> dict[str, Any]:
        if "pipeline" in question:
            return {"microseconds": measure_pipeline(**question["pipeline"], count=question["images"])}
        size = question["size"]
        if size not in sizes:
            sizes[size] = Operations(size)
        return {"microseconds": sizes[size].measure(question["operation"], question["parameter"])}

    serve(answer, [np, PIL, torch, torchvision, cv2, albumentations, kornia])


if __name__ == "__main__":
    main()
