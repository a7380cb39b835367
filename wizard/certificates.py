"""The port to X.509: what the core asks of certificates, and in which words it is answered."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal, Protocol

Verdict = Literal["ok", "warn", "bad"]


@dataclass(frozen=True, slots=True)
class KeyPair:
    """A certificate and its private key, both PEM."""

    certificate: bytes
    key: bytes = field(repr=False)


@dataclass(frozen=True, slots=True)
class SigningRequest:
    """What an authority is sent to sign (PKCS#10) and the private key it belongs to, both PEM."""

    request: bytes
    key: bytes = field(repr=False)


@dataclass(frozen=True, slots=True)
class CertificateFacts:
    """What a certificate says of itself. `names` are its DNS names and IP addresses."""

    subject: str
    issuer: str
    names: tuple[str, ...]
    not_before: datetime
    not_after: datetime
    is_authority: bool
    self_signed: bool
    key: str
    """Kind and size of the key, such as "EC P-256"."""
    serial: str


@dataclass(frozen=True, slots=True)
class CertificateRequest:
    """A certificate to be made. `days` is how long it is valid, at most as long as its authority.

    `key_type`: "ec-256", "ec-384", "rsa-2048", "rsa-3072" or "rsa-4096".
    """

    common_name: str
    names: tuple[str, ...] = ()
    days: int = 90
    key_type: str = "ec-256"
    is_authority: bool = False


@dataclass(frozen=True, slots=True)
class CertificateProblem:
    """What is wrong with a certificate for a host. "bad" will not work, "warn" may.

    `mended`: it is wrong with the files only, not with what a server is given of them.
    """

    level: Literal["bad", "warn"]
    code: str
    message: str
    fix: str
    mended: bool = False


@dataclass(frozen=True, slots=True)
class GivenCertificate:
    """A certificate as somebody hands it over: PEM, DER, PKCS#7 or PKCS#12, in any order.

    `key` is empty where the key is in the certificate's file; `chain` holds further files with
    intermediates.
    `roots` are authorities that clients trust besides the system's, or instead of them with
    `only_roots`. A missing key is a problem unless it is not `key_needed`.
    """

    certificate: bytes
    key: bytes = field(default=b"", repr=False)
    chain: tuple[bytes, ...] = ()
    roots: bytes = b""
    passphrase: str = field(default="", repr=False)
    only_roots: bool = False
    key_needed: bool = True


@dataclass(frozen=True, slots=True)
class GivenAuthority:
    """An authority's certificate that was signed outside, with what stands above it, in any form.

    `root` is the one that it has to end at. `key` identifies the key that it has to be for (empty:
    any), `host` what it is to sign for, for `seconds` at a time.
    """

    certificate: bytes
    root: bytes
    key: str = ""
    host: str = ""
    seconds: int = 0


@dataclass(frozen=True, slots=True)
class Judgement:
    """Whether a certificate will do for a host, and what a server is to be given of it.

    `chain` is the server's certificate, then each one's issuer, without the root; `served` is the
    same as PEM. `key` is the private key as PEM (PKCS#8) without a passphrase; empty where none
    belongs to the certificate. `issuer_urls` are where the issuer that is missing at the chain's
    end can be fetched (RFC 5280, 4.2.2.1), by what the certificate before it says.
    """

    problems: tuple[CertificateProblem, ...]
    chain: tuple[CertificateFacts, ...] = ()
    served: bytes = b""
    key: bytes = field(default=b"", repr=False)
    issuer_urls: tuple[str, ...] = ()

    @property
    def verdict(self) -> Verdict:
        """The worst level of the problems."""
        levels = {problem.level for problem in self.problems}
        return "bad" if "bad" in levels else "warn" if levels else "ok"


class Certificates(Protocol):
    """X.509."""

    def read(self, data: bytes) -> Sequence[CertificateFacts]:
        """The certificates of a file in any form, in its order. Raises UsageError: it has none."""

    def pem(self, data: bytes) -> bytes:
        """The certificates of a file in any form as PEM, in its order. Raises UsageError."""

    def judge(self, given: GivenCertificate, host: str) -> Judgement:
        """Whether what is given will do for a host; without a host all else is judged."""

    def judge_authority(self, given: GivenAuthority) -> Judgement:
        """Whether it may sign for the host; `served` is the chain, with its root at the end."""

    def key_of(self, request: bytes) -> str:
        """The identifier of the key that a signing request (PEM) is for: SHA-1 of the public key
        (RFC 5280, 4.2.1.2), as "49:54:0b:…"; empty where it is no request.
        """

    def issue(self, request: CertificateRequest, authority: KeyPair | None) -> KeyPair:
        """A new key with its certificate, signed by the authority or by itself."""

    def request(self, request: CertificateRequest) -> SigningRequest:
        """A new key with a request that somebody else's authority can sign."""

    async def fetch(self, urls: Sequence[str]) -> bytes:
        """What the first of these addresses that answers has. Raises Unreachable: none does."""
