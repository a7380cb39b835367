"""Patterns of secrets: how keys, tokens and passwords look in logs and messages of others."""

import base64
import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import lru_cache, partial

from wizard.steps.difference import MASK

Mask = Callable[[str, str], str]
"""What stands in place of a secret; it is given with a word or two that say what it is."""

TOKEN = re.compile(r"\[hidden-[0-9a-f]{10}\]")
"""What a support bundle has in place of a secret (`wizard.run.hiding`)."""

_HARMLESS = frozenset({"true", "false", "null", "none", "nil", "<nil>", "yes", "no", MASK})
"""Values that tell nothing, and help who reads."""


def fixed(secret: str, what: str) -> str:
    """The mask of fixed length, the same for every secret."""
    return MASK


_KEY = (
    r"(?<![\w.-])(?![\w.-]*existing)[\w.-]*"
    r"(?:passw(?:or)?d|passphrase|token|(?<![a-z0-9])secret|client_?secret"
    r"|(?:access|account|api|csrf|private|secret)[_-]?key)"
)
"""A name whose value is secret. A name such as `existingSecret` or `secretName` leads to an
object; `existingSecretKey` is a key in it.
"""


_NAME = re.compile(_KEY, re.IGNORECASE)


@lru_cache(maxsize=4096)
def names_a_secret(name: str) -> bool:
    """Whether a variable, a key or an option of that name holds a secret."""
    return _NAME.fullmatch(name) is not None


def hides_nothing(value: str) -> bool:
    """Whether a value is no secret wherever it stands: empty, harmless, or masked already."""
    bare = value.strip("'\"\\ ")
    return not bare or bare.lower() in _HARMLESS or TOKEN.fullmatch(bare) is not None


@dataclass(frozen=True, slots=True)
class _Pattern:
    """A regular expression whose group `secret` is masked, and what it recognises, for people.

    It is for text that holds one of the `hints` (in lower case), so that an ordinary log line
    costs little. `genuine` tells secrets from words that only look the same.
    """

    what: str
    hints: tuple[str, ...]
    expression: re.Pattern[str]
    genuine: Callable[[str], bool]

    def redact(self, text: str, mask: Mask) -> str:
        return self.expression.sub(partial(self._mask, mask), text)

    def _mask(self, mask: Mask, found: re.Match[str]) -> str:
        secret = found["secret"]
        if hides_nothing(secret) or not self.genuine(secret):
            return found[0]
        start, end = (position - found.start() for position in found.span("secret"))
        return found[0][:start] + mask(secret, self.what) + found[0][end:]


def _always(_: str) -> bool:
    return True


def _pattern(
    what: str, hints: str, expression: str, genuine: Callable[[str], bool] = _always
) -> _Pattern:
    flags = re.IGNORECASE | re.MULTILINE | re.DOTALL
    return _Pattern(what, tuple(hints.split()), re.compile(expression, flags), genuine)


def _is_login(secret: str) -> bool:
    """Whether a text is Base64 of `user:password` (RFC 7617)."""
    try:
        return ":" in base64.b64decode(secret, validate=True).decode()
    except ValueError:
        return False


