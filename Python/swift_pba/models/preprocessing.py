"""Images as a network takes them, made as the program makes them."""

from __future__ import annotations

from typing import Any

import numpy as np
import torch

from .info import CheckpointInfo
from .resampling import covering

_MODES = ("RGB", "RGBA", "RGBX", "L", "LA", "P", "PA", "1")


def preprocess(image: Any, info: CheckpointInfo) -> torch.Tensor:
    """Scale, crop and normalise an image as the program does before it measures one.

    The numbers are those that the program computes, bit for bit: the image is scaled so that it just covers the size, with
    its shape kept, and cut about its centre; a Pillow image is turned upright as its camera noted, grey is repeated into the
    three colours, and transparent parts show white paper.

    Parameters
    ----------
    image : PIL.Image.Image, uint8 array [H, W, 3], [H, W] or [N, H, W, 3], or uint8 tensor [3, H, W], [1, H, W] or [N, 3, H, W]
        The image, or a batch of images of one size.
    info : CheckpointInfo
        The size and the normalisation, of ``network.info``.

    Returns
    -------
    float32 Tensor [3, height, width], or [N, 3, height, width] of a batch
        On the CPU.

    Raises
    ------
    TypeError, ValueError
        If the input is not an 8-bit image; the message says what was found and expected.
    """
    pixels = _pixels(image)
    height, width = info.image_size
    single = pixels.ndim == 3
    scaled = np.stack([covering(one, height, width) for one in (pixels[None] if single else pixels)])
    table = _normalisation(info)
    numbers = np.stack([table[channel][scaled[..., channel]] for channel in range(3)], axis=1)
    return torch.from_numpy(numbers[0] if single else numbers)


def _normalisation(info: CheckpointInfo) -> np.ndarray:
    """(value / 255 − mean) / standard deviation for each value of red, green and blue: [3, 256]."""
    mean, std = (np.array(numbers, np.float32).astype(np.float64)[:, None] for numbers in (info.mean, info.std))
    return ((np.arange(256) / 255 - mean) / std).astype(np.float32)


def _pixels(image: Any) -> np.ndarray:
    """The bytes [H, W, 3] or [N, H, W, 3] of an image or a batch."""
    if isinstance(image, torch.Tensor):
        found = f"a {str(image.dtype).removeprefix('torch.')} tensor of the shape {list(image.shape)}"
        if image.dtype != torch.uint8 or image.ndim not in (3, 4) or image.shape[-3] not in (1, 3):
            raise ValueError(f"image: found {found}, expected uint8 of [3, H, W], [1, H, W] or [N, 3, H, W]")
        array = image.detach().cpu().movedim(-3, -1).numpy()
    elif isinstance(image, np.ndarray):
        found = f"a {image.dtype} array of the shape {list(image.shape)}"
        array = image[..., None] if image.ndim == 2 else image
        if array.dtype != np.uint8 or array.ndim not in (3, 4) or array.shape[-1] not in (1, 3):
            raise ValueError(f"image: found {found}, expected uint8 of [H, W, 3], [H, W] or [N, H, W, 3]")
    elif hasattr(image, "getexif") and hasattr(image, "mode"):
        found = f"a Pillow image of {image.size}"
        array = _decoded(image)
    else:
        raise TypeError(f"image: found a {type(image).__name__}, expected a Pillow image, a NumPy array or a tensor")
    if array.size == 0:
        raise ValueError(f"image: found {found}, expected at least one pixel")
    return np.repeat(array, 3, axis=-1) if array.shape[-1] == 1 else array


def _decoded(image: Any) -> np.ndarray:
    """The bytes [H, W, 3] of a Pillow image: upright, on white paper."""
    from PIL import ImageOps

    if image.mode not in _MODES:
        raise ValueError(
            f"image: found a Pillow image of the mode {image.mode}, expected one of {', '.join(_MODES)};"
            " convert it first: image.convert('RGB')"
        )
    image = ImageOps.exif_transpose(image)
    if image.mode not in ("LA", "PA", "RGBA") and "transparency" not in image.info:
        return np.asarray(image.convert("RGB"))
    rgba = np.asarray(image.convert("RGBA")).astype(np.int64)
    alpha = rgba[..., 3:]
    # Exact rounding of a division by 255 for sums up to 255².
    total = rgba[..., :3] * alpha + 255 * (255 - alpha) + 128
    return ((total + (total >> 8)) >> 8).astype(np.uint8)
