#!/usr/bin/env python3
"""Gives the real program image folders that change, are laid out otherwise, or have names meant to do harm.

    check_image_folders.py --pba PATH

Labels and pixels must be those that the folder has now, an unchanged folder must not be read again, and no name may
reach the terminal as it is. Needs only Python's standard library.
"""

import ctypes
import json
import os
import re
import shutil
import struct
import subprocess
import tempfile
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any, NamedTuple

from case_runner import name_of, parser_for, run_all

# Colours, a title, a carriage return, a line feed, C1, DEL and the marks that turn the direction of writing.
HARM = "\x1b[31mred\x1b]0;title\x07\r\n\x9b2J\x7f\u202e\u2066x"
SMALL = "--image-size 8 --model wrn_10_1 --batch-size 16 --cutout 2 --epochs 1 --device cpu".split()
LOCAL = {"ext2/ext3", "ext2/3/4", "xfs", "btrfs", "tmpfs", "overlayfs", "overlay", "zfs", "f2fs", "bcachefs"}


def image(path: Path, value: int) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(b"P6 8 8 255\n" + bytes([value, 255 - value, value // 2]) * 64)


def photos(folder: Path, classes: tuple[str, ...] = ("cat", "dog"), count: int = 20) -> None:
    for place, name in enumerate(classes):
        for index in range(count):
            image(folder / name / f"{index}.ppm", place * 100 + index)


def age(folder: Path) -> None:
    """Gives all files one time of modification, as archives do."""
    for path in folder.rglob("*"):
        os.utime(path, (1e9, 1e9), follow_symlinks=False)


class Printed(NamedTuple):
    out: str
    err: str


class Program:
    def __init__(self, pba: str, folder: Path) -> None:
        self.pba, self.folder, self.runs = pba, folder, 0

    def __call__(self, *arguments: object, code: int = 0, user: int | None = None, **environment: str) -> Printed:
        done = subprocess.run(
            [self.pba, *map(str, arguments)], cwd=self.folder, capture_output=True, timeout=120, user=user,
            env={**os.environ, **environment})
        assert done.returncode == code, f"exit code {done.returncode}, expected {code}: {done.stderr.decode()[-400:]}"
        # Not as text, which would take carriage returns away.
        return Printed(done.stdout.decode(), done.stderr.decode())

    def stats(self, photos: str | Path, *arguments: str, data: str = "data") -> dict[str, Any]:
        return json.loads(self("data", "stats", f"folder:{photos}", "--data-dir", data, "--json", *arguments).out)

    def digest(self, photos: str | Path, data: str = "data") -> str:
        """The digest of all pixels and labels, as a training records it."""
        self.runs += 1
        done = self("train", "--dataset", f"folder:{photos}", "--data-dir", data, *SMALL, "--run", f"run-{self.runs}")
        return re.search(r"imageDigest: '?(\w+)", done.err)[1]


def check_swapped_classes(program: Program, folder: Path) -> None:
    photos(folder / "d")
    age(folder / "d")
    before = program.digest("d")
    (folder / "d/cat").rename(folder / "t")
    (folder / "d/dog").rename(folder / "d/cat")
    (folder / "t").rename(folder / "d/dog")
    after = program.digest("d")
    assert after != before, "the labels are those from before the classes were swapped"
    assert after == program.digest("d", data="fresh"), "a fresh cache has other images"


def check_restored_trees(program: Program, folder: Path) -> None:
    """Copies with their times, `tar` and copies of the copy: the content decides."""
    photos(folder / "d")
    age(folder / "d")
    original = program.digest("d")
    shutil.copytree(folder / "d", folder / "backup", symlinks=True)
    image(folder / "d/cat/0.ppm", 99)
    age(folder / "d")
    changed = program.digest("d")
    assert changed != original, "a file of the same size and time was not noticed"
    shutil.rmtree(folder / "d")
    subprocess.run(["cp", "-a", "backup", "d"], cwd=folder, check=True)
    assert program.digest("d") == original, "a restored tree is not the one that was saved"
    subprocess.run("rm -r d && tar cf t.tar backup && tar xf t.tar && mv backup d", shell=True, cwd=folder, check=True)
    assert program.digest("d") == original, "an unpacked tree is not the one that was packed"


def opened_files(folder: Path, body: Callable[[], object]) -> int:
    """How many files below the folder were opened while the body ran."""
    libc = ctypes.CDLL(None, use_errno=True)
    watch = libc.inotify_init1(os.O_NONBLOCK)
    is_open, is_folder = 0x20, 0x40000000
    for place in [folder, *(path for path in folder.rglob("*") if path.is_dir())]:
        assert libc.inotify_add_watch(watch, bytes(place), is_open) >= 0, os.strerror(ctypes.get_errno())
    body()
    count = 0
    while True:
        try:
            events = os.read(watch, 1 << 16)
        except BlockingIOError:
            break
        while events:
            _, mask, _, length = struct.unpack_from("iIII", events)
            count += not mask & is_folder
            events = events[16 + length :]
    os.close(watch)
    return count


def check_unchanged_folders(program: Program, folder: Path) -> None:
    """A folder that has not changed is neither decoded nor read."""
    photos(folder / "d")
    assert opened_files(folder / "d", lambda: program.stats("d")) == 40
    kind = subprocess.run(["stat", "-f", "-c", "%T", "d"], cwd=folder, capture_output=True, text=True).stdout.strip()
    # A change in the same instant leaves no trace, so that young files are read a second time, once.
    time.sleep(2.1)
    program.stats("d")
    read = opened_files(folder / "d", lambda: program.stats("d"))
    assert read == (0 if kind in LOCAL else 40), f"{read} of 40 files were read again on {kind}"
    (folder / "d/cat").rename(folder / "d/wolf")
    read = opened_files(folder / "d", lambda: program.stats("d"))
    assert read == (0 if kind in LOCAL else 40), f"{read} of 40 files were read after a class was renamed"


def check_names_of_sets(program: Program, folder: Path) -> None:
    for place, (train, test) in enumerate([("Training", "Testing"), ("TRAIN", "TEST"), ("train_images", "test_images")]):
        photos(folder / f"s{place}" / train)
        photos(folder / f"s{place}" / test, count=5)
        report = program.stats(f"s{place}")
        assert report["classes"] == ["cat", "dog"] and report["testPerClass"] == [5, 5], report
    photos(folder / "folds/one")
    photos(folder / "folds/two")
    error = program("data", "stats", "folder:folds", code=1).err
    assert error.startswith("Error: ") and "folders of the same names (cat, dog)" in error, error
    for stray in ("stray.ppm", "one/stray.ppm", "one/README.txt", "docs/README.txt"):
        image(folder / "folds" / stray, 5)
        error = program("data", "stats", "folder:folds", "--skip-unreadable", code=1).err
        assert error.startswith("Error: ") and "folders of the same names (cat, dog)" in error, f"{stray}: {error}"
    photos(folder / "inverted/cat", ("train", "test"))
    photos(folder / "inverted/dog", ("train", "test"))
    error = program("data", "stats", "folder:inverted", code=1).err
    assert error.startswith("Error: ") and error.count("\n") == 1 and "move cat/test to test/cat" in error, error


def check_cautions(program: Program, folder: Path) -> None:
    """What makes the figures of a training less than they seem is said by every command that trains."""
    photos(folder / "d/train")
    photos(folder / "d/val", ("cat",))
    shutil.copytree(folder / "d/train/dog", folder / "d/test/dog")
    expected = [
        "1 of 2 classes has no validation image: dog", "1 of 2 classes has no test image: cat",
        "20 of 20 validation images are training images too", "20 of 20 test images are training images too"]
    report = program.stats("d")
    assert len(report["cautions"]) == len(expected), report["cautions"]
    common = ["--dataset", "folder:d", "--data-dir", "data", *SMALL]
    search = [*common, "--population", "2", "--interval", "1"]
    outputs = [
        "\n".join(report["cautions"]), program("data", "stats", "folder:d", "--data-dir", "data").err,
        program("train", *common, "--run", "t").err, program("train", *common, "--run", "none", "--dry-run").err,
        program("search", *search, "--run", "s").err,
        program("compare", *common, "--policies", "none,rsvhn", "--seeds", "1", "--run", "c").err]
    for output in outputs:
        for words in expected:
            assert words in output, f"no word of '{words}' in: {output}"
    assert report["validationPerClass"] == [20, 0] and report["testPerClass"] == [0, 20], report


def check_classes_without_folder(program: Program, folder: Path) -> str | None:
    """A class that cannot be listed is an error, or is left out by name."""
    photos(folder / "d")
    (folder / "d/lost").symlink_to("nowhere")
    error = program("data", "stats", "folder:d", "--data-dir", "data", code=1).err
    assert error.count("\n") == 1 and "/d/lost: found" in error and "--skip-unreadable" in error, error
    report = program.stats("d", "--skip-unreadable")
    assert report["skipped"] == 1 and report["classes"] == ["cat", "dog"], report
    (folder / "d/lost").unlink()
    # Root may list everything.
    user = 65534 if os.geteuid() == 0 else None
    if user and subprocess.run([program.pba, "--version"], user=user, capture_output=True, cwd="/").returncode != 0:
        return "a class of another user was not tried, as the program is not executable for others"
    for path in [folder, *folder.rglob("*")]:
        path.chmod(0o777)
    (folder / "d/closed").mkdir(mode=0)
    command = ["data", "stats", f"folder:{folder / 'd'}", "--data-dir", folder / "others"]
    error = program(*command, code=1, user=user).err
    assert "/d/closed: found \"Permission denied\" when it was listed" in error, error
    assert "/d/closed: found" in program(*command, "--skip-unreadable", user=user).err
    return None


def check_harmful_names(program: Program, folder: Path) -> None:
    """Whatever names hold, a terminal gets lines of plain text, and JSON gives the names as they are."""
    photos(folder / "d", ("cat", HARM))
    (folder / f"{HARM}.json").write_text("{")
    (folder / f"{HARM}.yml").write_text(json.dumps({HARM: 1}))
    (folder / "policy.yml").write_text(json.dumps({"policy": f"{HARM}-none", "dataset": "bundled"}))
    name = json.dumps(HARM)
    (folder / "name.json").write_text(
        f'{{"format":"pba-schedule","version":1,"name":{name},"segments":[{{"epochs":1,"policy":[]}}]}}')
    common = ["--dataset", "folder:d", "--data-dir", f"{HARM}-data", *SMALL]
    stats = program("data", "stats", "folder:d", "--data-dir", f"{HARM}-data", "--json")
    assert json.loads(stats.out)["classes"] == sorted(["cat", HARM]), stats.out
    outputs = [
        stats, program("data", "stats", "folder:d", "--data-dir", f"{HARM}-data"),
        program("train", *common, "--run", f"{HARM}-t"),
        program("evaluate", "--dataset", "folder:d", "--data-dir", f"{HARM}-data", "--checkpoint",
                f"{HARM}-t/checkpoints/epoch-00001.safetensors"),
        program("report", f"{HARM}-t", "-o", f"{HARM}.html"),
        program("compare", *common, "--policies", "none,rsvhn", "--seeds", "1", "--run", f"{HARM}-c"),
    ]
    image(folder / "d" / "cat" / f"{HARM}.ppm", 3)
    (folder / "d" / "cat" / f"{HARM}.png").write_bytes(b"no image")
    (folder / f"{HARM}-link").symlink_to(f"{HARM}-nowhere")
    outputs.append(program("data", "stats", "folder:d", "--skip-unreadable"))
    for arguments, code in [
        (["data", "stats", "folder:d"], 1), (["data", "verify", "folder:d"], 1),
        (["data", "stats", f"folder:{HARM}"], 1), (["data", "stats", HARM], 64),
        (["data", "verify", "cifar10", "--data-dir", f"{HARM}-data"], 1),
        (["train", *common, "--run", f"{HARM}-t"], 1), (["train", "--resume", "--run", f"{HARM}-n"], 1),
        (["train", *common, "--policy", f"{HARM}-none", "--run", "n"], 64),
        (["train", *common, "--policy", f"{HARM}.json", "--run", "n"], 1),
        (["train", "--config", f"{HARM}.yml", "--run", "n"], 64),
        (["train", "--config", "policy.yml", "--run", "n"], 64),
        (["train", "--config", f"{HARM}-none.yml", "--run", "n"], 1),
        (["train", *common, "--model", HARM, "--run", "n"], 64),
        (["train", *common, "--device", HARM, "--run", "n"], 64),
        (["compare", *common, "--policies", f"none,{HARM}-none", "--run", "n"], 64),
        (["schedule", "show", HARM], 64), (["schedule", "show", f"{HARM}.json"], 1), (["schedule", "show", "name.json"], None),
        (["schedule", "validate", f"{HARM}.json", "name.json"], 1),
        (["schedule", "import", HARM], None), (["report", HARM], 1), (["reproduce", HARM], 64),
        (["apply", HARM, "a.png", "b.png"], 64), (["apply", "Invert", f"{HARM}.png", "b.png", "--magnitude", "1"], 1),
        (["preview", "--policy", "rcifar10", f"{HARM}.png", "-o", "p.svg"], 1),
        (["evaluate", "--dataset", "bundled", "--checkpoint", f"{HARM}.json"], 1),
        (["data", "fetch", "cifar10", "--mirror", f"/{HARM}", "--data-dir", "f"], 1),
        (["data", "fetch", HARM], 64), ([HARM], 64), ([f"--{HARM}"], 64), (["search", "--population", HARM], 64),
    ]:
        done = subprocess.run([program.pba, *arguments], cwd=folder, capture_output=True, timeout=120)
        printed = Printed(done.stdout.decode(), done.stderr.decode())
        assert code is None or done.returncode == code, f"{arguments[:3]!r}: exit code {done.returncode}: {printed.err}"
        errors = [line for line in printed.err.splitlines() if line.startswith("Error:")]
        assert code is None or code == 1 and "verify" in arguments or len(errors) == 1, f"{arguments!r}: {printed.err}"
        outputs.append(printed)
    for printed in outputs:
        text = printed.out + printed.err
        raw = re.search("[\x00-\x09\x0b-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069]", text)
        assert raw is None, f"found {raw[0]!r} in {text!r}"
    page = (folder / f"{HARM}.html").read_text()
    assert not re.search("[\x00-\x08\x0e-\x1f\x7f-\x84\x86-\x9f\u202a-\u202e\u2066-\u2069]", page)


def check_passwords(program: Program, folder: Path) -> None:
    for mirror in ("http://user:secret@127.0.0.1:9/d?key=secret", "ftp://user:secret@127.0.0.1/d", "user:secret@127.0.0.1/d"):
        done = program("data", "fetch", "cifar10", "--mirror", mirror, "--retries", "0", "--data-dir", "data", code=1)
        assert "Error: " in done.err and "127.0.0.1" in done.err, done.err
        assert "secret" not in done.err + done.out, done.err
    for proxy in ("user:secret@proxy.invalid:port", "http://user:secret@proxy.invalid:port", "http://user:secret@127.0.0.1:9"):
        done = program(
            "data", "fetch", "cifar10", "--mirror", "http://host.invalid", "--retries", "0", "--data-dir", "data", code=1,
            http_proxy=proxy, no_proxy="")
        assert "Error: " in done.err and "secret" not in done.err, done.err
    assert "secret" not in program("data", "fetch", "cifar10", mirror.replace("user", "http://user"), code=64).err


def main() -> None:
    options = parser_for(__doc__, selects=True).parse_args()

    def in_folder(check: Callable[[Program, Path], object]) -> object:
        with tempfile.TemporaryDirectory() as name:
            folder = Path(name).resolve()
            return check(Program(options.pba, folder), folder)

    checks = [value for name, value in globals().items() if name.startswith("check_")]
    run_all(((name_of(check), partial(in_folder, check)) for check in checks), options.only)


if __name__ == "__main__":
    main()
