"""Images that the tests augment, and policies that do it."""

from __future__ import annotations

from typing import Any

import numpy as np

#: Sizes (height, width): the smallest, odd ones, wide and high ones, the datasets' and a photograph's.
SIZES = [
    (1, 1), (1, 2), (2, 1), (1, 9), (7, 1), (3, 3), (4, 5), (8, 8), (13, 7), (16, 40), (28, 28), (31, 33), (32, 32), (33, 70),
    (65, 64),
    (97, 130), (224, 224)]

#: Every kind of policy: what `pba.policies()` lists, with and without its argument.
NAMES = [
    "none", "cutout", "cutout:8", "autoaugment", "autoaugment:cifar10", "autoaugment:svhn", "randaugment", "randaugment:3,15",
    "trivialaugment", "trivialaugment-wide", "rcifar10", "rsvhn", "random"]

#: What moves pixels, and what does not.
MOVING = ["Rotate", "ShearX", "ShearY", "TranslateX", "TranslateY"]
COLOURING = [
    "AutoContrast", "Brightness", "Color", "Contrast", "Cutout", "Equalize", "Invert", "Posterize", "Sharpness", "Solarize"]


#: The same of operations beyond those of PBA.
PLACING = ["FlipHorizontal", "FlipVertical", "Zoom", "Perspective"]
RECOLOURING = ["Grayscale", "Gamma", "Hue", "ChannelShuffle", "GaussianBlur", "JPEGCompression", "GaussianNoise", "Erase"]


def picture(height: int, width: int, seed: int = 0) -> np.ndarray:
    """Return an image with smooth parts, edges and noise, which tells one place and one colour from another."""
    random = np.random.default_rng([height, width, seed])
    rows, columns = np.mgrid[0:height, 0:width]
    waves = [np.sin(random.uniform(0.02, 0.5) * rows + random.uniform(0.02, 0.5) * columns + phase) for phase in (0, 2, 4)]
    image = 127.5 + 127.5 * np.stack(waves, -1)
    image[height // 3 : height // 2, width // 4 : width // 2] = random.integers(0, 256, 3)
    return (image + random.normal(0, 6, image.shape)).clip(0, 255).round().astype(np.uint8)


def mapping(*runs: tuple[int, list[tuple[str, int, int]]], counts: tuple[float, ...] = (0.2, 0.3, 0.5)) -> dict[str, Any]:
    """Return a schedule: runs of epochs, each with its (operation, probability, magnitude)."""
    segments = []
    for epochs, entries in runs:
        policy = [dict(zip(("operation", "probability", "magnitude"), entry, strict=True)) for entry in entries]
        segments.append({"epochs": epochs, "policy": policy})
    return {
        "format": "pba-schedule", "version": 1, "name": "made for a test", "epochs": sum(epochs for epochs, _ in runs),
        "operationCount": list(counts), "probabilityScale": 10, "magnitudeScale": 10, "segments": segments, "provenance": {}}


def always(*entries: tuple[str, int]) -> dict[str, Any]:
    """Return a schedule of one epoch that applies these operations, each with its magnitude, to every image."""
    counts = [0.0] * len(entries) + [1.0]
    return mapping((1, [(name, 10, magnitude) for name, magnitude in entries]), counts=tuple(counts))
