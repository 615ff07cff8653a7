"""A trainer that takes no time: a vector that moves towards another one, with numpy alone.

Its settings make it fail in the ways that a user's training can."""

import os
import time
from pathlib import Path
from typing import Any

import numpy as np

TARGET = np.array([1.0, -2.0, 3.0, 0.5])


class Tiny:
    """What the searches of the tests train."""

    def __init__(self, config: dict[str, Any]) -> None:
        if config.get("fault") == "at the start":
            raise KeyError("no such folder")

    def train(self, segment: Any) -> Any:
        config = segment.config
        fault = config.get("fault") if segment.trial == 1 and segment.generation == 1 else None
        once = Path(config["once"]) if "once" in config else None
        if once is not None and segment.generation == 1 and not once.exists():
            once.touch()
            os.kill(os.getpid(), 9)
        weights = np.zeros(4) if segment.start is None else np.load(segment.start / "weights.npy")
        strength = sum(entry.probability * entry.magnitude for entry in segment.policy)
        for epoch in segment.epochs:
            time.sleep(config.get("pause", 0))
            noise = np.random.default_rng([segment.seed, segment.trial, epoch]).normal(size=4)
            weights = weights + config["rate"] * (TARGET - weights) + 0.01 * noise
        print("what is printed harms nothing", flush=True)
        np.save(segment.output / "weights.npy", weights)
        loss = float(np.square(TARGET - weights).mean())
        if fault == "an error":
            return self.broken(loss)
        score, distance = 1 / (1 + loss) - 1e-6 * strength, np.float32(loss) ** 0.5
        figures = {"score": score, "loss": loss, "train_loss": loss, "distance": distance}
        results: dict[str | None, Any] = {
            "not a number": figures | {"score": float("nan")}, "a text": figures | {"score": "good"}, "a list": [1, 2],
            "no score": {"loss": loss}, "a figure that is none": figures | {"distance": float("inf")}}
        return results.get(fault, figures)

    def broken(self, loss: float) -> Any:
        """Raises an error of the user's."""
        return {"score": loss / len([])}


class Other(Tiny):
    """A second trainer, so that one must be named."""
