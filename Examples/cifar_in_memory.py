"""CIFAR-10 in memory: `pba.BatchAugment` makes whole batches of an array of 8-bit images, without a data loader.

    python cifar_in_memory.py cifar-10-batches-py --policy rcifar10 --model wrn_28_10 --epochs 200 --threads 2

Policy, random crop, flip, Cutout and normalisation are one pass over the pixels, at some microseconds an image. A key names a
sample and its epoch, `places` where its image stands. What is drawn follows from policy, seed and key, not from the batch, its
order or the threads. The program knows this network: `pba evaluate --dataset cifar10 --checkpoint network.safetensors`.
"""

import argparse
import pickle
from pathlib import Path

import numpy as np
import swift_pba as pba
import torch

CLASSES = ["airplane", "automobile", "bird", "cat", "deer", "dog", "frog", "horse", "ship", "truck"]
NORMALISATION = {"mean": (0.4914, 0.4822, 0.4465), "std": (0.2470, 0.2435, 0.2616)}


def read(folder: Path) -> tuple[torch.Tensor, torch.Tensor]:
    """The training images, uint8 [N, 32, 32, 3], and their labels, from the files of CIFAR-10 for Python."""
    batches = [pickle.loads(file.read_bytes(), encoding="latin1") for file in sorted(folder.glob("data_batch_*"))]
    images = np.concatenate([batch["data"] for batch in batches]).reshape(-1, 3, 32, 32).transpose(0, 2, 3, 1)
    return torch.from_numpy(np.ascontiguousarray(images)), torch.tensor(sum((batch["labels"] for batch in batches), []))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("folder", type=Path, help="cifar-10-batches-py, with data_batch_1 and the others")
    parser.add_argument("--policy", default="rcifar10", help="a name, as `pba policy list` prints them, or a schedule file")
    parser.add_argument("--model", default="wrn_16_2")
    parser.add_argument("--epochs", type=int, default=200)
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument("--seed", type=int, default=0)
    options = parser.parse_args()

    images, labels = read(options.folder)
    torch.manual_seed(options.seed)
    device = "cuda" if torch.cuda.is_available() else "cpu"
    network = pba.models.network(options.model, len(CLASSES)).to(device)
    optimizer = torch.optim.SGD(network.parameters(), lr=0.05, momentum=0.9, nesterov=True, weight_decay=5e-4)
    augment = pba.BatchAugment(options.policy, epochs=options.epochs, seed=options.seed, **NORMALISATION)
    for epoch in range(options.epochs):
        total = 0.0
        for chosen in torch.randperm(len(images)).split(128):
            keys = [pba.Key(index, epoch) for index in chosen.tolist()]
            batch = augment(images, keys, places=chosen, threads=options.threads)
            loss = torch.nn.functional.cross_entropy(network(batch.to(device)), labels[chosen].to(device))
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
            total += loss.item() * len(chosen)
        print(f"epoch {epoch + 1}: loss {total / len(images):.4f}", flush=True)
    pba.models.save(network, "network.safetensors", class_names=CLASSES, image_size=(32, 32), dataset="cifar10", **NORMALISATION)


if __name__ == "__main__":
    main()
