"""The authorities that programs on this machine trust."""

import ssl
from collections.abc import Sequence
from functools import lru_cache
from pathlib import Path

from cryptography import x509

from .reading import without_warnings


def system_roots() -> Sequence[x509.Certificate]:
    """Those of OpenSSL's store, which `SSL_CERT_FILE` and `SSL_CERT_DIR` move; maybe none."""
    paths = ssl.get_default_verify_paths()
    for place in (paths.cafile, paths.capath):
        if place and (roots := _roots(place, _changed(Path(place)))):
            return roots
    return ()


def _changed(place: Path) -> int:
    """When it was changed, so that a store is read again only then."""
    try:
        return place.stat().st_mtime_ns
    except OSError:
        return 0


@lru_cache(maxsize=4)
def _roots(place: str, changed: int) -> tuple[x509.Certificate, ...]:
    path = Path(place)
    # A folder holds each certificate under the hash of its name, "4042bcee.0", as OpenSSL wants.
    files = [path] if path.is_file() else sorted(path.glob("*.[0-9]"))
    found: list[x509.Certificate] = []
    for file in files:
        try:
            with without_warnings():
                found += x509.load_pem_x509_certificates(file.read_bytes())
        except (OSError, ValueError):
            continue
    return tuple(found)
