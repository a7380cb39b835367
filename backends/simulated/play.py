"""Plays the cluster: what its controllers, scheduler and kubelets would do, by a script."""

from collections.abc import Callable
from functools import partial

from backends.simulated.accounts import fill
from backends.simulated.actor import Actor
from backends.simulated.daemon_sets import spread
from backends.simulated.entrances import give_address
from backends.simulated.harbor_view import HarborView
from backends.simulated.jobs import JOB, end_pod, pods_of_job, script_of, started
from backends.simulated.logs import Logs
from backends.simulated.pod_objects import (
    claims,
    component,
    is_up,
    pods,
    replica_set,
    status_of,
)
from backends.simulated.scenarios.scenario import Scenario
from backends.simulated.script import Beat, Script
from backends.simulated.store import Store
from backends.simulated.trust_manager import publish
from backends.simulated.volumes import bind, grow, release
from wizard.ports import Change, Kind, Object, Ref

POD = Kind("v1", "Pod")
NODE = Kind("v1", "Node")
CLAIM = Kind("v1", "PersistentVolumeClaim")
_REPLICA_SET = Kind("apps/v1", "ReplicaSet")
_WORKLOADS = ("Deployment", "StatefulSet")
_ENTRANCES = ("Ingress", "Service", "HTTPRoute")
_AT_ONCE = 1.5
"""Seconds of the scenario until a new pod has its images, or cannot pull them."""


