"""Parts that stand for issuers, the servers behind them, and how long certificates last."""

from collections.abc import Sequence

import pytest

from tests.unit.diagnose import world
from wizard.diagnose.components import components, dragged_down
from wizard.diagnose.evaluate import evaluate
from wizard.diagnose.kinds import CERTIFICATE, CERTIFICATE_REQUEST, CLUSTER_ISSUER, ISSUER, ISSUING
from wizard.diagnose.view import View
from wizard.ports import Object

SERVER = "https://bao.vault.svc:8200"
SEALED = "Failed to verify Vault is initialized and unsealed: Vault is sealed"


def ready(status: str, message: str = "") -> Object:
    told = {"type": "Ready", "status": status, "message": message}
    return {"conditions": [{**told, "lastTransitionTime": world.ago(3600)}]}


def certificate(kind: str = "Issuer", **status: object) -> Object:
    return world.made(
        CERTIFICATE,
        "harbor-tls",
        spec={"issuerRef": {"kind": kind, "name": "harbor"}},
        status={**ready("True"), **status},
    )


def issuer(status: Object, **spec: object) -> Object:
    return world.made(ISSUER, "harbor", spec=spec or {"vault": {"server": SERVER}}, status=status)


def parts(view: View) -> dict[str, tuple[str, str]]:
    found = components(view, "harbor", "harbor", evaluate(view).findings)
    return {one.id: (one.state, one.reason) for one in found}


def seen(*objects: Object) -> View:
    return View.of(objects, now=world.NOW, asked=ISSUING)


def test_a_server_that_answers_and_a_certificate_with_the_days_that_are_left() -> None:
    found = parts(seen(certificate(notAfter=world.ago(-30 * 86400 - 60)), issuer(ready("True"))))
    assert found["vault"] == ("ok", SERVER)
    assert found["issuer"] == ("ok", "")
    assert found["certificate"] == ("ok", "ends in 30 days")


@pytest.mark.parametrize(
    ("left", "told"),
    [
        (86400 * 1.5, ("ok", "ends in 36 hours")),
        (3601, ("ok", "ends in 1 hours")),
        (-60, ("failed", "ended at 2026-11-23 21:29 UTC")),
    ],
)
def test_a_certificate_that_is_about_to_end_or_has_ended(
    left: float, told: tuple[str, str]
) -> None:
    """Nobody renews it, and cert-manager, which is away, says that it is ready."""
    view = seen(certificate(notAfter=world.ago(-left)), issuer(ready("True")))
    assert parts(view)["certificate"] == told


def test_a_sealed_server_is_to_blame_for_its_issuer_and_the_certificate() -> None:
    missing = certificate() | {"status": ready("False", "Issuing certificate")}
    view = seen(missing, issuer(ready("False", SEALED)))
    found = parts(view)
    assert found["vault"] == ("failed", f"{SERVER} is sealed or not initialized")
    assert found["issuer"][0] == "failed"
    states = components(view, "harbor", "harbor", evaluate(view).findings)
    above = dragged_down(states)
    assert above["issuer"] == ["Vault or OpenBao"]
    assert above["certificate"] == ["Vault or OpenBao", "Issuer"]
    assert "vault" not in above


def test_a_server_that_was_sealed_since_is_told_by_the_request_that_waits() -> None:
    request = world.made(
        CERTIFICATE_REQUEST,
        "harbor-tls-1",
        spec={"issuerRef": {"kind": "Issuer", "name": "harbor"}},
        status={"conditions": [{"type": "Ready", "status": "False", "reason": "Pending",
                                "message": f"Vault failed to sign: {SEALED}",
                                "lastTransitionTime": world.ago(60)}]},
    )  # fmt: skip
    assert parts(seen(certificate(), issuer(ready("True")), request))["vault"][0] == "failed"


def test_an_issuer_that_cannot_use_its_server_says_nothing_of_that() -> None:
    away = "Failed to verify Vault is initialized and unsealed: connect: connection refused"
    for told in (ready("False", "Vault: permission denied"), ready("False", away), {}):
        assert parts(seen(certificate(), issuer(told)))["vault"] == ("unknown", SERVER)


def test_an_issuer_that_nobody_has_looked_at_yet_is_waited_for() -> None:
    state, reason = parts(seen(certificate(), issuer({})))["issuer"]
    assert (state, reason.endswith("cert-manager has not looked at it yet")) == ("waiting", True)


@pytest.mark.parametrize(
    ("objects", "state"),
    [
        ([certificate()], ("failed", "Issuer harbor/harbor does not exist")),
        ([certificate(), issuer(ready("True"), selfSigned={})], ("ok", "")),
    ],
)
def test_issuers_without_a_server(objects: Sequence[Object], state: tuple[str, str]) -> None:
    found = parts(seen(*objects))
    assert found["issuer"] == state
    assert "vault" not in found


def test_an_issuer_that_may_not_be_looked_at_is_not_known() -> None:
    why = "No right to watch clusterissuers"
    view = View.of(
        [certificate("ClusterIssuer")],
        now=world.NOW,
        asked=ISSUING,
        not_checked={CLUSTER_ISSUER: why},
    )
    assert parts(view)["issuer"] == ("unknown", why)


def test_the_worst_of_several_issuers_counts() -> None:
    another = certificate("ClusterIssuer")
    another["metadata"]["name"] = "another"
    view = View.of(
        [certificate(), issuer(ready("True")), another],
        now=world.NOW,
        asked=ISSUING,
        not_checked={CLUSTER_ISSUER: "No right"},
    )
    assert parts(view)["issuer"] == ("unknown", "No right")


def test_what_belongs_to_others_is_not_to_blame() -> None:
    strange = issuer(ready("False", "no such account"), acme={})
    strange["metadata"]["name"] = "staging"
    looping = world.pod("vault", world.waits("CrashLoopBackOff", restarts=5, **world.LOOP), age=999)
    own = (certificate(), issuer(ready("True")))
    found = parts(world.view(*own, strange, looping))
    assert (found["issuer"], found["vault"]) == (("ok", ""), ("ok", SERVER))


def test_a_release_without_certificates_has_none_of_these() -> None:
    assert not {"vault", "issuer", "certificate"} & parts(seen(issuer(ready("True")))).keys()
