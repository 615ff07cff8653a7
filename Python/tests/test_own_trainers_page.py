"""The trainer of docs/own-trainers.md is one that `check` accepts."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
PICTURES = """from torchvision.datasets import FakeData

def CIFAR10(folder, train=True, transform=None):
    assert folder == "data"
    return FakeData(96 if train else 32, (3, 32, 32), 10, transform)
"""


def test_the_class_of_the_page(tmp_path: Path) -> None:
    page = (ROOT / "docs" / "own-trainers.md").read_text()
    text = next(block for block in re.findall(r"```python\n(.*?)```", page, re.DOTALL) if "class Trainer" in block)
    assert "from torchvision.datasets import CIFAR10\n" in text
    (tmp_path / "my_trainer.py").write_text(text.replace("from torchvision.datasets import CIFAR10\n", PICTURES))
    config = json.dumps({"data": "data", "learning_rate": 0.01})
    done = subprocess.run(
        [sys.executable, "-m", "swift_pba.trainer", "check", "my_trainer.py", "--config", config, "--json"], cwd=tmp_path,
        capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    found = json.loads(done.stdout)
    assert found["restores"] and found["difference"] is None and found["used_policy"] and found["iterated_epochs"]
