"""What a person enters into a form, as raw answers of a draft."""

import re
from typing import Any

from wizard.answers.draft import Draft, Origin
from wizard.answers.form import default_kind
from wizard.answers.outline import Shape, fields_of, shape_at
from wizard.answers.paths import Path
from wizard.answers.raw import value_at


def entered(text: str, shape: Shape) -> Any:
    """The raw value that typed text means for an answer; None: nothing was given.

    Digits are a number only where a number belongs; what does not fit stays as it was typed.
    """
    text = text.strip()
    if not text:
        return None
    wants_number = int in shape.types and str not in shape.types
    return int(text) if wants_number and re.fullmatch(r"[-+]?[0-9]{1,18}", text) else text


def answered(draft: Draft, path: Path, value: Any) -> Draft:
    """The draft with an answer, or without it where the value is None.

    Sections on the way that were not given yet get their default kind written down.
    """
    if value is None:
        return draft.drop(path)
    for length in range(1, len(path)):
        draft = with_default_kind(draft, path[:length])
    return draft.put(path, value)


def with_default_kind(draft: Draft, path: Path, origin: Origin | None = None) -> Draft:
    """The draft with the default kind of the section at a path, where none is given yet."""
    shape = shape_at(path, draft.data)
    if shape is None or shape.form != "union" or value_at(path, draft.data) is not None:
        return draft
    parent = shape_at(path[:-1], draft.data)
    section = parent.section_for(value_at(path[:-1], draft.data) or {}) if parent else None
    info = fields_of(section).get(str(path[-1])) if section else None
    kind = default_kind(info) if info else None
    return draft if kind is None else draft.put(path, {"kind": kind}, origin)
