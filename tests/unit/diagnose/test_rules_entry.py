"""Ways in: where rules find something, and the case beside it where not."""

import pytest

from tests.unit.diagnose import world
from tests.unit.diagnose.cases_of_entries import BODY, INC, INC_BODY, NGINX, entry, server
from tests.unit.diagnose.world import found, only
from wizard.diagnose.evaluate import evaluate
from wizard.diagnose.kinds import INGRESS_CLASS
from wizard.diagnose.view import View
from wizard.ports import Kind


def service(kind: str, age: float, *addresses: str) -> View:
    status = {"loadBalancer": {"ingress": [{"ip": ip} for ip in addresses]} if addresses else {}}
    made = world.made(Kind("v1", "Service"), "harbor", age, spec={"type": kind}, status=status)
    return world.view(made)


def test_a_load_balancer_without_address() -> None:
    assert only(service("LoadBalancer", 120)).severity == "warn"
    assert only(service("LoadBalancer", 400)).terminal


def test_a_service_that_needs_no_address_or_has_one_or_is_new() -> None:
    for view in (
        service("NodePort", 400),
        service("LoadBalancer", 400, "1.2.3.4"),
        service("LoadBalancer", 30),
    ):
        assert found(view) == []


@pytest.mark.parametrize("age", [30, 3600])
def test_an_ingress_without_address_is_a_warning_for_ever(age: float) -> None:
    kind = Kind("networking.k8s.io/v1", "Ingress")
    ingress = world.made(kind, "harbor-ingress", age, spec={"ingressClassName": "traefik"})
    findings = found(world.view(ingress))
    assert [one.severity for one in findings] == ([] if age == 30 else ["warn"])


@pytest.mark.parametrize(
    ("controller", "annotations", "told"),
    [
        (NGINX, {}, "more than 1 MiB unless"),
        (NGINX, {INC_BODY: "0"}, "more than 1 MiB unless"),
        (NGINX, {BODY: "8m"}, "more than 8m,"),
        (NGINX, {BODY: "512M"}, "more than 512M,"),
        ("k8s.io/internal-ingress-nginx", {BODY: "1024"}, "more than 1024,"),
        (INC, {BODY: "0"}, "more than 1 MiB unless"),
        (INC, {INC_BODY: "100m"}, "more than 100m,"),
    ],
)
def test_a_limit_that_a_layer_exceeds_is_told_with_the_annotation_that_lifts_it(
    controller: str, annotations: dict[str, str], told: str
) -> None:
    finding = only(entry(controller, annotations))
    assert (finding.id, finding.severity) == ("HW-019", "warn")
    assert told in finding.cause
    assert (INC_BODY if controller == INC else BODY) in finding.fix


@pytest.mark.parametrize(
    "view",
    [
        entry(NGINX, {BODY: "0"}),
        entry(NGINX, {BODY: "0m"}),
        entry(NGINX, {BODY: "10g"}),
        entry(NGINX, {BODY: "1024m"}),
        entry(NGINX, {BODY: "as you like"}),
        entry(INC, {INC_BODY: "0"}),
        entry("traefik.io/ingress-controller", {}),
        entry("haproxy.org/ingress-controller", {}),
        entry(NGINX, {}, name="another"),
        entry(NGINX, {}, name=""),
        entry(NGINX, {}, labels={"app": "shop"}),
    ],
)
def test_no_limit_or_none_that_is_known_is_not(view: View) -> None:
    assert found(view) == []


def test_the_class_is_the_default_one_or_that_of_the_former_annotation() -> None:
    assert only(entry(NGINX, {}, name="", default=True)).id == "HW-019"
    assert only(entry(NGINX, {"kubernetes.io/ingress.class": "web"}, name="")).id == "HW-019"


def test_without_the_right_to_see_classes_it_is_not_checked() -> None:
    seen = entry(NGINX, {})
    blind = View(
        {kind: one for kind, one in seen.collections.items() if kind != INGRESS_CLASS},
        seen.now,
        not_checked={INGRESS_CLASS: "No right to watch ingressclasses"},
    )
    told = {one.rule: one.reason for one in evaluate(blind).not_checked}
    assert told["HW-019"] == "No right to watch ingressclasses"


def test_a_server_that_was_never_initialised_is_told_apart_from_a_sealed_one() -> None:
    assert "never initialised" in only(server("false", "true")).cause
    assert "wizard unseal" in only(server("true", "true")).fix
    assert found(server("true", "true", ready=True)) == []
