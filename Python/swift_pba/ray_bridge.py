"""The bridge between a search and a Ray cluster: `python -m swift_pba.ray_bridge`, started by `pba search --ray`.

It talks to the search in lines of JSON on standard input and output, starts an actor on the cluster for each worker, and carries
lines and checkpoints; docs/worker-protocol.md defines both.
"""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import hashlib
import importlib.metadata
import io
import json
import os
import queue
import re
import sys
import tarfile
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NoReturn

from ._version import __version__

PROTOCOL = 1
_ALIVE_SECONDS = 1.0
_NODES_SECONDS = 1.0
_PATIENCE_SECONDS = 3.0  # before a worker that has not started is said to wait
_END_SECONDS = 5.0
_KEPT_BYTES = 1 << 30  # of checkpoints in the store that no segment in training starts from
_LARGEST_FOLDER = 1 << 30


class Channel:
    """The coordinator's lines; made before anything is imported that may print."""

    def __init__(self) -> None:
        self._input, self._output = os.dup(0), os.dup(1)
        nothing = os.open(os.devnull, os.O_RDONLY)
        os.dup2(nothing, 0)
        os.close(nothing)
        os.dup2(2, 1)
        self._lines: queue.SimpleQueue[dict[str, Any] | None] = queue.SimpleQueue()
        self._writer = threading.Thread(target=self._write, daemon=True)
        self._writer.start()

    def send(self, t: str, **values: Any) -> None:
        """Send a message; it is written by a thread of its own."""
        self._lines.put({"t": t, **values})

    def messages(self) -> Iterator[dict[str, Any]]:
        """Yield what the coordinator sends, until it ends; lines that are no messages are left out."""
        with open(self._input, encoding="utf-8", errors="replace") as lines:
            for line in lines:
                with contextlib.suppress(ValueError):
                    if isinstance(message := json.loads(line), dict):
                        yield message

    def finish(self) -> None:
        """Write what is left."""
        self._lines.put(None)
        self._writer.join(_END_SECONDS)

    def _write(self) -> None:
        while True:
            try:
                message = self._lines.get(timeout=_ALIVE_SECONDS)
            except queue.Empty:
                message = {"t": "alive"}
            if message is None:
                return
            data = json.dumps(message, separators=(",", ":"), allow_nan=False).encode() + b"\n"
            try:
                while data:
                    data = data[os.write(self._output, data):]
            except OSError:
                os._exit(1)  # the coordinator is gone, and Ray ends the actors of a driver that is gone


class Refusal(Exception):
    """Why the bridge cannot work."""


def main() -> NoReturn:
    """Serve a coordinator until it ends."""
    options = _options()
    channel = Channel()
    code = 1
    try:
        _serve(channel, options)
        code = 0
    except Refusal as refusal:
        channel.send("bye", reason=str(refusal))
    channel.finish()
    os._exit(code)  # Ray's threads and exit functions may take seconds


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m swift_pba.ray_bridge", description=(__doc__ or "").split("\n")[0])
    parser.add_argument("--address", required=True, help="HOST:PORT of the cluster, or auto for the one of this machine")
    parser.add_argument("--cpus-per-trial", type=float, default=1, help="CPUs that a worker takes of its node")
    parser.add_argument("--gpus-per-trial", type=float, default=0, help="GPUs that a worker takes of its node, such as 0.25")
    parser.add_argument("--ship", metavar="FOLDER", help="a folder with the trainer's file and what it imports")
    parser.add_argument("--ship-wheel", metavar="WHEEL", help="the wheel of swift-pba, sent to each node and used there")
    return parser.parse_args()


def _serve(channel: Channel, options: argparse.Namespace) -> None:
    try:
        version = importlib.metadata.version("ray")
    except importlib.metadata.PackageNotFoundError:
        raise Refusal(f"{sys.executable} has no Ray; install it: {sys.executable} -m pip install 'ray==2.60.*'") from None
    channel.send("hello", protocol=[PROTOCOL, PROTOCOL], bridge=f"swift_pba {__version__}", ray=version, pid=os.getpid())
    _connect(options.address)
    asyncio.run(_bridge(channel, options))


