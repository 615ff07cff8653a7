"""The bridge at work: all workers of a search on a cluster."""

from __future__ import annotations

import argparse
import asyncio
import hashlib
import os
import sys
import threading
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

import ray
from ray.exceptions import ObjectStoreFullError, OutOfDiskError

from . import actor
from .channel import Channel
from .checkpoints import Checkpoints
from .connection import Refusal, nodes, short
from .parcels import archive, parcel, parcel_of_file
from .remote_worker import RemoteWorker

if TYPE_CHECKING:
    from .actor import Parcel

_NODES_SECONDS = 1.0
_KEPT_BYTES = 1 << 30  # of checkpoints in the store that no segment in training starts from


class Bridge:
    """All workers of a search."""

    def __init__(self, channel: Channel, options: argparse.Namespace) -> None:
        for name in actor.SENT:
            ray.cloudpickle.register_pickle_by_value(sys.modules[f"{__package__}.{name}"])
        self.channel = channel
        self.options = options
        self.checkpoints = Checkpoints(_KEPT_BYTES)
        self.host = ray.remote(actor.WorkerHost).options(
            num_cpus=options.cpus_per_trial, num_gpus=options.gpus_per_trial, scheduling_strategy="SPREAD", max_restarts=0,
            max_task_retries=0, max_concurrency=4)
        self.keeper = Path(__file__).with_name("keeper.py").read_text(encoding="utf-8")
        self.nodes: list[dict[str, Any]] = []
        self.wheel: Parcel | None = None
        self.ship: Parcel | None = None
        self._fault: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._files: dict[str, Parcel] = {}
        self._images: dict[str, asyncio.Future[tuple[Parcel, int]]] = {}
        self._workers: dict[int, RemoteWorker] = {}

    async def run(self) -> None:
        """Serve until the coordinator ends, and end all workers."""
        self._pack()
        watching = asyncio.create_task(self._watch_nodes())
        reading = asyncio.create_task(self._read())
        done, _ = await asyncio.wait({watching, reading, self._fault}, return_when=asyncio.FIRST_COMPLETED)
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
            self.ship = parcel(archive(Path(folder)), Path(folder).name, "tar")

    def file(self, path: Path) -> Parcel:
        """Return the parcel of a file."""
        try:
            content = path.read_bytes()
        except OSError as error:
            raise Refusal(f"cannot read the trainer {path}: {error.strerror}") from None
        key = f"{path.name}/{hashlib.sha256(content).hexdigest()}"
        if key not in self._files:
            self._files[key] = parcel(content, path.name, "file")
        return self._files[key]

    async def images(self, images: dict[str, str]) -> tuple[Parcel, int]:
        """Return the parcel of a file of images, which is brought to the store once, and the file's bytes."""
        path, digest = Path(images["file"]), images["digest"]
        bringing = self._images.get(digest)
        if bringing is None:
            bringing = self._images[digest] = asyncio.ensure_future(asyncio.to_thread(parcel_of_file, path, digest, "images"))
            bringing.add_done_callback(lambda done: self._forget_failed(digest, done))
        try:
            return await asyncio.shield(bringing)  # others may wait for it too
        except OutOfDiskError as error:
            raise Refusal(
                f"Ray has no room on the disk here for the images {path}: {short(error)}; make room on the disk of its folder "
                "for temporary files (ray start --temp-dir), or leave --ship-data out") from None
        except ObjectStoreFullError as error:
            raise Refusal(
                f"the object store of this machine has no room for the images {path}: {short(error)}; start its node with more "
                "(--object-store-memory), or leave --ship-data out") from None
        except OSError as error:
            raise Refusal(f"cannot read the images {path}: {error.strerror or error}") from None

    def _forget_failed(self, digest: str, bringing: asyncio.Future[tuple[Parcel, int]]) -> None:
        """Let the next who asks try again, also where nobody waits for this one any more."""
        if bringing.cancelled() or bringing.exception():
            self._images.pop(digest, None)

    async def _read(self) -> None:
        """Do what the coordinator says, until it ends."""
        loop, messages = asyncio.get_running_loop(), asyncio.Queue[dict[str, Any] | None]()

        def read() -> None:
            try:
                for message in self.channel.messages():
                    loop.call_soon_threadsafe(messages.put_nowait, message)
            finally:
                loop.call_soon_threadsafe(messages.put_nowait, None)

        threading.Thread(target=read, daemon=True).start()
        while (message := await messages.get()) is not None:
            number = message.get("worker")
            match message.get("t"):
                case "start" if number not in self._workers:
                    self._workers[number] = RemoteWorker(self, number, message["kind"], message.get("images"))
                    self._workers[number].task.add_done_callback(lambda _, number=number: self._workers.pop(number, None))
                case "line" if number in self._workers:
                    self._workers[number].lines.put_nowait(message["line"])
                case "kill" if number in self._workers:
                    self._workers[number].cancel()
                case "quit":
                    return

    async def _watch_nodes(self) -> None:
        """Tell of the nodes whenever they change."""
        parent = os.getppid()
        told: list[dict[str, Any]] | None = None
        while os.getppid() == parent:
            try:
                self.nodes = await asyncio.to_thread(nodes)
            except Exception as error:  # of Ray's own kinds, some of which are no part of its interface
                raise Refusal(f"the Ray cluster does not answer any more: {short(error)}") from None
            self.channel.beat = time.monotonic()
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
