"""What pydantic finds wrong with raw answers, as problems in plain sentences."""

from collections.abc import Iterable, Mapping
from difflib import get_close_matches
from typing import Any

from pydantic_core import ErrorDetails

from wizard.answers.outline import ROOT, Shape, fields_of, shape_at
from wizard.answers.paths import Path, printable
from wizard.answers.raw import value_at

_HOW_TO_REFER = (
    "Refer to it: {env: NAME}, {file: path}, {secret: {name: …, key: …}}, "
    "{vault: {path: …, key: …}} or {prompt: true}"
)

NOT_A_KEY = "is no key here"
"""How messages begin that are about the key of a map's item, not about its value."""

_PROXIES = {("network", "httpProxy"), ("network", "httpsProxy")}
_PROXY_WITHOUT_LOGIN = (
    "Name a proxy that asks for no login: a relay in your network that adds it (cntlm, squid), or "
    "one that admits by address."
)

_TYPES = {
    "string_type": "must be text",
    "int_type": "must be a whole number, without quotes",
    "bool_type": "must be true or false",
    "path_type": "must be the path of a file",
    "tuple_type": "must be a list",
    "mapping_type": "must be a section with keys",
    "dict_type": "must be a section with keys",
    "model_type": "must be a section with keys",
    "model_attributes_type": "must be a section with keys",
    "string_too_short": "must not be empty",
}


def problem_of(error: ErrorDetails, data: Any) -> tuple[Path, str, str]:
    """The path, the message and the fix for one of pydantic's errors about raw data."""
    path = _path_of(error["loc"], data)
    kind, context = error["type"], error.get("ctx", {})
    shape = shape_at(path, data)
    if kind == "extra_forbidden":
        return path, *unknown_key(path, data)
    if kind == "missing":
        return path, "is missing", _fix_for_missing(path[-1], shape)
    if error["loc"][-1:] == ("[key]",):
        return path, f"{NOT_A_KEY}: it {_message(kind, context)}", ""
    if shape is not None and shape.form == "union":
        return (*path, "kind"), *_unknown_kind(shape, value_at(path, data))
    message, fix = _about_value(error, shape, value_at(path, data))
    if path in _PROXIES and "@" in str(value_at(path, data)):
        fix = _PROXY_WITHOUT_LOGIN
    return path, message, fix


def _about_value(error: ErrorDetails, shape: Shape | None, raw: Any) -> tuple[str, str]:
    if shape is not None and shape.form == "secret":
        return _secret(shape, raw)
    if error["type"] == "literal_error":
        return _not_a_choice(shape, raw)
    return _message(error["type"], error.get("ctx", {})), _fix_for_type(error["type"], raw)


def _path_of(loc: Iterable[str | int], data: Any) -> Path:
    """Pydantic's location without the tags of unions, which are no part of the file."""
    path: list[str | int] = []
    shape: Shape | None = ROOT
    tag_follows = False
    for part in loc:
        if tag_follows:
            tag_follows = False
            continue
        if part == "[key]":
            break
        path.append(part)
        here = value_at(tuple(path[:-1]), data)
        shape = shape.child(part, here) if shape else None
        tag_follows = shape is not None and shape.form in {"union", "secret"}
    return tuple(path)


_HINTS: dict[Path, str] = {
    ("harbor", "replicas", "database"): "The internal database runs alone; use an external one.",
    ("harbor", "replicas", "redis"): "The internal Redis runs alone; use an external one.",
}


def unknown_key(path: Path, data: Any) -> tuple[str, str]:
    """Message and fix for a key that no section has."""
    if path in _HINTS:
        return "cannot be set", _HINTS[path]
    parent = shape_at(path[:-1], data)
    section = parent.section_for(value_at(path[:-1], data)) if parent else None
    known = list(fields_of(section)) if section else []
    return "is not a known key", did_you_mean(str(path[-1]), known)


def did_you_mean(word: str, known: Iterable[str]) -> str:
    """The likeliest of the known words, or all of them."""
    names = list(known)
    return _nearest(word, names) or (f"Known here: {', '.join(names)}." if names else "")


def _nearest(word: str, known: Iterable[str]) -> str:
    by_lower = {name.lower(): name for name in known}
    close = get_close_matches(word.lower(), by_lower, n=1, cutoff=0.6)
    return f"Did you mean '{by_lower[close[0]]}'?" if close else ""


def _fix_for_missing(key: str | int, shape: Shape | None) -> str:
    if shape is not None and len(shape.choices) == 1:
        return f"Write `{key}: {choice_text(shape.choices[0])}`."
    if shape is None or shape.form != "union":
        return ""
    return f"Write `kind:` and one of: {', '.join(shape.sections)}."


def _unknown_kind(shape: Shape, raw: Any) -> tuple[str, str]:
    kinds = ", ".join(shape.sections)
    if not isinstance(raw, Mapping):
        return "is missing: a section that begins with `kind` belongs here", f"Kinds: {kinds}."
    if "kind" not in raw:
        return "is missing", f"Write `kind:` and one of: {kinds}."
    shown = printable(str(raw["kind"]))
    return f"'{shown}' is not one of the kinds {kinds}", _nearest(shown, shape.sections)


def _not_a_choice(shape: Shape | None, raw: Any) -> tuple[str, str]:
    choices = [choice_text(choice) for choice in (shape.choices if shape else ())]
    if len(choices) == 1:
        return f"must be {choices[0]}", ""
    shown = printable(choice_text(raw))
    return f"'{shown}' is not one of {', '.join(choices)}", _nearest(shown, choices)


def choice_text(value: Any) -> str:
    """A value as it is written in YAML."""
    return str(value).lower() if isinstance(value, bool) else str(value)


def _secret(shape: Shape, raw: Any) -> tuple[str, str]:
    """Never shows the value: it may be the secret itself."""
    fix = (
        f"{_HOW_TO_REFER}, or {{generate: true}}."
        if "generate" in shape.sections
        else f"{_HOW_TO_REFER}."
    )
    if isinstance(raw, Mapping) and "generate" in raw and len(raw) == 1:
        return "cannot be generated: somebody else made this secret", fix
    if isinstance(raw, Mapping) or raw is None:
        return "is not a reference to a secret", fix
    return "holds a secret in clear text, which a preset must not", fix


def _message(kind: str, context: Mapping[str, Any]) -> str:
    if kind == "value_error":
        return str(context["error"])
    if kind == "too_short":
        return "must have at least one item"
    if kind == "greater_than_equal":
        return f"must be at least {context['ge']}"
    if kind == "less_than_equal":
        return f"must be at most {context['le']}"
    return _TYPES.get(kind, "is not valid here")


def _fix_for_type(kind: str, raw: Any) -> str:
    if kind == "string_type" and isinstance(raw, bool | int | float):
        return f"Put it in quotes: '{choice_text(raw)}'."
    if kind == "tuple_type" and isinstance(raw, str):
        return "Write it as a list: [one, two]."
    return ""
