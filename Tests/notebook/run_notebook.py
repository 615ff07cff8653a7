#!/usr/bin/env python3
"""Runs notebooks/pba.ipynb from top to bottom in a Jupyter kernel and looks at what each cell put out.

    run_notebook.py --pba PATH

Needs the packages nbclient and ipykernel. Prints a line for each fault; exits 1 if there is one.
"""

import argparse
import json
import os
import subprocess
import sys
import xml.etree.ElementTree as ElementTree
from pathlib import Path

import nbformat
from nbclient import NotebookClient
from nbclient.exceptions import CellExecutionError

NOTEBOOKS = Path(__file__).resolve().parents[2] / "notebooks"


def printed(cell):
    return "".join(output.text for output in cell.outputs if output.output_type == "stream" and output.name == "stdout")


def drawings(cell):
    """The SVG pictures that a cell shows, as XML trees."""
    return [ElementTree.fromstring(output.data["image/svg+xml"]) for output in cell.outputs
            if "image/svg+xml" in output.get("data", {})]


def words(drawing):
    return [element.text for element in drawing.iter("{http://www.w3.org/2000/svg}text")]


def check(cells, pba):
    """What is wrong with the outputs, by the code of the cells."""

    def cell(start):
        return next(cell for cell in cells if start in cell.source)

    def pba_says(*arguments):
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
    draws = cell("epoch=epoch")
    if printed(draws).count("\n") < 3 * 10:
        yield f"fewer lines than draws: {printed(draws)}"
    wanted = {
        "epoch=epoch": ["draw 10", "original"], 'epochs="spread"': ["epoch 1", "epoch 150"],
        'pba.plot("rcifar10")': ["Rotate", "Contrast", "Probability, share of all", "entry 2"],
        'pba.plot("rsvhn"': ["Rotate", "Magnitude, sum over operations"],
        "pba.operations": ["Rotate", "Cutout"],
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


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--pba", required=True, help="the program")
    pba = str(Path(parser.parse_args().pba).resolve())
    os.environ["PBA"] = pba
    notebook = nbformat.read(NOTEBOOKS / "pba.ipynb", as_version=4)
    if any(cell.outputs for cell in notebook.cells if cell.cell_type == "code"):
        sys.exit("pba.ipynb has outputs in it; clear them before it is committed")
    try:
        NotebookClient(notebook, timeout=120, kernel_name="python3",
                       resources={"metadata": {"path": str(NOTEBOOKS)}}).execute()
    except CellExecutionError as error:
        sys.exit(f"a cell failed: {error}")
    code = [cell for cell in notebook.cells if cell.cell_type == "code"]
    faults = list(check(code, pba))
    for fault in faults:
        print(f"FAIL {fault}")
    print(f"{len(code)} cells ran, {len(faults)} faults")
    sys.exit(1 if faults else 0)


if __name__ == "__main__":
    main()
