#!/usr/bin/env python3
"""Finds words and turns that plain technical English does not have, in every text of the project.

    check_language.py

The list holds what has been replaced once: literary turns, and pictures in place of the field's terms. Each entry has what to
write instead. Needs only Python's standard library.
"""

import argparse
import re
import subprocess
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "cli"))
from case_runner import require, run_all  # noqa: E402

ROOT = Path(__file__).resolve().parents[2]
# What to find, as a regular expression without regard to case; a space also stands for a line break in a comment.
TURNS = {
    r"seams?": "interface",
    r"reckon\w*": "count, compute, estimate",
    r"told (?:right|apart|truthfully|in words)": "correct, distinguished",
    r"(?:is|are|be|was|were|been) told": "reported, printed; a function is called with",
    r"bears?|borne": "allow, carry",
    r"way back": "backward pass",
    r"(?:has|have|had|having) (?:it|them|a run|the run) again": "reproduce",
    r"(?:il)?legal(?:ly|ity)?": "valid, invalid",
    r"houses?(?! numbers)|doors?|rooms|walls?": "module, interface",
    r"floors|floor \d+": "layer",
    r"for ever": "without end",
    r"of no more use": "cannot be used any more",
    r"text twin": "as text",
    r"anew": "again",
    r"shall": "must, should",
    r"thereof|whence|whither|lest|nought|betwixt|hitherto": "a shorter sentence",
    r"for want of": "because it lacks",
}
# Texts of others, names of others, and this list.
LEFT_OUT = re.compile(
    r"(?:^|/)LICENSE$|^Tests/docs/check_language\.py$|\.(?:json|png|svg|npy|ipynb)$|^Tests/.*/Fixtures/|/Resources/")
BREAK = r"(?:\s+|\s*\n\s*(?:///?|#+|\*|//!)?\s*)"


def pattern() -> re.Pattern[str]:
    parts = (turn.replace(" ", BREAK) for turn in TURNS)
    return re.compile(r"(?<![-\w])(?:" + "|".join(f"(?:{part})" for part in parts) + r")(?![-\w])", re.IGNORECASE)


def instead(found: str) -> str:
    plain = " ".join(re.sub(r"\n\s*(?:///?|#+|\*)?", " ", found).split())
    return next(better for turn, better in TURNS.items() if re.fullmatch(turn, plain, re.IGNORECASE))


def findings(text: str, turns: re.Pattern[str]) -> list[tuple[int, str, str]]:
    """Line, what was found, and what to write instead."""
    return [
        (text.count("\n", 0, match.start()) + 1, " ".join(match[0].split()), instead(match[0])) for match in turns.finditer(text)
    ]


def texts() -> list[Path]:
    """Every text file that git has, or is about to have."""
    listed = subprocess.run(
        ["git", "ls-files", "--cached", "--others", "--exclude-standard"], cwd=ROOT, capture_output=True, text=True, check=True)
    names = (name for name in sorted(set(listed.stdout.splitlines())) if not LEFT_OUT.search(name))
    return [path for path in (ROOT / name for name in names) if path.is_file()]


def the_check_notices_what_is_listed() -> None:
    turns = pattern()
    for text in ["the Seam", "a house", "is\n  /// told", "it is told", "on floor 3", "Illegal", "has it again", "for ever"]:
        assert findings(text, turns), text
    for text in ["seamless", "-Wall", "house numbers", "floor(x)", "he told", "bearing", "room for 3", "shallow", "forever"]:
        assert not findings(text, turns), text
    assert findings("a\nb\nthe rooms\n", turns)[0][0] == 3


def the_texts_are_plain() -> str:
    turns, files, found = pattern(), texts(), []
    for path in files:
        try:
            text = path.read_text(encoding="utf-8")
        except UnicodeDecodeError:
            continue
        found += [
            f"{path.relative_to(ROOT)}:{line}: found '{words}', expected plain words, such as: {better}"
            for line, words, better in findings(text, turns)
        ]
    require(not found, "\n     ".join(found))
    return f"{len(files)} texts"


def main() -> None:
    argparse.ArgumentParser(description=(__doc__ or "").split("\n")[0]).parse_args()
    run_all([
        ("the check notices what is listed", the_check_notices_what_is_listed),
        ("no text has a word of the list", the_texts_are_plain),
    ])


if __name__ == "__main__":
    main()
