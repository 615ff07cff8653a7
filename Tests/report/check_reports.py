#!/usr/bin/env python3
"""Makes reports of real runs and reads them in a real browser.

    check_reports.py --pba PATH --axe FILE --artefacts FOLDER

A search, a training and a comparison of seconds are run; of each a report is made, and of a search that was killed, of
one that goes on, of one before its first result, of a journal of an older version and of large populations. Each page
is opened in Chromium on a wide and a narrow screen, light and dark. It must ask for nothing, complain of nothing, never be
wider than the screen, show every section, and have no serious fault of accessibility that axe-core finds. The command
that a report prints must make the same run again. Screenshots are kept in the folder of artefacts. Needs only Python's
standard library beside the browser.
"""

import html
import json
import os
import random
import re
import shlex
import shutil
import signal
import sqlite3
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from browser import Browser, Page

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "cli"))
from case_runner import parser_for, require, run_all  # noqa: E402

DATA = "--dataset bundled --model wrn_10_1 --batch-size 32 --device cpu --threads 1 --cutout 8 --train-size 128".split()
SEARCH = ["search", *DATA, "--validation-size", "128", "--concurrency", "2", "--population", "4", "--interval", "1"]
# How a page is looked at: the width of the screen, and what its reader prefers.
ALL_VIEWS = ((1280, "light"), (1280, "dark"), (390, "light"), (390, "dark"), (360, "light"))
# For pages that differ from others by their texts and numbers alone.
TWO_VIEWS = ((1280, "light"), (390, "dark"))
PATIENCE_SECONDS = 60
MOST_BYTES = 2_000_000
TIMES = ["started", "slot", "preparationSeconds", "trainingSeconds", "evaluationSeconds", "checkpointSeconds"]


# --- runs --------------------------------------------------------------------------------------------------------


class Workshop:
    """Runs pba in a folder."""

    def __init__(self, pba: str, folder: str) -> None:
        self.pba = Path(pba).resolve()
        self.folder = Path(folder)

    def run(self, *arguments: str | Path) -> str:
        done = subprocess.run([self.pba, *arguments], cwd=self.folder, capture_output=True, text=True)
        words = f"pba {' '.join(map(str, arguments))}"
        require(done.returncode == 0, f"{words} ended with {done.returncode}: {done.stderr[-400:]}")
        return done.stderr

    def refused(self, *arguments: str | Path) -> str:
        """The one line with which a request is refused."""
        done = subprocess.run([self.pba, *arguments], cwd=self.folder, capture_output=True, text=True)
        words = f"pba {' '.join(map(str, arguments))}"
        require(done.returncode == 1, f"{words} ended with {done.returncode}, expected 1: {done.stderr[-400:]}")
        require(done.stderr.startswith("Error: ") and done.stderr.count("\n") == 1, f"{words} said {done.stderr!r}")
        return done.stderr

    def start(self, *arguments: str | Path) -> subprocess.Popen[bytes]:
        return subprocess.Popen(
            [self.pba, *arguments], cwd=self.folder, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)

    def report(self, run: str, *options: str) -> Path:
        self.run("report", run, *options)
        return self.folder / run / "report.html"


def wait_until(has_come: Callable[[], object], process: subprocess.Popen, what: str) -> None:
    limit = time.monotonic() + PATIENCE_SECONDS
    while not has_come():
        require(process.poll() is None, f"the search ended before {what}")
        require(time.monotonic() < limit, f"waited in vain for {what}")
        time.sleep(0.01)


def has_lines(path: Path) -> Callable[[], bool]:
    return lambda: path.exists() and path.stat().st_size > 0


def drop_digests(database: sqlite3.Connection) -> None:
    """Makes a journal one of a version that had no digests of its rows, which may then be written again."""
    for table in ("run", "policy", "epoch", "checkpoint"):
        database.execute(f"ALTER TABLE {table} DROP COLUMN digest")
    for column in ("planDigest", "outcomeDigest"):
        database.execute(f"ALTER TABLE segment DROP COLUMN {column}")
    database.execute("DELETE FROM grdb_migrations WHERE identifier = '5'")


