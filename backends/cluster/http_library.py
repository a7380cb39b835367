"""Imports aiohttp without the authorities that it would read for contexts of its own."""

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager

_AUTHORITIES = ("SSL_CERT_FILE", "SSL_CERT_DIR")
"""Where OpenSSL looks for this machine's authorities, if they are set."""


def import_aiohttp() -> None:
    """Import it as far as it is not yet.

    aiohttp 3.14 makes two TLS contexts while it is imported and reads all authorities for each:
    50 ms, a tenth of the time that a support bundle takes. Every connection here has a context of
    its own; one that took aiohttp's would trust nobody. See docs/decisions/0031.
    """
    if "aiohttp" not in sys.modules:
        with _without_authorities():
            import aiohttp  # noqa: F401


@contextmanager
def _without_authorities() -> Iterator[None]:
    kept = {name: os.environ[name] for name in _AUTHORITIES if name in os.environ}
    os.environ.update(dict.fromkeys(_AUTHORITIES, os.devnull))
    try:
        yield
    finally:
        for name in _AUTHORITIES:
            del os.environ[name]
        os.environ.update(kept)
