"""The forms in which certificates and keys are handed over, and what is in them.

PEM with whatever dirt mail and editors add, DER, PKCS#7, PKCS#12, and base64 without its frame.
What `cryptography` takes and refuses was measured with 50.0.2.
"""

import base64
import binascii
import re
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import TypeVar

from cryptography import x509
from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric.types import PrivateKeyTypes
from cryptography.hazmat.primitives.serialization import (
    load_der_private_key,
    load_pem_private_key,
    pkcs7,
    pkcs12,
)

from wizard.errors import UsageError

from .reading import without_warnings
from .strangers import why_no_certificate, why_no_key

_BLOCK = re.compile(rb"-----BEGIN ([A-Z0-9 ]+)-----.*?-----END \1-----", re.DOTALL)
_BEGIN = b"-----BEGIN"
_CERTIFICATES = (b"CERTIFICATE", b"X509 CERTIFICATE")
_Source = TypeVar("_Source")
_SEQUENCE = b"\x30"
"""What everything in DER begins with here."""
_PKCS7 = bytes.fromhex("06092a864886f70d010702")
"""The object identifier of signed data, near the beginning of PKCS#7."""


class Unreadable(UsageError):
    """A file holds nothing that can be used; `code` is that of the problem."""

    def __init__(self, what: str, *, code: str, why: str, fix: str) -> None:
        super().__init__(what, why=why, fix=fix)
        self.code = code


@dataclass(frozen=True, slots=True)
class Content:
    """What a file holds. `locked`: why a key in it could not be opened, if there is one.

    Only PEM is `ordered`: in the other forms the order says nothing.
    """

    certificates: tuple[x509.Certificate, ...] = ()
    keys: tuple[PrivateKeyTypes, ...] = ()
    locked: Unreadable | None = None
    ordered: bool = False


def certificates_of(data: bytes) -> list[x509.Certificate]:
    """The certificates of a file, in its order; at least one. Raises Unreadable."""
    return [*with_certificates(data, "").certificates]


def with_certificates(data: bytes, passphrase: str) -> Content:
    """What a file holds that should have a certificate. Raises Unreadable."""
    found = content_of(data, passphrase)
    if found.certificates:
        return found
    why, fix = why_no_certificate(_as_text(data))
    what = "No certificate can be read"
    raise Unreadable(what, code="unreadable", why=why, fix=fix)


def with_key(data: bytes, passphrase: str) -> Content:
    """What a file holds that should have a private key. Raises Unreadable, which quotes nothing."""
    found = content_of(data, passphrase)
    if found.locked:
        raise found.locked
    if found.keys:
        return found
    why, fix = why_no_key(_as_text(data))
    raise Unreadable("The private key cannot be read", code="key-unreadable", why=why, fix=fix)


def content_of(data: bytes, passphrase: str) -> Content:
    """All certificates and keys in a file. Raises Unreadable for a PKCS#12 file that stays shut."""
    text = _as_text(data)
    with without_warnings():
        if _BEGIN in text:
            return _of_pem(text, passphrase)
        if data.startswith(_SEQUENCE):
            return _of_der(data, passphrase)
        if bare := _of_base64(text):
            return content_of(bare, passphrase)
    return Content()


def _as_text(data: bytes) -> bytes:
    """The text of a file in UTF-8 with plain line ends, nothing before a line's first letter."""
    if data.startswith((b"\xff\xfe", b"\xfe\xff")):
        data = data.decode("utf-16", "replace").encode()
    elif b"-\0-\0-\0" in data:
        data = data.decode("utf-16-le", "replace").encode()
    if b"\n" not in data.strip() and rb"\n" in data:  # as JSON and some variables hold it
        data = data.replace(rb"\r", b"").replace(rb"\n", b"\n")
    lines = data.replace(b"\r\n", b"\n").replace(b"\r", b"\n").split(b"\n")
    return b"\n".join(line.strip() for line in lines)


def _of_pem(text: bytes, passphrase: str) -> Content:
    certificates: list[x509.Certificate] = []
    keys: list[PrivateKeyTypes] = []
    locked, ordered = None, False
    for match in _BLOCK.finditer(text):
        label, block = match[1], match[0]
        try:
            if label in _CERTIFICATES:
                certificates += _sound(x509.load_pem_x509_certificates, block)
                ordered = True
            elif label == b"PKCS7":
                certificates += _sound(pkcs7.load_pem_pkcs7_certificates, block)
            elif label.endswith(b"PRIVATE KEY"):
                keys.append(_unlocked(block, passphrase, pem=True))
        except Unreadable as error:
            locked = error
        except ValueError:
            if label in _CERTIFICATES:
                raise _damaged(len(certificates) + 1) from None
    if len(re.findall(rb"-----BEGIN (?:X509 )?CERTIFICATE-----", text)) > len(
        re.findall(rb"-----END (?:X509 )?CERTIFICATE-----", text)
    ):
        raise _damaged(len(certificates) + 1)
    return Content(tuple(certificates), tuple(keys), None if keys else locked, ordered)


