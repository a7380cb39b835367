"""Files that hold a secret: made once, for their owner alone, never where git would find them."""

import os
import stat
from contextlib import suppress
from pathlib import Path

from wizard.errors import UsageError

_OTHERS_WRITE = stat.S_IWGRP | stat.S_IWOTH


def write_secret(path: Path, value: str) -> Path:
    """Write a secret to a new file (0600); folders that are missing are made (0700).

    The absolute path of the file. Raises UsageError; nothing is left behind then.
    """
    file = path.expanduser().absolute()
    _require_private(file)
    try:
        for folder in reversed(file.parents):
            folder.mkdir(mode=0o700, exist_ok=True)
        flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC
        descriptor = os.open(file, flags, 0o600)
    except FileExistsError:
        raise _refused(file, "the file exists, and may hold another secret") from None
    except OSError as error:
        raise _refused(file, (error.strerror or "unknown reason").lower()) from None
    try:
        with os.fdopen(descriptor, "w", encoding="utf-8") as stream:
            stream.write(f"{value}\n")  # one line end is no part of it
            stream.flush()
            os.fsync(stream.fileno())
    except OSError as error:
        with suppress(OSError):
            file.unlink()
        raise _refused(file, (error.strerror or "unknown reason").lower()) from None
    return file


def _require_private(file: Path) -> None:
    """Raise UsageError for a place that others could read from or write to."""
    real = file.parent.resolve()
    if repository := next((one for one in (real, *real.parents) if (one / ".git").exists()), None):
        raise _refused(file, f"{repository} is a git work tree: what lies there is soon committed")
    with suppress(OSError):
        if real.stat().st_mode & _OTHERS_WRITE:
            raise _refused(file, f"others on this machine may write to {real}")


def _refused(file: Path, why: str) -> UsageError:
    return UsageError(
        "The secret was not written",
        why=why,
        fix="name another file, in a folder of your own",
        where=str(file),
    )
