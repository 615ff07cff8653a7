"""What the tests of `swift_pba` share: where library and program are, and which tests take long.

    PYTHONPATH=Python python -m pytest Python/tests [--full]

The library is the one that the variable PBA_LIBRARY names, the program the one of PBA_PROGRAM; without them those of the
checkout's release build: swift build -c release. torch, torchvision and albumentations 2.0.8 have to be installed. --full adds
what takes minutes: 10⁶ calls, more sizes, epochs and forks.
"""

from __future__ import annotations

import importlib
import os
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
BUILT = ROOT / ".build" / "release"
sys.path.insert(0, str(ROOT / "Python"))
# Those that this process starts find the package too.
os.environ["PYTHONPATH"] = os.pathsep.join(filter(None, [str(ROOT / "Python"), os.environ.get("PYTHONPATH")]))
os.environ.setdefault("PBA_LIBRARY", str(BUILT / "libpba-python.so"))
os.environ.setdefault("PBA_PROGRAM", str(BUILT / "pba"))


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--full", action="store_true", help="run what takes minutes too")


def pytest_configure(config: pytest.Config) -> None:
    config.addinivalue_line("markers", "full: takes minutes; runs with --full alone")
    for words in ("This DataLoader will create", "the matrix subclass is not the recommended"):
        config.addinivalue_line("filterwarnings", f"ignore:{words}")
    products = {"PBA_LIBRARY": "swift build -c release --product pba-python", "PBA_PROGRAM": "swift build -c release"}
    for variable, how in products.items():
        if not Path(os.environ[variable]).exists():
            pytest.exit(f"{variable}: found no file {os.environ[variable]}; build it, {how}, or set the variable", 2)
    for name, requirement in (
            ("torch", "torch"), ("torchvision", "torchvision"), ("PIL", "Pillow"), ("albumentations", "albumentations==2.0.8")):
        try:
            importlib.import_module(name)
        except ImportError as error:
            pytest.exit(f"the tests compare with {name}, which cannot be imported ({error}): pip install '{requirement}'", 2)


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    if config.getoption("--full"):
        return
    left_out = [item for item in items if item.get_closest_marker("full")]
    if left_out:
        # Deselected, not skipped: the summary of pytest then says how many.
        items[:] = [item for item in items if not item.get_closest_marker("full")]
        config.hook.pytest_deselected(items=left_out)


@pytest.fixture
def full(request: pytest.FixtureRequest) -> bool:
    """Whether everything is tested that there is time for."""
    return request.config.getoption("--full")
