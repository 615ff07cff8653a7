"""What each node of a Ray cluster has: `python -m swift_pba.cluster.doctor`, started by `pba doctor --ray`."""

from __future__ import annotations

from .own_path import leave_working_folder

if __name__ == "__main__":
    leave_working_folder()  # before anything is imported from it

import argparse
import json
import logging
import os
import sys
from typing import Any, NoReturn

from .._version import __version__
from .connection import Refusal, connect, nodes, ray_version, short

_SECONDS = 60


def main() -> NoReturn:
    """Print what each node has; the exit code is 1 where a node cannot train."""
    parser = argparse.ArgumentParser(prog="python -m swift_pba.cluster.doctor", description=(__doc__ or "").split("\n")[0])
    parser.add_argument("--address", required=True, help="HOST:PORT of the cluster, or auto for the one of this machine")
    parser.add_argument("--json", action="store_true", help="print the result as JSON")
    options = parser.parse_args()
    try:
        version = ray_version()
        connect(options.address)
        found = examined()
    except Refusal as refusal:
        sys.exit(f"Error: {refusal}")
    if options.json:
        print(json.dumps({"ray": version, "swift_pba": __version__, "nodes": found}, indent=2))
    else:
        print(f"Ray            {version}, {len(found)} node{'s' if len(found) != 1 else ''}")
        for node in found:
            print("\n".join(lines_of(node)))
    sys.stdout.flush()
    os._exit(int(not found or any(fault_of(node) for node in found)))  # Ray's own end takes seconds


def examined() -> list[dict[str, Any]]:
    """Ask every node what it has."""
    import ray
    from ray.util.scheduling_strategies import NodeAffinitySchedulingStrategy

    from . import probe

    logging.getLogger("ray").setLevel(logging.ERROR)
    ray.cloudpickle.register_pickle_by_value(probe)
    found = nodes()
    asked = [
        ray.remote(probe.probe).options(
            num_cpus=0, max_retries=0, scheduling_strategy=NodeAffinitySchedulingStrategy(node["id"], soft=False)).remote()
        for node in found]
    ray.wait(asked, num_returns=len(asked), timeout=_SECONDS)
    for node, answer in zip(found, asked, strict=True):
        try:
            node.update(ray.get(answer, timeout=0))
        except Exception as error:
            node["fault"] = f"does not answer: {short(error)}"
    return found


def fault_of(node: dict[str, Any]) -> str | None:
    """Say why a node cannot train; nothing is wrong with one that has no CPUs for workers."""
    if node["cpus"] == 0 and node["gpus"] == 0:
        return None
    if "fault" in node:
        return node["fault"]
    if node["swift_pba"] is None:
        return f"{node['executable']} has no package swift_pba; install it there, or send it with --ship-wheel"
    if node["swift_pba"] != __version__:
        return f"found swift_pba {node['swift_pba']}, expected {__version__} as here; install that, or send it with --ship-wheel"
    if node["program"] is None:
        return f"the program does not run: {node['program_fault']}"
    return None


def lines_of(node: dict[str, Any]) -> list[str]:
    """Describe a node as `pba doctor` describes this machine."""
    gpus = f", {node['gpus']:g} GPUs" if node["gpus"] else ""
    lines = [f"node           {node['host']} ({node['id'][:8]}): {node['cpus']:g} CPUs{gpus}"]
    if "python" in node:
        lines += [
            f"  Python       {node['python']} ({node['executable']})", f"  swift_pba    {node['swift_pba'] or 'none'}",
            f"  program      {node['program'] or 'none'}", f"  torch        {node['torch'] or 'none'}",
            f"  free         {node['free_bytes'] / 1e9:.0f} GB for temporary files"]
    if fault := fault_of(node):
        lines.append(f"  cannot train: {fault}")
    return lines


if __name__ == "__main__":
    main()
