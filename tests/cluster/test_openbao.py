"""An OpenBao that the wizard installs: its chart on the real API, a real OpenBao behind its pod."""

from __future__ import annotations

import ssl
from collections.abc import Iterator
from pathlib import Path

import pytest

from backends.certificates import X509
from tests.bao import ANOTHER_ROOT
from tests.cluster.bao_pod import Pod, bao_pod
from tests.cluster.cert_manager import CertManager
from tests.cluster.control_plane import ControlPlane
from tests.cluster.kube import CORE, Object
from tests.cluster.test_issuer import entries, key_files, shaken_hands, steps
from tests.cluster.test_role import apply_role, printed_role
from tests.cluster.test_vault import HOST, root, written
from tests.cluster.wizard import Wizard


def answers(namespace: str) -> Object:
    seal = {"kind": "static", "key": {"generate": True}}
    server = {"kind": "deploy", "namespace": namespace, "unseal": seal}
    return {"kind": "self-signed", "authority": {"kind": "openbao", "server": server}}


ROTATION = ["update Policy sys/policies/acl/harbor-wizard", *ANOTHER_ROOT]
"""What another root changes in the server."""


def rotated(pki: Object) -> Object:
    """The answers with another root, in mounts of its own."""
    pki["authority"]["root"] = {"commonName": "Harbor Root CA 2", "mount": "pki2"}
    pki["authority"]["issuing"] = {"mount": "pki_int2"}
    return pki


def planned(wizard: Wizard) -> list[str]:
    """What a plan would change in the server."""
    changes = [change for step in wizard.plan()["steps"] for change in step["changes"]]
    told = [f"{change['action']} {change['object']}" for change in changes]
    return [one for one in told if any(word in one for word in (" sys/", " pki"))]


@pytest.fixture(scope="module")
def pod(
    cert_manager: CertManager,
    control_plane: ControlPlane,
    charts: Path,
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[Pod]:
    """A server that opens itself."""
    folder = tmp_path_factory.mktemp("openbao")
    with bao_pod(cert_manager, control_plane, charts, folder) as running:
        running.wizard.preset(pki=answers(running.namespace))
        yield running


@pytest.fixture(scope="module")
def installed(pod: Pod) -> dict[str, str]:
    """How each step of the installation ended, with no more than the printed role."""
    wizard = pod.wizard
    wizard.admin.create(f"{CORE}/namespaces", {"metadata": {"name": pod.namespace}})
    wizard.identity = apply_role(wizard, printed_role(wizard))
    return steps(wizard.install("--yes").require(0))


def test_it_is_installed_set_up_and_signs(
    pod: Pod, installed: dict[str, str], tmp_path: Path
) -> None:
    assert installed.pop("pki.vault.namespace") == "unchanged"
    assert installed.pop("pki.vault.rights") == "unchanged"
    assert {step: state for step, state in installed.items() if "vault" in step} == {
        f"pki.vault.{one}": "done"
        for one in (
            "certificate",
            "seal",
            "account",
            "server",
            "accounts",
            "root",
            "issuing",
            "role",
            "login",
        )
    }
    chain, key = key_files(entries(pod.wizard), tmp_path)
    (top,) = X509().read(root(pod.wizard))
    assert (top.subject, top.self_signed) == ("CN=Harbor Root CA", True)
    trusting = ssl.create_default_context(cadata=root(pod.wizard).decode())
    assert shaken_hands(trusting, chain, key, HOST) == ""


def test_a_second_run_writes_nothing_to_either(pod: Pod, installed: dict[str, str]) -> None:
    offset = pod.bao.audit.stat().st_size
    pod.wizard.nothing_to_do("--yes")
    assert written(pod.bao, offset) == []


def test_a_restart_opens_it_again(pod: Pod, installed: dict[str, str]) -> None:
    pod.restart()
    pod.wizard.nothing_to_do("--yes")
    wizard = pod.wizard
    denied = wizard.control_plane.audit.denied(wizard.identity.user)
    assert [str(one) for one in denied] == []


def test_neither_root_token_nor_key_was_ever_outside(pod: Pod, installed: dict[str, str]) -> None:
    """It revoked the root token itself, and the seal's key stands in its Secret alone."""
    assert ("update", "auth/token/revoke-self") in pod.bao.requests()
    key = (pod.bao.folder / "seal" / "key").read_text()
    kept = [path for path in pod.wizard.state.rglob("*") if path.is_file()]
    assert kept
    assert [path for path in kept if key in path.read_text(errors="replace")] == []


def test_a_new_root_stands_beside_the_old_one(pod: Pod, installed: dict[str, str]) -> None:
    """The wizard's policy is widened first, as the plan tells; what the old ones hold stays."""
    wizard, offset = pod.wizard, pod.bao.audit.stat().st_size
    before = entries(wizard)
    wizard.preset(pki=rotated(answers(pod.namespace)))
    assert planned(wizard) == ROTATION
    assert written(pod.bao, offset) == []
    wizard.install("--yes").require(0)
    assert entries(wizard) == before
    wizard.install("--yes").require(0)
    assert [one.subject for one in X509().read(root(wizard))] == [
        "CN=Harbor Root CA",
        "CN=Harbor Root CA 2",
    ]
    gone = [path for operation, path in pod.bao.requests(offset) if operation == "delete"]
    assert gone == []
