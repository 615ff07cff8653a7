#!/usr/bin/env python3
"""Compares the documents with each other, with the files of the project and with the program's help.

    check_documents.py --pba PATH --benchmark PATH

Links and anchors lead somewhere; README.md keeps its limits; every command line `pba …` or `Benchmarks/run …` in a
document has a subcommand and options that the program has; every script that code in a document names can be executed;
every message of docs/troubleshooting.md stands in the sources; the pictures in SVG are those that the program draws. Needs
only Python's standard library.
"""

import json
import os
import re
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from functools import partial
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "cli"))
from case_runner import parser_for, program, require, run_all  # noqa: E402

ROOT = Path(__file__).resolve().parents[2]
README_LINES, README_WIDTH = 180, 120
# The options of each command, which is known by the words after `pba`.
Commands = Mapping[tuple[str, ...], set[str]]
# Options of the original, which documents set beside those here.
ORIGINALS = set(
    "--use_hp_policy --hp_policy --hp_policy_epochs --flatten --no_aug --no_cutout --lr --wd --bs --num_samples "
    "--perturbation_interval --restore --local_dir --name".split()
)
FENCE = re.compile(r"^(`{3,})(\w*)\n(.*?)^\1\s*$", re.MULTILINE | re.DOTALL)
SPAN = re.compile(r"(?<!`)`([^`\n]+(?:\n[^`\n]+)?)`(?!`)")
LINK = re.compile(r"\[(?:[^\[\]]|\[[^\]]*\])*\]\(([^)\s]+)\)")
# How documents call the two programs: pba, and pba-benchmark.
CALL = re.compile(r"(?:[A-Z_]+=\S+ )*(?:\./)?(pba|pba-benchmark|Benchmarks/run)\s+(.*)")
OPTION = re.compile(r"(?<![\w-])(--[a-z][\w-]*)")
# A file of the project, as a command calls it.
CALLED = re.compile(r"(?<![\w/.-])(?:\./)?((?:Benchmarks|Tests|scripts)/[\w/.-]*\w|pba)(?![\w/])")


def documents() -> list[Path]:
    """Every Markdown file of the project that git has, or is about to have."""
    listed = subprocess.run(
        ["git", "ls-files", "--cached", "--others", "--exclude-standard", "*.md"], cwd=ROOT, capture_output=True, text=True
    )
    names = listed.stdout.split() if listed.returncode == 0 else []
    found = [ROOT / name for name in names] or [*ROOT.glob("*.md"), *ROOT.glob("docs/*.md"), *ROOT.glob("Benchmarks/*.md")]
    return [path for path in sorted(found) if path.exists()]


def prose(text: str) -> str:
    """A document without its blocks of code."""
    return FENCE.sub("", text)


def anchors(text: str) -> set[str]:
    """The names that the headings of a document have as places of a link, as GitHub makes them."""
    found: set[str] = set()
    seen: dict[str, int] = {}
    for heading in re.findall(r"^#{1,6} +(.+?) *#*$", prose(text), re.MULTILINE):
        plain = re.sub(r"[^\w\- ]", "", re.sub(r"\[([^\]]*)\]\([^)]*\)", r"\1", heading).lower()).replace(" ", "-")
        number = seen.get(plain, -1) + 1
        seen[plain] = number
        found.add(plain if number == 0 else f"{plain}-{number}")
    return found


def broken_links(path: Path, text: str) -> Iterator[str]:
    for target in LINK.findall(SPAN.sub("", prose(text))):
        if re.match(r"[a-z]+:", target):
            continue
        name, _, anchor = target.partition("#")
        place = (path.parent / name).resolve() if name else path
        if not place.exists():
            yield f"the link {target} leads to no file"
        elif ROOT not in place.parents:
            yield f"the link {target} leads out of the project"
        elif anchor and place.suffix == ".md" and anchor not in anchors(place.read_text()):
            yield f"the link {target} leads to no heading"


def commands_of(pba: str) -> Commands:
    """For each command, as the words after `pba`, its options and those of the commands below it."""
    dump = subprocess.run([pba, "--experimental-dump-help"], capture_output=True, check=True)
    commands: dict[tuple[str, ...], set[str]] = {}

    def add(command: dict[str, Any], words: tuple[str, ...]) -> set[str]:
        options: set[str] = set()
        for argument in command.get("arguments", []):
            options |= {("--" if name["kind"] == "long" else "-") + name["name"] for name in argument.get("names") or []}
        below = [add(each, (*words, each["commandName"])) for each in command.get("subcommands", [])]
        commands[words] = options.union({"--help"}, *below)
        return options.union(*below)

    add(json.loads(dump.stdout)["command"], ())
    return commands


