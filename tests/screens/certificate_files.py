"""Certificate files for tests: a chain of three, its key, and a key of another."""

from dataclasses import dataclass
from functools import cache
from pathlib import Path

from backends.certificates import X509
from wizard.ports import CertificateRequest, KeyPair

HOST = "harbor.example.com"


@dataclass(frozen=True, slots=True)
class Made:
    """A root, an intermediate, a server's certificate that it signed, and somebody else's."""

    root: KeyPair
    middle: KeyPair
    leaf: KeyPair
    other: KeyPair


@cache
def made() -> Made:
    """The same ones for all tests."""
    x509 = X509()
    root = x509.issue(CertificateRequest("Example Root CA", days=900, is_authority=True), None)
    middle = x509.issue(CertificateRequest("R11", days=800, is_authority=True), root)
    leaf = x509.issue(CertificateRequest(HOST, (HOST, "*.example.com"), days=48), middle)
    other = x509.issue(CertificateRequest("other", ("other.example.com",), days=48), middle)
    return Made(root, middle, leaf, other)


def write_files(folder: Path) -> None:
    """Put them into a folder, as a provider would send them."""
    all_ = made()
    contents = {
        "harbor.pem": all_.leaf.certificate + all_.middle.certificate,
        "leaf.pem": all_.leaf.certificate,
        "root.pem": all_.root.certificate,
        "harbor.key": all_.leaf.key,
        "other.key": all_.other.key,
        "notes.txt": b"the password is hunter2\n",
    }
    for name, content in contents.items():
        (folder / name).write_bytes(content)
        (folder / name).chmod(0o600)
