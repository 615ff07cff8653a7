#!/usr/bin/env python3
"""Compares the images that `--dataset folder:PATH` decodes, turns, resizes and crops with Pillow's, byte for byte.

    compare_image_folder.py --pba PATH

Needs Pillow 13 or later, which resizes tall images in another order than earlier ones, and numpy. Writes images of many
formats, modes, sizes and orientations, lets the program read the folder for several image sizes, and reads the pixels in its
cache. JPEG and lossy WebP are compared with a tolerance: two versions of their libraries may differ by a level before resizing.
"""

import itertools
import json
import struct
import subprocess
import sys
import tempfile
from pathlib import Path

import numpy as np
import PIL
from PIL import Image, ImageOps

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "cli"))
from case_runner import Report, parser_for  # noqa: E402

# (height, width)
TARGETS = ((32, 32), (64, 48), (17, 90), (1, 1), (224, 224))
SOURCES = ((1, 1), (1, 50), (50, 1), (31, 33), (32, 32), (64, 48), (48, 64), (100, 300), (301, 99), (640, 480), (7, 900))
LOSSY = ("jpg", "lossy.webp")
ORIENTATION = 0x0112


def picture(height: int, width: int, random: np.random.Generator) -> Image.Image:
    """Returns an RGB image with edges, slopes and noise."""
    y, x = np.mgrid[0:height, 0:width]
    slopes = np.stack([x * 255 / max(width - 1, 1), y * 255 / max(height - 1, 1), (x // 5 + y // 3) % 2 * 200], -1)
    noise = random.integers(-40, 41, (height, width, 3))
    return Image.fromarray((slopes + noise).clip(0, 255).astype(np.uint8))


def write_images(folder: Path, random: np.random.Generator) -> None:
    """Writes the images into the folders of two classes."""
    modes = ("RGB", "L", "P", "1", "RGBA", "LA", "CMYK")
    endings = {
        "png": ("RGB", "L", "P", "1", "RGBA", "LA"),
        "jpg": ("RGB", "L", "CMYK"),
        "lossless.webp": ("RGB", "RGBA"),
        "lossy.webp": ("RGB",),
        "gif": ("P", "L"),
        "bmp": ("RGB", "L", "P", "1"),
        "tif": ("RGB", "L", "P", "1", "CMYK"),
        "ppm": ("RGB",),
        "pgm": ("L",),
        "pbm": ("1",),
    }
    for number, (ending, mode, size) in enumerate(itertools.product(endings, modes, SOURCES)):
        if mode not in endings[ending]:
            continue
        image = picture(*size, random)
        if "A" in mode:
            image.putalpha(Image.fromarray(random.integers(0, 256, size, dtype=np.uint8)))
        image = image.quantize(64) if mode == "P" else image.convert(mode)
        options = {"lossless": True, "exact": True} if ending == "lossless.webp" else {}
        if ending in ("png", "jpg", "lossless.webp"):
            exif = Image.Exif()
            exif[ORIENTATION] = number % 8 + 1
            options["exif"] = exif
        if ending == "tif":
            # Pillow 13 maps uncompressed grey files into memory and then fails to swap their sides.
            options.update(tiffinfo={ORIENTATION: number % 8 + 1}, compression="tiff_lzw")
        target = folder / f"class {number % 2}"
        target.mkdir(exist_ok=True)
        image.save(target / f"{number}-{mode}.{ending}", **options)


def upright(path: Path) -> Image.Image:
    """Returns the image as RGB: turned, on white paper."""
    image = Image.open(path)
    image.load()
    image = ImageOps.exif_transpose(image)
    if image.mode in ("RGBA", "LA"):
        paper = Image.new("RGB", image.size, "white")
        paper.paste(image.convert("RGB"), mask=image.getchannel("A"))
        return paper
    return image.convert("RGB")


def covering(image: Image.Image, height: int, width: int) -> Image.Image:
    """Scales the image to cover a size and cuts it about the centre."""
    old_width, old_height = image.size
    if old_width * height >= old_height * width:
        size = (max((2 * old_width * height + old_height) // (2 * old_height), width), height)
    else:
        size = (width, max((2 * old_height * width + old_width) // (2 * old_width), height))
    left, top = (size[0] - width) // 2, (size[1] - height) // 2
    return image.resize(size, Image.Resampling.BILINEAR).crop((left, top, left + width, top + height))


# A digest in four, device, inode, size, two times, whether they prove that the file is unchanged; the pixels' checksum.
NUMBERS_OF_A_RECORD = 11


def read_cache(folder: Path, height: int, width: int) -> dict[str, np.ndarray]:
    """Returns the pixels in a cache by the images' paths."""
    index = (folder / "index").read_bytes()
    position = index.index(b"\n") + 1

    def number() -> int:
        nonlocal position
        position += 8
        return struct.unpack_from("<q", index, position - 8)[0]

    def text() -> str:
        nonlocal position
        length = number()
        position += length
        return index[position - length : position].decode()

    if (number(), number()) != (height, width):
        raise ValueError("the cache is of another size")
    pixels = np.fromfile(folder / text(), np.uint8).reshape(-1, height, width, 3)
    number()
    paths = []
    for _ in range(number()):
        paths.append(text())
        for _ in range(NUMBERS_OF_A_RECORD):
            number()
    return dict(zip(paths, pixels, strict=True))


def main() -> None:
    options = parser_for(__doc__).parse_args()
    if int(PIL.__version__.split(".")[0]) < 13:
        sys.exit(f"found Pillow {PIL.__version__}, expected 13 or later")
    checked, failures = 0, []
    with tempfile.TemporaryDirectory() as folder:
        images, data = Path(folder, "images"), Path(folder, "data")
        images.mkdir()
        write_images(images, np.random.default_rng(0))
        paths = sorted(path.relative_to(images).as_posix() for path in images.glob("*/*"))
        references = {path: upright(images / path) for path in paths}
        for height, width in TARGETS:
            command = [options.pba, "data", "stats", f"folder:{images}", "--image-size", f"{height}x{width}"]
            command += ["--data-dir", str(data), "--json"]
            finished = subprocess.run(command, capture_output=True, text=True)
            if finished.returncode != 0:
                sys.exit(f"exit {finished.returncode}: {finished.stderr.strip()}")
            report = json.loads(finished.stdout)
            checked += 1
            if report["train"] + report["validation"] + report["test"] != len(paths):
                failures.append(f"{height}x{width}: the report counts other than {len(paths)} images")
            name = f"{height}" if height == width else f"{height}x{width}"
            (cache,) = (data / "cache").glob(f"folder-*-{name}")
            found = read_cache(cache, height, width)
            for path in paths:
                expected = np.asarray(covering(references[path], height, width)).astype(int)
                difference = np.abs(found[path] - expected).max()
                checked += 1
                if difference > (2 if path.endswith(LOSSY) else 0):
                    failures.append(f"{path} as {height}x{width}: differs by up to {difference}")
    result = Report()
    result.count(checked, failures)
    result.finish()


if __name__ == "__main__":
    main()
