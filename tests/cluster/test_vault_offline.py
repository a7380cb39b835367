"""A corporate authority signs by hand: two runs, with people in between; all but these is real."""

from __future__ import annotations

import ssl
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from cryptography import x509

from tests.bao import Bao
from tests.cluster.cert_manager import CertManager
from tests.cluster.control_plane import ControlPlane
from tests.cluster.test_issuer import entries, key_files, shaken_hands, steps
from tests.cluster.test_vault import HOST, pki, root, written
from tests.cluster.wizard import Wizard, site
from tests.unit.certificates.factory import Signed, ec_key, sign


@pytest.fixture
def wizard(
    bao: Bao,
    cert_manager: CertManager,
    control_plane: ControlPlane,
    charts: Path,
    tmp_path: Path,
) -> Iterator[Wizard]:
    with site(control_plane, charts, tmp_path) as wizard:
        wizard.environment = {"VAULT_WORD": bao.root_token}
        yield wizard


def corporate(subject: str, issuer: Signed | None = None, **options: Any) -> Signed:
    return sign(subject, issuer, ca=True, now=datetime.now(UTC), **{"ends": 3000, **options})


def test_a_run_waits_for_a_corporate_signature_and_goes_on_days_later(
    wizard: Wizard, bao: Bao, tmp_path: Path
) -> None:
    top = corporate("Corporate Root")
    policy = corporate("Corporate Policy CA", top)
    (wizard.folder / "root.pem").write_bytes(top.pem)
    signed = wizard.folder / "issuing.pem"
    answers = pki(bao, {"kind": "token", "token": {"env": "VAULT_WORD"}})
    signer = {"kind": "offline", "root": "root.pem", "certificate": "issuing.pem"}
    answers["authority"]["issuing"] = {"signer": signer}
    wizard.preset(pki=answers)

    ended = wizard.install().require(5)
    told = steps(ended)
    assert told["pki.vault.issuing"] == "waiting"
    assert told["pki.vault.accounts"] == "done"
    assert {told[one] for one in ("pki.vault.role", "pki.certificate", "harbor.release")} == {
        "blocked"
    }
    request = wizard.state / "harbor-wizard/requests/tested-pki_int.csr"
    (waits,) = (e for e in ended.events if e["event"] == "step.finished" and e["fix"])
    assert (str(request) in waits["why"], str(signed) in waits["fix"]) == (True, True)
    shown = [e["text"] for e in ended.events if e["event"] == "log"]
    assert request.read_text().splitlines() == shown[-len(request.read_text().splitlines()) :]

    offset, mark = bao.audit.stat().st_size, wizard.control_plane.audit.mark()
    signed.write_bytes(corporate("Wrong", policy, key=ec_key()).pem + policy.pem)
    refused = wizard.install().require(3)
    assert "None of the certificates belongs to the key in the server: CN=Wrong" in refused.stderr
    assert written(bao, offset) == []
    assert wizard.control_plane.audit.writes(wizard.identity.user, mark) == []

    asked = x509.load_pem_x509_csr(request.read_bytes())
    issuing = corporate("Harbor Issuing", policy, key=_Asked(asked), path_length=0)
    signed.write_bytes(issuing.pem + policy.pem)
    ended = wizard.install().require(0)
    assert steps(ended)["pki.vault.issuing"] == "done"
    assert root(wizard).decode().strip() == top.pem.decode().strip()
    chain, key = key_files(entries(wizard), tmp_path)
    trusting = ssl.create_default_context(cadata=top.pem.decode())
    assert shaken_hands(trusting, chain, key, HOST) == ""
    stranger = ssl.create_default_context(cadata=corporate("Corporate Root").pem.decode())
    assert "verify failed" in shaken_hands(stranger, chain, key, HOST)
    assert "mismatch" in shaken_hands(trusting, chain, key, "other.test")

    offset = bao.audit.stat().st_size
    signed.unlink()
    wizard.nothing_to_do()
    assert written(bao, offset) == []


class _Asked:
    """The half of a key that a request shows."""

    def __init__(self, request: x509.CertificateSigningRequest) -> None:
        self._request = request

    def public_key(self) -> Any:
        return self._request.public_key()
