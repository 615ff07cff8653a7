"""`python -m swift_pba.trainer init FILE.py` writes an example, `check FILE.py` tries a trainer before a search."""

from __future__ import annotations

import argparse
import dataclasses
import json
import os
import signal
import sys
import threading
from pathlib import Path
from typing import Any

from .check import BATCHES, CheckFailed, Findings, Plan, check

CAUSES = """The usual causes:
  - the state of the optimizer, or of a learning rate schedule, is not saved to segment.output and loaded from segment.start
  - averages of weights, a scaler of mixed precision, a counter of steps or anything else kept in `self` is not saved
  - the epochs are not those of `for epoch in segment.epochs`, which seeds the generators of Python, numpy and torch; or the loop
    is over list(segment.epochs), which goes through all of them before the first is trained
  - random numbers come from a generator of your own: seed it by (segment.seed, segment.trial, epoch) in each epoch
  - the order or the augmentation of the samples follows something else: make the loader with segment.loader
  - the device computes sums in an order of its own: torch.use_deterministic_algorithms(True)"""


def main() -> None:
    """Do what the arguments say."""
    parser = argparse.ArgumentParser(prog="pba trainer", description="own trainers for pba search --trainer")
    commands = parser.add_subparsers(dest="command", required=True)
    making = commands.add_parser("init", help="write an example of a trainer", description="Writes an example of a trainer.")
    making.add_argument("file", metavar="FILE.py")
    trying = commands.add_parser(
        "check", help="try a trainer before a search",
        description="Trains two epochs at once, and one and then one in another process, and compares the scores; says what a "
        "search will cost.")
    trying.add_argument("trainer", metavar="FILE.py[:Class]")
    trying.add_argument(
        "--config", "--trainer-config", default="{}", help="the settings: JSON, or a file of JSON or YAML", metavar="JSON|FILE")
    trying.add_argument("--device", default=None, help="cpu or cuda:0; by default the first GPU if there is one")
    trying.add_argument("--metric", default="score", help="which number of what train returns is the score")
    trying.add_argument("--epochs", type=_positive, default=60, help="of the search")
    trying.add_argument("--population", type=_positive, default=16, help="of the search")
    trying.add_argument("--interval", type=_positive, default=3, help="of the search: epochs between two comparisons")
    trying.add_argument("--workers", type=_positive, default=1, help="of the search: segments at once")
    trying.add_argument("--whole", action="store_true", help="train whole epochs, not a few batches of each loader")
    trying.add_argument("--json", action="store_true", help="print the findings as JSON")
    # For a program that waits for the findings: standard input ends when that program does, however it does.
    trying.add_argument("--end-with-input", action="store_true", help=argparse.SUPPRESS)
    options = parser.parse_args()
    try:
        if getattr(options, "end_with_input", False):
            end_with_input()
        if options.command == "init":
            print(init(Path(options.file)))
            return
        plan = plan_of(options)
        findings = check(plan)
    except (CheckFailed, OSError, ValueError) as error:
        if getattr(options, "json", False):
            print(json.dumps({"error": str(error)}))
        sys.exit(f"Error: {error}")
    except KeyboardInterrupt:
        sys.exit(130)
    if options.json:
        print(json.dumps(dataclasses.asdict(findings) | {"restores": findings.restores}))
    else:
        print(described(findings, plan))
    sys.exit(0 if findings.restores else 1)


def end_with_input() -> None:
    """End this process and its group when standard input ends, which nothing else reads from now on."""
    reading = os.dup(0)  # not inherited by other programs
    nothing = os.open(os.devnull, os.O_RDONLY)
    os.dup2(nothing, 0)
    os.close(nothing)

    def wait() -> None:
        while os.read(reading, 1 << 16):
            pass
        if os.getpgrp() == os.getpid():
            os.killpg(os.getpid(), signal.SIGKILL)
        os._exit(1)

    threading.Thread(target=wait, daemon=True).start()


def init(file: Path) -> str:
    """Write the example to a new file, and return what to do next."""
    if file.suffix != ".py" or not file.stem.isidentifier():
        raise ValueError(f"found the name {file.name}, expected one such as my_trainer.py: it is imported as a module")
    if file.stem in sys.stdlib_module_names or file.stem in ("torch", "torchvision", "numpy", "swift_pba"):
        raise ValueError(f"found the name {file.name}, which is that of another module; choose one such as my_trainer.py")
    text = (Path(__file__).parent / "example.py").read_text(encoding="utf-8").replace("FILE.py", file.name)
    try:
        with open(file, "x", encoding="utf-8") as made:
            made.write(text)
    except FileExistsError:
        raise ValueError(f"found {file} already there, which is not overwritten; choose another name") from None
    return f"{file}: change it to your network and your data, then: pba trainer check {file}"


