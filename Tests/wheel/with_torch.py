"""What an installed wheel does beside torch: trains, searches, and augments in a data loader."""

import json
import shutil
import subprocess
from pathlib import Path

import numpy as np
import swift_pba as pba
import torch

SMALL = "--dataset bundled --train-size 200 --validation-size 100 --model wrn_10_1 --batch-size 32".split()
FOLDER = Path(__file__).parent / "trained"


def run(*arguments: str) -> str:
    """Run the command that the wheel installed."""
    done = subprocess.run(["pba", *arguments], capture_output=True, text=True, timeout=600)
    assert done.returncode == 0, (arguments, done)
    return done.stdout


class Images(torch.utils.data.Dataset):
    """A few images of noise."""

    def __init__(self, transform: torch.nn.Module) -> None:
        self.images = np.random.default_rng(0).integers(0, 256, (64, 32, 32, 3), dtype=np.uint8)
        self.transform = transform

    def __len__(self) -> int:
        return len(self.images)

    def __getitem__(self, index: int) -> torch.Tensor:
        return torch.from_numpy(self.transform(self.images[index]))


def main() -> None:
    """Use it."""
    shutil.rmtree(FOLDER, ignore_errors=True)
    doctor = json.loads(run("doctor", "--json"))
    assert torch.__version__.startswith(doctor["libtorch"]) and doctor["training"] == "works", doctor
    run("search", *SMALL, "--population", "2", "--epochs", "2", "--interval", "1", "--run", str(FOLDER / "search"))
    schedule = FOLDER / "search/schedule.json"
    run("train", *SMALL, "--policy", str(schedule), "--epochs", "2", "--run", str(FOLDER / "train"))
    run("evaluate", "--dataset", "bundled", "--checkpoint", str(FOLDER / "train"))
    network = pba.models.load(FOLDER / "train")
    assert network(torch.zeros(1, 3, *network.info.image_size)).isfinite().all()
    augment = pba.Augment("rcifar10", epochs=8)
    loader = pba.loader(Images(augment), batch_size=16, shuffle=True, num_workers=2, start_epoch=5)
    batches = torch.cat(list(loader))
    again = [torch.from_numpy(augment.apply(image, epoch=5, index=i)) for i, image in enumerate(loader.dataset.images)]
    # In another order, but each image with the same bytes.
    found, expected = (sorted(image.numpy().tobytes() for image in images) for images in (batches, again))
    assert found == expected
    print(f"with torch {torch.__version__}: doctor, search, train, evaluate, a network, a data loader")


if __name__ == "__main__":
    main()
