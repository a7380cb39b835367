"""What is offered for an answer to those who pick: each kind of offer, in a simulated cluster."""

import base64
from datetime import UTC, datetime
from typing import Any

import pytest

from backends.certificates import X509
from tests.unit.checks.conftest import (
    NAMESPACE,
    Given,
    claim,
    node,
    preset_of,
    storage_class,
    thing,
)
from tests.unit.checks.test_choices import ISSUERS, definition
from wizard.answers.outline import shape_at
from wizard.answers.paths import parse_path
from wizard.answers.preset import Preset
from wizard.certificates import CertificateRequest
from wizard.checks.offers import OFFERED, has_offers, offers
from wizard.errors import Forbidden
from wizard.ports import Object

GATEWAY = "gateway.networking.k8s.io/v1/Gateway"
INGRESS = "networking.k8s.io/v1/Ingress"


async def offered(given: Given, path: str, preset: Preset | None = None) -> dict[str, str]:
    """The offers for a path, in their order."""
    found = await offers(given.world, preset or preset_of(), parse_path(path))
    values = {offer.value: offer.text for offer in found}
    assert len(values) == len(found)
    return values


def exposed(kind: str, **rest: Any) -> Preset:
    return preset_of({"expose": {"kind": kind, **rest}}, pki={"kind": "self-signed"})


def gateway(name: str, namespace: str, *listeners: tuple[str, str, int, str], **status: Any) -> Any:
    keys = ("name", "protocol", "port", "hostname")
    told = [dict(zip(keys, one, strict=True)) for one in listeners]
    spec = {"gatewayClassName": "lab", "listeners": told}
    return thing(GATEWAY, name, namespace, spec=spec, status=status)


HTTPS = ("https", "HTTPS", 443, "*.corp.example")
BY_GATEWAY = exposed(
    "gateway", parentRefs=[{"name": "public", "namespace": "gateways", "sectionName": "https"}]
)


def ingress(name: str, class_name: str, *given: dict[str, str]) -> Object:
    status = {"loadBalancer": {"ingress": list(given)}}
    return thing(INGRESS, name, "harbor", spec={"ingressClassName": class_name}, status=status)


def test_only_answers_of_the_model_are_offered_for() -> None:
    data: dict[str, Any] = {
        "storage": {"provisioner": {"kind": "local"}},
        "pki": {
            "kind": "self-signed",
            "authority": {"kind": "vault", "server": {"kind": "deploy"}},
        },
        "harbor": {"expose": {"kind": "ingress"}},
    }
    other = {"pki": {"kind": "secret"}, "harbor": {"expose": {"kind": "gateway"}}}
    for pattern, _ in OFFERED:
        path = tuple({"*": "registry"}.get(str(part), part) for part in pattern)
        if "parentRefs" in path:
            path = (*path[:3], 0, path[-1])
        assert has_offers(path)
        assert shape_at(path, data) or shape_at(path, other), path


@pytest.mark.parametrize("path", ["name", "harbor", "storage.volumes.registry.size", "pki.name.x"])
async def test_nothing_is_offered_for_other_answers(given: Given, path: str) -> None:
    assert not has_offers(parse_path(path))
    assert await offered(given, path) == {}


async def test_namespaces_but_those_of_kubernetes(given: Given) -> None:
    given(NAMESPACE, thing("v1/Namespace", "kube-system"))
    given(thing("v1/Namespace", "again", deletionTimestamp="2026-01-02T00:00:00Z"))
    assert list((await offered(given, "target.namespace")).items()) == [
        ("harbor", "exists"),
        ("again", "is being deleted"),
    ]


@pytest.mark.parametrize(
    "path",
    [
        "storage.provisioner.className",
        "storage.volumes.database.className",
        "pki.authority.server.className",
    ],
)
async def test_storage_classes_with_what_they_can_do(given: Given, path: str) -> None:
    given(storage_class("a-local", "rancher.io/local-path", expandable=False))
    given(storage_class("hand", "kubernetes.io/no-provisioner"))
    given(storage_class("own", "example.com/own"))
    given(storage_class("shared", "nfs.csi.k8s.io", default=True))
    assert list((await offered(given, path)).items()) == [
        ("shared", "default, nfs.csi.k8s.io, ReadWriteMany, grows"),
        ("a-local", "rancher.io/local-path, one node at a time, does not grow"),
        ("hand", "volumes are made by hand"),
        ("own", "example.com/own, grows"),
    ]


async def test_a_class_that_the_wizard_makes_is_not_chosen_from_those_there_are(
    given: Given,
) -> None:
    given(storage_class())
    nfs = {"kind": "nfs", "server": "nas", "path": "/x"}
    preset = preset_of(storage={"provisioner": nfs})
    assert await offered(given, "storage.provisioner.className", preset) == {}
    assert await offered(given, "storage.volumes.redis.className", preset) != {}


