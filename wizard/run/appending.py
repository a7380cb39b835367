"""Files that only grow, line by line, private to their owner."""

import os
from pathlib import Path


class AppendOnly:
    """A file (0600, made where it is missing) to which whole lines are added.

    A last line that a kill or a full disk cut off is closed first, so that what follows stands
    on a line of its own. All methods raise OSError.
    """

    def __init__(self, path: Path) -> None:
        flags = os.O_RDWR | os.O_APPEND | os.O_CREAT | os.O_CLOEXEC
        self._descriptor = os.open(path, flags, 0o600)
        size = os.fstat(self._descriptor).st_size
        self._cut_off = size > 0 and os.pread(self._descriptor, 1, size - 1) != b"\n"

    def write(self, line: str, *, durable: bool = False) -> None:
        """Add a text that ends with a newline; `durable`: return when it is on the disk."""
        rest = (b"\n" if self._cut_off else b"") + line.encode()
        self._cut_off = True
        while rest:
            rest = rest[os.write(self._descriptor, rest) :]
        self._cut_off = False
        if durable:
            os.fsync(self._descriptor)

    def close(self) -> None:
        """Close the file; it takes no more lines."""
        os.close(self._descriptor)