def command_lines(text: str) -> Iterator[tuple[str, str]]:
    """What a document shows as calls of a program, in code: its name, and the words after it."""
    for _, language, block in FENCE.findall(text):
        if language in ("sh", ""):
            for line in block.replace("\\\n", " ").splitlines():
                yield from re.findall(r"(?:^|\s)(?:\./)?(pba|Benchmarks/run)\s+([^#|]*)", line)
    for span in SPAN.findall(FENCE.sub("", text)):
        called = CALL.match(" ".join(span.split()))
        if called:
            yield called.groups()


def wrong_commands(text: str, commands: Commands, benchmarks: Commands) -> Iterator[str]:
    """Calls that a program does not know: `commands` are those of pba, `benchmarks` those of pba-benchmark."""
    for name, line in command_lines(text):
        yield from wrong_call(name, line, commands if name == "pba" else benchmarks)


def wrong_call(program: str, line: str, commands: Commands) -> Iterator[str]:
    words = line.split()
    known: tuple[str, ...] = ()
    while words and (*known, words[0]) in commands:
        known = (*known, words.pop(0))
    call, command = f"`{program} {line.strip()}`", " ".join([program, *known])
    if words and known == () and re.fullmatch(r"[a-z]+", words[0]) and words[0] != "help":
        yield f"{call}: there is no command {words[0]}"
        return
    if known and words and any(len(name) > len(known) and name[:len(known)] == known for name in commands):
        if re.fullmatch(r"[a-z]+", words[0]):
            yield f"{call}: {command} has no subcommand {words[0]}"
    for option in OPTION.findall(line):
        if option not in commands[known]:
            yield f"{call}: {command} has no option {option}"


def unknown_options(text: str, known: set[str]) -> Iterator[str]:
    """Options that stand alone in code, as `--epochs N`."""
    for span in SPAN.findall(prose(text)):
        if span.startswith("--"):
            for option in OPTION.findall(span):
                if option not in known | ORIGINALS:
                    yield f"`{span}`: no command has the option {option}"


def idle_scripts(text: str, root: Path = ROOT) -> Iterator[str]:
    """Scripts that code in a document names and the system refuses to execute."""
    code = [block for _, _, block in FENCE.findall(text)] + SPAN.findall(prose(text))
    for name in sorted({name for part in code for name in CALLED.findall(part)}):
        path = root / name
        if path.is_file() and path.read_bytes()[:2] == b"#!" and not os.access(path, os.X_OK):
            yield f"{name} cannot be executed: chmod +x {name}"


def excessive(lines: Sequence[str]) -> Iterator[str]:
    """What is too long in README.md."""
    if len(lines) > README_LINES:
        yield f"{len(lines)} lines, expected {README_LINES} at most"
    for number, line in enumerate(lines, 1):
        if len(line) > README_WIDTH:
            yield f"line {number}: {len(line)} characters, expected {README_WIDTH} at most"


def sources() -> str:
    """The texts of the program and its scripts, literals that are put together from several lines in one."""
    files = [path for path in (ROOT / "Sources").rglob("*") if path.suffix in (".swift", ".c", ".cpp", ".h", ".hpp")]
    files += [*(ROOT / "Recipes/Reader").glob("*.swift"), *(ROOT / "Spaces/Reader").glob("*.swift")]
    files += [ROOT / "pba", ROOT / "scripts/bootstrap"]
    text = "\n".join(path.read_text() for path in files)
    text = re.sub(r'"\s*(?:\+\s*)?"', "", re.sub(r"\\\n\s*", "", text))
    # A setting in the text of an error is printed as its option.
    text = re.sub(r'\\\(setting: "(\w+)"\)', lambda name: "--" + re.sub("[A-Z]", lambda c: "-" + c[0].lower(), name[1]), text)
    return text.replace('\\"', '"')


def stale_messages(text: str, texts: str) -> Iterator[str]:
    """Headings that begin with a small letter, a sign or a gap are messages; each part between gaps must stand in the sources."""
    for heading in re.findall(r"^### +(.+)$", text, re.MULTILINE):
        if heading[0].isupper() and heading[0].isascii():
            continue
        for part in re.split(r"…|, or |: |\bfound |, expected ", heading):
            part = part.strip(" :;,()'\"")
            if len(part) > 5 and part not in texts:
                yield f"'{heading}': no source says '{part}'"


