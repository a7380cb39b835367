"""At which URL clients find a release, from its objects alone."""

from typing import Any

import pytest

from tests.unit.diagnose import world
from wizard.diagnose.address import place_of
from wizard.diagnose.kinds import HTTP_ROUTE, INGRESS, SERVICE
from wizard.ports import Object

OTHER = {"labels": {"release": "other"}}


def ingress(*hosts: str, tls: list[Any] | None = None, **metadata: Any) -> Object:
    spec = {"rules": [{"host": host} if host else {} for host in hosts], "tls": tls}
    return world.made(INGRESS, "harbor-ingress", spec=spec, metadata=metadata)


def route(*hosts: str) -> Object:
    return world.made(HTTP_ROUTE, "harbor-route", spec={"hostnames": [*hosts]})


def service(kind: str, *ports: int, selects: str = "nginx", **address: str) -> Object:
    given = {"loadBalancer": {"ingress": [address]} if address else {}}
    spec = {
        "type": kind,
        "ports": [{"port": port} for port in ports],
        "selector": {"component": selects},
    }
    return world.made(SERVICE, "harbor", spec=spec, status=given)


@pytest.mark.parametrize(
    ("obj", "url"),
    [
        (ingress("harbor.test"), "http://harbor.test"),
        (ingress("harbor.test", tls=[{"hosts": ["harbor.test"]}]), "https://harbor.test"),
        (ingress("harbor.test", tls=[{"hosts": ["*.test"]}]), "https://harbor.test"),
        (ingress("harbor.test", tls=[{"secretName": "x"}]), "https://harbor.test"),
        (ingress("harbor.test", tls=[{"hosts": ["x.test"]}]), "http://harbor.test"),
        (ingress("", "*.test", "harbor.test"), "http://harbor.test"),
        (ingress(""), ""),
        (ingress("harbor.test", **OTHER), ""),
        (route("harbor.test"), "https://harbor.test"),
        (route("*.test"), ""),
        (service("LoadBalancer", 80, 443, ip="10.0.0.1"), "https://10.0.0.1"),
        (service("LoadBalancer", 80, ip="10.0.0.1"), "http://10.0.0.1"),
        (service("LoadBalancer", 443, hostname="lb.test"), "https://lb.test"),
        (service("LoadBalancer", 443, ip="fd00::1"), "https://[fd00::1]"),
        (service("LoadBalancer", 443, selects="core", ip="10.0.0.1"), ""),
        (service("LoadBalancer", 443), ""),
        (service("NodePort", 443), ""),
    ],
)
def test_the_url_of_what_leads_clients_to_harbor(obj: Object, url: str) -> None:
    place = place_of(world.view(obj), "harbor", "harbor")
    assert (place.url if place else "") == url


def test_a_name_comes_before_an_address() -> None:
    balanced = service("LoadBalancer", 443, ip="10.0.0.1")
    place = place_of(world.view(balanced, ingress("harbor.test")), "harbor", "harbor")
    assert place is not None
    assert (place.url, place.source) == ("http://harbor.test", "host")
    assert place.told_by == "Ingress harbor/harbor-ingress"
    alone = place_of(world.view(balanced), "harbor", "harbor")
    assert alone is not None
    assert alone.source == "address"
