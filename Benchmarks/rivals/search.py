#!/usr/bin/env python3
"""Makes a search the way it is written in Python, for `pba-benchmark search --rivals`.

Ray Tune's PopulationBasedTraining (synchronous, actors reused, the recipe's threads for each trial), PyTorch in eager mode,
channels-last, and the augmentation in Python and Pillow of pipeline.py behind a DataLoader. The one argument is the search
in JSON: images as files of bytes, recipe, population, interval, quantile. A question says when to validate, "every epoch" or
"before comparisons", and how many trials train at once: {"validation": "every epoch", "trialsAtOnce": 2}. The answer has
the seconds of the search, those that Ray took to start before it, and how many images were trained and evaluated.

Exploit and explore are pba's: the worst quantile copies the best one; each of 60 numbers is drawn again with probability 0.2
or moved by 0 to 3.
"""

import json
import math
import os
import random
import shutil
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

HERE = Path(__file__).resolve().parent
PLACES = [str(HERE), *(str(HERE.parents[1] / place) for place in ("Tests/pytorch", "Python"))]
sys.path[:0] = PLACES
os.environ.update(RAY_AIR_NEW_OUTPUT="0", RAY_DEDUP_LOGS="0", TUNE_DISABLE_AUTO_CALLBACK_LOGGERS="1",
                  RAY_USAGE_STATS_ENABLED="0", RAY_TRAIN_ENABLE_V2_MIGRATION_WARNINGS="0")

from serving import load, serve  # noqa: E402

torch, np, ray, PIL, _ = load("torch", "numpy", "ray", "PIL", "ray.tune")
from pipeline import DEVIATION, MEAN, OPERATIONS, SIDE, augment, prepare  # noqa: E402
from ray import tune  # noqa: E402
from swift_pba.models import network  # noqa: E402
from torch.utils.data import DataLoader, Dataset  # noqa: E402
from training import optimizer, training_step  # noqa: E402

NAMES = ["Rotate", "TranslateX", "TranslateY", "Brightness", "Color", "Invert", "Sharpness", "Posterize", "ShearX",
         "Solarize", "ShearY", "Equalize", "AutoContrast", "Cutout", "Contrast"] * 2
assert set(NAMES) == set(OPERATIONS)
COUNTS = [0.2, 0.3, 0.5]  # how likely none, one or two operations are
EVALUATED = 250  # images of a batch of the validation


# --- the population ------------------------------------------------------------------------------------------------


def perturbed(value: int, highest: int) -> int:
    if random.random() < 0.2:
        return random.randint(0, highest)
    amount = random.randint(0, 3)
    return max(0, value - amount) if random.random() < 0.5 else min(highest, value + amount)


def explore(config: dict[str, Any]) -> dict[str, Any]:
    return config | {"policy": [perturbed(value, 9 if place % 2 else 10) for place, value in enumerate(config["policy"])]}


# --- one trial -----------------------------------------------------------------------------------------------------


def read(images: dict[str, Any], name: str) -> tuple[np.ndarray, np.ndarray]:
    pixels = np.fromfile(f"{images['folder']}/{name}.pixels", np.uint8).reshape(-1, images["side"], images["side"], 3)
    return pixels, np.fromfile(f"{images['folder']}/{name}.labels", np.uint8).astype(np.int64)


class Augmented(Dataset):
    """The training images, augmented one by one."""

    def __init__(self, pixels: np.ndarray, labels: np.ndarray) -> None:
        self.images, self.labels, self.policy = prepare(pixels), labels, []

    def __len__(self) -> int:
        return len(self.labels)

    def __getitem__(self, index: int) -> tuple[torch.Tensor, np.int64]:
        image = augment(self.images[index], self.policy, COUNTS)
        return torch.from_numpy(np.ascontiguousarray(image.transpose(2, 0, 1), np.float32)), self.labels[index]


