"""One run of a login program: what it says is told as it comes, and it never outlives the run."""

import asyncio
import contextlib
import os
import re
import signal
from collections import deque
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass

from wizard.text import plain

GRACE = 2.0
"""Seconds between SIGTERM and SIGKILL."""
LAST_WORDS_SECONDS = 0.5
"""For reading what a program wrote before it ended."""
PROMPT_SECONDS = 0.3
"""A line without its end that stands for so long is a question, and told as it is."""
LAST_LINES = 20
_CHUNK = 65536


@dataclass(frozen=True, slots=True, repr=False)
class Ended:
    """How it ended. `stdout` may hold a token; `said` are the last lines of its stderr."""

    code: int
    stdout: bytes
    said: str


async def run(
    command: Sequence[str],
    environment: Mapping[str, str],
    *,
    terminal: bool,
    tell: Callable[[str], None],
    deadline: float | None,
) -> Ended:
    """Run a program, telling the lines of its stderr without control sequences.

    With `terminal` it reads this process's stdin and stays in its process group, as only the
    terminal's own group may read from it. Else it has no stdin and a session of its own. It is
    ended when this call is cancelled, and after `deadline` seconds. What it leaves running of its
    own accord (a browser) goes on. Raises TimeoutError; OSError where it cannot be started.
    """
    stdout, last = bytearray(), deque[str](maxlen=LAST_LINES)
    async with _pipe() as (out, stdout_end), _pipe() as (err, stderr_end):
        coroutines = (_collect(out, stdout), _follow(err, last, tell))
        readers = [asyncio.create_task(one) for one in coroutines]
        try:
            with os.fdopen(stdout_end, "wb") as given, os.fdopen(stderr_end, "wb") as spoken:
                process = await asyncio.create_subprocess_exec(
                    *command,
                    env=dict(environment),
                    stdin=None if terminal else asyncio.subprocess.DEVNULL,
                    stdout=given,
                    stderr=spoken,
                    start_new_session=not terminal,
                )
            code = await _ended(process, deadline, group=not terminal)
            # Others may have inherited its streams and keep them open.
            await asyncio.wait(readers, timeout=LAST_WORDS_SECONDS)
        finally:
            for reader in readers:
                reader.cancel()
            await asyncio.gather(*readers, return_exceptions=True)
    return Ended(code, bytes(stdout), "\n".join(last))


@asynccontextmanager
async def _pipe() -> AsyncIterator[tuple[asyncio.StreamReader, int]]:
    """What reads from a pipe, and the end to write to, which the caller closes.

    The pipes that asyncio makes for a process would let its end wait for theirs.
    """
    read_end, write_end = os.pipe()
    reader = asyncio.StreamReader()
    transport, _ = await asyncio.get_running_loop().connect_read_pipe(
        lambda: asyncio.StreamReaderProtocol(reader), os.fdopen(read_end, "rb")
    )
    try:
        yield reader, write_end
    finally:
        transport.close()


async def _ended(
    process: asyncio.subprocess.Process, deadline: float | None, *, group: bool
) -> int:
    try:
        async with asyncio.timeout(deadline):
            return await process.wait()
    finally:
        if process.returncode is None:
            await _end(process, group=group)


async def _collect(stream: asyncio.StreamReader, into: bytearray) -> None:
    while chunk := await stream.read(_CHUNK):
        into += chunk


async def _follow(
    stream: asyncio.StreamReader, last: deque[str], tell: Callable[[str], None]
) -> None:
    """Tell each line, and a question that waits in its line, without control sequences."""
    rest, ended = b"", False
    while not ended:
        try:
            async with asyncio.timeout(PROMPT_SECONDS if rest else None):
                chunk = await stream.read(_CHUNK)
        except TimeoutError:
            whole, rest = [rest], b""
        else:
            ended = not chunk
            *whole, rest = re.split(rb"[\r\n]", rest + chunk)
            if ended or len(rest) > _CHUNK:
                whole, rest = [*whole, rest], b""
        for raw in whole:
            if line := plain(raw.decode(errors="replace")).strip():
                last.append(line)
                tell(line)


async def _end(process: asyncio.subprocess.Process, *, group: bool) -> None:
    """Ask it to end, then kill it; a second cancellation only shortens the grace."""

    def send(number: signal.Signals) -> None:
        with contextlib.suppress(ProcessLookupError, PermissionError):
            if group:
                os.killpg(process.pid, number)
            else:
                process.send_signal(number)

    try:
        send(signal.SIGTERM)
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(GRACE):
                await process.wait()
    finally:
        send(signal.SIGKILL)
        await process.wait()