def make_large(workshop: Workshop, run: str, trials: int, generations: int) -> None:
    """A finished search of a size, made by rewriting the journal of a small one."""
    shutil.copytree(workshop.folder / "search", workshop.folder / run)
    (workshop.folder / run / "report.html").unlink()
    dice = random.Random(5)
    database = sqlite3.connect(workshop.folder / run / "run.sqlite")
    settings = json.loads(database.execute("SELECT configuration FROM run").fetchone()[0])
    settings["population"] = trials
    settings["recipe"]["epochs"] = generations
    settings["interval"] = 1
    database.execute("UPDATE run SET configuration = ?", [json.dumps(settings)])
    database.execute("DELETE FROM segment")
    policy = database.execute("SELECT min(id) FROM policy").fetchone()[0]
    for generation in range(generations):
        for trial in range(trials):
            copies = generation > 0 and dice.random() < 0.25
            parent = None if generation == 0 else dice.randrange(trials) if copies else trial
            accuracy = 0.9 - 0.6 / (generation + 1) - 0.1 * dice.random()
            began = 1.7e9 + (generation * trials + trial) * 2.5
            database.execute(
                f"""INSERT INTO segment (generation, trial, startEpoch, endEpoch, parent, parentGeneration, policy,
                state, file, size, sha256, validationAccuracy, trainLoss, trainAccuracy, seconds, {', '.join(TIMES)})
                VALUES (?, ?, ?, ?, ?, ?, ?, 'done', ?, 1, ?, ?, ?, ?, 9.5, ?, ?, 0.2, 8, 1, 0.3)""",
                [generation, trial, generation, generation + 1, parent, None if parent is None else generation - 1,
                 policy, f"g{generation:04}-t{trial:04}.safetensors", "0f" * 32, accuracy, 2 - accuracy, accuracy, began,
                 trial % 4],
            )  # fmt: skip
    drop_digests(database)
    database.commit()
    database.close()


def make_old(workshop: Workshop, run: str) -> None:
    """A search as a version left it that recorded no times and no digests."""
    shutil.copytree(workshop.folder / "search", workshop.folder / run)
    (workshop.folder / run / "report.html").unlink()
    database = sqlite3.connect(workshop.folder / run / "run.sqlite")
    for table in ("segment", "epoch"):
        for column in TIMES:
            database.execute(f"ALTER TABLE {table} DROP COLUMN {column}")
    database.execute("DELETE FROM grdb_migrations WHERE identifier = '3'")
    drop_digests(database)
    database.commit()
    database.close()


# --- reading a page ----------------------------------------------------------------------------------------------

SECTIONS = """[...document.querySelectorAll("main > section")].map(section => {
  const box = section.getBoundingClientRect();
  return [section.id, box.width, box.height];
})"""
DRAWINGS = """[...document.querySelectorAll("svg, img")].filter(mark => {
  const box = mark.getBoundingClientRect();
  return box.width < 20 || box.height < 20;
}).map(mark => mark.outerHTML.slice(0, 100))"""
FAULTS = """axe.run(document, {resultTypes: ["violations"]}).then(result => result.violations.map(fault =>
  [fault.impact, fault.id, fault.nodes.length, fault.nodes[0].html.slice(0, 160)]))"""


class Reader:
    """Opens reports in a browser and looks for what is wrong with them."""

    def __init__(self, page: Page, axe: str, artefacts: str) -> None:
        self.page = page
        self.axe = Path(axe).read_text()
        self.artefacts = Path(artefacts)

    def read(
        self, path: Path, name: str, sections: list[str], *expected: str, views: tuple[tuple[int, str], ...] = ALL_VIEWS
    ) -> None:
        text = html.unescape(re.sub(r"<[^>]*>", "", path.read_text()))
        for words in expected:
            require(words in text, f"{name}: the report does not say {words!r}")
        require(path.stat().st_size < MOST_BYTES, f"{name}: the report has {path.stat().st_size} bytes")
        for width, scheme in views:
            self._look(path, f"{name}-{width}-{scheme}", width, scheme, sections)

    def _look(self, path: Path, name: str, width: int, scheme: str, sections: list[str]) -> None:
        page = self.page
        page.open(path, width, scheme=scheme)
        found = page.evaluate(SECTIONS)
        named = [section[0] for section in found]
        require(named == sections, f"{name}: found the sections {named}, expected {sections}")
        for section in found:
            require(min(section[1:]) > 20, f"{name}: the section {section} has no size")
        hidden = page.evaluate(DRAWINGS)
        require(not hidden, f"{name}: not drawn: {hidden}")
        page.evaluate("document.querySelectorAll('details').forEach(fold => fold.open = true)")
        self._measure(name + " unfolded")
        # On the narrowest screen the page differs by its width alone.
        if width > 360:
            faults = [fault for fault in self._faults() if fault[0] in ("serious", "critical")]
            require(not faults, f"{name}: axe-core finds {faults}")
        page.evaluate("document.querySelectorAll('details').forEach(fold => fold.open = false)")
        self._measure(name)
        page.screenshot(self.artefacts / f"{name}.png")
        strangers = [url for url in page.requests if not url.startswith("data:") and url != path.resolve().as_uri()]
        require(not strangers, f"{name}: asked for {strangers}")
        require(not page.complaints, f"{name}: the browser complains: {page.complaints}")

    def _measure(self, name: str) -> None:
        wide, screen = self.page.evaluate("[document.scrollingElement.scrollWidth, window.innerWidth]")
        require(wide <= screen, f"{name}: {wide} pixels wide on a screen of {screen}")

    def _faults(self) -> list[list[str | int]]:
        self.page.evaluate(self.axe + ";0")
        return self.page.evaluate(FAULTS, awaits=True)


