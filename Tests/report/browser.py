"""A headless Chromium, driven by its DevTools protocol; only Python's standard library is needed.

The protocol is JSON over a WebSocket (RFC 6455). A page's console messages, thrown errors and requests are kept.
"""

import base64
import json
import os
import shutil
import socket
import struct
import subprocess
import tempfile
import time
import urllib.request
from pathlib import Path
from typing import Any

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
PATIENCE_SECONDS = 30


class BrowserFailure(AssertionError):
    """What kept the browser from doing what was asked."""


class WebSocket:
    """The client's end of a WebSocket: text out and text in."""

    def __init__(self, url: str) -> None:
        address, _, path = url.removeprefix("ws://").partition("/")
        host, _, port = address.partition(":")
        self.socket = socket.create_connection((host, int(port)), timeout=PATIENCE_SECONDS)
        key = base64.b64encode(os.urandom(16)).decode()
        self.socket.sendall(
            f"GET /{path} HTTP/1.1\r\nHost: {address}\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
            f"Sec-WebSocket-Key: {key}\r\nSec-WebSocket-Version: 13\r\n\r\n".encode()
        )
        answer = b""
        while not answer.endswith(b"\r\n\r\n"):
            answer += self._receive(1)
        if b" 101 " not in answer.split(b"\r\n")[0]:
            raise BrowserFailure(f"the browser refused a WebSocket: {answer[:80]!r}")

    def send(self, text: str) -> None:
        data = text.encode()
        mask = os.urandom(4)
        size = len(data)
        if size < 126:
            head = struct.pack("!BB", 0x81, 0x80 | size)
        elif size < 1 << 16:
            head = struct.pack("!BBH", 0x81, 0x80 | 126, size)
        else:
            head = struct.pack("!BBQ", 0x81, 0x80 | 127, size)
        repeated = (mask * (size // 4 + 1))[:size]
        masked = (int.from_bytes(data, "big") ^ int.from_bytes(repeated, "big")).to_bytes(size, "big")
        self.socket.sendall(head + mask + masked)

    def receive(self) -> str:
        """The next message, put together from its frames."""
        message = b""
        while True:
            first, second = self._receive(2)
            size = second & 0x7F
            if size == 126:
                size = struct.unpack("!H", self._receive(2))[0]
            elif size == 127:
                size = struct.unpack("!Q", self._receive(8))[0]
            data = self._receive(size)
            opcode = first & 0x0F
            if opcode == 8:
                raise BrowserFailure("the browser closed the connection")
            if opcode in (0, 1):
                message += data
                if first & 0x80:
                    return message.decode()

    def _receive(self, count: int) -> bytes:
        parts = []
        while count > 0:
            part = self.socket.recv(min(count, 1 << 20))
            if not part:
                raise BrowserFailure("the browser ended")
            parts.append(part)
            count -= len(part)
        return b"".join(parts)


class Page:
    """One tab: what it shows, says and asks for."""

    def __init__(self, url: str) -> None:
        self.socket = WebSocket(url)
        self.number = 0
        self.events = []
        self.complaints = []
        self.requests = []
        for domain in ("Page", "Runtime", "Network", "Log"):
            self.call(f"{domain}.enable")

    def call(self, method: str, **parameters: Any) -> dict[str, Any]:
        self.number += 1
        self.socket.send(json.dumps({"id": self.number, "method": method, "params": parameters}))
        while True:
            message = json.loads(self.socket.receive())
            if message.get("id") == self.number:
                if "error" in message:
                    raise BrowserFailure(f"{method}: {message['error']['message']}")
                return message["result"]
            self._take(message)

    def _take(self, message: dict[str, Any]) -> None:
        method, parameters = message.get("method"), message.get("params", {})
        if method == "Runtime.exceptionThrown":
            self.complaints.append(str(parameters["exceptionDetails"].get("text")))
        elif method == "Runtime.consoleAPICalled" and parameters["type"] in ("error", "warning", "assert"):
            self.complaints.append(str(parameters["args"]))
        elif method == "Log.entryAdded" and parameters["entry"]["level"] in ("error", "warning"):
            self.complaints.append(parameters["entry"]["text"])
        elif method == "Network.requestWillBeSent":
            self.requests.append(parameters["request"]["url"])
        self.events.append(method)

    def open(self, path: str | Path, width: int, height: int = 900, scheme: str = "light") -> None:
        """Loads a file as a reader with a window of that width and that preference sees it."""
        self.visit(Path(path).resolve().as_uri(), width, height, scheme)

    def visit(self, url: str, width: int, height: int = 900, scheme: str = "light") -> None:
        """Loads an address as such a reader sees it."""
        self.complaints, self.requests = [], []
        self.call(
            "Emulation.setDeviceMetricsOverride", width=width, height=height, deviceScaleFactor=1, mobile=width < 600)
        self.call("Emulation.setEmulatedMedia", features=[{"name": "prefers-color-scheme", "value": scheme}])
        self.events = []
        self.call("Page.navigate", url=url)
        limit = time.monotonic() + PATIENCE_SECONDS
        while "Page.loadEventFired" not in self.events:
            if time.monotonic() > limit:
                raise BrowserFailure(f"{url} did not load")
            self.evaluate("1")

    def evaluate(self, expression: str, awaits: bool = False) -> Any:
        result = self.call("Runtime.evaluate", expression=expression, returnByValue=True, awaitPromise=awaits)
        if "exceptionDetails" in result:
            raise BrowserFailure(str(result["exceptionDetails"].get("exception", {}).get("description")))
        return result["result"].get("value")

    def screenshot(self, path: str | Path, height: int | None = None) -> None:
        """Writes the whole page, or its upper part, as a PNG file."""
        size = self.call("Page.getLayoutMetrics")["cssContentSize"]
        clip = {"x": 0, "y": 0, "width": size["width"], "height": min(size["height"], height or 16000), "scale": 1}
        data = self.call("Page.captureScreenshot", format="png", captureBeyondViewport=True, clip=clip)["data"]
        Path(path).write_bytes(base64.b64decode(data))


class Browser:
    """A headless Chromium with one page, ended with the `with` block."""

    def __enter__(self) -> Page:
        program = next((found for name in NAMES if (found := shutil.which(name))), None)
        if program is None:
            raise BrowserFailure("no Chromium found; on Debian or Ubuntu: apt-get install chromium")
        self.folder = tempfile.mkdtemp(prefix="pba-chromium-")
        self.process = subprocess.Popen(
            [
                program, "--headless=new", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--no-first-run",
                "--hide-scrollbars", "--disable-background-networking", "--disable-component-update",
                "--remote-debugging-port=0", f"--user-data-dir={self.folder}", "about:blank",
            ],
            stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)  # fmt: skip
        try:
            self.page = Page(self._page_address())
        except BaseException:
            self.__exit__()
            raise
        return self.page

    def _page_address(self) -> str:
        place = Path(self.folder) / "DevToolsActivePort"
        limit = time.monotonic() + PATIENCE_SECONDS
        while time.monotonic() < limit and self.process.poll() is None:
            if place.exists() and (lines := place.read_text().splitlines()):
                request = urllib.request.Request(f"http://127.0.0.1:{lines[0]}/json/new?about:blank", method="PUT")
                with urllib.request.urlopen(request, timeout=PATIENCE_SECONDS) as answer:
                    return json.load(answer)["webSocketDebuggerUrl"]
            time.sleep(0.05)
        raise BrowserFailure("Chromium did not start; try by hand: chromium --headless=new --no-sandbox about:blank")

    def __exit__(self, *_: object) -> None:
        self.process.terminate()
        try:
            self.process.wait(10)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
        shutil.rmtree(self.folder, ignore_errors=True)
