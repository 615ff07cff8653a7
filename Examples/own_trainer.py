"""A schedule for a network of your own: a vision transformer on CIFAR-10, trained by a class that `pba.search` calls.

    python own_trainer.py --data data --run runs/search --epochs 60 --workers 2

Worker processes import this file. `pba trainer check own_trainer.py` says whether checkpoints restore, and what a search costs.
"""

import argparse

import numpy as np
import swift_pba as pba
import torch
from torchvision.datasets import CIFAR10
from torchvision.models import VisionTransformer

COLOURS = {"mean": (0.491, 0.482, 0.447), "std": (0.247, 0.243, 0.262)}


class Trainer(pba.Trainer):
    def __init__(self, config: dict) -> None:
        cifar = CIFAR10(config["data"]) if config.get("data") else None  # without it images of noise
        self.images = cifar.data if cifar else np.random.default_rng(0).integers(0, 256, (320, 32, 32, 3), dtype=np.uint8)
        self.labels = torch.tensor(cifar.targets if cifar else [index % 10 for index in range(320)])
        self.trained = len(self.images) * 4 // 5
        plain, rest = pba.BatchAugment("none", epochs=1, crop_padding=0, flip=False, **COLOURS), self.images[self.trained:]
        self.shown = torch.from_numpy(plain(rest, [pba.Key(0, 0)] * len(rest)))  # the last fifth is for the score

    def train(self, segment: pba.Segment) -> dict[str, float]:
        network = VisionTransformer(32, 4, 4, num_heads=3, hidden_dim=96, mlp_dim=192, num_classes=10).to(segment.device)
        parts = (network, optimizer := torch.optim.AdamW(network.parameters(), lr=1e-3, weight_decay=0.05))
        if segment.start is not None:
            for part, state in zip(parts, torch.load(segment.start / "state.pt", map_location=segment.device), strict=True):
                part.load_state_dict(state)
        augment = segment.batch_augment(**COLOURS)
        for epoch in segment.epochs:
            network.train()
            for place in torch.randperm(self.trained).split(64):  # seeded by seed, trial and epoch
                batch = torch.from_numpy(augment(self.images, [pba.Key(i, epoch) for i in place.tolist()], places=place.numpy()))
                loss = torch.nn.functional.cross_entropy(network(batch.to(segment.device)), self.labels[place].to(segment.device))
                optimizer.zero_grad()
                loss.backward()
                optimizer.step()
                segment.report(loss=loss)
        torch.save([part.state_dict() for part in parts], segment.output / "state.pt")
        network.eval()
        with torch.no_grad():
            found = torch.cat([network(batch.to(segment.device)).argmax(1).cpu() for batch in self.shown.split(256)])
        return {"score": (found == self.labels[self.trained:]).float().mean(), "train_loss": loss}


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--data", help="the folder with cifar-10-batches-py; without it images of noise")
    parser.add_argument("--run", default="runs/search", help="the folder of the search, which is continued if it was begun")
    parser.add_argument("--epochs", type=int, default=60)
    parser.add_argument("--population", type=int, default=16)
    parser.add_argument("--workers", type=int, default=1)
    options = vars(parser.parse_args())
    schedule = pba.search(Trainer, config={"data": options.pop("data")}, resume="auto", **options)
    print(f"a schedule of {schedule.epochs} epochs in {options['run']}/schedule.json")
