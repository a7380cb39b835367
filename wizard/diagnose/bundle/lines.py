"""Lines of logs without secrets: keys of several lines are hidden as a whole."""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace

from wizard.diagnose.bundle.parts import Hider
from wizard.ports import LogLine

_LONGEST_KEY = 200
"""Lines of a PEM block; RSA keys of 16384 bits have fewer."""
_BEGIN = re.compile(r"-----BEGIN [A-Z ]*PRIVATE KEY-----")
_END = re.compile(r"-----END [A-Z ]*-----")
_KEY_LINE = re.compile(r"\s*[A-Za-z0-9+/=]{16,}\s*")


def hidden(texts: Iterable[str], hider: Hider, place: str) -> Iterator[str]:
    """The lines without secrets, as many as there were."""
    for group in _groups(texts):
        yield from hider.hide("\n".join(group), place).split("\n")


def hidden_log(lines: Sequence[LogLine], hider: Hider, place: str) -> Iterator[LogLine]:
    """The lines of a log without secrets."""
    texts = hidden((line.text for line in lines), hider, place)
    for line, text in zip(lines, texts, strict=True):
        yield replace(line, text=text)


def _groups(texts: Iterable[str]) -> Iterator[Sequence[str]]:
    """Lines that belong together: a private key, also one whose beginning was cut off."""
    group: list[str] = []
    cut_off, is_open = True, False
    for text in texts:
        group.append(text)
        cut_off = cut_off and _KEY_LINE.fullmatch(text) is not None
        is_open = _begins(text) or (is_open and not _END.search(text))
        if not (cut_off or is_open) or len(group) > _LONGEST_KEY:
            yield group
            group = []
    if group:
        yield group


def _begins(text: str) -> bool:
    """Whether a private key begins in the line and goes on after it."""
    begun = list(_BEGIN.finditer(text))
    return bool(begun) and not _END.search(text, begun[-1].end())
