#!/usr/bin/env python3
"""Runs notebooks/pba.ipynb from top to bottom in a Jupyter kernel and looks at what each cell put out.

    run_notebook.py --pba PATH

Needs the packages nbclient, ipykernel and numpy, and the built library of swift_pba. Prints a line for each fault; exits 1
if there is one.
"""

import json
import os
import re
import subprocess
import sys
import xml.etree.ElementTree as ElementTree
from collections.abc import Iterator
from pathlib import Path

import nbformat
from nbclient import NotebookClient
from nbclient.exceptions import CellExecutionError

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "cli"))
from case_runner import Failure, parser_for, require, run_all  # noqa: E402

ROOT = Path(__file__).resolve().parents[2]
NOTEBOOKS = ROOT / "notebooks"


def printed(cell: nbformat.NotebookNode) -> str:
    return "".join(output.text for output in cell.outputs if output.output_type == "stream" and output.name == "stdout")


def drawings(cell: nbformat.NotebookNode) -> list[ElementTree.Element]:
    """The SVG pictures that a cell shows, as XML trees."""
    return [ElementTree.fromstring(output.data["image/svg+xml"]) for output in cell.outputs
            if "image/svg+xml" in output.get("data", {})]


def words(drawing: ElementTree.Element) -> list[str | None]:
    return [element.text for element in drawing.iter("{http://www.w3.org/2000/svg}text")]


def check(cells: list[nbformat.NotebookNode], pba: str) -> Iterator[str]:
    """What is wrong with the outputs, by the code of the cells."""

    def cell(start: str) -> nbformat.NotebookNode:
        return next(cell for cell in cells if start in cell.source)

    def pba_says(*arguments: str) -> str:
        return subprocess.run([pba, *arguments], capture_output=True, text=True, check=True).stdout

    loaded = printed(cell("schedules ="))
    for name in ("rcifar10", "rsvhn"):
        schedule = json.loads(pba_says("schedule", "show", name, "--json"))
        line = f"{name}: {schedule['epochs']} epochs in {len(schedule['segments'])} segments"
        if line not in loaded:
            yield f"the loaded schedules lack '{line}': {loaded}"
    expanded = printed(cell("rows ="))
    if not expanded.startswith("6000 rows\n"):
        yield f"rcifar10 expanded has not 6000 rows: {expanded[:40]}"
    if "epoch 200: TranslateX    probability 0.6, magnitude 6" not in expanded:
        yield "the last epoch lacks TranslateX 0.6, 6"
    explained = printed(cell("explain"))
    if explained.count("\n") != 5 or not re.search(r"^sample \d: [A-Z]\w+ [+-]\d+\.\d\d", explained, re.MULTILINE):
        yield f"what is applied to five samples: {explained}"
    draws = cell('"--epoch", epoch')
    if printed(draws).count("\n") < 3 * 10:
        yield f"fewer lines than draws: {printed(draws)}"
    wanted = {
        '"--epoch", epoch': ["draw 10", "original"], '"--epochs", "spread"': ["epoch 1", "epoch 150"],
        'draw("schedule", "plot", "rcifar10")': ["Rotate", "Contrast", "Probability, share of all", "entry 2"],
        'draw("schedule", "plot", "rsvhn"': ["Rotate", "Magnitude, sum over operations"],
        '"--operations"': ["Rotate", "Cutout"],
    }
    for start, texts in wanted.items():
        shown = drawings(cell(start))
        if len(shown) != 1:
            yield f"the cell with {start} shows {len(shown)} pictures"
            continue
        found = words(shown[0])
        for text in texts:
            if not any(text in (word or "") for word in found):
                yield f"the picture of {start} lacks '{text}'"


def run(pba: str) -> str:
    """Runs the notebook and looks at what its cells show."""
    os.environ["PBA"] = pba
    os.environ["PYTHONPATH"] = os.pathsep.join(filter(None, [str(ROOT / "Python"), os.environ.get("PYTHONPATH")]))
    notebook = nbformat.read(NOTEBOOKS / "pba.ipynb", as_version=4)
    code = [cell for cell in notebook.cells if cell.cell_type == "code"]
    require(not any(cell.outputs for cell in code), "pba.ipynb has outputs in it; clear them before it is committed")
    try:
        NotebookClient(notebook, timeout=120, kernel_name="python3",
                       resources={"metadata": {"path": str(NOTEBOOKS)}}).execute()
    except CellExecutionError as error:
        raise Failure(f"a cell failed: {error}") from None
    faults = list(check(code, pba))
    require(not faults, "; ".join(faults))
    return f"{len(code)} cells"


def main() -> None:
    pba = parser_for(__doc__).parse_args().pba
    run_all([("the notebook", lambda: run(pba))])


if __name__ == "__main__":
    main()
