"""The components of a release, from objects alone."""

from dataclasses import replace

from tests.unit.diagnose import world
from wizard.diagnose import kinds
from wizard.diagnose.components import COMPONENTS, components, upstream
from wizard.diagnose.evaluate import evaluate
from wizard.diagnose.view import View
from wizard.ports import Kind, Object


def states(view: View) -> dict[str, str]:
    findings = evaluate(view).findings
    return {one.id: one.state for one in components(view, "harbor", "harbor", findings)}


def ingress() -> Object:
    return world.made(Kind("networking.k8s.io/v1", "Ingress"), "harbor-ingress")


def node(ready: str = "True") -> Object:
    condition = {"type": "Ready", "status": ready}
    return world.made(Kind("v1", "Node"), "n1", status={"conditions": [condition]},
                      metadata={"namespace": ""})  # fmt: skip


def test_what_needs_others_stands_after_them() -> None:
    order = [component.id for component in COMPONENTS]
    for place, component in enumerate(COMPONENTS):
        assert set(component.needs) <= set(order[:place])
    assert {"database", "storage", "nodes", "api"} <= upstream("jobservice")


def test_states() -> None:
    view = world.view(
        node(),
        world.claim("data", "Bound"),
        world.stateful_set("database", ready=1),
        world.stateful_set("redis", ready=1),
        world.deployment("core"),
        world.deployment("portal", ready=1),
        ingress(),
    )
    assert states(view) == {
        "api": "ok",
        "nodes": "ok",
        "dns": "unknown",
        "storage": "ok",
        "database": "ok",
        "redis": "ok",
        "core": "waiting",
        "portal": "ok",
        "entry": "ok",
    }


def test_needs_name_only_what_the_release_has() -> None:
    """Database and Redis are external."""
    found = components(world.view(world.deployment("core", ready=1)), "harbor", "harbor")
    needs = {one.id: one.needs for one in found}
    assert needs == {"api": (), "nodes": ("api",), "dns": ("nodes",), "core": ("dns",)}


def test_other_releases_and_namespaces_are_no_part_of_it() -> None:
    other, elsewhere = world.deployment("core"), world.deployment("core")
    other["metadata"] |= {"name": "other", "labels": {"release": "other", "component": "core"}}
    elsewhere["metadata"]["namespace"] = "elsewhere"
    route = world.made(kinds.HTTP_ROUTE, "other-route", metadata={"labels": {"release": "other"}})
    assert not {"core", "entry"} & states(world.view(other, elsewhere, route)).keys()


def test_a_route_is_recognised_without_labels() -> None:
    """The chart labels a route only when it is given labels of its own."""
    route = world.made(kinds.HTTP_ROUTE, "harbor-route", metadata={"labels": {}})
    assert states(world.view(route))["entry"] == "waiting"


def test_a_failure_marks_its_component_only() -> None:
    data = world.claim("data")
    database = world.pod("database", world.waits(""), claims=("data",))
    told = "no persistent volumes available for this claim and no storage class is set"
    view = world.view(
        data,
        database,
        world.event(data, "FailedBinding", told),
        world.stateful_set("database"),
        world.deployment("core"),
    )
    found = states(view)
    assert (found["database"], found["core"], found["storage"]) == ("failed", "waiting", "waiting")


def test_what_could_not_be_read_is_unknown_never_ok() -> None:
    view = world.view(world.deployment("core", ready=1), not_checked={kinds.CLAIM: "forbidden"})
    assert states(view)["storage"] == "unknown"
    assert states(view)["nodes"] == "unknown"
    assert states(world.view(node("False")))["nodes"] == "failed"


def test_of_kinds_that_the_cluster_does_not_serve_there_is_no_component() -> None:
    unknown = {kinds.CERTIFICATE: "The cluster does not know Certificate"}
    view = world.view(world.deployment("core", ready=1), not_checked=unknown)
    assert states(view)["certificate"] == "unknown"
    assert "certificate" not in states(replace(view, unserved=frozenset(unknown)))
