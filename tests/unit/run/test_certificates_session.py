"""Sessions that need cert-manager, over the simulated cluster."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from backends.simulated.world import SimulatedWorld, simulated_world
from tests.unit.run.test_session import Run
from wizard.charts.names import MARK
from wizard.errors import LockHeld
from wizard.ports import Kind, Object, Ref
from wizard.run.events import StepFinished
from wizard.run.lock import LEASE, lease_name
from wizard.steps.cert_manager import installation

ACME = {
    "kind": "acme",
    "server": "https://acme.example.com/directory",
    "stagingServer": "https://staging.example.com/directory",
    "email": "ops@example.com",
    "solver": {"kind": "http01", "ingressClass": "nginx"},
}
CORPORATE = {"kind": "issuer", "name": "corporate"}
FAST = {"provisioner": {"kind": "existing", "className": "fast-ssd"}}
SECRET = Ref(Kind("v1", "Secret"), "harbor", "harbor-tls")
ISSUER = Ref(Kind("cert-manager.io/v1", "Issuer"), "harbor", "harbor-acme")
CERTIFICATE = Ref(Kind("cert-manager.io/v1", "Certificate"), "harbor", "harbor-tls")


@pytest.fixture
async def world() -> AsyncIterator[SimulatedWorld]:
    async with simulated_world(speed=0) as world:
        yield world


def condition(type_: str, status: str, **more: str) -> Object:
    return {"type": type_, "status": status, "lastTransitionTime": "2026-01-01T00:00:00Z", **more}


async def test_acme_installs_cert_manager_and_a_second_session_has_nothing_to_do(
    world: SimulatedWorld, tmp_path: Path
) -> None:
    run = Run(world, tmp_path / "1", pki=ACME)
    await run.to_the_end()

    assert (await installation(world)).state == "ours"
    secret = await world.objects.get(SECRET)
    assert secret
    assert set(secret["data"]) == {"tls.crt", "tls.key", "ca.crt"}
    assert (await Run(world, tmp_path / "2", pki=ACME).session.plan()).changes == []
    assert (await world.objects.list(LEASE)).items == []


async def test_one_that_somebody_else_installed_is_used_and_not_changed(tmp_path: Path) -> None:
    async with simulated_world("on-premises", speed=0) as world:
        before = await world.objects.list(Kind("apps/v1", "Deployment"), "cert-manager")
        run = Run(world, tmp_path, pki=ACME, storage=FAST)
        plan = await run.session.plan()

        changed = {step.id for step in plan.steps if step.changes}
        assert "pki.cert-manager" not in changed
        assert "pki.issuer" in changed
        await run.to_the_end()
        after = await world.objects.list(Kind("apps/v1", "Deployment"), "cert-manager")
        assert after.items == before.items


async def test_changes_to_cert_manager_take_its_own_lock(
    world: SimulatedWorld, tmp_path: Path
) -> None:
    stage = world.stage.store
    stage.put({"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": "cert-manager"}})
    now = datetime.now(UTC).isoformat().replace("+00:00", "Z")
    lease = {"holderIdentity": "other", "leaseDurationSeconds": 45, "renewTime": now}
    metadata = {"name": lease_name("cert-manager"), "namespace": "cert-manager"}
    held = {"apiVersion": LEASE.api_version, "kind": LEASE.name, "metadata": metadata}
    stage.put({**held, "spec": lease})

    with pytest.raises(LockHeld, match="other"):
        await Run(world, tmp_path, pki=ACME).to_the_end()

    assert await world.charts.release("cert-manager", "cert-manager") is None
    assert [one["metadata"]["name"] for one in (await world.objects.list(LEASE)).items] == [
        lease_name("cert-manager")
    ]


async def test_an_issuer_of_ours_that_failed_is_looked_at_again(
    world: SimulatedWorld, tmp_path: Path
) -> None:
    await Run(world, tmp_path / "1", pki=ACME).to_the_end()
    issuer = world.stage.store.get(ISSUER)
    assert issuer
    why = condition("Ready", "False", reason="ErrRegisterACMEAccount", message="no route to host")
    world.stage.store.put(issuer | {"status": {"conditions": [why]}})

    plan = await Run(world, tmp_path / "2", pki=ACME).session.plan()

    (change,) = [one for one in plan.changes if one.ref == ISSUER]
    assert change.reason == "no route to host"
    assert [field.path for field in change.fields] == [
        "metadata.annotations[harbor-wizard/look-again]"
    ]


async def test_a_certificate_that_failed_is_made_anew_after_a_trial(tmp_path: Path) -> None:
    async with simulated_world("on-premises", speed=0) as world:
        await Run(world, tmp_path / "1", pki=CORPORATE, storage=FAST).to_the_end()
        live = world.stage.store.get(CERTIFICATE)
        assert live
        failed = condition("Issuing", "False", reason="Failed", message="permission denied")
        unready = condition("Ready", "False", reason="DoesNotExist")
        world.stage.store.put(live | {"status": {"conditions": [unready, failed]}})
        plan = await Run(world, tmp_path / "2", pki=CORPORATE, storage=FAST).session.plan()

        changes = {str(one.ref): one for one in plan.changes}
        assert "CertificateRequest harbor/harbor-tls-trial" in changes
        (field,) = changes["Certificate harbor/harbor-tls"].fields
        assert (field.path, field.before) == ("status", "permission denied")


async def test_definitions_without_a_controller_are_nobodys(
    world: SimulatedWorld, tmp_path: Path
) -> None:
    await Run(world, tmp_path, pki=ACME).to_the_end()
    for obj in world.stage.store.dump():
        if obj["kind"] == "CustomResourceDefinition":
            obj["metadata"]["labels"].pop(MARK)
            obj["metadata"]["annotations"]["meta.helm.sh/release-name"] = "other"
            world.stage.store.put(obj)
        elif obj["kind"] == "Deployment" and obj["metadata"]["namespace"] == "cert-manager":
            world.stage.store.delete(Ref.of(obj))

    found = await installation(world)
    assert (found.state, found.owner) == ("stray", "cert-manager/other")


async def test_nothing_is_asked_of_an_issuer_whose_certificate_is_there(tmp_path: Path) -> None:
    async with simulated_world("on-premises", speed=0) as world:
        await Run(world, tmp_path / "1", pki=CORPORATE, storage=FAST).to_the_end()
        run = Run(world, tmp_path / "2", pki=CORPORATE, storage=FAST)
        await run.to_the_end()
        finished = [one for one in run.told(StepFinished) if isinstance(one, StepFinished)]
        states = {one.step: one.state for one in finished}
        assert states["pki.trial"] == states["pki.certificate"] == "unchanged"
