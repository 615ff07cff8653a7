#!/usr/bin/env python3
"""Looks at what the real program does to images where nobody says it: crop, flip, Cutout, and lengths in pixels.

    check_image_settings.py --pba PATH

Needs only Python's standard library; leaves nothing behind.
"""

import json
import random
import re
import subprocess
import tempfile
from functools import partial
from pathlib import Path
from typing import Any

from case_runner import name_of, parser_for, run_all

FIXTURES = str(Path(__file__).resolve().parents[1] / "DatasetsTests" / "Fixtures")
SMALL = "--model wrn_10_1 --batch-size 4 --epochs 1 --device cpu --threads 1".split()
COMMANDS = {
    "train": ["--policy", "rsvhn"],
    "search": ["--population", "2", "--interval", "1", "--validation-size", "2"],
    "compare": ["--policies", "cutout,rsvhn", "--seeds", "1"],
}


def run(pba: str, *arguments: str, folder: Path, code: int = 0) -> subprocess.CompletedProcess[str]:
    done = subprocess.run([pba, *arguments], cwd=folder, capture_output=True, text=True, timeout=300)
    assert done.returncode == code, f"{' '.join(arguments)}: exit code {done.returncode}: {done.stderr[-400:]}"
    return done


def settings(pba: str, folder: Path, command: str, *arguments: str) -> tuple[dict[str, Any], str]:
    """The settings that a dry run would use, and its notes."""
    done = run(pba, command, *COMMANDS[command], *SMALL, *arguments, "--run", "new", "--dry-run", "--json", folder=folder)
    return json.loads(done.stdout)["settings"], done.stderr


def tail(found: dict[str, Any]) -> dict[str, Any]:
    return {key: found[key] for key in ("cutout", "cropPadding", "flip", "scaleToSize")}


def photos(folder: Path) -> None:
    random.seed(1)
    for name, colour in (("cat", (200, 40, 40)), ("dog", (40, 200, 40)), ("fish", (40, 40, 200))):
        (folder / name).mkdir(parents=True)
        for number in range(12):
            pixels = bytes(max(0, value + random.randint(-30, 30)) for _ in range(400) for value in colour)
            (folder / name / f"{number}.ppm").write_bytes(b"P6 20 20 255\n" + pixels)


def check_digits(pba: str, folder: Path) -> None:
    """SVHN is neither mirrored nor cropped unless somebody asks for it; other datasets are."""
    svhn = ["--data-dir", FIXTURES, "--train-size", "4"]
    plain = {"cutout": 16, "cropPadding": 0, "flip": False, "scaleToSize": False}
    for command in COMMANDS:
        for dataset in ("svhn", "svhn-full"):
            found, _ = settings(pba, folder, command, "--dataset", dataset, *svhn)
            assert tail(found) == plain, f"{command} {dataset}: {found}"
        asked, _ = settings(pba, folder, command, "--dataset", "svhn", *svhn, "--flip", "--crop-padding", "2")
        assert tail(asked) == plain | {"cropPadding": 2, "flip": True}, f"{command}: {asked}"
        (folder / "flip.yml").write_text("dataset: svhn\nflip: true\ncropPadding: 1\n")
        filed, _ = settings(pba, folder, command, *svhn, "--config", "flip.yml", "--no-flip")
        assert tail(filed) == plain | {"cropPadding": 1}, f"{command}: {filed}"
        other, _ = settings(pba, folder, command, "--dataset", "bundled")
        assert tail(other) == plain | {"cropPadding": 4, "flip": True}, f"{command} bundled: {other}"


def check_recorded(pba: str, folder: Path) -> None:
    """A run goes on with the settings that it was begun with, whatever the defaults are by now."""
    begin = ["train", "--dataset", "svhn", "--data-dir", FIXTURES, "--train-size", "4", *SMALL]
    run(pba, *begin, "--flip", "--crop-padding", "4", "--run", "mirrored", folder=folder)
    run(pba, "train", "--resume", "--run", "mirrored", folder=folder)
    refused = run(pba, "train", "--resume", "--no-flip", "--run", "mirrored", folder=folder, code=1)
    assert "flip: found false, expected true" in refused.stderr, refused.stderr
    # A configuration that says nothing of scaling, as those of older versions do.
    old = [*SMALL, "--dataset", "folder:photos", "--image-size", "8", "--data-dir", "cache", "--no-scale-to-size"]
    run(pba, "train", *old, "--run", "old", folder=folder)
    assert "scaleToSize" not in (folder / "old/config.yaml").read_text()
    run(pba, "train", "--resume", "--run", "old", folder=folder)
    again, _ = settings(pba, folder, "train", "--config", "old/config.yaml")
    assert again["scaleToSize"] is False and again["cutout"] == 0, again


