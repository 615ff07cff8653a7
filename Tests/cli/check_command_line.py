#!/usr/bin/env python3
"""Gives the real program wrong requests and looks at what a user would see.

    check_command_line.py --pba PATH

Wrong usage must end with code 64, what is wrong with files with code 1, and either with one line that begins with
`Error:` and says what was found and what to do, and with nothing left behind. Needs only Python's standard library.
"""

import argparse
import json
import os
import subprocess
import sys
import tempfile
from pathlib import Path

SEARCH = "search --dataset bundled --run new".split()
TRAIN = "train --dataset bundled --run new".split()

# (arguments, exit code, what the message must contain)
CASES = [
    ("search --dataset bundled", 64, ["--run"]),
    ("search --run new", 64, ["no dataset is named", "bundled"]),
    ("search --dataset cifar-10 --run new", 64, ["did you mean cifar10?"]),
    ([*SEARCH, "--run="], 64, ["--run"]),
    ([*SEARCH, "--population", "0"], 64, ["population: found 0", "1 to"]),
    ([*SEARCH, "--population", "-1"], 64, ["population: found -1"]),
    ([*SEARCH, "--population", "many"], 64, ["many", "--population"]),
    ([*SEARCH, "--interval", "0"], 64, ["interval: found 0"]),
    ([*SEARCH, "--quantile", "0.7"], 64, ["quantile: found 0.7", "0 to 0.5"]),
    ([*SEARCH, "--concurrency", "0"], 64, ["concurrency: found 0"]),
    ([*SEARCH, "--model", "wrn_41_2"], 64, ["wrn_41_2"]),
    ([*SEARCH, "--model", "resnet"], 64, ["resnet", "wrn_D_K"]),
    ([*SEARCH, "--device", "tpu"], 64, ["device: found 'tpu'", "cpu"]),
    ([*SEARCH, "--device", "cuda:99"], 64, ["cuda:99"]),
    ([*SEARCH, "--precision", "fp8"], 64, ["precision: found 'fp8'", "bf16"]),
    ([*SEARCH, "--batch-size", "5000"], 64, ["a batch takes 5000 images"]),
    ([*SEARCH, "--train-size", "9999"], 64, ["9999"]),
    ([*SEARCH, "--validation-size", "0"], 64, ["validationSize: found 0"]),
    ([*SEARCH, "--config", "none.yml"], 1, ["none.yml", "No such file"]),
    ([*SEARCH, "--config", "typo.yml"], 64, ["unknown setting 'popluation'", "did you mean 'population'?"]),
    ([*SEARCH, "--resume"], 1, ["new: no run is there"]),
    ("search --dataset bundled --run other-files", 1, ["other-files", "holds other files"]),
    ([*TRAIN, "--threads", "0"], 64, ["threads: found 0"]),
    ([*TRAIN, "--epochs", "-3"], 64, ["epochs: found -3"]),
    ([*TRAIN, "--learning-rate", "nan"], 64, ["learningRate: found nan"]),
    ([*TRAIN, "--weight-decay", "1e300"], 64, ["weightDecay: found 1e+300"]),
    ([*TRAIN, "--policy", "autoaugmen"], 64, ["autoaugmen", "did you mean"]),
    ([*TRAIN, "--policy", "none.json"], 1, ["none.json", "no such file"]),
    ([*TRAIN, "--policy", "broken.json"], 1, ["broken.json"]),
    ("evaluate --dataset bundled --checkpoint none.safetensors", 1, ["none.safetensors", "No such file"]),
    ("evaluate --dataset bundled --checkpoint empty", 1, ["empty"]),
    ("evaluate --dataset bundled --checkpoint broken.json", 1, ["broken.json"]),
    ("schedule show rcifar100", 64, ["rcifar100", "rcifar10"]),
    ("schedule show none.json", 1, ["none.json"]),
    ("schedule show empty.json", 1, ["empty.json"]),
    ("schedule stretch rcifar10 --epochs 0", 64, ["0"]),
    ("schedule export rcifar10 -o broken.json", 1, ["broken.json is already there"]),
    ("apply Rotat image.png out.png --magnitude 3", 64, ["Rotat", "Rotate"]),
    ("apply Rotate none.png out.png --magnitude 3", 1, ["none.png", "No such file"]),
    ("apply Rotate image.png out.png --magnitude 3", 1, ["image.png"]),
    ("apply Rotate image.png out.png --magnitude -1", 64, ["--magnitude: found -1"]),
    ("apply Rotate image.png out.npy --magnitude 3", 64, ["same kind"]),
    ("apply Cutout image.png out.png --magnitude 3 --center 1", 64, ["--center"]),
    ("preview --policy rcifar10 image.png -o grid.jpg", 64, [".png"]),
    ("preview --policy rcifar10 none.png", 1, ["none.png"]),
    ("data stats cifar", 64, ["cifar10"]),
    ("data verify cifar10 --data-dir other-files", 1, ["cifar10", "found in none of"]),
    ("serach", 64, ["serach"]),
]


