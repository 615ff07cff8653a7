"""A policy as a transform of albumentations (2.0.8, the last one under the MIT licence)."""

from __future__ import annotations

import json
import os
from collections.abc import Mapping, Sequence
from typing import Any, SupportsIndex

import numpy as np

from . import _checks
from ._engine import Applied
from .augment import Augment as _Augment
from .keys import current
from .schedule import Schedule

try:
    from albumentations.core.transforms_interface import ImageOnlyTransform
except ImportError as error:
    raise ImportError(
        f"swift_pba.albumentations needs albumentations, which cannot be imported ({error}): pip install albumentations==2.0.8"
    ) from None

__all__ = ["Augment"]

# What albumentations moves with an image, which this does not.
_ALONG = ("mask", "masks", "mask3d", "masks3d", "bboxes", "keypoints")


class Augment(ImageOnlyTransform):
    """Apply a policy's operations to images of uint8, (height, width, 3), within a ``Compose`` of albumentations.

    What happens to a sample depends on (policy, seed, epoch, index) alone, as with :class:`swift_pba.Augment`; albumentations'
    own seeds do not enter. Epoch and index come from :func:`swift_pba.loader`, :func:`swift_pba.wrap` with
    :class:`swift_pba.Epochs`, or :func:`swift_pba.sample`. All of ``images``, ``volume`` and ``volumes`` are treated alike.

    Masks, boxes and key points are not moved. If they are passed and an operation moves pixels, that is a ``ValueError``: use
    :class:`swift_pba.Augment` with torchvision's ``tv_tensors``, which moves them, or a schedule without such operations.

    Parameters
    ----------
    policy, epochs, seed, fill, dataset, order, trial, scale_to_size
        As those of :class:`swift_pba.Augment`.
    p : float, default 1.0
        0 switches the transform off, 1 on. Probabilities of operations are the policy's; another `p` would be drawn by
        albumentations, whose draws repeat from epoch to epoch in a data loader's workers, so it is refused.

    Examples
    --------
    >>> import albumentations as A
    >>> from swift_pba.albumentations import Augment
    >>> transform = A.Compose([A.RandomCrop(24, 24), Augment("rcifar10", epochs=90)])
    >>> with pba.sample(epoch=3, index=7):
    ...     image = transform(image=np.zeros((32, 32, 3), np.uint8))["image"]
    """

    def __init__(
        self, policy: str | os.PathLike[str] | Mapping[str, Any] | Schedule, *, epochs: SupportsIndex | None,
        seed: SupportsIndex = 0, fill: Sequence[int] = (124, 116, 104), dataset: str = "cifar10", order: str | None = None,
        trial: SupportsIndex = 0, scale_to_size: bool = True, p: float = 1.0,
    ) -> None:
        if isinstance(p, bool) or not isinstance(p, (int, float)) or p not in (0, 1):
            raise ValueError(f"p: found {p!r}, expected 1, or 0 to switch it off: the policy has probabilities of its own")
        super().__init__(p=float(p))
        self._augment = _Augment(
            policy, epochs=epochs, seed=seed, fill=fill, dataset=dataset, order=order, trial=trial, scale_to_size=scale_to_size)
        engine = self._augment._engine
        self._along: set[str] = set(_ALONG)
        # A file is written out as what it holds, so that it need not be there when this is read back.
        text, order = engine.played()
        self._arguments = {
            "policy": json.loads(text) if text.startswith("{") else text, "epochs": self._augment.epochs, "seed": engine.seed,
            "fill": [int(level) for level in fill], "dataset": dataset, "order": order, "trial": int(trial),
            "scale_to_size": scale_to_size}

    def explain(self, *, epoch: SupportsIndex, index: SupportsIndex, size: Sequence[int]) -> list[Applied]:
        """Return the operations that are applied to a sample's image of a size (height, width), in their order."""
        return self._augment.explain(epoch=epoch, index=index, size=size)

    def apply(self, img: np.ndarray, epoch: int, index: int, **params: Any) -> np.ndarray:
        """Augment one image; called by albumentations."""
        return self._augment.apply(img, epoch=epoch, index=index)

    def get_params(self) -> dict[str, Any]:
        """Find the sample that is being prepared; called by albumentations once for all targets of a call."""
        key = current()
        if key is None:
            raise RuntimeError(
                "Augment: the sample and its epoch are not known here; make the data loader with swift_pba.loader(dataset, …), "
                "which tells them, or call within `with swift_pba.sample(epoch=…, index=…):`")
        epoch, index = _checks.key(*key)
        return {"epoch": epoch, "index": index}

    def apply_with_params(self, params: dict[str, Any], *args: Any, **kwargs: Any) -> dict[str, Any]:
        """Refuse what would have to be moved, then augment; called by albumentations, in replays too."""
        along = [name for name, value in kwargs.items() if name in self._along and value is not None and len(value)]
        if along:
            moving = [
                applied.operation
                for applied in self.explain(epoch=params["epoch"], index=params["index"], size=params["shape"][:2])
                if applied.movement is not None]
            if moving:
                raise ValueError(
                    f"{', '.join(along)}: found beside an image whose pixels {' and '.join(moving)} moves, expected images "
                    "alone: they would be left where they are. Use swift_pba.Augment with torchvision's tv_tensors, which moves "
                    "masks, boxes and key points, or a schedule without operations that move pixels")
        return super().apply_with_params(params, *args, **kwargs)

    def add_targets(self, additional_targets: dict[str, str]) -> None:
        """Note which further targets are masks, boxes or key points; called by albumentations."""
        super().add_targets(additional_targets)
        self._along |= {name for name, target in additional_targets.items() if target in _ALONG}

    def get_transform_init_args(self) -> dict[str, Any]:
        """Return the arguments that make this transform again; called by albumentations where it is written out."""
        return dict(self._arguments)

    def __repr__(self) -> str:
        return f"Augment({self._augment.extra_repr()}, p={self.p})"
