"""A certificate and its chain in a few lines: for which names, by whom, how long, which key."""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from screens.signs import State
from wizard.certificates import CertificateFacts, CertificateProblem
from wizard.text import first_of

_NAMES_SHOWN = 4


@dataclass(frozen=True, slots=True)
class Fact:
    """One line of what was found: what it is about, what it is, and how that stands."""

    label: str
    text: str
    state: State | None = None
    words: str = ""


ROW_OF: Mapping[str, str] = {
    "host-not-covered": "names",
    "wrong-purpose": "names",
    "expired": "valid",
    "not-yet-valid": "valid",
    "expires-soon": "valid",
    "key-mismatch": "key",
    "key-unreadable": "key",
    "key-missing": "key",
    "passphrase-missing": "key",
    "passphrase-wrong": "key",
    "long-lived": "valid",
    "weak-key": "key",
    "unusual-key": "key",
}
"""Which line a problem of a code is told in; all others are about the chain."""

WEAK = {"weak-key", "unusual-key"}
"""Problems of the key line that are about the certificate."""

_SHORT: Mapping[str, str] = {
    "wrong-purpose": "not meant for servers",
    "key-mismatch": "does not belong to the certificate",
    "key-unreadable": "no private key can be read",
    "key-missing": "no private key can be read",
    "passphrase-missing": "is protected by a passphrase",
    "passphrase-wrong": "the passphrase does not open it",
    "weak-key": "too short for today's clients",
    "unusual-key": "many clients cannot use it",
    "weak-signature": "signed with SHA-1 or MD5",
    "chain-broken": "another issuer of that name is given",
    "chain-incomplete": "the issuer is missing",
    "to-fetch": "the issuer is fetched when it is installed",
    "untrusted": "leads to no trusted root",
    "strict-clients": "strict clients refuse it",
    "root-is-intermediate": "the root itself is missing",
    "self-signed": "signed by itself",
    "authority-as-server": "the first one is an authority's",
}


def chain_facts(
    chain: Sequence[CertificateFacts],
    problems: Sequence[CertificateProblem],
    host: str,
    key_note: str,
    now: datetime,
    *,
    in_order: bool = True,
) -> Iterator[Fact]:
    """A chain for a host, line by line, and at last how to mend what is worst.

    `key_note` says why nothing is known of the key; empty: it was compared. The files may not be
    `in_order`, but what is made of them is.
    """
    leaf = chain[0]
    good = {
        "names": f"covers {host}" if host else "",
        "issued by": "complete, in order" if in_order else "complete, put in order",
        "valid": "",
        "key": "belongs to the certificate",
    }
    left = (leaf.not_after - now).days
    days = f"{left} days left" if left >= 0 else f"ended {-left} days ago"
    for label, text in _texts(chain).items():
        own = [one for one in problems if ROW_OF.get(one.code, "issued by") == label]
        if own:
            words = ", ".join(short(one, host, days) for one in own)
            yield Fact(label, text, _worst(own), words)
        elif label == "key" and key_note:
            yield Fact(label, text, "unknown", key_note)
        elif label == "names" and not host:
            yield Fact(label, text, "unknown", "harbor.url is not given yet")
        else:
            yield Fact(label, text, "ok", days if label == "valid" else good[label])
    for problem in problems[:1]:
        yield Fact("fix", problem.fix)


def _texts(chain: Sequence[CertificateFacts]) -> Mapping[str, str]:
    """What a chain says of itself, by the labels of the lines."""
    leaf = chain[0]
    return {
        "names": _names(leaf),
        "issued by": " < ".join(_issuers(chain)),
        "valid": f"{leaf.not_before:%Y-%m-%d} to {leaf.not_after:%Y-%m-%d}",
        "key": leaf.key,
    }


def short(problem: CertificateProblem, host: str, days: str) -> str:
    """A problem in a few words; `days` says how long the certificate is valid."""
    if problem.code == "host-not-covered":
        return f"does not cover {host}"
    if problem.code == "long-lived":
        return "longer than Apple's systems accept"
    if ROW_OF.get(problem.code) == "valid":
        return problem.message if problem.code == "not-yet-valid" else days
    return _SHORT.get(problem.code, problem.message)


def _worst(problems: Sequence[CertificateProblem]) -> State:
    return "wrong" if any(one.level == "bad" for one in problems) else "look"


def _names(leaf: CertificateFacts) -> str:
    return first_of(leaf.names, _NAMES_SHOWN) or f"{called(leaf.subject)} (no name at all)"


def _issuers(chain: Sequence[CertificateFacts]) -> Iterator[str]:
    """Who signed the first, who signed that one, and so on, as far as the file tells."""
    by_subject = {one.subject: one for one in chain}
    wanted, seen = chain[0].issuer, set[str]()
    while wanted not in seen:
        seen.add(wanted)
        yield called(wanted)
        signer = by_subject.get(wanted)
        wanted = signer.issuer if signer else wanted


def called(name: str) -> str:
    """The common name of a distinguished one, or all of it."""
    found = re.search(r"(?:^|,)CN=((?:\\.|[^,\\])+)", name)
    return found[1].replace("\\", "") if found else name or "without a name"
