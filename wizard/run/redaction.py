"""Redaction: no secret leaves the wizard as text, neither one it knows nor one it recognises.

By value: every secret that the wizard reads or makes is concealed in all the forms in which tools
print it. By pattern: keys, tokens and passwords of others, as logs and error messages show them.
"""

import base64
import json
import re
from collections.abc import Iterator
from typing import Any
from urllib.parse import quote, quote_plus

from wizard.run.patterns import redact_patterns
from wizard.steps.difference import MASK

MINIMUM_LENGTH = 6
"""Shorter values are not concealed: they would hide ordinary text and protect nothing."""
_LINE_LENGTH = 16
"""From this length on a single line of a value of several lines counts as a secret of its own."""
_ORDINARY = frozenset(
    {"default", "harbor", "kubernetes", "localhost", "password", "postgres", "registry", "secret"}
)
"""Words of everyday output: hiding them would make it unreadable, and tell the secret."""


class Redactor:
    """Replaces secrets in text; values may be added at any time, from then on they are hidden."""

    def __init__(self) -> None:
        self._forms: set[str] = set()
        self._compiled: re.Pattern[str] | None = None

    def conceal(self, value: str) -> None:
        """Hide this value from now on, also encoded, escaped, or one line of it alone.

        Trivial values (shorter than MINIMUM_LENGTH, a repeated character, an everyday word) are
        left to the patterns, which know them by what stands before them.
        """
        lines = [line.strip() for line in value.splitlines()]
        secrets = [value.strip(), *(line for line in lines if len(line) >= _LINE_LENGTH)]
        forms = {form for secret in secrets if not _trivial(secret) for form in _forms(secret)}
        if not forms <= self._forms:
            self._forms |= forms
            self._compiled = None

    def redact(self, text: str) -> str:
        """The text with every secret replaced by a mask of fixed length."""
        if self._forms:
            text = self._values().sub(MASK, text)
        return redact_patterns(text)

    def redact_document(self, document: Any) -> Any:
        """A JSON value with every text in it redacted; keys stay as they are."""
        if isinstance(document, str):
            return self.redact(document)
        if isinstance(document, dict):
            return {key: self.redact_document(value) for key, value in document.items()}
        if isinstance(document, list):
            return [self.redact_document(value) for value in document]
        return document

    def _values(self) -> re.Pattern[str]:
        if self._compiled is None:
            longest_first = sorted(self._forms, key=lambda form: (-len(form), form))
            self._compiled = re.compile("|".join(map(re.escape, longest_first)))
        return self._compiled


def _trivial(value: str) -> bool:
    return len(value) < MINIMUM_LENGTH or len(set(value)) == 1 or value.lower() in _ORDINARY


def _forms(secret: str) -> Iterator[str]:
    yield secret
    yield quote(secret, safe="")
    yield quote_plus(secret)
    yield from _escaped(secret)
    yield from _encoded(secret.encode())


def _escaped(secret: str) -> Iterator[str]:
    """As JSON and Go's quoted strings have it; Go's encoder also escapes <, > and &."""
    for ascii_only in (True, False):
        escaped = json.dumps(secret, ensure_ascii=ascii_only)[1:-1]
        yield escaped
        yield re.sub("[<>&]", lambda found: f"\\u{ord(found[0]):04x}", escaped)


def _encoded(secret: bytes) -> Iterator[str]:
    """Base64 of the secret, and of it within something longer.

    Base64 works on groups of three bytes: a secret that begins at the second or third byte of a
    group looks otherwise. Of these only the characters that no neighbour changes are given.
    """
    for encode in (base64.b64encode, base64.urlsafe_b64encode):
        yield encode(secret).decode()
        for before in range(3):
            first = -(-before * 8 // 6)
            last = (before + len(secret)) * 8 // 6
            yield encode(bytes(before) + secret).decode()[first:last]
