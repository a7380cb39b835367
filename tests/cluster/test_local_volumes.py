"""Folders of one node: real volumes, claims and scheduler; only the folders themselves are not."""

from __future__ import annotations

from tests.cluster.kube import CORE, Object
from tests.cluster.wizard import Wizard


def local(wizard: Wizard, node: str, **more: str) -> Object:
    """The answers for a class of this test's own: classes belong to the whole cluster."""
    name = f"local-{wizard.namespace}"
    return {"provisioner": {"kind": "local", "node": node, "className": name, **more}}


def nodes(wizard: Wizard) -> list[str]:
    return sorted(one["metadata"]["name"] for one in wizard.admin.items(f"{CORE}/nodes"))


def remove(wizard: Wizard) -> None:
    """What belongs to no namespace."""
    for one in wizard.admin.items(f"{CORE}/persistentvolumes"):
        if one["spec"].get("storageClassName") == f"local-{wizard.namespace}":
            wizard.admin.delete(f"{CORE}/persistentvolumes/{one['metadata']['name']}")
    wizard.admin.delete(f"/apis/storage.k8s.io/v1/storageclasses/local-{wizard.namespace}")


def test_harbor_runs_where_its_folders_are_and_a_second_run_writes_nothing(
    wizard: Wizard,
) -> None:
    node, other = nodes(wizard)[1:3]
    wizard.preset(storage=local(wizard, node))
    try:
        wizard.install().require(0)

        claims = wizard.admin.items(wizard.path("", "persistentvolumeclaims"))
        assert len(claims) == 4
        for claim in claims:
            volume = wizard.admin.get(f"{CORE}/persistentvolumes/{claim['spec']['volumeName']}")
            folder = f"/var/lib/harbor-wizard/{wizard.namespace}/{claim['metadata']['name']}"
            assert volume["spec"]["hostPath"]["path"] == folder
            assert volume["spec"]["persistentVolumeReclaimPolicy"] == "Retain"
        with_data = [
            pod["spec"]["nodeName"]
            for pod in wizard.admin.items(wizard.path("", "pods"))
            if any("persistentVolumeClaim" in one for one in pod["spec"].get("volumes", ()))
        ]
        assert set(with_data) == {node}
        assert wizard.names("batch/v1", "jobs") == set()
        wizard.nothing_to_do()

        wizard.preset(storage=local(wizard, other))
        refused = wizard.install().require(3)
        assert "does not move with it" in refused.stderr
    finally:
        remove(wizard)


def test_a_node_that_is_not_there_fails_the_check(wizard: Wizard) -> None:
    wizard.preset(storage=local(wizard, "absent"))
    refused = wizard.install("--check").require(3)
    assert "There is no node absent" in refused.stdout


def test_a_namespace_that_refuses_such_pods_fails_the_check(wizard: Wizard) -> None:
    wizard.make_namespace(**{"pod-security.kubernetes.io/enforce": "restricted"})
    wizard.preset(storage=local(wizard, nodes(wizard)[0]))
    refused = wizard.install("--check").require(3)
    assert "level restricted" in refused.stdout
