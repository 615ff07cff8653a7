"""A policy as a transform: for torchvision, for plain PyTorch, and for whoever holds single images."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from typing import Any, SupportsIndex

import numpy as np

from . import _checks
from ._engine import PLANAR, RGBX, Applied, Engine, check_size
from .batch import playing
from .keys import current
from .schedule import Schedule

# What a transform is derived from: torchvision's, where its functions for own transforms are public (0.21), otherwise torch's.
try:
    from torchvision.transforms.v2 import Transform as _Base

    _HAS_TARGETS = hasattr(_Base, "make_params")
except ImportError:
    _HAS_TARGETS = False
if not _HAS_TARGETS:
    try:
        from torch.nn import Module as _Base
    except ImportError:
        _Base = object


class Augment(_Base):
    """Apply a policy's operations to images, each by its own sample and epoch.

    It is a ``torch.nn.Module`` and a torchvision v2 transform. Images come out as they came in: PIL images (RGB or L), numpy
    arrays of uint8 (height, width, 3), tensors of uint8 (…, 3, height, width). Masks, bounding boxes and key points of
    torchvision (``tv_tensors``) go along where operations move pixels, and are left as they are where these change colours.
    Without torch it takes PIL images and arrays.

    What happens to a sample depends on (policy, seed, epoch, index) alone. Epoch and index come from :func:`loader`,
    :func:`wrap` with :class:`Epochs`, or :func:`sample`; :meth:`apply` takes them as arguments.

    Parameters
    ----------
    policy : str, path-like, mapping or Schedule
        A policy's name (``"rcifar10"``, ``"trivialaugment-wide"``, …; see :func:`swift_pba.policies`), a schedule file, or a
        schedule. ``"rcifar10@last"`` and ``"…@shuffled"`` say the order, too.
    epochs : int or None
        The length of the training, to which a schedule is stretched. None keeps the schedule's own.
    seed : int, default 0
        Decides all random numbers.
    fill : sequence of three int, default (124, 116, 104)
        The colour of pixels for which operations leave no data. The default is ImageNet's mean; give the mean that you
        normalise with, times 255. A grey image takes the first.
    mask_fill : int, default 0
        The label of mask pixels for which there is no data, such as 255 where that is ignored.
    dataset : str, default "cifar10"
        Decides which of its policies ``"autoaugment"`` takes.
    order : {"schedule", "shuffled", "last"}, optional
        How a schedule is played: each epoch with its policy, one of its policies for each image, or its last one
        throughout. Where the policy's name says it too, both must agree.
    trial : int, default 0
        The trial of a search whose random numbers are drawn.
    scale_to_size : bool, default True
        Whether lengths in pixels, which are published for 32 × 32, follow the size of the images.

    Examples
    --------
    >>> augment = pba.Augment("rcifar10", epochs=90)
    >>> image = augment.apply(image, epoch=3, index=7)
    >>> transform = v2.Compose([augment, v2.ToImage(), v2.ToDtype(torch.float32, scale=True)])
    >>> loader = pba.loader(ImageFolder("photos", transform=transform), batch_size=64, shuffle=True, num_workers=2)
    """

    def __init__(
        self, policy: str | os.PathLike[str] | Mapping[str, Any] | Schedule, *, epochs: SupportsIndex | None,
        seed: SupportsIndex = 0, fill: Sequence[int] = (124, 116, 104), mask_fill: SupportsIndex = 0,
        dataset: str = "cifar10", order: str | None = None, trial: SupportsIndex = 0, scale_to_size: bool = True,
    ) -> None:
        super().__init__()
        self._engine = Engine(
            policy, seed, playing(epochs, dataset, order, trial, scale_to_size) | {"fill": _colour(fill)})
        self.mask_fill = _checks.integer(mask_fill, "mask_fill", -(2**31), 2**31 - 1)
        self.epochs = None if epochs is None else self._engine.epochs
        self._label = policy if isinstance(policy, str) and not policy.lstrip().startswith("{") else "a schedule"

    def extra_repr(self) -> str:
        """Return what stands in the parentheses of the transform's text."""
        return f"{self._label!r}, epochs={self.epochs}, seed={self._engine.seed}"

    def apply(self, image: Any, *, epoch: SupportsIndex | None = None, index: SupportsIndex | None = None) -> Any:
        """Augment one image of a sample.

        Parameters
        ----------
        image : PIL image, array or tensor
            The image; it is not changed.
        epoch : int
            The epoch, counted from 0. After the last one its policy holds, and a warning says so.
        index : int
            The index of the sample in its dataset.

        Returns
        -------
        PIL image, array or tensor
            The augmented image, of the same type and size.
        """
        if epoch is None and index is None and callable(image) and _Base is not object:
            # What nn.Module calls so: a function for all modules of a network, of which this may be one.
            return super().apply(image)
        return self._image(image, *self._checked(epoch, index))

    def explain(self, *, epoch: SupportsIndex, index: SupportsIndex, size: Sequence[int]) -> list[Applied]:
        """Return the operations that are applied to a sample's image of a size (height, width), in their order."""
        return self._engine.operations(epoch, index, size)

    def forward(self, *inputs: Any) -> Any:
        """Augment the sample that is being prepared: an image, or an image with what goes along, in any nesting."""
        if not _HAS_TARGETS or (len(inputs) == 1 and isinstance(inputs[0], np.ndarray)):
            if len(inputs) != 1:
                raise TypeError(
                    f"found {len(inputs)} inputs, expected one image; masks and boxes go along where torchvision 0.21 or later "
                    "is installed")
            return self._image(inputs[0], *self._now())
        if not inputs:
            raise TypeError("found no input, expected an image")
        _refuse_arrays(inputs)
        return super().forward(*inputs)

    if _Base is object:

        def __call__(self, image: Any) -> Any:
            return self.forward(image)

    def make_params(self, flat_inputs: list[Any]) -> dict[str, Any]:
        """Find the sample that is being prepared; called by torchvision once for all inputs of a call."""
        from . import _along

        _along.check_inputs(flat_inputs)
        epoch, index = self._now()
        return {"epoch": epoch, "index": index}

    def transform(self, inpt: Any, params: dict[str, Any]) -> Any:
        """Augment one input, or move it as its image is moved; called by torchvision."""
        from torchvision import tv_tensors

        from . import _along

        epoch, index = params["epoch"], params["index"]
        if isinstance(inpt, tv_tensors.Mask):
            return _along.moved_mask(self._engine, inpt, epoch, index, self.mask_fill)
        if isinstance(inpt, tv_tensors.BoundingBoxes):
            return _along.moved_boxes(self._engine, inpt, epoch, index)
        if hasattr(tv_tensors, "KeyPoints") and isinstance(inpt, tv_tensors.KeyPoints):
            return _along.moved_points(self._engine, inpt, epoch, index)
        return self._image(inpt, epoch, index)

    def _now(self) -> tuple[int, int]:
        key = current()
        if key is None:
            raise RuntimeError(
                "Augment: the sample and its epoch are not known here; make the data loader with swift_pba.loader(dataset, …), "
                "in a trainer with segment.loader, which tells them, or call augment.apply(image, epoch=…, index=…). Where a "
                "framework replaces the sampler, switch that off (in Lightning: Trainer(use_distributed_sampler=False))")
        return self._checked(*key)

    def _checked(self, epoch: SupportsIndex, index: SupportsIndex) -> tuple[int, int]:
        epoch, index = _checks.key(epoch, index)
        self._engine.warn_beyond_end(epoch, "Augment")
        return epoch, index

    def _image(self, image: Any, epoch: int, index: int) -> Any:
        if isinstance(image, np.ndarray):
            return self._array(image, epoch, index)
        if hasattr(image, "getbands"):
            return self._pil(image, epoch, index)
        if hasattr(image, "detach"):
            return self._tensor(image, epoch, index)
        raise TypeError(
            f"image: found {type(image).__name__}, expected a PIL image, an array of uint8 (height, width, 3), or a tensor of "
            "uint8 (3, height, width)")

    def _array(self, image: np.ndarray, epoch: int, index: int) -> np.ndarray:
        if type(image) is not np.ndarray:
            image = _checks.plain(image, "image")
        if image.dtype != np.uint8:
            raise TypeError(f"image: found {image.dtype}, expected uint8: values from 0 to 255, before any scaling")
        if image.ndim < 2 or image.ndim > 3:
            raise ValueError(f"image: found the shape {image.shape}, expected (height, width, 3)")
        check_size(image.shape[0], image.shape[1], "image")
        if image.ndim == 2:
            return self._array(np.stack([image] * 3, -1), epoch, index)[..., 0].copy()
        if image.shape[2] == 1:
            return self._array(image[..., 0], epoch, index)[..., None]
        if image.shape[2] != 3:
            raise ValueError(f"image: found the shape {image.shape}, expected (height, width, 3)")
        return self._engine.images(np.ascontiguousarray(image), epoch, index)

    def _pil(self, image: Any, epoch: int, index: int) -> Any:
        from PIL import Image

        if image.mode not in ("RGB", "L"):
            raise ValueError(f"image: found the mode {image.mode!r}, expected 'RGB' or 'L': image.convert('RGB')")
        if image.mode == "L":
            return Image.fromarray(self._array(np.asarray(image), epoch, index))
        width, height = image.size
        check_size(height, width, "image")
        # As Pillow has it in memory: three bytes a pixel take it three times as long, each way.
        pixels = np.frombuffer(image.tobytes("raw", "RGBX"), np.uint8).reshape(height, width, 4)
        return Image.frombytes("RGB", image.size, self._engine.images(pixels, epoch, index, RGBX), "raw", "RGBX")

    def _tensor(self, image: Any, epoch: int, index: int) -> Any:
        import torch

        like = _wrapped(image)
        if image.dtype != torch.uint8:
            raise TypeError(
                f"image: found {image.dtype}, expected torch.uint8: put Augment before ToDtype, ToTensor and Normalize")
        if not image.is_cpu:
            raise ValueError(f"image: found a tensor on {image.device}, expected one on the CPU: augment in the data loader")
        if image.layout != torch.strided:
            raise TypeError(f"image: found a tensor of layout {image.layout}, expected torch.strided: image.to_dense()")
        shape = image.shape
        if len(shape) < 3 or shape[-3] not in (1, 3):
            raise ValueError(f"image: found the shape {tuple(shape)}, expected (3, height, width)")
        check_size(shape[-2], shape[-1], "image")
        planes = (image if type(image) is torch.Tensor else image.detach().as_subclass(torch.Tensor)).numpy()
        if shape[-3] == 1:
            augmented = self._engine.images(np.repeat(planes, 3, -3), epoch, index, PLANAR)[..., :1, :, :].copy()
        else:
            augmented = self._engine.images(np.ascontiguousarray(planes), epoch, index, PLANAR)
        result = torch.from_numpy(augmented)
        if like is None:
            return result
        from torchvision import tv_tensors

        return tv_tensors.wrap(result, like=like)


