"""A preset's file as text, and YAML's own errors in plain words."""

import errno
from pathlib import Path

import yaml

from wizard.answers.problems import PresetInvalid, Problem
from wizard.answers.reading import read_bytes

MAX_BYTES = 256 * 1024
"""Far more than any preset needs; what is larger is some other file."""

_UTF16 = (b"\xff\xfe", b"\xfe\xff")

_EXPLANATIONS = (
    (
        "mapping values are not allowed here",
        "a ':' stands where no key can be",
        "Put text that holds ': ' in quotes, or check the indentation.",
    ),
    (
        "could not find expected ':'",
        "a key without its ':'",
        "Write `key: value`, with a space after the colon.",
    ),
    (
        "expected <block end>",
        "the indentation or a bracket does not fit what stands above",
        "Indent keys of one section by the same number of spaces; close every bracket once.",
    ),
    (
        "<stream end>",
        "it ends in the middle of a value",
        "Was it cut off? Close every bracket and quote.",
    ),
    (
        "unexpected end of stream",
        "it ends in the middle of a value",
        "Was it cut off? Close every bracket and quote.",
    ),
    (
        "unknown escape character",
        "an unknown escape in double quotes",
        "Use single quotes, or write \\\\ for a backslash.",
    ),
    (
        "that cannot start any token",
        "a value cannot begin with this character",
        "Put the value in quotes.",
    ),
)


def read_text(path: Path) -> str:
    """The text of a preset's file. Raises PresetInvalid: unreadable, too large, not UTF-8."""
    file = str(path)
    try:
        data = read_bytes(path, MAX_BYTES + 1)
    except OSError as error:
        reason = (error.strerror or "unknown reason").lower()
        fix = "Check the path."
        if error.errno == errno.EINVAL:
            fix = "Name a file, or /dev/stdin for what another program writes."
        problem = Problem("", f"cannot be read: {reason}", fix, file)
        raise PresetInvalid([problem]) from None
    if len(data) > MAX_BYTES:
        message = f"is larger than {MAX_BYTES // 1024} KiB, so it is no preset"
        raise PresetInvalid([Problem("", message, "Name the preset's file.", file)])
    if data.startswith(_UTF16):
        raise PresetInvalid([Problem("", "is written in UTF-16", "Save it as UTF-8.", file)])
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line, column = _place(data[: error.start].decode("latin-1"))
        problem = Problem("", "is not text in UTF-8", "Save it as UTF-8.", file, line, column)
        raise PresetInvalid([problem]) from None


def _place(before: str) -> tuple[int, int]:
    """Line and column that follow a text."""
    return before.count("\n") + 1, len(before) - (before.rfind("\n") + 1) + 1


def unprintable(text: str, file: str) -> Problem | None:
    """The first character that YAML does not allow (yaml.org/spec/1.2.2, 5.1)."""
    found = yaml.reader.Reader.NON_PRINTABLE.search(text)
    if found is None:
        return None
    message = f"holds a control character (code {ord(found.group())}): it is no plain text"
    return Problem("", message, "Take it out.", file, *_place(text[: found.start()]))


def explain(error: yaml.MarkedYAMLError, text: str, file: str) -> Problem:
    """An error of PyYAML's scanner or parser in plain words, without its excerpt of the file."""
    mark = error.problem_mark or error.context_mark
    line, column = (mark.line, mark.column) if mark else (0, 0)
    lines = text.splitlines()
    row = lines[line] if line < len(lines) else ""
    indentation = row[: len(row) - len(row.lstrip())]
    if "\t" in indentation or row[column : column + 1] == "\t":
        message, fix = "a tab stands in the indentation", "Indent by spaces: YAML knows no tabs."
    else:
        message, fix = _plain_words(f"{error.context or ''} {error.problem or ''}")
    return Problem("", message, fix, file, line + 1, column + 1)


def _plain_words(technical: str) -> tuple[str, str]:
    for part, message, fix in _EXPLANATIONS:
        if part in technical:
            return message, fix
    return "this is not YAML", "Check quotes, brackets and indentation around this place."