class Trial(tune.Trainable):
    def setup(self, config: dict[str, Any]) -> None:
        self.task = config["task"]
        recipe = self.task["recipe"]
        torch.set_num_threads(recipe["threads"])
        images = self.task["images"]
        self.dataset = Augmented(*read(images, "train"))
        pixels, labels = read(images, "validation")
        self.validation = torch.from_numpy(pixels).permute(0, 3, 1, 2), torch.from_numpy(labels)
        self.mean, self.deviation = (torch.tensor(value, dtype=torch.float32)[:, None, None] for value in (MEAN, DEVIATION))
        self.loader = DataLoader(self.dataset, recipe["batchSize"], shuffle=True, drop_last=True)
        self.begin(config)

    def begin(self, config: dict[str, Any]) -> None:
        self.network = network(self.task["recipe"]["model"], self.task["images"]["classes"])
        self.network.to(memory_format=torch.channels_last)
        self.momentum = optimizer(self.network)
        self.epoch, self.trained, self.evaluated = 0, 0, 0
        self.use(config)

    def use(self, config: dict[str, Any]) -> None:
        numbers = config["policy"]
        self.dataset.policy = [(name, numbers[2 * place] / 10, numbers[2 * place + 1]) for place, name in enumerate(NAMES)]

    def reset_config(self, config: dict[str, Any]) -> bool:
        self.begin(config)
        return True

    def step(self) -> dict[str, float]:
        for _ in range(self.task["epochsPerStep"]):
            self.train_epoch()
        return {"accuracy": self.evaluate(), "trained": self.trained, "evaluated": self.evaluated}

    def train_epoch(self) -> None:
        recipe = self.task["recipe"]
        self.network.train()
        for step, (images, labels) in enumerate(self.loader):
            passed = (self.epoch + (step + 1) / len(self.loader)) / recipe["epochs"]
            rate = recipe["learningRate"] * (1 + math.cos(math.pi * min(passed, 1))) / 2
            images = images.to(memory_format=torch.channels_last)
            training_step(self.network, self.momentum, images, labels, rate, recipe["precision"]).item()
            self.trained += len(labels)
        self.epoch += 1

    def evaluate(self) -> float:
        pixels, labels = self.validation
        self.network.eval()
        correct = 0
        with torch.no_grad(), torch.autocast("cpu", torch.bfloat16, enabled=self.task["recipe"]["precision"] == "bf16"):
            for start in range(0, len(labels), EVALUATED):
                images = (pixels[start:start + EVALUATED].float() / 255 - self.mean) / self.deviation
                logits = self.network(images.contiguous(memory_format=torch.channels_last))
                correct += (logits.argmax(1) == labels[start:start + EVALUATED]).sum().item()
        self.evaluated += len(labels)
        return correct / len(labels)

    def save_checkpoint(self, folder: str) -> None:
        torch.save({"network": self.network.state_dict(), "momentum": self.momentum.state_dict(), "epoch": self.epoch,
                    "counts": (self.trained, self.evaluated)}, f"{folder}/trial.pt")

    def load_checkpoint(self, folder: str) -> None:
        state = torch.load(f"{folder}/trial.pt", weights_only=False)
        self.network.load_state_dict(state["network"])
        self.momentum.load_state_dict(state["momentum"])
        self.epoch = state["epoch"]
        self.trained, self.evaluated = state["counts"]


# --- the search ----------------------------------------------------------------------------------------------------


def search(task: dict[str, Any], validation: str, folder: str) -> tuple[float, int, int]:
    """Seconds of a search, and how many images it trained and evaluated."""
    recipe, interval = task["recipe"], task["interval"]
    every_epoch = validation == "every epoch"
    task = task | {"epochsPerStep": 1 if every_epoch else interval}
    scheduler = tune.schedulers.PopulationBasedTraining(
        time_attr="training_iteration", metric="accuracy", mode="max",
        perturbation_interval=interval if every_epoch else 1, quantile_fraction=task["quantile"],
        custom_explore_fn=explore, synch=True, log_config=False)
    tuner = tune.Tuner(
        tune.with_resources(Trial, {"cpu": recipe["threads"]}),
        param_space={"task": task, "policy": [0] * len(NAMES) * 2},
        tune_config=tune.TuneConfig(scheduler=scheduler, num_samples=task["population"], reuse_actors=True),
        run_config=tune.RunConfig(
            storage_path=folder, verbose=0,
            stop={"training_iteration": recipe["epochs"] // task["epochsPerStep"]},
            checkpoint_config=tune.CheckpointConfig(checkpoint_at_end=True)))
    start = time.perf_counter()
    results = tuner.fit()
    seconds = time.perf_counter() - start
    if results.errors:
        raise results.errors[0]
    last = [result.metrics for result in results]
    return seconds, sum(result["trained"] for result in last), sum(result["evaluated"] for result in last)


def main() -> None:
    task = json.loads(sys.argv[1])
    if task["images"]["side"] != SIDE:
        sys.exit(f"the images are {task['images']['side']} pixels wide, and this rival's augmentation is for {SIDE}")
    if task["recipe"]["epochs"] % task["interval"]:
        sys.exit("the epochs must be a multiple of the interval")

    def answer(question: dict[str, Any]) -> dict[str, float]:
        folder = tempfile.mkdtemp(prefix="pba-rival-")
        try:
            start = time.perf_counter()
            paths = os.pathsep.join(PLACES)
            threads = task["recipe"]["threads"]
            # Every trial takes its threads of these, so that so many train at once, whatever cores there are.
            ray.init(num_cpus=question["trialsAtOnce"] * threads, include_dashboard=False, log_to_driver=False,
                     logging_level="error",
                     runtime_env={"env_vars": {"PYTHONPATH": paths, "OMP_NUM_THREADS": str(threads)}})
            started = time.perf_counter() - start
            seconds, trained, evaluated = search(task, question["validation"], folder)
            return {"seconds": seconds, "secondsToStart": started, "trainedImages": trained, "evaluatedImages": evaluated}
        finally:
            ray.shutdown()
            shutil.rmtree(folder, ignore_errors=True)

    serve(answer, [torch, ray, PIL, np])


if __name__ == "__main__":
    main()
