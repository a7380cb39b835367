"""The store beneath the simulated cluster, beyond what the contract of Objects asks."""

from typing import Any

import pytest

from backends.simulated.clock import Clock
from backends.simulated.store import Store, matches
from wizard.errors import Invalid, KindUnknown
from wizard.ports import Change, Kind, Object, Ref

CONFIG_MAP = Kind("v1", "ConfigMap")
CERTIFICATE = Kind("cert-manager.io/v1", "Certificate")


def obj(kind: Kind, name: str, namespace: str = "home", **rest: Any) -> Object:
    metadata = {"name": name, "namespace": namespace, **rest.pop("metadata", {})}
    return {"apiVersion": kind.api_version, "kind": kind.name, "metadata": metadata, **rest}


@pytest.fixture
def store() -> Store:
    store = Store(Clock(0))
    store.put({"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": "home"}})
    return store


def test_a_namespace_takes_its_objects_with_it(store: Store) -> None:
    store.put(obj(CONFIG_MAP, "one"))
    store.delete(Ref(Kind("v1", "Namespace"), "", "home"))
    assert store.select(CONFIG_MAP) == []


def test_an_owner_takes_what_it_owns_with_it(store: Store) -> None:
    owner = store.put(obj(CONFIG_MAP, "owner"))
    reference = {"kind": "ConfigMap", "name": "owner", "uid": owner["metadata"]["uid"]}
    store.put(obj(CONFIG_MAP, "owned", metadata={"ownerReferences": [reference]}))
    store.put(obj(CONFIG_MAP, "free"))
    told: list[Change] = []
    store.listen(told.append)
    store.delete(Ref(CONFIG_MAP, "home", "owner"))
    assert [one["metadata"]["name"] for one in store.select(CONFIG_MAP)] == ["free"]
    assert {(one.type, one.object["metadata"]["name"]) for one in told} == {
        ("DELETED", "owned"),
        ("DELETED", "owner"),
    }


def test_an_object_made_again_is_another_one(store: Store) -> None:
    first = store.put(obj(CONFIG_MAP, "one"))
    store.delete(Ref(CONFIG_MAP, "home", "one"))
    second = store.put(obj(CONFIG_MAP, "one"))
    assert first["metadata"]["uid"] != second["metadata"]["uid"]


def test_nobody_outside_can_change_what_is_kept(store: Store) -> None:
    given = obj(CONFIG_MAP, "one", data={"a": "1"})
    store.put(given)["data"]["a"] = "2"
    given["data"]["a"] = "3"
    found = store.get(Ref(CONFIG_MAP, "home", "one"))
    assert found is not None
    assert found["data"] == {"a": "1"}


@pytest.mark.parametrize(("port", "why"), [(30002, "already allocated"), (80, "valid range")])
def test_a_node_port_belongs_to_one_service(store: Store, port: int, why: str) -> None:
    service = Kind("v1", "Service")
    store.put(obj(service, "first", spec={"ports": [{"port": 80, "nodePort": 30002}]}))
    second = obj(service, "second", spec={"ports": [{"port": 80, "nodePort": port}]})
    with pytest.raises(Invalid) as refused:
        store.put(second, dry_run=True)
    assert why in refused.value.why


def test_a_definition_makes_its_kind_known(store: Store) -> None:
    with pytest.raises(KindUnknown):
        store.select(CERTIFICATE)
    spec = {
        "group": "cert-manager.io",
        "names": {"kind": "Certificate", "plural": "certificates"},
        "scope": "Namespaced",
        "versions": [{"name": "v1", "served": True}],
    }
    definition = Kind("apiextensions.k8s.io/v1", "CustomResourceDefinition")
    store.put(obj(definition, "certificates.cert-manager.io", spec=spec))
    store.put(obj(CERTIFICATE, "one"))
    assert len(store.select(CERTIFICATE, "home")) == 1


@pytest.mark.parametrize(
    ("selector", "fits"),
    [
        ("", True),
        ("app=harbor", True),
        ("app==harbor,component=core", True),
        ("app=harbor,component=portal", False),
        ("component!=portal", True),
        ("app!=harbor", False),
        ("app", True),
        ("!app", False),
        ("absent", False),
        ("!absent", True),
        ("component in (portal, core),app=harbor", True),
        ("component in (portal, registry)", False),
    ],
)
def test_label_selectors(selector: str, fits: bool) -> None:
    labels = {"app": "harbor", "component": "core"}
    assert matches({"metadata": {"labels": labels}}, selector) is fits


def test_a_store_that_was_saved_goes_on_counting(store: Store) -> None:
    store.put(obj(CONFIG_MAP, "one"))
    again = Store(Clock(0))
    again.load(store.dump())
    assert again.dump() == store.dump()
    newer = again.put(obj(CONFIG_MAP, "two"))
    assert int(newer["metadata"]["resourceVersion"]) > int(store.resource_version)
