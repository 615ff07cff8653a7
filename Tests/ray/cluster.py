"""A Ray cluster on 127.0.0.1 with a folder and ports of its own, whose nodes are ended by their processes' numbers.

`ray stop` ends the processes of all clusters of a machine, so it is not used. `ray start --address` refuses 127.0.0.1, so other
nodes than the head are started by this file, as `cluster.py GCS-ADDRESS CPUS FOLDER`.
"""

from __future__ import annotations

import contextlib
import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping
from pathlib import Path

HERE = Path(__file__).resolve()
SETTINGS = {
    "RAY_ENABLE_WINDOWS_OR_OSX_CLUSTER": "0",  # otherwise 127.0.0.1 becomes the address of a network card
    "RAY_USAGE_STATS_ENABLED": "0",
    "RAY_DEDUP_LOGS": "0",
    "RAY_ACCEL_ENV_VAR_OVERRIDE_ON_ZERO": "0",
    # A node's death is noticed within two seconds; one that is only slow, as on a busy machine, has more time.
    "RAY_health_check_initial_delay_ms": "1000",
    "RAY_health_check_period_ms": "500",
    "RAY_health_check_timeout_ms": "5000",
    "RAY_health_check_failure_threshold": "3",
}
STORE_BYTES = 150_000_000
# What a node says when the cluster knows it, so that whoever connects finds it; the first is Ray's own.
HEAD_RUNS = "Ray runtime started"
NODE_RUNS = "the node runs"
START_SECONDS = 90


def free_ports(count: int) -> list[int]:
    """Ports that were free a moment ago."""
    with contextlib.ExitStack() as stack:
        found = [stack.enter_context(socket.socket()) for _ in range(count)]
        for one in found:
            one.bind(("127.0.0.1", 0))
        return [one.getsockname()[1] for one in found]


class Cluster:
    """A head without CPUs for workers unless asked, and nodes that come and go."""

    def __init__(self, python: str, folder: Path, environment: Mapping[str, str], head_cpus: int = 0) -> None:
        self.python = python
        self.folder = folder
        self.environment = {**environment, **SETTINGS}
        self.nodes: dict[str, subprocess.Popen[bytes]] = {}
        self.raylets: dict[str, int] = {}
        port, = free_ports(1)
        self.address = f"127.0.0.1:{port}"
        self._head = [  # unbuffered, as it would keep what it says
            python, "-u", str(Path(python).with_name("ray")), "start", "--head", "--block",
            "--node-ip-address=127.0.0.1", f"--port={port}", "--include-dashboard=false", f"--num-cpus={head_cpus}",
            "--num-gpus=0", f"--object-store-memory={STORE_BYTES}", f"--temp-dir={folder}", "--disable-usage-stats"]

    def start(self) -> None:
        """Start the head; it runs when this returns."""
        self._start("head", self._head, HEAD_RUNS)

    def _start(self, name: str, command: list[str], sign: str) -> None:
        before = set(self._raylets_running())
        path = self.folder / f"{name}.log"
        with path.open("wb") as log:
            # In a folder without modules: Ray starts programs by `python -m`, which would find those of the working folder.
            self.nodes[name] = subprocess.Popen(
                command, cwd=self.folder, env=self.environment, stdin=subprocess.DEVNULL, stdout=log, stderr=log,
                start_new_session=True)
        deadline = time.monotonic() + START_SECONDS
        while sign not in (said := path.read_text(errors="replace")):
            if self.nodes[name].poll() is not None or time.monotonic() > deadline:
                raise AssertionError(f"the node {name} did not start: {said[-1000:]}")
            time.sleep(0.05)
        found = sorted(set(self._raylets_running()) - before)
        if len(found) != 1:
            raise AssertionError(f"the node {name}: found the raylets {found}, expected one; it said {said[-1000:]}")
        self.raylets[name] = found[0]

    def add(self, name: str, cpus: int) -> None:
        """Add a node to the cluster, which knows it when this returns."""
        self._start(name, [self.python, str(HERE), self.address, str(cpus), str(self.folder)], NODE_RUNS)

    def kill(self, name: str) -> None:
        """End a node as a machine that loses its power: its raylet is killed, and says nothing to anyone."""
        os.kill(self.raylets[name], signal.SIGKILL)

    def processes(self) -> Iterator[tuple[int, str]]:
        """The processes of this cluster: those that name its folder."""
        for number, command in processes():
            if str(self.folder) in command:
                yield number, command

    def _raylets_running(self) -> list[int]:
        return [number for number, command in self.processes() if command.split()[0].endswith("/raylet")]

    def end(self) -> None:
        """End all nodes, and whatever names the cluster's folder."""
        for node in reversed(self.nodes.values()):
            node.terminate()
        for node in self.nodes.values():
            with contextlib.suppress(subprocess.TimeoutExpired):
                node.wait(5)
        for number, _ in list(self.processes()):
            with contextlib.suppress(ProcessLookupError):
                os.kill(number, signal.SIGKILL)
        for node in self.nodes.values():
            node.kill()
            node.wait()
        shutil.rmtree(self.folder, ignore_errors=True)


def processes() -> Iterator[tuple[int, str]]:
    """All processes that run, with their command lines; those that have ended have none."""
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            with contextlib.suppress(OSError):
                command = (entry / "cmdline").read_bytes().replace(b"\0", b" ").decode(errors="replace").strip()
                if command and int(entry.name) != os.getpid():
                    yield int(entry.name), command


@contextlib.contextmanager
def cluster(python: str, environment: Mapping[str, str], head_cpus: int = 0) -> Iterator[Cluster]:
    """Run a cluster as long as the body does."""
    # Short, as it holds sockets whose names may have 107 characters.
    folder = Path(tempfile.mkdtemp(prefix="ray-", dir="/tmp"))
    made = Cluster(python, folder, environment, head_cpus)
    try:
        made.start()
        yield made
    finally:
        made.end()


def serve(address: str, cpus: str, folder: str) -> None:
    """Be a node until a signal ends it."""
    from ray._private.node import Node
    from ray._private.parameter import RayParams

    node = Node(
        RayParams(
            gcs_address=address, node_ip_address="127.0.0.1", num_cpus=int(cpus), num_gpus=0, object_store_memory=STORE_BYTES,
            temp_dir=folder, min_worker_port=0, max_worker_port=0, include_log_monitor=False),
        head=False, shutdown_at_exit=True, spawn_reaper=False)
    # Made only when the cluster had registered it.
    print(NODE_RUNS, flush=True)
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
    while node.remaining_processes_alive():
        time.sleep(0.2)


if __name__ == "__main__":
    serve(*sys.argv[1:])
