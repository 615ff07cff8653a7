"""Images scaled and cropped to a size, as the program's reader of image folders does it: the same bytes."""

from __future__ import annotations

import numpy as np

FRACTION_BITS = 22
"""The bits after the point in a weight, as Pillow has them for 8-bit pixels: 32 less 8 for a pixel and 2 for sums."""
_ROWS_AT_ONCE = 256


def covering(image: np.ndarray, height: int, width: int) -> np.ndarray:
    """Scale an image so that it just covers a size, with its shape kept, and cut it to that size about its centre.

    Parameters
    ----------
    image : uint8 array [H, W, 3]
        The image.
    height, width : int
        The size.

    Returns
    -------
    uint8 array [height, width, 3]
        The same bytes as a resize by Pillow with ``BILINEAR`` has there. Of an odd number of pixels that are cut off, the
        one more goes at the right or at the bottom.
    """
    old_height, old_width = image.shape[:2]
    if (old_height, old_width) == (height, width):
        return image
    if old_width * height >= old_height * width:
        scaled = height, max((2 * old_width * height + old_height) // (2 * old_height), width)
    else:
        scaled = max((2 * old_height * width + old_width) // (2 * old_width), height), width
    top, left = (scaled[0] - height) // 2, (scaled[1] - width) // 2
    down = _weights(old_height, scaled[0], range(top, top + height))
    across = _weights(old_width, scaled[1], range(left, left + width))
    # Each pass is rounded before the other, so their order counts; it is that of Pillow 13.
    if old_height > scaled[0] and old_height - scaled[0] > 2 * (old_width - scaled[1]):
        return _across(_down(image, down), across)
    return _down(_across(image, across), down)


def _weights(size: int, new_size: int, places: range) -> np.ndarray | slice:
    """The weights [places, size] of old places in new ones, as whole numbers; a slice where the size stays.

    The triangle filter of support 1, stretched by the scale when an image shrinks; weights are normalised in double
    precision, then rounded to 22 bits after the point.
    """
    if size == new_size:
        return slice(places.start, places.stop)
    scale = size / new_size
    stretch = max(scale, 1.0)
    weights = np.zeros((len(places), size))
    for row, place in enumerate(places):
        center = (place + 0.5) * scale
        low = max(int(center - stretch + 0.5), 0)
        end = min(int(center + stretch + 0.5), size)
        distances = (abs((old - center + 0.5) * (1 / stretch)) for old in range(low, end))
        exact = [1 - distance if distance < 1 else 0.0 for distance in distances]
        total = 0.0
        for weight in exact:  # sum() is more exact than this from Python 3.12 on
            total += weight
        shares = (weight if total == 0 else weight / total for weight in exact)
        weights[row, low:end] = [int(0.5 + share * (1 << FRACTION_BITS)) for share in shares]
    return weights


def _rounded(sums: np.ndarray) -> np.ndarray:
    """Sums of whole numbers, exact in double precision, to bytes."""
    whole = np.floor((sums + (1 << (FRACTION_BITS - 1))) / (1 << FRACTION_BITS))
    return np.clip(whole, 0, 255).astype(np.uint8)


def _across(image: np.ndarray, weights: np.ndarray | slice) -> np.ndarray:
    if isinstance(weights, slice):
        return image[:, weights]
    result = np.empty((len(image), len(weights), 3), np.uint8)
    for start in range(0, len(image), _ROWS_AT_ONCE):
        rows = slice(start, start + _ROWS_AT_ONCE)
        result[rows] = _rounded(weights @ image[rows].astype(np.float64))
    return result


def _down(image: np.ndarray, weights: np.ndarray | slice) -> np.ndarray:
    if isinstance(weights, slice):
        return image[weights]
    sums = weights @ image.reshape(len(image), -1).astype(np.float64)
    return _rounded(sums).reshape(len(weights), -1, 3)
