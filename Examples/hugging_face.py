"""A schedule in a training on a Hugging Face dataset: `set_transform`, and `pba.loader` in place of the DataLoader.

    python hugging_face.py photos --policy rcifar10 --epochs 20          # photos/CLASS/…, images of any sizes
    python hugging_face.py uoft-cs/cifar10 --image img --size 32        # a dataset of the hub, which is downloaded

`set_transform` is called with columns of one sample at a time, since `pba.loader` asks for samples one by one; so
`pba.Augment` knows which one it works on, and in which epoch, in every worker.
"""

import argparse
from pathlib import Path
from typing import Any

import swift_pba as pba
import torch
from datasets import load_dataset
from torchvision.models import resnet18
from torchvision.transforms import v2


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("dataset", help="a folder with a folder for each class, or the name of a dataset of the hub")
    parser.add_argument("--image", default="image", help="the column of images")
    parser.add_argument("--label", default="label", help="the column of labels")
    parser.add_argument("--policy", default="rcifar10", help="a name, as `pba policy list` prints them, or a schedule file")
    parser.add_argument("--epochs", type=int, default=20)
    parser.add_argument("--size", type=int, default=224, help="height and width that the network sees")
    parser.add_argument("--seed", type=int, default=0)
    options = parser.parse_args()

    is_folder = Path(options.dataset).is_dir()
    place = {"path": "imagefolder", "data_dir": options.dataset} if is_folder else {"path": options.dataset}
    dataset = load_dataset(**place, split="train")
    transform = v2.Compose([
        v2.RGB(), v2.RandomResizedCrop(options.size), pba.Augment(options.policy, epochs=options.epochs, seed=options.seed),
        v2.ToImage(), v2.ToDtype(torch.float32, scale=True), v2.Normalize((0.485, 0.456, 0.406), (0.229, 0.224, 0.225))])

    def prepare(columns: dict[str, list[Any]]) -> dict[str, list[Any]]:
        return {"images": [transform(image) for image in columns[options.image]], "labels": columns[options.label]}

    dataset.set_transform(prepare)
    torch.manual_seed(options.seed)
    loader = pba.loader(dataset, batch_size=32, shuffle=True, num_workers=2)
    device = "cuda" if torch.cuda.is_available() else "cpu"
    network = resnet18(num_classes=dataset.features[options.label].num_classes).to(device)
    optimizer = torch.optim.AdamW(network.parameters(), lr=1e-3, weight_decay=0.05)
    for epoch in range(options.epochs):
        total = 0.0
        for batch in loader:
            loss = torch.nn.functional.cross_entropy(network(batch["images"].to(device)), batch["labels"].to(device))
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
            total += loss.item() * len(batch["labels"])
        print(f"epoch {epoch + 1}: loss {total / len(dataset):.4f}", flush=True)


if __name__ == "__main__":
    main()
