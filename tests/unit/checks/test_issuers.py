"""cert-manager and issuers, as far as looking tells."""

from typing import Any

import pytest

from tests.unit.checks.conftest import Given, preset_of, thing
from wizard.ports import Object

ISSUER = preset_of(pki={"kind": "issuer", "name": "corp"})
ACME = preset_of(
    pki={
        "kind": "acme",
        "server": "https://acme.example.com/directory",
        "email": "a@example.com",
        "solver": {"kind": "http01"},
    }
)
FOUND, ISSUERS = "issuers.cert-manager", "issuers.issuer"
_SPEC = {
    "group": "cert-manager.io",
    "scope": "Namespaced",
    "names": {"kind": "Certificate", "plural": "certificates"},
    "versions": [{"name": "v1", "served": True, "storage": True}],
}


def namespaces() -> list[Object]:
    return [thing("v1/Namespace", name) for name in ("cert-manager", "other")]


def definition(kind: str = "Certificate", scope: str = "Namespaced", **metadata: Any) -> Object:
    names = {"kind": kind, "plural": f"{kind.lower()}s"}
    return thing(
        "apiextensions.k8s.io/v1/CustomResourceDefinition",
        f"{names['plural']}.cert-manager.io",
        spec={**_SPEC, "scope": scope, "names": names},
        **metadata,
    )


def controller(version: str = "v1.21.1", namespace: str = "cert-manager", ready: int = 1) -> Object:
    labels = {
        "app.kubernetes.io/name": "cert-manager",
        "app.kubernetes.io/component": "controller",
        "app.kubernetes.io/version": version,
    }
    counts = ("replicas", "updatedReplicas", "readyReplicas", "availableReplicas")
    status = {
        "conditions": [{"type": "Available", "status": "True" if ready else "False"}],
        **dict.fromkeys(counts, ready),
    }
    return thing(
        "apps/v1/Deployment",
        "cert-manager",
        namespace,
        labels=labels,
        spec={"replicas": 1},
        status=status,
    )


OURS = {"labels": {"harbor-wizard/component": "cert-manager"}}
OTHERS = {
    "annotations": {
        "meta.helm.sh/release-name": "certs",
        "meta.helm.sh/release-namespace": "security",
    }
}


@pytest.mark.parametrize(
    ("objects", "state", "told"),
    [
        ([], "ok", "will be installed"),
        ([definition(**OURS)], "ok", "cert-manager is there"),
        ([definition(), controller()], "ok", "v1.21.1 in cert-manager is used as it is"),
        ([definition(), controller("v1.9.1")], "warn", "v1.9.1"),
        ([definition(), controller(ready=0)], "warn", "not ready"),
        ([definition(), controller(), controller(namespace="other")], "fail", "more than once"),
        ([definition(**OTHERS)], "fail", "security/certs"),
        ([definition()], "fail", "no controller of it runs"),
    ],
)
async def test_cert_manager_is_installed_used_or_in_the_way(
    given: Given, objects: list[Object], state: str, told: str
) -> None:
    outcome = await given(*namespaces(), *objects).ask(FOUND, ACME)
    assert outcome.state == state
    assert told in outcome.fact
    assert state == "ok" or outcome.fix


async def test_an_issuer_needs_a_cert_manager_that_is_there(given: Given) -> None:
    assert (await given.ask(FOUND, ISSUER)).state == "fail"
    unlabelled = await given(definition()).ask(FOUND, ISSUER)
    assert unlabelled.state == "warn"


def ready(status: str, message: str = "") -> Object:
    told = {"type": "Ready", "status": status, "reason": "VaultError", "message": message}
    return thing("cert-manager.io/v1/ClusterIssuer", "corp", status={"conditions": [told]})


@pytest.mark.parametrize(
    ("objects", "state", "told"),
    [
        ([], "fail", "There is no ClusterIssuer corp."),
        ([ready("True")], "ok", "is ready"),
        ([ready("False", "Vault is sealed")], "fail", "not ready: Vault is sealed (VaultError)"),
    ],
)
async def test_the_issuer_is_there_and_ready(
    given: Given, objects: list[Object], state: str, told: str
) -> None:
    served = definition("ClusterIssuer", "Cluster")
    outcome = await given(served, *objects).ask(ISSUERS, ISSUER)
    assert outcome.state == state
    assert told in outcome.fact


async def test_an_issuer_of_another_group_is_left_to_the_trial(given: Given) -> None:
    pki = {"kind": "issuer", "name": "corp", "group": "awspca.cert-manager.io"}
    outcome = await given.ask(ISSUERS, preset_of(pki=pki))
    assert outcome.state == "ok"
    assert "trial" in outcome.fact
