"""Checkpoints of the program: networks that it trained are loaded, others are saved for it."""

from __future__ import annotations

import hashlib
import os
import stat
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import torch

from .._files import write_whole
from .classifier import Classifier
from .info import CheckpointInfo
from .networks import network
from .recipe import complete
from .run_folder import checkpoint_file
from .safetensors import Safetensors, TensorPlace, header, joined, laid_out

FORMAT, VERSION = "pba-checkpoint", "2"
_DIGEST = "sha256"
_MOMENTUM = "optimizer.momentum"


def load(checkpoint: str | os.PathLike[str], *, map_location: torch.device | str | None = None) -> Classifier:
    """Load a network that the program trained.

    Parameters
    ----------
    checkpoint : path
        A checkpoint, or the folder of a training: of that the best checkpoint where it was validated between its epochs,
        otherwise the newest.
    map_location : torch.device or str, optional
        Where its tensors are put; by default on the CPU.

    Returns
    -------
    Classifier
        The network in evaluation mode, with ``info``: classes, normalisation, image size, recipe.

    Raises
    ------
    ValueError
        Where the file is damaged, no checkpoint, of another version or of another network; the message says what was found.
    OSError
        Where it cannot be read.

    Examples
    --------
    >>> network = load("runs/train")                                        # doctest: +SKIP
    >>> images = preprocess(Image.open("cat.jpg"), network.info)[None]      # doctest: +SKIP
    >>> network.info.class_names[network(images).argmax()]                  # doctest: +SKIP
    'cat'
    """
    path = checkpoint_file(Path(checkpoint))
    contents, info = _read(path)
    try:
        with torch.device("meta"):  # nothing is drawn and no memory taken until every shape is known to be right
            model = network(info.model, len(info.class_names))
    except ValueError as error:
        raise ValueError(f"{path}: {error}") from None
    shapes = {name: tuple(tensor.shape) for name, tensor in _stored(model).items()}
    _require_shapes(contents, path, info.model, shapes | _momentum(model))
    device = torch.device("cpu" if map_location is None else map_location)
    model.load_state_dict({name: contents.tensor(name).to(device) for name in shapes}, assign=True)
    for part in model.modules():
        if isinstance(part, torch.nn.BatchNorm2d):
            part.num_batches_tracked = torch.zeros((), dtype=torch.int64, device=device)
    model.info = info
    return model.eval()


def save(
    model: Classifier,
    path: str | os.PathLike[str],
    *,
    like: str | os.PathLike[str] | CheckpointInfo | None = None,
    class_names: Sequence[str] | None = None,
    mean: Sequence[float] | None = None,
    std: Sequence[float] | None = None,
    image_size: tuple[int, int] | None = None,
    dataset: str | None = None,
    epoch: int | None = None,
    recipe: Mapping[str, Any] | None = None,
) -> CheckpointInfo:
    """Save a network as a checkpoint that the program takes: ``pba evaluate --checkpoint``, ``pba train --from``.

    The optimiser in it is at rest. The file appears whole or not at all.

    Parameters
    ----------
    model : Classifier
        A network of this package, trained anywhere; weights of other types become float32.
    path : path
        The file, which is replaced if it is there; its name should end with ``.safetensors``.
    like : path or CheckpointInfo, optional
        What the description is taken from, where nothing else is said; by default ``model.info``, if it has one.
    class_names : sequence of str, optional
        The names of the classes, in the order of the scores. Needed without ``like``.
    mean, std : sequence of float, optional
        Three numbers each, red, green and blue of values in 0 to 1, by which images were normalised. Needed without ``like``.
    image_size : (int, int), optional
        Height and width of the images. Needed without ``like``.
    dataset : str, optional
        The name of the dataset; without ``like`` by default ``"unknown"``.
    epoch : int, optional
        Epochs done; without ``like`` 0.
    recipe : dict, optional
        How it was trained, in the names of the program's settings. What is not said is that of ``like``, or the program's
        default. An evaluation uses ``precision`` alone.

    Returns
    -------
    CheckpointInfo
        The description that was written.

    Raises
    ------
    ValueError
        Where the description lacks something or does not fit the network.

    Examples
    --------
    >>> save(trained, "mine.safetensors", like="runs/train")                # doctest: +SKIP
    >>> save(WideResNet(28, 10, classes=2), "mine.safetensors", class_names=["cat", "dog"], image_size=(32, 32),
    ...      mean=(0.49, 0.48, 0.45), std=(0.25, 0.24, 0.26))               # doctest: +SKIP
    """
    if not isinstance(model, Classifier):
        raise TypeError(
            f"model: found a {type(model).__name__}, expected a network of swift_pba.models; the program knows no others"
            " (of a compiled or parallel one, give the module inside: model._orig_mod, model.module)"
        )
    given = {
        "class_names": class_names,
        "mean": mean,
        "std": std,
        "image_size": image_size,
        "dataset": dataset,
        "epoch": epoch,
    }
    info = _described(model, _like(model, like), {name: value for name, value in given.items() if value is not None}, recipe)
    stored = {name: tensor.detach().to("cpu", torch.float32) for name, tensor in _stored(model).items()}
    (size,) = _momentum(model)[_MOMENTUM]
    places, body = laid_out(stored | {_MOMENTUM: torch.zeros(size, dtype=torch.float32)})
    metadata = {"format": FORMAT, "version": VERSION, "info": info.to_json()}
    sealed = metadata | {_DIGEST: _digest(places, metadata, body)}
    write_whole(Path(path), joined(header(places, sealed), body))
    return info


