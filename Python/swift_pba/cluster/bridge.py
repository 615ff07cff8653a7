"""The bridge between a search and a Ray cluster: `python -m swift_pba.cluster.bridge`, started by `pba search --ray`.

It talks to the search in lines of JSON on standard input and output, starts an actor on the cluster for each worker, and carries
lines and checkpoints; docs/worker-protocol.md defines both.
"""

from __future__ import annotations

from .own_path import leave_working_folder

if __name__ == "__main__":
    leave_working_folder()  # before anything is imported from it

import argparse
import asyncio
import os
import traceback
from typing import NoReturn

from .._version import __version__
from .channel import Channel
from .connection import Refusal, connect, ray_version, short

PROTOCOL = 1


def main() -> NoReturn:
    """Serve a coordinator until it ends."""
    options = _options()
    channel = Channel()  # before anything is imported that might print
    code = 1
    try:
        channel.send(
            "hello", protocol=[PROTOCOL, PROTOCOL], bridge=f"swift_pba {__version__}", ray=ray_version(), pid=os.getpid())
        connect(options.address)
        asyncio.run(_serve(channel, options))
        code = 0
    except Refusal as refusal:
        channel.send("bye", reason=str(refusal))
    except Exception as error:
        traceback.print_exc()
        channel.send("bye", reason=f"the bridge has failed: {type(error).__name__}: {short(error)}")
    channel.finish()
    os._exit(code)  # Ray's threads and exit functions may take seconds


async def _serve(channel: Channel, options: argparse.Namespace) -> None:
    from .service import Bridge

    await Bridge(channel, options).run()


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m swift_pba.cluster.bridge", description=(__doc__ or "").split("\n")[0])
    parser.add_argument("--address", required=True, help="HOST:PORT of the cluster, or auto for the one of this machine")
    parser.add_argument("--cpus-per-trial", type=float, default=1, help="CPUs that a worker takes of its node")
    parser.add_argument("--gpus-per-trial", type=float, default=0, help="GPUs that a worker takes of its node, such as 0.25")
    parser.add_argument("--ship", metavar="FOLDER", help="a folder with the trainer's file and what it imports")
    parser.add_argument("--ship-wheel", metavar="WHEEL", help="the wheel of swift-pba, sent to each node and used there")
    return parser.parse_args()


if __name__ == "__main__":
    main()
