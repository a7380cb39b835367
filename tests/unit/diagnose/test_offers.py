"""What a finding offers to do: only what is safe for its object, and may help."""

from typing import Any

import pytest

from tests.unit.diagnose import world
from tests.unit.diagnose.cases_of_pods import revisions
from tests.unit.diagnose.test_rules_certificates import NOW, made, told
from wizard.diagnose.evaluate import evaluate
from wizard.diagnose.kinds import DAEMON_SET, ISSUING, STORAGE_CLASS
from wizard.diagnose.observer import WATCHED
from wizard.diagnose.view import View
from wizard.ports import Object

FULL = "write /storage/blobs: no space left on device"


def offer(view: View, rule: str) -> str:
    """What the rule's one finding offers, in words."""
    (finding,) = [one for one in evaluate(view).findings if one.id == rule]
    return str(finding.offer or "")


def test_a_revision_left_half_done_is_forgotten() -> None:
    told = offer(revisions("deployed", "pending-upgrade"), "HW-044")
    assert told.startswith("forget the revision that Helm left half done (Secret harbor/sh.helm")
    assert "v10" in told


def crashing(*owners: Object, component: str = "core") -> View:
    """A pod that keeps ending, managed by the first, which the next one manages and so on."""
    pod = world.pod(component, world.waits("CrashLoopBackOff", restarts=5, **world.LOOP))
    for one, owner in zip((pod, *owners), owners, strict=False):
        world.owned(one, owner)
    return world.view(pod, *owners)


def test_a_deployment_is_restarted() -> None:
    view = crashing(world.replica_set("core"), world.deployment("core"))
    assert offer(view, "HW-201") == "restart the Deployment harbor/harbor-core"


def test_a_stateful_sets_pod_is_deleted_since_it_would_not_be_replaced() -> None:
    view = crashing(world.stateful_set("database"), component="database")
    assert offer(view, "HW-201").startswith("delete the Pod harbor/harbor-database-")


@pytest.mark.parametrize(
    "owners",
    [(), (world.replica_set("core"),), (world.made(DAEMON_SET, "agent"),)],
    ids=["nobody makes it anew", "its Deployment is not known", "of a DaemonSet"],
)
def test_a_pod_of_nobody_known_is_left_alone(owners: tuple[Object, ...]) -> None:
    assert offer(crashing(*owners), "HW-201") == ""


def refused(issuing: str) -> View:
    certificate = made(
        "Certificate",
        "harbor",
        told("Ready", "True"),
        told("Issuing", issuing, "Failed", "The certificate request has failed"),
    )
    return View.of([certificate], now=NOW, asked=ISSUING)


def test_a_certificate_is_renewed() -> None:
    assert offer(refused("False"), "HW-225") == "renew the Certificate harbor/harbor"


@pytest.mark.parametrize(("issuing", "text"), [("False", "renew the Certificate"), ("True", "")])
def test_a_refused_request_offers_its_certificate_unless_that_is_being_issued(
    issuing: str, text: str
) -> None:
    certificate = made(
        "Certificate", "harbor", told("Ready", "False"), told("Issuing", issuing, "Failed")
    )
    request = made("CertificateRequest", "harbor-1", told("Ready", "False", "Failed", "no"))
    world.owned(request, certificate)
    view = View.of([certificate, request], now=NOW, asked=ISSUING)
    assert offer(view, "HW-033").startswith(text)
    assert bool(offer(view, "HW-033")) == bool(text)


SEALED = "Failed to verify Vault is initialized and unsealed: Vault is sealed"
LOGIN = "Failed to initialise vault client for signing: error calling Vault: 503, Vault is sealed"
OURS = {"harbor-wizard/preset": "production"}


def issuer(address: str, labels: dict[str, str], ready: Object) -> Object:
    """An Issuer that asks the server at an address."""
    obj = made("Issuer", "corp", ready, vault={"server": address, "path": "pki/sign/harbor"})
    obj["metadata"]["labels"] = labels
    return obj


@pytest.mark.parametrize(
    ("address", "labels", "text"),
    [
        ("https://openbao.openbao.svc:8200", OURS, "unseal the StatefulSet openbao/openbao"),
        ("https://vault.secrets.svc:8200", OURS, "unseal the StatefulSet secrets/vault"),
        ("https://vault.secrets.svc:8200", {}, ""),
        ("https://vault.example.com:8200", OURS, ""),
        ("http://openbao.openbao.svc:8200", OURS, ""),
        ("https://openbao.openbao.svc:8200/proxy", OURS, ""),
    ],
)
def test_a_server_of_the_wizard_is_unsealed_and_no_other(
    address: str, labels: dict[str, str], text: str
) -> None:
    told_sealed = issuer(address, labels, told("Ready", "False", "VaultError", SEALED))
    view = View.of([told_sealed], now=NOW, asked=ISSUING)
    assert offer(view, "HW-034") == text


@pytest.mark.parametrize(
    ("ready", "reason", "named", "found"),
    [
        ("True", "Pending", "corp", True),
        ("True", "Pending", "another", False),
        ("True", "Failed", "corp", False),
        ("Unknown", "Pending", "corp", True),
    ],
)
def test_one_that_was_sealed_since_the_issuer_was_ready(
    ready: str, reason: str, named: str, found: bool
) -> None:
    good = issuer("https://openbao.openbao.svc:8200", OURS, told("Ready", ready))
    asks = made("CertificateRequest", "r", told("Ready", "False", reason, LOGIN))
    asks["spec"]["issuerRef"]["name"] = named
    seen = evaluate(View.of([good, asks], now=NOW, asked=ISSUING)).findings
    offers = {one.id: str(one.offer) for one in seen if one.suppressed_by is None}
    assert (offers.get("HW-034") == "unseal the StatefulSet openbao/openbao") is found


def full(*claims: Object, expands: bool = True, seen: bool = True) -> View:
    """A registry that has filled its disk."""
    names = tuple(one["metadata"]["name"] for one in claims)
    pod = world.pod("registry", claims=names)
    class_ = world.made(
        STORAGE_CLASS,
        "standard",
        metadata={"name": "standard", "namespace": ""},
        allowVolumeExpansion=expands,
    )
    objects = [pod, *claims, *([class_] if seen else [])]
    said = ((pod, world.line(FULL, 20, "registry")),)
    asked = [*WATCHED, *([STORAGE_CLASS] if seen else [])]
    return world.view(*objects, logs=said, asked=asked)


def claim(name: str, phase: str = "Bound") -> Object:
    return world.claim(name, phase, storageClassName="standard")


def test_the_claim_of_a_full_disk_grows() -> None:
    expected = "grow the PersistentVolumeClaim harbor/harbor-registry"
    assert offer(full(claim("harbor-registry")), "HW-040") == expected


@pytest.mark.parametrize(
    ("claims", "more"),
    [
        ((claim("a"),), {"expands": False}),
        ((claim("a"),), {"seen": False}),
        ((claim("a"), claim("b")), {}),
        ((claim("a", "Pending"),), {}),
        ((), {}),
    ],
    ids=["class does not let", "class not seen", "which of two", "not bound", "no claim"],
)
def test_other_claims_do_not(claims: tuple[Object, ...], more: dict[str, Any]) -> None:
    assert offer(full(*claims, **more), "HW-040") == ""
