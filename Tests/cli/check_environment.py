#!/usr/bin/env python3
"""Runs the real program where the machine is not as usual: other homes and users, folders that may not be written to or
are gone, closed descriptors, ignored signals.

    check_environment.py --pba PATH

As root, what is about permissions runs as another user. Needs only Python's standard library.
"""

import os
import pwd
import random
import re
import shutil
import signal
import subprocess
import time
import urllib.request
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

from case_runner import refused, run_cases, succeeded

SMALL = """--dataset noise:8x8x3 --train-size 48 --model wrn_10_1 --batch-size 16 --cutout 2 --device cpu""".split()
TRAIN = ["train", *SMALL, "--validation-size", "0"]
SEARCH = ["search", *SMALL, "--validation-size", "20", "--population", "2", "--interval", "1"]
ROOT = os.geteuid() == 0
# A number that no user has.
NOBODY_AT_ALL = next(number for number in range(54321, 60000) if number not in {user.pw_uid for user in pwd.getpwall()})


def other_user(number: int | None = None) -> dict[str, Any]:
    """What makes a process run as another user, where that may be asked for."""
    if not ROOT:
        return {}
    return {"user": number or "nobody", "group": 65534, "extra_groups": []}


class Case:
    """A folder for one case, and the program in it."""

    def __init__(self, pba: str, folder: Path) -> None:
        self.pba, self.folder = pba, folder
        folder.chmod(0o777)

    def run(
        self,
        *arguments: object,
        variables: dict[str, str] | None = None,
        without: tuple[str, ...] = (),
        program: str | Path | None = None,
        **options: Any,
    ) -> subprocess.CompletedProcess[str]:
        environment = {name: value for name, value in os.environ.items() if name not in (*without, "XDG_CACHE_HOME")}
        options = {"cwd": self.folder, "stdout": subprocess.PIPE, "stderr": subprocess.PIPE, "timeout": 120, **options}
        return subprocess.run([program or self.pba, *map(str, arguments)], text=True,
                              env={**environment, **(variables or {})}, **options)

    def make(self, name: str) -> Path:
        path = self.folder / name
        path.mkdir()
        path.chmod(0o777)
        return path

    def images(self, name: str = "images", count: int = 40) -> Path:
        """A folder of small pictures in two classes."""
        numbers = random.Random(1)
        for label, colour in (("cat", (200, 40, 40)), ("dog", (40, 200, 40))):
            place = self.folder / name / label
            place.mkdir(parents=True)
            for index in range(count):
                pixels = bytes(min(255, max(0, value + numbers.randint(-30, 30))) for _ in range(400) for value in colour)
                (place / f"{index}.ppm").write_bytes(b"P6 20 20 255\n" + pixels)
        return self.folder / name


def lock(folder: Path, is_locked: bool = True) -> None:
    """Makes a folder and its contents read-only, or writable again."""
    for path in [folder, *folder.rglob("*")]:
        if path.is_dir():
            path.chmod(0o555 if is_locked else 0o777)
        else:
            path.chmod(0o444 if is_locked else 0o666)


def the_home_folder_is_the_variables(case: Case) -> None:
    images, home, caches = case.images(), case.make("home"), case.make("caches")
    ask = ["data", "stats", f"folder:{images}"]
    for variables, place in [
        ({"HOME": str(home)}, home / ".cache/pba/data"),
        ({"HOME": str(home), "XDG_CACHE_HOME": str(caches)}, caches / "pba/data"),
        ({"HOME": str(home), "XDG_CACHE_HOME": "caches"}, home / ".cache/pba/data"),
    ]:
        shutil.rmtree(place, ignore_errors=True)
        succeeded(case.run(*ask, variables=variables, **other_user()))
        assert (place / "cache").is_dir(), f"no cache in {place}"
        for command in ("train", "data stats", "doctor", "evaluate"):
            text = succeeded(case.run(*command.split(), "--help", variables=variables))
            assert str(place) in text.replace("\n", "").replace(" ", ""), f"{command} --help does not name {place}: {text}"
    # `~` of an option that a shell leaves alone, and of settings.
    succeeded(case.run(*ask, "--data-dir=~/elsewhere", variables={"HOME": str(home)}, **other_user()))
    assert (home / "elsewhere/cache").is_dir()
    done = case.run("data", "verify", "cifar10", variables={"HOME": str(home)})
    refused(done, f"{home}/.cache/pba/data")


