"""Masks go along: a small fully convolutional network learns to segment generated shapes, under a schedule.

    python segmentation.py --policy rcifar10 --epochs 30

Where an operation moves pixels, their labels in a `tv_tensors.Mask` move too, without being mixed; colours change the image
alone. Labels without data become `mask_fill`, which the loss ignores. Bounding boxes and key points go along as well.
"""

import argparse

import swift_pba as pba
import torch
from torch import nn
from torchvision import tv_tensors
from torchvision.transforms import v2


class Shapes(torch.utils.data.Dataset):
    """A disc (class 1) and a square (class 2) on noise (class 0), 64 × 64."""
    def __init__(self, count: int, transform: v2.Transform) -> None:
        self.count, self.transform = count, transform

    def __len__(self) -> int:
        return self.count

    def __getitem__(self, index: int) -> tuple[torch.Tensor, torch.Tensor]:
        random = torch.Generator().manual_seed(index)
        y, x, top, left = torch.randint(12, 40, (4,), generator=random).tolist()
        mask = ((torch.arange(64)[:, None] - y) ** 2 + (torch.arange(64) - x) ** 2 < 100).long()
        mask[top:top + 16, left:left + 16] = 2
        image = torch.randint(0, 128, (3, 64, 64), generator=random) + 127 * (mask > 0)
        return self.transform(tv_tensors.Image(image, dtype=torch.uint8), tv_tensors.Mask(mask))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--policy", default="rcifar10", help="a name, as `pba policy list` prints them, or a schedule file")
    parser.add_argument("--epochs", type=int, default=30)
    parser.add_argument("--seed", type=int, default=0)
    options = parser.parse_args()

    augment = pba.Augment(options.policy, epochs=options.epochs, seed=options.seed, mask_fill=255)
    to_numbers = v2.ToDtype({tv_tensors.Image: torch.float32, "others": None}, scale=True)
    loader = pba.loader(Shapes(128, v2.Compose([augment, to_numbers])), batch_size=16, shuffle=True, num_workers=2)
    torch.manual_seed(options.seed)
    network = nn.Sequential(nn.Conv2d(3, 16, 9, padding=4), nn.ReLU(), nn.Conv2d(16, 3, 9, padding=4))
    optimizer = torch.optim.AdamW(network.parameters(), lr=3e-3)
    for epoch in range(options.epochs):
        total = 0.0
        for images, masks in loader:
            loss = nn.functional.cross_entropy(network(images), masks, ignore_index=255)
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
            total += loss.item()
        print(f"epoch {epoch + 1}: loss {total / len(loader):.4f}", flush=True)


if __name__ == "__main__":
    main()
