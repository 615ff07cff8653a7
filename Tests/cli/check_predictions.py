#!/usr/bin/env python3
"""Asks the real program what images show, and how good a checkpoint is class by class.

    check_predictions.py --pba PATH [--only WORDS]

A network is trained for seconds on an image folder; then its checkpoint alone must be enough to predict. Needs only Python's
standard library.
"""

import csv
import io
import json
import os
import random
import shutil
import struct
import subprocess
import tempfile
import zlib
from functools import cache
from pathlib import Path
from typing import Any

from case_runner import run_cases, tell

CLASSES = {"cat": (200, 60, 60), "dog, wet": (60, 200, 60), "fish": (90, 90, 170)}
SIDE = 8


def pixels(color: tuple[int, int, int], number: int, side: int = SIDE) -> bytes:
    """Noise in which a colour stands out, the same for the same number."""
    generator = random.Random(number)
    return bytes(min(255, max(0, value + generator.randint(-60, 60))) for _ in range(side * side) for value in color)


def ppm(path: Path, color: tuple[int, int, int], number: int, side: int = SIDE) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(b"P6 %d %d 255\n" % (side, side) + pixels(color, number, side))


def png(path: Path, rgb: bytes, side: int) -> None:
    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    rows = b"".join(b"\0" + rgb[start : start + side * 3] for start in range(0, len(rgb), side * 3))
    head = struct.pack(">IIBBBBB", side, side, 8, 2, 0, 0, 0)
    path.write_bytes(
        b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", zlib.compress(rows)) + chunk(b"IEND", b""))


def bmp(path: Path, rgb: bytes, side: int) -> None:
    # Rows from the bottom, blue first, each filled to a multiple of four bytes.
    rows = []
    for start in range(len(rgb) - side * 3, -1, -side * 3):
        row = rgb[start : start + side * 3]
        turned = b"".join(row[at : at + 3][::-1] for at in range(0, len(row), 3))
        rows.append(turned + bytes(-len(turned) % 4))
    body = b"".join(rows)
    path.write_bytes(
        struct.pack("<2sIHHI", b"BM", 54 + len(body), 0, 0, 54)
        + struct.pack("<IiiHHIIiiII", 40, side, side, 1, 24, 0, len(body), 2835, 2835, 0, 0) + body)


@cache
def trained(pba: str) -> Path:
    """A folder with photos/train and photos/test, and the run of a training on them."""
    folder = Path(tempfile.mkdtemp(prefix="pba-predictions-"))
    for label, (name, color) in enumerate(CLASSES.items()):
        for index in range(48):
            ppm(folder / "photos" / "train" / name / f"{index}.ppm", color, 1000 * label + index)
        for index in range(20 + label):
            ppm(folder / "photos" / "test" / name / f"{index}.ppm", color, 1000 * label + 500 + index)
    subprocess.run(
        [pba, "train", "--dataset", f"folder:{folder}/photos", "--image-size", str(SIDE), "--data-dir", str(folder / "data"),
         *"--model wrn_10_1 --epochs 1 --batch-size 16 --cutout 2 --device cpu --threads 1 --validation-size 0".split(),
         "--run", str(folder / "run")],
        check=True, capture_output=True)  # fmt: skip
    return folder


class Case:
    """A folder of a case's own with a copy of the checkpoint, and the program."""

    def __init__(self, pba: str, folder: Path) -> None:
        self.pba, self.folder = pba, folder
        self.source = trained(pba)
        (checkpoint,) = (self.source / "run" / "checkpoints").iterdir()
        shutil.copy(checkpoint, folder / "c.safetensors")

    def run(self, *arguments: object, code: int = 0) -> subprocess.CompletedProcess[str]:
        done = subprocess.run(
            [self.pba, *map(str, arguments)], cwd=self.folder, capture_output=True, text=True, timeout=300)
        assert done.returncode == code, f"exit code {done.returncode}, expected {code}: {done.stderr.strip()[-400:]}"
        return done

    def predict(self, *arguments: object, code: int = 0) -> subprocess.CompletedProcess[str]:
        return self.run("predict", "--checkpoint", "c.safetensors", "--device", "cpu", *arguments, code=code)

    def json(self, *arguments: object, code: int = 0) -> dict[str, Any]:
        return json.loads(self.predict("--json", *arguments, code=code).stdout)

    def evaluate(self, *arguments: object, code: int = 0) -> subprocess.CompletedProcess[str]:
        return self.run(
            "evaluate", "--dataset", f"folder:{self.source}/photos", "--data-dir", self.source / "data",
            "--checkpoint", "c.safetensors", "--device", "cpu", *arguments, code=code)

    def photos(self, *names: str) -> list[Path]:
        """Copies of some test images under other names."""
        sources = sorted((self.source / "photos" / "test").rglob("*.ppm"))
        for name, source in zip(names, sources, strict=False):
            (self.folder / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(source, self.folder / name)
        return [self.folder / name for name in names]


def best(image: dict[str, Any]) -> str:
    return image["classes"][0]["name"]


def the_checkpoint_is_enough(case: Case) -> None:
    """A checkpoint alone predicts what the evaluation counts"""
    shutil.copytree(case.source / "photos" / "test", case.folder / "images")
    found = case.json("images")
    assert found["unreadable"] == [] and found["checkpoint"] == "c.safetensors", found
    paths = [image["path"] for image in found["images"]]
    assert paths == sorted(paths) and len(paths) == 63, paths[:3]
    for image in found["images"]:
        shares = [row["probability"] for row in image["classes"]]
        assert len(shares) == 3 and abs(sum(shares) - 1) < 1e-9 and shares == sorted(shares, reverse=True), image
    matrix = {(true, taken): 0 for true in CLASSES for taken in CLASSES}
    for image in found["images"]:
        matrix[image["path"].split("/")[1], best(image)] += 1
    case.evaluate("--csv", "m.csv", "--plot", "m.svg")
    rows = list(csv.reader((case.folder / "m.csv").read_text().splitlines()))
    assert rows[0] == ["true class", *CLASSES], rows[0]
    for row in rows[1:]:
        assert list(map(int, row[1:])) == [matrix[row[0], taken] for taken in CLASSES], (row, matrix)
    result = json.loads(case.evaluate("--json").stdout)
    assert set(result) == {"accuracy", "loss", "images", "split", "classes"}, result
    correct = sum(matrix[name, name] for name in CLASSES)
    assert result["images"] == 63 and result["accuracy"] == correct / 63, (result, correct)
    # Neither all right nor all wrong: a comparison of empty or constant tables would prove nothing.
    assert 0 < correct < 63 or len({best(image) for image in found["images"]}) == 3, matrix
    for row, (label, name) in zip(result["classes"], enumerate(CLASSES), strict=True):
        assert (row["name"], row["images"], row["correct"]) == (name, 20 + label, matrix[name, name]), row
        assert row["accuracy"] == matrix[name, name] / (20 + label), row


def neighbours_change_nothing(case: Case) -> None:
    """A prediction does not depend on the other images"""
    names = [f"i/{index:03}.ppm" for index in range(60)]
    case.photos(*names)
    together = {image["path"]: image["classes"] for image in case.json("i")["images"]}
    turned = {image["path"]: image["classes"] for image in case.json(*reversed(names))["images"]}
    assert together == turned
    for name in names[::17]:
        alone = case.json(name)["images"]
        assert [(image["path"], image["classes"]) for image in alone] == [(name, together[name])], name


def every_format_and_size(case: Case) -> None:
    """The same picture in another format and size"""
    color = CLASSES["fish"]
    small = pixels(color, 1)
    double = b"".join(
        small[(y // 2 * SIDE + x // 2) * 3 :][:3] for y in range(2 * SIDE) for x in range(2 * SIDE))
    ppm(case.folder / "a.ppm", color, 1)
    png(case.folder / "wrong-name.jpg", small, SIDE)
    bmp(case.folder / "c.bmp", small, SIDE)
    png(case.folder / "large.png", double, 2 * SIDE)
    (case.folder / "grey.pgm").write_bytes(b"P5 3 40 255\n" + bytes(range(120)))
    images = case.json("a.ppm", "wrong-name.jpg", "c.bmp", "large.png", "grey.pgm")["images"]
    assert images[0]["classes"] == images[1]["classes"] == images[2]["classes"], images[:3]
    assert best(images[3]) == best(images[0]) == "fish", images[3]


def images_that_cannot_be_read(case: Case) -> None:
    """Bad images have a line each, and the others are predicted"""
    good = case.photos("i/1.ppm", "i/sub/2.ppm")
    (case.folder / "i" / "a.png").write_bytes(b"no image")
    (case.folder / "i" / "cut.ppm").write_bytes(good[0].read_bytes()[:-9])
    os.symlink("nowhere", case.folder / "i" / "lost.ppm")
    (case.folder / "i" / ".hidden.ppm").write_bytes(b"not looked at")
    for arguments, code in (([], 1), (["--skip-unreadable"], 0)):
        done = case.predict("i", "missing.ppm", *arguments, code=code)
        assert [line.split()[0] for line in done.stdout.splitlines()] == ["i/1.ppm", "i/sub/2.ppm"], done.stdout
        tell(done.stderr, "i/a.png: found bytes that are no image", "i/cut.ppm", "i/lost.ppm: found", "missing.ppm: found")
        tell(done.stderr.splitlines()[-1], "4 of 6 images could not be read")
        assert done.stderr.splitlines()[-1].startswith("Error: ") == (code == 1), done.stderr
        assert "hidden" not in done.stderr
    found = case.json("i", "missing.ppm", code=1)
    assert [row["path"] for row in found["unreadable"]] == ["i/a.png", "i/cut.ppm", "i/lost.ppm", "missing.ppm"], found
    assert len(found["images"]) == 2
    case.predict("i", "--csv", "t.csv", code=1)
    assert len((case.folder / "t.csv").read_text().splitlines()) == 3


def comma_separated_values(case: Case) -> None:
    """The result as comma-separated values"""
    case.photos("plain.ppm", 'a, "b".ppm')
    images = case.json("plain.ppm", 'a, "b".ppm', "--top", "2")["images"]
    done = case.predict("plain.ppm", 'a, "b".ppm', "--top", "2", "--csv", "t.csv")
    assert done.stdout == "", done.stdout
    text = (case.folder / "t.csv").read_text()
    rows = list(csv.DictReader(io.StringIO(text)))
    assert list(rows[0]) == ["path", "class", "probability", "class_2", "probability_2"], rows[0]
    for row, image in zip(rows, images, strict=True):
        first, second = image["classes"]
        assert row["path"] == image["path"] and (row["class"], row["class_2"]) == (first["name"], second["name"]), row
        assert float(row["probability"]) == first["probability"], row
    assert case.predict("plain.ppm", 'a, "b".ppm', "--top", "2", "--csv", "-").stdout == text
    assert case.predict("plain.ppm", "--top", "1", "--csv", "-").stdout.startswith("path,class,probability\n")
    tell(case.predict("plain.ppm", "--csv", "t.csv", code=1).stderr, "t.csv is already there")
    assert (case.folder / "t.csv").read_text() == text


def wrong_requests(case: Case) -> None:
    """What cannot be done is refused"""
    case.photos("1.ppm")
    (case.folder / "none").mkdir()
    for arguments, code, words in (
        (["1.ppm", "--top", "0"], 64, ["--top: found 0"]),
        (["1.ppm", "--top", "4"], 64, ["--top: found 4", "1 to the 3 classes"]),
        (["1.ppm", "--threads", "0"], 64, ["--threads: found 0"]),
        (["1.ppm", "--json", "--csv", "t.csv"], 64, ["--csv: found --json too"]),
        (["none"], 1, ["none: found no file, expected images"]),
        (["1.ppm", "--csv", "nowhere/t.csv"], 1, ["its folder nowhere is not there"]),
        ([], 64, ["<images>"]),
    ):
        done = case.predict(*arguments, code=code)
        tell(done.stderr, *words)
        assert not done.stdout, done.stdout
    tell(case.run("predict", "--checkpoint", "1.ppm", "1.ppm", code=1).stderr, "Error: 1.ppm")
    found = json.loads(case.run("predict", "--checkpoint", case.source / "run", "1.ppm", "--json").stdout)
    assert found["images"] == case.json("1.ppm")["images"]
    for arguments, code, words in (
        (["--plot", "m.jpg"], 64, ["--plot: found m.jpg", ".svg or .png"]),
        (["--plot", "1.svg", "--csv", "1.svg"], 64, ["--plot: found the file of --csv"]),
        (["--json", "--csv", "-"], 64, ["--csv: found - beside --json"]),
        (["--csv", "1.ppm"], 1, ["1.ppm is already there"]),
        (["--plot", "nowhere/m.svg"], 1, ["its folder nowhere is not there"]),
    ):
        tell(case.evaluate(*arguments, code=code).stderr, *words)


def pictures_and_tables(case: Case) -> None:
    """The confusion matrix as a picture and on standard output"""
    lines = case.evaluate().stdout.splitlines()
    tell(lines[0], "accuracy ")
    table = [line.split() for line in lines[lines.index("") + 1 :]]
    assert table[0] == ["class", "images", "accuracy"] and len(table) == 4, lines
    assert [row[-3] for row in table[1:]] == ["20", "21", "22"], lines
    for name in ("m.svg", "m.png"):
        case.evaluate("--plot", name)
        tell(case.evaluate("--plot", name, code=1).stderr, f"{name} is already there")
        case.evaluate("--plot", name, "--theme", "dark", "--force")
    svg = (case.folder / "m.svg").read_text()
    tell(svg, "Confusion matrix", "dog, wet", "of 21")
    assert (case.folder / "m.png").read_bytes().startswith(b"\x89PNG")
    out = case.evaluate("--csv", "-").stdout
    assert out.startswith('true class,cat,"dog, wet",fish\n') and len(out.splitlines()) == 4, out
    case.evaluate("--csv", "m.csv")
    assert (case.folder / "m.csv").read_text() == out


def names_meant_to_do_harm(case: Case) -> None:
    """No name reaches the terminal as it is"""
    harm = "\x1b[31mred\r\n\x9b2J\u202ex.ppm"
    case.photos(f"i/{harm}")
    (case.folder / "i" / f"bad{harm}").write_bytes(b"no image")
    for arguments in ([], ["--json"], ["--csv", "-"]):
        done = case.predict("i", *arguments, code=1)
        for character in "\x1b\r\x9b\u202e":
            assert character not in done.stdout + done.stderr, repr(character)
    assert case.json("i", code=1)["images"][0]["path"] == f"i/{harm}"


def many_images_need_no_more_memory(case: Case) -> str:
    """A folder of many images is not in memory as a whole"""
    (case.folder / "few").mkdir()
    (case.folder / "many").mkdir()
    body = bytes(random.Random(0).randrange(256) for _ in range(3 * 400 * 400))
    for folder, count in (("few", 300), ("many", 1500)):
        for index in range(count):
            # Large pictures, so that keeping them would show, of which only the head has to be written.
            with (case.folder / folder / f"{index}.ppm").open("wb") as file:
                file.write(b"P6 400 400 255\n" + body[:3] * 1)
                file.truncate(len(b"P6 400 400 255\n") + len(body))
    peaks = {}
    for folder in ("few", "many"):
        code = (
            "import os, resource, subprocess, sys\n"
            "done = subprocess.run(sys.argv[1:], stdout=subprocess.DEVNULL)\n"
            "print(resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss)\n"
            "sys.exit(done.returncode)")
        out = subprocess.run(
            ["python3", "-c", code, case.pba, "predict", "--checkpoint", "c.safetensors", "--device", "cpu", folder],
            cwd=case.folder, capture_output=True, text=True, check=True).stdout
        peaks[folder] = int(out) // 1024
    assert peaks["many"] < peaks["few"] + 40, f"{peaks} MB at most for 300 and 1500 images"
    return f"{peaks['few']} MB for 300 images, {peaks['many']} MB for 1500"


CASES = [
    the_checkpoint_is_enough, neighbours_change_nothing, every_format_and_size, images_that_cannot_be_read,
    comma_separated_values, wrong_requests, pictures_and_tables, names_meant_to_do_harm, many_images_need_no_more_memory,
]  # fmt: skip


if __name__ == "__main__":
    run_cases(__doc__, CASES, Case)
