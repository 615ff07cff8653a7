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
from collections.abc import Iterator
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[2]
CATALOGUE = ROOT / "docs/swift-pba.docc"
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


def faults(folder: Path) -> Iterator[str]:
    output, symbols = folder / "documentation", ROOT / ".build/symbols"
    made = make(output)
    if made.returncode != 0:
        yield f"scripts/documentation ended with code {made.returncode}:\n{made.stdout}{made.stderr}"
        return
    modules = {graph["module"]["name"] for _, graph in graphs(symbols)}
    for module in sorted(modules):
        if not (output / f"data/documentation/{module.lower()}.json").exists():
            yield f"{module}: has no page in {output}"
        if not (CATALOGUE / f"Modules/{module}.md").exists():
            yield f"{module}: has no article, expected docs/swift-pba.docc/Modules/{module}.md"
    for page in sorted((CATALOGUE / "Modules").glob("*.md")):
        if page.stem not in modules:
            yield f"{page.relative_to(ROOT)}: there is no public module {page.stem}"
    for _, graph in graphs(symbols):
        for name in undocumented(graph):
            yield f"{graph['module']['name']}: {name} has no documentation"
    yield from unnoticed(folder, symbols)


def unnoticed(folder: Path, symbols: Path) -> Iterator[str]:
    """Faults that are made on purpose and not noticed."""
    for name in ("swift-pba.md", "Articles/OwnExplorer.md", "Modules/Policies.md"):
        copy = folder / "changed.docc"
        shutil.copytree(CATALOGUE, copy, dirs_exist_ok=True)
        article = copy / name
        article.write_text(article.read_text().replace("## ", f"See {NOWHERE}.\n\n## ", 1))
        yield from expect_failure(folder, f"a broken link in {name}", copy, symbols)
        shutil.rmtree(copy)
    changed = folder / "symbols"
    shutil.copytree(symbols, changed)
    path, graph = next((path, graph) for path, graph in graphs(changed) if graph["module"]["name"] == "Policies")
    symbol = next(symbol for symbol in graph["symbols"] if symbol["pathComponents"] == ["Schedule"])
    symbol["docComment"]["lines"][0]["text"] += f" {NOWHERE}"
    path.write_text(json.dumps(graph))
    yield from expect_failure(folder, "a broken link in a doc comment", CATALOGUE, changed)
    del symbol["docComment"]
    if undocumented(graph) != ["Schedule"]:
        yield f"a declaration without documentation was not noticed: found {undocumented(graph)}"


def expect_failure(folder: Path, what: str, catalogue: Path, symbols: Path) -> Iterator[str]:
    made = make(folder / "unused", catalogue, symbols)
    if made.returncode == 0 or "NoSuchTypeAnywhere" not in made.stdout + made.stderr:
        yield f"{what} was not noticed: code {made.returncode}, {made.stderr}"


def main() -> None:
    argparse.ArgumentParser(description=(__doc__ or "").split("\n")[0]).parse_args()
    with tempfile.TemporaryDirectory() as name:
        found = list(faults(Path(name)))
    for fault in found:
        print(f"FAILED {fault}")
    print(f"documentation of the modules: {len(found)} faults")
    sys.exit(bool(found))


if __name__ == "__main__":
    main()
