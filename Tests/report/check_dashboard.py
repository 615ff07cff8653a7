#!/usr/bin/env python3
"""Follows real runs in a real browser.

    check_dashboard.py --pba PATH --axe FILE --artefacts FOLDER [--only WORDS]

A search is watched on a wide screen and on a phone while it trains: its figures must grow without the page being loaded again,
what the reader has opened, scrolled and reached by keys must stay, and the browser must have nothing to complain of. The search
is then killed, shown as a dead run by a server of its own, and continued. A run that has not begun, a training, a comparison and
a run that is read-only are shown too. The server must refuse what is no request for the page. Screenshots are kept in the folder
of artefacts. Needs only Python's standard library beside the browser.
"""

import http.client
import os
import shutil
import signal
import socket
import sqlite3
import subprocess
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from browser import Browser, Page
from check_reports import COMPARISON_SECTIONS, DATA, FAULTS, SEARCH, SEARCH_SECTIONS, SECTIONS

from case_runner import parser_for, require, run_all  # isort: skip  (check_reports has said where it is)

PATIENCE_SECONDS = 240
WIDE, PHONE = 1280, 390
DIGESTS = "Object.fromEntries([...document.querySelectorAll('[data-digest]')].map(p => [p.id, p.dataset.digest]))"
STATE = "document.getElementById('live').dataset.state"
WORDS = "document.getElementById('live-words').textContent"
# Rows of the first table of learning curves: one for each generation.
ROWS = "document.querySelectorAll('#curves details:first-of-type tbody tr').length"


class Workshop:
    """Starts pba in a folder, and ends what still runs."""

    def __init__(self, pba: str, folder: str) -> None:
        self.pba = Path(pba).resolve()
        self.folder = Path(folder)
        self.started: list[subprocess.Popen[str]] = []

    def start(self, *arguments: str | Path, **options: Any) -> subprocess.Popen[str]:
        process = subprocess.Popen(
            [self.pba, *arguments], cwd=self.folder, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, **options)
        self.started.append(process)
        return process

    def run(self, *arguments: str | Path) -> None:
        done = subprocess.run([self.pba, *arguments], cwd=self.folder, capture_output=True, text=True)
        require(done.returncode == 0, f"pba {' '.join(map(str, arguments))} ended with {done.returncode}: {done.stderr[-400:]}")

    @contextmanager
    def dashboard(self, *arguments: str | Path, **options: Any) -> Iterator[str]:
        """A dashboard by its address; it must end in order when it is asked to."""
        process = self.start("dashboard", *arguments, **options)
        address = process.stdout.readline().strip()
        require(address.startswith("http://127.0.0.1:"), f"pba dashboard printed {address!r}")
        yield address
        process.send_signal(signal.SIGINT)
        require(process.wait(20) == 0, f"the dashboard ended with {process.returncode} after Ctrl-C")

    def end(self) -> None:
        for process in self.started:
            if process.poll() is None:
                process.kill()
            process.communicate()


def address_beside(process: subprocess.Popen[str]) -> str:
    """The address of the dashboard of a run that was started with --dashboard."""
    for line in process.stderr:
        if line.startswith("dashboard: "):
            return line.split()[1]
    raise AssertionError("a run with --dashboard named no address")


def wait_until(holds: Callable[[], object], what: str, patience: float = PATIENCE_SECONDS) -> None:
    limit = time.monotonic() + patience
    while not holds():
        require(time.monotonic() < limit, f"waited in vain until {what}")
        time.sleep(0.1)


def port_of(address: str) -> int:
    return int(address.rstrip("/").rpartition(":")[2])


def ask(port: int, method: str = "GET", path: str = "/", host: str = "localhost") -> tuple[int, str]:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=20)
    connection.request(method, path, headers={"Host": host})
    answer = connection.getresponse()
    return answer.status, answer.read().decode()


