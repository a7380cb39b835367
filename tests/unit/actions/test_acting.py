"""Actions over the simulated cluster: previewed, done once, journaled, told how they ended."""

import json
from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from backends.simulated.world import SimulatedWorld, simulated_world
from tests.unit.diagnose import world as objects
from wizard.actions.acting import act_of, carry_out, preview
from wizard.actions.base import Act
from wizard.actions.workloads import ANNOTATION
from wizard.diagnose.kinds import CERTIFICATE, CLAIM, DEPLOYMENT, POD, SECRET, STORAGE_CLASS
from wizard.diagnose.offer import ActionName, Offer
from wizard.errors import (
    CheckFailed,
    LockHeld,
    NotAccepted,
    OutOfTime,
    StepFailed,
    UsageError,
    WizardError,
)
from wizard.plan.plan import Plan, Target
from wizard.ports import Access, Object, Ref, Right
from wizard.run.events import Event, RunFinished, StepWaiting
from wizard.run.holder import Holder
from wizard.run.lock import LEASE, Lock, lease_name
from wizard.run.records import JOURNAL_FILE, LOG_FILE, newest, unfinished
from wizard.run.redaction import Redactor

TARGET = Target("uid", "simulated", "harbor", "harbor")
LOCK = Ref(LEASE, "harbor", lease_name("harbor"))
CORE = Ref(DEPLOYMENT, "harbor", "harbor-core")
REGISTRY = Ref(CLAIM, "harbor", "harbor-registry")
PUBLIC = Ref(CERTIFICATE, "harbor", "harbor")


class Acted:
    """A world with one action in it, and what is told of it."""

    def __init__(self, world: SimulatedWorld, folder: Path) -> None:
        self.world, self.folder = world, folder
        self.events: list[Event] = []
        self.warnings: list[WizardError] = []

    async def preview(self, name: ActionName, ref: Ref, size: str = "") -> tuple[Act, Plan]:
        act = act_of(Offer(name, ref), size)
        return act, await preview(self.world, TARGET, act)

    async def carry_out(self, act: Act, plan: Plan) -> None:
        await carry_out(
            self.world,
            act,
            plan,
            Redactor(),
            self.events.append,
            log_dir=self.folder,
            warn=self.warnings.append,
        )

    async def live(self, ref: Ref) -> Object:
        found = await self.world.objects.get(ref)
        assert found is not None
        return found

    @property
    def journal(self) -> list[Any]:
        (folder,) = (self.folder / "runs").iterdir()
        return [json.loads(line) for line in (folder / JOURNAL_FILE).read_text().splitlines()]

    @property
    def exit(self) -> int:
        (ended,) = [event for event in self.events if isinstance(event, RunFinished)]
        return ended.exit


@pytest.fixture
async def acted(tmp_path: Path) -> AsyncIterator[Acted]:
    async with simulated_world(speed=20) as world:
        name = {"name": "harbor"}
        world.stage.store.put({"apiVersion": "v1", "kind": "Namespace", "metadata": name})
        yield Acted(world, tmp_path)
        assert await world.objects.get(LOCK) is None, "the lock is left to others"


def core() -> Object:
    """Core's Deployment as a person would make it: one pod."""
    labels = {"app": "harbor", "release": "harbor", "component": "core"}
    container = {"name": "core", "image": "registry.test/core:1"}
    spec = {
        "replicas": 1,
        "selector": {"matchLabels": labels},
        "template": {"metadata": {"labels": labels}, "spec": {"containers": [container]}},
    }
    return objects.made(DEPLOYMENT, CORE.name, component="core", spec=spec)


async def with_core(acted: Acted) -> Object:
    """Core runs; its pod."""
    acted.world.stage.store.put(core())
    async for change in acted.world.objects.watch(POD, "harbor"):
        if change.type != "SYNCED" and change.object.get("status", {}).get("phase") == "Running":
            return change.object
    raise AssertionError


