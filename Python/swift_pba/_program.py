"""The command `pba` of an installed package: starts the program that comes with it."""

from __future__ import annotations

import importlib.util
import os
import sys
from pathlib import Path


def program_path() -> Path:
    """Find the program: the one that the variable PBA_PROGRAM names, beside this package, or in its checkout's build folder."""
    named = os.environ.get("PBA_PROGRAM")
    if named:
        return Path(named)
    here = Path(__file__).resolve().parent
    beside = here / "bin" / "pba"
    built = here.parents[1] / ".build" / "release" / "pba"
    for path in (beside, built):
        if path.exists():
            return path
    raise FileNotFoundError(
        f"swift_pba: found neither {beside} nor {built}; install the wheel of swift-pba, or run ./pba in the checkout, which "
        "builds it")


def environment() -> dict[str, str]:
    """Return the variables for the program: they name the libtorch of this Python's PyTorch, unless one is named already."""
    variables = dict(os.environ)
    variables["PBA_PYTHON"] = sys.executable
    if not variables.get("LIBTORCH"):
        # Without importing torch, which takes a second.
        found = importlib.util.find_spec("torch")
        for folder in (found.submodule_search_locations or []) if found else []:
            if (Path(folder) / "lib" / "libtorch_cpu.so").exists():
                variables["LIBTORCH"] = folder
    return variables


def main() -> None:
    """Become the program, with this process's arguments."""
    try:
        program = program_path()
        os.execve(program, ["pba", *sys.argv[1:]], environment())
    except OSError as error:
        sys.exit(f"Error: {error}")