class Reader:
    """Looks at a live page and for what is wrong with it."""

    def __init__(self, axe: str, artefacts: str) -> None:
        self.axe = Path(axe).read_text()
        self.artefacts = Path(artefacts)

    @staticmethod
    def open(page: Page, address: str, width: int, height: int = 900, scheme: str = "light") -> None:
        """Leaves the page before, which may still be trying to reach its server, and loads this one."""
        page.visit("about:blank", width)
        page.visit(address, width, height, scheme)

    def look(self, page: Page, name: str, sections: list[str]) -> None:
        """The page as it is now: its sections, its width, its accessibility, nothing asked of others, no complaint."""
        named = [section[0] for section in page.evaluate(SECTIONS)]
        require(named == sections, f"{name}: found the sections {named}, expected {sections}")
        wide, screen = page.evaluate("[document.scrollingElement.scrollWidth, window.innerWidth]")
        require(wide <= screen, f"{name}: {wide} pixels wide on a screen of {screen}")
        page.screenshot(self.artefacts / f"{name}.png")
        page.evaluate(self.axe + ";0")
        faults = [fault for fault in page.evaluate(FAULTS, awaits=True) if fault[0] in ("serious", "critical")]
        require(not faults, f"{name}: axe-core finds {faults}")
        self.quiet(page, name)

    def quiet(self, page: Page, name: str) -> None:
        server = page.evaluate("location.origin + '/'")
        strangers = [url for url in page.requests if not url.startswith(("data:", server))]
        require(not strangers, f"{name}: asked for {strangers}")
        require(not page.complaints, f"{name}: the browser complains: {page.complaints}")


def reaches(page: Page, state: str) -> Callable[[], bool]:
    return lambda: page.evaluate(STATE) == state


# --- cases -------------------------------------------------------------------------------------------------------

# What a reader does with the page: folds the second table open, scrolls it and the page, and goes to a link by key.
PREPARE = """(() => {
  window.isTheSamePage = true;
  const style = document.createElement("style");
  style.textContent = "#curves details .scroll { max-height: 40px }";
  document.head.append(style);
  const fold = document.querySelectorAll("#curves details")[1];
  fold.open = true;
  const view = fold.querySelector(".scroll");
  view.scrollTop = 15;
  const focus = document.querySelector("#curves summary");
  focus.focus({preventScroll: true});
  document.querySelector("#lineage").scrollIntoView();
})()"""
KEPT = """(() => {
  const folds = [...document.querySelectorAll("#curves details")].map(fold => fold.open);
  const view = document.querySelectorAll("#curves details")[1].querySelector(".scroll");
  return {
    same: window.isTheSamePage === true, folds, top: view.scrollTop,
    focus: document.activeElement === document.querySelector("#curves summary"),
    place: Math.round(document.querySelector("#lineage").getBoundingClientRect().top),
  };
})()"""


def require_kept(found: dict[str, Any], expected: dict[str, Any]) -> None:
    """Fails unless the page is as the reader left it; a place may differ by what browsers round."""
    far = abs(found["place"] - expected["place"])
    same = {**found, "place": 0} == {**expected, "place": 0}
    require(same and far <= 2, f"what the reader did is lost: found {found}, expected {expected}")


def check_search(workshop: Workshop, reader: Reader, wide: Page, phone: Page) -> None:
    """A search that is watched by two browsers and a stream, then killed, shown as it was left, and continued."""
    run = workshop.folder / "search"
    search = workshop.start(*SEARCH, "--epochs", "5000", "--run", "search", "--dashboard")
    address = address_beside(search)
    reader.open(wide, address, WIDE)
    reader.open(phone, address, PHONE, 844, "dark")
    for page in (wide, phone):
        wait_until(lambda page=page: page.evaluate(ROWS) >= 1, "the first generation is shown")
    wide.evaluate(PREPARE)
    before, rows, kept = wide.evaluate(DIGESTS), wide.evaluate(ROWS), wide.evaluate(KEPT)
    require(kept["folds"][1] and kept["focus"] and kept["top"] == 15, f"the page was not prepared: {kept}")
    wait_until(lambda: wide.evaluate(ROWS) >= rows + 3, "three more generations are shown")
    wait_until(lambda: phone.evaluate(ROWS) >= rows + 3, "three more generations are shown on the phone")
    after = wide.evaluate(DIGESTS)
    require(before["settings"] == after["settings"], "the settings were sent again")
    require(before["curves"] != after["curves"], "the curves have not changed")
    require_kept(wide.evaluate(KEPT), kept)
    status, page = ask(port_of(address))
    require(status == 200 and "data-digest" in page, f"the page is not served: {status}")
    for name, page in (("wide", wide), ("phone", phone)):
        require(page.evaluate(STATE) == "running", f"{name}: the state is {page.evaluate(STATE)}")
        require(" of 20000 segments" in page.evaluate("document.getElementById('live-progress').textContent"), "no progress")
        reader.look(page, f"search-{name}", SEARCH_SECTIONS)
    require(search.poll() is None, "the search ended while it was watched")
    search.kill()
    search.communicate()
    for page in (wide, phone):
        wait_until(reaches(page, "lost"), "the page says that the connection is lost")
        require("Connection lost" in page.evaluate(WORDS), f"the page says {page.evaluate(WORDS)!r}")
    shutil.copytree(run, workshop.folder / "killed")
    names = sorted(run.iterdir())
    with workshop.dashboard("search", "--port", str(port_of(address))):
        # The browser's own words about the lost connection.
        wait_until(reaches(wide, "stopped"), "the page shows the dead run by itself")
        wait_until(reaches(phone, "stopped"), "the phone shows the dead run by itself")
        for page in (wide, phone):
            page.complaints = []
            reader.look(page, f"killed-{page.evaluate('innerWidth')}", SEARCH_SECTIONS)
        require("stopped before its end" in wide.evaluate("document.querySelector('header').textContent"), "not called stopped")
        require_kept(wide.evaluate(KEPT), kept)
        left = {path for path in run.iterdir() if not path.name.startswith("run.sqlite")}
        require(left == {path for path in names if not path.name.startswith("run.sqlite")}, "the dashboard left files")
        rows = wide.evaluate(ROWS)
        resumed = workshop.start("search", "--resume", "--run", "search")
        wait_until(reaches(wide, "running"), "the page shows that the search goes on")
        wait_until(lambda: wide.evaluate(ROWS) >= rows + 2, "two more generations are shown")
        require(wide.evaluate("window.isTheSamePage === true"), "the page was loaded again")
        resumed.send_signal(signal.SIGINT)
        resumed.communicate()
        wait_until(reaches(wide, "stopped"), "the page shows that the search was stopped")
    wait_until(lambda: "dashboard has ended" in wide.evaluate(WORDS), "the page says that the dashboard has ended")


