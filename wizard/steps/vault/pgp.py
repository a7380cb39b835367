"""OpenPGP public keys for key shares, looked at before a server is given them.

A server that cannot encrypt for one of them fails in the middle of its initialisation, and can
then neither be initialised nor used (measured with OpenBao 2.7.2). The rules are those of its
library (ProtonMail/go-crypto): a valid subkey, or the primary key, that encrypts communications.
Formats: RFC 4880, 4.2 (packets) and 5.2.3 (signatures).
"""

import re
from base64 import b64decode, b64encode
from binascii import Error as NoBase64
from collections.abc import Iterator, Sequence
from datetime import datetime
from pathlib import Path

from wizard.errors import CheckFailed
from wizard.steps.commercial import file_bytes

_SIGNATURE, _SECRET, _PUBLIC, _SECRET_SUBKEY, _SUBKEY = 2, 5, 6, 7, 14
_ENCRYPTING = {1, 2, 16, 18, 25, 26}
"""RSA, ElGamal, ECDH, X25519 and X448, by their numbers."""
_REVOKING, _BINDING = {0x20, 0x28}, 0x18
_FLAGS, _EXPIRES = 27, 9
_FOR_COMMUNICATIONS = 0x04
_ARMOUR = re.compile(
    rb"-----BEGIN PGP (?:PUBLIC|PRIVATE) KEY BLOCK-----\r?\n(?:[^\r\n]*: [^\r\n]*\r?\n)*\r?\n"
    rb"(.*?)(?:\r?\n=[A-Za-z0-9+/]{4})?\r?\n-----END PGP (?:PUBLIC|PRIVATE) KEY BLOCK-----",
    re.DOTALL,
)


def public_keys(files: Sequence[Path], now: datetime) -> tuple[str, ...]:
    """The keys in these files, one each, as a server takes them: binary, in base64.

    Raises CheckFailed for one that nothing can be encrypted for, UsageError for a missing file.
    """
    return tuple(_public_key(file, now) for file in files)


def _public_key(file: Path, now: datetime) -> str:
    content = file_bytes(file)
    try:
        binary = _binary(content)
        why = _why_not(list(_packets(binary)), int(now.timestamp()))
    except (IndexError, ValueError, NoBase64):
        why = "it is no OpenPGP public key"
    if why:
        raise CheckFailed(
            "No key share can be encrypted for a PGP key",
            why=why,
            where=str(file),
            fix="export the holder's public key anew: `gpg --armor --export NAME`; it needs a "
            "subkey for encryption that has not expired",
        )
    return b64encode(binary).decode()


def _binary(content: bytes) -> bytes:
    if found := _ARMOUR.search(content):
        return b64decode(b"".join(found[1].split()), validate=True)
    return content


def _why_not(packets: Sequence[tuple[int, bytes]], now: int) -> str:
    """Why nothing can be encrypted for a key; empty: it can."""
    tags = [tag for tag, _ in packets]
    if _SECRET in tags or _SECRET_SUBKEY in tags:
        return "it is a private key, which its holder alone should have"
    if tags[0] != _PUBLIC:
        return "it is no OpenPGP public key"
    if tags.count(_PUBLIC) > 1:
        return "it holds several keys, and it is not clear whose the share would be"
    primary, *subkeys = _parts(packets)
    if not (_encrypts(primary, now, True) or any(_encrypts(one, now, False) for one in subkeys)):
        return "it has no part for encryption that is valid now"
    return ""


Part = list[tuple[int, bytes]]
"""A key or subkey with what follows it: names and signatures."""


def _parts(packets: Sequence[tuple[int, bytes]]) -> list[Part]:
    parts: list[Part] = []
    for packet in packets:
        if packet[0] in {_PUBLIC, _SUBKEY}:
            parts.append([])
        parts[-1].append(packet)
    return parts


def _encrypts(part: Part, now: int, primary: bool) -> bool:
    key = part[0][1]
    created, algorithm = int.from_bytes(key[1:5], "big"), key[5]
    signatures = [body for tag, body in part if tag == _SIGNATURE]
    kinds = {body[1] for body in signatures}
    if algorithm not in _ENCRYPTING or kinds & _REVOKING:
        return False
    made = [dict(_subpackets(body)) for body in signatures if primary or body[1] == _BINDING]
    flagged = [one[_FLAGS][0] for one in made if one.get(_FLAGS)]
    lives = [int.from_bytes(one[_EXPIRES], "big") for one in made if one.get(_EXPIRES)]
    if created > now or any(life and created + life <= now for life in lives[-1:]):
        return False
    return bool(flagged[-1] & _FOR_COMMUNICATIONS) if flagged else primary


def _packets(content: bytes) -> Iterator[tuple[int, bytes]]:
    """Tag and body of each packet. Raises IndexError, ValueError: it is none."""
    at = 0
    while at < len(content):
        head = content[at]
        if not head & 0x80:
            raise ValueError("no packet begins so")
        if head & 0x40:
            tag = head & 0x3F
            size, at = _length(content, at + 1)
        else:
            tag, width = head >> 2 & 0x0F, 1 << (head & 0x03)
            size, at = int.from_bytes(content[at + 1 : at + 1 + width], "big"), at + 1 + width
        if at + size > len(content):
            raise ValueError("it is cut off")
        yield tag, content[at : at + size]
        at += size


def _subpackets(signature: bytes) -> Iterator[tuple[int, bytes]]:
    """Type and content of what a signature (version 4) covers."""
    if signature[0] != 4:
        return
    at, end = 6, 6 + int.from_bytes(signature[4:6], "big")
    while at < end:
        size, at = _length(signature, at)
        yield signature[at] & 0x7F, signature[at + 1 : at + size]
        at += size


def _length(content: bytes, at: int) -> tuple[int, int]:
    """A length of one, two or five bytes, and where it ends."""
    first = content[at]
    if first < 192:
        return first, at + 1
    if first < 255:
        return (first - 192 << 8) + content[at + 1] + 192, at + 2
    return int.from_bytes(content[at + 1 : at + 5], "big"), at + 5