SEARCH_SECTIONS = ["result", "curves", "lineage", "schedule", "time", "samples", "settings"]
COMPARISON_SECTIONS = ["result", "curves", "schedule", "time", "samples", "settings"]
PLAIN_TRAINING_SECTIONS = ["result", "curves", "time", "samples", "settings"]


# --- cases -------------------------------------------------------------------------------------------------------


def check_search(workshop: Workshop, reader: Reader) -> None:
    workshop.run(*SEARCH, "--epochs", "6", "--run", "search")
    path = workshop.report("search")
    reader.read(
        path, "search", SEARCH_SECTIONS, "finished", "95 % interval", "flatters", "Save schedule.json",
        "slot 2")  # fmt: skip
    # Made again, it replaces itself; a file of another kind it does not.
    workshop.report("search")
    path.write_text("<html>notes of my own</html>")
    require("not written over" in workshop.refused("report", "search"), "a file of the user's was to be written over")
    require(path.read_text().startswith("<html>notes"), "a file of the user's was written over")
    workshop.report("search", "--force")


def check_command(workshop: Workshop) -> None:
    """The command in a report makes the same schedule and checkpoint again."""
    text = (workshop.folder / "search" / "report.html").read_text()
    code = re.search(r"<pre><code>(.*?)</code></pre>", text).group(1)
    words = shlex.split(html.unescape(re.sub(r"<[^>]*>", "", code)))
    require(words[0] == "pba" and words[-2:] == ["--run", "NEW"], f"the command is {words}")
    workshop.run(*words[1:-1], "again")
    checkpoints = [f"checkpoints/{file.name}" for file in (workshop.folder / "search/checkpoints").iterdir()]
    for name in ["schedule.json", *checkpoints]:
        first, second = (workshop.folder / run / name for run in ("search", "again"))
        require(first.read_bytes() == second.read_bytes(), f"{name} differs after the command of the report")


def check_training(workshop: Workshop, reader: Reader) -> None:
    workshop.run("train", *DATA, "--epochs", "3", "--policy", "rcifar10", "--run", "training")
    reader.read(
        workshop.report("training"), "training", [s for s in SEARCH_SECTIONS if s != "lineage"], "test accuracy",
        "is stretched to the 3")  # fmt: skip


def check_comparison(workshop: Workshop, reader: Reader) -> None:
    workshop.run("compare", *DATA, "--epochs", "1", "--policies", "none,cutout", "--seeds", "2", "--run", "comparison")
    reader.read(
        workshop.report("comparison"), "comparison", COMPARISON_SECTIONS, "on 1000 images",
        "difference to the first")  # fmt: skip


def check_unfinished(workshop: Workshop, reader: Reader) -> None:
    """A search that goes on, and the same one after it was killed."""
    run = workshop.folder / "unfinished"
    process = workshop.start(*SEARCH, "--epochs", "5000", "--run", "unfinished")
    try:
        wait_until((run / "config.yaml").exists, process, "its settings")
        early = workshop.report("unfinished")
        reader.read(
            early, "early", SEARCH_SECTIONS, "in progress", "pba search --resume --run unfinished",
            views=TWO_VIEWS)  # fmt: skip
        wait_until(has_lines(run / "metrics.jsonl"), process, "its first generation")
        reader.read(
            workshop.report("unfinished"), "running", SEARCH_SECTIONS, "in progress", "the search has not ended",
            views=TWO_VIEWS)  # fmt: skip
        require(process.poll() is None, "the search ended while it was to be looked at")
    finally:
        process.send_signal(signal.SIGKILL)
        process.wait()
    reader.read(
        workshop.report("unfinished"), "killed", SEARCH_SECTIONS, "stopped before its end", "This command continues it",
        views=TWO_VIEWS)  # fmt: skip
    compared = workshop.start("compare", *DATA, "--epochs", "5000", "--policies", "none,cutout", "--run", "half")
    try:
        first = workshop.folder / "half/trainings/policy-1-seed-0/run.sqlite"
        wait_until(first.exists, compared, "its first training")
    finally:
        compared.send_signal(signal.SIGKILL)
        compared.wait()
    reader.read(
        workshop.report("half"), "half", COMPARISON_SECTIONS, "No training has ended yet; 6 trainings belong to it",
        "This command continues it", views=TWO_VIEWS)  # fmt: skip
    page = (workshop.folder / "half/report.html").read_text(encoding="utf-8")
    require("no test images" not in page, "a comparison without results says that there are no test images")
    training = workshop.start("train", *DATA, "--epochs", "5000", "--run", "interrupted")
    try:
        wait_until(has_lines(workshop.folder / "interrupted/metrics.jsonl"), training, "its first epoch")
    finally:
        training.send_signal(signal.SIGKILL)
        training.wait()
    reader.read(
        workshop.report("interrupted"), "interrupted", PLAIN_TRAINING_SECTIONS, "stopped before its end",
        views=TWO_VIEWS)  # fmt: skip


