"""X.509 certificates: the port Certificates over `cryptography`, which loads when first used."""

from collections.abc import Callable, Sequence
from datetime import UTC, datetime

from wizard.ports import CertificateFacts, CertificateProblem, CertificateRequest, KeyPair

Clock = Callable[[], datetime]


def utc_now() -> datetime:
    """The time by this machine's clock."""
    return datetime.now(UTC)


class X509:
    """Reads, judges and makes certificates; `clock` tells the time by which it does."""

    def __init__(self, clock: Clock = utc_now) -> None:
        self._clock = clock

    def read(self, pem: bytes) -> Sequence[CertificateFacts]:
        """See wizard.ports.Certificates."""
        from .reading import facts, load

        return [facts(certificate) for certificate in load(pem)]

    def problems(self, pem: bytes, key: bytes, host: str) -> Sequence[CertificateProblem]:
        """See wizard.ports.Certificates."""
        from .judging import judge

        return judge(pem, key, host, self._clock())

    def issue(self, request: CertificateRequest, authority: KeyPair | None) -> KeyPair:
        """See wizard.ports.Certificates.

        The result holds the new certificate alone, without its authority's. Raises UsageError
        where the authority has expired or its key does not belong to it.
        """
        from .issuing import issue

        return issue(request, authority, self._clock())

    def request(self, wanted: CertificateRequest) -> KeyPair:
        """See wizard.ports.Certificates."""
        from .issuing import request

        return request(wanted)
