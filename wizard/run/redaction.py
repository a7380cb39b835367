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

from wizard.run.patterns import Mask, fixed, redact_patterns

MINIMUM_LENGTH = 6
"""Shorter values are not concealed: they would hide ordinary text and protect nothing."""
_LINE_LENGTH = 16
"""From this length on a single line of a value of several lines counts as a secret of its own."""
_ORDINARY = frozenset(
    {"default", "harbor", "kubernetes", "localhost", "password", "postgres", "registry", "secret"}
)
"""Words of everyday output: hiding them would make it unreadable, and tell the secret."""


class Redactor:
    """Replaces secrets in text; values may be added at any time, from then on they are hidden.

    `mask` says what stands in place of a secret.
    """

    def __init__(self, mask: Mask = fixed) -> None:
        self._mask = mask
        self._forms: dict[str, tuple[str, str]] = {}

    def masking(self, mask: Mask) -> "Redactor":
        """Another one that knows the same values and masks them in its own way."""
        other = Redactor(mask)
        other._forms = dict(self._forms)
        return other

    def conceal(self, value: str, what: str = "secret that the wizard knows") -> None:
        """Hide this value from now on, also encoded, escaped, or one line of it alone.

        Trivial values (shorter than MINIMUM_LENGTH, a repeated character, an everyday word) are
        left to the patterns, which know them by what stands before them. `what` says in a few
        words what the value is.
        """
        lines = [line.strip() for line in value.splitlines()]
        secrets = [value.strip(), *(line for line in lines if _tells(line))]
        for secret in secrets:
            if secret not in self._forms and not _trivial(secret):
                for form in _forms(secret):
                    self._forms.setdefault(form, (secret, what))

    def redact(self, text: str) -> str:
        """The text with every secret replaced by its mask."""
        # Looking for each costs less than an expression of all: there is mostly nothing to replace.
        if present := [form for form in self._forms if form in text]:
            longest_first = sorted(present, key=lambda form: (-len(form), form))
            text = re.sub("|".join(map(re.escape, longest_first)), self._masked, text)
        return redact_patterns(text, self._mask)

    def _masked(self, found: re.Match[str]) -> str:
        return self._mask(*self._forms[found[0]])

    def redact_document(self, document: Any) -> Any:
        """A JSON value with every text in it redacted; keys stay as they are."""
        if isinstance(document, str):
            return self.redact(document)
        if isinstance(document, dict):
            return {key: self.redact_document(value) for key, value in document.items()}
        if isinstance(document, list):
            return [self.redact_document(value) for value in document]
        return document


def _tells(line: str) -> bool:
    """Whether a line of a secret is one by itself: the marks of PEM are in every key, and the
    patterns know keys by them.
    """
    return len(line) >= _LINE_LENGTH and not line.startswith("-----")


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
