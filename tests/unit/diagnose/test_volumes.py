"""How full volumes are: in words, beside the parts that mount them, and as the observer asks."""

import asyncio
from collections.abc import Sequence
from typing import Any

import pytest

from tests.unit.diagnose import world
from tests.unit.diagnose.cases_of_storage import filled, use
from tests.unit.diagnose.test_observer import Cluster, until
from wizard.diagnose import kinds
from wizard.diagnose import volumes as module
from wizard.diagnose.components import components
from wizard.diagnose.evaluate import evaluate
from wizard.diagnose.observer import WATCHED, Scope
from wizard.diagnose.view import View
from wizard.diagnose.volumes import fill_of, use_object
from wizard.errors import Unreachable
from wizard.ports import Object, Pods, VolumeUse

GIB = 1024**3
SCOPE = Scope((*WATCHED, kinds.VOLUME_USE))


@pytest.mark.parametrize(
    ("used", "capacity", "available", "told"),
    [
        (12 * GIB, 200 * GIB, 188 * GIB, "12 of 200 GiB used, 6 %"),
        (1536 * 1024**2, 10 * GIB, None, "1.5 of 10 GiB used, 15 %"),
        (90 * GIB, 100 * GIB, 2 * GIB, "90 of 100 GiB used, 97 %"),  # the rest is kept for root
        (0, 512 * 1024**2, 512 * 1024**2, "0 of 512 MiB used, 0 %"),
        (5 * GIB, 5 * GIB, 0, "5 of 5 GiB used, 100 %"),
        (0, 10 * GIB, 0, "0 of 10 GiB used, 100 %"),
    ],
)
def test_in_words(used: int, capacity: int, available: int | None, told: str) -> None:
    assert str(fill_of(use_object(VolumeUse("harbor", "data", used, capacity, available)))) == told


def test_it_stands_beside_the_part_that_mounts_the_volume() -> None:
    view = filled(6, world.deployment("registry", ready=1))
    states = {one.id: one for one in components(view, "harbor", "harbor")}
    assert [str(one) for one in states["registry"].volumes] == ["12 of 200 GiB used, 6 %"]
    assert states["storage"].volumes == ()
    assert not [one for one in components(view, "harbor", "other") if one.volumes]


def test_a_volume_that_is_nearly_full_is_a_warning_and_its_claim_may_grow() -> None:
    grows = world.made(
        kinds.STORAGE_CLASS,
        "fast",
        metadata={"name": "fast", "namespace": ""},
        allowVolumeExpansion=True,
    )
    view = world.view(
        world.pod("registry", claims=("data",)),
        world.claim("data", "Bound", storageClassName="fast"),
        use("data", 97),
        grows,
        asked=[*WATCHED, kinds.VOLUME_USE, kinds.STORAGE_CLASS],
    )
    finding = world.only(view)
    assert (finding.id, finding.severity, finding.component) == ("HW-232", "warn", "registry")
    assert "194 of 200 GiB used, 97 %" in finding.cause
    assert str(finding.offer) == "grow the PersistentVolumeClaim harbor/data"


def test_it_explains_nothing_else() -> None:
    crashing = world.pod("registry", world.waits("CrashLoopBackOff", restarts=3, **world.LOOP))
    crashing["spec"]["volumes"] = [{"persistentVolumeClaim": {"claimName": "data"}}]
    view = world.view(
        crashing, world.claim("data", "Bound"), use("data", 97), asked=[*WATCHED, kinds.VOLUME_USE]
    )
    assert {one.id for one in world.found(view)} == {"HW-201", "HW-232"}


def placed(node: str = "worker-a", *, ready: bool = True) -> Object:
    """The registry's pod on a node."""
    told = world.runs(60, ready=ready)
    pod = world.pod("registry", told, claims=("data",))
    pod["spec"]["nodeName"] = node
    return pod


def claim(name: str = "data") -> Object:
    """Its claim, or another, of 200 GiB."""
    data = world.claim(name, "Bound")
    data["status"]["capacity"] = {"storage": "200Gi"}
    return data


def uses(view: View) -> dict[str, int]:
    return {one["metadata"]["name"]: fill_of(one).percent for one in view.all(kinds.VOLUME_USE)}


