#!/usr/bin/env python3
"""Searches and workers on a real Ray cluster of two nodes on 127.0.0.1, whose parts are killed.

    check_ray.py --pba PATH --python PYTHON [--full] [--only WORDS]

PYTHON has Ray and numpy. Clusters have folders and ports of their own. First the bridge alone is spoken to: a worker, its
actor, its node and the bridge are killed, and no process may be left ten seconds later. Then searches go on through the same.
With --full also some whose bridges, nodes, actors and workers are killed at random again and again. Prints a line a case and
a closing line `N passed, M failed`; exits 1 if any failed.
"""

from __future__ import annotations

import argparse
import ast
import contextlib
import fcntl
import functools
import hashlib
import json
import os
import random
import re
import shutil
import signal
import subprocess
import sys
import tarfile
import tempfile
import time
import zipfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from cluster import SETTINGS as CLUSTER_SETTINGS
from cluster import Cluster, cluster, free_ports, processes
from coordinator import Bridge, bridge

ROOT = Path(__file__).resolve().parents[2]
TRAINERS = Path(__file__).resolve().parent / "trainers"
sys.path.insert(0, str(ROOT / "Tests" / "cli"))
from case_runner import Failure, Report, name_of, parser_for, require, tell  # noqa: E402

SEARCH_SECONDS = 120
CONTRACT_SECONDS = 300
RANDOM_SEARCHES = 6
ORPHAN_SECONDS = 10  # in which everything must be gone
POLICY = [{"operation": "Rotate", "probability": 3, "magnitude": 4}]


@dataclass
class Place:
    """What the cases share: the program, a Python with Ray, and a folder."""

    pba: str
    python: str
    folder: Path
    full: bool = False

    @property
    def environment(self) -> dict[str, str]:
        kept = {name: value for name, value in os.environ.items() if not name.startswith("RAY_")}
        return {
            **kept, "PYTHONPATH": str(ROOT / "Python"), "TMPDIR": str(self.folder / "tmp"),
            "PBA_LIBRARY": str(ROOT / ".build" / "release" / "libpba-python.so")}

    @contextlib.contextmanager
    def cluster(self, **nodes: int) -> Iterator[Cluster]:
        """A cluster whose head takes no workers, with these nodes and their CPUs."""
        (self.folder / "tmp").mkdir(exist_ok=True)
        with cluster(self.python, self.environment) as made:
            for name, cpus in nodes.items():
                made.add(name, cpus)
            yield made

    @contextlib.contextmanager
    def bridge(self, of: Cluster, *options: str) -> Iterator[Bridge]:
        with bridge(self.python, of.address, of.environment, self.folder / "bridge.log", options) as made:
            yield made

    def welcome(self, to: Bridge, worker: int, file: Path = TRAINERS / "sums.py", **settings: Any) -> None:
        """Start a worker on the cluster, and greet it."""
        to.start(worker)
        to.wait_for("started", worker)
        to.wait_for_line(worker, "hello")
        config = {"kind": "trainer", "file": str(file), "config": settings, "epochs": 60, "device": "cpu"}
        to.tell(worker, "welcome", protocol=1, heartbeat=2, config=config)
        to.wait_for_line(worker, "ready")

    def run(self, to: Bridge, worker: int, trial: int, epoch: int, start: str | None = None) -> str:
        """Give a worker a segment of one epoch; where its checkpoint will be."""
        output = str(self.folder / f"{trial}-{epoch}.tar.partial")
        begun = {"start": start} if start else {}
        to.tell(
            worker, "run", key=f"{epoch}/{trial}/1", seed=7, epochs=[epoch, epoch + 1], isLast=False, policy=POLICY,
            output=output, slot=worker, **begun)
        return output

    def finish(self, of: Bridge, worker: int, output: str) -> tuple[float, str]:
        """Wait for the end of a segment; its score, and the checkpoint under its lasting name."""
        done = of.wait_for_line(worker, "done")
        content = Path(output).read_bytes()
        require(hashlib.sha256(content).hexdigest() == done["digest"], "the checkpoint is not what its digest says")
        require(len(content) == done["size"], f"the checkpoint has {len(content)} bytes, not {done['size']}")
        lasting = output.removesuffix(".partial")
        os.rename(output, lasting)
        return done["score"], lasting


# --- processes ---------------------------------------------------------------------------------------------------


def started_in(folder: Path) -> Iterator[tuple[int, str]]:
    """The processes of a case, by their folder for temporary files: others may run the same programs."""
    mark = f"TMPDIR={folder / 'tmp'}".encode()
    for number, command in processes():
        with contextlib.suppress(OSError):
            if mark in Path(f"/proc/{number}/environ").read_bytes().split(b"\0"):
                yield number, command


