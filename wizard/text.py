"""Text that comes from the world, made safe to show."""

import re

_ESCAPES = re.compile(
    r"\x1b\[[0-?]*[ -/]*[@-~]"  # CSI: colours, cursor
    r"|\x1b[]PX^_].*?(?:\x07|\x1b\\|\Z)"  # OSC, DCS and other strings: titles, links, clipboard
    r"|\x1b[ -/]*[0-~]?",  # other escapes
    re.DOTALL,
)
_CONTROLS = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u200e\u200f\u202a-\u202e\u2066-\u2069]")


def plain(text: str) -> str:
    """The text without control sequences, control characters (but tab and newline) and marks that
    turn the direction of writing: it cannot move a cursor or look like something else.
    """
    return _CONTROLS.sub("", _ESCAPES.sub("", text))
