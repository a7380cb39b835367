"""A bought certificate on a real API server: installed from what providers send, then replaced."""

import base64
from datetime import UTC, datetime
from pathlib import Path

import pytest

from tests.cluster.kube import Object
from tests.cluster.test_answers import NETWORKING
from tests.cluster.wizard import Wizard
from tests.tls import CLIENTS, TlsServer
from tests.unit.certificates.factory import PASSPHRASE, Signed, dns, key_as, p12, sign

HOST = "harbor.test"
NOW = datetime.now(UTC)
ROOT = sign("Example Root CA", ca=True, ends=3000, now=NOW)
MIDDLE = sign("Example Issuing CA", ROOT, ca=True, ends=2000, now=NOW)

INGRESS: Object = {"expose": {"kind": "ingress", "className": "bought"}}


def bought() -> Signed:
    """A certificate for the host, as it is newly bought each time."""
    return sign(HOST, MIDDLE, names=dns(HOST), ends=300, now=NOW)


def tls_secret(wizard: Wizard) -> dict[str, bytes]:
    data = wizard.admin.get(wizard.path("", "secrets", "harbor-tls"))["data"]
    return {key: base64.b64decode(value) for key, value in data.items()}


def prepare(wizard: Wizard, harbor: Object, pki: Object) -> None:
    (wizard.folder / "root.pem").write_bytes(ROOT.pem)
    wizard.environment["KEY_PASS"] = PASSPHRASE
    answers = {"kind": "commercial", "caBundle": "root.pem", "passphrase": {"env": "KEY_PASS"}}
    wizard.preset(harbor, pki={**answers, **pki})
    path = f"{NETWORKING}/ingressclasses/bought"
    if not wizard.admin.exists(path):
        body = {"metadata": {"name": "bought"}, "spec": {"controller": "test.test/ingress"}}
        wizard.admin.create(f"{NETWORKING}/ingressclasses", body)


def planned(wizard: Wizard) -> list[str]:
    return [
        f"{change['action']} {change['object'].replace(f'{wizard.namespace}/', '')}"
        for step in wizard.plan()["steps"]
        for change in step["changes"]
    ]


@pytest.mark.parametrize(
    ("harbor", "replacing"),
    [
        (INGRESS, ["update Secret harbor-tls"]),
        ({}, ["update Secret harbor-tls", "update Deployment harbor-nginx"]),
    ],
    ids=["served by an ingress controller", "served by Harbor's own nginx"],
)
def test_a_certificate_is_installed_and_replaced(
    wizard: Wizard, harbor: Object, replacing: list[str], tmp_path: Path
) -> None:
    first, second = bought(), bought()
    prepare(wizard, harbor, {"certificate": "bought.p12"})
    (wizard.folder / "bought.p12").write_bytes(p12(first, ROOT, MIDDLE))
    wizard.install().require(0)
    assert tls_secret(wizard) == {"tls.crt": first.pem + MIDDLE.pem, "tls.key": first.pem_key}
    wizard.nothing_to_do()

    prepare(wizard, harbor, {"certificate": "new.pem", "key": {"file": "new.key"}})
    (wizard.folder / "new.pem").write_bytes((MIDDLE.pem + second.pem).replace(b"\n", b"\r\n"))
    shut = key_as(second.key, passphrase=PASSPHRASE)
    (wizard.folder / "new.key").write_bytes(shut)
    (wizard.folder / "new.key").chmod(0o600)
    assert planned(wizard) == replacing
    ended = wizard.install().require(0)

    entries = tls_secret(wizard)
    assert entries == {"tls.crt": second.pem + MIDDLE.pem, "tls.key": second.pem_key}
    wizard.nothing_to_do()
    _accepted(entries, tmp_path)
    kept = [file.read_text(errors="replace") for file in wizard.state.rglob("*") if file.is_file()]
    for text in (ended.stdout, ended.stderr, *kept):
        assert PASSPHRASE not in text
        assert second.pem_key.decode().splitlines()[1] not in text


def _accepted(entries: dict[str, bytes], folder: Path) -> None:
    """Clients that trust the root accept a server with the installed certificate."""
    (folder / "root.pem").write_bytes(ROOT.pem)
    (folder / "stranger.pem").write_bytes(sign("Other Root CA", ca=True, now=NOW).pem)
    with TlsServer(entries["tls.crt"], entries["tls.key"], folder) as server:
        for accepts in CLIENTS.values():
            assert accepts(server, HOST, folder / "root.pem")
            assert not accepts(server, HOST, folder / "stranger.pem")


def test_a_certificate_that_will_not_do_is_refused_before_anything_is_written(
    wizard: Wizard,
) -> None:
    other = sign("other.test", MIDDLE, names=dns("other.test"), now=NOW)
    prepare(wizard, INGRESS, {"certificate": "other.p12"})
    (wizard.folder / "other.p12").write_bytes(p12(other, MIDDLE))
    mark = wizard.control_plane.audit.mark()
    refused = wizard.install().require(3)
    assert "not valid for harbor.test: it names other.test" in refused.stdout
    assert wizard.control_plane.audit.writes(wizard.identity.user, mark) == []
