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
    require_private(file)
    try:
        for folder in reversed(file.parents):
            folder.mkdir(mode=0o700, exist_ok=True)
        _write_new(file, value)
    except FileExistsError:
        raise _refused(file, "the file exists, and may hold another secret") from None
    except OSError as error:
        raise _refused(file, (error.strerror or "unknown reason").lower()) from None
    return file


def overwrite_secret(file: Path, value: str) -> None:
    """Put a secret over what a file holds that is at least as long: it takes no more of the disk,
    so that a full one cannot be in the way. Spaces follow it. Raises UsageError.
    """
    try:
        descriptor = os.open(file, os.O_WRONLY | os.O_CLOEXEC)
        with os.fdopen(descriptor, "wb") as stream:
            stream.write(value.encode().ljust(os.fstat(descriptor).st_size - 1))
            stream.flush()
            os.fsync(descriptor)
    except OSError as error:
        raise _refused(file, (error.strerror or "unknown reason").lower()) from None


def replace_secret(file: Path, value: str) -> None:
    """Put another secret into a file that `write_secret` made: after a crash it holds the one or
    the other, whole. Raises UsageError; the file is as it was then.
    """
    beside = file.with_name(f".{file.name}.new")
    try:
        beside.unlink(missing_ok=True)  # of a run that was killed
        _write_new(beside, value)
        beside.replace(file)
        _sync_folder(file.parent)
    except OSError as error:
        raise _refused(file, (error.strerror or "unknown reason").lower()) from None


def _write_new(file: Path, value: str) -> None:
    """Raises OSError; nothing is left behind then."""
    flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC
    descriptor = os.open(file, flags, 0o600)
    try:
        with os.fdopen(descriptor, "w", encoding="utf-8") as stream:
            stream.write(f"{value}\n")  # one line end is no part of it
            stream.flush()
            os.fsync(stream.fileno())
        _sync_folder(file.parent)
    except OSError:
        with suppress(OSError):
            file.unlink()
        raise


def _sync_folder(folder: Path) -> None:
    """Only then a crash does not take the file's name away."""
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def require_private(file: Path) -> None:
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
