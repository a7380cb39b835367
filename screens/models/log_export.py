"""Lines of a log in a file of their own."""

import os
from collections.abc import Iterable
from pathlib import Path

from wizard.answers.writing import write_atomically


def write_lines(lines: Iterable[str], path: Path, overwrite: bool = False) -> None:
    """Write lines to a file that only its owner reads: all of them, or no file.

    Raises FileExistsError where there is one already, unless it may be overwritten; OSError.
    """
    content = "".join(f"{line}\n" for line in lines).encode()
    fresh = not (overwrite and path.exists())
    target = path if fresh else path.resolve()
    if fresh:
        os.close(os.open(target, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600))
    else:
        target.chmod(0o600)
    try:
        write_atomically(target, content)
    except OSError:
        if fresh:
            target.unlink(missing_ok=True)
        raise