def the_checks_notice_what_is_wrong() -> None:
    commands = {
        (): {"--help", "--run", "--epochs"},
        ("train",): {"--help", "--run"},
        ("data",): {"--json"},
        ("data", "list"): {"--json"},
    }
    for text in ["`pba trian`", "`pba train --epochs 3`", "```sh\n./pba train --run \\\n  R --rnu S\n```", "`pba data lst`"]:
        assert list(wrong_commands(text, commands, {(): {"--help"}})), text
    for text in ["`pba train --run R`", "```sh\n./pba data list --json   # --nothing\n```", "`pba help train`", "pba trian"]:
        assert not list(wrong_commands(text, commands, {(): {"--help"}})), text
    for text in ["`Benchmarks/run trian`", "`PBA_SIMD=plain Benchmarks/run train --epochs 3`",
                 "```\nBenchmarks/run train --run R\n```"]:
        assert list(wrong_commands(text, commands, {(): set(), ("train",): {"--steps"}})), text
    assert list(unknown_options("`--rnu R`", commands[()])) and not list(unknown_options("`--run R`", commands[()]))
    page = ROOT / "README.md"
    for text in ["[a](nowhere.md)", "[a](#nowhere)", "[a](README.md#nowhere)", "![a](../out.png)"]:
        assert list(broken_links(page, text)), text
    assert not list(broken_links(page, "[a](https://host/x) `[a](b)` [b](LICENSE)"))
    assert anchors("# A `b`, c\n## A b c\n") == {"a-b-c", "a-b-c-1"}
    with tempfile.TemporaryDirectory() as folder:
        script = Path(folder, "scripts/run")
        script.parent.mkdir()
        script.write_text("#!/bin/sh\n")
        for text in ["`scripts/run OUT`", "```sh\nA=1 ./scripts/run | cat\n```"]:
            assert list(idle_scripts(text, Path(folder))), text
        assert not list(idle_scripts("scripts/run, `original/scripts/run`, `scripts/run.txt`", Path(folder)))
        script.chmod(0o755)
        assert not list(idle_scripts("`scripts/run`", Path(folder)))
    assert list(excessive(["a" * (README_WIDTH + 1)])) and list(excessive([""] * (README_LINES + 1)))
    assert list(stale_messages("### no such … message", "such")) and not list(stale_messages("### no such … x", "no such"))


def check(path: Path, commands: Commands, benchmarks: Commands, texts: str) -> None:
    text = path.read_text()
    findings = [*broken_links(path, text), *wrong_commands(text, commands, benchmarks), *idle_scripts(text)]
    if path.parent in (ROOT, ROOT / "docs"):
        findings += unknown_options(text, commands[()] | benchmarks[()])
    if path == ROOT / "README.md":
        findings += excessive(text.splitlines())
    if path.name == "troubleshooting.md":
        findings += stale_messages(text, texts)
    require(not findings, "\n     ".join(findings))


def pictures(pba: str) -> None:
    with tempfile.TemporaryDirectory() as folder:
        subprocess.run([ROOT / "scripts" / "pictures", folder, pba], check=True, capture_output=True)
        drawn = {path.name: path.read_bytes() for path in Path(folder).iterdir()}
    kept = {path.name: path.read_bytes() for path in (ROOT / "Pictures").iterdir()}
    require({*drawn, "scene.png"} == {*kept}, f"scripts/pictures draws {', '.join(sorted(drawn))}")
    stale = [name for name in sorted(drawn) if name.endswith(".svg") and drawn[name] != kept[name]]
    require(not stale, f"no longer what the program draws: {', '.join(stale)}; scripts/pictures draws them again")


def main() -> None:
    parser = parser_for(__doc__, selects=True)
    parser.add_argument("--benchmark", required=True, type=program, help="the program pba-benchmark")
    options = parser.parse_args()
    commands, benchmarks, texts = commands_of(options.pba), commands_of(options.benchmark), sources()
    run_all(
        [
            ("the checks notice what is wrong", the_checks_notice_what_is_wrong),
            ("pictures", partial(pictures, options.pba)),
            *((str(path.relative_to(ROOT)), partial(check, path, commands, benchmarks, texts)) for path in documents()),
        ],
        options.only,
    )


if __name__ == "__main__":
    main()
