"""An unattended installation, from nothing to a Harbor that is ready."""

from __future__ import annotations

import base64
import ssl
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.serialization import load_pem_private_key
from cryptography.x509.verification import PolicyBuilder, Store

from tests.cluster.command import Ended
from tests.cluster.control_plane import ControlPlane
from tests.cluster.snapshot import APPS
from tests.cluster.wizard import Wizard, site

ADMIN_PASSWORD = "Canary-Adm1n-Passw0rd"
DATABASE_PASSWORD = "Canary-Datab4se-Word"
ENCRYPTION_KEY = "Canary16Charact3"
PULL_LOGIN = "Canary-Pull-L0gin"


@dataclass
class Installation:
    """A finished installation: what was said, and the arguments of every call of Helm."""

    wizard: Wizard
    ended: Ended
    helm_arguments: str


@pytest.fixture(scope="module")
def installed(
    control_plane: ControlPlane, charts: Path, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Installation]:
    folder = tmp_path_factory.mktemp("install")
    with site(control_plane, charts, folder) as wizard:
        told = folder / "arguments.txt"
        wizard.helm = str(_recording(wizard.helm, told))
        (folder / "key.txt").write_text(f"{ENCRYPTION_KEY}\n")
        login = base64.b64encode(f"user:{PULL_LOGIN}".encode()).decode()
        (folder / "pull.json").write_text(f'{{"auths": {{"mirror.test": {{"auth": "{login}"}}}}}}')
        wizard.environment = {
            "ADMIN_WORD": ADMIN_PASSWORD,
            "WIZARD_SECRET_HARBOR_DATABASE_PASSWORD": DATABASE_PASSWORD,
        }
        wizard.preset(
            {"adminPassword": {"env": "ADMIN_WORD"}, "secretKey": {"file": "key.txt"}},
            delivery={
                "charts": {"kind": "directory", "path": str(charts)},
                "imageMirrors": {"docker.io": "mirror.test/hub"},
                "pullSecret": {"file": "pull.json"},
            },
        )
        ended = wizard.install().require(0)
        yield Installation(wizard, ended, told.read_text())


def _recording(helm: str, told: Path) -> Path:
    """A Helm that notes how it is called."""
    program = told.with_name("helm")
    program.write_text(f'#!/bin/sh\nprintf "%s\\n" "$*" >> "{told}"\nexec "{helm}" "$@"\n')
    program.chmod(0o700)
    return program


def test_an_installation_ends_well_and_harbor_is_there(installed: Installation) -> None:
    wizard = installed.wizard
    workloads = wizard.names(APPS, "deployments") | wizard.names(APPS, "statefulsets")
    parts = ("core", "portal", "nginx", "jobservice", "registry", "database", "redis")
    assert workloads == {f"harbor-{part}" for part in parts}
    assert wizard.lease() is None
    for pod in wizard.admin.items(wizard.path("", "pods")):
        assert [one["name"] for one in pod["spec"]["imagePullSecrets"]] == ["harbor-pull"]
        images = [one["image"] for one in pod["spec"]["containers"]]
        assert all(image.startswith("mirror.test/hub/goharbor/") for image in images)


def test_all_that_happened_is_told_in_order(installed: Installation) -> None:
    events = installed.ended.events
    names = [event["event"] for event in events]
    first = names.index("run.started")
    assert set(names[:first]) == {"check.finished"}
    assert names[-1] == "run.finished"
    assert (events[-1]["exit"], names.count("run.finished")) == (0, 1)
    started = [event["step"] for event in events if event["event"] == "step.started"]
    finished = {e["step"]: e["state"] for e in events if e["event"] == "step.finished"}
    assert Counter(started) == Counter(events[first]["steps"]) == Counter(list(finished))
    assert finished["harbor.release"] == "done"
    assert finished["harbor.healthy"] == "unchanged"
    assert [event["time"] for event in events] == sorted(event["time"] for event in events)


