"""The way to Harbor: ingress class, DNS, Gateways, node ports, load balancers."""

from typing import Any

import pytest

from tests.unit.checks.conftest import NAMESPACE, Given, node, preset_of, thing
from wizard.ports import Kind, Object, Server

NGINX = "k8s.io/ingress-nginx"


def ingress_class(name: str = "nginx", *, default: bool = False, controller: str = NGINX) -> Object:
    marks = {"ingressclass.kubernetes.io/is-default-class": "true"} if default else {}
    return thing(
        "networking.k8s.io/v1/IngressClass",
        name,
        annotations=marks,
        spec={"controller": controller},
    )


def named(class_name: str) -> Any:
    return preset_of({"expose": {"kind": "ingress", "className": class_name}})


async def test_the_named_ingress_class(given: Given) -> None:
    given(ingress_class())
    outcome = await given.ask("exposure.ingress-class", named("nginx"))
    assert outcome.state == "ok"
    assert NGINX in outcome.fact


async def test_a_missing_ingress_class_fails(given: Given) -> None:
    given(ingress_class("traefik"))
    outcome = await given.ask("exposure.ingress-class", named("nginx"))
    assert outcome.state == "fail"
    assert "traefik" in outcome.fact


@pytest.mark.parametrize(("defaults", "state"), [(0, "fail"), (1, "ok"), (2, "warn")])
async def test_the_default_ingress_class(given: Given, defaults: int, state: str) -> None:
    given(*(ingress_class(f"class-{number}", default=number < defaults) for number in range(2)))
    assert (await given.ask("exposure.ingress-class")).state == state


async def test_a_class_that_an_annotation_names_cannot_be_looked_up(given: Given) -> None:
    expose = {"kind": "ingress", "annotations": {"kubernetes.io/ingress.class": "gce"}}
    outcome = await given.ask("exposure.ingress-class", preset_of({"expose": expose}))
    assert outcome.state == "ok"
    assert "gce" in outcome.fact


@pytest.mark.parametrize(
    ("controller", "internal", "state"),
    [
        ("traefik.io/ingress-controller", True, "warn"),
        ("traefik.io/ingress-controller", False, "ok"),
        (NGINX, True, "ok"),
        ("haproxy.org/ingress-controller/haproxy", True, "ok"),
    ],
)
async def test_controllers_that_need_help_to_speak_tls(
    given: Given, controller: str, internal: bool, state: str
) -> None:
    given(ingress_class(default=True, controller=controller))
    preset = preset_of({"internalTls": internal})
    assert (await given.ask("exposure.ingress-class", preset)).state == state


@pytest.mark.parametrize(
    ("harbor", "state"),
    [
        ({"url": "https://harbor.example.com"}, "ok"),
        ({"url": "https://harbor.invalid"}, "warn"),
        ({"url": "https://harbor.invalid", "resolve": "192.0.2.1"}, "ok"),
        ({"url": "https://[2001:db8::1]:30003"}, "ok"),
    ],
)
async def test_dns(given: Given, harbor: dict[str, str], state: str) -> None:
    outcome = await given.ask("exposure.dns", preset_of(harbor))
    assert outcome.state == state
    assert ("harbor.resolve" in outcome.fix) == (state == "warn")


GROUP = "gateway.networking.k8s.io/v1"


def gateway(**listener: Any) -> Object:
    one = {"name": "https", "protocol": "HTTPS", "port": 443, **listener}
    return thing(
        f"{GROUP}/Gateway", "public", "gateways", spec={"gatewayClassName": "g", "listeners": [one]}
    )


def gateway_class(accepted: str = "True") -> Object:
    conditions = [{"type": "Accepted", "status": accepted}]
    return thing(f"{GROUP}/GatewayClass", "g", spec={}, status={"conditions": conditions})


def through(**parent: str) -> Any:
    parents = [{"name": "public", "namespace": "gateways", **parent}]
    return preset_of({"expose": {"kind": "gateway", "parentRefs": parents}})


def routes(source: str, **rest: Any) -> dict[str, Any]:
    return {"allowedRoutes": {"namespaces": {"from": source, **rest}}}


@pytest.mark.parametrize(
    "listener",
    [
        routes("All"),
        routes("All") | {"hostname": "*.example.com"},
        routes("Selector", selector={"matchLabels": {"team": "registry"}}),
        routes("Selector", selector={"matchLabels": {"kubernetes.io/metadata.name": "harbor"}}),
    ],
)
async def test_a_listener_that_takes_the_route(given: Given, listener: dict[str, Any]) -> None:
    given(thing("v1/Namespace", "harbor", labels={"team": "registry"}))
    given(thing("v1/Namespace", "gateways"), gateway(**listener), gateway_class())
    outcome = await given.ask("gateway.listeners", through())
    assert outcome.state == "ok", outcome.fact