async def _bridge(channel: Channel, options: argparse.Namespace) -> None:
    await _Bridge(channel, options).run()


def _connect(address: str) -> None:
    if "://" in address:
        raise Refusal(
            f"found the address {address}, expected auto or HOST:PORT; run the search on a machine of the cluster, such as its "
            "head")
    import ray

    try:
        ray.init(address=address, log_to_driver=False, configure_logging=False, namespace=f"swift-pba-{os.getpid()}")
    except (ConnectionError, RuntimeError, ValueError, TimeoutError) as error:
        raise Refusal(
            f"cannot connect to the Ray cluster at {address}: {_short(error)}; this machine must be a node of the cluster, "
            "if need be without CPUs for workers: ray start --address=HOST:PORT --num-cpus=0") from None


class _Bridge:
    """All workers of a search."""

    def __init__(self, channel: Channel, options: argparse.Namespace) -> None:
        import ray

        from . import _ray_actor, _ray_folders
        from ._ray_checkpoints import Checkpoints

        # Sent to the nodes with the actor, as they may have no package.
        for module in (_ray_actor, _ray_folders):
            ray.cloudpickle.register_pickle_by_value(module)
        self.channel = channel
        self.options = options
        self.checkpoints = Checkpoints(_KEPT_BYTES)
        self.host = ray.remote(_ray_actor.WorkerHost).options(
            num_cpus=options.cpus_per_trial, num_gpus=options.gpus_per_trial, scheduling_strategy="SPREAD", max_restarts=0,
            max_task_retries=0, max_concurrency=4)
        self.keeper = Path(__file__).with_name("_ray_keeper.py").read_text(encoding="utf-8")
        self.nodes: list[dict[str, Any]] = []
        self.wheel = self.ship = None
        self.is_ending = False
        self._fault: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._files: dict[str, Any] = {}
        self._workers: dict[int, _Worker] = {}

    async def run(self) -> None:
        self._pack()
        watching = asyncio.create_task(self._watch_nodes())
        reading = asyncio.create_task(self._read())
        done, _ = await asyncio.wait({watching, reading, self._fault}, return_when=asyncio.FIRST_COMPLETED)
        self.is_ending = True
        for worker in self._workers.values():
            worker.cancel()
        await asyncio.gather(*(worker.task for worker in self._workers.values()), return_exceptions=True)
        for task in done:
            task.result()

    def fail(self, refusal: Refusal) -> None:
        """End the bridge, as something is wrong that another worker would meet too."""
        if not self._fault.done():
            self._fault.set_exception(refusal)

    def _pack(self) -> None:
        """Put what every node gets into the store."""
        if wheel := self.options.ship_wheel:
            try:
                self.wheel = parcel(Path(wheel).read_bytes(), Path(wheel).name, "wheel")
            except OSError as error:
                raise Refusal(f"cannot read the wheel {wheel}: {error.strerror}") from None
        if folder := self.options.ship:
            self.ship = parcel(_archive(Path(folder)), Path(folder).name, "tar")

    def file(self, path: Path) -> Any:
        """Return the parcel of a file."""
        content = path.read_bytes()
        key = f"{path.name}/{hashlib.sha256(content).hexdigest()}"
        if key not in self._files:
            self._files[key] = parcel(content, path.name, "file")
        return self._files[key]

    async def _read(self) -> None:
        """Do what the coordinator says, until it ends."""
        loop, messages = asyncio.get_running_loop(), asyncio.Queue[dict[str, Any] | None]()

        def read() -> None:
            for message in self.channel.messages():
                loop.call_soon_threadsafe(messages.put_nowait, message)
            loop.call_soon_threadsafe(messages.put_nowait, None)

        threading.Thread(target=read, daemon=True).start()
        while (message := await messages.get()) is not None:
            number = message.get("worker")
            match message.get("t"):
                case "start" if number not in self._workers:
                    self._workers[number] = _Worker(self, number, message["kind"])
                    self._workers[number].task.add_done_callback(lambda _, number=number: self._workers.pop(number, None))
                case "line" if number in self._workers:
                    self._workers[number].lines.put_nowait(message["line"])
                case "kill" if number in self._workers:
                    self._workers[number].cancel()
                case "quit":
                    return

    async def _watch_nodes(self) -> None:
        """Tell of the nodes whenever they change."""
        import ray

        parent = os.getppid()
        told = None
        while os.getppid() == parent:
            try:
                found = await asyncio.to_thread(ray.nodes)
            except Exception as error:  # of Ray's own kinds, some of which are no part of its interface
                raise Refusal(f"the Ray cluster does not answer any more: {_short(error)}") from None
            self.nodes = [
                {"id": node["NodeID"], "host": node["NodeManagerHostname"], "cpus": node["Resources"].get("CPU", 0),
                 "gpus": node["Resources"].get("GPU", 0)}
                for node in found if node["Alive"]]
            if self.nodes != told:
                told = self.nodes
                self.channel.send("nodes", nodes=told)
            await asyncio.sleep(_NODES_SECONDS)

    def no_place(self) -> str:
        """Say what a worker waits for."""
        cpus, gpus = self.options.cpus_per_trial, self.options.gpus_per_trial
        wanted = f"{cpus:g} CPU" + ("s" if cpus != 1 else "") + (f" and {gpus:g} GPU" if gpus else "")
        if not any(node["cpus"] >= cpus and node["gpus"] >= gpus for node in self.nodes):
            found = ", ".join(
                f"{node['host']} with {node['cpus']:g} CPUs" + (f" and {node['gpus']:g} GPUs" if gpus else "")
                for node in self.nodes)
            return f"no node has {wanted} for a trial; found {found or 'no node'}"
        return f"until a node has {wanted} free"


