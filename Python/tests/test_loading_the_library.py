"""The library is found and loaded, before and after torch, and says what is wrong where it cannot be."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest
from swift_pba import _library

DRAWN = """
image = np.arange(2700).astype(np.uint8).reshape(30, 30, 3)
print(pba.Augment('rcifar10', epochs=9, seed=3).apply(image, epoch=8, index=8).sum())
"""
PACKAGE = Path(_library.__file__).parent


def run(code: str, environment: dict[str, str] | None = None, *arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, *arguments, "-c", code], capture_output=True, text=True, timeout=300, check=False,
        env=os.environ | (environment or {}))


def test_torch_before_and_after() -> None:
    lines = {}
    for name, code in {
        "torch first": "import torch; torch.ones(3).sum(); import numpy as np, swift_pba as pba\n" + DRAWN,
        "library first": (
            "import numpy as np, swift_pba as pba; from swift_pba import _library; _library.loaded(); import torch; "
            "torch.nn.Conv2d(3, 3, 3)(torch.ones(1, 3, 9, 9)).sum().backward()\n" + DRAWN),
        "both in threads": (
            "import threading, numpy as np, swift_pba as pba\n"
            "threads = [threading.Thread(target=work) for work in (lambda: pba.load('rsvhn'), lambda: __import__('torch'), "
            "lambda: pba.load('rcifar10'))]\n"
            "for thread in threads: thread.start()\n"
            "for thread in threads: thread.join()\n" + DRAWN)}.items():
        done = run(code)
        assert done.returncode == 0 and not done.stderr, (name, done)
        lines[name] = done.stdout
    assert len(set(lines.values())) == 1, lines


def test_without_torch_and_torchvision() -> None:
    """Arrays and PIL images need neither, and what needs torch says so."""
    hide = "import sys; sys.modules['torch'] = sys.modules['torchvision'] = None\nimport numpy as np, swift_pba as pba\n"
    plain = run("import numpy as np, swift_pba as pba\n" + DRAWN)
    done = run(hide + "from PIL import Image\nimage = Image.new('RGB', (5, 4), (9, 99, 199))\n"
               "augment = pba.Augment('rcifar10', epochs=9)\n"
               "assert augment.apply(image, epoch=0, index=0).size == (5, 4)\n"
               "with pba.sample(epoch=1, index=2): assert augment(image).mode == 'RGB'\n"
               "batch = pba.BatchAugment('none', epochs=None, mean=(0, 0, 0), std=(1, 1, 1))\n"
               "assert batch(np.zeros((1, 3, 3, 3), np.uint8), [pba.Key(0, 0)]).shape == (1, 3, 3, 3)\n"
               "assert 'loader' not in dir(pba) and 'Augment' in dir(pba); from swift_pba import *\n"
               "assert 'torch' not in pba.load('rsvhn').to_json()\n"
               "print(repr(augment))\n" + DRAWN)
    assert done.returncode == 0 and done.stdout.splitlines()[-1] == plain.stdout.strip(), done
    for name in ("loader", "wrap", "Epochs", "KeyedDataset"):
        done = run(hide + f"pba.{name}")
        assert "ImportError: swift_pba.loader, wrap and Epochs work on PyTorch's data loaders, and torch cannot be" in done.stderr
        assert "pip install 'swift-pba[torch]'" in done.stderr


def test_without_torchvision() -> None:
    done = run(
        "import sys; sys.modules['torchvision'] = None\nimport torch, swift_pba as pba\n"
        "augment = pba.Augment('rsvhn', epochs=3)\n"
        "assert isinstance(augment, torch.nn.Module)\nimage = torch.full((2, 3, 5, 4), 7, dtype=torch.uint8)\n"
        "class Own(torch.Tensor): pass\n"
        "with pba.sample(epoch=1, index=2): assert torch.equal(augment(image), augment.apply(image, epoch=1, index=2))\n"
        "assert type(augment.apply(image.as_subclass(Own), epoch=0, index=0)) is torch.Tensor\n"
        "with pba.sample(epoch=1, index=2): augment(image, image)")
    words = "TypeError: found 2 inputs, expected one image; masks and boxes go along where torchvision 0.21 or later is installed"
    assert words in done.stderr


def test_importing_loads_neither_torch_nor_the_library() -> None:
    done = run("import sys, swift_pba as pba; from swift_pba import _library\n"
               "print('torch' in sys.modules, _library.loaded.cache_info().currsize)\n"
               "pba.policies()\nprint('torch' in sys.modules)")
    assert done.stdout.split() == ["False", "0", "False"], done


@pytest.mark.parametrize(("library", "words"), [
    ("/nowhere/libpba.so", "/nowhere/libpba.so cannot be loaded"), (__file__, "cannot be loaded"),
    ("libc.so.6", "libc.so.6 is another library, found no pba_abi_version in it"), (".", "cannot be loaded")])
def test_what_is_no_library(library: str, words: str) -> None:
    done = run("import swift_pba as pba; pba.load('rsvhn')", {"PBA_LIBRARY": library})
    assert done.returncode == 1 and "ImportError: swift_pba: " in done.stderr and words in done.stderr, done


def test_a_library_of_another_version(tmp_path: Path) -> None:
    source = tmp_path / "other.c"
    source.write_text("int pba_abi_version(void) { return 7; }")
    compiler = os.environ.get("CC", "cc")
    subprocess.run([compiler, "-shared", "-o", tmp_path / "libpba.so", source], check=True)
    done = run("import swift_pba as pba; pba.load('rsvhn')", {"PBA_LIBRARY": str(tmp_path / "libpba.so")})
    assert f"ImportError: swift_pba: {tmp_path}/libpba.so has interface 7, expected 2" in done.stderr, done


def test_a_package_without_its_library(tmp_path: Path) -> None:
    (tmp_path / "swift_pba").mkdir()
    for file in PACKAGE.glob("*.py"):
        (tmp_path / "swift_pba" / file.name).write_text(file.read_text())
    done = run("import swift_pba as pba; pba.load('rsvhn')", {"PBA_LIBRARY": "", "PYTHONPATH": str(tmp_path)})
    assert f"ImportError: swift_pba: found neither {tmp_path}/swift_pba/libpba.so nor" in done.stderr, done


def test_only_the_interface_is_exported() -> None:
    """Nothing of the library's inside can be mixed up with torch's."""
    symbols = subprocess.run(
        ["nm", "-D", "--defined-only", "--extern-only", os.environ["PBA_LIBRARY"]], capture_output=True, text=True,
        check=True).stdout.split("\n")
    names = {line.split()[-1].partition("@")[0] for line in symbols if line} - {"PBA_1"}
    described = Path(__file__).resolve().parents[2] / "Sources" / "PythonLibrary" / "pba.h"
    declared = {word.partition("(")[0] for word in described.read_text().split() if word.startswith("pba_") and "(" in word}
    assert names == declared == set(_library._FUNCTIONS) | {"pba_abi_version", "pba_close", "pba_catalogue"}