def a_home_folder_may_be_missing(case: Case) -> None:
    images = case.images()
    ask = ["data", "stats", f"folder:{images}"]
    if ROOT:
        unknown = dict(without=("HOME",), **other_user(NOBODY_AT_ALL))
        refused(case.run(*ask, **unknown), "HOME", "whole path")
        assert not (case.folder / "~").exists()
        succeeded(case.run(*ask, "--data-dir", case.make("data"), **unknown))
        succeeded(case.run("data", "list", **unknown))
        succeeded(case.run("schedule", "show", "rcifar10", **unknown))
        refused(case.run(*ask, variables={"HOME": "/nonexistent"}, **other_user()), "/nonexistent/.cache", "--data-dir")
    succeeded(case.run(*ask, variables={"HOME": str(case.folder / "new")}, **other_user()))
    assert (case.folder / "new/.cache/pba/data/cache").is_dir()


def a_complete_cache_need_not_be_writable(case: Case) -> None:
    images, data = case.images(), case.make("data")
    ask = ["data", "stats", f"folder:{images}", "--data-dir", data]
    first = succeeded(case.run(*ask, **other_user()))
    lock(data)
    assert succeeded(case.run(*ask, **other_user())) == first
    lock(data, False)
    for path in data.rglob("lock"):
        path.unlink()
    lock(data)
    assert succeeded(case.run(*ask, **other_user())) == first
    (images / "cat/0.ppm").write_bytes(b"P6 20 20 255\n" + bytes(1200))
    refused(case.run(*ask, **other_user()), data, "--data-dir")
    lock(data, False)


def a_report_needs_no_right_to_write_into_the_run(case: Case) -> None:
    succeeded(case.run(*TRAIN, "--epochs", "1", "--run", "finished", **other_user()))
    # A run that was killed has a journal of which a part is in SQLite's log.
    killed = case.folder / "killed"
    process = subprocess.Popen([case.pba, *SEARCH, "--epochs", "5000", "--run", "killed"], cwd=case.folder,
                               stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, **other_user())
    wait_until(lambda: (killed / "metrics.jsonl").exists() and (killed / "run.sqlite-wal").exists(), process)
    process.kill()
    process.wait()
    for name in ("finished", "killed"):
        run = case.folder / name
        lock(run)
        before = sorted(run.rglob("*"))
        refused(case.run("report", name, **other_user()), f"{name}/report.html", "-o")
        succeeded(case.run("report", name, "-o", f"{name}.html", **other_user()))
        assert "<html" in (case.folder / f"{name}.html").read_text()
        assert sorted(run.rglob("*")) == before, "the folder of the run has changed"
        refused(case.run("train" if name == "finished" else "search", "--resume", "--run", name, **other_user()), name)
        lock(run, False)
    # One that was killed while it began a log has the log's header alone.
    os.truncate(killed / "run.sqlite-wal", 32)
    lock(killed)
    before, begin = sorted(killed.rglob("*")), time.monotonic()
    succeeded(case.run("report", "killed", "-o", "early.html", **other_user()))
    assert time.monotonic() - begin < 8, "SQLite was left to try for ten seconds"
    assert "<html" in (case.folder / "early.html").read_text()
    assert sorted(killed.rglob("*")) == before, "the folder of the run has changed"
    lock(killed, False)
    lock(case.folder / "finished")
    refused(case.run("report", "finished", "-o", "x.html", variables={"TMPDIR": "/nonexistent"}, **other_user()), "TMPDIR")
    lock(case.folder / "finished", False)


def wait_until(is_so: Callable[[], object], process: subprocess.Popen, seconds: float = 60) -> None:
    end = time.monotonic() + seconds
    while not is_so():
        assert process.poll() is None, f"ended with code {process.returncode}"
        assert time.monotonic() < end, f"nothing in {seconds} s"
        time.sleep(0.02)


