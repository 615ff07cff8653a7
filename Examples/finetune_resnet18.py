"""ResNet-18 of torchvision, fine-tuned on a folder of photographs of any sizes under a schedule.

    python finetune_resnet18.py photos --weights DEFAULT --policy rcifar10 --epochs 20

`pba.Augment` follows `RandomResizedCrop`, so it works on 224 × 224 pixels and not on those of the camera; translations and
Cutout grow with that size. Pixels without data become ImageNet's mean, unless `fill=` says another colour. `--weights DEFAULT`
downloads pretrained weights; without it the network begins with random ones.
"""

import argparse
from pathlib import Path

import swift_pba as pba
import torch
from torch.utils.data import DataLoader
from torchvision.datasets import ImageFolder
from torchvision.models import resnet18
from torchvision.transforms import v2


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("folder", type=Path, help="with train/CLASS/… and val/CLASS/…")
    parser.add_argument("--weights", help="DEFAULT: pretrained on ImageNet")
    parser.add_argument("--policy", default="rcifar10", help="a name, as `pba policy list` prints them, or a schedule file")
    parser.add_argument("--epochs", type=int, default=20)
    parser.add_argument("--size", type=int, default=224, help="height and width that the network sees")
    parser.add_argument("--seed", type=int, default=0)
    options = parser.parse_args()

    torch.manual_seed(options.seed)
    to_numbers = [v2.ToImage(), v2.ToDtype(torch.float32, scale=True), v2.Normalize((0.485, 0.456, 0.406), (0.229, 0.224, 0.225))]
    training = ImageFolder(options.folder / "train", v2.Compose([
        v2.RandomResizedCrop(options.size), pba.Augment(options.policy, epochs=options.epochs, seed=options.seed),
        v2.RandomHorizontalFlip(), *to_numbers]))
    to_size = [v2.Resize(options.size * 8 // 7), v2.CenterCrop(options.size)]
    validation = ImageFolder(options.folder / "val", v2.Compose([*to_size, *to_numbers]))
    batches = pba.loader(training, batch_size=32, shuffle=True, num_workers=2)
    device = "cuda" if torch.cuda.is_available() else "cpu"
    network = resnet18(weights=options.weights)
    network.fc = torch.nn.Linear(network.fc.in_features, len(training.classes))
    network.to(device)
    optimizer = torch.optim.AdamW(network.parameters(), lr=1e-4)
    for epoch in range(options.epochs):
        network.train()
        total = 0.0
        for images, labels in batches:
            loss = torch.nn.functional.cross_entropy(network(images.to(device)), labels.to(device))
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
            total += loss.item() * len(labels)
        network.eval()
        with torch.no_grad():
            right = [network(images.to(device)).argmax(1).cpu() == labels for images, labels in DataLoader(validation, 32)]
        print(f"epoch {epoch + 1}: loss {total / len(training):.4f}, accuracy {torch.cat(right).float().mean():.1%}", flush=True)


if __name__ == "__main__":
    main()