class Play:
    """Reacts to what is applied, in the scenario's time.

    It knows the few kinds that a Harbor release has, and no more than the wizard looks at.
    """

    def __init__(self, store: Store, logs: Logs, scenario: Scenario, harbor: HarborView) -> None:
        self._store = store
        self._clock = store.clock
        self._logs = logs
        self._scenario = scenario
        self._harbor = harbor
        self._held: list[Callable[[], None]] = []
        self._placed = 0
        store.listen(self._observe)

    async def resume(self) -> None:
        """Go on after a break: what was not ready begins again, as far as it comes at once."""
        unready = _unready(self._store)
        for workload in unready:
            for pod in self._members(workload):
                self._store.delete(Ref.of(pod))
            self._clock.after(0.1, partial(self._roll, Ref.of(workload)))
        for obj in self._store.dump():
            if obj["kind"] in (*_ENTRANCES, CLAIM.name, "Bundle"):
                self._added(obj)
        self._harbor.look()
        if unready:
            await self._clock.sleep(_AT_ONCE)

    def _observe(self, change: Change) -> None:
        obj, kind = change.object, change.object["kind"]
        if change.type == "DELETED":
            self._deleted(obj)
        elif kind in _WORKLOADS:
            seen = obj.get("status", {}).get("observedGeneration")
            if seen != obj["metadata"]["generation"]:
                self._clock.after(0.1, partial(self._roll, Ref.of(obj)))
        elif kind == "DaemonSet":
            self._clock.after(0.5, partial(spread, self._store, Ref.of(obj)))
        elif change.type == "ADDED" or kind == "Bundle":
            self._added(obj)
        elif kind == "PersistentVolumeClaim" and obj["status"].get("phase") == "Bound":
            self._let_go()
            self._clock.after(0.3, partial(grow, self._store, Ref.of(obj)))

    def _added(self, obj: Object) -> None:
        ref, kind = Ref.of(obj), obj["kind"]
        if kind == CLAIM.name:
            self._clock.after(0.2, partial(bind, self._store, ref))
        elif kind in _ENTRANCES:
            self._clock.after(
                1.0, partial(give_address, self._store, ref, self._scenario.entrances)
            )
        elif kind == "Bundle":
            self._clock.after(0.5, partial(publish, self._store, ref))
        elif kind in ("Secret", "ConfigMap"):
            self._let_go()
            self._clock.after(0.1, partial(fill, self._store, ref))
        elif kind == JOB.name:
            self._clock.after(0.1, partial(self._run_job, ref))
        elif kind == "StorageClass":
            for claim in self._store.select(CLAIM):
                self._added(claim)

    def _deleted(self, obj: Object) -> None:
        if obj["kind"] == "Pod":
            self._logs.forget(obj["metadata"]["namespace"], obj["metadata"]["name"])
        elif obj["kind"] == CLAIM.name:
            release(self._store, obj)
        elif obj["kind"] in _WORKLOADS:
            self._clock.after(0.1, self._harbor.look)

    def _roll(self, ref: Ref) -> None:
        """Bring a workload's pods to its present template; the old ones end at once."""
        workload = self._store.get(ref)
        if workload is None:
            return
        owner = workload
        if ref.kind.name == "Deployment":
            owner = self._store.put(replica_set(workload))
        else:
            for claim in claims(workload):
                if self._store.get(Ref.of(claim)) is None:
                    self._store.put(claim)
        wanted = {Ref.of(pod): pod for pod in pods(owner)}
        for pod in self._members(workload):
            if not self._fits(pod, wanted):
                self._store.delete(Ref.of(pod))
        for pod_ref, pod in wanted.items():
            if self._store.get(pod_ref) is None:
                self._enter(self._store.put(pod), component(workload))
        self._follow(ref)

    def _run_job(self, ref: Ref) -> None:
        job = started(self._store, ref)
        for pod in pods_of_job(job) if job else ():
            actor = Actor(self._store, self._logs, self._store.put(pod))
            script = script_of(job or {}, self._script(pod, ""))
            self._clock.after(0.4, partial(self._schedule, actor, script))

    def _fits(self, pod: Object, wanted: dict[Ref, Object]) -> bool:
        new = wanted.get(Ref.of(pod))
        return new is not None and new["metadata"]["labels"] == pod["metadata"]["labels"]

    def _enter(self, pod: Object, part: str) -> None:
        actor = Actor(self._store, self._logs, pod)
        self._clock.after(0.4, partial(self._schedule, actor, self._script(pod, part)))

    def _script(self, pod: Object, part: str) -> Script:
        """What the scenario has for a component, as far as the nodes can pull its images."""
        images = [container["image"] for container in pod["spec"]["containers"]]
        errors = [error for image in images if (error := self._scenario.pull(image))]
        if errors:
            return (Beat(0.1, "pull"), Beat(0.8, "pull-fails", errors[0]))
        return self._scenario.casting(part)

    def _schedule(self, actor: Actor, script: Script) -> None:
        pod = actor.pod()
        if pod is None:
            return
        if not all(self._bound(actor.ref.namespace, volume) for volume in _claimed(pod)):
            actor.wait_for_claims(len(self._store.select(NODE)))
            self._held.append(partial(self._schedule, actor, script))
            return
        nodes = _free_nodes(self._store)
        actor.reach_node(nodes[self._placed % len(nodes)])
        self._placed += 1
        self._next(actor, script, 0.0)

    def _bound(self, namespace: str, name: str) -> bool:
        claim = self._store.get(Ref(CLAIM, namespace, name))
        return claim is not None and claim.get("status", {}).get("phase") == "Bound"

    def _next(self, actor: Actor, script: Script, now: float) -> None:
        """Have the first beat of a script happen when its time comes, then the rest."""
        if script:
            wait = max(script[0].at - now, 0.0)
            self._clock.after(wait, partial(self._perform, actor, script))

    def _perform(self, actor: Actor, script: Script) -> None:
        beat = script[0]
        if self._has_come(actor, beat) and actor.play(beat):
            self._settle(actor, beat)
            self._next(actor, script[1:], beat.at)
        elif actor.pod() is not None:
            self._held.append(partial(self._perform, actor, script))

    def _has_come(self, actor: Actor, beat: Beat) -> bool:
        """Whether what a beat awaits is ready, as far as the release has it."""
        pod = actor.pod()
        if beat.act != "await" or pod is None:
            return True
        release = pod["metadata"]["labels"].get("release", "")
        return all(
            is_up(workload)
            for name in _WORKLOADS
            for workload in self._store.select(
                Kind("apps/v1", name), actor.ref.namespace, f"release={release}"
            )
            if component(workload) in beat.text.split()
        )

    def _settle(self, actor: Actor, beat: Beat) -> None:
        """Let the pod's owners see how ready it is."""
        if beat.act in ("ready", "crash"):
            pod = actor.pod()
            if pod is None:
                return
            workload = _workload(self._store, pod)
            if workload.kind == JOB:
                end_pod(self._store, pod, workload)
            else:
                self._follow(workload)
            self._let_go()

    def _let_go(self) -> None:
        """What was missing may be there now: those who were held try again."""
        held, self._held = self._held, []
        for action in held:
            self._clock.after(0.1, action)

    def _members(self, workload: Object) -> list[Object]:
        selector = workload["spec"]["selector"]["matchLabels"]
        labels = ",".join(f"{name}={value}" for name, value in selector.items())
        return self._store.select(POD, workload["metadata"]["namespace"], labels)

    def _follow(self, ref: Ref) -> None:
        """Write the status of a workload and of its ReplicaSets from their pods."""
        workload = self._store.get(ref)
        if workload is None:
            return
        members, now = self._members(workload), self._clock.timestamp()
        self._store.put(workload | {"status": status_of(workload, members, now)})
        if ref.kind.name == "Deployment":
            for obj in self._store.select(_REPLICA_SET, ref.namespace):
                if obj["metadata"]["ownerReferences"][0]["name"] == ref.name:
                    own = [pod for pod in members if _owner(pod) == obj["metadata"]["uid"]]
                    self._store.put(obj | {"status": status_of(obj, own, now)})
        self._clock.after(0.3, self._harbor.look)


def _unready(store: Store) -> list[Object]:
    """The workloads that lack replicas."""
    return [
        workload
        for name in _WORKLOADS
        for workload in store.select(Kind("apps/v1", name))
        if workload.get("status", {}).get("readyReplicas", 0) < workload["spec"].get("replicas", 1)
    ]


def _workload(store: Store, pod: Object) -> Ref:
    """The Deployment, StatefulSet or Job above a pod."""
    namespace = pod["metadata"]["namespace"]
    owner = pod["metadata"]["ownerReferences"][0]
    if owner["kind"] == "ReplicaSet":
        above = store.get(Ref(_REPLICA_SET, namespace, owner["name"]))
        owner = above["metadata"]["ownerReferences"][0] if above else owner
    return Ref(Kind(owner["apiVersion"], owner["kind"]), namespace, owner["name"])


def _free_nodes(store: Store) -> list[str]:
    """The nodes that repel nobody."""
    found = store.select(NODE)
    return [obj["metadata"]["name"] for obj in found if not obj["spec"].get("taints")]


def _owner(pod: Object) -> str:
    return str(pod["metadata"]["ownerReferences"][0]["uid"])


def _claimed(pod: Object) -> list[str]:
    volumes = pod["spec"].get("volumes", [])
    found = [volume.get("persistentVolumeClaim") for volume in volumes]
    return [claim["claimName"] for claim in found if claim]
