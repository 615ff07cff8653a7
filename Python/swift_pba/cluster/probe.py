"""What a node of a cluster has; the module is sent to the nodes by value and uses nothing but the standard library."""

from __future__ import annotations

import importlib.metadata
import os
import platform
import shutil
import subprocess
import sys
import tempfile

_SECONDS = 20


def probe() -> dict[str, object]:
    """Return what this node has: Python, packages, the program and what it says of itself, room for files."""
    found: dict[str, object] = {"python": platform.python_version(), "executable": sys.executable}
    found["torch"] = _version_of("torch")
    found["free_bytes"] = shutil.disk_usage(tempfile.gettempdir()).free
    found["devices"] = os.environ.get("CUDA_VISIBLE_DEVICES")
    try:
        import swift_pba
        from swift_pba import _program
    except ImportError:
        return {**found, "swift_pba": None, "program": None}
    found["swift_pba"] = swift_pba.__version__
    try:
        said = subprocess.run(
            [_program.program_path(), "--version"], env=_program.environment(), capture_output=True, text=True, timeout=_SECONDS)
        found["program"] = said.stdout.strip() if said.returncode == 0 else None
        found["program_fault"] = said.stderr.strip()[-300:] or None
    except (OSError, subprocess.TimeoutExpired) as error:
        found["program"], found["program_fault"] = None, str(error)
    return found


def _version_of(package: str) -> str | None:
    try:
        return importlib.metadata.version(package)
    except importlib.metadata.PackageNotFoundError:
        return None
