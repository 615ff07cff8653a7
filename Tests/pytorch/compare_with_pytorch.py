#!/usr/bin/env python3
"""Holds pba's networks against the same networks in PyTorch: scores, loss, gradients, one step of the optimiser.

usage: compare_with_pytorch.py --probe .build/release/network-probe [--model ss_96 ...]

Needs torch and numpy. The networks in PyTorch are those of the Python package. Weights are exchanged as safetensors. Random
layers draw the same numbers on both sides: from a generator of torch at the same seed, in the same order.
Prints two lines a model, one for each precision, and a closing line `N passed, M failed`; exits 1 if any failed.
"""
import argparse
import subprocess
import sys
import tempfile
from functools import partial
from pathlib import Path

import torch
from training import backward, optimizer, update

ROOT = Path(__file__).resolve().parents[2]
sys.path[:0] = [str(ROOT / "Tests" / "cli"), str(ROOT / "Python")]
from case_runner import program, require, run_all  # noqa: E402
from swift_pba.models import network  # noqa: E402
from swift_pba.models.safetensors import Safetensors, header, joined, laid_out  # noqa: E402

# Model, images, height, width.
Size = tuple[str, int, int, int]
# PyTorch clips gradients by their norm plus 1e-6, pba by their norm: so far may weights differ in double precision.
TOLERANCES = {torch.float32: 5e-2, torch.float64: 1e-6}
SEED = 2026
CLASSES = 10
# Model, images, height, width: of every family small networks, and one of the published sizes.
CASES: list[Size] = [
    ("wrn_10_1", 16, 32, 32), ("wrn_16_2", 16, 24, 36), ("wrn_16_1", 8, 27, 30), ("wrn_40_2", 4, 32, 32),
    ("ss_2", 8, 9, 14), ("ss_8", 8, 27, 30), ("ss_32", 4, 32, 32),
    ("pyramid_net_11_5", 8, 9, 14), ("pyramid_net_29_24", 8, 27, 30), ("pyramid_net", 3, 16, 20),
]
# With these, the loss has weights of the classes and smoothed labels.
WEIGHTED_CASES: list[Size] = [("wrn_10_1", 16, 8, 8)]
SMOOTHING = 0.1


def difference(ours: list[torch.Tensor], theirs: list[torch.Tensor]) -> float:
    """The distance of two lists of tensors, relative to the length of the second.

    In double precision it is the largest difference in any tensor, relative to that tensor's largest number (or to a
    millionth of the largest anywhere, as some gradients are zero but for rounding). In single precision it is the
    Euclidean distance of all tensors together: of millions of activations some lie so near to zero that rounding
    decides on which side of a ReLU's kink they are, and this changes single gradients by far more than rounding.
    """
    if theirs[0].dtype == torch.float64:
        floor = 1e-6 * max(b.abs().max() for b in theirs)
        return max((a - b).abs().max() / b.abs().max().clamp_min(floor) for a, b in zip(ours, theirs, strict=True)).item()
    distance = sum((a - b).double().square().sum() for a, b in zip(ours, theirs, strict=True))
    return (distance / sum(b.double().square().sum() for b in theirs)).sqrt().item()


def compare(
    probe: str, model_name: str, shape: tuple[int, int, int, int], kind: torch.dtype, folder: str, weighted: bool
) -> dict[str, float]:
    torch.manual_seed(0)
    torch.set_num_threads(1)
    images = torch.randn(shape, dtype=kind).contiguous(memory_format=torch.channels_last)
    labels = torch.arange(len(images)) % CLASSES
    inputs, loss_options = {"images": images, "labels": labels, "seed": torch.tensor([SEED])}, {}
    if weighted:
        weights = (1 + torch.arange(CLASSES)).to(kind) / 4
        loss_options = {"weight": weights, "label_smoothing": SMOOTHING}
        inputs |= {"weights": weights, "smoothing": torch.tensor([SMOOTHING], dtype=kind)}
    places, body = laid_out(inputs)
    Path(f"{folder}/in").write_bytes(joined(header(places, {}), body))
    subprocess.run([probe, model_name, str(CLASSES), f"{folder}/in", f"{folder}/out"], check=True)
    output = Safetensors(bytearray(Path(f"{folder}/out").read_bytes()), "the probe's output")
    ours = {place.name: output.tensor(place.name) for place in output.places}

    model = network(model_name, CLASSES).to(kind).to(memory_format=torch.channels_last)
    parameters = dict(model.named_parameters())
    if sorted("before." + name for name in parameters) != sorted(name for name in ours if name.startswith("before.")):
        return {"names": float("inf")}
    with torch.no_grad():
        for name, parameter in parameters.items():
            parameter.copy_(ours["before." + name])
        worst = {"scores": difference([ours["scores"]], [model.eval()(images)])}

    def of_all(prefix: str, theirs: dict[str, torch.Tensor]) -> float:
        return difference([ours[prefix + name] for name in theirs], [tensor.detach() for tensor in theirs.values()])

    loss = backward(model.train(), images, labels, generator=torch.Generator().manual_seed(SEED), **loss_options)
    worst["loss"] = difference([ours["loss"]], [loss.detach()])
    worst["gradients"] = of_all("gradient.", {name: parameter.grad for name, parameter in parameters.items()})
    update(model, optimizer(model), 0.1)
    worst["weights after a step"] = of_all("after.", parameters)
    worst["running statistics"] = of_all(
        "after.", {name: b for name, b in model.named_buffers() if not name.endswith("num_batches_tracked")})
    return worst


def agree(probe: str, case: Size, kind: torch.dtype, tolerance: float) -> str:
    """Fails where a figure of a network differs by more than the tolerance."""
    name, count, height, width = case
    with tempfile.TemporaryDirectory() as folder:
        worst = compare(probe, name, (count, 3, height, width), kind, folder, case in WEIGHTED_CASES)
    words = ", ".join(f"{figure} {value:.1e}" for figure, value in worst.items())
    require(all(value <= tolerance for value in worst.values()), words)
    return words


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--probe", required=True, type=program)
    parser.add_argument("--model", nargs="+", metavar="NAME", help="these models, on 8 images of 32x32")
    options = parser.parse_args()
    cases = [(name, 8, 32, 32) for name in options.model] if options.model else CASES + WEIGHTED_CASES
    run_all(
        (f"{case[0]}, {case[1]} images of {case[2]}x{case[3]}{', weighted loss' if case in WEIGHTED_CASES else ''}, {kind}",
         partial(agree, options.probe, case, kind, tolerance))
        for case in cases for kind, tolerance in TOLERANCES.items())


if __name__ == "__main__":
    main()
