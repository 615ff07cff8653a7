#!/usr/bin/env python3
"""Times training steps of a network in PyTorch on the CPU, for `pba-benchmark train --rivals`.

A question is {"rival": "PyTorch eager" or "torch.compile", "steps": 4}; the answer has the seconds of each step. The
images are in memory, channels-last, and the loss of every step is read. The network, the optimiser and the step are
those that Tests/pytorch holds against pba's.
"""

import argparse
import sys
import time
from pathlib import Path
from typing import Any

from serving import load, serve

torch, _ = load("torch", "numpy")
ROOT = Path(__file__).resolve().parents[2]
sys.path[:0] = [str(ROOT / "Tests" / "pytorch"), str(ROOT / "Python")]
from swift_pba.models import network as stated  # noqa: E402
from training import optimizer, training_step  # noqa: E402

CLASSES = 10
RATE = 0.01


class Rival:
    """A network with its optimiser and one batch of noise, warmed up by a step."""

    def __init__(self, options: argparse.Namespace, compiled: bool) -> None:
        torch.manual_seed(0)
        self.network = stated(options.model, CLASSES).to(memory_format=torch.channels_last)
        self.parameters = sum(parameter.numel() for parameter in self.network.parameters())
        self.momentum = optimizer(self.network)
        self.forward = torch.compile(self.network) if compiled else self.network
        self.images = torch.randn(options.batch_size, 3, 32, 32).to(memory_format=torch.channels_last)
        self.labels = torch.arange(options.batch_size) % CLASSES
        self.precision = options.precision
        self.step()
        if compiled:
            self.step()

    def step(self) -> None:
        training_step(self.forward, self.momentum, self.images, self.labels, RATE, self.precision).item()


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--model", required=True)
    parser.add_argument("--batch-size", type=int, required=True)
    parser.add_argument("--threads", type=int, required=True)
    parser.add_argument("--precision", choices=("fp32", "bf16"), required=True)
    options = parser.parse_args()
    torch.set_num_threads(options.threads)
    rivals: dict[str, Rival] = {}

    def answer(question: dict[str, Any]) -> dict[str, Any]:
        name = question["rival"]
        if name not in rivals:
            rivals[name] = Rival(options, name == "torch.compile")
        rival, times = rivals[name], []
        for _ in range(question["steps"]):
            start = time.perf_counter()
            rival.step()
            times.append(time.perf_counter() - start)
        return {"seconds": times, "parameters": rival.parameters}

    serve(answer, [torch])


if __name__ == "__main__":
    main()
