"""Trained networks as files that other programs run: ONNX, and PyTorch's exported programs.

>>> from swift_pba.export import export
>>> export("runs/train", "model.onnx")                                       # doctest: +SKIP
"""

from __future__ import annotations

import argparse
import importlib.util
import io
import json
import os
import sys
import warnings
from collections.abc import Sequence
from pathlib import Path
from typing import NoReturn

import torch

from ._files import write_whole
from .models import CheckpointInfo, Classifier, load

INPUT, OUTPUT = "images", "scores"
_BATCH = "batch"
_OLDEST_OPSET = 18
"""The oldest version of the operators that PyTorch writes by itself."""
_LARGEST_ONNX = (1 << 31) - (1 << 24)
"""The bytes of weights that a file of protocol buffers holds, with some left for the rest."""


def export(
    checkpoint: str | os.PathLike[str], path: str | os.PathLike[str], *, batch: int | None = None, opset: int | None = None
) -> CheckpointInfo:
    """Write a trained network as an ONNX file or as an exported program of PyTorch.

    The network takes ``images``, normalised float32 [batch, 3, height, width] of the size that it was trained on, and gives
    ``scores``, float32 [batch, classes]. The file also holds ``class_names``, ``mean``, ``std``, ``image_size``, ``model``,
    ``dataset`` and ``epoch``, each as JSON: an ONNX file as metadata, an exported program as extra files.

    Parameters
    ----------
    checkpoint : path
        A checkpoint, or the folder of a training, as :func:`swift_pba.models.load` takes it.
    path : path
        The file, which is replaced if it is there: ``.onnx``, or ``.pt2`` for ``torch.export.load``.
    batch : int, optional
        How many images the network takes at once; by default any number.
    opset : int, optional
        The version of ONNX's operators, from 18; by default the one that PyTorch prefers.

    Returns
    -------
    CheckpointInfo
        What the checkpoint says of itself.

    Raises
    ------
    ImportError
        Where an ONNX file is asked for and the packages for it are not there; the message says what to install.
    ValueError
        For another kind of file, and what :func:`swift_pba.models.load` refuses.

    Examples
    --------
    >>> session = onnxruntime.InferenceSession("model.onnx")                 # doctest: +SKIP
    >>> metadata = session.get_modelmeta().custom_metadata_map               # doctest: +SKIP
    >>> names = json.loads(metadata["class_names"])                          # doctest: +SKIP
    """
    path = Path(path)
    if path.suffix not in _WRITERS:
        raise ValueError(f"{path}: found a name that ends with '{path.suffix}', expected {' or '.join(_WRITERS)}")
    if batch is not None and (type(batch) is not int or batch < 1):
        raise ValueError(f"batch: found {batch!r}, expected a whole number above 0")
    if opset is not None and path.suffix != ".onnx":
        raise ValueError(f"opset: found {opset!r} for {path}, expected none: only ONNX files have one")
    if not path.parent.is_dir():
        raise ValueError(f"{path}: its folder is not there; make it first")
    writer = _WRITERS[path.suffix]
    if path.suffix == ".onnx":
        _require_packages("onnx", "onnxscript")
        _require_opset(opset)
    model = load(checkpoint)
    info = model.info
    assert info is not None  # load() gives every network one
    # With one image alone, tracing would take the number 1 for a constant.
    images = torch.zeros(2 if batch is None else batch, 3, *info.image_size, dtype=torch.float32)
    with warnings.catch_warnings():
        # What PyTorch will change in itself is of no interest to those who export.
        warnings.simplefilter("ignore", FutureWarning)
        warnings.simplefilter("ignore", DeprecationWarning)
        contents = writer(model, info, images, batch is None, opset)
    write_whole(path, contents)
    return info


def _description(info: CheckpointInfo) -> dict[str, str]:
    names = ("class_names", "mean", "std", "image_size", "model", "dataset", "epoch")
    return {name: json.dumps(getattr(info, name), ensure_ascii=False) for name in names}


