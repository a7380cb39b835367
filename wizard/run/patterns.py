"""Patterns of secrets: how keys, tokens and passwords look in logs and messages of others."""

import re
from collections.abc import Iterable
from dataclasses import dataclass

from wizard.steps.difference import MASK

_HARMLESS = frozenset({"true", "false", "null", "none", "nil", "<nil>", "yes", "no", MASK})
"""Values that tell nothing, and help who reads."""

_KEY = (
    r"(?<![\w.-])(?![\w.-]*existing)[\w.-]*"
    r"(?:passw(?:or)?d|passphrase|token|(?<![a-z0-9])secret|client_?secret"
    r"|(?:access|account|api|csrf|private|secret)[_-]?key)"
)
"""A name whose value is secret. A name such as `existingSecret` or `secretName` leads to an
object; `existingSecretKey` is a key in it.
"""


@dataclass(frozen=True, slots=True)
class _Pattern:
    """A regular expression whose group `secret` is masked.

    It is tried only on text that holds one of the `hints` (in lower case), so that an ordinary
    log line costs little.
    """

    hints: tuple[str, ...]
    expression: re.Pattern[str]

    def redact(self, text: str, lowered: str) -> str:
        if any(hint in lowered for hint in self.hints):
            return self.expression.sub(_mask_secret, text)
        return text


def _pattern(hints: str, expression: str) -> _Pattern:
    flags = re.IGNORECASE | re.MULTILINE | re.DOTALL
    return _Pattern(tuple(hints.split()), re.compile(expression, flags))


def _mask_secret(found: re.Match[str]) -> str:
    if found["secret"].strip("'\"").lower() in _HARMLESS:
        return found[0]
    start, end = (position - found.start() for position in found.span("secret"))
    return found[0][:start] + MASK + found[0][end:]


_KEY_HINTS = "passw passphrase token secret key"
_PATTERNS: Iterable[_Pattern] = (
    # PEM, up to its end or to where the text was cut; also inside a JSON string.
    _pattern(
        "private", r"-----BEGIN [A-Z ]*PRIVATE KEY-----(?P<secret>.*?)(?:-----END [A-Z ]*-----|\Z)"
    ),
    # Base64 of PEM that is not a certificate, as in a Secret's data.
    _pattern("ls0tls1crudjti", r"(?-i:\bLS0tLS1CRUdJTi)(?-i:(?!BDRVJU))(?P<secret>[\w+/=-]+)"),
    # JSON Web Tokens (RFC 7519), with or without their signature.
    _pattern("eyj", r"(?-i:\b(?P<secret>eyJ[\w-]{8,}\.[\w-]{8,}(?:\.[\w-]*)?))"),
    # Base64 of a docker configuration ({"auths":…).
    _pattern("eyjhdxrocyi", r"(?-i:\b(?P<secret>eyJhdXRocyI[\w+/=-]+))"),
    # Tokens of Vault and OpenBao: today's, and those of before Vault 1.10.
    _pattern("hvs. hvb. hvr.", r"\b(?P<secret>hv[sbr]\.[\w-]{20,})"),
    _pattern(
        "s. b. r.",
        r"(?-i:(?<![\w.-])(?P<secret>[sbr]\.(?=[a-z]*[A-Z0-9])[A-Za-z0-9]{24})(?![\w-]))",
    ),
    # user:password@ in URLs and data source names.
    _pattern("://", r"\b[a-z][a-z0-9+.-]{0,20}://[^\s/:@\"']*:(?P<secret>[^\s/\"']+)@"),
    # Headers, as curl, Go and Python print them.
    _pattern(
        "authorization",
        r"\bauthorization[\"']?\s*[:=]\s*[\[\"']*"
        r"(?:(?:basic|bearer|digest|negotiate|token)\s+|(?=\S{16}))(?P<secret>[^\s\"',\]]+)",
    ),
    _pattern("bearer", r"\bbearer\s+(?P<secret>[\w.~+/-]{16,}=*)"),
    _pattern(
        "cookie", r"\b(?:set-)?cookie[\"']?\s*[:=]\s*[\[\"']*(?P<secret>[^\s\"'\]][^\"'\]\n]*)"
    ),
    # "password": "…", also escaped within another string, and an entry of a docker configuration.
    _pattern(
        _KEY_HINTS + " auth",
        r"(?P<quote>\\{0,3}[\"'])(?:" + _KEY + r"|auth|identitytoken)(?P=quote)\s*:\s*"
        r"(?P=quote)(?!(?P=quote))(?P<secret>(?:\\.|[^\\])+?)(?P=quote)",
    ),
    # password=…, password = "…", password:… without a blank, --password …
    _pattern(
        _KEY_HINTS,
        _KEY + r"(?:\s?=\s?|:(?=\S)|(?<=--password) )(?P<secret>'[^'\n]+'|\"[^\"\n]+\"|"
        r"[^\s\"'\\,;&{}\[\]()]+)",
    ),
    # A line of YAML: a name, a colon, one word.
    _pattern(
        _KEY_HINTS,
        r"^[ \t]*(?:- )?" + _KEY + r":[ \t]+(?P<secret>'[^'\n]+'|\"[^\"\n]+\"|"
        r"[^\s\"'{\[|>&*!#][^\s]*)[ \t]*$",
    ),
)


def redact_patterns(text: str) -> str:
    """The text with everything masked that looks like a secret."""
    lowered = text.lower()
    for pattern in _PATTERNS:
        text = pattern.redact(text, lowered)
    return text
