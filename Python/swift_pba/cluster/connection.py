"""The connection to a Ray cluster, and what is wrong with one."""

from __future__ import annotations

import importlib.metadata
import os
import socket
import sys
from typing import Any

_ANSWER_SECONDS = 10


class Refusal(Exception):
    """Why the bridge cannot work."""


def ray_version() -> str:
    """Return the version of Ray, without importing it."""
    try:
        return importlib.metadata.version("ray")
    except importlib.metadata.PackageNotFoundError:
        raise Refusal(f"{sys.executable} has no Ray; install it: {sys.executable} -m pip install 'ray==2.60.*'") from None


def connect(address: str) -> None:
    """Connect to the cluster at `auto` or `HOST:PORT`."""
    if "://" in address:
        raise Refusal(
            f"found the address {address}, expected auto or HOST:PORT; run the search on a machine of the cluster, such as its "
            "head")
    _require_answer(address)
    import ray

    here = os.open(".", os.O_RDONLY)
    os.chdir("/")  # Ray would let all actors find modules in this program's working folder
    try:
        ray.init(address=address, log_to_driver=False, configure_logging=False, namespace=f"swift-pba-{os.getpid()}")
    except (ConnectionError, RuntimeError, ValueError, TimeoutError) as error:
        raise Refusal(
            f"cannot connect to the Ray cluster at {address}: {short(error)}; this machine must be a node of the cluster, "
            "if need be without CPUs for workers: ray start --address=HOST:PORT --num-cpus=0") from None
    finally:
        os.fchdir(here)
        os.close(here)


def _require_answer(address: str) -> None:
    """Raise `Refusal` where nothing listens: Ray itself would try for minutes."""
    host, _, port = address.rpartition(":")
    if not host:
        if address != "auto":
            raise Refusal(f"found the address {address}, expected auto or HOST:PORT, as ray start has printed it")
        return
    try:
        socket.create_connection((host, int(port)), timeout=_ANSWER_SECONDS).close()
    except (OSError, ValueError, OverflowError) as error:
        raise Refusal(f"no Ray cluster answers at {address}: {error}; look at what ray start has printed on the head") from None


def nodes() -> list[dict[str, Any]]:
    """Return the nodes that live: their ids, names, CPUs and GPUs."""
    import ray

    return [
        {"id": node["NodeID"], "host": node["NodeManagerHostname"], "cpus": node["Resources"].get("CPU", 0),
         "gpus": node["Resources"].get("GPU", 0)}
        for node in ray.nodes() if node["Alive"]]


def short(error: BaseException) -> str:
    """Return an error in one line."""
    return " ".join(str(error).split())[:500] or type(error).__name__
