#!/usr/bin/env python3
"""Runs the real `pba data fetch` against an HTTP server on 127.0.0.1 that does not behave.

    fetch_from_loopback.py --pba PATH

The server has files of the published sizes and other bytes, so that no fetch may succeed: what is tested is what the
program says, its exit code, what it asks for, and what it leaves behind, after SIGKILL too. That a fetch of the right
bytes succeeds is for the Swift tests. Needs only Python's standard library. Prints a line a case and a closing line
`N passed, M failed`; exits 1 if any failed.
"""

import http.server
import subprocess
import sys
import tempfile
import threading
from collections.abc import Callable
from functools import partial
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "cli"))
from case_runner import name_of, parser_for, run_all  # noqa: E402

SIZE = 169_001_437  # cifar-100-python.tar.gz
PIECE = bytes(1 << 20)
PART = 50 * len(PIECE)


class Handler(http.server.BaseHTTPRequestHandler):
    """Answers as the server's `mode` says, and writes down the range of each request."""

    def do_GET(self) -> None:
        server = self.server
        start = int(self.headers.get("Range", "bytes=0-")[6:-1])
        server.starts.append(start)
        if server.mode.isdigit():
            self.send_error(int(server.mode))
            return
        if server.mode == "ignores ranges":
            start = 0
        self.send_response(206 if start else 200)
        self.send_header("ETag", '"one"')
        size = SIZE + 1 if server.mode == "other size" else SIZE
        self.send_header("Content-Length", str(size - start))
        if start:
            self.send_header("Content-Range", f"bytes {start}-{size - 1}/{size}")
        self.end_headers()
        left = size - start
        if server.mode in ("breaks off", "hangs"):
            left = PART
        try:
            while left > 0:
                piece = PIECE[: min(left, len(PIECE))]
                self.wfile.write(piece)
                left -= len(piece)
            if server.mode == "hangs":
                server.has_sent.set()
                server.may_end.wait()
        except (BrokenPipeError, ConnectionResetError):
            pass

    def log_message(self, *_: object) -> None:
        pass


class Server(http.server.ThreadingHTTPServer):
    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Handler)
        self.mode, self.starts = "", []
        self.has_sent, self.may_end = threading.Event(), threading.Event()
        threading.Thread(target=self.serve_forever, daemon=True).start()

    def address(self) -> str:
        return f"http://127.0.0.1:{self.server_address[1]}"


def command(pba: Path, folder: Path, mirror: str, retries: int) -> list[str | Path]:
    return [pba, "data", "fetch", "cifar100", "--data-dir", folder, "--mirror", mirror, "--retries", str(retries)]


def fetch(pba: Path, folder: Path, mirror: str, retries: int = 0) -> subprocess.CompletedProcess[str]:
    return subprocess.run(command(pba, folder, mirror, retries), capture_output=True, text=True)


def names(folder: Path) -> list[str]:
    """What lies in a folder, but for the lock file, which stays: removing one is never safe."""
    found = (path.name for path in folder.iterdir()) if folder.exists() else ()
    return sorted(name for name in found if not name.endswith(".lock"))


def expect(condition: object, what: str) -> None:
    if not condition:
        raise AssertionError(what)


def refused(result: subprocess.CompletedProcess[str], words: str) -> None:
    expect(result.returncode == 1, f"exit code {result.returncode}, expected 1: {result.stderr}")
    expect(result.stdout == "", f"found on standard output: {result.stdout}")
    last = result.stderr.strip().splitlines()[-1]
    expect(last.startswith("Error: ") and words in last, f"found '{last}', expected '{words}' in it")


def status(pba: Path, folder: Path, server: Server, code: int, requests: int) -> None:
    server.mode = str(code)
    refused(fetch(pba, folder, server.address(), retries=1), f"HTTP status {code}")
    expect(len(server.starts) == requests, f"{len(server.starts)} requests, expected {requests}")
    expect(names(folder) == [], f"left behind: {names(folder)}")


def missing(pba: Path, folder: Path, server: Server) -> None:
    status(pba, folder, server, 404, requests=1)


def failing(pba: Path, folder: Path, server: Server) -> None:
    status(pba, folder, server, 500, requests=2)


def wrong_bytes(pba: Path, folder: Path, server: Server) -> None:
    server.mode = "whole"
    refused(fetch(pba, folder, server.address()), "eb9058c3a382ffc7106e4002c42a8d85, as published")
    expect(names(folder) == [], f"left behind: {names(folder)}")


def other_size(pba: Path, folder: Path, server: Server) -> None:
    server.mode = "other size"
    refused(fetch(pba, folder, server.address()), f"found a file of {SIZE + 1} bytes, expected {SIZE}")
    expect(names(folder) == [], f"left behind: {names(folder)}")


def broken_off(pba: Path, folder: Path, server: Server) -> None:
    """Each call goes on where the one before was cut off; the bytes put together are wrong, so it starts over once."""
    server.mode = "breaks off"
    for calls in (1, 2):
        refused(fetch(pba, folder, server.address()), f"continues after {calls * PART} bytes")
    expect(server.starts == [0, PART], f"asked for the bytes from {server.starts}")
    server.mode = "whole"
    refused(fetch(pba, folder, server.address()), "as published")
    expect(server.starts == [0, PART, 2 * PART, 0], f"asked for the bytes from {server.starts}")
    expect(names(folder) == [], f"left behind: {names(folder)}")


def killed(pba: Path, folder: Path, server: Server) -> None:
    server.mode = "hangs"
    partial = folder / "cifar-100-python.tar.gz.partial"
    process = subprocess.Popen(command(pba, folder, server.address(), 0), stderr=subprocess.PIPE, text=True)
    server.has_sent.wait()
    while not partial.exists() or partial.stat().st_size < len(PIECE):
        expect(process.poll() is None, "the program ended by itself")
    process.kill()
    process.communicate()
    server.may_end.set()
    expect("cifar-100-python.tar.gz" not in names(folder), "a part has the final name")
    size = partial.stat().st_size
    server.mode = "ignores ranges"
    refused(fetch(pba, folder, server.address()), "as published")
    expect(server.starts == [0, size], f"asked for the bytes from {server.starts}, expected 0 and {size}")
    expect(names(folder) == [], f"left behind: {names(folder)}")


def no_server(pba: Path, folder: Path, server: Server) -> None:
    server.server_close()
    refused(fetch(pba, folder, server.address()), "1 times in a row")
    expect(names(folder) == [], f"left behind: {names(folder)}")


CASES = [missing, failing, wrong_bytes, other_size, broken_off, killed, no_server]


def main() -> None:
    pba = Path(parser_for(__doc__).parse_args().pba)

    def with_server(case: Callable[[Path, Path, Server], None]) -> None:
        server = Server()
        try:
            with tempfile.TemporaryDirectory() as temporary:
                case(pba, Path(temporary) / "data", server)
        finally:
            server.shutdown()

    run_all((name_of(case), partial(with_server, case)) for case in CASES)


if __name__ == "__main__":
    main()
