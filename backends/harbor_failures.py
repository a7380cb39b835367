"""Why nobody could be asked at Harbor's address, told from what httpx raises."""

import os
import ssl
from collections.abc import Iterator
from typing import TYPE_CHECKING

from wizard.errors import CertificateRefused, Unreachable
from wizard.text import plain

if TYPE_CHECKING:
    import httpx

_WHAT = "Harbor does not answer"
_KINDS = {9: "expired", 10: "expired", 62: "name", 64: "name"}
"""Codes of OpenSSL's verification (X509_V_ERR_…): not yet valid, has expired, host, IP address."""
_TOLD = {
    "expired": "the certificate there does not hold now",
    "name": "the certificate there is for other names",
    "untrusted": "this machine does not trust the certificate there",
}


def unreachable(error: "httpx.RequestError", where: str, seconds: float) -> Unreachable:
    """The error as the core knows it; `seconds` is how long was waited."""
    for cause in _causes(error):
        if isinstance(cause, ssl.SSLCertVerificationError):
            return _refused(cause, where)
        if isinstance(cause, ConnectionRefusedError):
            return Unreachable(_WHAT, why="the connection is refused", where=where)
        if isinstance(cause, OSError) and cause.errno and not isinstance(cause, ssl.SSLError):
            return Unreachable(_WHAT, why=os.strerror(cause.errno).lower(), where=where)
    why = plain(str(error)) or f"no answer within {seconds:g} s"
    return Unreachable(_WHAT, why=why, where=where)


def _causes(error: BaseException | None) -> Iterator[BaseException]:
    while error is not None:
        yield error
        error = error.__cause__ or error.__context__


def _refused(error: ssl.SSLCertVerificationError, where: str) -> CertificateRefused:
    kind = _KINDS.get(error.verify_code, "untrusted")
    fix = "put the authority that vouches for it into network.caBundle of the preset"
    return CertificateRefused(
        _WHAT,
        kind=kind,
        why=f"{_TOLD[kind]}: {plain(error.verify_message)}",
        fix=fix if kind == "untrusted" else "",
        where=where,
    )
