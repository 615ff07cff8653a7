"""What the program `pba` says and draws, which the package is compared with."""

from __future__ import annotations

import json
import os
import subprocess
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from PIL import Image


def pba(*arguments: str | os.PathLike[str]) -> bytes:
    """Run the program and return what it prints."""
    done = subprocess.run([os.environ["PBA_PROGRAM"], *map(os.fspath, arguments)], capture_output=True, check=False)
    assert done.returncode == 0, f"pba {' '.join(map(str, arguments))} ended with {done.returncode}: {done.stderr.decode()}"
    return done.stdout


#: What the program's pictures have where an operation leaves no data.
GREY = (125, 122, 113)


@dataclass(frozen=True)
class Draw:
    """One draw of a policy for an image, as the program makes it, with the seed and trial by which training makes the same."""

    place: int
    trial: int
    seed: int
    epoch: int
    pixels: np.ndarray  # (height, width, 3), with GREY where there is no data
    operations: list[dict[str, Any]]
    original: np.ndarray

    def with_alpha(self) -> np.ndarray:
        """Return the image with alpha, which is 0 where there is no data: `pba apply` keeps it, operation by operation."""
        with tempfile.TemporaryDirectory() as folder:
            place = Path(folder) / "0.png"
            Image.fromarray(np.dstack([self.original, np.full(self.original.shape[:2], 255, np.uint8)])).save(place)
            for number, operation in enumerate(self.operations, 1):
                before, place = place, Path(folder) / f"{number}.png"
                center = operation.get("center")
                takes_none = operation["unit"] == "none"
                pba(
                    "apply", operation["name"], before, place,
                    *([] if takes_none else [f"--parameter={operation['parameter']!r}"]),
                    *(["--center", f"{center['x']},{center['y']}"] if center else []),
                    *(["--key", str(operation["key"])] if "key" in operation else []))
            with Image.open(place) as image:
                return np.asarray(image)


def draws(
    folder: Path, policy: str, images: list[np.ndarray], *, count: int, seed: int = 0, epoch: int | None = None,
    scale_to_size: bool = False,
) -> list[Draw]:
    """Let `pba preview` draw a policy for images; epochs are counted from 0."""
    folder.mkdir()
    files = []
    for place, image in enumerate(images):
        files.append(folder / f"{place}.png")
        Image.fromarray(image).save(files[-1])
    answer = json.loads(pba(
        "preview", "--policy", policy, "--images", folder / "drawn", "--draws", str(count), "--seed", str(seed), "--full-size",
        "--scale-to-size" if scale_to_size else "--no-scale-to-size", *([] if epoch is None else ["--epoch", str(epoch + 1)]),
        *files, "-o", folder / "all.svg", "--json"))
    result = []
    for draw in answer["draws"]:
        place = files.index(Path(draw["path"]))
        with Image.open(draw["file"]) as image:
            pixels = np.asarray(image.convert("RGB"))
        result.append(Draw(
            place, draw["draw"] - 1, (seed + (place << 32)) % 2**64, draw.get("epoch", 1) - 1, pixels, draw["operations"],
            images[place]))
    assert len(result) == count * len(images)
    return result
