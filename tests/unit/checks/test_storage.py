"""Volumes: classes, defaults, access modes, growth, existing claims."""

import pytest

from tests.unit.checks.conftest import (
    NAMESPACE,
    Given,
    claim,
    deployment,
    preset_of,
    storage_class,
    thing,
)
from wizard.checks.provisioners import sharing
from wizard.ports import Object


def stateful(class_name: str = "standard", replicas: int = 1) -> Object:
    template = claim("data", class_name)
    return thing(
        "apps/v1/StatefulSet",
        "harbor-trivy",
        "harbor",
        spec={
            "replicas": replicas,
            "template": {"metadata": {}, "spec": {"containers": []}},
            "volumeClaimTemplates": [template],
        },
    )


async def test_named_classes_exist(given: Given) -> None:
    given(storage_class())
    outcome = await given.ask("storage.classes", manifest=[claim(), stateful()])
    assert outcome.state == "ok"
    assert "ebs.csi.aws.com" in outcome.fact


async def test_a_missing_class_fails_and_names_what_is_there(given: Given) -> None:
    given(storage_class("fast"))
    outcome = await given.ask("storage.classes", manifest=[stateful("slow")])
    assert outcome.state == "fail"
    assert "slow" in outcome.fact
    assert "fast" in outcome.fact


async def test_a_class_without_provisioner_warns(given: Given) -> None:
    given(storage_class("by-hand", "kubernetes.io/no-provisioner"))
    assert (
        await given.ask("storage.classes", manifest=[claim(class_name="by-hand")])
    ).state == "warn"


@pytest.mark.parametrize(
    ("classes", "state"),
    [
        ([storage_class(default=True)], "ok"),
        ([storage_class("a", default=True), storage_class("b", default=True)], "warn"),
        ([storage_class("a")], "fail"),
        ([], "fail"),
    ],
)
async def test_default_class(given: Given, classes: list[Object], state: str) -> None:
    given(*classes)
    outcome = await given.ask("storage.default", manifest=[claim(class_name=None)])
    assert outcome.state == state


async def test_no_default_is_needed_where_every_volume_names_a_class(given: Given) -> None:
    assert (await given.ask("storage.default", manifest=[claim()])).state == "ok"


@pytest.mark.parametrize(
    ("provisioner", "state"),
    [("rancher.io/local-path", "fail"), ("nfs.csi.k8s.io", "ok"), ("example.com/own", "ok")],
)
async def test_shared_volumes(given: Given, provisioner: str, state: str) -> None:
    given(storage_class(provisioner=provisioner, default=True))
    shared = [claim(mode="ReadWriteMany"), claim("harbor-jobservice", None, "ReadWriteMany")]
    outcome = await given.ask("storage.access-modes", manifest=shared)
    assert outcome.state == state
    if state == "fail":
        assert "harbor-registry" in outcome.fact
        assert "harbor-jobservice" in outcome.fact
    assert ("not known" in outcome.fact) == (provisioner == "example.com/own")


async def test_single_node_volumes_are_fine_on_single_node_storage(given: Given) -> None:
    given(storage_class(provisioner="rancher.io/local-path"))
    assert (await given.ask("storage.access-modes", manifest=[claim()])).state == "ok"


@pytest.mark.parametrize(
    ("provisioner", "known"),
    [
        ("rook-ceph.rbd.csi.ceph.com", "no"),
        ("rook-ceph.cephfs.csi.ceph.com", "yes"),
        ("cluster.local/nfs-subdir-external-provisioner", "yes"),
        ("notebs.csi.aws.com", "unknown"),
        ("kubernetes.io/no-provisioner", "unknown"),
    ],
)
def test_provisioners_are_known_with_prefixes(provisioner: str, known: str) -> None:
    assert sharing(provisioner) == known


@pytest.mark.parametrize(
    ("expandable", "profile", "state"),
    [(True, "standard", "ok"), (False, "standard", "warn"), (False, "lab", "ok")],
)
async def test_growth(given: Given, expandable: bool, profile: str, state: str) -> None:
    given(storage_class(expandable=expandable))
    outcome = await given.ask(
        "storage.expansion", preset_of({"profile": profile}), manifest=[claim()]
    )
    assert outcome.state == state


async def test_named_claims(given: Given) -> None:
    preset = preset_of(storage={"volumes": {"registry": {"existingClaim": "images"}}})
    volumes = [{"name": "data", "persistentVolumeClaim": {"claimName": "images"}}]
    manifest = [deployment(volumes=volumes)]
    given(NAMESPACE)
    outcome = await given.ask("storage.existing", preset, manifest=manifest)
    assert outcome.state == "fail"
    assert "images (missing)" in outcome.fact
    given(claim("images"))
    assert (await given.ask("storage.existing", preset, manifest=manifest)).state == "ok"
    lost = claim("images") | {"status": {"phase": "Lost"}}
    given(lost)
    assert (await given.ask("storage.existing", preset, manifest=manifest)).state == "fail"