async def test_nodes_usable_ones_first(given: Given) -> None:
    given(node("a-broken", unschedulable=True), node("b", arch="arm64"))
    given(node("kind-worker", providerID="kind://docker/kind/kind-worker"))
    assert list((await offered(given, "storage.provisioner.node")).items()) == [
        ("b", "10.0.0.7, arm64"),
        ("kind-worker", "10.0.0.7, amd64, a container made by kind"),
        ("a-broken", "takes no ordinary pods, 10.0.0.7, amd64"),
    ]


async def test_claims_with_size_and_class(given: Given) -> None:
    lost = claim("a-lost") | {"status": {"phase": "Lost", "capacity": {"storage": "8Gi"}}}
    given(NAMESPACE, thing("v1/Namespace", "other"), claim("mine"), lost)
    given(thing("v1/PersistentVolumeClaim", "theirs", "other", spec={}))
    found = await offered(given, "storage.volumes.registry.existingClaim")
    assert list(found.items()) == [
        ("mine", "5Gi, class standard, ReadWriteOnce"),
        ("a-lost", "its volume is lost, 8Gi, class standard, ReadWriteOnce"),
    ]


async def test_ingress_classes(given: Given) -> None:
    kind = "networking.k8s.io/v1/IngressClass"
    marks = {"ingressclass.kubernetes.io/is-default-class": "true"}
    given(thing(kind, "a", spec={"controller": "nginx.org/x"}), thing(kind, "b", spec={}))
    given(thing(kind, "c", annotations=marks, spec={"controller": "traefik.io/x"}))
    assert list((await offered(given, "harbor.expose.className")).items()) == [
        ("c", "default, traefik.io/x"),
        ("a", "nginx.org/x"),
        ("b", ""),
    ]


@pytest.fixture
def with_gateways(given: Given) -> Given:
    given(NAMESPACE, thing("v1/Namespace", "gateways"), thing("v1/Namespace", "lab"))
    plain = ("http", "HTTP", 8080, "harbor.corp.example")
    reached = {"addresses": [{"value": "192.0.2.9"}, {"value": "lb.example.com"}]}
    given(gateway("public", "gateways", HTTPS, plain, **reached))
    given(gateway("public", "lab", HTTPS), gateway("inner", "lab", ("all", "HTTPS", 443, "")))
    return given


async def test_gateways_and_their_namespaces_and_listeners(with_gateways: Given) -> None:
    refs = "harbor.expose.parentRefs"
    names = await offered(with_gateways, f"{refs}.1.name", BY_GATEWAY)
    assert names == {
        "inner": "namespace lab, class lab",
        "public": "namespace gateways or lab, class lab, for *.corp.example, "
        "for harbor.corp.example",
    }
    assert await offered(with_gateways, f"{refs}.0.namespace", BY_GATEWAY) == {
        "gateways": "Gateway public",
        "lab": "Gateway public",
    }
    assert await offered(with_gateways, f"{refs}.1.namespace", BY_GATEWAY) == {
        "gateways": "Gateway public",
        "lab": "Gateway inner, public",
    }
    assert await offered(with_gateways, f"{refs}.0.sectionName", BY_GATEWAY) == {
        "https": "HTTPS on port 443, for *.corp.example",
        "http": "HTTP on port 8080, for harbor.corp.example",
    }
    assert await offered(with_gateways, f"{refs}.1.sectionName", BY_GATEWAY) == {}


async def test_issuers_of_the_chosen_kind(given: Given) -> None:
    given(NAMESPACE)
    assert await offered(given, "pki.name", preset_of(pki={"kind": "issuer", "name": "x"})) == {}
    given(definition("Issuer", "Namespaced"), definition("ClusterIssuer", "Cluster"))
    ready = {"conditions": [{"type": "Ready", "status": "True"}]}
    given(
        thing(f"{ISSUERS}/ClusterIssuer", "a-lab", spec={"selfSigned": {}}),
        thing(f"{ISSUERS}/ClusterIssuer", "corp", spec={"vault": {}}, status=ready),
        thing(f"{ISSUERS}/Issuer", "own", "harbor", spec={"ca": {}}, status=ready),
    )
    chosen = {"kind": "issuer", "name": "x"}
    assert list((await offered(given, "pki.name", preset_of(pki=chosen))).items()) == [
        ("corp", "ready, vault"),
        ("a-lab", "not ready, selfSigned"),
    ]
    chosen["issuerKind"] = "Issuer"
    assert await offered(given, "pki.name", preset_of(pki=chosen)) == {"own": "ready, ca"}
    foreign = {**chosen, "group": "awspca.cert-manager.io"}
    assert await offered(given, "pki.name", preset_of(pki=foreign)) == {}


def secret(name: str, certificate: bytes, kind: str = "kubernetes.io/tls") -> Object:
    data = {"tls.crt": base64.b64encode(certificate).decode()}
    return thing("v1/Secret", name, "harbor", type=kind, data=data)