def workers(place: Place) -> list[int]:
    """The workers that run, with what keeps them."""
    return [
        number for number, command in started_in(place.folder) if "swift_pba.worker" in command or command.endswith("pba worker")]


def actors(place: Place) -> list[int]:
    return [number for number, command in started_in(place.folder) if command.startswith("ray::") and "WorkerHost" in command]


def is_kept(worker: int) -> bool:
    """Whether it is a worker itself, not the process that keeps it; neither if it has just ended."""
    try:
        words = Path(f"/proc/{worker}/cmdline").read_bytes().split(b"\0")
    except OSError:
        return False
    return len(words) > 1 and b"-S" not in words


def a_worker(place: Place) -> int:
    """The one worker that runs, when those before it are gone."""
    return the_one(lambda: [number for number in workers(place) if is_kept(number)], "worker")


def an_actor(place: Place) -> int:
    """The one actor that runs, when those before it are gone."""
    return the_one(lambda: actors(place), "actor")


def a_bridge(place: Place) -> int:
    """The bridge of a search."""
    return the_one(
        lambda: [number for number, command in started_in(place.folder) if "swift_pba.cluster.bridge" in command], "bridge")


def the_one(found: Callable[[], list[int]], what: str) -> int:
    """Wait until one process is found; its number."""
    seen: list[int] = []

    def is_one() -> bool:
        seen[:] = found()
        return len(seen) == 1

    wait_until(is_one, f"one {what} alone")
    return seen[0]


def ancestors(number: int) -> Iterator[int]:
    """The processes that a process was started by, its parent first."""
    with contextlib.suppress(OSError):
        while number > 1:
            number = int(Path(f"/proc/{number}/stat").read_text().rpartition(")")[2].split()[1])
            yield number


def segments_on(place: Place, raylet: int) -> set[tuple[str, int]]:
    """The segments that the workers of a node were given last: the checkpoints that they start from, and when those came."""
    found: set[tuple[str, int]] = set()
    for worker in workers(place):
        if is_kept(worker) and raylet in ancestors(worker):
            with contextlib.suppress(OSError):  # it has ended meanwhile
                starts = Path(os.readlink(f"/proc/{worker}/cwd")).parent / "start"
                found |= {(path.name, path.stat().st_mtime_ns) for path in starts.iterdir()}
    return found


def wait_for_a_segment(place: Place, raylet: int, search: Search) -> None:
    """Wait until a worker of a node begins with a segment of the second generation or a later one."""
    before = segments_on(place, raylet)
    wait_until(lambda: segments_on(place, raylet) - before, f"a segment on the node: {search.said()}", 60)


def wait_until(holds: Callable[[], object], what: str, seconds: float = ORPHAN_SECONDS) -> None:
    deadline = time.monotonic() + seconds
    while not holds():
        require(time.monotonic() < deadline, f"not within {seconds:.0f} s: {what}")
        time.sleep(0.02)


def version() -> str:
    """The version of the package."""
    code = (ROOT / "Python" / "swift_pba" / "_version.py").read_text()
    return str(ast.literal_eval(code.rpartition("=")[2].strip()))


def no_worker_is_left(place: Place) -> None:
    wait_until(lambda: not workers(place), "the end of all workers")


def nothing_is_left_in_folders(place: Place) -> None:
    left = [path.name for path in (place.folder / "tmp").glob("swift-pba-*/*") if not path.name.endswith("lock")]
    require(not left, f"the nodes' folders still hold {left}")


def seconds_since(began: float) -> str:
    return f"{time.monotonic() - began:.1f} s"


# --- the bridge --------------------------------------------------------------------------------------------------


def check_lines_and_checkpoints(place: Place, nodes: Cluster) -> None:
    """a chain of segments over two nodes"""
    with place.bridge(nodes) as to:
        place.welcome(to, 1, bytes=2_000_000)
        place.welcome(to, 2, bytes=2_000_000)
        homes = {message["node"] for message in to.seen if message["t"] == "started"}
        require(len(homes) == 2, "both workers are on one node")
        # One trial alternates between the nodes, the other stays on one: both are the same trial, so all is equal.
        scores: list[list[float]] = [[], []]
        starts: list[str | None] = [None, None]
        for epoch in range(4):
            for way, worker in enumerate((1, 2 if epoch % 2 else 1)):
                (place.folder / f"{way}").mkdir(exist_ok=True)
                output = place.run(to, worker, 0, epoch, starts[way])
                score, made = place.finish(to, worker, output)
                starts[way] = str(place.folder / str(way) / Path(made).name)
                os.rename(made, starts[way])
                scores[way].append(score)
        require(scores[0] == scores[1], f"found the scores {scores}, expected equal ones")
        require(Path(starts[0]).read_bytes() == Path(starts[1]).read_bytes(), "the last checkpoints differ")
        with tarfile.open(starts[0]) as archive:
            require("weights.bin" in archive.getnames(), f"the checkpoint holds {archive.getnames()}")
        to.tell(1, "quit")
        require(to.wait_for("ended", 1)["kind"] == "worker", "a worker that ended in order has another kind of end")
        require(to.end() == 0, "the bridge ended with another code than 0")
        no_worker_is_left(place)
        nothing_is_left_in_folders(place)


