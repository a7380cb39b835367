"""X.509 certificates: the port Certificates over `cryptography`, which loads when first used."""

from collections.abc import Callable, Sequence
from datetime import UTC, datetime

from wizard.certificates import (
    CertificateFacts,
    CertificateRequest,
    GivenAuthority,
    GivenCertificate,
    Judgement,
    KeyPair,
    SigningRequest,
)

from .fetching import Fetch, Fetching

Clock = Callable[[], datetime]


def utc_now() -> datetime:
    """The time by this machine's clock."""
    return datetime.now(UTC)


class X509:
    """Reads, judges and makes certificates by the time of `clock`; `fetch` gets what is missing."""

    def __init__(self, clock: Clock = utc_now, fetch: Fetch | None = None) -> None:
        self._clock = clock
        self._fetch = fetch or Fetching()

    def read(self, data: bytes) -> Sequence[CertificateFacts]:
        """See wizard.certificates.Certificates."""
        from .forms import certificates_of
        from .reading import facts

        return [facts(certificate) for certificate in certificates_of(data)]

    def pem(self, data: bytes) -> bytes:
        """See wizard.certificates.Certificates."""
        from .forms import certificates_of
        from .reading import as_pem

        return as_pem(certificates_of(data))

    def judge(self, given: GivenCertificate, host: str) -> Judgement:
        """See wizard.certificates.Certificates."""
        from .judging import judge

        return judge(given, host, self._clock())

    def judge_authority(self, given: GivenAuthority) -> Judgement:
        """See wizard.certificates.Certificates."""
        from .authorities import judge_authority

        return judge_authority(given, self._clock())

    def key_of(self, request: bytes) -> str:
        """See wizard.certificates.Certificates."""
        from .authorities import key_of

        return key_of(request)

    def issue(self, request: CertificateRequest, authority: KeyPair | None) -> KeyPair:
        """See wizard.certificates.Certificates.

        The result holds the new certificate alone, without its authority's. Raises UsageError
        where the authority has expired or its key does not belong to it.
        """
        from .issuing import issue

        return issue(request, authority, self._clock())

    def request(self, request: CertificateRequest) -> SigningRequest:
        """See wizard.certificates.Certificates."""
        from .issuing import request as new_request

        return new_request(request)

    async def fetch(self, urls: Sequence[str]) -> bytes:
        """See wizard.certificates.Certificates."""
        return await self._fetch(urls)
