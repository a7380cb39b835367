"""Certificate files for tests: a chain of three, its key, and a key of another."""

from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cache
from pathlib import Path

from tests.unit.certificates.factory import dns, sign
from wizard.certificates import KeyPair

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
    now = datetime.now(UTC)
    root = sign("Example Root CA", ca=True, begins=0, ends=900, now=now)
    middle = sign("R11", root, ca=True, begins=0, ends=800, now=now)
    leaf = sign(HOST, middle, names=dns(HOST, "*.example.com"), begins=0, ends=48, now=now)
    other = sign("other", middle, names=dns("other.example.com"), begins=0, ends=48, now=now)
    return Made(*(KeyPair(one.pem, one.pem_key) for one in (root, middle, leaf, other)))


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
