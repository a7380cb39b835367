"""The first verdict on a certificate after all imports; it reads the system's roots, too."""

import time

from backends.certificates import X509, trusting
from tests.bench.measuring import Row
from tests.unit.certificates.factory import HOST, LEAF, MIDDLE, NOW, PASSPHRASE, ROOT, key_as, p12
from wizard.certificates import GivenCertificate

TURNS = 50
LIMIT = 20


def verdicts() -> list[Row]:
    """On a PEM file with its key, and on a PKCS#12 file, whose passphrase is slow on purpose."""
    pem = GivenCertificate(LEAF.pem + MIDDLE.pem, LEAF.pem_key, roots=ROOT.pem)
    shut = key_as(LEAF.key, passphrase=PASSPHRASE)
    files = {
        "PEM": pem,
        "PEM with an encrypted key": GivenCertificate(
            pem.certificate, shut, roots=ROOT.pem, passphrase=PASSPHRASE
        ),
        "PKCS#12": GivenCertificate(p12(LEAF, MIDDLE), roots=ROOT.pem, passphrase=PASSPHRASE),
    }
    return [
        Row(f"CPU of the verdict on {name}", "ms", LIMIT, [_taken(given) for _ in range(TURNS)])
        for name, given in files.items()
    ]


def _taken(given: GivenCertificate) -> float:
    """Milliseconds of processor time, with nothing remembered of earlier verdicts."""
    trusting._roots.cache_clear()
    begun = time.process_time()
    X509(clock=lambda: NOW).judge(given, HOST)
    return 1000 * (time.process_time() - begun)
