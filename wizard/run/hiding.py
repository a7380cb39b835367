"""Hiding secrets in what is given to others: the same secret is the same token everywhere.

Who reads a support bundle sees that two places hold the same secret, and never which. Tokens are
keyed (HMAC-SHA-256, RFC 2104) with a key that is made for one bundle and stays in this process, so
that nobody finds a secret by trying values, nor compares two bundles.
"""

import hashlib
import hmac
import re
import secrets
from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any

from wizard.run.patterns import hides_nothing, names_a_secret
from wizard.run.redaction import Redactor

_OPTION = re.compile(r"--?(?P<name>[\w.-]+)")
_KEPT_LENGTH = 500
"""Texts up to this length are hidden once: labels, names and messages repeat in every object."""

_Hidden = tuple[str, str]
"""A token, and what it stands for."""


class Hiding:
    """Hides secrets, those that a redactor knows included, and notes what was hidden where."""

    def __init__(self, known: Redactor, key: bytes | None = None) -> None:
        self._key = key or secrets.token_bytes(32)
        self._redactor = known.masking(self._token)
        self._now: list[_Hidden] = []
        self._kept: dict[str, tuple[str, Sequence[_Hidden]]] = {}
        self._places: dict[str, Counter[str]] = {}
        self._words: dict[str, set[str]] = {}

    def conceal(self, value: str, what: str) -> None:
        """Hide this value from now on; `what` says what it is, for the report."""
        self._redactor.conceal(value, what)
        self._kept.clear()

    def hide(self, text: str, place: str) -> str:
        """The text without secrets and with as many lines; `place` is the file it goes to."""
        self._now = []
        hidden = self._redactor.redact(text)
        self._note(place, self._now)
        return hidden

    def hide_document(self, value: Any, place: str) -> Any:
        """A JSON value without secrets: also where only a name beside a value tells of one."""
        match value:
            case str():
                return self._leaf(value, place)
            case {"name": str(name), "value": str(text), **rest} if names_a_secret(name):
                # A variable of a container.
                told = {"name": name, "value": self._whole(text, place)}
                return told | self.hide_document(rest, place)
            case dict():
                return {key: self._entry(key, item, place) for key, item in value.items()}
            case list():
                return [
                    self._argument(before, item, place)
                    for before, item in zip(["", *value], value, strict=False)
                ]
            case _:
                return value

    def report(self) -> list[Mapping[str, Any]]:
        """What was hidden where: each token with what it stands for, and how often by file."""
        return [
            {
                "token": token,
                "what": sorted(self._words[token]),
                "files": dict(sorted(files.items())),
            }
            for token, files in sorted(self._places.items())
        ]

    def _leaf(self, text: str, place: str) -> str:
        kept = self._kept.get(text)
        if kept is None:
            kept = self.hide(text, place), tuple(self._now)
            if len(text) <= _KEPT_LENGTH:
                self._kept[text] = kept
        else:
            self._note(place, kept[1])
        return kept[0]

    def _entry(self, key: str, item: Any, place: str) -> Any:
        if isinstance(item, str) and names_a_secret(key):
            return self._whole(item, place)
        return self.hide_document(item, place)

    def _argument(self, before: Any, item: Any, place: str) -> Any:
        """An item of a list, which may be the argument of the option before it."""
        option = _OPTION.fullmatch(before) if isinstance(before, str) else None
        if option and isinstance(item, str) and names_a_secret(option["name"]):
            return self._whole(item, place)
        return self.hide_document(item, place)

    def _whole(self, text: str, place: str) -> str:
        """A value that is a secret as a whole."""
        if hides_nothing(text):
            return text
        self._now = []
        hidden = self._token(text, "value under a secret's name")
        self._note(place, self._now)
        return hidden

    def _token(self, secret: str, what: str) -> str:
        """The token of a secret, with the line breaks that it had."""
        bare = secret.strip("'\"\\ \n")
        digest = hmac.new(self._key, bare.encode(), hashlib.sha256).hexdigest()
        token = f"[hidden-{digest[:10]}]"
        self._now.append((token, what))
        return token + "\n" * secret.count("\n")

    def _note(self, place: str, hidden: Sequence[_Hidden]) -> None:
        for token, what in hidden:
            self._places.setdefault(token, Counter())[place] += 1
            self._words.setdefault(token, set()).add(what)
