"""One worker on a cluster, as the bridge sees it."""

from __future__ import annotations

import asyncio
import contextlib
import json
import re
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

import ray
from ray.exceptions import ActorUnavailableError, RayActorError

from .._version import __version__
from .checkpoints import TransferError, write
from .connection import Refusal, short

if TYPE_CHECKING:
    from .actor import Edit
    from .service import Bridge

_PATIENCE_SECONDS = 3.0  # before a worker that has not started is said to wait
_START_SECONDS = 120.0  # for what is sent to the node beside images, and for the start of the worker, each
# In which something of the images must arrive. What Ray brings is seen only when it is whole, so size and pace count too.
_SILENT_SECONDS = 600.0
_SLOWEST_PACE = 4e6
_END_SECONDS = 5.0
_POLL_SECONDS = 0.2  # between calls of an actor that cannot be reached
_UNREACHABLE_SECONDS = 75.0  # in which Ray's health checks find a lost node, with their default settings


class RemoteWorker:
    """One worker on the cluster, from its start to its end."""

    def __init__(self, bridge: Bridge, number: int, kind: str, images: dict[str, str] | None) -> None:
        self.number = number
        self.lines: asyncio.Queue[str] = asyncio.Queue()
        self._bridge = bridge
        self._kind = kind
        self._images = images
        self._node = self._host = ""
        self._key: str | None = None  # of the segment in training
        self._output = ""
        self._is_placed = self._is_over = False
        self._is_reachable = True
        self.task = asyncio.create_task(self._live())

    def cancel(self) -> None:
        """End the worker."""
        # Later, as a task that is cancelled before its first step would not even say that it has ended.
        asyncio.get_running_loop().call_soon(lambda: self._is_over or self.task.cancel())

    def _tell(self, t: str, **values: Any) -> None:
        self._bridge.channel.send(t, worker=self.number, **values)

    async def _live(self) -> None:
        kind, reason = "worker", "the bridge has failed"
        try:
            kind, reason = await self._carry()
        except Exception as error:
            reason = f"the bridge has failed: {_words(error)}"
        finally:
            self._is_over = True
            self._tell("ended", kind=kind, reason=reason)

    async def _carry(self) -> tuple[str, str]:
        """Have the worker live on the cluster; return what has ended and why when nothing is left of it."""
        host = self._bridge.host.remote()
        is_gone = False
        try:
            kind, reason = await self._work(host)
        except asyncio.CancelledError:
            kind, reason = "worker", "it was ended as asked"
        except Refusal as refusal:
            kind, reason = "worker", str(refusal)
            self._bridge.fail(refusal)
        except RayActorError as error:
            self._is_over = is_gone = True
            kind, reason = await self._death(error)
        except TransferError as error:
            kind, reason = "worker", str(error)
        except Exception as error:
            kind, reason = "worker", f"what carries its messages has failed: {_words(error)}"
        self._is_over = True
        if self._is_placed and self._is_reachable and not is_gone:
            with contextlib.suppress(Exception):
                await asyncio.wait_for(_resolved(host.end.remote()), _END_SECONDS)
        with contextlib.suppress(Exception):
            ray.kill(host)
        return kind, reason

    async def _work(self, host: Any) -> tuple[str, str]:
        """Have the worker work until it has ended; return what has ended and why. Raise RayActorError when its actor is dead."""
        try:
            return await self._start_and_serve(host)
        except ActorUnavailableError as error:
            return await self._unreachable(host, error)

    async def _unreachable(self, host: Any, error: ActorUnavailableError) -> tuple[str, str]:
        """Give an actor up that cannot be reached; raise RayActorError when it is dead.

        It may live, but nobody knows what of the last message has arrived. Of a lost node Ray reports the actors as
        unreachable some seconds before it knows that they are dead, and why; a lost node does not count against a segment.
        """
        self._is_reachable = False
        self._tell("waiting", reason=f"until Ray knows what has become of {self._actor()}, which cannot be reached")
        with contextlib.suppress(asyncio.TimeoutError):
            await asyncio.wait_for(_answer(host), _UNREACHABLE_SECONDS)
            self._is_reachable = True
            return "actor", f"{self._actor()} could not be reached for a moment, so a message may be lost: {short(error)}"
        return "actor", f"{self._actor()} cannot be reached: {short(error)}"

    async def _start_and_serve(self, host: Any) -> tuple[str, str]:
        """Start the worker, and carry lines until it has ended; return what has ended and why."""
        bridge = self._bridge
        await self._wait_for_place(host)
        if fault := await self._in_time(host.prepare.remote(self._kind, __version__, bridge.wheel, bridge.ship)):
            return "worker", fault
        # Starting has a time limit; sending images has one of its own. What is wrong with them is not the segment's fault.
        if self._images and (fault := await self._bring(host, self._images)):
            return "node", fault
        if fault := await self._in_time(host.start.remote(bridge.keeper)):
            return "worker", fault
        self._tell("started", node=self._node, host=self._host)
        tasks = {asyncio.create_task(self._send_lines(host)), asyncio.create_task(self._pass_on_events(host))}
        try:
            done, _ = await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
            return done.pop().result()
        finally:
            for task in tasks:
                task.cancel()

    async def _wait_for_place(self, host: Any) -> None:
        """Wait until a node has taken the actor, and say what is waited for."""
        placing = asyncio.ensure_future(_resolved(host.where.remote()))
        reason = ""
        while not (await asyncio.wait({placing}, timeout=_PATIENCE_SECONDS))[0]:
            if reason != (reason := self._bridge.no_place()):
                self._tell("waiting", reason=reason)
        self._node, self._host = await placing
        self._is_placed = True

    async def _in_time(self, step: Any) -> str:
        """Return what prevents a step of the start, or nothing."""
        try:
            return await asyncio.wait_for(_resolved(step), _START_SECONDS)
        except asyncio.TimeoutError:
            return f"{self._host} has not started it within {_START_SECONDS:.0f} s; look at its disk and network"

    async def _bring(self, host: Any, images: dict[str, str]) -> str:
        """Bring images to the node and say how far they are; return what prevents that, or nothing."""
        parcel, size = await self._bridge.images(images)
        bringing = asyncio.ensure_future(_resolved(host.bring.remote(parcel, images["digest"], size)))
        try:
            seen, since = -1, time.monotonic()
            while not (await asyncio.wait({bringing}, timeout=_PATIENCE_SECONDS))[0]:
                with contextlib.suppress(RayActorError):  # which then ends the other call too, or was a lapse
                    if seen != (seen := await host.brought.remote(parcel)):
                        since = time.monotonic()
                        of = f"{seen / 1e9:.3g} of {size / 1e9:.3g} GB"
                        self._tell("waiting", reason=f"until {self._host} has the images, {of} so far")
                if time.monotonic() - since > _SILENT_SECONDS + size / _SLOWEST_PACE:
                    return f"nothing of the images has reached {self._host} for {(time.monotonic() - since) / 60:.0f} minutes"
            return bringing.result()
        finally:
            bringing.cancel()

    async def _send_lines(self, host: Any) -> tuple[str, str]:
        """Send the coordinator's messages; return only when one cannot be sent."""
        while True:
            text = await self.lines.get()
            message = json.loads(text)
            start = None
            if message.get("t") == "run":
                self._key, self._output, start = message["key"], message["output"], message.get("start")
            content = await self._checkpoint(start) if start else None
            if fault := await host.send.remote(text, await self._edits(message), content):
                return "worker", fault

    async def _edits(self, message: dict[str, Any]) -> list[Edit]:
        """Return which files of the coordinator a message names, and what the node has in their place."""
        config = message.get("config")
        if message.get("t") != "welcome" or not isinstance(config, dict):
            return []
        if config.get("kind") == "trainer":
            return [self._trainer_file(Path(config["file"]))]
        if (config.get("images") is None) != (self._images is None):
            raise Refusal(
                f"worker {self.number}: found images only in {'its start' if self._images else 'its welcome'}, expected the same "
                "ones in both; this is a mistake in the coordinator, so report it")
        if self._images:
            parcel, _ = await self._bridge.images(self._images)
            return [(["config", "images", "file"], parcel, parcel[1])]
        return []

    async def _checkpoint(self, path: str) -> Any:
        """Return the reference to the content of the file that a segment starts from."""
        try:
            return await self._bridge.checkpoints.of_file(path)
        except OSError as error:
            raise Refusal(f"cannot read the checkpoint {path}: {error.strerror or error}") from None

    def _trainer_file(self, path: Path) -> Edit:
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
        seen = 0
        while True:
            await self._bridge.channel.has_room()
            try:
                events = await host.events.remote(seen)
            except ActorUnavailableError:
                await asyncio.sleep(_POLL_SECONDS)  # it may answer again; Ray says so when it is dead
                continue
            for number, event, text in events:
                seen = number
                if event == "ended":
                    return "worker", text
                if event == "log":
                    self._tell("log", text=text)
                    continue
                message = json.loads(text)
                if message.get("t") == "done" and message.get("key") == self._key:
                    await self._take_checkpoint(host, message)
                self._tell("line", line=text)

    async def _take_checkpoint(self, host: Any, done: dict[str, Any]) -> None:
        """Bring the segment's checkpoint to the coordinator; where there is none, the coordinator notices."""
        self._key = None
        content = await host.fetch.remote()
        try:
            if content is not None:
                await write(content, self._output, done.get("digest"), done.get("size"))
        except OSError as error:
            raise Refusal(f"cannot write the checkpoint {self._output}: {error.strerror}") from None

    async def _death(self, error: Exception) -> tuple[str, str]:
        """Say whether the actor alone or its whole node is gone."""
        words = str(error)
        alive: dict[str, bool] = {}
        with contextlib.suppress(Exception):  # a cluster that does not answer says nothing of its nodes
            alive = {node["NodeID"]: node["Alive"] for node in await asyncio.to_thread(ray.nodes)}
        if not alive.get(self._node, True) or "node died" in words or "node has died" in words:
            return "node", f"the node {self._host} is gone" if self._host else "the node that it was to start on is gone"
        detail = re.search(r"Worker exit detail: (.*?)(?:Some common causes|$)", words, re.DOTALL)
        return "actor", f"{self._actor()} has ended: {detail[1].strip() if detail else short(error)}"

    def _actor(self) -> str:
        return f"its actor on {self._host}" if self._host else "its actor"


def _words(error: Exception) -> str:
    return f"{type(error).__name__}: {short(error)}"


async def _answer(host: Any) -> None:
    """Wait until an actor answers; raise RayActorError when it is dead."""
    while True:
        try:
            await host.where.remote()
            return
        except ActorUnavailableError:
            await asyncio.sleep(_POLL_SECONDS)


async def _resolved(reference: Any) -> Any:
    return await reference
