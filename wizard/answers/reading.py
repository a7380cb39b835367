"""Reading a file that was named by a person, without waiting for somebody to write it."""

import errno
import os
import stat
from pathlib import Path

_OPENED = (Path("/dev/stdin"), Path("/dev/fd"), Path("/proc/self/fd"))
"""What leads to something that is open already: another program's output."""


def read_bytes(path: Path, limit: int) -> bytes:
    """At most `limit` bytes of a file. Raises OSError, also for a named pipe or a device."""
    with open(path, "rb", opener=_open_at_once) as stream:
        mode = os.fstat(stream.fileno()).st_mode
        if not stat.S_ISREG(mode) and not any(path.is_relative_to(one) for one in _OPENED):
            kind = "a named pipe" if stat.S_ISFIFO(mode) else "a device"
            raise OSError(errno.EINVAL, f"it is {kind}, not a file")
        os.set_blocking(stream.fileno(), True)
        return stream.read(limit)


def _open_at_once(path: str, flags: int) -> int:
    """Open without waiting for who writes to a pipe."""
    return os.open(path, flags | os.O_NONBLOCK)
