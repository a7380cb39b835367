"""Actions on findings over the real API: its dry run, its controllers, its words of refusal."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from backends.cluster import open_cluster
from backends.vault import VaultClient
from tests.cluster.control_plane import ControlPlane
from tests.cluster.identities import Identity
from tests.cluster.test_diagnose import LABELS, core
from tests.cluster.test_harness_pods import make_namespace
from wizard.actions.acting import act_of, carry_out, preview
from wizard.diagnose.evaluate import evaluate
from wizard.diagnose.finding import Finding
from wizard.diagnose.kinds import CLAIM, DEPLOYMENT, POD, SECRET
from wizard.diagnose.observer import WATCHED, Observer, Scope
from wizard.diagnose.offer import ActionName, Offer
from wizard.diagnose.readiness import readiness
from wizard.errors import CheckFailed
from wizard.plan.plan import Target
from wizard.ports import Object, Ref, World
from wizard.run.records import newest
from wizard.run.redaction import Redactor


class Acting:
    """A person who acts in one namespace."""

    def __init__(self, world: World, namespace: str, folder: Path) -> None:
        self.world, self.folder = world, folder
        self.target = Target("uid", "harness", namespace, "harbor")

    async def do(
        self, name: ActionName, ref: Ref, size: str = "", seconds: float = 20
    ) -> list[str]:
        """Preview and carry out; the fields that the preview named, with their new values."""
        act = act_of(Offer(name, ref), size)
        act._seconds = seconds
        plan = await preview(self.world, self.target, act)
        told = [f"{one.path} {one.after}" for change in plan.changes for one in change.fields]
        warned: list[Exception] = []
        await carry_out(
            self.world,
            act,
            plan,
            Redactor(),
            lambda _: None,
            log_dir=self.folder,
            warn=warned.append,
        )
        assert not warned
        return told

    async def live(self, ref: Ref) -> Object:
        found = await self.world.objects.get(ref)
        assert found is not None
        return found


@asynccontextmanager
async def acting(identity: Identity, namespace: str, folder: Path) -> AsyncIterator[Acting]:
    async with open_cluster(identity.kubeconfig) as cluster:
        nothing: Any = None
        world = World(cluster.objects, cluster.pods, cluster.access, *[nothing] * 6, VaultClient())
        yield Acting(world, namespace, folder)


@pytest.fixture
def home(control_plane: ControlPlane, namespace: str) -> str:
    make_namespace(control_plane, namespace)
    return namespace


async def running(person: Acting, deployment: Object) -> Object:
    """The one pod of a Deployment that is ready."""
    ref = Ref.of(await person.world.objects.apply(deployment))
    async for change in person.world.objects.watch(DEPLOYMENT, ref.namespace):
        if change.type != "SYNCED" and readiness(change.object).ready:
            break
    (pod,) = (await person.world.objects.list(POD, ref.namespace)).items
    return {**pod, "apiVersion": "v1", "kind": "Pod"}


async def test_a_restart_and_a_deleted_pod_lead_to_new_pods(
    wizard_identity: Identity, home: str, tmp_path: Path
) -> None:
    async with acting(wizard_identity, home, tmp_path) as person:
        first = await running(person, core(home))
        deployment = Ref(DEPLOYMENT, home, "harbor-core")
        (field,) = await person.do("restart", deployment)
        assert field.startswith("spec.template.metadata.annotations")
        assert readiness(await person.live(deployment)).ready
        pods = [
            pod
            for pod in (await person.world.objects.list(POD, home)).items
            if not pod["metadata"].get("deletionTimestamp")
        ]
        (second,) = pods
        assert second["metadata"]["uid"] != first["metadata"]["uid"]
        await person.do("delete-pod", Ref(POD, home, second["metadata"]["name"]))
        assert await person.world.objects.get(Ref(POD, home, second["metadata"]["name"])) is None
    assert len(newest(person.target, 9, tmp_path)) == 2


async def test_a_secret_changed_by_hand_is_found_and_its_reader_reads_it_anew(
    wizard_identity: Identity, home: str, tmp_path: Path
) -> None:
    """Who wrote it is known by the real API's bookkeeping; a label alone is no change of it."""
    secret = Ref(SECRET, home, "harbor-core-secret")
    names = {"apiVersion": "v1", "kind": "Secret", "metadata": {"name": secret.name}}
    names["metadata"]["namespace"] = home
    async with acting(wizard_identity, home, tmp_path) as person:
        objects = person.world.objects
        await objects.apply({**names, "data": {"secret": "Zm9ybWVy"}}, manager="wizard")
        deployment = core(home)
        container = deployment["spec"]["template"]["spec"]["containers"][0]
        source = {"secretKeyRef": {"name": secret.name, "key": "secret"}}
        container["env"] = [{"name": "CORE_SECRET", "valueFrom": source}]
        await running(person, deployment)

        async def findings(observer: Observer) -> list[Finding]:
            view = replace(observer.view, now=observer.view.now + timedelta(minutes=6))
            return [one for one in evaluate(view).findings if one.id.startswith("HW-24")]

        scope = Scope((*WATCHED, SECRET))
        where = (objects, person.world.pods, home, {"release": "harbor"})
        async with asyncio.timeout(60), Observer(*where, scope=scope) as observer:
            await observer.synced()
            labelled = {**names, "metadata": {**names["metadata"], "labels": {"a": "b"}}}
            await objects.apply(labelled, manager="labels")
            while "labels" not in str(observer.view.get(secret)):
                await observer.changed(5)
            assert await findings(observer) == []
            while not (told := await findings(observer)):
                now = datetime.now(UTC).isoformat()  # until the clock's second has passed
                await objects.apply({**names, "stringData": {"secret": now}}, manager="wizard")
                await observer.changed(5)
            (finding,) = told
            assert "by wizard" in finding.evidence[0]
            offer = finding.offer
            assert offer == Offer("restart", Ref(DEPLOYMENT, home, "harbor-core"))
            await person.do(offer.action, offer.object)
            while await findings(observer):
                assert await observer.changed(20)