def _refuse_arrays(inputs: tuple[Any, ...]) -> None:
    """Refuse images that torchvision would hand through as they are, while it moves what goes along."""
    from torch.utils._pytree import tree_leaves

    for leaf in tree_leaves(inputs):
        if isinstance(leaf, np.ndarray) and leaf.ndim > 1:
            raise TypeError(
                f"image: found an array of shape {leaf.shape} beside other inputs, expected a PIL image or a tensor there: "
                "tv_tensors.Image(torch.from_numpy(array).permute(2, 0, 1))")


def _colour(fill: Sequence[int]) -> list[int]:
    if isinstance(fill, (str, bytes)) or not isinstance(fill, Sequence) or len(fill) != 3:
        raise TypeError(f"fill: found {fill!r}, expected three integers, for red, green and blue")
    return [_checks.integer(level, f"fill[{place}]", 0, 255) for place, level in enumerate(fill)]


def _wrapped(image: Any) -> Any:
    """Return an image or video of torchvision's own types; None for any other tensor."""
    if type(image).__module__.partition(".")[0] != "torchvision":
        return None
    from torchvision import tv_tensors

    if isinstance(image, (tv_tensors.Image, tv_tensors.Video)):
        return image
    raise TypeError(
        f"image: found {type(image).__name__}, expected an image: what goes along is moved with its image by augment(image, …), "
        "within a loader of swift_pba.loader, or `with swift_pba.sample(epoch=…, index=…):`")