def _onnx(model: Classifier, info: CheckpointInfo, images: torch.Tensor, is_dynamic: bool, opset: int | None) -> bytes:
    size = sum(tensor.numel() * tensor.element_size() for tensor in model.state_dict().values())
    if size > _LARGEST_ONNX:
        raise ValueError(f"{info.model}: found {size} bytes of weights, expected at most {_LARGEST_ONNX} for ONNX; write a .pt2")
    program = torch.onnx.export(
        model,
        (images,),
        dynamo=True,
        verbose=False,
        input_names=[INPUT],
        output_names=[OUTPUT],
        opset_version=opset,
        dynamic_shapes=({0: _BATCH},) if is_dynamic else None,
    )
    assert program is not None  # it is where dynamo is True
    written = program.model.opset_imports[""]
    if opset not in (None, written):
        raise ValueError(f"opset: found {opset}, expected one that this PyTorch can write, such as {written}")
    program.model.metadata_props.update(_description(info))
    contents: bytes = program.model_proto.SerializeToString()
    return contents


def _program(model: Classifier, info: CheckpointInfo, images: torch.Tensor, is_dynamic: bool, opset: int | None) -> bytes:
    shapes = {INPUT: {0: torch.export.Dim(_BATCH)}} if is_dynamic else None
    program = torch.export.export(model, (images,), dynamic_shapes=shapes)
    file = io.BytesIO()
    torch.export.save(program, file, extra_files=_description(info))
    return file.getvalue()


_WRITERS = {".onnx": _onnx, ".pt2": _program}


def _require_packages(*names: str) -> None:
    missing = [name for name in names if importlib.util.find_spec(name) is None]
    if missing:
        raise ImportError(f"ONNX files need {' and '.join(missing)}: pip install {' '.join(missing)}")


def _require_opset(opset: int | None) -> None:
    from onnx.defs import onnx_opset_version

    newest = onnx_opset_version()
    if opset is not None and (type(opset) is not int or not _OLDEST_OPSET <= opset <= newest):
        raise ValueError(f"opset: found {opset!r}, expected a whole number from {_OLDEST_OPSET} to {newest}")


class _Parser(argparse.ArgumentParser):
    """Ends with the exit code that the program has for wrong usage."""

    def error(self, message: str) -> NoReturn:
        self.print_usage(sys.stderr)
        self.exit(64, f"Error: {message}\n")


def main(argv: Sequence[str] | None = None) -> int:
    """Run ``python -m swift_pba export``.

    Parameters
    ----------
    argv : sequence of str, optional
        The arguments after ``export``; by default those of the process.

    Returns
    -------
    int
        The exit code: 0, or 1 where the file could not be written. Wrong usage ends the process with 64.
    """
    parser = _Parser(prog="python -m swift_pba export", description="Write a trained network as ONNX, or as a PyTorch program.")
    parser.add_argument("checkpoint", help="a checkpoint of pba, or the folder of a training")
    parser.add_argument("file", help="the file to write: model.onnx or model.pt2")
    parser.add_argument("--batch", type=int, metavar="N", help="take exactly N images at once (default: any number)")
    parser.add_argument("--opset", type=int, metavar="N", help="ONNX: the version of the operators (default: PyTorch's choice)")
    parser.add_argument("--force", action="store_true", help="write over a file that is already there")
    options = parser.parse_args(argv)
    if os.path.lexists(options.file) and not options.force:
        words = "is already there and is not written over; name another file, or give --force"
        print(f"Error: {options.file}: {words}", file=sys.stderr)
        return 1
    try:
        info = export(options.checkpoint, options.file, batch=options.batch, opset=options.opset)
    except (ImportError, OSError, ValueError) as error:
        print(f"Error: {error}", file=sys.stderr)
        return 1
    height, width = info.image_size
    batches = "any size" if options.batch is None else options.batch
    print(f"{options.file}: {info.model}, images of {height} × {width}, batches of {batches}, {len(info.class_names)} classes")
    return 0
