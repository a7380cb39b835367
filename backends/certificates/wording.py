"""Problems of certificates, and what the certificates are called in them."""

from cryptography import x509

from wizard.certificates import CertificateProblem
from wizard.text import plain


def bad(code: str, message: str, fix: str) -> CertificateProblem:
    """Clients would refuse it, or it cannot be used at all."""
    return CertificateProblem("bad", code, message, fix)


def warn(code: str, message: str, fix: str) -> CertificateProblem:
    """Some clients refuse it, or will before long."""
    return CertificateProblem("warn", code, message, fix)


def mended(code: str, message: str, fix: str) -> CertificateProblem:
    """It is wrong with the files, and not with what is served of them."""
    return CertificateProblem("warn", code, message, fix, mended=True)


def called(certificate: x509.Certificate) -> str:
    """What people know a certificate by."""
    return plain(certificate.subject.rfc4514_string()) or "without a subject"


def issuer_of(certificate: x509.Certificate) -> str:
    """Who signed it, as it says itself."""
    return plain(certificate.issuer.rfc4514_string()) or "an issuer without a name"
