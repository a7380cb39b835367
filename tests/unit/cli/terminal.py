"""A terminal in which the installed program runs."""

import os
import pty
import select
import subprocess
import sys
import time
from collections.abc import Mapping
from types import TracebackType
from typing import Self

from tests.interruptible import interruptible
from tests.unit.cli.conftest import PROGRAM

SECONDS = 30.0

_WITH_TERMINAL = "import os, sys; os.login_tty(0); os.execv(sys.argv[1], sys.argv[1:])"
"""Makes the terminal on stdin that of the process, which then becomes the program."""


class Terminal:
    """Starts the program with a terminal of its own; `shown` holds what stood on it."""

    def __init__(self, *arguments: str, env: Mapping[str, str]) -> None:
        self.shown = ""
        self._own, inner = pty.openpty()
        self.process = subprocess.Popen(
            [sys.executable, "-c", _WITH_TERMINAL, *interruptible([PROGRAM, *arguments])],
            stdin=inner,
            stdout=inner,
            stderr=inner,
            env={**env, "TERM": "xterm"},
        )
        os.close(inner)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.process.kill()
        self.process.wait()
        os.close(self._own)

    def type(self, keys: str) -> None:
        """Press keys."""
        os.write(self._own, keys.encode())

    def wait_for(self, text: str) -> None:
        """Wait until a text stands on the terminal."""
        while text not in self.shown:
            assert self._read(), f"the program ended: {self.shown}"

    def end(self) -> int:
        """Wait for the end of the program; its exit code."""
        while self._read():
            pass
        return self.process.wait(SECONDS)

    def _read(self) -> bool:
        """Take what the program writes next; False at its end."""
        end = time.monotonic() + SECONDS
        while not select.select([self._own], [], [], 0.5)[0]:
            assert time.monotonic() < end, f"nothing more was said: {self.shown}"
            if self.process.poll() is not None:
                return False
        try:
            data = os.read(self._own, 65536)
        except OSError:  # Linux says EIO when the other side is closed
            return False
        self.shown += data.decode(errors="replace")
        return bool(data)