async def test_tls_secrets_with_the_names_of_their_certificate(given: Given) -> None:
    given(NAMESPACE)
    given.certificates = X509()  # type: ignore[assignment]
    pair = X509().issue(CertificateRequest("leaf", ("harbor.corp", "10.0.0.5"), days=30), None)
    ends = X509().read(pair.certificate)[0].not_after
    assert ends > datetime.now(UTC)
    given(secret("good", pair.certificate), secret("odd", b"nonsense"))
    given(secret("login", pair.certificate, "kubernetes.io/dockerconfigjson"))
    preset = preset_of(pki={"kind": "secret", "name": "x"})
    assert await offered(given, "pki.name", preset) == {
        "good": f"harbor.corp, 10.0.0.5, until {ends:%Y-%m-%d}",
        "odd": "no certificate that can be read",
    }
    assert await offered(given, "pki.name") == {}


async def test_node_ports_lead_to_nodes(given: Given) -> None:
    broken, six = node("broken", unschedulable=True), node("six")
    six["status"]["addresses"] = [
        {"type": "Hostname", "address": "six"},
        {"type": "InternalIP", "address": "10.0.0.8"},
        {"type": "ExternalIP", "address": "2001:db8::8"},
    ]
    given(broken, six, node("kind", providerID="kind://docker/kind/kind"))
    told = {
        "10.0.0.7": "node kind, a container made by kind",
        "2001:db8::8": "node six",
        "10.0.0.8": "node six",
    }
    assert await offered(given, "harbor.resolve", exposed("nodePort")) == told
    assert list(await offered(given, "harbor.url", exposed("nodePort"))) == [
        "https://10.0.0.7:30003",
        "https://[2001:db8::8]:30003",
        "https://10.0.0.8:30003",
    ]
    plain = preset_of({"expose": {"kind": "nodePort", "httpPort": 31000}})
    assert "http://10.0.0.8:31000" in await offered(given, "harbor.url", plain)


async def test_a_load_balancer_has_the_address_that_it_was_given(given: Given) -> None:
    given(NAMESPACE)
    assert await offered(given, "harbor.url", exposed("loadBalancer")) == {}
    reached = {"loadBalancer": {"ingress": [{"hostname": "lb.example.com"}, {"ip": "192.0.2.7"}]}}
    given(thing("v1/Service", "harbor", "harbor", spec={}, status=reached))
    given(thing("v1/Service", "other", "harbor", spec={}, status={"loadBalancer": {}}))
    preset = exposed("loadBalancer", ip="192.0.2.4")
    assert list(await offered(given, "harbor.url", preset)) == [
        "https://192.0.2.4",
        "https://lb.example.com",
        "https://192.0.2.7",
    ]
    assert await offered(given, "harbor.resolve", preset) == {
        "192.0.2.4": "the load balancer's address, as asked for",
        "192.0.2.10": "Harbor's load balancer, Service harbor, now of lb.example.com",
        "192.0.2.7": "Harbor's load balancer, Service harbor",
    }


async def test_an_ingress_controller_is_known_by_the_ingresses_it_serves(given: Given) -> None:
    given(NAMESPACE, ingress("a", "nginx", {"ip": "192.0.2.5"}), ingress("b", "nginx"))
    given(ingress("c", "nginx", {"ip": "192.0.2.5"}), ingress("d", "traefik", {"ip": "192.0.2.6"}))
    chosen = exposed("ingress", className="nginx")
    told = {"192.0.2.5": "the ingress controller of class nginx"}
    assert await offered(given, "harbor.resolve", chosen) == told
    assert await offered(given, "harbor.url", chosen) == {}
    assert await offered(given, "harbor.resolve", exposed("ingress")) == {}
    marks = {"ingressclass.kubernetes.io/is-default-class": "true"}
    given(thing("networking.k8s.io/v1/IngressClass", "traefik", annotations=marks, spec={}))
    assert list(await offered(given, "harbor.resolve", exposed("ingress"))) == ["192.0.2.6"]


async def test_a_gateways_listeners_say_the_host_names(with_gateways: Given) -> None:
    assert await offered(with_gateways, "harbor.url", BY_GATEWAY) == {
        "https://harbor.corp.example": "listener https of Gateway public, for *.corp.example",
        "http://harbor.corp.example:8080": "listener http of Gateway public, "
        "for harbor.corp.example",
    }
    assert await offered(with_gateways, "harbor.resolve", BY_GATEWAY) == {
        "192.0.2.9": "Gateway public",
        "192.0.2.10": "Gateway public, now of lb.example.com",
    }


async def test_inside_the_cluster_nothing_is_known(given: Given) -> None:
    given(node())
    for path in ("harbor.url", "harbor.resolve"):
        assert await offered(given, path, exposed("clusterIP")) == {}


async def test_what_may_not_be_listed_is_an_error_of_the_world(given: Given) -> None:
    given.denied = {("list", "storageclasses")}
    with pytest.raises(Forbidden):
        await offered(given, "storage.provisioner.className")