async def test_a_claim_of_the_chart_grows(
    wizard_identity: Identity, home: str, tmp_path: Path
) -> None:
    claim: Object = {
        "apiVersion": "v1",
        "kind": "PersistentVolumeClaim",
        "metadata": {"name": "harbor-registry", "namespace": home, "labels": LABELS},
        "spec": {
            "accessModes": ["ReadWriteOnce"],
            "resources": {"requests": {"storage": "1Gi"}},
        },
    }
    ref = Ref.of(claim)
    async with acting(wizard_identity, home, tmp_path) as person:
        await person.world.objects.apply(claim, manager="helm")
        async for change in person.world.objects.watch(CLAIM, home):
            if change.object.get("status", {}).get("phase") == "Bound":
                break
        told = await person.do("grow", ref, "3Gi")
        assert told == ["spec.resources.requests.storage 3Gi"]
        grown = await person.live(ref)
        assert grown["spec"]["resources"]["requests"] == {"storage": "3Gi"}
        assert grown["status"]["capacity"] == {"storage": "3Gi"}
        assert grown["metadata"]["labels"] == LABELS, "nothing else of it changes"


async def test_missing_rights_are_all_named_and_nothing_is_written(
    control_plane: ControlPlane, wizard_identity: Identity, home: str, tmp_path: Path
) -> None:
    rules = [{"apiGroups": ["apps"], "resources": ["deployments"], "verbs": ["get", "list"]}]
    identity = control_plane.identity("looking", rules)
    mark = control_plane.audit.mark()
    async with acting(identity, home, tmp_path) as person:
        with pytest.raises(CheckFailed, match="You may not do this: Restart") as refused:
            await person.do("restart", Ref(DEPLOYMENT, home, "harbor-core"))
    for right in (
        f"patch deployments.apps harbor-core in {home} (to restart it)",
        f"watch deployments.apps in {home}",
        f"create leases.coordination.k8s.io in {home}",
    ):
        assert right in refused.value.why
    assert "get deployments" not in refused.value.why
    assert control_plane.audit.writes(identity.user, mark) == []