def _damaged(number: int) -> Unreadable:
    return Unreadable(
        "No certificate can be read",
        code="unreadable",
        why=f"certificate number {number} in it is damaged, cut off or of an unknown kind",
        fix="Copy the file again, whole.",
    )


def _sound(
    load: Callable[[_Source], Sequence[x509.Certificate]], source: _Source
) -> Sequence[x509.Certificate]:
    """What is loaded, if all of it can be looked into: parts are read only when asked for.

    Raises ValueError.
    """
    try:
        found = load(source)
        for one in found:
            _ = one.subject, one.issuer, one.public_key(), one.signature_hash_algorithm
    except (UnsupportedAlgorithm, x509.InvalidVersion) as error:
        raise ValueError(str(error)) from None
    return found


def _load_der(data: bytes) -> Sequence[x509.Certificate]:
    return [x509.load_der_x509_certificate(data)]


def _of_der(data: bytes, passphrase: str) -> Content:
    with suppress(ValueError):
        return Content(tuple(_sound(_load_der, data)))
    if _PKCS7 in data[:40] and not _is_pkcs12(data):
        with suppress(ValueError):
            return Content(tuple(_sound(pkcs7.load_der_pkcs7_certificates, data)))
    if _is_pkcs12(data):
        return _of_pkcs12(data, passphrase)
    try:
        return Content(keys=(_unlocked(data, passphrase, pem=False),))
    except Unreadable as error:
        return Content(locked=error)
    except ValueError:
        return Content()


def _is_pkcs12(data: bytes) -> bool:
    """Whether a sequence begins with the version 3 (RFC 7292, 4); a key begins with 0 or 1."""
    length = data[1] if len(data) > 1 else 0
    head = 2 + (length & 0x7F if length & 0x80 else 0)
    return data[head : head + 3] == b"\x02\x01\x03"


def _of_pkcs12(data: bytes, passphrase: str) -> Content:
    for password in [passphrase.encode()] if passphrase else [None, b""]:
        with suppress(ValueError, TypeError, UnsupportedAlgorithm):
            opened = pkcs12.load_pkcs12(data, password)
            found = _sound(_in_pkcs12, opened)
            return Content(tuple(found), (opened.key,) if opened.key else ())
    raise _shut("The PKCS#12 file cannot be opened", passphrase)


def _in_pkcs12(opened: pkcs12.PKCS12KeyAndCertificates) -> Sequence[x509.Certificate]:
    held = [*([opened.cert] if opened.cert else []), *opened.additional_certs]
    return [one.certificate for one in held]


def _unlocked(data: bytes, passphrase: str, *, pem: bool) -> PrivateKeyTypes:
    """A private key. Raises Unreadable: it stays shut, ValueError: it is none."""
    load = load_pem_private_key if pem else load_der_private_key
    try:
        return load(data, None)
    except UnsupportedAlgorithm as error:
        raise ValueError(str(error)) from None
    except TypeError:
        pass
    if passphrase:
        with suppress(ValueError, UnsupportedAlgorithm):
            return load(data, passphrase.encode())
    raise _shut("The private key cannot be read", passphrase)


def _shut(what: str, passphrase: str) -> Unreadable:
    if passphrase:
        return Unreadable(
            what,
            code="passphrase-wrong",
            why="the passphrase does not open it, or it is damaged",
            fix="Give the passphrase that it was protected with.",
        )
    return Unreadable(
        what,
        code="passphrase-missing",
        why="it is protected by a passphrase, and none was given",
        fix="Give the passphrase: pki.passphrase in a preset, --passphrase-env VARIABLE here.",
    )


def _of_base64(text: bytes) -> bytes:
    """What base64 without BEGIN and END stands for; nothing where it is no such thing."""
    try:
        decoded = base64.b64decode(b"".join(text.split()), validate=True)
    except binascii.Error:
        return b""
    return decoded if decoded.startswith(_SEQUENCE) or _BEGIN in _as_text(decoded) else b""