def check_waiting(workshop: Workshop, reader: Reader, wide: Page, phone: Page) -> None:
    """A folder without a run, in which a training begins and ends."""
    with workshop.dashboard("later/training") as address:
        for page, width in ((wide, WIDE), (phone, PHONE)):
            reader.open(page, address, width)
            wait_until(reaches(page, "waiting"), "the page waits")
            require("There is no run in later/training yet" in page.evaluate("document.body.textContent"), "not said so")
            reader.look(page, f"waiting-{width}", ["result"])
        workshop.run("train", *DATA, "--epochs", "2", "--run", "later/training")
        for page, width in ((wide, WIDE), (phone, PHONE)):
            wait_until(reaches(page, "finished"), "the page shows that the training has finished")
            reader.look(page, f"training-{width}", ["result", "curves", "time", "samples", "settings"])
            require(page.evaluate("document.title").startswith("Training training"), "the title is another")


def check_comparison(workshop: Workshop, reader: Reader, wide: Page, phone: Page) -> None:
    comparison = workshop.start(
        "compare", *DATA, "--epochs", "12", "--policies", "none,rcifar10,rcifar10@shuffled,trivialaugment", "--seeds", "2",
        "--run", "comparison", "--dashboard")  # fmt: skip
    address = address_beside(comparison)
    reader.open(wide, address, WIDE)
    reader.open(phone, address, PHONE, 844)
    curves = "document.querySelectorAll('#curves .trainings path').length"
    wait_until(lambda: wide.evaluate(curves) > 0, "the first curve is drawn")
    for _ in range(2):
        before = wide.evaluate(DIGESTS)["curves"]
        wait_until(lambda before=before: wide.evaluate(DIGESTS)["curves"] != before, "the curves grow")
    for page in (wide, phone):
        wait_until(lambda page=page: "the dashboard has ended" in page.evaluate(WORDS), "the page shows the end")
        require(page.evaluate(STATE) == "finished", f"the state is {page.evaluate(STATE)}")
    require(comparison.wait(60) == 0, "the comparison failed")
    for name, page in (("wide", wide), ("phone", phone)):
        reader.look(page, f"comparison-{name}", COMPARISON_SECTIONS)
    text = wide.evaluate("document.body.textContent")
    for words in ("The schedule of rcifar10", "rcifar10@shuffled: each image of each epoch draws", "trivialaugment, seed 0"):
        require(words in text, f"the page of the comparison does not say {words!r}")


def digests(folder: Path) -> dict[str, bytes]:
    return {str(path.relative_to(folder)): path.read_bytes() for path in sorted(folder.rglob("*")) if path.is_file()}