_START = r"(?:\b|(?<=\\[nrt]))"
"""Where a word begins, also behind a line break that is escaped as in JSON."""
_KEY_HINTS = "passw passphrase token secret key"
_PATTERNS: Iterable[_Pattern] = (
    # PEM, up to its end or to where the text was cut; also inside a JSON string.
    _pattern(
        "private key",
        "private",
        r"-----BEGIN [A-Z ]*PRIVATE KEY-----(?P<secret>.*?)(?:-----END [A-Z ]*-----|\Z)",
    ),
    # The rest of such a key, at the beginning of a text.
    _pattern(
        "private key",
        "private",
        r"\A(?P<secret>(?:\s*[A-Za-z0-9+/=]{16,}[ \t]*\n)+)(?=-----END [A-Z ]*PRIVATE KEY-----)",
    ),
    # Base64 of PEM that is not a certificate, as in a Secret's data.
    _pattern(
        "private key in Base64",
        "ls0tls1crudjti",
        _START + r"(?-i:LS0tLS1CRUdJTi)(?-i:(?!BDRVJU))(?P<secret>[\w+/=-]+)",
    ),
    # JSON Web Tokens (RFC 7519), with or without their signature.
    _pattern(
        "JSON Web Token", "eyj", _START + r"(?-i:(?P<secret>eyJ[\w-]{8,}\.[\w-]{8,}(?:\.[\w-]*)?))"
    ),
    # Base64 of a docker configuration ({"auths":…).
    _pattern(
        "docker configuration", "eyjhdxrocyi", _START + r"(?-i:(?P<secret>eyJhdXRocyI[\w+/=-]+))"
    ),
    # Tokens of Vault and OpenBao: today's, and those of before Vault 1.10.
    _pattern("Vault token", "hvs. hvb. hvr.", _START + r"(?P<secret>hv[sbr]\.[\w-]{20,})"),
    _pattern(
        "Vault token",
        "s. b. r.",
        r"(?-i:(?:(?<![\w.-])|(?<=\\[nrt]))(?P<secret>[sbr]\.(?=[a-z]*[A-Z0-9])[A-Za-z0-9]{24})(?![\w-]))",
    ),
    # Shares of an unseal or recovery key, as Vault prints them and as its API answers (JSON).
    _pattern(
        "unseal key",
        "unseal recovery",
        _START + r"(?:unseal|recovery) (?:key|share)(?: \d+)?(?: \((?:hex|base64)\))?\s*[:=]\s*"
        r"(?P<secret>[\w+/-]{32,}={0,2})",
    ),
    _pattern(
        "unseal key",
        "keys",
        _START + r"(?:(?:unseal_|recovery_)?keys(?:_b64|_hex|_base64)?)\\{0,3}[\"']?\s*:\s*\[\s*"
        r"(?P<secret>\\{0,3}[\"'][\w+/-]{32,}[^\]]*?)\s*(?:\]|\Z)",
    ),
    # bcrypt, as in htpasswd.
    _pattern("password hash", "$2", r"(?P<secret>\$2[abxy]\$\d\d\$[./A-Za-z0-9]{53})"),
    # Tokens that carry their maker's mark: GitHub's, and keys of AWS.
    _pattern("GitHub token", "ghp_ gho_ ghs_ ghu_ ghr_", _START + r"(?P<secret>gh[pousr]_\w{36,})"),
    _pattern("AWS key", "akia asia", _START + r"(?-i:(?P<secret>A[KS]IA[A-Z0-9]{16})\b)"),
    # Signatures in URLs that open a bucket to whoever has them.
    _pattern(
        "signed URL",
        "x-amz- sig=",
        r"[?&](?:x-amz-(?:signature|credential|security-token)|sig)=(?P<secret>[^\s&\"']{8,})",
    ),
    # user:password@tcp(host), the names of Go's MySQL driver.
    _pattern("password in a DSN", "@tcp( @unix(", r"\b[\w.-]+:(?P<secret>[^\s:]+)@(?:tcp|unix)\("),
    # user:password@ in URLs and data source names.
    _pattern(
        "password in a URL",
        "://",
        r"\b[a-z][a-z0-9+.-]{0,20}://[^\s/:@\"']*:(?P<secret>[^\s/\"']+)@",
    ),
    # Headers, as curl, Go and Python print them.
    _pattern(
        "Authorization header",
        "authorization",
        _START + r"authorization[\"']?\s*[:=]\s*[\[\"']*"
        r"(?:(?:basic|bearer|digest|negotiate|token)\s+|(?=\S{16}))(?P<secret>[^\s\"',\]]+)",
    ),
    _pattern(
        "basic login", "basic", _START + r"basic\s+(?P<secret>[A-Za-z0-9+/]{8,}={0,2})", _is_login
    ),
    _pattern("bearer token", "bearer", _START + r"bearer\s+(?P<secret>[\w.~+/-]{16,}=*)"),
    _pattern(
        "cookie",
        "cookie",
        _START + r"(?:set-)?cookie[\"']?\s*[:=]\s*[\[\"']*(?P<secret>[^\s\"'\]][^\"'\]\n]*)",
    ),
    # "password": "…", also escaped within another string, and an entry of a docker configuration.
    _pattern(
        "value under a secret's name",
        _KEY_HINTS + " auth",
        r"(?P<quote>\\{0,3}[\"'])(?:" + _KEY + r"|auth|identitytoken)(?P=quote)\s*:\s*"
        r"(?P=quote)(?!(?P=quote))(?P<secret>(?:\\.|[^\\])+?)(?P=quote)",
    ),
    # password=…, password = "…", password:… without a blank, --password …
    _pattern(
        "value under a secret's name",
        _KEY_HINTS,
        _KEY + r"(?:\s?=\s?|:(?=\S)|(?<=--password) )(?P<secret>'[^'\n]+'|\"[^\"\n]+\"|"
        r"[^\s\"'\\,;&{}\[\]()]+)",
    ),
    # A line of YAML: a name, a colon, one word.
    _pattern(
        "value under a secret's name",
        _KEY_HINTS,
        r"^[ \t]*(?:- )?" + _KEY + r":[ \t]+(?P<secret>'[^'\n]+'|\"[^\"\n]+\"|"
        r"[^\s\"'{\[|>&*!#][^\s]*)[ \t]*$",
    ),
)
_HINTS = {hint for pattern in _PATTERNS for hint in pattern.hints}


def redact_patterns(text: str, mask: Mask = fixed) -> str:
    """The text with everything masked that looks like a secret."""
    lowered = text.lower()
    hints = {hint for hint in _HINTS if hint in lowered}
    for pattern in _PATTERNS:
        if not hints.isdisjoint(pattern.hints):
            text = pattern.redact(text, mask)
    return text
