#!/usr/bin/env python3
"""Holds pba's networks against the same networks in PyTorch: scores, loss, gradients, one step of the optimiser.

usage: compare_with_pytorch.py --probe .build/release/network-probe [--model wrn_16_2 ...]

Needs torch and numpy. Weights are exchanged as safetensors, read and written here without any other package.
Prints one line a model and a closing line `N passed, M failed`; exits 1 if any failed.
"""
import argparse, json, pathlib, struct, subprocess, sys, tempfile

import numpy as np
import torch
from torch.nn import functional as F

from wide_resnet import WideResNet, optimizer, training_step

TYPES = {"F32": np.float32, "I64": np.int64}


def read_safetensors(path):
    data = pathlib.Path(path).read_bytes()
    (length,) = struct.unpack("<Q", data[:8])
    header = json.loads(data[8:8 + length])
    body = data[8 + length:]
    return {
        name: torch.from_numpy(
            np.frombuffer(body[slice(*entry["data_offsets"])], TYPES[entry["dtype"]]).reshape(entry["shape"]).copy())
        for name, entry in header.items() if name != "__metadata__"}


def write_safetensors(path, tensors):
    header, body = {}, b""
    for name, tensor in tensors.items():
        raw = tensor.contiguous().numpy().tobytes()
        kind = {torch.float32: "F32", torch.int64: "I64"}[tensor.dtype]
        header[name] = {"dtype": kind, "shape": list(tensor.shape), "data_offsets": [len(body), len(body) + len(raw)]}
        body += raw
    text = json.dumps(header).encode()
    pathlib.Path(path).write_bytes(struct.pack("<Q", len(text)) + text + body)


def difference(a, b):
    """The largest difference, relative to the largest number."""
    return ((a - b).abs().max() / b.abs().max().clamp_min(1e-6)).item()


def compare(probe, model_name, classes, folder):
    _, depth, width = model_name.split("_")
    torch.manual_seed(0)
    torch.set_num_threads(1)
    images, labels = torch.randn(16, 3, 32, 32), torch.arange(16) % classes
    write_safetensors(f"{folder}/in", {"images": images, "labels": labels})
    subprocess.run([probe, model_name, str(classes), f"{folder}/in", f"{folder}/out"], check=True)
    theirs = read_safetensors(f"{folder}/out")

    model = WideResNet(int(depth), int(width), classes).to(memory_format=torch.channels_last)
    names = [name for name, _ in model.named_parameters()]
    probed = [name.removeprefix("before.") for name in theirs if name.startswith("before.")]
    if sorted(names) != sorted(probed):
        return {"names": float("inf")}
    with torch.no_grad():
        for name, parameter in model.named_parameters():
            parameter.copy_(theirs["before." + name])
    images = images.contiguous(memory_format=torch.channels_last)
    worst = {}
    model.eval()
    with torch.no_grad():
        worst["scores"] = difference(theirs["scores"], model(images))
    model.train()
    with torch.no_grad():
        statistics = {name: b.clone() for name, b in model.named_buffers()}
    loss = F.cross_entropy(model(images), labels)
    loss.backward()
    worst["loss"] = difference(theirs["loss"], loss.detach())
    worst["gradients"] = max(difference(theirs["gradient." + n], p.grad) for n, p in model.named_parameters())
    with torch.no_grad():
        for name, buffer in model.named_buffers():
            buffer.copy_(statistics[name])
    training_step(model, optimizer(model), images, labels, 0.1, "fp32")
    worst["weights after a step"] = max(difference(theirs["after." + n], p.detach()) for n, p in model.named_parameters())
    worst["running statistics"] = max(
        difference(theirs["after." + n], b) for n, b in model.named_buffers() if not n.endswith("num_batches_tracked"))
    return worst


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--probe", required=True)
    parser.add_argument("--model", nargs="+", default=["wrn_10_1", "wrn_16_2", "wrn_40_2"])
    parser.add_argument("--tolerance", type=float, default=1e-3)
    arguments = parser.parse_args()
    failed = 0
    for name in arguments.model:
        with tempfile.TemporaryDirectory() as folder:
            worst = compare(arguments.probe, name, 10, folder)
        bad = any(not value <= arguments.tolerance for value in worst.values())
        failed += bad
        print(f"{'FAILED' if bad else 'ok':6} {name}: " + ", ".join(f"{k} {v:.1e}" for k, v in worst.items()))
    print(f"{len(arguments.model) - failed} passed, {failed} failed")
    sys.exit(1 if failed else 0)


if __name__ == "__main__":
    main()