async def test_a_restart_is_shown_then_done_then_awaited(acted: Acted) -> None:
    former = await with_core(acted)
    before = await acted.live(CORE)
    act, plan = await acted.preview("restart", CORE)
    (change,) = plan.changes
    (field,) = change.fields
    assert (field.path, field.before) == ("spec.template.metadata.annotations", "(absent)")
    assert await acted.live(CORE) == before, "a preview writes nothing"

    await acted.carry_out(act, plan)
    made = (await acted.live(CORE))["spec"]["template"]["metadata"]["annotations"]
    assert json.loads(field.after) == {ANNOTATION: made[ANNOTATION]}
    (pod,) = (await acted.world.objects.list(POD, "harbor")).items
    assert pod["metadata"]["uid"] != former["metadata"]["uid"]
    assert acted.exit == 0
    assert any(isinstance(event, StepWaiting) for event in acted.events)


async def test_it_is_in_the_journal_and_no_run_ever_resumes_it(acted: Acted) -> None:
    await with_core(acted)
    await acted.carry_out(*await acted.preview("restart", CORE))
    told = [(entry["event"], entry.get("step"), entry.get("state")) for entry in acted.journal]
    assert told == [
        ("run.opened", None, None),
        ("step.planned", "action.restart", "planned"),
        ("run.planned", None, None),
        ("run.started", None, None),
        ("step.started", "action.restart", "started"),
        ("step.finished", "action.restart", "done"),
        ("run.finished", None, None),
    ]
    assert unfinished(TARGET, acted.folder) is None
    (record,) = newest(TARGET, 3, acted.folder)
    log = (record.folder / LOG_FILE).read_text()
    assert "Restart the Deployment harbor/harbor-core on simulated/harbor/harbor: 1 steps" in log


async def test_an_action_that_failed_is_no_unfinished_run(acted: Acted) -> None:
    await renewable(acted, "Failed")
    with pytest.raises(StepFailed):
        await acted.carry_out(*await acted.preview("renew", PUBLIC))
    assert acted.exit == 5
    assert unfinished(TARGET, acted.folder) is None


async def test_that_very_pod_is_deleted(acted: Acted) -> None:
    pod = await with_core(acted)
    act, plan = await acted.preview("delete-pod", Ref.of(pod))
    assert [(one.action, one.ref) for one in plan.changes] == [("delete", Ref.of(pod))]
    assert await acted.live(Ref.of(pod)), "a preview deletes nothing"
    await acted.carry_out(act, plan)
    left = await acted.world.objects.get(Ref.of(pod))
    assert left is None or left["metadata"]["uid"] != pod["metadata"]["uid"]


async def test_a_successor_of_the_same_name_is_not_deleted(acted: Acted) -> None:
    pod = objects.pod("database", name="harbor-database-0")
    acted.world.stage.store.put(pod)
    act, plan = await acted.preview("delete-pod", Ref.of(pod))
    acted.world.stage.store.delete(Ref.of(pod))
    acted.world.stage.store.put(objects.pod("database", name="harbor-database-0"))
    with pytest.raises(NotAccepted, match="changed since the preview"):
        await acted.carry_out(act, plan)
    assert await acted.live(Ref.of(pod))
    assert acted.exit == 4


