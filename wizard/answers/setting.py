"""`--set PATH=VALUE`: one answer from the command line."""

import re
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from wizard.answers.draft import Draft, Origin
from wizard.answers.outline import ROOT, Shape, fields_of
from wizard.answers.paths import Path, format_path, parse_path, printable
from wizard.answers.problems import PresetInvalid, Problem
from wizard.answers.raw import value_at
from wizard.answers.section import Section
from wizard.answers.translate import unknown_key
from wizard.answers.yamltree import parse

_ASSIGNMENT = re.compile(r'((?:"[^"]*"|[^"=])+)=(.*)', re.DOTALL)


def apply_set(draft: Draft, assignment: str) -> Draft:
    """The draft with one more answer. Raises PresetInvalid.

    The value is a YAML scalar, or a list or a reference to a secret in flow style. Another `kind`
    drops all that belonged to the old one. The value itself is never shown: it may be a secret.
    """
    match = _ASSIGNMENT.fullmatch(assignment)
    if match is None:
        raise PresetInvalid([Problem("", "must have the form PATH=VALUE", file="--set")])
    named, text = match.groups()
    source = f"--set {printable(named)}"
    try:
        draft, path, shape = _locate(parse_path(named), draft, source)
        value = _value(text, shape)
        if path[-1] == "kind" and value != value_at(path, draft.data):
            path, value = path[:-1], {"kind": value}
        return draft.put(path, value, Origin(source, folder=draft.folder))
    except _Refused as refused:
        raise PresetInvalid([replace(refused.problem, file=source)]) from None
    except ValueError as error:
        raise PresetInvalid([Problem("", str(error), file=source)]) from None


class _Refused(Exception):
    """An assignment that cannot be carried out."""

    def __init__(self, path: Path, message: str, fix: str) -> None:
        super().__init__(message)
        self.problem = Problem(format_path(path), message, fix)


def _value(text: str, shape: Shape) -> Any:
    """The value that an assignment gives to an answer of this shape."""
    tree = parse(text, "")
    if tree.problems:
        raise _Refused((), tree.problems[0].message, tree.problems[0].fix)
    if isinstance(tree.value, Mapping) and shape.form in {"section", "union", "list"}:
        raise _Refused((), "cannot be set as a whole", "Set each answer in it by its own --set.")
    return _as_meant(tree.value, text, shape)


def _as_meant(value: Any, text: str, shape: Shape) -> Any:
    """Where text belongs, digits and `true` stay text: quotes are lost in shells."""
    wants_text = shape.form == "scalar" and str in shape.types
    return text if wants_text and isinstance(value, bool | int | float) else value


def _locate(given: Path, draft: Draft, source: str) -> tuple[Draft, Path, Shape]:
    """The path with list items by position, and its shape.

    Where a section of several kinds was not given yet, its default kind is written down.
    """
    shape: Shape = ROOT
    path: Path = ()
    for index, part in enumerate(given):
        here = value_at(path, draft.data)
        key = _position(part, here, shape)
        inner = shape.child(key, here)
        path = (*path, key)
        if inner is None and shape.form == "union" and not isinstance(here, Mapping):
            fix = f"Set {format_path((*path[:-1], 'kind'))} first."
            raise _Refused(path, "belongs to a kind that is not chosen", fix)
        if inner is None:
            raise _Refused(path, *unknown_key(path, draft.data))
        is_last = index == len(given) - 1
        kind = _default_kind(key, here, shape)
        if inner.form == "union" and kind and not is_last and value_at(path, draft.data) is None:
            draft = draft.put((*path, "kind"), kind, Origin(source, folder=draft.folder))
        shape = inner
    return draft, path, shape


def _position(part: str | int, here: Any, shape: Shape) -> str | int:
    """A list item's position, where it is given by its name."""
    if shape.form != "list":
        return str(part)
    for position, item in enumerate(here or []):
        if isinstance(item, Mapping) and item.get("name") == part:
            return position
    return part


def _default_kind(key: str | int, raw: Any, shape: Shape) -> str | None:
    section = shape.section_for(raw if raw is not None else {})
    default = fields_of(section)[str(key)].default if section else None
    return getattr(default, "kind", None) if isinstance(default, Section) else None
