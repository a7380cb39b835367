"""The wizard in a Vault that exists: with the least rights, and killed while it sets it up."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.bao import Bao, opened_bao
from tests.cluster.cert_manager import CertManager
from tests.cluster.kube import Object
from tests.cluster.test_role import apply_role, printed_role
from tests.cluster.test_vault import pki, written
from tests.cluster.wizard import Wizard

TOKEN: Object = {"kind": "token", "token": {"env": "VAULT_WORD"}}


@pytest.fixture(scope="module")
def bao(cert_manager: CertManager, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Bao]:
    running = opened_bao(tmp_path_factory.mktemp("bao"))
    yield running
    running.stop()


def policy_of(printed: str) -> str:
    """The policy among the comments of the printed role."""
    _, mark, rest = printed.partition(
        "# In Vault or OpenBao, the wizard's login needs this policy:\n"
    )
    assert mark
    lines = [line for line in rest.splitlines() if line.startswith("#")]
    return "\n".join(line.removeprefix("#").strip() for line in lines)


def test_the_printed_role_and_policy_are_enough(wizard: Wizard, bao: Bao) -> None:
    wizard.environment = {"VAULT_WORD": "s.unused"}
    wizard.preset(pki=pki(bao, TOKEN))
    text = wizard.run("rbac", "--preset", str(wizard.folder / "preset.yaml")).require(0).stdout
    bao.write("sys/policies/acl/wizard", policy=policy_of(text))
    made = bao.write("auth/token/create", policies=["wizard"])
    wizard.environment = {"VAULT_WORD": made["auth"]["client_token"]}
    wizard.identity = apply_role(wizard, printed_role(wizard))
    wizard.install("--yes").require(0)
    wizard.nothing_to_do("--yes")
    denied = wizard.control_plane.audit.denied(wizard.identity.user)
    assert [str(one) for one in denied] == []


@pytest.mark.parametrize("step", ["pki.vault.accounts", "pki.vault.issuing", "pki.vault.login"])
def test_a_killed_run_is_taken_up_by_the_same_command(
    wizard: Wizard, bao: Bao, step: str, tmp_path: Path
) -> None:
    wizard.environment = {"VAULT_WORD": bao.root_token}
    answers = pki(bao, TOKEN)
    number = wizard.namespace.rpartition("-")[2]
    answers["authority"] |= {
        "root": {"mount": f"root-{number}"},
        "issuing": {"mount": f"issuing-{number}"},
    }
    wizard.preset(pki=answers)
    with wizard.begin() as running:
        running.until_event("step.started", step)
        running.kill()
    wizard.install().require(0)
    offset = bao.audit.stat().st_size
    wizard.nothing_to_do()
    assert written(bao, offset) == []
    assert len(bao.call("LIST", f"issuing-{number}/roles")["data"]["keys"]) == 1