async def renewable(acted: Acted, outcome: str = "") -> None:
    """A Certificate whose last issuing failed; `outcome` is how the next one fails."""
    store = acted.world.stage.store
    names = {"plural": "certificates", "kind": "Certificate"}
    versions = [{"name": "v1", "served": True}]
    spec = {"group": CERTIFICATE.group, "names": names, "scope": "Namespaced", "versions": versions}
    store.put(
        {
            "apiVersion": "apiextensions.k8s.io/v1",
            "kind": "CustomResourceDefinition",
            "metadata": {"name": f"certificates.{CERTIFICATE.group}"},
            "spec": spec,
        }
    )
    conditions = [
        {"type": "Ready", "status": "True", "reason": "Ready"},
        {"type": "Issuing", "status": "False", "reason": "Failed", "message": "no"},
    ]
    key = {"algorithm": "ECDSA", "size": 256}
    wanted = {"secretName": "harbor-tls", "dnsNames": ["harbor.test"], "privateKey": key}
    metadata = {"name": PUBLIC.name, "namespace": "harbor"}
    store.put(
        {
            "apiVersion": CERTIFICATE.api_version,
            "kind": CERTIFICATE.name,
            "metadata": metadata,
            "spec": wanted,
            "status": {"conditions": conditions},
        }
    )

    def refuse(change: Any) -> None:
        obj = change.object
        told = {one["type"]: one for one in (obj.get("status") or {}).get("conditions") or ()}
        if obj["kind"] == "Certificate" and told.get("Issuing", {}).get("status") == "True":
            told["Issuing"] |= {"status": "False", "reason": outcome, "message": "role is missing"}
            store.put({**obj, "status": {"conditions": [*told.values()]}})

    if outcome:
        store.listen(refuse)


async def test_a_certificate_is_issued_anew(acted: Acted) -> None:
    await renewable(acted)
    act, plan = await acted.preview("renew", PUBLIC)
    (field,) = plan.changes[0].fields
    assert (field.before, field.after) == ("False (Failed)", "True (ManuallyTriggered)")
    conditions = (await acted.live(PUBLIC))["status"]["conditions"]
    assert [one["status"] for one in conditions] == ["True", "False"], "only tried"
    await acted.carry_out(act, plan)
    assert "tls.crt" in (await acted.live(Ref(SECRET, "harbor", "harbor-tls")))["data"]


async def test_a_refusal_of_the_issuer_is_the_outcome(acted: Acted) -> None:
    await renewable(acted, "Failed")
    act, plan = await acted.preview("renew", PUBLIC)
    with pytest.raises(StepFailed, match="was not issued") as refused:
        await acted.carry_out(act, plan)
    assert refused.value.why == "role is missing"


def revision(acted: Acted, status: str) -> Ref:
    """A revision of Helm in that state."""
    name = "sh.helm.release.v1.harbor.v2"
    labels = {"owner": "helm", "name": "harbor", "status": status, "version": "2"}
    secret = objects.made(SECRET, name, metadata={"labels": labels}, data={"release": "SDRz"})
    acted.world.stage.store.put(secret)
    return Ref(SECRET, "harbor", name)


async def test_a_revision_that_helm_left_half_done_is_forgotten(acted: Acted) -> None:
    ref = revision(acted, "pending-upgrade")
    act, plan = await acted.preview("forget", ref)
    assert "everything that runs stays" in act.effect
    assert await acted.live(ref), "only tried"
    await acted.carry_out(act, plan)
    assert await acted.world.objects.get(ref) is None


async def test_a_revision_that_helm_has_ended_meanwhile_stays(acted: Acted) -> None:
    ref = revision(acted, "pending-upgrade")
    act, plan = await acted.preview("forget", ref)
    live = await acted.live(ref)
    live["metadata"]["labels"]["status"] = "deployed"
    acted.world.stage.store.put(live)
    with pytest.raises(CheckFailed, match="has ended its work"):
        await acted.carry_out(act, plan)
    assert await acted.live(ref)


def registry(**labels: str) -> Object:
    requests = {"requests": {"storage": "5Gi"}}
    spec = {"accessModes": ["ReadWriteOnce"], "resources": requests}
    return {
        "apiVersion": "v1",
        "kind": "PersistentVolumeClaim",
        "metadata": {"name": REGISTRY.name, "namespace": "harbor", "labels": labels},
        "spec": spec,
    }


async def bound(acted: Acted, **labels: str) -> None:
    acted.world.stage.store.put(registry(**labels))
    async for change in acted.world.objects.watch(CLAIM, "harbor"):
        if change.object.get("status", {}).get("phase") == "Bound":
            return