class _Worker:
    """One worker on the cluster, from its start to its end."""

    def __init__(self, bridge: _Bridge, number: int, kind: str) -> None:
        self.number = number
        self.lines: asyncio.Queue[dict[str, Any]] = asyncio.Queue()
        self._bridge = bridge
        self._kind = kind
        self._node = self._host = ""
        self._output = ""
        self._is_over = False
        self.task = asyncio.create_task(self._live())

    def cancel(self) -> None:
        """End the worker."""
        if not self._is_over:
            self.task.cancel()

    def _tell(self, t: str, **values: Any) -> None:
        self._bridge.channel.send(t, worker=self.number, **values)

    async def _live(self) -> None:
        import ray

        host = self._bridge.host.remote()
        try:
            kind, reason = await self._work(host)
        except asyncio.CancelledError:
            kind, reason = "worker", "it was ended as asked"
        except Refusal as refusal:
            kind, reason = "worker", str(refusal)
            self._bridge.fail(refusal)
        except ray.exceptions.RayActorError as error:
            kind, reason = await self._death(error)
        except Exception as error:
            kind, reason = "actor", _short(error)
        self._is_over = True
        with contextlib.suppress(Exception):  # an actor that is gone needs no end
            await asyncio.wait_for(_resolved(host.end.remote(self._bridge.is_ending)), _END_SECONDS if self._node else 0.1)
        with contextlib.suppress(Exception):
            ray.kill(host)
        self._tell("ended", kind=kind, reason=reason)

    async def _work(self, host: Any) -> tuple[str, str]:
        """Start the worker, and carry lines until it has ended; return what has ended and why."""
        bridge = self._bridge
        starting = asyncio.ensure_future(
            _resolved(host.start.remote(self._kind, __version__, bridge.keeper, bridge.wheel, bridge.ship)))
        done, _ = await asyncio.wait({starting}, timeout=_PATIENCE_SECONDS)
        if not done:
            self._tell("waiting", reason=bridge.no_place())
        begun = await starting
        if "refused" in begun:
            return "worker", begun["refused"]
        self._node, self._host = begun["node"], begun["host"]
        self._tell("started", node=self._node, host=begun["host"])
        tasks = {asyncio.create_task(self._send_lines(host)), asyncio.create_task(self._pass_on_events(host))}
        try:
            done, _ = await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
            return done.pop().result()
        finally:
            for task in tasks:
                task.cancel()

    async def _send_lines(self, host: Any) -> tuple[str, str]:
        """Send the coordinator's messages; return only when one cannot be sent."""
        import ray

        while True:
            message = await self.lines.get()
            edits, start = [], None
            if message.get("t") == "run":
                self._output, start = message["output"], message.get("start")
            config = message.get("config")
            if message.get("t") == "welcome" and isinstance(config, dict) and config.get("kind") == "trainer":
                edits.append(self._trainer_file(Path(config["file"])))
            text = json.dumps(message, separators=(",", ":"))
            try:
                fault = await host.send.remote(text, edits, await self._bridge.checkpoints.of_file(start) if start else None)
            except ray.exceptions.ObjectLostError:
                # The node that held it is gone. The file is here.
                self._bridge.checkpoints.forget(start)
                fault = await host.send.remote(text, edits, await self._bridge.checkpoints.of_file(start))
            if fault:
                return "worker", fault

    def _trainer_file(self, path: Path) -> Any:
        """Return how the message's `config.file` is edited: to the file's place on the node."""
        keys, bridge = ["config", "file"], self._bridge
        if bridge.ship is None:
            return keys, bridge.file(path), path.name
        folder = Path(bridge.options.ship).resolve()
        try:
            return keys, bridge.ship, str(path.resolve().relative_to(folder))
        except ValueError:
            raise Refusal(f"the trainer {path} is not in the folder {folder} that --ship names") from None

    async def _pass_on_events(self, host: Any) -> tuple[str, str]:
        """Pass on what the worker says, until it ends."""
        import ray

        seen = 0
        while True:
            try:
                events = await host.events.remote(seen)
            except ray.exceptions.ActorUnavailableError:
                await asyncio.sleep(0.2)  # it may answer again; Ray says so when it is dead
                continue
            for number, event, text in events:
                seen = number
                if event == "ended":
                    return "worker", text
                if event == "log":
                    self._tell("log", text=text)
                    continue
                message = json.loads(text)
                if message.get("t") == "done":
                    await self._take_checkpoint(host, message)
                self._tell("line", line=message)

    async def _take_checkpoint(self, host: Any, done: dict[str, Any]) -> None:
        try:
            await self._bridge.checkpoints.write(host.fetch.remote(), self._output, done.get("digest"), done.get("size"))
        except OSError as error:
            raise Refusal(f"cannot write the checkpoint {self._output}: {error.strerror}") from None

    async def _death(self, error: Exception) -> tuple[str, str]:
        """Say whether the actor alone or its whole node is gone."""
        import ray

        words = str(error)
        alive = {node["NodeID"]: node["Alive"] for node in await asyncio.to_thread(ray.nodes)}
        if not alive.get(self._node, True) or "node died" in words or "node has died" in words:
            return "node", f"the node {self._host} is gone"
        detail = re.search(r"Worker exit detail: (.*?)(?:Some common causes|$)", words, re.DOTALL)
        return "actor", f"its actor on {self._host} has ended: {detail[1].strip() if detail else _short(error)}"


