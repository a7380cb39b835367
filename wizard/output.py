"""One of the two standard streams, written line by line."""

import json
import os
from typing import Any, TextIO

from wizard.errors import UsageError
from wizard.run.redaction import Redactor
from wizard.run.rendering import Style


class Output:
    """Writes redacted lines to a stream, whatever the stream can take.

    A reader that went away (`| head`) is no error: what follows is dropped, and the run goes on.
    Any other failure is kept until `close`, so that a full disk cannot stop a run half way.
    """

    def __init__(self, stream: TextIO, redactor: Redactor) -> None:
        self._stream = stream
        self._redactor = redactor
        self._failure: OSError | None = None
        self._open = True
        self.style = _style(stream)

    def line(self, text: str) -> None:
        """Write a line of text for people, secrets masked."""
        self._write(self.style.shown(self._redactor.redact(text)))

    def document(self, value: dict[str, Any], indent: int | None = None) -> None:
        """Write a JSON document, secrets masked; in ASCII, which every encoding can carry."""
        self._write(json.dumps(self._redactor.redact_document(value), indent=indent))

    def close(self) -> None:
        """Raises UsageError where not all lines could be written: nobody can rely on the rest."""
        if self._failure:
            raise incomplete(self._failure, self._stream)

    def _write(self, text: str) -> None:
        if not self._open:
            return
        encoding = self._stream.encoding or "utf-8"
        try:
            self._stream.write(f"{text.encode(encoding, 'backslashreplace').decode(encoding)}\n")
            self._stream.flush()
        except OSError as error:
            self._failure = None if isinstance(error, BrokenPipeError) else error
            self._abandon()

    def _abandon(self) -> None:
        """Write nothing more."""
        self._open = False
        abandon(self._stream)


def incomplete(error: OSError, stream: TextIO) -> UsageError:
    """The error for a stream that could not be written to the end."""
    return UsageError(
        "The output is incomplete",
        why=f"{error.strerror or error}; what was done stays done",
        fix="make room where the output goes and give the command again",
        where=getattr(stream, "name", ""),
    )


def abandon(stream: TextIO) -> None:
    """Let what is left in a stream's buffers go nowhere, instead of failing at exit."""
    nowhere = os.open(os.devnull, os.O_WRONLY)
    try:
        os.dup2(nowhere, stream.fileno())
    finally:
        os.close(nowhere)


def _style(stream: TextIO) -> Style:
    """Colours on a terminal that is not dumb, unless NO_COLOR is set (no-color.org)."""
    unicode = (stream.encoding or "utf-8").lower().replace("-", "").startswith("utf")
    plain = os.environ.get("NO_COLOR") or os.environ.get("TERM") == "dumb"
    return Style(unicode=unicode, colour=stream.isatty() and not plain)