def what_may_not_be_written_says_what_to_do(case: Case) -> None:
    for name, command in (("t", TRAIN), ("s", SEARCH)):
        succeeded(case.run(*command, "--epochs", "2", "--run", name))
    succeeded(
        case.run(
            "compare",
            *SMALL,
            "--validation-size",
            "0",
            "--policies",
            "none,rcifar10",
            "--seeds",
            "1",
            "--epochs",
            "1",
            "--run",
            "c",
        )
    )
    closed = case.make("closed")
    for path in [path for name in "tsc" for path in [case.folder / name, *(case.folder / name).rglob("*")]] + [closed]:
        path.chmod(0o555 if path.is_dir() else 0o444)
    for arguments in (["train", "--resume", "--run", "t"], ["train", "--resume", "--epochs", "4", "--run", "t"],
                      ["search", "--resume", "--run", "s"], ["compare", "--resume", "--run", "c"]):
        refused(
            case.run(*arguments, **other_user()),
            "lock: cannot create the lock: Permission denied",
            "copy the folder and continue the copy",
        )
    for arguments in (
        ["report", "t"],
        ["report", "t", "-o", "closed/x.html"],
        ["schedule", "export", "rcifar10", "-o", "closed/x.json"],
        ["preview", "--policy", "rcifar10", "-o", "closed/x.png"],
        [*TRAIN, "--run", "closed/x"],
        [*SEARCH, "--run", "closed/x"],
        ["quickstart", "--run", "closed/x"],
        ["data", "fetch", "cifar10", "--data-dir", "closed"],
    ):
        refused(case.run(*arguments, **other_user()), "Permission denied", "; ", "another")
    for path in [case.folder / name for name in "tsc"] + [closed]:
        path.chmod(0o777)


def a_working_directory_may_be_deleted(case: Case) -> None:
    run = case.folder / "run"
    for name, arguments, check in [
        ("a", ["--version"], succeeded),
        ("b", ["schedule", "show", "rcifar10"], succeeded),
        ("c", ["data", "stats", "bundled"], succeeded),
        ("d", [*TRAIN, "--epochs", "1", "--run", str(run)], succeeded),
        ("e", ["report", str(run)], succeeded),
        ("f", [*TRAIN, "--epochs", "1", "--run", "here"], lambda done: refused(done, "here")),
        ("g", ["schedule", "export", "rcifar10", "-o", "here.json"], lambda done: refused(done, "here.json")),
        ("h", ["report", "here"], lambda done: refused(done, "here")),
        ("i", ["data", "stats", "folder:here"], lambda done: refused(done, "here: cannot", "working directory was deleted")),
        ("l", ["data", "stats", "folder:."], lambda done: refused(done, ".: cannot", "working directory was deleted")),
        (
            "m",
            [*TRAIN, "--from", "here", "--run", "x"],
            lambda done: refused(done, "here: cannot", "working directory was deleted"),
        ),
        ("j", ["apply", "Invert", "in.png", "out.png", "--magnitude", "1"], lambda done: refused(done, "in.png")),
        ("k", ["preview", "--policy", "rcifar10", "-o", "here.svg"], lambda done: refused(done, "here.svg")),
    ]:
        gone = case.make(name)
        shell = 'cd "$1" && rmdir "$1" && shift && exec "$@"'
        check(case.run("-c", shell, "sh", gone, case.pba, *arguments, program="sh"))
    assert not Path("/here").exists() and not Path("/here.json").exists()


def closed_descriptors_stay_apart_from_files(case: Case) -> None:
    for closed in ("<&-", ">&-", "2>&-", "<&- >&- 2>&-"):
        run = case.folder / "run"
        done = case.run("-c", f'"$@" {closed}', "sh", case.pba, *SEARCH, "--epochs", "2", "--run", run, program="sh")
        assert done.returncode == 0, f"{closed}: exit code {done.returncode}: {done.stderr.strip()[-300:]}"
        text = (run / "lock").read_text()
        assert text.strip().isdigit(), f"{closed}: the lock has {text!r}"
        for path in run.rglob("*"):
            if path.is_file() and path.name != "config.yaml":
                assert b"settings of this" not in path.read_bytes(), f"{closed}: progress is in {path}"
        shutil.rmtree(run)


def ignored_signals_stay_ignored(case: Case) -> None:
    for number in (signal.SIGINT, signal.SIGHUP, signal.SIGTERM):
        run = case.folder / f"run-{number}"
        # Longer than until the signal comes; it ends by itself.
        process = subprocess.Popen([case.pba, *SEARCH, "--epochs", "60", "--run", run], cwd=case.folder, text=True,
                                   stdout=subprocess.DEVNULL, stderr=subprocess.PIPE,
                                   preexec_fn=partial(signal.signal, number, signal.SIG_IGN))
        wait_until((run / "metrics.jsonl").exists, process)
        process.send_signal(number)
        _, notes = process.communicate(timeout=120)
        assert process.returncode == 0 and "stopping" not in notes, f"{number!r}: {process.returncode}, {notes[-300:]}"


