"""A Vault that the wizard installs: HashiCorp's chart on the real API. Behind its pod a real
OpenBao reads the configuration that Vault would; the calls are those that both know.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.bao import Bao, transit_server
from tests.cluster.bao_pod import Pod, bao_pod, bao_pods
from tests.cluster.cert_manager import CertManager
from tests.cluster.control_plane import ControlPlane
from tests.cluster.kube import CORE, Object
from tests.cluster.test_issuer import entries, steps
from tests.cluster.test_role import apply_role, printed_role
from tests.cluster.test_unseal import unseal
from tests.cluster.test_vault import written

KEYS = "keys/vault.json"


def answers(namespace: str, unseal: Object, engine: str = "vault", **server: object) -> Object:
    given = {"kind": "deploy", "namespace": namespace, "unseal": unseal, **server}
    return {"kind": "self-signed", "authority": {"kind": engine, "server": given}}


@pytest.fixture
def other(tmp_path: Path) -> Iterator[tuple[Bao, str]]:
    """A server that opens others."""
    with transit_server(tmp_path / "other") as running:
        yield running


def by_the_other(other: tuple[Bao, str], folder: Path) -> Object:
    """The answer, with the token in a file."""
    server, token = other
    file = folder / "token"
    file.write_text(token)
    file.chmod(0o600)
    place = {"address": server.url, "keyName": "harbor"}
    return {"kind": "transit", **place, "token": {"file": str(file)}}


@pytest.fixture
def pod(
    cert_manager: CertManager, control_plane: ControlPlane, charts: Path, tmp_path: Path
) -> Iterator[Pod]:
    """A Vault's pod, and somebody at the terminal."""
    with bao_pod(cert_manager, control_plane, charts, tmp_path, "vault") as running:
        running.wizard.attended = True
        yield running


def installed(pod: Pod) -> dict[str, str]:
    """How each step of the installation ended, with no more than the printed role."""
    wizard = pod.wizard
    wizard.admin.create(f"{CORE}/namespaces", {"metadata": {"name": pod.namespace}})
    wizard.identity = apply_role(wizard, printed_role(wizard))
    ended = wizard.install("--yes").require(0)
    assert entries(wizard)["tls.crt"]
    told = [one["finding"] for one in ended.events if one["event"] == "finding"]
    assert "HW-213" in {one["id"] for one in told}
    done = pod.bao.requests()
    assert ("update", "sys/audit/log") in done
    assert ("update", "auth/token/revoke-self") in done
    return steps(ended)


def held(pod: Pod) -> Object:
    """What the keys file holds."""
    kept: Object = json.loads((pod.wizard.folder / KEYS).read_text())
    assert "root_token" not in kept
    return kept


@pytest.mark.soak
def test_people_open_it_and_it_is_told_to_audit(pod: Pod) -> None:
    shares = {"kind": "shamir", "shares": 3, "threshold": 2, "keysFile": KEYS}
    pod.wizard.preset(pki=answers(pod.namespace, shares))
    assert installed(pod)["pki.vault.opened"] == "done"
    assert len(held(pod)["unseal_keys_b64"]) == 3
    pod.restart()
    document = unseal(pod).require(0).document
    assert document["replicas"][0]["name"] == "vault-0"
    assert document["replicas"][0]["before"] == "sealed"
    offset = pod.bao.audit.stat().st_size
    pod.wizard.nothing_to_do("--yes")
    assert written(pod.bao, offset) == []


def test_its_seal_opens_it_and_its_recovery_keys_are_written(
    pod: Pod, other: tuple[Bao, str], tmp_path: Path
) -> None:
    wizard = pod.wizard
    recovery = {"shares": 3, "threshold": 2, "keysFile": KEYS}
    seal = by_the_other(other, tmp_path)
    wizard.preset(pki=answers(pod.namespace, seal, recovery=recovery))
    assert installed(pod)["pki.vault.seal"] == "done"
    assert len(held(pod)["recovery_keys_b64"]) == 3
    wizard.attended = False
    pod.restart()
    offset = pod.bao.audit.stat().st_size
    wizard.nothing_to_do("--yes")
    assert written(pod.bao, offset) == []
    assert "it opens itself" in unseal(pod).require(2).stderr


@pytest.mark.soak
@pytest.mark.parametrize(
    ("engine", "kind"), [("vault", "transit"), ("openbao", "transit"), ("openbao", "static")]
)
def test_three_replicas_join_and_open_themselves(
    engine: str,
    kind: str,
    cert_manager: CertManager,
    control_plane: ControlPlane,
    charts: Path,
    tmp_path: Path,
    other: tuple[Bao, str],
) -> None:
    with bao_pods(cert_manager, control_plane, charts, tmp_path, 3, engine) as pods:
        wizard = pods[0].wizard
        recovery = {"shares": 1, "threshold": 1, "keysFile": KEYS}
        seal = {"kind": "static", "key": {"generate": True}}
        if kind == "transit":
            seal = by_the_other(other, tmp_path)
        pki = answers(pods[0].namespace, seal, engine, recovery=recovery, replicas=3)
        wizard.preset(pki=pki)
        wizard.attended = True
        assert steps(wizard.install("--yes").require(0))["pki.vault.opened"] == "done"
        assert len(held(pods[0])["recovery_keys_b64"]) == 1
        wizard.attended = False
        for pod in pods[1:]:
            pod.restart()
        wizard.install("--yes").require(0)
        wizard.nothing_to_do("--yes")
