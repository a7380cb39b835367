"""What a cluster offers to those who pick, and amounts as Kubernetes writes them."""

from decimal import Decimal

import pytest

from tests.unit.checks.conftest import NAMESPACE, Given, storage_class, thing
from wizard.answers.quantity import people, quantity
from wizard.checks import choices
from wizard.checks.workloads import pod_amounts
from wizard.ports import Object

ISSUERS = "cert-manager.io/v1"


def definition(kind: str, scope: str) -> Object:
    """The definition of one of cert-manager's kinds."""
    names = {"kind": kind, "plural": f"{kind.lower()}s"}
    versions = [{"name": "v1", "served": True}]
    spec = {"group": "cert-manager.io", "scope": scope, "names": names, "versions": versions}
    name = f"{kind.lower()}s.cert-manager.io"
    return thing("apiextensions.k8s.io/v1/CustomResourceDefinition", name, spec=spec)


async def test_namespaces_and_classes(given: Given) -> None:
    given(NAMESPACE, thing("v1/Namespace", "default"))
    given(storage_class("fast", "rancher.io/local-path", default=True, expandable=False))
    given(thing("v1/Namespace", "old", deletionTimestamp="2026-01-02T00:00:00Z"))
    assert await choices.namespaces(given.world) == [
        choices.Namespace("default", True),
        choices.Namespace("harbor", True),
        choices.Namespace("old", False),
    ]
    (fast,) = await choices.storage_classes(given.world)
    assert (fast.name, fast.default, fast.expandable, fast.shared) == ("fast", True, False, "no")


async def test_gateways_with_their_listeners(given: Given) -> None:
    listeners = [
        {"name": "http", "protocol": "HTTP", "port": 80},
        {"name": "https", "protocol": "HTTPS", "port": 443, "hostname": "*.corp"},
    ]
    spec = {"gatewayClassName": "g", "listeners": listeners}
    status = {"addresses": [{"type": "IPAddress", "value": "192.0.2.9"}]}
    gateway = thing(
        "gateway.networking.k8s.io/v1/Gateway", "public", "harbor", spec=spec, status=status
    )
    given(NAMESPACE, gateway)
    http, https = choices.Listener("http", "HTTP", 80), choices.Listener(*listeners[1].values())
    assert await choices.gateways(given.world) == [
        choices.Gateway("harbor", "public", "g", (http, https), ("192.0.2.9",))
    ]


async def test_issuers_of_a_namespace_and_of_the_cluster(given: Given) -> None:
    assert await choices.issuers(given.world, "harbor") == []
    given(NAMESPACE, thing("v1/Namespace", "other"))
    given(definition("Issuer", "Namespaced"), definition("ClusterIssuer", "Cluster"))
    ready = {"conditions": [{"type": "Ready", "status": "True"}]}
    given(
        thing(f"{ISSUERS}/ClusterIssuer", "corp", spec={"vault": {}}, status=ready),
        thing(f"{ISSUERS}/Issuer", "own", "harbor", status={}),
        thing(f"{ISSUERS}/Issuer", "theirs", "other"),
    )
    assert await choices.issuers(given.world, "harbor") == [
        choices.Issuer("ClusterIssuer", "", "corp", True, "vault"),
        choices.Issuer("Issuer", "harbor", "own", False),
    ]


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("500m", "0.5"),
        ("1.5", "1.5"),
        (2, "2"),
        ("1Gi", "1073741824"),
        ("1G", "1000000000"),
        ("2e3", "2000"),
        ("100u", "0.0001"),
    ],
)
def test_quantities(text: str | int, number: str) -> None:
    assert quantity(text) == Decimal(number)


def test_what_is_no_quantity() -> None:
    with pytest.raises(ValueError, match="not a quantity: much"):
        quantity("much")


@pytest.mark.parametrize(
    ("resource", "amount", "text"),
    [
        ("cpu", "1.500", "1.5"),
        ("requests.cpu", "10", "10"),
        ("memory", "536870912", "512 MiB"),
        ("requests.storage", "5368709120", "5.0 GiB"),
        ("pods", "20", "20"),
    ],
)
def test_amounts_for_people(resource: str, amount: str, text: str) -> None:
    assert people(resource, Decimal(amount)) == text


def container(cpu: str, **more: str) -> Object:
    return {"resources": {"requests": {"cpu": cpu}}, **more}


def test_a_pod_takes_its_containers_or_its_largest_init_container() -> None:
    both = [container("1"), container("500m")]
    assert pod_amounts({"containers": both})["cpu"] == Decimal("1.5")
    first = [container("4"), container("2")]
    assert pod_amounts({"containers": both, "initContainers": first})["cpu"] == 4
    sidecar = [container("1", restartPolicy="Always")]
    assert pod_amounts({"containers": both, "initContainers": sidecar})["cpu"] == Decimal("2.5")
