"""pba's commands for notebooks: each function runs the program and gives back what it printed or drew.

The program is ./pba of the checkout that this file lies in; the variable PBA names another one. Needs only Python's
standard library; `table` gives a pandas DataFrame where pandas is installed.
"""

from __future__ import annotations

import csv
import io
import json
import os
import subprocess
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import pandas

ROOT = Path(__file__).resolve().parent.parent
PROGRAM = os.environ.get("PBA", str(ROOT / "pba"))


class PBAError(Exception):
    """What the program said when it did not succeed."""


def run(*arguments: object) -> str:
    """Runs `pba ARGUMENTS` and returns its standard output; raises PBAError with the program's own words."""
    try:
        done = subprocess.run([PROGRAM, *map(str, arguments)], capture_output=True, encoding="utf-8")
    except OSError as error:
        raise PBAError(f"{PROGRAM} cannot be run: {error.strerror}; name the program with the variable PBA") from None
    if done.returncode != 0:
        raise PBAError(done.stderr.strip() or f"pba ended with code {done.returncode}")
    return done.stdout


def schedule(name: str | Path) -> dict[str, Any]:
    """A schedule, by its name or file, as the dictionary that its JSON holds."""
    return json.loads(run("schedule", "show", name, "--json"))


def epochs(name: str | Path) -> list[dict[str, Any]]:
    """A schedule expanded: a list of rows, one for each epoch and entry, with numbers as numbers."""
    rows = csv.DictReader(io.StringIO(run("schedule", "export", name, "--format", "csv")))
    return [
        {"epoch": int(row["epoch"]), "entry": int(row["entry"]), "operation": row["operation"],
         "probability": float(row["probability"]), "magnitude": int(row["magnitude"])}
        for row in rows
    ]


def table(name: str | Path) -> pandas.DataFrame:
    """As `epochs`, as a pandas DataFrame."""
    import pandas

    return pandas.DataFrame(epochs(name))


class SVG:
    """A drawing that a notebook shows."""

    def __init__(self, text: str) -> None:
        self.text = text

    def _repr_svg_(self) -> str:
        return self.text

    def save(self, path: str | Path) -> None:
        Path(path).write_text(self.text, encoding="utf-8")


def _draw(*arguments: object) -> tuple[SVG, str]:
    """Runs a command that writes a picture; returns the picture and what was printed."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "picture.svg"
        printed = run(*arguments, "-o", path)
        return SVG(path.read_text(encoding="utf-8")), printed


def plot(name: str | Path, figure: str = "all", theme: str = "light") -> SVG:
    """Probability and magnitude of a schedule's operations over the epochs: overview, operations, or all."""
    return _draw("schedule", "plot", name, "--figure", figure, "--theme", theme)[0]


def preview(
    policy: str | Path,
    *images: str | Path,
    epoch: int | None = None,
    epochs: list[int] | str | None = None,
    draws: int = 8,
    seed: int = 0,
) -> SVG:
    """Draws of a policy at one epoch, or a strip of several; prints what fired in each and returns the picture.

    `epochs` is a list, or "spread" for five from the first to the last; only schedules have epochs. Without images a few
    of Fashion-MNIST are taken, which come with the program.
    """
    options = ["--draws", draws, "--seed", seed]
    if epoch is not None:
        options += ["--epoch", epoch]
    if epochs is not None:
        options += ["--epochs", epochs if isinstance(epochs, str) else ",".join(map(str, epochs))]
    picture, printed = _draw("preview", "--policy", policy, *options, *images)
    print(printed, end="")
    return picture


def fired(policy: str | Path, *images: str | Path, epoch: int | None = None, draws: int = 8, seed: int = 0) -> dict[str, Any]:
    """As `preview`, but gives what fired as the program's JSON."""
    options = ["--draws", draws, "--seed", seed, "--json"]
    if epoch is not None:
        options += ["--epoch", epoch]
    return json.loads(_draw("preview", "--policy", policy, *options, *images)[1])


def operations(*image: str | Path) -> SVG:
    """Every operation at every magnitude, for one image."""
    return _draw("preview", "--operations", *image)[0]
