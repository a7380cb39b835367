"""Ways in: where rules find something, and the case beside it where not."""

import pytest

from tests.unit.diagnose import world
from tests.unit.diagnose.world import found, only
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
