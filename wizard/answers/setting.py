"""`--set PATH=VALUE`: one answer from the command line."""

import re
from collections.abc import Mapping
from typing import Any

from wizard.answers.draft import Draft, Origin
from wizard.answers.entering import with_default_kind
from wizard.answers.outline import ROOT, Shape
from wizard.answers.paths import Path, format_path, parse_path
from wizard.answers.problems import PresetInvalid, Problem
from wizard.answers.raw import value_at
from wizard.answers.translate import unknown_key
from wizard.answers.yamltree import parse

SOURCE = "--set"
"""What stands for the file where a problem came from the command line."""

_ASSIGNMENT = re.compile(r'((?:"[^"]*"|[^"=])+)=(.*)', re.DOTALL)


def apply_set(draft: Draft, assignment: str) -> Draft:
    """The draft with one more answer. Raises PresetInvalid.

    The value is a YAML scalar, or a list or a reference to a secret in flow style. Another `kind`
    drops all that belonged to the old one. The value itself is never shown: it may be a secret.
    """
    match = _ASSIGNMENT.fullmatch(assignment)
    if match is None:
        raise PresetInvalid([Problem("", "must have the form PATH=VALUE", file=SOURCE)])
    named, text = match.groups()
    path: Path = ()
    try:
        draft, path, shape = _locate(parse_path(named), draft)
        value = _value(path, text, shape)
        if path[-1] == "kind" and value != value_at(path, draft.data):
            path, value = path[:-1], {"kind": value}
        return draft.put(path, value, Origin(SOURCE, folder=draft.folder))
    except _Refused as refused:
        problem = Problem(format_path(refused.path or path), refused.message, refused.fix, SOURCE)
    except ValueError as error:
        problem = Problem(format_path(path), str(error), file=SOURCE)
    raise PresetInvalid([problem])


class _Refused(Exception):
    """An assignment that cannot be carried out."""

    def __init__(self, message: str, fix: str, path: Path = ()) -> None:
        super().__init__(message)
        self.message = message
        self.fix = fix
        self.path = path


def _value(path: Path, text: str, shape: Shape) -> Any:
    """The value that an assignment gives to the answer of this shape at a path."""
    tree = parse(text, "")
    if tree.problems:
        raise _Refused(tree.problems[0].message, tree.problems[0].fix)
    if isinstance(tree.value, Mapping) and shape.form in {"section", "union"}:
        each = " ".join(
            _suggested(format_path((*path, key)), key, value, shape, tree.value)
            for key, value in tree.value.items()
        )
        raise _Refused("cannot be set as a whole", f"Set each answer in it by its own: {each}")
    return _as_meant(tree.value, text, shape)


def _suggested(place: str, key: str, value: Any, shape: Shape, given: Any) -> str:
    """The option for one key: a known kind as it is; anything else may be a secret."""
    if key == "kind" and value in shape.sections:
        return f"--set {place}={value}"
    inner = shape.child(key, given)
    if inner is not None and inner.form == "secret":
        return f"--set '{place}={{env: NAME}}'"
    return f"--set {place}=VALUE"


def _as_meant(value: Any, text: str, shape: Shape) -> Any:
    """Where text belongs, digits and `true` stay text: quotes are lost in shells."""
    wants_text = shape.form == "scalar" and str in shape.types
    return text if wants_text and isinstance(value, bool | int | float) else value


def _locate(given: Path, draft: Draft) -> tuple[Draft, Path, Shape]:
    """The path with list items by position, and its shape.

    Where a section of several kinds was not given yet, its default kind is written down.
    """
    shape: Shape = ROOT
    path: Path = ()
    for part in given:
        here = value_at(path, draft.data)
        if shape.form == "union" and here is None:
            draft = with_default_kind(draft, path, Origin(SOURCE, folder=draft.folder))
            here = value_at(path, draft.data)
        path = (*path, _position(part, here, shape))
        inner = shape.child(path[-1], here)
        if inner is None:
            raise _no_such_answer(path, here, shape, draft)
        shape = inner
    return draft, path, shape


def _no_such_answer(path: Path, here: Any, shape: Shape, draft: Draft) -> _Refused:
    if shape.form == "secret":
        fix = f"Write '{format_path(path[:-1])}={{env: NAME}}' or another reference."
        return _Refused("a reference to a secret is set as a whole", fix, path)
    if shape.form == "union" and path[-1] != "kind" and shape.section_for(here) is None:
        fix = f"Set {format_path((*path[:-1], 'kind'))} first."
        return _Refused("belongs to a kind that is not chosen", fix, path)
    return _Refused(*unknown_key(path, draft.data), path)


def _position(part: str | int, here: Any, shape: Shape) -> str | int:
    """A list item's position, where it is given by its name; keys of maps stay text."""
    if shape.form != "list":
        return str(part)
    for position, item in enumerate(here or []):
        if isinstance(item, Mapping) and item.get("name") == part:
            return position
    return part
