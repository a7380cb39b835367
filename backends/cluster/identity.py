"""What is shown to the API server, and reading its parts from a kubeconfig."""

import base64
import binascii
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from wizard.errors import UsageError

from .kubeconfig import Section


@dataclass(frozen=True, slots=True, repr=False)
class Credentials:
    """`authorization` is the value of that header; certificate and key are PEM texts.

    All may be empty. `expires`: when to log in again without waiting for a refusal.
    """

    authorization: str = ""
    certificate: bytes = b""
    key: bytes = b""
    expires: datetime | None = None

    @property
    def expired(self) -> bool:
        """Whether their time is over by this machine's clock."""
        return self.expires is not None and datetime.now(UTC) >= self.expires


def pem(section: Section, name: str, source: str) -> bytes:
    """The content of `NAME-data` (base64) or of the file `NAME`; empty where neither is given."""
    data, path = section.get(f"{name}-data"), section.get(name)
    try:
        if data:
            return base64.b64decode(data, validate=True)
        return Path(path).read_bytes() if path else b""
    except (binascii.Error, ValueError, TypeError):
        why = f"`{name}-data` is not base64"
    except OSError as error:
        why = f"{path}: {error.strerror}"
    raise UsageError(
        f"The kubeconfig's {name} cannot be read",
        why=why,
        fix="correct the path or the data in the kubeconfig",
        where=source,
    )
