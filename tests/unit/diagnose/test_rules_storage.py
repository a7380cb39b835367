"""Claims and volumes: where rules find something, and the case beside it where not."""

from typing import Any

from tests.unit.diagnose import world
from tests.unit.diagnose.world import found, only
from wizard.diagnose.evaluate import evaluate
from wizard.diagnose.view import View

NO_CLASS = "no persistent volumes available for this claim and no storage class is set"


def bound_later(message: str, *, reason: str = "FailedBinding", **spec: Any) -> View:
    data = world.claim("database-data-harbor-database-0", **spec)
    kind = "Normal" if reason != "ProvisioningFailed" else "Warning"
    return world.view(data, world.event(data, reason, message, type_=kind))


def test_no_default_class_is_terminal() -> None:
    finding = only(bound_later(NO_CLASS))
    assert (finding.id, finding.terminal) == ("HW-001", True)
    assert "database-data-harbor-database-0" in finding.cause


def test_a_volume_made_by_hand_may_still_come() -> None:
    finding = only(bound_later(NO_CLASS, storageClassName=""))
    assert (finding.id, finding.terminal) == ("HW-001", False)


def test_a_claim_that_was_bound_meanwhile_is_no_finding() -> None:
    data = world.claim("data", "Bound")
    assert found(world.view(data, world.event(data, "FailedBinding", NO_CLASS))) == []


def test_a_class_that_does_not_exist_is_terminal_and_named() -> None:
    finding = only(
        bound_later('storageclass.storage.k8s.io "fast" not found', reason="ProvisioningFailed")
    )
    assert (finding.id, finding.terminal) == ("HW-003", True)
    assert "fast" in finding.cause


def test_a_provisioner_that_fails_is_a_warning_first() -> None:
    finding = only(bound_later("rpc error: no route to host", reason="ProvisioningFailed"))
    assert (finding.id, finding.severity) == ("HW-003", "warn")


def test_a_claim_that_waits_for_its_pod_blames_the_pod() -> None:
    message = "0/3 nodes are available: 3 Insufficient memory."
    database = world.unplaced("database", message, 60, claims=("data",))
    data = world.claim("data")
    waits = world.event(data, "WaitForFirstConsumer", "waiting for first consumer", type_="Normal")
    diagnosis = evaluate(world.view(database, data, waits))
    assert [(one.id, one.suppressed_by) for one in diagnosis.findings] == [
        ("HW-202", None),
        ("HW-002", "HW-202"),
    ]
    assert message in diagnosis.findings[0].cause


def multi_attach(first: float, running: bool = False) -> View:
    told = world.runs(5) if running else world.waits("ContainerCreating")
    registry = world.pod("registry", told)
    message = 'Multi-Attach error for volume "pvc-1" Volume is already used by pod(s) harbor-r-1'
    return world.view(registry, world.event(registry, "FailedAttachVolume", message, first=first))


def test_a_volume_on_another_node_explains_why_it_is_not_mounted() -> None:
    finding = only(multi_attach(90))
    assert (finding.id, finding.severity) == ("HW-028", "warn")
    assert only(multi_attach(430)).terminal


def test_a_volume_that_moves_over_is_no_finding() -> None:
    assert found(multi_attach(10)) == []
    assert found(multi_attach(430, running=True)) == []


def test_a_volume_that_cannot_be_mounted_is_told() -> None:
    registry = world.pod("registry", world.waits("ContainerCreating"))
    message = "driver name nfs.csi.k8s.io not found in the list of registered CSI drivers"
    event = world.event(registry, "FailedMount", message, first=100)
    assert only(world.view(registry, event)).id == "HW-204"
