"""A program as a test runs it: started, watched by its events, killed with all that it started."""

from __future__ import annotations

import contextlib
import json
import os
import pty
import queue
import signal
import subprocess
import threading
import uuid
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from jsonschema import Draft202012Validator
from referencing import Registry, Resource

from tests.cluster.kube import Object
from tests.cluster.process import poll
from tests.interruptible import interruptible

SCHEMAS = Path(__file__).parents[2] / "docs" / "schemas"

MARK = "USER"
"""The variable by which /proc tells what a command started: one that it passes on to Helm."""


@cache
def schema(name: str) -> Draft202012Validator:
    """The published schema of a JSON output."""
    files = {path.name: json.loads(path.read_text()) for path in SCHEMAS.glob("*.json")}
    registry: Registry[Any] = Registry().with_resources(
        (name, Resource.from_contents(content)) for name, content in files.items()
    )
    return Draft202012Validator(files[name], registry=registry)


@dataclass(frozen=True)
class Ended:
    """How a command ended."""

    code: int
    stdout: str
    stderr: str

    @property
    def events(self) -> list[Object]:
        """The lines of `--output jsonl`, each valid by its published schema."""
        events = [json.loads(line) for line in self.stdout.splitlines()]
        for event in events:
            schema("events.json").validate(event)
        return events

    @property
    def document(self) -> Object:
        """The document of `--output json`."""
        document: Object = json.loads(self.stdout)
        return document

    def require(self, code: int) -> Self:
        """Itself, if it ended with that exit code; without a traceback in any case."""
        assert "Traceback" not in self.stderr, self.stderr
        assert self.code == code, f"exit {self.code}\n{self.stdout[-4000:]}\n{self.stderr}"
        return self


class Running:
    """A started command. As a context it is ended, with all its children, at the latest.

    `attended`: its standard input is a terminal, on which `type` presses keys.
    """

    def __init__(
        self, argv: list[str], environment: Mapping[str, str], *, attended: bool = False
    ) -> None:
        self._keyboard, terminal = pty.openpty() if attended else (-1, subprocess.DEVNULL)
        self._mark = uuid.uuid4().hex
        self._lines: queue.SimpleQueue[str | None] = queue.SimpleQueue()
        self._stdout: list[str] = []
        self._stderr: list[str] = []
        self._process = subprocess.Popen(
            interruptible(argv),
            env={**environment, MARK: self._mark},
            stdin=terminal,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            start_new_session=True,
        )
        if attended:
            os.close(terminal)
        self._readers = [threading.Thread(target=read) for read in (self._read, self._read_errors)]
        for reader in self._readers:
            reader.start()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.kill()
        if self._keyboard >= 0:
            os.close(self._keyboard)

    def type(self, keys: str) -> None:
        """Press keys, where a person attends."""
        os.write(self._keyboard, keys.encode())

    def until_asked(self, words: str, times: int = 1) -> None:
        """Wait until words stand on stderr, where people are asked."""
        poll(f"it asks: {words}", lambda: "".join(self._stderr).count(words) >= times, 60)

    def _read(self) -> None:
        assert self._process.stdout
        with self._process.stdout as stdout:
            for line in stdout:
                self._stdout.append(line)
                self._lines.put(line)
        self._lines.put(None)

    def _read_errors(self) -> None:
        assert self._process.stderr
        with self._process.stderr as stderr:
            while told := os.read(stderr.fileno(), 65536):  # a question has no line end
                self._stderr.append(told.decode(errors="replace"))

    @property
    def pid(self) -> int:
        """The process of the command itself."""
        return self._process.pid

    def until(self, wanted: Callable[[Object], bool], seconds: float = 180) -> Object:
        """The next event (`--output jsonl`) of which it is true."""
        while (line := self._lines.get(timeout=seconds)) is not None:
            event: Object = json.loads(line)
            if wanted(event):
                return event
        raise AssertionError(f"it ended before that event\n{self.wait()}")

    def until_event(self, name: str, step: str | None = None, seconds: float = 180) -> Object:
        """The next event of that name, of any step or of one."""
        return self.until(lambda e: e["event"] == name and step in (None, e["step"]), seconds)

    def signal(self, number: signal.Signals) -> None:
        """Send a signal to the command itself, as `kill` does."""
        self._process.send_signal(number)

    def processes(self) -> list[int]:
        """The command and all that it started and that still runs (Linux)."""
        mark = f"{MARK}={self._mark}".encode()
        return [pid for pid in _numbers() if mark in _environment_of(pid)]

    def command_lines(self) -> set[str]:
        """What any user of the machine sees of these processes."""
        return {_command_line_of(pid) for pid in self.processes()}

    def kill(self) -> None:
        """SIGKILL to the command and to whatever it started, as when the machine loses power."""
        if self._process.poll() is None:
            self._process.send_signal(signal.SIGSTOP)  # it shall start nothing in the meantime
        for pid in sorted(self.processes()):
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
        self.wait()

    def wait(self, seconds: float = 240) -> Ended:
        """Wait for its end. Raises AssertionError with what it said last."""
        try:
            code = self._process.wait(seconds)
        except subprocess.TimeoutExpired:
            said = "".join(self._stdout[-25:] + self._stderr[-25:])
            raise AssertionError(
                f"it goes on after {seconds:.0f} s; it said last\n{said}"
            ) from None
        for reader in self._readers:
            reader.join(20)
        return Ended(code, "".join(self._stdout), "".join(self._stderr))


def _numbers() -> Iterator[int]:
    return (int(one.name) for one in Path("/proc").iterdir() if one.name.isdigit())


def _environment_of(pid: int) -> bytes:
    with contextlib.suppress(OSError):
        return Path(f"/proc/{pid}/environ").read_bytes()
    return b""


def _command_line_of(pid: int) -> str:
    with contextlib.suppress(OSError):
        return Path(f"/proc/{pid}/cmdline").read_bytes().replace(b"\0", b" ").decode()
    return ""
