"""Text for a terminal: what others wrote is made harmless, and lists of names are kept short."""

import re
from collections.abc import Sequence

_SEQUENCES = re.compile(
    r"(?:\x1b\]|\x9d)[^\x07\x1b\x9c\n]*(?:\x07|\x1b\\|\x9c)?"  # OSC: titles, links, clipboard
    r"|(?:\x1b[PX^_]|[\x90\x98\x9e\x9f])[^\x1b\x9c\n]*(?:\x1b\\|\x9c)?"  # DCS, SOS, PM, APC
    r"|(?:\x1b\[|\x9b)[0-?]*[ -/]*[@-~]?"  # CSI: colours, cursor
    r"|\x1b[ -/]*[0-~]?"  # other escapes
    r"|[\x00-\x08\x0b-\x1f\x7f-\x9f]"  # C0 and C1 but tab and newline
    r"|[\u202a-\u202e\u2066-\u2069]"  # overrides of the writing direction
    r"|[\ud800-\udfff]"  # lone surrogates, which no stream can encode
)


def first_of(names: Sequence[str], shown: int) -> str:
    """The first ones of many names, and how many there are besides: `a, b and 7 more`."""
    told = ", ".join(names[:shown])
    return f"{told} and {len(names) - shown} more" if len(names) > shown else told


def plain(text: str) -> str:
    """The text without terminal sequences (ECMA-48) and control characters but tab and newline.

    A sequence that never ends is dropped up to the end of its line.
    """
    return _SEQUENCES.sub("", text)