def read_info(checkpoint: str | os.PathLike[str]) -> CheckpointInfo:
    """Give what a checkpoint, or that of a training's folder, says of itself; it is checked as :func:`load` does."""
    return _read(checkpoint_file(Path(checkpoint)))[1]


def _described(
    model: Classifier, like: CheckpointInfo | None, given: dict[str, Any], recipe: Mapping[str, Any] | None
) -> CheckpointInfo:
    known = {} if like is None else {name: getattr(like, name) for name in like.__dataclass_fields__}
    whole = complete(model.name, {**known.pop("recipe", {}), **dict(recipe or {})})
    values = {"dataset": "unknown", **known, **given, "recipe": whole}
    missing = [name for name in ("class_names", "mean", "std", "image_size") if name not in values]
    if missing:
        raise ValueError(f"{', '.join(missing)}: found nothing, expected values, or a checkpoint that has them as like=")
    info = CheckpointInfo(**values)
    if len(info.class_names) != model.classes:
        raise ValueError(f"class_names: found {len(info.class_names)} names, expected {model.classes}, one for each score")
    return info


def _like(model: Classifier, like: str | os.PathLike[str] | CheckpointInfo | None) -> CheckpointInfo | None:
    if like is None or isinstance(like, CheckpointInfo):
        return model.info if like is None else like
    return read_info(like)


def _stored(model: Classifier) -> dict[str, torch.Tensor]:
    """The parameters, then the running statistics, as checkpoints have them."""
    buffers = {name: tensor for name, tensor in model.named_buffers() if not name.endswith("num_batches_tracked")}
    return dict(model.named_parameters()) | buffers


def _momentum(model: Classifier) -> dict[str, tuple[int, ...]]:
    return {_MOMENTUM: (sum(parameter.numel() for parameter in model.parameters()),)}


def _read(path: Path) -> tuple[Safetensors, CheckpointInfo]:
    with open(path, "rb") as file:
        if not stat.S_ISREG(os.fstat(file.fileno()).st_mode):
            raise ValueError(f"{path}: found no regular file, expected a checkpoint")
        contents = Safetensors(bytearray(file.read()), str(path))
    metadata = contents.metadata
    if metadata.get("format") != FORMAT:
        raise ValueError(f"{path} is a safetensors file, but not a checkpoint of pba")
    if metadata.get("version") != VERSION:
        found = metadata.get("version", "?")
        raise ValueError(f"{path} is a checkpoint of version {found}; this swift_pba reads version {VERSION}")
    unsealed = {name: text for name, text in metadata.items() if name != _DIGEST}
    try:
        is_whole = _digest(contents.places, unsealed, contents.body) == metadata.get(_DIGEST)
    except UnicodeEncodeError:
        is_whole = False
    if not is_whole:
        raise ValueError(f"{path}: the file is not as it was written; take it from a copy, or train again")
    try:
        return contents, CheckpointInfo.from_json(metadata.get("info", ""))
    except ValueError as error:
        raise ValueError(f"{path}: its description: {error}") from None


def _digest(places: list[TensorPlace], metadata: Mapping[str, str], body: bytes | memoryview) -> str:
    """The SHA-256 of the header without the digest itself, followed by that of the tensors' bytes."""
    digest_of_body = hashlib.sha256(body).hexdigest()
    return hashlib.sha256(header(places, metadata) + digest_of_body.encode()).hexdigest()


def _require_shapes(contents: Safetensors, path: Path, model: str, expected: Mapping[str, tuple[int, ...]]) -> None:
    def mistake(name: str, found: str, wanted: str) -> ValueError:
        return ValueError(f"{path}: the tensor '{name}': found {found}, expected {wanted}, as a {model} has it")

    for name, shape in expected.items():
        if name not in contents:
            raise mistake(name, "none", f"the shape {list(shape)}")
        place = contents.place(name)
        if (place.code, place.shape) != ("F32", shape):
            raise mistake(name, f"{place.code} of the shape {list(place.shape)}", f"F32 of the shape {list(shape)}")
    for place in contents.places:
        if place.name not in expected:
            raise mistake(place.name, f"the shape {list(place.shape)}", "no tensor of that name")
