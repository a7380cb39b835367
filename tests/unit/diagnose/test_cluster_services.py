"""The cluster's DNS and cert-manager: how they stand, and what they explain."""

import pytest

from tests.unit.diagnose import world
from tests.unit.diagnose.services import (
    INSTANCE,
    NAME,
    UNAVAILABLE,
    beside,
    cert_manager,
    dns,
    service,
    with_cert_manager,
    with_dns,
)
from tests.unit.diagnose.test_components import states
from wizard.diagnose.components import ComponentState, components, dragged_down
from wizard.diagnose.evaluate import evaluate
from wizard.diagnose.kinds import CERT_MANAGER, CERTIFICATE, CERTIFICATE_REQUEST, DNS
from wizard.diagnose.view import View
from wizard.ports import Object


def state(view: View, id_: str) -> ComponentState | None:
    found = components(view, "harbor", "harbor", evaluate(view).findings)
    return next((one for one in found if one.id == id_), None)


@pytest.mark.parametrize(
    ("deployments", "judged", "reason"),
    [
        ([dns(2)], "ok", "2 of 2 ready"),
        ([dns(1)], "waiting", "1 of 2 ready"),
        ([dns(0)], "failed", "Cluster DNS has no ready pod"),
        ([dns(0, since=5)], "failed", "0 of 2 ready"),
        ([dns(2), dns(0, name="kube-dns")], "waiting", "2 of 4 ready"),
        ([dns(0, 0)], "unknown", "scaled to none"),
        ([], "unknown", "no Deployment with the label k8s-app=kube-dns in kube-system"),
    ],
)
def test_how_the_dns_of_the_cluster_stands(
    deployments: list[Object], judged: str, reason: str
) -> None:
    found = state(with_dns(*deployments), "dns")
    assert found is not None
    assert found.state == judged
    assert reason in found.reason


def test_a_missing_right_is_told_as_the_reason() -> None:
    told = {DNS: "No right to watch deployments.apps in kube-system"}
    view = world.view(world.deployment("core", ready=1), not_checked=told)
    found = state(view, "dns")
    assert found is not None
    assert (found.state, found.reason) == ("unknown", told[DNS])
    assert told[DNS] in {one.reason for one in evaluate(view).not_checked if one.rule == "HW-210"}


def test_a_dns_that_is_away_for_a_moment_is_no_news() -> None:
    assert world.found(with_dns(dns(0, since=10))) == []
    (warned,) = world.found(with_dns(dns(0, since=60)))
    (failed,) = world.found(with_dns(dns(0, since=200)))
    assert (warned.severity, failed.severity) == ("warn", "fail")
    assert failed.object == "Deployment kube-system/coredns"
    assert failed.component == "dns"
    assert failed.evidence == ("Available False: " + UNAVAILABLE,)
    assert "kubectl -n kube-system describe deployment coredns" in failed.fix


def test_another_dns_that_answers_is_enough() -> None:
    assert world.found(with_dns(dns(1), dns(0, name="kube-dns"))) == []


def test_a_dns_without_pods_explains_what_does_not_find_its_database() -> None:
    core = world.pod("core", world.waits("CrashLoopBackOff", restarts=2, **world.LOOP))
    said = "failed to connect to tcp:harbor-database:5432: lookup harbor-database: i/o timeout"
    view = world.view(core, world.deployment("core"), logs=((core, world.line(said, 16, "core")),))
    assert "HW-210" not in {one.id for one in world.found(view)}
    seen = beside(view, DNS, dns(0))
    assert [one.id for one in world.found(seen)] == ["HW-210"]
    above = dragged_down(components(seen, "harbor", "harbor", evaluate(seen).findings))
    assert above == {"core": ["Cluster DNS"]}


@pytest.mark.parametrize(
    ("deployments", "certificates", "judged", "reason"),
    [
        ([cert_manager("cert-manager", 1), cert_manager("webhook", 1)], 1, "ok", ""),
        ([cert_manager("cert-manager", 1, 2)], 1, "waiting", "1 of 2 ready"),
        (
            [cert_manager("cert-manager", 1, 2), cert_manager("webhook", 0)],
            1,
            "failed",
            "cert-manager does not run",
        ),
        ([cert_manager("cert-manager", 0, 0)], 1, "failed", "cert-manager does not run"),
        ([cert_manager("cert-manager", 0)], 0, "waiting", "0 of 1 ready"),
        ([], 1, "unknown", f"no Deployment with the label {NAME}=cert-manager in any namespace"),
    ],
)
def test_how_cert_manager_stands(
    deployments: list[Object], certificates: int, judged: str, reason: str
) -> None:
    found = state(with_cert_manager(*deployments, certificates=certificates), "cert-manager")
    assert found is not None
    assert found.state == judged
    assert reason in found.reason


def test_where_there_is_none_and_nothing_asks_for_it_there_is_no_such_part() -> None:
    assert "cert-manager" not in states(with_cert_manager(certificates=0))
    assert "cert-manager" not in states(world.view(world.deployment("core", ready=1)))


def test_the_webhook_of_another_program_is_none_of_cert_manager() -> None:
    labels = {NAME: "webhook", INSTANCE: "other"}
    other = service("other", "other-webhook", labels, 0, 1, 300)
    view = with_cert_manager(cert_manager("cert-manager", 1), other)
    assert states(view)["cert-manager"] == "ok"
    assert world.found(view) == []


def test_each_part_of_cert_manager_says_what_stops_without_it() -> None:
    found = world.found(
        with_cert_manager(
            *(cert_manager(part, 0) for part in ("cert-manager", "webhook", "cainjector"))
        )
    )
    assert {one.id for one in found} == {"HW-226"}
    told = " ".join(one.cause for one in found)
    for words in ("nobody works on certificates", "API server refuses", "authorities of webhooks"):
        assert words in told


def test_requests_that_nobody_works_on_are_explained_by_it() -> None:
    """Without it nobody approves, and a request waits."""
    request = world.made(CERTIFICATE_REQUEST, "tls-1")
    view = world.view(
        request, world.made(CERTIFICATE, "tls"), asked=[CERTIFICATE, CERTIFICATE_REQUEST]
    )
    assert [one.id for one in world.found(view)] == ["HW-220"]
    away = beside(view, CERT_MANAGER, cert_manager("cert-manager", 0))
    assert [one.id for one in world.found(away)] == ["HW-226"]
    above = dragged_down(components(away, "harbor", "harbor", evaluate(away).findings))
    assert above["certificate"] == ["cert-manager"]