def a_time_that_is_over_stops_in_order(case: Case) -> None:
    """Searches and trainings end with their own code, name the command that continues, and end as others do."""
    for command, result, arguments in (("search", "schedule.json", SEARCH), ("train", "metrics.jsonl", TRAIN)):
        whole, parts = case.folder / f"{command}-whole", case.folder / f"{command}-parts"
        # As long as a fast machine needs for more than the second.
        for epochs in ("20", "80", "320", "1280"):
            done, stops = case.run(*arguments, "--epochs", epochs, "--run", parts, "--stop-after", "1s"), 0
            if done.returncode == 75:
                break
            succeeded(done)
            shutil.rmtree(parts)
        succeeded(case.run(*arguments, "--epochs", epochs, "--run", whole))
        while done.returncode == 75:
            stops += 1
            words = f"--stop-after: {stops}s", f"pba {command} --resume --run {parts}"
            assert all(word in done.stderr for word in words), done.stderr
            # Longer each time: on a busy machine the first may be over before anything is trained.
            done = case.run(command, "--resume", "--run", parts, "--stop-after", f"{stops + 1}s")
        succeeded(done)
        assert stops > 0, f"{command}: it took less than a second with {epochs} epochs"
        expected, found = ([without_times(line) for line in (run / result).read_text().splitlines()] for run in (whole, parts))
        assert found == expected, f"{command}: {result} differs"
    for time_span in (["0s"], ["1"], ["h"], ["1s1h"], ["99999999999d"], ["1s", "--dry-run"]):
        done = case.run(*SEARCH, "--epochs", "2", "--run", case.folder / "none", "--stop-after", *time_span)
        assert done.returncode == 64 and "--stop-after" in done.stderr, f"{time_span}: {done.returncode}, {done.stderr[-300:]}"
    assert not (case.folder / "none").exists()


def without_times(line: str) -> str:
    """A line of a result without the seconds that its work took."""
    return re.sub(r'"seconds":[0-9.e-]+', "", line)


def made_up_checkout(case: Case) -> dict[str, Any]:
    """How to start the script `pba` of a checkout whose `swift` notes in `log` what it builds."""
    checkout, log = case.make("checkout"), case.folder / "log"
    shutil.copy(Path(__file__).parents[2] / "pba", checkout / "pba")
    for place in ("Sources", "Recipes", "Spaces", "scripts", ".deps/libtorch/lib", "bin"):
        (checkout / place).mkdir(parents=True)
    (checkout / "Package.swift").write_text("")
    (checkout / ".deps/libtorch/lib/libtorch_cpu.so").write_text("")
    release = checkout / ".build/release"
    # With a file `broken` the whole does not build, and with `broken-pba` no more does the program by itself.
    swift = f'case "$*" in *--product\\ pba*) ! test -e "{checkout}/broken-pba" || exit 1;; *--product*) ;; ' \
        f'*) ! test -e "{checkout}/broken" || exit 1;; esac\n' \
        f'mkdir -p "{release}"; touch "{release}/libCTorch.so"; printf "#!/bin/sh\\necho runs \\$@\\n" >"{release}/pba"\n' \
        f'chmod +x "{release}/pba"; echo built >>"{log}"\n'
    for path, text in (("scripts/bootstrap", ""), ("bin/swift", swift)):
        (checkout / path).write_text("#!/bin/sh\n" + text)
        (checkout / path).chmod(0o755)
    for path in [checkout, *checkout.rglob("*")]:
        path.chmod(0o755)
    variables = {"PATH": f"{checkout}/bin:{os.environ['PATH']}"}
    return dict(program=checkout / "pba", variables=variables, without=("LIBTORCH", "PBA_ANY_LIBTORCH"))


def a_build_of_another_user_is_used(case: Case) -> None:
    """What the script `pba` builds for one user runs for another as it is."""
    start, checkout, log = made_up_checkout(case), case.folder / "checkout", case.folder / "log"
    assert succeeded(case.run("first", **start)) == "runs first\n"
    assert succeeded(case.run("second", **start)) == "runs second\n"
    built = log.read_text()
    assert built == "built\n", built
    assert succeeded(case.run("third", **start, **other_user())) == "runs third\n"
    # What an earlier version of the script built is the builder's alone to read.
    (checkout / ".build/pba-built").chmod(0o600)
    assert succeeded(case.run("fourth", **start, **other_user())) == "runs fourth\n"
    if ROOT:
        os.utime(checkout / "Package.swift", (time.time() + 100,) * 2)
        refused(case.run("fifth", **start, **other_user()), "has to be built", "root")
    assert log.read_text() == built