def check_finished(workshop: Workshop, reader: Reader, wide: Page) -> None:
    """A finished run stays as it is, byte for byte, whatever is asked of its server."""
    run = workshop.folder / "later/training"
    before = digests(run)
    with workshop.dashboard("later/training") as address:
        port = port_of(address)
        reader.open(wide, address, WIDE)
        wait_until(reaches(wide, "finished"), "the page shows the finished run")
        for method in ("POST", "PUT", "DELETE", "PATCH", "OPTIONS"):
            require(ask(port, method)[0] == 405, f"{method} is not refused")
        for host in ("evil.example", "localhost.evil.example", f"evil.example:{port}"):
            status, text = ask(port, host=host)
            require(status == 421 and "training" not in text, f"the name {host} is answered with {status}: {text}")
        for path in ("/../../etc/passwd", "/run.sqlite", "/dashboard.js/", "/%2e%2e/", "//", "/events/x"):
            require(ask(port, path=path)[0] == 404, f"{path} is found")
        # Connections that ask for nothing, and one that asks without end.
        idle = [socket.create_connection(("127.0.0.1", port)) for _ in range(200)]
        endless = socket.create_connection(("127.0.0.1", port))
        endless.sendall(b"GET / HTTP/1.1\r\nHost: localhost\r\n")
        try:
            for _ in range(100):
                endless.sendall(b"X: " + b"y" * 1000 + b"\r\n")
        except OSError:
            pass
        require(ask(port)[0] == 200, "the page is not served beside connections that ask for nothing")
        for connection in (*idle, endless):
            connection.close()
        require(wide.evaluate(STATE) == "finished", "the browser lost its connection to others")
        reader.quiet(wide, "finished")
    require(digests(run) == before, "the run was changed by being looked at")
    taken = socket.create_server(("127.0.0.1", 0))
    refused = workshop.start("dashboard", "later/training", "--port", str(taken.getsockname()[1]))
    words = refused.communicate(timeout=20)[1]
    require(refused.returncode == 1 and words.count("\n") == 1 and "Address already in use" in words, f"found {words!r}")
    taken.close()


def check_read_only(workshop: Workshop, reader: Reader, wide: Page) -> None:
    """A run where nothing can be written, with a log that is not merged."""
    closed = workshop.folder / "closed"
    # Somebody has written and not yet merged the log; a copy of both is what a program that is killed then leaves.
    writer = sqlite3.connect(workshop.folder / "killed/run.sqlite")
    writer.execute("PRAGMA user_version = 1")
    require((workshop.folder / "killed/run.sqlite-wal").stat().st_size > 0, "there is no log")
    shutil.copytree(workshop.folder / "killed", closed)
    writer.close()
    workshop.folder.chmod(0o755)
    for path in [closed, *closed.rglob("*")]:
        path.chmod(0o555 if path.is_dir() else 0o444)
    # Whom nothing keeps from writing is not who reads here.
    user = {"user": "nobody", "group": 65534, "extra_groups": []} if os.geteuid() == 0 else {}
    try:
        with workshop.dashboard("closed", **user) as address:
            reader.open(wide, address, WIDE)
            wait_until(reaches(wide, "stopped"), "the page shows the run that is read-only")
            reader.look(wide, "read-only", SEARCH_SECTIONS)
    finally:
        for path in [closed, *closed.rglob("*")]:
            path.chmod(0o755)


def main() -> None:
    parser = parser_for(__doc__, selects=True)
    parser.add_argument("--axe", required=True, help="axe-core's file axe.min.js")
    parser.add_argument("--artefacts", required=True, help="the folder for screenshots")
    options: Any = parser.parse_args()
    shutil.rmtree(options.artefacts, ignore_errors=True)
    Path(options.artefacts).mkdir(parents=True)
    with tempfile.TemporaryDirectory(prefix="pba-dashboard-") as folder, Browser() as wide, Browser() as phone:
        workshop = Workshop(options.pba, folder)
        reader = Reader(options.axe, options.artefacts)
        cases = [
            ("search", lambda: check_search(workshop, reader, wide, phone)),
            ("waiting", lambda: check_waiting(workshop, reader, wide, phone)),
            ("comparison", lambda: check_comparison(workshop, reader, wide, phone)),
            ("finished", lambda: check_finished(workshop, reader, wide)),
            ("read-only", lambda: check_read_only(workshop, reader, wide)),
        ]
        try:
            run_all([case for case in cases if options.only in case[0]])
        finally:
            workshop.end()


if __name__ == "__main__":
    main()