def plan_of(options: argparse.Namespace) -> Plan:
    """Return what the arguments of `check` ask for."""
    file, _, name = options.trainer.partition(":")
    if not Path(file).is_file():
        raise ValueError(f"found no file {file}, expected that of a trainer; pba trainer init {file} writes an example")
    return Plan(
        file=os.path.abspath(file), class_name=name or None, config=settings(options.config),
        device=options.device or default_device(), metric=options.metric, epochs=max(options.epochs, 2),
        population=options.population, interval=options.interval, workers=options.workers, whole=options.whole)


def settings(text: str) -> dict[str, Any]:
    """Return the settings of a trainer from JSON, or from a file of JSON or YAML."""
    place, content = "--config", text
    if not text.lstrip().startswith("{"):
        place, content = text, Path(text).read_text(encoding="utf-8")
    try:
        found = json.loads(content)
    except ValueError as error:
        if place == "--config" or place.endswith(".json"):
            raise ValueError(f"{place}: {error}, expected JSON") from None
        found = _yaml(place, content)
    if not isinstance(found, dict):
        raise ValueError(f"{place}: found {type(found).__name__}, expected names with values")
    return found


def _yaml(place: str, content: str) -> Any:
    try:
        import yaml
    except ImportError:
        raise ValueError(f"{place}: found no JSON, and YAML needs another package: pip install pyyaml") from None
    try:
        return yaml.safe_load(content)
    except yaml.YAMLError as error:
        raise ValueError(f"{place}: {error}") from None


def default_device() -> str:
    """Return the first GPU that torch can use, or else the CPU."""
    if not any(Path(path).exists() for path in ("/dev/nvidiactl", "/dev/dxg")):
        return "cpu"  # known without torch, which takes seconds to import
    try:
        import torch
    except ImportError:
        return "cpu"
    return "cuda:0" if torch.cuda.is_available() else "cpu"


def described(findings: Findings, plan: Plan) -> str:
    """Return the findings for people."""
    at_once, one_by_one = findings.scores
    lines = []
    same = f"score {at_once:.6g} after 2 epochs at once and after 1 + 1"
    if findings.restores:
        lines.append(f"checkpoints restore the training: {same}")
        if findings.difference is not None:
            lines.append(f"but the checkpoints differ, so later scores may too: {findings.difference}")
            lines.append(CAUSES)
    elif at_once == one_by_one:
        lines.append(f"Error: the training is not restored: {same}, but the checkpoints differ, so later scores may too: "
                     f"{findings.difference}")
        lines.append(CAUSES)
    else:
        lines.append(
            f"Error: the training is not restored: score {at_once:.6g} after 2 epochs at once, {one_by_one:.6g} after 1 + 1, "
            f"{one_by_one - at_once:+.3g}")
        if findings.difference is not None:
            lines.append(f"the checkpoints differ: {findings.difference}")
        lines.append(CAUSES)
    if not findings.used_policy:
        lines.append(
            "warning: the trainer did not use the policy, so there is nothing to search: put segment.augment into the transforms "
            "of the training images, or take segment.batch_augment")
    if not findings.iterated_epochs:
        lines.append("warning: the trainer did not go through segment.epochs, so nothing seeds its random numbers")
    how = f", computed from the first {BATCHES} batches" if findings.is_extrapolated else ""
    lines += [
        f"an epoch takes {duration(findings.epoch_seconds)}{how}; a segment {duration(findings.segment_seconds)} more; a worker "
        f"starts in {duration(findings.start_seconds)}",
        f"a checkpoint has {findings.checkpoint_bytes / 1e6:.1f} MB",
        f"a search of {plan.population} trials × {plan.epochs} epochs, compared every {plan.interval}, on {plan.device}: about "
        f"{duration(findings.search_seconds)} with {plan.workers} worker{'s' * (plan.workers > 1)}, if none slows another down"]
    return "\n".join(lines)


def duration(seconds: float) -> str:
    """Return a time in a unit that suits it."""
    for limit, unit, size in ((120.0, "s", 1.0), (7200.0, "min", 60.0), (172800.0, "h", 3600.0)):
        if seconds < limit:
            return f"{seconds / size:.3g} {unit}"
    return f"{seconds / 86400:.3g} days"


def _positive(text: str) -> int:
    number = int(text)
    if number < 1:
        raise argparse.ArgumentTypeError(f"found {number}, expected 1 or more")
    return number


if __name__ == "__main__":
    main()