async def _resolved(reference: Any) -> Any:
    return await reference


def parcel(content: bytes, name: str, kind: str) -> Any:
    """Put something into the store that nodes get once."""
    import ray

    return hashlib.sha256(content).hexdigest(), name, kind, [ray.put(content)]


def _archive(folder: Path) -> bytes:
    """Return a folder as a tar: regular files and folders, but none that begins with a dot or is a cache of Python's."""
    if not folder.is_dir():
        raise Refusal(f"--ship: found no folder {folder}")
    buffer = io.BytesIO()

    def wanted(member: tarfile.TarInfo) -> tarfile.TarInfo | None:
        name = Path(member.name).name
        if name.startswith(".") and member.name != "." or name == "__pycache__" or not (member.isfile() or member.isdir()):
            return None
        if buffer.tell() + member.size > _LARGEST_FOLDER:
            raise Refusal(f"--ship: {folder} holds more than {_LARGEST_FOLDER >> 20} MiB; name a folder with the code alone")
        return member

    with tarfile.open(fileobj=buffer, mode="w") as archive:
        for path in sorted(folder.iterdir()):
            archive.add(path, path.name, filter=wanted)
    return buffer.getvalue()


def _short(error: BaseException) -> str:
    """Return an error in one line."""
    return " ".join(str(error).split())[:500] or type(error).__name__


if __name__ == "__main__":
    main()
