"""Programs that run beside the tests and never outlive them."""

from __future__ import annotations

import atexit
import os
import signal
import socket
import subprocess
import time
import weakref
from collections.abc import Callable
from pathlib import Path

_running: weakref.WeakSet[Process] = weakref.WeakSet()


def free_port() -> int:
    """A TCP port of 127.0.0.1 that nothing listens on now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def poll(what: str, ready: Callable[[], bool], seconds: float, every: float = 0.05) -> None:
    """Ask until it is so; TimeoutError names what was waited for."""
    deadline = time.monotonic() + seconds
    while not ready():
        if time.monotonic() > deadline:
            raise TimeoutError(f"{what}: not within {seconds:g} s")
        time.sleep(every)


class Process:
    """One program in a session of its own, with its output in a file."""

    def __init__(
        self, name: str, argv: list[str], log: Path, environment: dict[str, str] | None = None
    ) -> None:
        """`environment` is added to the one of the tests."""
        self.name = name
        self.log = log
        with log.open("ab") as output:
            self._process = subprocess.Popen(
                argv,
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                start_new_session=True,
                env={**os.environ, **(environment or {})},
            )
        self._guard = self._start_guard()
        _running.add(self)

    def _start_guard(self) -> subprocess.Popen[bytes]:
        """A shell that kills the program when this process is gone without having said so."""
        return subprocess.Popen(
            ["/bin/sh", "-c", 'read -r _ || kill -9 "$1"', "guard", str(self.pid)],
            stdin=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            start_new_session=True,
        )

    @property
    def pid(self) -> int:
        """The process id, as long as it runs."""
        return self._process.pid

    @property
    def alive(self) -> bool:
        """Whether it still runs."""
        return self._process.poll() is None

    def tail(self, lines: int = 25) -> str:
        """The end of its output, for an error message."""
        text = self.log.read_text(errors="replace")
        return "\n".join(text.splitlines()[-lines:])

    def wait_until(self, ready: Callable[[], bool], seconds: float) -> None:
        """Wait until it answers; an error carries what it said last."""

        def answers() -> bool:
            if not self.alive:
                code = self._process.returncode
                raise RuntimeError(f"{self.name} ended with {code}:\n{self.tail()}")
            return ready()

        try:
            poll(f"{self.name} is ready", answers, seconds)
        except TimeoutError as late:
            raise TimeoutError(f"{late}; it said last:\n{self.tail()}") from None

    def kill(self) -> None:
        """End it at once, as a crash would."""
        if self.alive:
            self._process.send_signal(signal.SIGKILL)
        self._process.wait()
        self._release_guard()

    def _release_guard(self) -> None:
        if self._guard.stdin is not None and not self._guard.stdin.closed:
            self._guard.stdin.write(b"done\n")
            self._guard.stdin.close()
        self._guard.wait()
        _running.discard(self)


_OWNER = os.getpid()


def _stop_all() -> None:
    if os.getpid() == _OWNER:  # not in a fork
        for process in list(_running):
            process.kill()


atexit.register(_stop_all)