def check_kills(place: Place) -> str:
    """a worker, an actor, a node and the bridge are killed"""
    remarks = []
    with place.cluster(a=2) as nodes, place.bridge(nodes) as to:
        place.welcome(to, 1, bytes=200_000)
        _, lasting = place.finish(to, 1, place.run(to, 1, 0, 0))
        os.kill(a_worker(place), signal.SIGKILL)
        ended = to.wait_for("ended", 1)
        require(ended["kind"] == "worker", f"found {ended}, expected the end of a worker")
        tell(ended["reason"], "SIGKILL")

        place.welcome(to, 2, seconds=60)
        place.run(to, 2, 0, 0)
        began = time.monotonic()
        os.kill(an_actor(place), signal.SIGKILL)
        no_worker_is_left(place)
        ended = to.wait_for("ended", 2)
        require(ended["kind"] == "actor", f"found {ended}, expected the end of an actor")
        remarks.append(f"actor {seconds_since(began)}")

        place.welcome(to, 3, seconds=60)
        place.run(to, 3, 0, 0)
        os.kill(a_worker(place), signal.SIGSTOP)  # it notices nothing any more
        began = time.monotonic()
        nodes.kill("a")
        no_worker_is_left(place)
        ended = to.wait_for("ended", 3)
        require(ended["kind"] == "node", f"found {ended}, expected the end of a node")
        remarks.append(f"node {seconds_since(began)}")

        to.start(4)
        waiting = to.wait_for("waiting", 4)
        to.wait(lambda m: m["t"] == "nodes" and len(m["nodes"]) == 1, "message that the node is gone")
        to.say("kill", worker=4)
        to.wait_for("ended", 4)
        to.start(5)
        tell(to.wait_for("waiting", 5)["reason"], "1 CPU for a trial", "with 0 CPUs")
        nodes.add("b", 1)
        to.wait_for("started", 5)
        to.say("kill", worker=5)
        to.wait_for("ended", 5)
        # The object of this checkpoint was on the node that is gone; the file is here.
        place.welcome(to, 6)
        place.finish(to, 6, place.run(to, 6, 0, 1, lasting))

        began = time.monotonic()
        to.process.kill()
        no_worker_is_left(place)
        wait_until(lambda: not actors(place), "the end of all actors")
        remarks.append(f"bridge {seconds_since(began)}")
        require("CPU" in waiting["reason"], f"found {waiting}, expected what the worker waits for")
    return ", ".join(remarks)


def check_stop_of_a_hanging_worker(place: Place, nodes: Cluster) -> None:
    """a worker that was stopped by a signal is ended when asked, with what it has started"""
    with place.bridge(nodes) as to:
        place.welcome(to, 1)
        os.kill(a_worker(place), signal.SIGSTOP)
        to.say("kill", worker=1)
        to.wait_for("ended", 1, seconds=5)
        no_worker_is_left(place)


def check_what_is_sent(place: Place, nodes: Cluster) -> None:
    """a trainer's folder and the wheel are sent to the nodes"""
    wheel = place.folder / "swift_pba-0.whl"
    with zipfile.ZipFile(wheel, "w") as archive:
        for path in (ROOT / "Python").rglob("*.py"):
            if "tests" not in path.parts:
                archive.write(path, path.relative_to(ROOT / "Python"))
    code = place.folder / "code"
    shutil.copytree(TRAINERS, code)
    with place.bridge(nodes, "--ship", str(code), "--ship-wheel", str(wheel)) as to:
        place.welcome(to, 1, code / "with_sibling.py")
        place.finish(to, 1, place.run(to, 1, 0, 0))
        environment = Path(f"/proc/{a_worker(place)}/environ").read_bytes().decode().split("\0")
        found = next((value for value in environment if value.startswith("PYTHONPATH=")), "no PYTHONPATH")
        tell(found, "/parcel-")
        where = os.readlink(f"/proc/{a_worker(place)}/cwd")
        require("/worker-" in where, f"the worker works in {where}, expected a folder of its own")
        # Another trainer than that of the folder cannot be meant.
        to.start(2)
        to.say("kill", worker=1)
        to.wait_for("started", 2)
        to.tell(2, "welcome", protocol=1, heartbeat=2, config={"kind": "trainer", "file": str(TRAINERS / "sums.py")})
        tell(to.wait_for("bye")["reason"], "--ship")


