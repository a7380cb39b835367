"""The observer over the simulated cluster: what it sees, what it follows, what it survives."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime

import pytest

from backends.simulated.access import Rights
from backends.simulated.clock import Clock
from backends.simulated.faults import Fault, Faults
from backends.simulated.logs import Logs
from backends.simulated.objects import SimulatedObjects
from backends.simulated.pods import SimulatedPods
from backends.simulated.store import Store
from tests.unit.diagnose import world
from tests.unit.diagnose.services import cert_manager, dns
from wizard.diagnose import kinds
from wizard.diagnose import observer as module
from wizard.diagnose.follow import TAIL
from wizard.diagnose.observer import Observer, Scope
from wizard.diagnose.view import View
from wizard.errors import KindUnknown, Unauthorized
from wizard.ports import Kind, LogLine, Object, Pods, Ref, Right

SOURCE = ("harbor", "harbor-core-7d4b9c6f5-x2x9k", "core")


@dataclass
class Cluster:
    """A namespace of the simulated cluster, without a script: the test is the world."""

    denied: frozenset[str] = frozenset()
    faults: Faults = field(default_factory=Faults)
    told: list[str] = field(default_factory=list)
    listener: Callable[[LogLine], None] | None = None
    scope: Scope = field(default_factory=Scope)

    def __post_init__(self) -> None:
        self.store = Store(Clock())
        self.logs = Logs()
        self.rights = Rights(self.store, self._granted)
        self.store.put({"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": "harbor"}})

    def _granted(self, right: Right) -> bool:
        return right.resource not in self.denied

    def put(self, *objects: Object) -> None:
        for obj in objects:
            self.store.put(obj)

    def say(self, text: str) -> None:
        self.logs.add(SOURCE, text, datetime.now(UTC))

    def keep(self, line: LogLine) -> None:
        self.told.append(line.text)

    @asynccontextmanager
    async def observed(
        self, kubelets: Callable[[Pods], Pods] = lambda pods: pods
    ) -> AsyncIterator[Observer]:
        observer = Observer(
            SimulatedObjects(self.store, self.rights, self.faults),
            kubelets(SimulatedPods(self.store, self.logs, self.rights)),
            "harbor",
            {"release": "harbor"},
            self.listener or self.keep,
            scope=self.scope,
        )
        async with asyncio.timeout(20), observer:
            await observer.synced()
            yield observer


async def until(observer: Observer, true_of: Callable[[View], object]) -> View:
    """The first view of which it is true."""
    while not true_of(observer.view):
        assert await observer.changed(10), "nothing happened any more"
    return observer.view


def only_pod(view: View) -> Object:
    (pod,) = view.all(kinds.POD)
    return pod


def pod_start(pod: Object) -> str:
    started: str = pod["status"]["containerStatuses"][0]["state"]["running"]["startedAt"]
    return started


def tail(pod: Object) -> Callable[[View], list[str]]:
    return lambda view: [line.text for line in view.log(pod, "core")]


async def test_what_exists_is_seen_before_it_is_synced() -> None:
    cluster = Cluster()
    cluster.put(world.deployment("core"), world.pod("core"), world.claim("data"))
    async with cluster.observed() as observer:
        view = observer.view
    assert len(list(view.all(kinds.POD))) == 1
    assert view.get(Ref(kinds.CLAIM, "harbor", "data")) is not None
    assert view.not_checked == {}


async def test_a_kind_that_is_not_served_leaves_the_rest() -> None:
    missing = Fault(lambda: KindUnknown("no HTTPRoute here"), verb="watch", kind="HTTPRoute")
    cluster = Cluster(faults=Faults([missing]))
    async with cluster.observed() as observer:
        assert observer.view.not_checked == {kinds.HTTP_ROUTE: "no HTTPRoute here"}


async def test_what_runs_elsewhere_is_seen_apart_from_the_namespace() -> None:
    cluster = Cluster(scope=Scope((kinds.DEPLOYMENT, kinds.DNS, kinds.CERT_MANAGER)))
    for name in ("kube-system", "cert-manager"):
        place = {"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": name}}
        cluster.put(place)
    cluster.put(world.deployment("core"), dns(2), cert_manager("cert-manager", 1))
    async with cluster.observed() as observer:
        view = observer.view
    assert names(view, kinds.DEPLOYMENT) == ["harbor-core"]
    assert names(view, kinds.DNS) == ["coredns"]
    assert names(view, kinds.CERT_MANAGER) == ["cert-manager-cert-manager"]


def names(view: View, kind: Kind) -> list[str]:
    return [one["metadata"]["name"] for one in view.all(kind)]


async def test_before_that_nothing_counts_as_checked() -> None:
    cluster = Cluster()
    observer = Observer(
        SimulatedObjects(cluster.store, cluster.rights, cluster.faults),
        SimulatedPods(cluster.store, cluster.logs, cluster.rights),
        "harbor",
        {},
    )
    async with observer:
        assert kinds.POD in observer.view.not_checked


async def test_changes_come_together_and_views_stay_as_they_were() -> None:
    cluster = Cluster()
    pod = world.pod("core", world.runs(5))
    cluster.put(pod)
    async with cluster.observed() as observer:
        assert await observer.changed(1), "the first listing"
        before = observer.view
        cluster.put(world.deployment("core"))
        later = asyncio.get_running_loop().call_later
        later(0.03, cluster.store.delete, Ref.of(pod))
        assert await observer.changed(1)
        assert not await observer.changed(0.02), "all of it was told at once"
        after = observer.view
    assert len(list(before.all(kinds.POD))) == 1
    assert list(after.all(kinds.POD)) == []
    assert len(list(after.all(kinds.DEPLOYMENT))) == 1
    assert after.collections[kinds.SERVICE] is before.collections[kinds.SERVICE]


async def test_a_missing_right_leaves_the_rest() -> None:
    cluster = Cluster(denied=frozenset({"events", "pods/log"}))
    pod = world.pod("core")
    cluster.put(pod)
    async with cluster.observed() as observer:
        view = await until(observer, lambda view: kinds.LOG in view.not_checked)
    assert "events" in view.not_checked[kinds.EVENT]
    assert len(list(view.all(kinds.POD))) == 1


async def test_a_right_that_is_given_later_is_used(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "_ASK_AGAIN", 0.01)
    cluster = Cluster(denied=frozenset({"events"}))
    cluster.put(world.event(world.pod("core"), "Pulled", "said"))
    async with cluster.observed() as observer:
        view = await until(observer, lambda view: kinds.EVENT in view.not_checked)
        assert not [*view.all(kinds.EVENT)]
        cluster.denied = frozenset()
        view = await until(observer, lambda view: kinds.EVENT not in view.not_checked)
    assert len([*view.all(kinds.EVENT)]) == 1


async def test_an_identity_that_is_not_accepted_ends_it() -> None:
    refused = Fault(lambda: Unauthorized("The API server does not know you"), verb="watch")
    cluster = Cluster(faults=Faults([refused]))
    with pytest.raises(Unauthorized):
        async with cluster.observed():
            pass


async def test_logs_are_told_as_they_are_written_for_the_release_only() -> None:
    cluster = Cluster()
    pod, other = world.pod("core"), world.pod("portal")
    other["metadata"]["labels"] = {"release": "other"}
    cluster.put(pod, other)
    cluster.say("one")
    cluster.logs.add(("harbor", other["metadata"]["name"], "portal"), "x", datetime.now(UTC))
    async with cluster.observed() as observer:
        await until(observer, tail(pod))
        cluster.say("two")
        view = await until(observer, lambda view: len(tail(pod)(view)) == 2)
    assert tail(pod)(view) == cluster.told == ["one", "two"]


async def test_a_pod_that_ran_before_tells_its_last_lines_and_a_new_one_all() -> None:
    cluster = Cluster()
    pod = world.pod("core")
    cluster.put(pod)
    for number in range(TAIL + 50):
        cluster.say(f"line {number}")
    async with cluster.observed() as observer:
        await until(observer, lambda view: len(tail(pod)(view)) == TAIL)
        assert cluster.told[0] == "line 50"
        cluster.told.clear()
        cluster.store.delete(Ref.of(pod))
        successor = world.pod("core")
        cluster.put(successor)
        view = await until(observer, lambda view: len(cluster.told) == TAIL + 50)
    assert tail(pod)(view) == [], "the lines of the pod that is gone"
    assert len(tail(successor)(view)) == TAIL


async def test_a_restarted_container_is_followed_again() -> None:
    cluster = Cluster()
    pod = world.pod("core", world.runs(5))
    cluster.put(pod)
    cluster.say("first life")
    async with cluster.observed() as observer:
        await until(observer, tail(pod))
        cluster.logs.restart(SOURCE)
        cluster.say("second life")
        ended = world.LOOP | {"startedAt": pod_start(pod)}
        again = world.pod("core", world.runs(1, restarts=1, **ended))
        again["metadata"]["uid"] = pod["metadata"]["uid"]
        cluster.put(again)
        view = await until(observer, lambda view: len(tail(pod)(view)) == 2)
    assert tail(pod)(view) == cluster.told == ["first life", "second life"]


@pytest.mark.parametrize(
    "told",
    [
        world.waits("CrashLoopBackOff", restarts=1, **world.LOOP),
        world.runs(1, restarts=1, **world.LOOP),
    ],
    ids=["waiting", "running again"],
)
async def test_the_log_of_a_life_that_was_missed_is_read_once(told: Object) -> None:
    cluster = Cluster()
    pod = world.pod("core", told)
    cluster.put(pod)
    cluster.say("panic")
    cluster.logs.restart(SOURCE)
    async with cluster.observed() as observer:
        await until(observer, tail(pod))
        pod["metadata"]["annotations"] = {"touched": "yes"}
        cluster.put(pod)
        await until(observer, lambda view: "annotations" in only_pod(view)["metadata"])
    assert cluster.told == ["panic"]


async def test_a_fault_of_the_listener_is_not_lost() -> None:
    def fail(_: LogLine) -> None:
        raise ZeroDivisionError

    cluster = Cluster(listener=fail)
    cluster.put(world.pod("core"))
    cluster.say("boom")
    async with cluster.observed() as observer:
        with pytest.raises(ZeroDivisionError):
            await until(observer, lambda _: False)


async def test_nothing_goes_on_after_the_end() -> None:
    cluster = Cluster()
    cluster.put(world.pod("core"))
    async with cluster.observed() as observer:
        await observer.changed(1)
        assert len(asyncio.all_tasks()) > 1
    assert asyncio.all_tasks() == {asyncio.current_task()}


async def test_a_single_look_ends_once_the_logs_are_read_as_far_as_they_have_come() -> None:
    cluster = Cluster(scope=Scope(follow=False))
    cluster.put(world.pod("core"))
    cluster.say("first")
    async with cluster.observed() as observer:
        await observer.logs_read()
        assert tail(only_pod(observer.view))(observer.view) == ["first"]
        cluster.say("second")
        await observer.logs_read()
        assert tail(only_pod(observer.view))(observer.view) == ["first"]
