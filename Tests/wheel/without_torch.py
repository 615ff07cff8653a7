"""What an installed wheel does where there is no torch: augmentation, and every command that computes nothing."""

import subprocess
import sys
from pathlib import Path

import numpy as np
import swift_pba as pba

FOLDER = Path(__file__).parent
TRAINER = """
class Trainer:
    def __init__(self, config):
        pass

    def train(self, segment):
        text = (segment.start / "epochs").read_text() if segment.start else ""
        for epoch in segment.epochs:
            text += str(epoch)
        (segment.output / "epochs").write_text(text)
        return {"score": len(text) + len(segment.policy)}
"""
LIGHT = [
    ["--version"], ["--help"], ["policy", "list"], ["policy", "show", "trivialaugment-wide"], ["data", "list"],
    ["schedule", "show", "rcifar10"], ["schedule", "plot", "rcifar10", "-o", str(FOLDER / "schedule.svg")],
    ["preview", "--policy", "rcifar10", "-o", str(FOLDER / "preview.svg")],
    ["preview", "--operations", "-o", str(FOLDER / "operations.svg")],
]

PIP = "-m pip install 'swift-pba[torch]'"


def run(*arguments: str) -> subprocess.CompletedProcess[str]:
    """Run the command that the wheel installed."""
    return subprocess.run(["pba", *arguments], capture_output=True, text=True, timeout=120)


def main() -> None:
    """Use it."""
    image = np.random.default_rng(0).integers(0, 256, (40, 30, 3), dtype=np.uint8)
    augment = pba.Augment("rcifar10", epochs=90)
    results = [augment.apply(image, epoch=60, index=index) for index in range(20)]
    assert any((result != image).any() for result in results)
    batch = pba.BatchAugment("rsvhn", epochs=90, mean=[0.5] * 3, std=[0.25] * 3)
    assert batch(image[None], [pba.Key(0, 3)]).shape == (1, 3, 40, 30)
    assert pba.load("rcifar10").epochs == 200
    for arguments in LIGHT:
        done = run(*arguments)
        assert done.returncode == 0, (arguments, done)
    assert pba.__version__ in run("--version").stdout
    train = run("train", "--dataset", "bundled", "--epochs", "1", "--run", str(FOLDER / "run"))
    assert train.returncode == 1 and "/venv/bin/" in train.stderr and PIP in train.stderr, train
    assert not (FOLDER / "run").exists()
    try:
        getattr(pba, "loader")  # noqa: B009
    except ImportError as error:
        assert "pip install 'swift-pba[torch]'" in str(error), error
    else:
        raise AssertionError("swift_pba.loader was found without torch")
    (FOLDER / "my_trainer.py").write_text(TRAINER)
    checked = subprocess.run(
        [sys.executable, "-m", "swift_pba.trainer", "check", str(FOLDER / "my_trainer.py")], capture_output=True, text=True)
    assert checked.returncode == 0 and "checkpoints restore the training" in checked.stdout, checked
    print(f"without torch: augmentation, a trainer, and {len(LIGHT)} commands")


if __name__ == "__main__":
    main()
