"""A schedule among transforms of albumentations, on a folder of photographs of any sizes.

    python albumentations_pipeline.py photos --policy rcifar10 --epochs 20      # photos/CLASS/…

`Augment` of `swift_pba.albumentations` draws by sample and epoch, which `pba.loader` makes known. The other transforms draw from
generators of which each worker of each epoch gets the same copy, so `seed_transforms` gives every worker a seed of its own.
"""

import argparse

import albumentations as A
import numpy as np
import swift_pba as pba
import torch
from PIL import Image
from swift_pba.albumentations import Augment
from torchvision.datasets import ImageFolder
from torchvision.models import resnet18


class Photographs(ImageFolder):
    def __getitem__(self, index: int) -> tuple[torch.Tensor, int]:
        path, label = self.samples[index]
        return self.transform(image=np.asarray(Image.open(path).convert("RGB")))["image"], label


def seed_transforms(_: int) -> None:
    torch.utils.data.get_worker_info().dataset.transform.set_random_seed(torch.initial_seed() % 2**32)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("folder", help="with a folder for each class")
    parser.add_argument("--policy", default="rcifar10", help="a name, as `pba policy list` prints them, or a schedule file")
    parser.add_argument("--epochs", type=int, default=20)
    parser.add_argument("--size", type=int, default=224, help="height and width that the network sees")
    parser.add_argument("--seed", type=int, default=0)
    options = parser.parse_args()

    augment = Augment(options.policy, epochs=options.epochs, seed=options.seed)
    photographs = Photographs(options.folder, A.Compose([
        A.RandomResizedCrop((options.size, options.size)), augment, A.HorizontalFlip(), A.Normalize(), A.ToTensorV2()]))
    torch.manual_seed(options.seed)
    loader = pba.loader(photographs, batch_size=32, shuffle=True, num_workers=2, worker_init_fn=seed_transforms)
    device = "cuda" if torch.cuda.is_available() else "cpu"
    network = resnet18(num_classes=len(photographs.classes)).to(device)
    optimizer = torch.optim.AdamW(network.parameters(), lr=1e-3, weight_decay=0.05)
    for epoch in range(options.epochs):
        total = 0.0
        for images, labels in loader:
            loss = torch.nn.functional.cross_entropy(network(images.to(device)), labels.to(device))
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
            total += loss.item() * len(labels)
        print(f"epoch {epoch + 1}: loss {total / len(photographs):.4f}", flush=True)


if __name__ == "__main__":
    main()
