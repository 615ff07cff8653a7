"""A program on a pseudo-terminal, and what a person would see there."""

import fcntl
import os
import pty
import re
import select
import signal
import struct
import subprocess
import termios
import time
from collections.abc import Callable

CONTROL = re.compile(r"\x1b\[([?0-9;]*)([A-Za-z])")


class Screen:
    """A terminal that knows the control sequences the program uses, and refuses all others."""

    def __init__(self, columns: int, rows: int) -> None:
        self.columns, self.rows = columns, rows
        self.lines = [[" "] * columns for _ in range(rows)]
        self.row = self.column = 0
        self.rest = ""

    def feed(self, text: str) -> None:
        text, self.rest = self.rest + text, ""
        place = 0
        while place < len(text):
            character = text[place]
            if character == "\x1b":
                found = CONTROL.match(text, place)
                if not found:
                    self.rest = text[place:]
                    assert len(self.rest) < 8, f"an unknown control sequence: {self.rest[:20]!r}"
                    return
                self.control(found[1], found[2])
                place = found.end()
                continue
            place += 1
            if character == "\r":
                self.column = 0
            elif character == "\n":
                self.feed_line()
            else:
                if self.column == self.columns:  # what does not fit goes on in the next line
                    self.column = 0
                    self.feed_line()
                self.lines[self.row][self.column] = character
                self.column += 1

    def feed_line(self) -> None:
        self.row += 1
        if self.row == self.rows:
            self.lines = self.lines[1:] + [[" "] * self.columns]
            self.row -= 1

    def control(self, parameter: str, name: str) -> None:
        if name == "A":
            self.row = max(0, self.row - int(parameter or 1))
        elif name == "K" and not parameter:
            self.erase(self.row, self.column)
        elif name == "J" and not parameter:
            self.erase(self.row, self.column)
            for row in range(self.row + 1, self.rows):
                self.erase(row, 0)
        else:
            raise AssertionError(f"an unexpected control sequence: {parameter}{name}")

    def erase(self, row: int, column: int) -> None:
        self.lines[row][column:] = [" "] * (self.columns - column)

    def text(self) -> list[str]:
        return [line for line in ("".join(line).rstrip() for line in self.lines) if line]


class Session:
    """A program whose input and outputs are a terminal; its results go to a pipe."""

    def __init__(self, command: list[str], columns: int, rows: int = 24, kind: str = "xterm-256color") -> None:
        self.screen = Screen(columns, rows)
        self.screens = []  # what was to be seen after each piece of output
        self.raw = ""
        self.undecoded = b""
        self.terminal, child = pty.openpty()
        fcntl.ioctl(child, termios.TIOCSWINSZ, struct.pack("HHHH", rows, columns, 0, 0))
        environment = {**os.environ, "TERM": kind}
        self.process = subprocess.Popen(
            command, stdin=child, stdout=subprocess.PIPE, stderr=child, env=environment, start_new_session=True,
            preexec_fn=self.take_terminal)
        os.close(child)

    @staticmethod
    def take_terminal() -> None:
        fcntl.ioctl(0, termios.TIOCSCTTY, 0)
        signal.signal(signal.SIGHUP, signal.SIG_DFL)  # also where this program was started by nohup

    def run(self, until: Callable[[list[str]], object] = lambda screen: False, patience: float = 120) -> bool:
        """Watches until something is to be seen, or to the program's end; returns whether it was seen."""
        deadline = time.monotonic() + patience
        while time.monotonic() < deadline:
            if not select.select([self.terminal], [], [], 1)[0]:
                continue
            try:
                piece = os.read(self.terminal, 1 << 16)
            except OSError:  # the program has closed its side
                piece = b""
            if not piece:
                self.process.wait(patience)
                self.result = self.process.stdout.read().decode()
                self.process.stdout.close()
                os.close(self.terminal)
                return False
            self.take(piece)
            if until(self.screens[-1]):
                return True
        self.process.kill()
        raise AssertionError(f"no end after {patience} s; the screen:\n" + "\n".join(self.screen.text()))

    def take(self, piece: bytes) -> None:
        piece = self.undecoded + piece
        end = len(piece)
        while end > 0 and piece[end - 1] & 0xC0 == 0x80:  # a character may come in two pieces
            end -= 1
        if end > 0 and piece[end - 1] >= 0xC0:
            end -= 1
            if len(piece) - end >= {0xC: 2, 0xD: 2, 0xE: 3, 0xF: 4}[piece[end] >> 4]:
                end = len(piece)
        else:
            end = len(piece)
        piece, self.undecoded = piece[:end], piece[end:]
        self.raw += piece.decode()
        self.screen.feed(piece.decode())
        self.screens.append(self.screen.text())

    def type(self, text: str) -> None:
        os.write(self.terminal, text.encode())

    def close_terminal(self, patience: float = 60) -> int:
        """Takes the terminal away, as a closed window does; returns the exit code."""
        os.close(self.terminal)
        code = self.process.wait(patience)
        self.process.stdout.close()
        return code
