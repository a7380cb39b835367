"""One run of a program that leaves no process behind, however it ends."""

import asyncio
import contextlib
import os
import signal
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from wizard.text import plain

GRACE = 10.0
"""Seconds between SIGTERM and SIGKILL. Helm needs 0.06 s to mark its release as failed."""

CHUNK = 65536


@dataclass(frozen=True, slots=True)
class Result:
    """How a program ended. `errors` holds the lines of stderr without control sequences."""

    code: int
    stdout: bytes
    errors: list[str]


async def run(
    command: Sequence[str],
    *,
    environment: Mapping[str, str],
    stdin: bytes,
    log: Callable[[str], None],
    deadline: float,
) -> Result:
    """Run a program with `stdin`, telling each line of its stderr to `log` as it comes.

    It gets a session of its own, so that neither Ctrl-C nor a login helper reaches the terminal.
    After `deadline` seconds, and when this call is cancelled, the whole process group is asked to
    end and then killed. Raises TimeoutError; OSError where the program cannot be started.
    """
    pipe = asyncio.subprocess.PIPE
    process = await asyncio.create_subprocess_exec(
        *command,
        env=dict(environment),
        stdin=pipe,
        stdout=pipe,
        stderr=pipe,
        start_new_session=True,
    )
    assert process.stdin is not None
    assert process.stdout is not None
    assert process.stderr is not None
    try:
        async with asyncio.timeout(deadline):
            stdout, errors, _ = await asyncio.gather(
                process.stdout.read(),
                _lines(process.stderr, log),
                _feed(process.stdin, stdin),
            )
            code = await process.wait()
    finally:
        await _stop(process)
    return Result(code, stdout, errors)


async def _lines(stream: asyncio.StreamReader, log: Callable[[str], None]) -> list[str]:
    lines: list[str] = []

    def tell(raw: bytes) -> None:
        if line := plain(raw.decode(errors="replace")).rstrip():
            lines.append(line)
            log(line)

    rest = b""
    while chunk := await stream.read(CHUNK):
        *whole, rest = (rest + chunk).split(b"\n")
        for raw in whole:
            tell(raw)
    tell(rest)
    return lines


async def _feed(stream: asyncio.StreamWriter, text: bytes) -> None:
    """A program that has already ended reads nothing more: its exit code tells why."""
    with contextlib.suppress(BrokenPipeError, ConnectionResetError):
        stream.write(text)
        await stream.drain()
        stream.close()
        await stream.wait_closed()


async def _stop(process: asyncio.subprocess.Process) -> None:
    """End what is left of the process group; a second cancellation only shortens the grace."""
    try:
        if process.returncode is None:
            _signal_group(process, signal.SIGTERM)
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(GRACE):
                    await process.wait()
    finally:
        _signal_group(process, signal.SIGKILL)
        await process.wait()


def _signal_group(process: asyncio.subprocess.Process, number: signal.Signals) -> None:
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.killpg(process.pid, number)
