"""A trainer for `pba search`: torchvision's ResNet-18 on a folder of images. Change whatever you like.

    pba trainer check FILE.py --trainer-config config.yaml
    pba search --trainer FILE.py --trainer-config config.yaml --epochs 60 --run runs/search

config.yaml says where the images are, and may have any of the DEFAULTS below:

    images: photos          # photos/train/CLASS/… and photos/val/CLASS/…, or photos/CLASS/…
    learning_rate: 0.05
"""

import math
from pathlib import Path

import torch
from torch.utils.data import Dataset, Subset
from torchvision.datasets import ImageFolder
from torchvision.models import resnet18
from torchvision.transforms import v2

import swift_pba as pba

DEFAULTS = {"images": "photos", "size": 64, "batch_size": 64, "learning_rate": 0.05, "weight_decay": 5e-4, "loader_workers": 2}
TO_NUMBERS = [v2.ToImage(), v2.ToDtype(torch.float32, scale=True), v2.Normalize((0.485, 0.456, 0.406), (0.229, 0.224, 0.225))]


def datasets(folder: Path, size: int, augment: pba.Augment) -> tuple[Dataset, Dataset, int]:
    """Return the images to train on, those that the score is computed on, and the number of classes."""
    # The policy of the trial works on images of 8 bits, so it stands before the conversion to floats.
    augmented = v2.Compose([v2.RandomResizedCrop(size, (0.5, 1)), augment, v2.RandomHorizontalFlip(), *TO_NUMBERS])
    plain = v2.Compose([v2.Resize(size), v2.CenterCrop(size), *TO_NUMBERS])
    if (folder / "train").is_dir():
        training = ImageFolder(folder / "train", augmented)
        return training, ImageFolder(folder / "val", plain), len(training.classes)
    training = ImageFolder(folder, augmented)
    each = range(len(training))
    kept = [index for index in each if index % 5 == 0]  # each fifth image
    rest = [index for index in each if index % 5 != 0]
    return Subset(training, rest), Subset(ImageFolder(folder, plain), kept), len(training.classes)


class Trainer(pba.Trainer):
    """Made once in each worker process; it trains segments of many trials, one after another."""

    def train(self, segment: pba.Segment) -> dict[str, float]:
        """Train some epochs of a trial, and return its score."""
        # Values of tuned hyperparameters, as of --tune learning_rate=1e-3:0.3:log, are in segment.config.
        config, device = DEFAULTS | segment.config, segment.device
        training, validation, classes = datasets(Path(config["images"]), config["size"], segment.augment)
        # A pass over such a loader belongs to the epoch in training. Its order and everything random in transforms follow
        # from the seed, the trial, the epoch and the image.
        options = {"batch_size": config["batch_size"], "num_workers": config["loader_workers"]}
        batches = segment.loader(training, shuffle=True, **options)
        network = resnet18(num_classes=classes).to(device)
        optimizer = torch.optim.SGD(network.parameters(), lr=config["learning_rate"], momentum=0.9, nesterov=True)
        if segment.start is not None:  # None at epoch 0
            network.load_state_dict(torch.load(segment.start / "network.pt", map_location=device))
            optimizer.load_state_dict(torch.load(segment.start / "optimizer.pt", map_location=device))
        for epoch in segment.epochs:
            # A cosine over the whole search. It follows from the epoch, so no state of it has to be saved.
            rate = config["learning_rate"] * (1 + math.cos(math.pi * epoch / segment.total_epochs)) / 2
            optimizer.param_groups[0].update(lr=rate, weight_decay=config["weight_decay"])
            network.train()
            total = torch.zeros((), device=device)
            for images, labels in batches:
                loss = torch.nn.functional.cross_entropy(network(images.to(device)), labels.to(device))
                optimizer.zero_grad()
                loss.backward()
                optimizer.step()
                total += loss.detach()
        # All that decides how the training continues: the start of the next segment, of this trial or of one that copies it.
        torch.save(network.state_dict(), segment.output / "network.pt")
        torch.save(optimizer.state_dict(), segment.output / "optimizer.pt")
        network.eval()
        shown = segment.loader(validation, **options)
        with torch.no_grad():
            right = [network(images.to(device)).argmax(1).cpu() == labels for images, labels in shown]
        # A loss that is not a number ends the trial, which then copies another one.
        return {"score": torch.cat(right).float().mean().item(), "train_loss": total.item() / len(batches)}