# What the bridge says where Ray raises its errors of a store without room, and how many images it keeps then.
FULL_STORES = """
import asyncio
from ray.exceptions import ObjectStoreFullError, OutOfDiskError
from swift_pba.cluster import service
from swift_pba.cluster.connection import Refusal

async def refused(error):
    def put(*_):
        raise error
    service.parcel_of_file = put
    bridge = service.Bridge.__new__(service.Bridge)
    bridge._images = {}
    try:
        await bridge.images({"file": "x.images", "digest": "d"})
    except Refusal as refusal:
        print(f"{refusal}; {len(bridge._images)} kept")

asyncio.run(refused(ObjectStoreFullError("it is full")))
asyncio.run(refused(OutOfDiskError("it is full")))
"""


def check_refusals(place: Place, nodes: Cluster) -> None:
    """what cannot work is said in words"""
    def farewell(address: str, *options: str, python: str = place.python) -> str:
        environment = {**place.environment, "RAY_ENABLE_WINDOWS_OR_OSX_CLUSTER": "0"}
        with bridge(python, address, environment, place.folder / "bridge.log", options) as to:
            return to.wait_for("bye")["reason"]

    tell(farewell("ray://127.0.0.1:10001"), "ray://", "expected auto or HOST:PORT")
    closed, = free_ports(1)
    tell(farewell(f"127.0.0.1:{closed}"), "no Ray cluster answers", "refused")
    tell(farewell("nonsense"), "found the address nonsense")
    tell(farewell("auto", python=sys.executable), "has no Ray", "pip install")
    tell(farewell(nodes.address, "--ship-wheel", "/nowhere/x.whl"), "/nowhere/x.whl")
    tell(farewell(nodes.address, "--ship", "/nowhere"), "no folder /nowhere")
    nothing = {"file": "/nowhere/images", "digest": "0" * 64}
    with place.bridge(nodes) as to:
        to.start(1, "network", images=nothing)
        tell(to.wait_for("bye")["reason"], "cannot read the images /nowhere/images: No such file")
    with place.bridge(nodes) as to:
        to.start(1, "network")
        to.wait_for("started", 1)
        to.tell(1, "welcome", protocol=1, heartbeat=2, config={"kind": "network", "images": nothing})
        tell(to.wait_for("bye")["reason"], "worker 1: found images only in its welcome")
    said = subprocess.run(
        [place.python, "-c", FULL_STORES], capture_output=True, text=True, timeout=60, env=place.environment).stdout.splitlines()
    require(len(said) == 2, f"found {said}, expected a line for each error")
    tell(said[0], "the object store of this machine has no room for the images x.images", "--object-store-memory", "0 kept")
    tell(said[1], "Ray has no room on the disk here for the images x.images", "ray start --temp-dir", "0 kept")
    with place.bridge(nodes, "--gpus-per-trial", "0.5") as to:
        to.start(1)
        tell(to.wait_for("waiting", 1)["reason"], "1 CPU and 0.5 GPU", "0 GPUs")


def file_of_zeros(place: Place, size: int) -> dict[str, str]:
    """A file that nodes are sent as images, by its name and its SHA-256."""
    file = place.folder / "zeros"
    with file.open("wb") as made:
        made.truncate(size)
    return {"file": str(file), "digest": hashlib.sha256(file.read_bytes()).hexdigest()}


def shared_place(place: Place, images: dict[str, str]) -> Path:
    """The folder of a node that its workers share for these images."""
    known = hashlib.sha256(f"digest\0images\0{images['digest']}".encode()).hexdigest()
    return place.folder / "tmp" / f"swift-pba-{os.getuid()}" / f"parcel-{known[:40]}"


def bytes_on_the_way(place: Place) -> int:
    """How much of the images has been written on a node that does not have them all."""
    sizes = [0]
    for path in (place.folder / "tmp").glob("swift-pba-*/filling-*/images"):
        with contextlib.suppress(OSError):  # it is whole, or removed
            sizes.append(path.stat().st_size)
    return max(sizes)


