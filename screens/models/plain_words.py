"""Texts for people at a form: answers by their labels, not by their paths in a preset."""

import re
from typing import Any

from wizard.answers.outline import ROOT, Shape, fields_of, shape_of

_PATH = re.compile(r"(?<![\w/.@-])`?([a-z]\w*(?:\.(?:[A-Za-z]\w*|\*))+)`?(?![\w/.-]*[\w/])")
_NAMED = 2
"""Labels that name an answer: its own, and that of the section around it."""


def in_words(text: str) -> str:
    """A text in which every path of an answer is replaced by what the form calls it."""
    return _PATH.sub(lambda found: _label(found[1]) or found[0], text)


def _label(path: str) -> str:
    """What the form calls an answer; empty for what is no path of one."""
    shape: Shape | None = ROOT
    titles: list[str] = []
    for key in path.split("."):
        if key == "kind" and titles and shape is not None and shape.form == "union":
            break
        info = _field(shape, key) if shape else None
        if info is None:
            return ""
        shape = shape_of(info.annotation)
        if key != "*":
            titles.append(info.title or key)
    return f'"{": ".join((titles[1:] or titles)[-_NAMED:])}"'


def _field(shape: Shape, key: str) -> Any:
    """How the answer with a key is declared in a section, or in the first kind that has it."""
    for section in shape.sections.values():
        fields = fields_of(section)
        if key == "*" and fields:
            return next(iter(fields.values()))
        if key in fields:
            return fields[key]
    return None