@pytest.mark.parametrize(
    ("listener", "told"),
    [
        ({}, "from the namespace harbor"),
        (routes("Same"), "from the namespace harbor"),
        (routes("Selector", selector={"matchLabels": {"team": "other"}}), "from the namespace"),
        (routes("All") | {"protocol": "TLS"}, "from the namespace harbor"),
        (routes("All") | {"hostname": "*.other.com"}, "for the host harbor.example.com"),
        (routes("All") | {"hostname": "example.com"}, "for the host harbor.example.com"),
    ],
)
async def test_a_listener_that_refuses(given: Given, listener: dict[str, Any], told: str) -> None:
    given(thing("v1/Namespace", "gateways"), gateway(**listener), gateway_class())
    outcome = await given.ask("gateway.listeners", through())
    assert outcome.state == "fail"
    assert told in outcome.fact


async def test_gateways_that_do_not_work(given: Given) -> None:
    outcome = await given.ask("gateway.listeners", through())
    assert "no Gateway gateways/public" in outcome.fact
    given(thing("v1/Namespace", "gateways"), gateway(**routes("All")), gateway_class("False"))
    outcome = await given.ask("gateway.listeners", through())
    assert "GatewayClass g" in outcome.fact
    given(gateway_class())
    outcome = await given.ask("gateway.listeners", through(sectionName="other"))
    assert "no listener other" in outcome.fact


NODE_PORTS = preset_of({"expose": {"kind": "nodePort"}})


def service(name: str, namespace: str, *ports: int, type_: str = "NodePort") -> Object:
    spec = {"type": type_, "ports": [{"port": 80 + port, "nodePort": port} for port in ports]}
    return thing("v1/Service", name, namespace, spec=spec)


HARBOR_SERVICE = service("harbor", "harbor", 30002, 30003)


async def test_free_node_ports(given: Given) -> None:
    outcome = await given.ask("services.node-ports", NODE_PORTS, manifest=[HARBOR_SERVICE])
    assert outcome.state == "ok"
    given(NAMESPACE, thing("v1/Namespace", "other"), service("web", "other", 30001))
    outcome = await given.ask("services.node-ports", NODE_PORTS, manifest=[HARBOR_SERVICE])
    assert outcome.fact == "The node ports 30002, 30003 are free."
    assert len(given.store.select(Kind("v1", "Service"))) == 1, "a check wrote a Service"


async def test_taken_node_ports_name_their_owner(given: Given) -> None:
    given(thing("v1/Namespace", "other"), service("web", "other", 30003))
    outcome = await given.ask("services.node-ports", NODE_PORTS, manifest=[HARBOR_SERVICE])
    assert outcome.state == "fail"
    assert "30003 by Service other/web" in outcome.fact


async def test_without_the_right_to_see_owners_the_dry_run_tells(given: Given) -> None:
    given(NAMESPACE, thing("v1/Namespace", "other"), service("web", "other", 30003))
    given.denied.add(("list", "services"))
    outcome = await given.ask("services.node-ports", NODE_PORTS, manifest=[HARBOR_SERVICE])
    assert outcome.state == "fail"
    assert "already allocated" in outcome.fact


async def test_node_ports_outside_the_usual_range_warn(given: Given) -> None:
    given(NAMESPACE)
    low = service("harbor", "harbor", 8080, 30002)
    outcome = await given.ask("services.node-ports", NODE_PORTS, manifest=[low])
    assert outcome.state == "warn"
    assert outcome.fact.endswith(": 8080.")


async def test_harbors_own_service_may_hold_its_ports(given: Given) -> None:
    given(NAMESPACE, HARBOR_SERVICE)
    outcome = await given.ask("services.node-ports", NODE_PORTS, manifest=[HARBOR_SERVICE])
    assert outcome.state == "ok"


@pytest.mark.parametrize(
    ("nodes", "told"),
    [
        ([node("kind-worker", providerID="kind://docker/kind/kind-worker")], "extraPortMappings"),
        ([node("k3d-lab-server-0", providerID="k3s://k3d-lab-server-0")], "--port"),
        ([node("worker-1")], ""),
    ],
)
async def test_clusters_in_containers(given: Given, nodes: list[Object], told: str) -> None:
    given(*nodes)
    outcome = await given.ask("services.local-cluster", NODE_PORTS)
    assert outcome.state == ("warn" if told else "ok")
    assert told in outcome.fix


BALANCED = preset_of({"expose": {"kind": "loadBalancer"}})


async def test_a_load_balancer_that_works(given: Given) -> None:
    served = service("web", "other", type_="LoadBalancer")
    served["status"] = {"loadBalancer": {"ingress": [{"ip": "192.0.2.4"}]}}
    given(thing("v1/Namespace", "other"), served)
    outcome = await given.ask("services.load-balancer", BALANCED)
    assert outcome.state == "ok"
    assert "other/web" in outcome.fact


async def test_signs_of_a_load_balancer(given: Given) -> None:
    assert (await given.ask("services.load-balancer", BALANCED)).state == "warn"
    given(node("cloud", providerID="aws:///eu/i-1"))
    assert "aws" in (await given.ask("services.load-balancer", BALANCED)).fact
    apis = frozenset({"metallb.io/v1beta1"})
    given.server = Server("test", "https://10.0.0.1", "v1.34.4", 0.0, "jane", apis)
    assert "MetalLB" in (await given.ask("services.load-balancer", BALANCED)).fact