def check_older_and_larger(workshop: Workshop, reader: Reader) -> None:
    make_old(workshop, "old")
    reader.read(workshop.report("old"), "old", SEARCH_SECTIONS, "did not record when each part began", views=TWO_VIEWS)
    make_large(workshop, "large", 16, 67)
    reader.read(workshop.report("large"), "large", SEARCH_SECTIONS, "of 16 trials", views=TWO_VIEWS)
    # Above the limit of size: only made and drawn.
    make_large(workshop, "largest", 100, 200)
    path = workshop.report("largest")
    reader.page.open(path, 1280)
    reader.page.screenshot(reader.artefacts / "largest.png")
    require(path.stat().st_size < 8_000_000, f"100 trials of 200 generations come to {path.stat().st_size} bytes")


def check_missing_images(workshop: Workshop, reader: Reader) -> None:
    """A dataset that went away takes only the samples from a report."""
    folder = workshop.folder / "photos"
    for name in ("cat", "dog"):
        (folder / name).mkdir(parents=True)
        for number in range(8):
            pixels = bytes((number * 29 + place) % 256 for place in range(16 * 16 * 3))
            (folder / name / f"{number}.ppm").write_bytes(b"P6 16 16 255\n" + pixels)
    workshop.run(
        "train", "--dataset", f"folder:{folder}", "--image-size", "16", "--data-dir", str(workshop.folder / "data"),
        "--model", "wrn_10_1", "--batch-size", "4", "--epochs", "1", "--device", "cpu", "--run", "folder")  # fmt: skip
    require("alt=\"cat" in workshop.report("folder").read_text(), "no sample of an image folder")
    shutil.rmtree(folder)
    reader.read(
        workshop.report("folder"), "missing", PLAIN_TRAINING_SECTIONS, "There are no sample images in this report",
        "there is no interval")  # fmt: skip


def check_refusals(workshop: Workshop) -> None:
    workshop.refused("report", "nowhere")
    workshop.refused("report", "search/schedule.json")
    (workshop.folder / "empty").mkdir()
    workshop.refused("report", "empty")
    damaged = workshop.folder / "damaged"
    damaged.mkdir()
    (damaged / "run.sqlite").write_bytes(os.urandom(9000))
    require("damaged" in workshop.refused("report", "damaged"), "a damaged journal is not called so")
    require(not (damaged / "report.html").exists(), "a report of a damaged journal")


def main() -> None:
    parser = parser_for(__doc__)
    parser.add_argument("--axe", required=True, help="axe-core's file axe.min.js")
    parser.add_argument("--artefacts", required=True, help="the folder for screenshots")
    options = parser.parse_args()
    shutil.rmtree(options.artefacts, ignore_errors=True)
    Path(options.artefacts).mkdir(parents=True)
    with tempfile.TemporaryDirectory(prefix="pba-reports-") as folder, Browser() as page:
        workshop = Workshop(options.pba, folder)
        reader = Reader(page, options.axe, options.artefacts)
        # Each looks at what those before it have made.
        run_all([
            ("search", lambda: check_search(workshop, reader)),
            ("command", lambda: check_command(workshop)),
            ("training", lambda: check_training(workshop, reader)),
            ("comparison", lambda: check_comparison(workshop, reader)),
            ("unfinished runs", lambda: check_unfinished(workshop, reader)),
            ("older and larger runs", lambda: check_older_and_larger(workshop, reader)),
            ("missing images", lambda: check_missing_images(workshop, reader)),
            ("refusals", lambda: check_refusals(workshop)),
        ])


if __name__ == "__main__":
    main()
