"""A schedule in a plain PyTorch training: CIFAR-10, two workers, and a training that continues where it was interrupted.

    python pytorch_loop.py --data data --policy rcifar10 --epochs 90 [--resume]

Two lines differ from a training without a schedule: `pba.Augment` stands first in the transforms, and `pba.loader` makes
the DataLoader. What happens to an image follows from policy, seed, epoch and the image's index. All else that is random
in an epoch follows from seed and epoch too, so a resumed training ends with the same weights as one without a break.
"""

import argparse

import swift_pba as pba
import torch
from torchvision.datasets import CIFAR10, FakeData
from torchvision.models import resnet18
from torchvision.transforms import v2


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--data", help="the folder of CIFAR-10, downloaded where it is missing; without it images of noise")
    parser.add_argument("--policy", default="rcifar10", help="a name, as `pba policy list` prints them, or a schedule file")
    parser.add_argument("--epochs", type=int, default=90, help="the length of the whole training")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--checkpoint", default="training.pt", help="written after each epoch")
    parser.add_argument("--resume", action="store_true", help="continue from the checkpoint")
    options = parser.parse_args()

    transform = v2.Compose([
        pba.Augment(options.policy, epochs=options.epochs, seed=options.seed), v2.RandomCrop(32, 4), v2.RandomHorizontalFlip(),
        v2.ToImage(), v2.ToDtype(torch.float32, scale=True), v2.Normalize((0.491, 0.482, 0.447), (0.247, 0.243, 0.262))])
    images = (CIFAR10(options.data, download=True, transform=transform) if options.data
              else FakeData(256, (3, 32, 32), transform=transform))
    device = "cuda" if torch.cuda.is_available() else "cpu"
    torch.manual_seed(options.seed)
    network = resnet18(num_classes=10).to(device)
    optimizer = torch.optim.AdamW(network.parameters(), lr=1e-3, weight_decay=0.05)
    rate = torch.optim.lr_scheduler.CosineAnnealingLR(optimizer, options.epochs)
    parts, start = (network, optimizer, rate), 0
    if options.resume:
        start, states = torch.load(options.checkpoint, map_location=device)
        for part, state in zip(parts, states, strict=True):
            part.load_state_dict(state)
    loader = pba.loader(images, batch_size=128, shuffle=True, num_workers=2, start_epoch=start)
    for epoch in range(start, options.epochs):
        torch.manual_seed(options.seed + epoch)
        total = 0.0
        for batch, labels in loader:
            loss = torch.nn.functional.cross_entropy(network(batch.to(device)), labels.to(device))
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
            total += loss.item() * len(labels)
        rate.step()
        torch.save((epoch + 1, [part.state_dict() for part in parts]), options.checkpoint)
        print(f"epoch {epoch + 1}: loss {total / len(images):.4f}", flush=True)


if __name__ == "__main__":
    main()