def a_build_without_the_part_for_gpus_runs(case: Case) -> None:
    """Where the whole does not build, the program and its library are built by themselves."""
    start, checkout = made_up_checkout(case), case.folder / "checkout"
    (checkout / "broken").touch()
    (checkout / "broken-pba").touch()
    failed = case.run("first", **start)
    assert failed.returncode == 1 and "the build failed" in failed.stderr, failed.stderr
    assert not (checkout / ".build/pba-built").exists()
    (checkout / "broken-pba").unlink()
    done = case.run("second", **start)
    assert succeeded(done) == "runs second\n"
    assert "a part of the build failed" in done.stderr, done.stderr
    assert succeeded(case.run("third", **start)) == "runs third\n"
    assert (case.folder / "log").read_text() == "built\n" * 3  # the library, then it and the program


def a_locale_changes_no_number(case: Case) -> None:
    for locale in ("C", "C.UTF-8", "de_DE.UTF-8", "tr_TR.UTF-8", "no_such"):
        text = succeeded(case.run(*TRAIN, "--learning-rate", "0.25", "--dry-run", variables={"LC_ALL": locale}))
        assert "learningRate: 0.25" in text, text


def the_dashboard_opens_the_users_browser(case: Case) -> None:
    opener, opened = case.folder / "bin" / "xdg-open", case.folder / "opened"
    opener.parent.mkdir()
    opener.write_text(f'#!/bin/sh\nprintf %s "$1" >{opened}\n')
    opener.chmod(0o755)
    for folders, expected in ((f"{opener.parent}:/usr/bin:/bin", ""), ("/nowhere", "found no browser to open")):
        process = subprocess.Popen(
            [case.pba, "dashboard", "run", "--open"], cwd=case.folder, env={**os.environ, "PATH": folders},
            stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        assert process.stdout
        address = process.stdout.readline().split()[-1]
        assert address.startswith("http://127.0.0.1:"), address
        deadline = time.monotonic() + 60
        while not expected and not (opened.exists() and opened.read_text() == address) and time.monotonic() < deadline:
            time.sleep(0.05)
        process.send_signal(signal.SIGINT)
        _, words = process.communicate(timeout=60)
        assert expected in words and ("no browser" in words) == bool(expected), words
        assert opened.read_text() == address or expected, opened.read_text()


def a_dashboard_without_scripts_is_not_stale(case: Case) -> None:
    (case.folder / "a file").write_text("")
    refused(case.run("dashboard", "a file"), "a file", "expected the folder of a run")
    process = subprocess.Popen(
        [case.pba, "dashboard", "run"], cwd=case.folder, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    assert process.stdout
    address = process.stdout.readline().split()[-1]

    def page() -> str:
        with urllib.request.urlopen(address, timeout=60) as answer:
            return answer.read().decode()

    try:
        assert "There is no run in run yet" in page()
        succeeded(case.run(*TRAIN, "--epochs", "1", "--run", "run"))
        time.sleep(3)  # so long a page may rest
        # Nobody has looked since. The first page that is asked for has the state of now.
        found = page()
        assert 'class="state finished"' in found, found[:300]
    finally:
        process.send_signal(signal.SIGINT)
        process.communicate(timeout=60)


CASES = [
    the_home_folder_is_the_variables, a_home_folder_may_be_missing, a_complete_cache_need_not_be_writable,
    a_report_needs_no_right_to_write_into_the_run, what_may_not_be_written_says_what_to_do, a_working_directory_may_be_deleted,
    closed_descriptors_stay_apart_from_files, ignored_signals_stay_ignored,
    a_time_that_is_over_stops_in_order, a_build_of_another_user_is_used,
    a_build_without_the_part_for_gpus_runs,
    a_locale_changes_no_number, the_dashboard_opens_the_users_browser,
    a_dashboard_without_scripts_is_not_stale,
]


def main() -> None:
    run_cases(__doc__, CASES, Case)


if __name__ == "__main__":
    main()
