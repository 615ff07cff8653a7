#!/usr/bin/env python3
"""Measures a training step of pba beside the same network and step in PyTorch, on the CPU.

    train_step.py --pba PATH [--model wrn_40_2] [--batch-size 128] [--threads 1] [--precision fp32 bf16]

The two take turns, each in a process of its own with one step to warm up, so that a drift of the machine meets both.
Either side has its images in memory, channels-last, and reads the loss of every step. A round gives the ratio
pba / PyTorch of the fastest steps and of the median steps; reported are the medians of the ratios over the rounds and
their range. Needs what requirements.txt names.
"""

import argparse
import json
import os
import statistics
import sys
import time
from pathlib import Path

import torch

sys.path.insert(0, str(Path(__file__).resolve().parent.parent / "Tests" / "pytorch"))
from measuring import json_of, machine, spread
from layers import optimizer, training_step
from networks import network as stated

CLASSES = 10
RATE = 0.01


def measure_pytorch(model, batch_size, threads, precision, steps):
    """Times steps in this process; returns what `pba benchmark train --json` prints."""
    torch.set_num_threads(threads)
    torch.manual_seed(0)
    network = stated(model, CLASSES).to(memory_format=torch.channels_last)
    momentum = optimizer(network)
    images = torch.randn(batch_size, 3, 32, 32).to(memory_format=torch.channels_last)
    labels = torch.arange(batch_size) % CLASSES
    seconds = []
    for _ in range(1 + steps):
        start = time.perf_counter()
        training_step(network, momentum, images, labels, RATE, precision).item()
        seconds.append(time.perf_counter() - start)
    parameters = sum(parameter.numel() for parameter in network.parameters())
    return {"parameters": parameters, "seconds": seconds[1:]}


def compare(options, precision):
    shared = ["--model", options.model, "--batch-size", str(options.batch_size), "--threads", str(options.threads),
              "--precision", precision, "--steps", str(options.steps)]
    sides = {
        "pba": [options.pba, "benchmark", "train", *shared, "--json"],
        "PyTorch": [sys.executable, os.path.abspath(__file__), *shared, "--measure-pytorch"],
    }
    fastest = {side: [] for side in sides}
    medians = {side: [] for side in sides}
    parameters = {}
    for round in range(options.rounds):
        # Who begins changes from round to round.
        for side in sorted(sides, reverse=round % 2 == 1):
            report = json_of(*sides[side])
            fastest[side].append(min(report["seconds"]))
            medians[side].append(statistics.median(report["seconds"]))
            parameters[side] = report["parameters"]
        if parameters["pba"] != parameters["PyTorch"]:
            sys.exit(f"the networks differ: {parameters}")
        print(f"  round {round + 1}: " + ", ".join(
            f"{side} {fastest[side][-1]:.3f} s fastest, {medians[side][-1]:.3f} s median" for side in sides), flush=True)
    for name, times in (("fastest", fastest), ("median", medians)):
        ratios = [ours / theirs for ours, theirs in zip(times["pba"], times["PyTorch"])]
        print(f"  {name} step: pba {spread(times['pba'], 3)} s, PyTorch {spread(times['PyTorch'], 3)} s,"
              f" ratio {spread(ratios, 3)}")


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--pba", default=".build/release/pba", help="the program [%(default)s]")
    parser.add_argument("--model", default="wrn_40_2", help="[%(default)s]")
    parser.add_argument("--batch-size", type=int, default=128, help="images in a step [%(default)s]")
    parser.add_argument("--threads", type=int, default=1, help="threads of one operation [%(default)s]")
    parser.add_argument("--precision", nargs="+", choices=("fp32", "bf16"), default=("fp32", "bf16"))
    parser.add_argument("--rounds", type=int, default=5, help="[%(default)s]")
    parser.add_argument("--steps", type=int, default=4, help="steps timed in a round [%(default)s]")
    parser.add_argument("--measure-pytorch", action="store_true", help=argparse.SUPPRESS)
    options = parser.parse_args()
    if min(options.batch_size, options.threads, options.rounds, options.steps) < 1:
        parser.error("--batch-size, --threads, --rounds and --steps must be at least 1")
    if options.measure_pytorch:
        print(json.dumps(measure_pytorch(
            options.model, options.batch_size, options.threads, options.precision[0], options.steps)))
        return
    print(f"{machine()}, PyTorch {torch.__version__}")
    for precision in options.precision:
        print(f"{options.model}, batch {options.batch_size}, {options.threads} thread(s), {precision}, "
              f"n = {options.rounds} rounds of {options.steps} steps; median over the rounds [range]")
        compare(options, precision)


if __name__ == "__main__":
    main()