async def test_kubelets_are_asked_after_everything_was_read() -> None:
    cluster = Cluster(scope=SCOPE)
    other = world.pod("app", claims=("other",), name="app")
    other["metadata"]["labels"] = {}
    other["spec"]["nodeName"] = "worker-a"
    cluster.put(placed(), claim(), other, claim("other"))
    async with cluster.observed() as observer:
        assert observer.view.not_checked == {kinds.VOLUME_USE: "not read yet"}
        await observer.volumes_read()
        assert uses(observer.view) == {"data": 6}
        assert observer.view.not_checked == {}


async def test_without_the_right_the_reason_is_told() -> None:
    cluster = Cluster(denied=frozenset({"nodes/proxy"}), scope=SCOPE)
    cluster.put(placed(), claim())
    async with cluster.observed() as observer:
        await observer.volumes_read()
        view = observer.view
    assert "You may not get nodes/proxy" in view.not_checked[kinds.VOLUME_USE]
    unasked = {one.rule: one.reason for one in evaluate(view).not_checked}
    assert "You may not get nodes/proxy" in unasked["HW-232"]


class Kubelets:
    """The volumes that the kubelet of each node tells; one without any never answers."""

    def __init__(self, pods: Pods, **told: Sequence[VolumeUse] | Unreachable) -> None:
        self.logs, self.forward, self.told = pods.logs, pods.forward, told
        self.asked: list[str] = []

    async def volumes(self, node: str) -> Sequence[VolumeUse]:
        self.asked.append(node)
        told = self.told.get(node)
        if told is None:
            await asyncio.Event().wait()
        if isinstance(told, Unreachable):
            raise told
        return told or ()


def data(percent: int) -> VolumeUse:
    return VolumeUse("harbor", "data", percent * GIB, 100 * GIB)


async def test_a_kubelet_that_does_not_answer_leaves_the_others(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(module, "_PATIENCE", 1.0)
    cluster = Cluster(scope=SCOPE)
    lost = world.pod("database", claims=("lost",), name="harbor-database-0")
    lost["spec"]["nodeName"] = "b"
    cluster.put(placed("a"), claim(), lost)
    async with cluster.observed(lambda pods: Kubelets(pods, a=[data(7)])) as observer:
        seen = await until(observer, uses)
        assert seen.not_checked == {kinds.VOLUME_USE: "not read yet"}, "one is still asked"
        await observer.volumes_read()
        assert uses(observer.view) == {"data": 7}
        assert "node b did not answer" in observer.view.not_checked[kinds.VOLUME_USE]


async def test_what_moved_is_asked_for_again_and_what_is_not_told_any_more_is_not_shown(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(module, "_TOGETHER", 0.0)
    cluster, kubelets = Cluster(scope=SCOPE), []

    def kubelets_of(pods: Pods) -> Any:
        away = Unreachable("The kubelet cannot be reached")
        kubelets.append(Kubelets(pods, a=[data(7)], b=[data(8)], c=away))
        return kubelets[0]

    pod = placed("a")
    cluster.put(pod, claim())
    async with cluster.observed(kubelets_of) as observer:
        await until(observer, lambda view: uses(view) == {"data": 7})
        pod["spec"]["nodeName"] = "b"
        cluster.put(pod)
        await until(observer, lambda view: uses(view) == {"data": 8})
        pod["spec"]["nodeName"] = "c"
        cluster.put(pod)
        view = await until(observer, lambda view: not uses(view))
    assert "The kubelet cannot be reached" in view.not_checked[kinds.VOLUME_USE]
    assert [*dict.fromkeys(kubelets[0].asked)] == ["a", "b", "c"]


async def test_a_kubelet_that_has_not_measured_yet_is_asked_again_soon(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(module, "SOON", 0.01)
    cluster = Cluster(scope=SCOPE)
    cluster.put(placed("a"), claim())
    told: list[VolumeUse] = []
    async with cluster.observed(lambda pods: Kubelets(pods, a=told)) as observer:
        await observer.volumes_read()
        assert uses(observer.view) == {}
        told.append(data(9))
        await until(observer, lambda view: uses(view) == {"data": 9})
