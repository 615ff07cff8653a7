#!/usr/bin/env python3
"""Compares the examples of the documentation with the tests that compile and run them.

    check_examples.py

Every block of Swift in a doc comment of `Sources`, `Recipes` and `Spaces`, and in an article of `docs/swift-pba.docc`, must stand
line by line in a file of `Tests/DocumentationTests`; indentation and empty lines do not count. The main types must have an
example. Needs only Python's standard library.
"""

import argparse
import re
import sys
from collections.abc import Iterator
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "cli"))
from case_runner import require, run_all  # noqa: E402

ROOT = Path(__file__).resolve().parents[2]
TESTS = ROOT / "Tests/DocumentationTests"
CATALOGUE = ROOT / "docs/swift-pba.docc"
# The types that a newcomer meets first, each with the file that documents it.
MAIN_TYPES = {
    "Schedule": "Sources/Policies/Schedule.swift",
    "Policy": "Sources/Policies/Policy.swift",
    "BatchAugmenter": "Sources/Augmentation/BatchAugmenter.swift",
    "Search": "Sources/Search/Search.swift",
    "Trainer": "Sources/Training/Trainer.swift",
    "Tensor": "Sources/Torch/Tensor.swift",
}
FENCE = re.compile(r"^```swift\n(.*?)^```$", re.MULTILINE | re.DOTALL)


def comments(text: str) -> Iterator[tuple[int, str, str]]:
    """Each doc comment: its first line, its text without the marks, and the line that it documents."""
    lines, number = text.split("\n"), 0
    while number < len(lines):
        first = number
        while number < len(lines) and re.match(r"\s*///(?: |$)", lines[number]):
            number += 1
        if number > first:
            marked = (re.sub(r"^\s*/// ?", "", line) for line in lines[first:number])
            yield first + 1, "\n".join(marked), "".join(lines[number:number + 1])
        number += 1


def blocks(comment: str) -> Iterator[str]:
    """Blocks of code: fenced, or indented by four spaces after an empty line outside of a list."""
    yield from FENCE.findall(comment)
    rest = FENCE.sub("", comment)
    for paragraph in re.split(r"\n[ ]*\n", rest):
        lines = paragraph.strip("\n").split("\n")
        if all(line.startswith("    ") for line in lines):
            yield "\n".join(line[4:] for line in lines) + "\n"


def essence(text: str) -> list[str]:
    return [line.strip() for line in text.split("\n") if line.strip()]


def stands_in(block: str, tests: list[list[str]]) -> bool:
    wanted = essence(block)
    return any(test[start:start + len(wanted)] == wanted for test in tests for start in range(len(test) - len(wanted) + 1))


def examples() -> Iterator[tuple[str, str]]:
    """Every example with the place where it is."""
    for folder in (ROOT / "Sources", ROOT / "Recipes/Reader", ROOT / "Spaces/Reader"):
        for path in sorted(folder.rglob("*.swift")):
            for line, comment, _ in comments(path.read_text()):
                for block in blocks(comment):
                    yield f"{path.relative_to(ROOT)}:{line}", block
    for path in sorted(CATALOGUE.rglob("*.md")):
        for block in FENCE.findall(path.read_text()):
            yield str(path.relative_to(ROOT)), block


def without_example() -> Iterator[str]:
    for name, file in MAIN_TYPES.items():
        declared = re.compile(rf"public (?:final class|struct) {name}\b")
        found = [comment for _, comment, below in comments((ROOT / file).read_text()) if declared.match(below)]
        if not any(any(blocks(comment)) for comment in found):
            yield f"{file}: {name} has no example in its documentation"


def the_check_notices_what_differs() -> None:
    text = "/// A thing.\n///\n/// ```swift\n/// let a = 1\n/// ```\nstruct A {}\n\n"
    text += "  /// B:\n  ///\n  ///     let b = 2\n  ///\n  /// End.\n  var b\n"
    found = list(comments(text))
    assert [(line, below) for line, _, below in found] == [(1, "struct A {}"), (8, "  var b")], found
    assert [list(blocks(comment)) for _, comment, _ in found] == [["let a = 1\n"], ["let b = 2\n"]]
    assert not list(blocks("- Parameters:\n  - a: one\n    and more."))
    tests = [essence("func f() {\n  let a = 1\n\n  let b = 2\n}\n")]
    assert stands_in("let a = 1\nlet b = 2\n", tests)
    assert not stands_in("let a = 1\nlet b = 3\n", tests) and not stands_in("let b = 2\nlet a = 1\n", tests)


def every_example_is_a_test() -> str:
    tests = [essence(path.read_text()) for path in sorted(TESTS.glob("*.swift"))]
    found = list(examples())
    faults = [
        f"{place}: the example that begins with '{essence(block)[0]}' stands in no file of {TESTS.relative_to(ROOT)}"
        for place, block in found if not stands_in(block, tests)
    ]
    require(not faults, "\n     ".join(faults))
    return f"{len(found)} examples"


def the_main_types_have_examples() -> None:
    faults = list(without_example())
    require(not faults, "\n     ".join(faults))


def main() -> None:
    argparse.ArgumentParser(description=(__doc__ or "").split("\n")[0]).parse_args()
    run_all([
        ("the check notices what differs", the_check_notices_what_differs),
        ("every example is a test", every_example_is_a_test),
        ("the main types have examples", the_main_types_have_examples),
    ])


if __name__ == "__main__":
    main()
