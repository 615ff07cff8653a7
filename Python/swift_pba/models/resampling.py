"""Images scaled and cropped to a size, as the program's reader of image folders does it: the same bytes."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

FRACTION_BITS = 22
"""The bits after the point in a weight, as Pillow has them for 8-bit pixels: 32 less 8 for a pixel and 2 for sums."""
_NUMBERS_AT_ONCE = 1 << 18


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
    down = _taps(old_height, scaled[0], range(top, top + height))
    across = _taps(old_width, scaled[1], range(left, left + width))
    # Each pass is rounded before the other, so their order counts; it is that of Pillow 13.
    if old_height > scaled[0] and old_height - scaled[0] > 2 * (old_width - scaled[1]):
        return _across(_down(image, down), across)
    return _down(_across(image, across), down)


@dataclass(frozen=True)
class _Taps:
    """What each new place is made of: [places, taps], as many for each as the one with most has; those beyond weigh nothing."""

    old: np.ndarray
    weights: np.ndarray


def _taps(size: int, new_size: int, places: range) -> _Taps | slice:
    """The old places that new ones are made of, with weights that are whole numbers; a slice where the size stays.

    The triangle filter of support 1, stretched by the scale when an image shrinks; weights are normalised in double
    precision, then rounded to 22 bits after the point.
    """
    if size == new_size:
        return slice(places.start, places.stop)
    scale = size / new_size
    stretch = max(scale, 1.0)
    centers = (np.array(places)[:, None] + 0.5) * scale
    low = np.maximum((centers - stretch + 0.5).astype(np.int64), 0)
    end = np.minimum((centers + stretch + 0.5).astype(np.int64), size)
    old = low + np.arange((end - low).max())
    distances = np.abs((old - centers + 0.5) * (1 / stretch))
    exact = np.where((old < end) & (distances < 1), 1 - distances, 0.0)
    # cumsum() adds one after another, as Pillow does; the sum() of numpy adds in pairs.
    total = np.cumsum(exact, axis=1)[:, -1:]
    shares = exact / np.where(total == 0, 1.0, total)
    return _Taps(np.minimum(old, size - 1), np.floor(0.5 + shares * (1 << FRACTION_BITS)))


def _rounded(sums: np.ndarray) -> np.ndarray:
    """Sums of whole numbers, exact in double precision, to bytes."""
    whole = np.floor((sums + (1 << (FRACTION_BITS - 1))) / (1 << FRACTION_BITS))
    return np.clip(whole, 0, 255).astype(np.uint8)


def _across(image: np.ndarray, taps: _Taps | slice) -> np.ndarray:
    return image[:, taps] if isinstance(taps, slice) else _down(image.swapaxes(0, 1), taps).swapaxes(0, 1)


def _down(image: np.ndarray, taps: _Taps | slice) -> np.ndarray:
    if isinstance(taps, slice):
        return image[taps]
    count, most = taps.old.shape
    first, last = taps.old[0, 0], taps.old[-1, -1]
    rows = np.ascontiguousarray(image[first : last + 1]).reshape(last + 1 - first, -1)
    result = np.empty((count, rows.shape[1]), np.uint8)
    step = max(1, _NUMBERS_AT_ONCE // (most * rows.shape[1]))
    for start in range(0, count, step):
        some = slice(start, start + step)
        values = rows[taps.old[some] - first].astype(np.float64)
        result[some] = _rounded(taps.weights[some, None] @ values)[:, 0]
    return result.reshape(count, *image.shape[1:])