def check_images_on_the_way(place: Place) -> None:
    """a stop, a lost actor and a lost node while images are on the way leave nothing, and are named"""
    images = file_of_zeros(place, 120_000_000)
    with place.cluster(a=2) as nodes, place.bridge(nodes) as to:
        to.start(1, "network", images=images)
        wait_until(lambda: bytes_on_the_way(place), "the first bytes of the images", 60)
        to.say("kill", worker=1)
        to.wait_for("ended", 1)
        nothing_is_left_in_folders(place)

        to.start(2, "network", images=images)
        wait_until(lambda: bytes_on_the_way(place), "the first bytes of the images", 60)
        os.kill(an_actor(place), signal.SIGKILL)
        ended = to.wait_for("ended", 2)
        require(ended["kind"] == "actor", f"found {ended}, expected the end of an actor")
        to.start(3, "network", images=images)
        host = to.wait_for("started", 3, 60)["host"]
        tell(ended["reason"], f"its actor on {host}")
        whole = shared_place(place, images) / "images"
        require(whole.stat().st_size == 120_000_000, f"the copy has {whole.stat().st_size} bytes")
        require(not list(whole.parent.parent.glob("filling-*")), "what the killed actor has begun still takes room")
        to.say("kill", worker=3)
        to.wait_for("ended", 3)
        nothing_is_left_in_folders(place)

        large = "--dataset noise:64x64x10 --train-size 8000 --validation-size 100 --model wrn_10_1".split()
        search = Search(place, "stopped", *large, "--epochs", "4", "--interval", "2", "--population", "2")
        with search.running("--ray", nodes.address, "--ship-data") as process:
            wait_until(lambda: bytes_on_the_way(place), f"the first bytes of the images: {search.said()}", 60)
            process.send_signal(signal.SIGINT)
            search.end(process, code=130)
        nothing_is_left_in_folders(place)
        no_images_are_left_in(search.run)

        whole.parent.touch()  # a file in place of a folder
        to.start(4, "network", images=images)
        ended = to.wait_for("ended", 4)
        require(ended["kind"] == "node", f"found {ended}, expected the end of a node, as a segment has no part in it")
        tell(ended["reason"], f"{host} cannot take the images", "Not a directory")
        whole.parent.unlink()

        with whole.parent.with_name(f"{whole.parent.name}.lock").open("w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)  # the images seem to be on the way without end
            to.start(5, "network", images=images)
            to.wait(lambda m: f"until {host} has the images, 0 of 0.12 GB" in m.get("reason", ""), "word of the images")
            # Ray misses the actor before the node: the raylet, which would say how the actor ended, is stopped.
            os.kill(nodes.raylets["a"], signal.SIGSTOP)
            os.kill(an_actor(place), signal.SIGKILL)
            unreachable = f"its actor on {host}, which cannot be reached"
            to.wait(lambda m: unreachable in m.get("reason", ""), "word of the actor")
            nodes.kill("a")
            ended = to.wait_for("ended", 5)
            require(ended["kind"] == "node", f"found {ended}, expected the end of a node")
            tell(ended["reason"], f"the node {host} is gone")

            nodes.add("b", 1)
            to.start(6, "network", images=images)
            to.wait(lambda m: f"until {host} has the images, 0 of 0.12 GB" in m.get("reason", ""), "word of the images")
            os.kill(nodes.raylets["b"], signal.SIGSTOP)
            os.kill(an_actor(place), signal.SIGKILL)
            to.wait(lambda m: unreachable in m.get("reason", ""), "word of the actor")
            to.say("kill", worker=6)
            tell(to.wait_for("ended", 6, 3)["reason"], "it was ended as asked")


# --- searches ----------------------------------------------------------------------------------------------------


TRAINER = ["--trainer", str(TRAINERS / "sums.py"), "--epochs", "8", "--interval", "2", "--population", "4"]
NETWORK = """--dataset bundled --train-size 128 --validation-size 100 --model wrn_10_1 --population 4 --epochs 6 --interval 2
  --batch-size 32 --space digits""".split()


class Search:
    """One search by the program, in a run's folder of its own."""

    def __init__(self, place: Place, name: str, *options: str) -> None:
        self.place = place
        self.run = place.folder / name
        self.log = place.folder / f"{name}.log"
        self.arguments = [place.pba, "search", *options, "--run", str(self.run)]

    @contextlib.contextmanager
    def running(self, *options: str) -> Iterator[subprocess.Popen[bytes]]:
        """The program at work; it is gone afterwards."""
        (self.place.folder / "tmp").mkdir(exist_ok=True)
        with self.log.open("ab") as log:
            process = subprocess.Popen(
                [*self.arguments, *options], env=self.environment(), stdin=subprocess.DEVNULL, stdout=log, stderr=log)
        try:
            yield process
        finally:
            process.kill()
            process.wait()

    def environment(self) -> dict[str, str]:
        return {**self.place.environment, **CLUSTER_SETTINGS, "PBA_PYTHON": self.place.python}

    def end(self, process: subprocess.Popen[bytes], code: int = 0) -> None:
        """Wait for the end of the search, with the exit code that is expected."""
        try:
            found = process.wait(SEARCH_SECONDS)
        except subprocess.TimeoutExpired:
            raise Failure(f"no end within {SEARCH_SECONDS} s: {self.said()}") from None
        require(found == code, f"exit code {found}, expected {code}: {self.said()}")

    def whole(self, *options: str) -> dict[str, Any]:
        """Run the search to its end; what it left."""
        with self.running(*options) as process:
            self.end(process)
        return self.result()

    def said(self) -> str:
        return self.log.read_text(errors="replace")[-1500:]

    def connections(self) -> int:
        """How often it has said what the cluster has, which it does when it has read its images."""
        return self.log.read_text(errors="replace").count("which hold") if self.log.exists() else 0

    def result(self) -> dict[str, Any]:
        """What must be the same wherever a search trains."""
        checkpoints = {path.name: hashlib.sha256(path.read_bytes()).hexdigest() for path in (self.run / "checkpoints").iterdir()}
        return {"schedule.json": (self.run / "schedule.json").read_bytes(), "checkpoints": checkpoints}

    def begins_generation(self, number: int) -> Callable[[], bool]:
        return lambda: f"generation {number}: best is" in self.log.read_text(errors="replace")


def same(found: dict[str, Any], expected: dict[str, Any]) -> None:
    wrong = [name for name in expected if found[name] != expected[name]]
    require(not wrong, f"{' and '.join(wrong)} differ from those of the search on this machine")


def check_trainer_with_losses(place: Place) -> str:
    """a trainer's search, whose node, bridge and coordinator are killed, ends as on this machine"""
    slow = [*TRAINER, "--trainer-config", '{"seconds": 0.4, "bytes": 100000}']
    expected = Search(place, "here", *slow).whole("--workers", "2")
    with place.cluster(a=1, b=1) as nodes:
        search = Search(place, "there", *slow)
        with search.running("--ray", nodes.address) as process:
            wait_until(search.begins_generation(1), f"the first generation: {search.said()}", 60)
            wait_for_a_segment(place, nodes.raylets["a"], search)
            nodes.kill("a")
            wait_until(search.begins_generation(2), f"the second generation: {search.said()}", 60)
            wait_for_a_segment(place, nodes.raylets["b"], search)
            os.kill(a_bridge(place), signal.SIGKILL)
            wait_until(lambda: "another one is started" in search.said(), f"another bridge: {search.said()}", 20)
            time.sleep(1)
        no_worker_is_left(place)  # the coordinator was killed
        wait_until(lambda: not actors(place), "the end of all actors")
        tell(search.log.read_text(), "lost its node", "lost its bridge")
        search.arguments = [place.pba, "search", "--resume", "--run", str(search.run)]
        with search.running("--ray", nodes.address) as process:
            nodes.kill("b")
            wait_until(lambda: "the search waits" in search.log.read_text(), f"a search that waits: {search.said()}", 60)
            nodes.add("c", 2)
            search.end(process)
        same(search.result(), expected)
        no_worker_is_left(place)
        nothing_is_left_in_folders(place)
    return "node, bridge, coordinator and the last node were lost"


def check_random_kills(place: Place, seed: int) -> str:
    """a search whose bridges, nodes, actors and workers are killed at random ends as on this machine"""
    generator = random.Random(seed)
    slow = [*TRAINER, "--trainer-config", '{"seconds": 0.2, "bytes": 200000}', "--retries", "100"]
    expected = Search(place, "here", *slow).whole("--workers", "2")
    search, kills = Search(place, "there", *slow), 0
    with place.cluster(n0=1, n1=1) as nodes, search.running("--ray", nodes.address) as process:
        names = ["n0", "n1"]
        while process.poll() is None:
            time.sleep(generator.uniform(0.5, 4))
            what = generator.choice(["bridge", "bridge", "node", "actor", "worker"])
            if what == "node":
                nodes.kill(names.pop(0))
                names.append(f"n{len(nodes.nodes)}")
                nodes.add(names[-1], 1)
            elif what == "bridge":
                candidates = [number for number, command in started_in(place.folder) if "swift_pba.cluster.bridge" in command]
            else:
                candidates = actors(place) if what == "actor" else workers(place)
            if what != "node" and candidates:
                with contextlib.suppress(ProcessLookupError):
                    os.kill(generator.choice(candidates), signal.SIGKILL)
            kills += 1
            require(kills < 60, f"no end after {kills} kills: {search.said()}")
        search.end(process)
    same(search.result(), expected)
    no_worker_is_left(place)
    return f"{kills} kills"


def check_network(place: Place) -> None:
    """a search with built-in networks, in another search space, gives the same bytes, also with a node lost"""
    expected = Search(place, "here", *NETWORK, "--device", "cpu").whole()
    with place.cluster(a=1, b=1) as nodes:
        if place.full:
            same(Search(place, "there", *NETWORK).whole("--ray", nodes.address), expected)
        search = Search(place, "disturbed", *NETWORK)
        with search.running("--ray", nodes.address) as process:
            wait_until(search.begins_generation(1), f"the first generation: {search.said()}", 60)
            wait_for_a_segment(place, nodes.raylets["b"], search)
            nodes.kill("b")
            search.end(process)
        same(search.result(), expected)
        tell(search.log.read_text(), "lost its node")


def fill_with_pictures(folder: Path) -> None:
    """Make a folder of small images, of two classes."""
    generator = random.Random(5)
    for name in ("cat", "dog"):
        (folder / name).mkdir(parents=True)
        for number in range(80):
            (folder / name / f"{number}.ppm").write_bytes(b"P6 8 8 255\n" + generator.randbytes(8 * 8 * 3))


def copies_on_nodes(place: Place) -> list[Path]:
    """The files of images that nodes were sent."""
    return list((place.folder / "tmp").glob("swift-pba-*/parcel-*/images"))


@contextlib.contextmanager
def running_without(pictures: Path, search: Search, *options: str) -> Iterator[subprocess.Popen[bytes]]:
    """A search at work whose images are away as soon as it has read them itself, so that no node can read them."""
    before = search.connections()
    with search.running(*options) as process:
        wait_until(lambda: search.connections() > before, f"a connection to the cluster: {search.said()}", 60)
        away = pictures.rename(pictures.with_name("away"))
        try:
            yield process
        finally:
            away.rename(pictures)


def no_images_are_left_in(run: Path) -> None:
    left = [path.name for path in run.iterdir() if path.name.endswith(".partial")]
    require(not left, f"the run's folder still holds {left}")


def check_sent_images(place: Place) -> str:
    """nodes that cannot see the images of a search are sent them, and again where a copy is damaged"""
    pictures = place.folder / "pictures"
    fill_with_pictures(pictures)
    options = [
        "--dataset", f"folder:{pictures}", "--data-dir", str(place.folder / "data"), *NETWORK[NETWORK.index("--model"):]]
    expected = Search(place, "here", *options, "--device", "cpu").whole()
    with place.cluster(a=2) as nodes:
        ray = ["--ray", nodes.address]
        unsent = Search(place, "unsent", *options)
        with running_without(pictures, unsent, *ray) as process:
            unsent.end(process, code=1)
        tell(unsent.said(), "cannot serve", str(pictures))

        sent = Search(place, "sent", *options)
        with running_without(pictures, sent, *ray, "--ship-data") as process:
            wait_until(sent.begins_generation(1), f"the first generation: {sent.said()}", 60)
            require(len(copies_on_nodes(place)) == 1, f"the node has {len(copies_on_nodes(place))} copies of the images")
            wait_for_a_segment(place, nodes.raylets["a"], sent)
            os.kill(a_bridge(place), signal.SIGKILL)  # the next one brings them again
            wait_until(lambda: "another one is started" in sent.said(), f"another bridge: {sent.said()}", 20)
            sent.end(process)
        same(sent.result(), expected)
        nothing_is_left_in_folders(place)
        no_images_are_left_in(sent.run)

        damaged = Search(place, "damaged", *options)
        with running_without(pictures, damaged, *ray, "--ship-data") as process:
            wait_until(damaged.begins_generation(1), f"the first generation: {damaged.said()}", 60)
            wait_until(lambda: len([number for number in workers(place) if is_kept(number)]) == 2, "two workers", 60)
            stopped, killed = (number for number in workers(place) if is_kept(number))
            os.kill(stopped, signal.SIGSTOP)  # it can take no further segment, so that another worker is needed
            copy, = copies_on_nodes(place)
            whole = copy.read_bytes()
            with copy.open("r+b") as file:
                file.seek(-100, os.SEEK_END)
                value = file.read(1)
                file.seek(-1, os.SEEK_CUR)
                file.write(bytes([value[0] ^ 1]))
            require(copy.read_bytes() != whole, "the copy is not damaged")
            os.kill(killed, signal.SIGKILL)
            wait_until(lambda: copy.read_bytes() == whole, f"a whole copy: {damaged.said()}", 60)
            damaged.end(process)
        same(damaged.result(), expected)
        nothing_is_left_in_folders(place)

        ended = Search(place, "killed", *options)
        with running_without(pictures, ended, *ray, "--ship-data") as process:
            wait_until(ended.begins_generation(1), f"the first generation: {ended.said()}", 60)
            process.kill()
            process.wait()
        require(list(ended.run.glob("images.*.partial")), "a killed search has left no images in its folder, as it must")
        no_worker_is_left(place)
        ended.arguments = [place.pba, "search", "--resume", "--run", str(ended.run)]
        with running_without(pictures, ended, *ray, "--ship-data") as process:
            ended.end(process)
        same(ended.result(), expected)
        no_images_are_left_in(ended.run)
        nothing_is_left_in_folders(place)
    refused = Search(place, "refused", *TRAINER)
    with refused.running("--ray", "auto", "--ship-data") as process:
        refused.end(process, code=64)
    tell(refused.said(), "--ship-data: found together with --trainer")
    return "also where the bridge was lost; a resume sends them again"


def check_contract(place: Place, nodes: Cluster) -> str:
    """the contract of executors, by the tests in Swift"""
    source = ROOT / "Tests" / "WorkersTests" / "RayContractTests.swift"
    expected = source.read_text().count("@Test")
    tests = Path(place.pba).with_name("swift-pbaPackageTests.xctest")
    require(tests.exists(), f"found no {tests}; build it: swift build -c release --build-tests")
    try:
        done = subprocess.run(
            [tests, "--testing-library", "swift-testing", "--filter", source.stem],
            capture_output=True, text=True, timeout=CONTRACT_SECONDS,
            env={**place.environment, **CLUSTER_SETTINGS, "PBA_PYTHON": place.python, "PBA_TEST_RAY": nodes.address})
    except subprocess.TimeoutExpired as error:
        said = (error.stdout or b"").decode(errors="replace")
        raise Failure(f"the tests of {source.name} have not ended within {CONTRACT_SECONDS} s: {said[-3000:]}") from None
    said = done.stdout + done.stderr
    found = re.search(r"Test run with (\d+) tests? .*passed", said)
    require(done.returncode == 0 and found is not None, f"exit code {done.returncode}: {said[-3000:]}")
    require(int(found[1]) == expected > 0 and "skipped" not in said, f"not all {expected} tests have run: {said[-3000:]}")
    return f"{expected} tests"


def check_doctor(place: Place, nodes: Cluster) -> None:
    """pba doctor --ray says what each node has"""
    def asked(*options: str) -> str:
        done = subprocess.run(
            [place.pba, "doctor", "--ray", nodes.address, *options], capture_output=True, text=True, timeout=60,
            env={**nodes.environment, "PBA_PYTHON": place.python})
        require(done.returncode == 0, f"exit code {done.returncode}: {done.stdout}{done.stderr}")
        return done.stdout

    tell(asked(), "3 nodes", "1 CPUs", f"swift_pba    {version()}", "program", "torch")
    found = json.loads(asked("--json"))["nodes"]
    require(sorted(node["cpus"] for node in found) == [0, 1, 1], f"found the nodes {found}")


# On one cluster of two nodes, none of which is lost.
UNDISTURBED = [
    check_lines_and_checkpoints, check_stop_of_a_hanging_worker, check_what_is_sent, check_refusals, check_doctor, check_contract]
# Each on a cluster of its own.
DISTURBED = [check_kills, check_images_on_the_way, check_trainer_with_losses, check_network, check_sent_images]


def main() -> None:
    parser: argparse.ArgumentParser = parser_for(__doc__, selects=True)
    parser.add_argument("--python", required=True, help="a Python that has Ray and numpy")
    parser.add_argument("--full", action="store_true", help="also what takes minutes")
    options = parser.parse_args()

    report = Report()
    words = options.only.replace("_", " ")

    def chosen(cases: list[Callable[..., object]]) -> list[Callable[..., object]]:
        return [case for case in cases if words in name_of(case)]

    @contextlib.contextmanager
    def place() -> Iterator[Place]:
        with tempfile.TemporaryDirectory(prefix="pba-ray-") as name:
            yield Place(options.pba, options.python, Path(name).resolve(), options.full)

    if undisturbed := chosen(UNDISTURBED):
        with place() as shared, shared.cluster(a=1, b=1) as nodes:
            for case in undisturbed:
                report.attempt(name_of(case), functools.partial(case, shared, nodes))
    for case in chosen(DISTURBED):
        with place() as own:
            report.attempt(name_of(case), functools.partial(case, own))
    for seed in range(RANDOM_SEARCHES if options.full else 0):
        if words in name_of(check_random_kills):
            with place() as own:
                report.attempt(name_of(check_random_kills), functools.partial(check_random_kills, own, seed))
    report.finish()


if __name__ == "__main__":
    main()
