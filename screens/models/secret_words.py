"""Words about secrets: where they may come from, how strong one is; and strong ones are made."""

import base64
import binascii
import math
import secrets
import string
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from screens.signs import State
from wizard.answers.form import Option
from wizard.answers.outline import Shape, fields_of
from wizard.answers.rules_values import CHART_DEFAULTS
from wizard.answers.secret_values import SECRET_KEY_LENGTH
from wizard.steps.secrets import random_password, random_text

Told = tuple[State, str]

TYPED_KINDS = ("env", "file", "prompt")
"""The references that a secret typed for this session can stand in for."""

_SORTS: Mapping[str, str] = {
    "lower case": string.ascii_lowercase,
    "upper case": string.ascii_uppercase,
    "digits": string.digits,
}
_FAIR, _STRONG = 50, 75
"""Bits of a random text of such length and sorts."""


def kinds(shape: Shape) -> list[Option]:
    """The references that an answer allows, as people call them, each with what it brings."""
    found = []
    for kind, section in shape.sections.items():
        (info,) = fields_of(section).values()
        found.append(Option(kind, section.label, info.description or ""))
    return found


@dataclass(frozen=True, slots=True)
class _Rule:
    """What Harbor or another program wants of a secret: what is wrong with it, how one is made."""

    wrong: Callable[[str], str]
    make: Callable[[], str]


def _not_admin(value: str) -> str:
    """Harbor's own rule for passwords (API of 2.15, `PUT /users/{user_id}/password`)."""
    missing = [name for name, sort in _SORTS.items() if not set(value) & set(sort)]
    if missing:
        return f"Harbor wants {', '.join(missing)} in it too"
    return "" if 8 <= len(value) <= 128 else "Harbor wants 8 to 128 characters"


def _not_secret_key(value: str) -> str:
    length = len(value.encode())
    return "" if length == SECRET_KEY_LENGTH else f"{length} of exactly {SECRET_KEY_LENGTH} bytes"


def _not_seal_key(value: str) -> str:
    try:
        length = len(base64.b64decode(value, validate=True))
    except (binascii.Error, ValueError):
        return "it must be 32 bytes in base64"
    return "" if length == 32 else f"{length} of exactly 32 bytes in base64"


_RULES: Mapping[str, _Rule] = {
    "harbor.adminPassword": _Rule(_not_admin, random_password),
    "harbor.secretKey": _Rule(_not_secret_key, lambda: random_text(SECRET_KEY_LENGTH)),
    "pki.authority.server.unseal.key": _Rule(
        _not_seal_key, lambda: base64.b64encode(secrets.token_bytes(32)).decode()
    ),
}


def strong(name: str) -> str:
    """A new strong secret for the answer of this name."""
    return _RULES[name].make() if name in _RULES else random_password()


def _wrong(name: str, value: str) -> str:
    if value in CHART_DEFAULTS:
        return "everybody knows it: it stands in Harbor's chart"
    return _RULES[name].wrong(value) if name in _RULES else ""


def strength(name: str, value: str, *, chosen_here: bool) -> Told:
    """How a typed secret stands, honestly: by its length and the sorts of its characters.

    `chosen_here`: it is made up now; what others made is only counted.
    """
    characters = f"{len(value)} characters"
    if wrong := _wrong(name, value):
        return "wrong", wrong
    if value != value.strip():
        return "look", f"{characters}, with blanks at an end"
    return _guessable(value, characters) if chosen_here else ("ok", characters)


def _guessable(value: str, characters: str) -> Told:
    """How hard a value is to guess."""
    sorts = [word for word, sort in _SORTS.items() if set(value) & set(sort)]
    pool = sum(len(_SORTS[word]) for word in sorts)
    others = set(value) - set("".join(_SORTS.values()))
    if others:
        sorts.append("others")
        pool += len(string.punctuation)
    varied = min(len(value), 2 * len(set(value)))
    bits = varied * math.log2(pool) if pool else 0.0
    told = f"{characters}, {', '.join(sorts)}"
    if bits < _FAIR:
        return "look", f"weak: {told}"
    if bits < _STRONG:
        return "ok", f"fair, if nobody can guess it: {told}"
    return "ok", f"strong, if it is random: {told}"


def variable_state(name: str, environ: Mapping[str, str]) -> Told | None:
    """Whether a variable is there now; it may be set later as well."""
    if not name:
        return None
    if environ.get(name):
        return "ok", "set in this environment"
    state = "empty" if name in environ else "not set"
    return "look", f"{state} in this environment: it must be there when the wizard runs"
