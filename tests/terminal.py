"""A program on a terminal of its own: keys in, screen out, as a person has it."""

from __future__ import annotations

import fcntl
import os
import pty
import select
import signal
import struct
import termios
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from types import TracebackType
from typing import Self

import pyte

KEYS = {
    "enter": "\r",
    "escape": "\x1b",
    "tab": "\t",
    "up": "\x1b[A",
    "down": "\x1b[B",
    "ctrl+c": "\x03",
    "ctrl+n": "\x0e",
    "f1": "\x1bOP",
    "f4": "\x1bOS",
}
SECONDS = 120.0


class Terminal:
    """Runs a command on a pseudo terminal, as long as the context is open."""

    def __init__(
        self, command: Sequence[str], environment: Mapping[str, str], size: tuple[int, int]
    ) -> None:
        self._command, self._environment, self._size = command, environment, size
        self._screen = pyte.Screen(*size)
        self._stream = pyte.ByteStream(self._screen)
        self.raw = b""
        """All that the program wrote."""

    def __enter__(self) -> Self:
        self.pid, self._fd = pty.fork()
        if self.pid == 0:
            signal.signal(signal.SIGINT, signal.SIG_DFL)
            columns, rows = self._size
            fcntl.ioctl(0, termios.TIOCSWINSZ, struct.pack("HHHH", rows, columns, 0, 0))
            os.execvpe(self._command[0], list(self._command), {**_SETTINGS, **self._environment})
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        with suppress(ProcessLookupError):
            os.kill(self.pid, signal.SIGKILL)
        with suppress(ChildProcessError):
            os.waitpid(self.pid, 0)
        os.close(self._fd)

    @property
    def lines(self) -> list[str]:
        """What the screen shows."""
        return [line.rstrip() for line in self._screen.display]

    @property
    def text(self) -> str:
        """The same as one text."""
        return "\n".join(self.lines)

    def press(self, *keys: str) -> None:
        """Press keys, by their names, or type text."""
        for key in keys:
            os.write(self._fd, KEYS.get(key, key).encode())

    def until(self, *texts: str, seconds: float = SECONDS) -> None:
        """Wait until the screen shows all of these. Raises AssertionError with the screen."""
        self._wait(lambda: all(text in self.text for text in texts), f"no {texts}", seconds)

    def until_written(self, text: bytes, seconds: float = SECONDS) -> None:
        """Wait until the program has written this, which it does only once."""
        self._wait(lambda: text in self.raw[-65536:], f"no {text!r}", seconds)

    def watch(self, seconds: float) -> None:
        """Go on reading for so long."""
        until = time.monotonic() + seconds
        while time.monotonic() < until:
            self._read()

    def until_gone(self, text: str, seconds: float = SECONDS) -> None:
        """Wait until the screen does not show this any more."""
        self._wait(lambda: text not in self.text, f"still {text}", seconds)

    def ends(self, seconds: float = SECONDS) -> int:
        """Wait until the program has ended; its exit code."""
        ended: list[int] = []

        def over() -> bool:
            pid, status = os.waitpid(self.pid, os.WNOHANG)
            if pid:
                ended.append(os.waitstatus_to_exitcode(status))
            return bool(ended)

        self._wait(over, "it goes on", seconds)
        return ended[0]

    def _wait(self, condition: Callable[[], bool], what: str, seconds: float) -> None:
        until = time.monotonic() + seconds
        while not condition():
            if time.monotonic() > until:
                raise AssertionError(f"{what} after {seconds:.0f} s; the screen:\n{self.text}")
            self._read()

    def _read(self) -> None:
        if select.select([self._fd], [], [], 0.05)[0]:
            with suppress(OSError):  # the program has ended
                told = os.read(self._fd, 65536)
                self.raw += told
                self._stream.feed(told)


_SETTINGS = {"TERM": "xterm-256color", "LANG": "C.UTF-8", "LC_ALL": "C.UTF-8"}
