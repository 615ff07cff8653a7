"""Files that appear whole or not at all."""

from __future__ import annotations

import os
import secrets
from pathlib import Path


def write_whole(path: Path, contents: bytes) -> None:
    """Write a file so that its name never stands for a part of it, and so that it is on the disk on return.

    Parameters
    ----------
    path : Path
        The file; one that is there is replaced.
    contents : bytes
        All of it.
    """
    temporary = path.with_name(f".{path.name}.{secrets.token_hex(8)}.partial")
    # Only a new file: neither one of others nor what a link of that name leads to. So what fails here leaves nothing behind.
    file = open(temporary, "xb")
    try:
        with file:
            file.write(contents)
            file.flush()
            os.fsync(file.fileno())
        os.replace(temporary, path)
    except BaseException:
        temporary.unlink(missing_ok=True)
        raise
    folder = os.open(path.parent, os.O_RDONLY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)