def prepare(folder):
    (folder / "other-files").mkdir()
    (folder / "other-files" / "letter.txt").write_text("keep me")
    (folder / "typo.yml").write_text("popluation: 4\n")
    (folder / "broken.json").write_text('{"format": "pba-schedule", "version": 1, "segments": [')
    (folder / "empty.json").write_bytes(b"")
    (folder / "empty").write_bytes(b"")
    (folder / "image.png").write_bytes(b"\x89PNG\r\n\x1a\n and nothing more")


def contents(folder):
    return {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def check(pba, arguments, code, expected, folder):
    """What is wrong with the program's answer, in words; None if nothing is."""
    before = contents(folder)
    done = subprocess.run([pba, *arguments], cwd=folder, capture_output=True, text=True, timeout=120)
    if done.returncode != code:
        return f"exit code {done.returncode}, expected {code}: {done.stderr.strip()}"
    lines = done.stderr.splitlines()
    errors = [line for line in lines if line.startswith("Error:")]
    # The parser adds lines on usage; what the program itself says is one line.
    if len(errors) != 1 or not (lines[0] == errors[0] or code == 64):
        return f"expected one line 'Error: ...', found: {done.stderr.strip()}"
    missing = [text for text in expected if text.lower() not in errors[0].lower()]
    if missing:
        return f"no word of {', '.join(missing)} in: {errors[0]}"
    if done.stdout:
        return f"wrote to standard output: {done.stdout[:200]}"
    if contents(folder) != before:
        return f"left behind or changed files: {sorted(set(contents(folder)) ^ set(before))}"
    return None


def check_help(pba):
    """Every command explains itself."""
    commands = json.loads(subprocess.run([pba, "--experimental-dump-help"], capture_output=True, check=True).stdout)
    pending, wrong, count = [commands["command"]], [], 0
    while pending:
        command = pending.pop()
        path = [*command.get("superCommands", [])[1:], command["commandName"]] if command.get("superCommands") else []
        if command["commandName"] == "help":
            continue
        pending += command.get("subcommands", [])
        done = subprocess.run([pba, *path, "--help"], capture_output=True, text=True)
        count += 1
        if done.returncode != 0 or "USAGE" not in done.stdout:
            wrong.append(" ".join(path))
        for argument in command.get("arguments", []):
            if not argument.get("abstract"):
                wrong.append(f"{' '.join(path)}: {argument.get('valueName')} is not explained")
    return count, wrong


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--pba", required=True)
    pba = os.path.abspath(parser.parse_args().pba)
    passed, failed = 0, 0

    def count(name, fault):
        nonlocal passed, failed
        passed, failed = passed + (fault is None), failed + (fault is not None)
        if fault:
            print(f"FAILED {name}\n       {fault}")

    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        prepare(folder)
        for arguments, code, expected in CASES:
            arguments = arguments.split() if isinstance(arguments, str) else arguments
            count("pba " + " ".join(arguments), check(pba, arguments, code, expected, folder))
    commands, wrong = check_help(pba)
    count(f"help of {commands} commands", "; ".join(wrong) or None)
    print(f"{passed} passed, {failed} failed")
    sys.exit(failed > 0)


if __name__ == "__main__":
    main()