def test_the_certificate_is_valid_for_the_host_and_belongs_to_its_key(
    installed: Installation,
) -> None:
    tls = _entries(installed.wizard, "harbor-tls")
    authority = x509.load_pem_x509_certificate(_entries(installed.wizard, "harbor-ca")["ca.crt"])
    leaf, *between = x509.load_pem_x509_certificates(tls["tls.crt"])
    verifier = (
        PolicyBuilder().store(Store([authority])).build_server_verifier(x509.DNSName("harbor.test"))
    )
    assert verifier.verify(leaf, between)[-1] == authority
    key = load_pem_private_key(tls["tls.key"], None)
    assert key.public_key() == leaf.public_key()
    assert "tls.key" not in _entries(installed.wizard, "harbor-ca")


def test_tls_libraries_accept_the_certificate(installed: Installation, tmp_path: Path) -> None:
    """OpenSSL is pickier than `cryptography` about some extensions, and what clients use."""
    tls = _entries(installed.wizard, "harbor-tls")
    pair = tmp_path / "pair.pem"
    pair.write_bytes(tls["tls.crt"] + tls["tls.key"])
    serving = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    serving.load_cert_chain(pair)
    client = ssl.create_default_context()
    client.verify_flags |= ssl.VERIFY_X509_STRICT
    client.load_verify_locations(cadata=tls["ca.crt"].decode())
    to_client, to_server = ssl.MemoryBIO(), ssl.MemoryBIO()
    asking = client.wrap_bio(to_client, to_server, server_hostname="harbor.test")
    answering = serving.wrap_bio(to_server, to_client, server_side=True)
    for side in (asking, answering) * 3:
        _step(side)
    assert asking.version() == "TLSv1.3"


def _step(side: ssl.SSLObject) -> None:
    try:
        side.do_handshake()
    except ssl.SSLWantReadError:
        return


def test_the_answers_reach_the_secrets(installed: Installation) -> None:
    def entry(name: str, key: str) -> str:
        return _entries(installed.wizard, name)[key].decode()

    assert entry("harbor-admin-password", "HARBOR_ADMIN_PASSWORD") == ADMIN_PASSWORD
    assert entry("harbor-encryption-key", "secretKey") == ENCRYPTION_KEY
    assert entry("harbor-database-password", "password") == DATABASE_PASSWORD
    assert entry("harbor-database", "POSTGRES_PASSWORD") == DATABASE_PASSWORD


def test_no_secret_is_said_or_kept_anywhere(installed: Installation) -> None:
    wizard = installed.wizard
    kept = {
        str(path): path.read_text(errors="replace")
        for path in wizard.state.rglob("*")
        if path.is_file()
    }
    assert any(path.endswith("log.txt") for path in kept)
    said = {
        "stdout": installed.ended.stdout,
        "stderr": installed.ended.stderr,
        "arguments of Helm": installed.helm_arguments,
        **kept,
    }
    for secret in _secrets(wizard):
        leaks = [place for place, text in said.items() if secret in text]
        assert not leaks, f"a secret of {len(secret)} characters stands in {leaks}"


def _entries(wizard: Wizard, name: str) -> dict[str, bytes]:
    data = wizard.admin.get(wizard.path("", "secrets", name))["data"]
    return {key: base64.b64decode(value) for key, value in data.items()}


PUBLIC = {"ca.crt", "tls.crt", "POSTGRES_USER", "_REDIS_URL_CORE", "_REDIS_URL_REG"}


def _secrets(wizard: Wizard) -> set[str]:
    """Every secret of the namespace as text, as base64, and line by line where it has lines."""
    found = {ADMIN_PASSWORD, DATABASE_PASSWORD, ENCRYPTION_KEY, PULL_LOGIN}
    for secret in wizard.admin.items(wizard.path("", "secrets")):
        if secret["type"] == "helm.sh/release.v1":
            continue
        for key, value in (secret.get("data") or {}).items():
            if key not in PUBLIC:
                found |= {value, *base64.b64decode(value).decode().split()}
    assert len(found) > 20
    return {text for text in found if len(text) >= 8 and not text.startswith("-----")}