async def test_a_claim_grows(acted: Acted) -> None:
    await bound(acted)
    act, plan = await acted.preview("grow", REGISTRY, "8Gi")
    (field,) = plan.changes[0].fields
    assert (field.path, field.before, field.after) == (
        "spec.resources.requests.storage",
        "5Gi",
        "8Gi",
    )
    assert "preset" not in act.effect
    await acted.carry_out(act, plan)
    assert (await acted.live(REGISTRY))["status"]["capacity"] == {"storage": "8Gi"}


async def test_the_preset_is_to_follow_where_the_chart_made_the_claim(acted: Acted) -> None:
    await bound(acted, **{"app.kubernetes.io/managed-by": "Helm"})
    act, _ = await acted.preview("grow", REGISTRY, "8Gi")
    assert "`storage.volumes` of the preset" in act.effect


@pytest.mark.parametrize("size", ["5Gi", "1Gi", "", "much", "8 Gi b"])
async def test_a_size_that_is_not_larger_is_refused(acted: Acted, size: str) -> None:
    await bound(acted)
    with pytest.raises(UsageError, match="is not a larger size"):
        await acted.preview("grow", REGISTRY, size)


async def test_a_driver_that_does_nothing_is_told(acted: Acted) -> None:
    """The API server takes the size, but nobody makes the volume larger."""
    await bound(acted)
    store = acted.world.stage.store
    for class_ in store.select(STORAGE_CLASS):
        store.put(class_ | {"allowVolumeExpansion": False})
    act, plan = await acted.preview("grow", REGISTRY, "8Gi")
    act._seconds = 0.3
    with pytest.raises(OutOfTime, match="has not worked") as late:
        await acted.carry_out(act, plan)
    assert "5Gi of 8Gi" in late.value.why


async def test_what_is_gone_meanwhile_is_told(acted: Acted) -> None:
    with pytest.raises(CheckFailed, match="is not there any more"):
        await acted.preview("restart", CORE)


class Without:
    """Access of an identity that lacks a right."""

    def __init__(self, access: Access, verb: str, resource: str) -> None:
        self._access = access
        self._lacks = verb, resource

    async def allowed(self, rights: list[Right]) -> dict[Right, bool]:
        return {one: (one.verb, one.resource) != self._lacks for one in rights}


@pytest.mark.parametrize(
    ("name", "ref", "verb", "resource"),
    [
        ("restart", CORE, "patch", "deployments"),
        ("delete-pod", Ref(POD, "harbor", "a"), "delete", "pods"),
        ("renew", PUBLIC, "patch", "certificates/status"),
        ("grow", REGISTRY, "patch", "persistentvolumeclaims"),
        ("forget", Ref(SECRET, "harbor", "a"), "delete", "secrets"),
        ("restart", CORE, "create", "leases"),
    ],
)
async def test_a_missing_right_is_named_before_anything_is_asked(
    acted: Acted, name: ActionName, ref: Ref, verb: str, resource: str
) -> None:
    narrow: Any = Without(acted.world.access, verb, resource)
    world = replace(acted.world, access=narrow)
    with pytest.raises(CheckFailed, match="You may not do this") as refused:
        await preview(world, TARGET, act_of(Offer(name, ref)))
    assert f"{verb} {resource}" in refused.value.why


async def test_a_run_that_works_there_comes_first(acted: Acted) -> None:
    await with_core(acted)
    act, plan = await acted.preview("restart", CORE)
    other = Holder("elsewhere", 7, "boot", "start")
    async with Lock(acted.world.objects, LOCK, other):
        with pytest.raises(LockHeld, match="Another run works on this target"):
            await acted.carry_out(act, plan)
    annotations = (await acted.live(CORE))["spec"]["template"]["metadata"].get("annotations")
    assert not annotations
    assert acted.exit == 8
