"""The probe of volumes against the simulated cluster: what it tries, and what it leaves."""

from pathlib import Path
from typing import Any

import pytest

from backends.simulated.world import SimulatedWorld
from tests.unit.steps.conftest import Heard, inputs_for
from wizard.diagnose.kinds import CLAIM, JOB, POD
from wizard.errors import OutOfTime, StepFailed
from wizard.ports import Kind, Object, Ref
from wizard.steps.errand import PROBE_LABEL
from wizard.steps.inputs import Inputs
from wizard.steps.volume_probe import VolumeProbe, trials

VOLUME = Kind("v1", "PersistentVolume")


def probe_of(inputs: Inputs) -> VolumeProbe:
    return VolumeProbe(inputs, ("target.namespace",))


async def left(world: SimulatedWorld) -> list[str]:
    """What is there of claims, Jobs, pods and volumes."""
    return [
        str(Ref.of(obj))
        for kind in (CLAIM, JOB, POD, VOLUME)
        for obj in (await world.stage.objects.list(kind)).items
    ]


async def test_each_class_and_mode_is_tried_once_with_the_least_size(
    world: SimulatedWorld, tmp_path: Path
) -> None:
    volumes: dict[str, Any] = {
        "registry": {"accessMode": "ReadWriteMany", "className": "shared", "size": "50Gi"},
        "database": {"className": "fast", "size": "8Gi"},
        "redis": {"className": "fast", "size": "900Mi"},
        "trivy": {"existingClaim": "given"},
    }
    inputs = inputs_for(world, tmp_path, storage={"volumes": volumes})
    assert [(one.class_name, one.mode, one.size, one.user) for one in trials(inputs.preset)] == [
        ("shared", "ReadWriteMany", "50Gi", 10000),
        ("", "ReadWriteOnce", inputs.preset.storage.volumes.job_log.size, 10000),
        ("fast", "ReadWriteOnce", "900Mi", 999),
    ]


async def test_it_finds_nothing_wrong_and_leaves_nothing(
    world: SimulatedWorld, tmp_path: Path
) -> None:
    probe, heard = probe_of(inputs_for(world, tmp_path)), Heard()
    changes = await probe.check(world)
    assert {change.ref.kind.name for change in changes} == {"PersistentVolumeClaim", "Job"}
    await probe.apply(world, changes, heard)
    assert await left(world) == []
    assert [finding.id for finding in heard.findings] == []


async def test_a_volume_is_not_kept_where_the_class_keeps_volumes(
    world: SimulatedWorld, tmp_path: Path
) -> None:
    kept = {
        "apiVersion": "storage.k8s.io/v1",
        "kind": "StorageClass",
        "metadata": {"name": "kept"},
        "provisioner": "nfs.csi.k8s.io",
        "reclaimPolicy": "Retain",
    }
    await world.stage.objects.create(kept)
    storage = {"provisioner": {"kind": "existing", "className": "kept"}}
    probe = probe_of(inputs_for(world, tmp_path, storage=storage))
    await probe.apply(world, await probe.check(world), Heard())
    assert await left(world) == []


async def test_what_is_never_bound_ends_with_the_cause_and_leaves_nothing(
    world: SimulatedWorld, tmp_path: Path
) -> None:
    storage = {"provisioner": {"kind": "existing", "className": "absent"}}
    probe = probe_of(inputs_for(world, tmp_path, storage=storage, gate_seconds=5))
    with pytest.raises((StepFailed, OutOfTime)) as caught:
        await probe.apply(world, await probe.check(world), Heard())
    assert "absent" in str(caught.value)
    assert await left(world) == []


async def test_what_a_killed_run_left_is_removed_by_the_next(
    world: SimulatedWorld, tmp_path: Path
) -> None:
    probe = probe_of(inputs_for(world, tmp_path))
    changes = await probe.check(world)
    for obj in probe.all_objects():
        await world.stage.objects.create(obj)

    again = await probe.check(world)

    assert [change.ref for change in again] == [change.ref for change in changes]
    await probe.apply(world, again, Heard())
    assert await left(world) == []


async def test_bound_claims_of_harbor_make_it_superfluous(
    world: SimulatedWorld, tmp_path: Path
) -> None:
    inputs = inputs_for(world, tmp_path)
    probe = probe_of(inputs)
    for trial in trials(inputs.preset):
        for name in trial.claims:
            await world.stage.objects.create(bound(name))
    assert await probe.check(world) == []

    world.stage.store.put(bound("harbor-registry", "Pending"))
    assert await probe.check(world) != []


def bound(name: str, phase: str = "Bound") -> Object:
    return {
        "apiVersion": "v1",
        "kind": "PersistentVolumeClaim",
        "metadata": {"name": name, "namespace": "harbor"},
        "spec": {"accessModes": ["ReadWriteOnce"], "resources": {"requests": {"storage": "1Gi"}}},
        "status": {"phase": phase},
    }


async def test_all_that_it_makes_carries_the_label(world: SimulatedWorld, tmp_path: Path) -> None:
    for obj in probe_of(inputs_for(world, tmp_path)).all_objects():
        assert obj["metadata"]["labels"][PROBE_LABEL] == "harbor.storage.probe"
