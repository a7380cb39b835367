"""Writes a support bundle: a gzipped tar whose layout depends on nothing but its files."""

import gzip
import os
import secrets
import tarfile
from collections.abc import Sequence
from datetime import datetime
from pathlib import Path
from typing import IO

from wizard.diagnose.bundle.parts import Part
from wizard.errors import UsageError
from wizard.text import plain

TOP = "support-bundle"
"""The folder within the archive."""


def require_free(path: Path) -> None:
    """Raise UsageError where something has that name already, or there is no such folder."""
    if os.path.lexists(path):
        raise UsageError(
            "The support bundle is not written over an existing file",
            why="it may be the only one of a moment that is gone",
            fix="choose another name with -o, or remove that file",
            where=str(path),
        )
    if not path.absolute().parent.is_dir():
        raise UsageError(
            "There is no folder for the support bundle",
            fix="make the folder, or choose another name with -o",
            where=str(path),
        )


def write_archive(path: Path, folder: Path, parts: Sequence[Part], moment: datetime) -> int:
    """Pack the parts of a folder, readable by their owner only; returns the size in bytes.

    The file is there as a whole or not at all. Raises UsageError where it exists meanwhile or
    cannot be written.
    """
    temporary = path.with_name(f".{path.name}.{secrets.token_hex(4)}")
    try:
        flags = os.O_CREAT | os.O_EXCL | os.O_WRONLY | os.O_CLOEXEC
        with os.fdopen(os.open(temporary, flags, 0o600), "wb") as file:
            _pack(file, folder, parts, int(moment.timestamp()))
            file.flush()
            os.fsync(file.fileno())
        _name(temporary, path)
        return path.stat().st_size
    except OSError as error:
        raise UsageError(
            "The support bundle cannot be written",
            why=plain(error.strerror or str(error)),
            fix="make room there, or choose another name with -o",
            where=str(path),
        ) from error
    finally:
        temporary.unlink(missing_ok=True)


def _name(temporary: Path, path: Path) -> None:
    """Give the file its name, unless another has it: a link fails then, a rename would not."""
    try:
        os.link(temporary, path)
    except FileExistsError:
        require_free(path)
        raise
    except OSError:  # a file system without links
        require_free(path)
        temporary.rename(path)


def _pack(file: IO[bytes], folder: Path, parts: Sequence[Part], seconds: int) -> None:
    with (
        gzip.GzipFile("", "wb", 6, file, mtime=seconds) as packed,
        tarfile.open(mode="w", fileobj=packed, format=tarfile.PAX_FORMAT) as tar,
    ):
        for part in sorted(parts, key=lambda part: part.name):
            entry = tarfile.TarInfo(f"{TOP}/{part.name}")
            entry.size, entry.mtime, entry.mode = part.size, seconds, 0o600
            with (folder / part.name).open("rb") as content:
                tar.addfile(entry, content)
