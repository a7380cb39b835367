"""The root certificate for pods, by a trust-manager that is there."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from backends.simulated.world import SimulatedWorld, simulated_world
from tests.unit.steps.conftest import Heard, inputs_for
from wizard.answers.problems import PresetInvalid
from wizard.errors import OutOfTime
from wizard.plan.graph import build_graph
from wizard.ports import Kind, Ref
from wizard.steps.base import Step
from wizard.steps.tls import certificate_steps
from wizard.steps.trust import BUNDLE, trust_steps

CONFIG_MAP = Kind("v1", "ConfigMap")
PUBLISHED = {"trust": {"pods": "trust-manager"}}
REF = Ref(BUNDLE, "", "harbor-harbor-ca")


@pytest.fixture
async def managed() -> AsyncIterator[SimulatedWorld]:
    """A cluster with trust-manager, and an empty namespace for Harbor."""
    async with simulated_world("on-premises", speed=0) as world:
        namespace = {"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": "harbor"}}
        await world.stage.objects.create(namespace)
        yield world


async def carried_out(step: Step, world: SimulatedWorld) -> list[str]:
    changes = await step.check(world)
    await step.apply(world, changes, Heard())
    await step.verify(world, Heard())
    return [f"{change.action} {change.ref.name}" for change in changes]


async def test_the_root_reaches_every_namespace_and_a_second_run_changes_nothing(
    managed: SimulatedWorld, tmp_path: Path
) -> None:
    inputs = inputs_for(managed, tmp_path, **PUBLISHED)
    certificates = list(certificate_steps(inputs))
    step, *_ = trust_steps(inputs, [one.id for one in certificates])
    assert step.needs == ("pki.authority",)

    (before,) = await step.check(managed)
    assert (before.action, before.validated) == ("create", False)
    assert before.reason == "the root certificate does not exist yet"
    for one in certificates:
        await one.apply(managed, await one.check(managed), Heard())

    assert await carried_out(step, managed) == ["create harbor-harbor-ca"]
    assert await carried_out(step, managed) == []

    root = (await inputs.entries(managed, "harbor-ca"))["ca.crt"].decode()
    for namespace in ("harbor", "monitoring", "kube-system"):
        copied = await managed.objects.get(Ref(CONFIG_MAP, namespace, REF.name))
        assert copied is not None
        assert copied["data"] == {"ca.crt": root}


async def test_a_trust_manager_that_refuses_is_told(
    managed: SimulatedWorld, tmp_path: Path
) -> None:
    inputs = inputs_for(managed, tmp_path, gate_seconds=0.0, **PUBLISHED)
    step, *_ = trust_steps(inputs, ())
    bundle = {
        "apiVersion": BUNDLE.api_version,
        "kind": "Bundle",
        "metadata": {"name": REF.name},
        "spec": {"sources": [{"inLine": ""}], "target": {"configMap": {"key": "ca.crt"}}},
    }
    await managed.objects.apply(bundle)
    with pytest.raises(OutOfTime) as late:
        await step.verify(managed, Heard())
    assert late.value.why == "it has not looked at the Bundle yet"
    refused = {"type": "Synced", "status": "False", "reason": "SourceNotFound", "message": "gone"}
    managed.stage.store.put(bundle | {"status": {"conditions": [refused]}})
    with pytest.raises(OutOfTime) as late:
        await step.verify(managed, Heard())
    assert late.value.why == "SourceNotFound: gone"


async def test_the_role_names_bundles(managed: SimulatedWorld, tmp_path: Path) -> None:
    step, *_ = trust_steps(inputs_for(managed, tmp_path, **PUBLISHED), ())
    rights = [str(one.right) for one in await step.rights(managed.charts)]
    assert rights == [
        f"{verb} bundles.trust.cert-manager.io" for verb in ("get", "create", "patch")
    ]


async def test_without_a_root_of_ones_own_there_is_nothing_to_publish(
    managed: SimulatedWorld, tmp_path: Path
) -> None:
    bought = {"kind": "commercial", "certificate": str(tmp_path / "c.pem")}
    with pytest.raises(PresetInvalid, match=r"trust\.pods"):
        build_graph(inputs_for(managed, tmp_path, pki=bought, **PUBLISHED))
