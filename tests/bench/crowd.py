"""A namespace of 5,000 pods with 20,000 events, one pod in a hundred of them in trouble."""

import time
from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any

from tests.bench.measuring import Row
from tests.unit.diagnose.world import (
    LOOP,
    NAMESPACE,
    NOW,
    deployment,
    event,
    made,
    node,
    owned,
    pod,
    waits,
)
from wizard.diagnose import kinds
from wizard.diagnose.observer import EVERYTHING
from wizard.diagnose.view import Collection, View
from wizard.live import picture_of
from wizard.plan.plan import Target
from wizard.ports import Kind, Object, Ref

PODS, REPLICAS, NODES, EVENTS = 5_000, 10, 20, 20_000
TROUBLED = 100
TURNS = 50
LIMIT = 50
TARGET = Target("uid", "context", NAMESPACE, "harbor")
COMPONENTS = ("core", "database", "redis", "registry", "jobservice", "portal", "trivy")


def rules() -> list[Row]:
    """The processor time of a whole picture after one pod, or one event, has changed."""
    view = crowd()
    return [
        Row(f"CPU of rules over {PODS:,} pods, {name} changed", "ms", LIMIT, _taken(view, kind))
        for name, kind in (("a pod", kinds.POD), ("an event", kinds.EVENT))
    ]


def _taken(view: View, kind: Kind) -> list[float]:
    taken = []
    refs = list(view.collections[kind].items)
    for turn in range(TURNS):
        view = _changed(view, refs[turn * 7919 % len(refs)], turn)
        begun = time.process_time()
        seen = picture_of(TARGET, view)
        taken.append(1000 * (time.process_time() - begun))
        if len(seen.diagnosis.findings) != PODS // TROUBLED:
            raise RuntimeError(f"{len(seen.diagnosis.findings)} findings")
    return taken[1:]  # the first one indexes everything


def _changed(view: View, ref: Ref, turn: int) -> View:
    """The view after a change that means nothing, as the observer makes it."""
    before = view.collections[ref.kind]
    obj = before.items[ref]
    newer = {**obj, "metadata": {**obj["metadata"], "resourceVersion": str(turn)}}
    collection = Collection({**before.items, ref: newer}, before, {ref})
    return replace(view, collections={**view.collections, ref.kind: collection})


def crowd() -> View:
    """All of it."""
    return View.of(_objects(), now=NOW, asked=EVERYTHING)


def _objects() -> Iterator[Object]:
    yield from (node(f"node-{number}") for number in range(NODES))
    pods: list[Object] = []
    for number in range(PODS // REPLICAS):
        component = COMPONENTS[number % len(COMPONENTS)]
        workload = deployment(component, REPLICAS, REPLICAS)
        workload["metadata"]["name"] = name = f"workload-{number}"
        parts: Mapping[str, Any] = {"component": component, "spec": {"replicas": REPLICAS}}
        status = {"replicas": REPLICAS}
        replicas = owned(made(kinds.REPLICA_SET, name, **parts, status=status), workload)
        pods += (_pod(component, f"{name}-{at}", replicas) for at in range(REPLICAS))
        yield from (workload, replicas)
    for at in range(0, PODS, TROUBLED):
        spoiled = pod(
            pods[at]["spec"]["containers"][0]["name"],
            waits("CrashLoopBackOff", "back-off", 9, **LOOP),
        )
        pods[at]["status"] = spoiled["status"]
    yield from pods
    for number in range(EVENTS):
        yield event(
            pods[number % PODS], "Unhealthy", "Readiness probe failed", type_=_TYPES[number % 4]
        )


_TYPES = ("Warning", "Normal", "Normal", "Normal")


def _pod(component: str, name: str, replicas: Object) -> Object:
    made = owned(pod(component, name=name), replicas)
    made["spec"]["nodeName"] = f"node-{len(name)}"
    return made
