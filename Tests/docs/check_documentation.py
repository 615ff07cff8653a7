#!/usr/bin/env python3
"""Makes the documentation of the modules with DocC, and checks that faults in it are noticed.

    check_documentation.py

`scripts/documentation` must end without a warning, with a page for every public module and its article; every public
declaration must be documented. A broken link in an article, in a doc comment or in the list of a module must make it fail.
Needs the release build and only Python's standard library.
"""

import argparse
import json
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "cli"))
from case_runner import require, run_all  # noqa: E402

ROOT = Path(__file__).resolve().parents[2]
CATALOGUE = ROOT / "docs/swift-pba.docc"
SYMBOLS = ROOT / ".build/symbols"
NOWHERE = "``NoSuchTypeAnywhere``"
# Kinds of declarations that say enough by their name, where they are cases of an enumeration of names.
NAMES_ALONE = {"swift.enum.case"}


def make(output: Path, catalogue: Path = CATALOGUE, symbols: Path | None = None) -> subprocess.CompletedProcess[str]:
    command = ["scripts/documentation", "--output", str(output), "--catalogue", str(catalogue)]
    if symbols:
        command += ["--symbols", str(symbols)]
    return subprocess.run(command, cwd=ROOT, capture_output=True, text=True)


def graphs(folder: Path) -> Iterator[tuple[Path, dict[str, Any]]]:
    for path in sorted(folder.glob("*.symbols.json")):
        yield path, json.loads(path.read_text())


def undocumented(graph: dict[str, Any]) -> list[str]:
    """Public declarations of the module without a comment."""
    kinds = ("defaultImplementationOf", "overrides")
    described_elsewhere = {relation["source"] for relation in graph["relationships"] if relation["kind"] in kinds}
    found = []
    for symbol in graph["symbols"]:
        identifier, kind = symbol["identifier"]["precise"], symbol["kind"]["identifier"]
        is_written = "location" in symbol and "::SYNTHESIZED::" not in identifier
        if not is_written or kind in NAMES_ALONE or identifier in described_elsewhere:
            continue
        if not symbol.get("docComment", {}).get("lines"):
            found.append(".".join(symbol["pathComponents"]))
    return found


def pages(output: Path) -> str:
    """The documentation is made without a warning, with a page for each public module."""
    made = make(output)
    require(made.returncode == 0, f"scripts/documentation ended with code {made.returncode}:\n{made.stdout}{made.stderr}")
    modules = {graph["module"]["name"] for _, graph in graphs(SYMBOLS)}
    for module in sorted(modules):
        require((output / f"data/documentation/{module.lower()}.json").exists(), f"{module}: has no page in {output}")
    written = {path.stem for path in (CATALOGUE / "Modules").glob("*.md")}
    require(modules == written, f"docs/swift-pba.docc/Modules: found {sorted(written)}, expected {sorted(modules)}")
    return f"{len(modules)} modules"


def every_declaration_is_documented() -> None:
    found = [f"{graph['module']['name']}: {name}" for _, graph in graphs(SYMBOLS) for name in undocumented(graph)]
    require(not found, "without documentation:\n     " + "\n     ".join(found))


def a_missing_comment_is_noticed() -> None:
    _, graph = graph_of("Policies", SYMBOLS)
    del symbol_of(graph, "Schedule")["docComment"]
    require(undocumented(graph) == ["Schedule"], f"found {undocumented(graph)}, expected Schedule")


def a_broken_link_in_a_page_is_noticed(folder: Path, name: str) -> None:
    copy = folder / "changed.docc"
    shutil.copytree(CATALOGUE, copy)
    page = copy / name
    page.write_text(page.read_text().replace("## ", f"See {NOWHERE}.\n\n## ", 1))
    expect_failure(folder, copy, SYMBOLS)


def a_broken_link_in_a_comment_is_noticed(folder: Path) -> None:
    changed = folder / "symbols"
    shutil.copytree(SYMBOLS, changed)
    path, graph = graph_of("Policies", changed)
    symbol_of(graph, "Schedule")["docComment"]["lines"][0]["text"] += f" {NOWHERE}"
    path.write_text(json.dumps(graph))
    expect_failure(folder, CATALOGUE, changed)


def expect_failure(folder: Path, catalogue: Path, symbols: Path) -> None:
    made = make(folder / "unused", catalogue, symbols)
    noticed = made.returncode != 0 and NOWHERE.strip("`") in made.stdout + made.stderr
    require(noticed, f"not noticed: code {made.returncode}, {made.stderr}")


def graph_of(module: str, folder: Path) -> tuple[Path, dict[str, Any]]:
    return next((path, graph) for path, graph in graphs(folder) if path.name == f"{module}.symbols.json")


def symbol_of(graph: dict[str, Any], name: str) -> dict[str, Any]:
    return next(symbol for symbol in graph["symbols"] if symbol["pathComponents"] == [name])


def in_folder(case: Callable[..., object], *arguments: str) -> Callable[[], object]:
    """The case with a folder of its own."""

    def run() -> object:
        with tempfile.TemporaryDirectory() as name:
            return case(Path(name), *arguments)

    return run


def main() -> None:
    argparse.ArgumentParser(description=(__doc__ or "").split("\n")[0]).parse_args()
    run_all([
        ("the documentation is made", in_folder(lambda folder: pages(folder / "documentation"))),
        ("every declaration is documented", every_declaration_is_documented),
        ("a missing comment is noticed", a_missing_comment_is_noticed),
        *(
            (f"a broken link in {name} is noticed", in_folder(a_broken_link_in_a_page_is_noticed, name))
            for name in ("swift-pba.md", "Articles/OwnExplorer.md", "Modules/Policies.md")
        ),
        ("a broken link in a comment is noticed", in_folder(a_broken_link_in_a_comment_is_noticed)),
    ])


if __name__ == "__main__":
    main()