def check_scaling(pba: str, folder: Path) -> None:
    """Lengths in pixels follow the size of a folder's images, and of others where it is asked for; typed ones stay."""
    images = ["--dataset", "folder:photos", "--data-dir", "cache"]
    cases = [
        ([*images, "--image-size", "8"], 4, 1, True),
        ([*images, "--image-size", "8", "--no-scale-to-size"], 16, 4, False),
        ([*images, "--image-size", "8", "--cutout", "16"], 16, 1, True),
        ([*images, "--image-size", "64x48", "--crop-padding", "4"], 24, 4, True),
        (images, 16, 4, True),
        (["--dataset", "noise:64x96x3", "--train-size", "8"], 16, 4, False),
        (["--dataset", "noise:64x96x3", "--train-size", "8", "--scale-to-size"], 32, 8, True),
        (["--dataset", "bundled", "--train-size", "8"], 16, 4, False),
        (["--dataset", "bundled", "--train-size", "8", "--scale-to-size"], 14, 4, True),
    ]
    for arguments, cutout, padding, scales in cases:
        found, notes = settings(pba, folder, "train", *arguments)
        expected = {"cutout": cutout, "cropPadding": padding, "flip": True, "scaleToSize": scales}
        assert tail(found) == expected, f"{arguments}: {found}"
        covers = "Cutout of 16 × 16 pixels covers up to 100 % of an image of 8 × 8" in notes
        assert covers == ("--image-size" in arguments and cutout == 16 and "8" in arguments), f"{arguments}: {notes}"
    for command in ("search", "compare"):
        found, _ = settings(pba, folder, command, *images, "--image-size", "64")
        assert (found["cutout"], found["scaleToSize"]) == (32, True), found
    show = ["policy", "show", "rcifar10", "--size", "64"]
    assert "9 px or -9 px" not in run(pba, *show, folder=folder).stdout
    assert "Cutout        p 0.5  4 px" in run(pba, *show, folder=folder).stdout
    assert "Cutout        p 0.5  8 px" in run(pba, *show, "--scale-to-size", folder=folder).stdout


def check_orders(pba: str, folder: Path) -> None:
    """A schedule is shown and drawn in the order that its name says, and no note speaks of policies left out of one."""
    def shown(policy: str, *options: str) -> str:
        return run(pba, "policy", "show", policy, *options, folder=folder).stdout

    last = shown("rcifar10")
    assert "epoch 200 of 200: " + shown("rcifar10@last", "--epoch", "1") == last
    assert shown("rcifar10", "--epoch", "1").startswith("epoch 1 of 200: 1 alternative")
    assert "17 alternatives" in shown("rcifar10@shuffled"), shown("rcifar10@shuffled")
    draw = ["preview", "--epoch", "1", "--output", "drawn.svg", "--force"]
    drawn = {name: run(pba, *draw, "--policy", name, folder=folder).stdout for name in ("rcifar10", "rcifar10@last")}
    assert "epoch 1 of rcifar10@last" in drawn["rcifar10@last"], drawn
    assert drawn["rcifar10"] != drawn["rcifar10@last"].replace("@last", ""), drawn
    listed = run(pba, "policy", "list", folder=folder).stdout
    assert "SCHEDULE@shuffled" in listed and "SCHEDULE@last" in listed, listed
    noise = ["--dataset", "noise:8x8x2", "--train-size", "48", "--validation-size", "0"]
    train = ["train", *SMALL, "--epochs", "3", *noise, "--run", "new", "--dry-run", "--policy"]
    for name, told in (("rcifar10", True), ("rcifar10@shuffled", True), ("rcifar10@last", False)):
        notes = run(pba, *train, name, folder=folder).stderr
        assert (f"{name}: of its 17 policies" in notes) == told, f"{name}: {notes}"


def check_learning(pba: str, folder: Path) -> None:
    """On images of 8 × 8 a network learns with the default Cutout, and a report gives the command with every setting."""
    command = ["train", "--dataset", "folder:photos", "--data-dir", "cache", "--image-size", "8", *SMALL, "--seed", "1"]
    run(pba, *command, "--epochs", "6", "--policy", "cutout", "--run", "small", folder=folder)
    result = json.loads(run(pba, "train", "--resume", "--run", "small", "--json", folder=folder).stdout)
    assert result["trainAccuracy"] > 0.8, result
    run(pba, "report", "small", folder=folder)
    page = re.sub("<[^>]*>", "", (folder / "small/report.html").read_text())
    assert "--cutout 4 --crop-padding 1 --scale-to-size --flip" in page, "no command with every setting"


def check_characters(pba: str, folder: Path) -> None:
    """Folders that are called by digits or letters may hold signs that must not be mirrored."""
    photos(folder / "signs")
    for number, name in enumerate(("cat", "dog", "fish")):
        (folder / "signs" / name).rename(folder / "signs" / str(number))
    images = ["--dataset", "folder:signs", "--data-dir", "cache"]
    assert "--no-flip leaves them as they are" in settings(pba, folder, "train", *images)[1]
    assert "--no-flip" not in settings(pba, folder, "train", *images, "--no-flip")[1]
    assert "--no-flip" not in settings(pba, folder, "train", "--dataset", "folder:photos", "--data-dir", "cache")[1]


def main() -> None:
    pba = parser_for(__doc__).parse_args().pba
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        photos(folder / "photos")
        checks = (check_digits, check_recorded, check_scaling, check_learning, check_characters, check_orders)
        run_all((name_of(check), partial(check, pba, folder)) for check in checks)


if __name__ == "__main__":
    main()
