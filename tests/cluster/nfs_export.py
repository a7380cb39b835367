"""An export on NFS as the pods of the wizard's test tell of it, and what is left of such tests."""

from __future__ import annotations

from pathlib import Path
from typing import Self

from tests.cluster.kube import CORE, Kube
from tests.cluster.pod_logs import PodLogs
from tests.cluster.wizard import Wizard
from tests.unit.steps.test_nfs_script import GOOD

CLASS = "/apis/storage.k8s.io/v1/storageclasses/tested-nfs"


class Export:
    """What the pods of the test say of the export."""

    def __init__(self, admin: Kube, namespace: str, folder: Path) -> None:
        self._logs = PodLogs(admin, namespace, folder)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._logs.remove()

    def is_like(self, **told: str) -> None:
        lines = {**GOOD, **told}
        self._logs.write("probe", *(f"harbor-wizard: {key}={lines[key]}" for key in lines))


def remove_class(admin: Kube) -> None:
    """The class of the tests and its volumes: they belong to the whole cluster."""
    admin.delete(CLASS)
    for one in admin.items(f"{CORE}/persistentvolumes"):
        if one["spec"].get("storageClassName") == "tested-nfs":
            admin.delete(f"{CORE}/persistentvolumes/{one['metadata']['name']}")


def nothing_of_the_test(wizard: Wizard) -> bool:
    """Whether no Job, claim or volume of a test is left."""
    claims = wizard.names("", "persistentvolumeclaims")
    volumes = [
        one["spec"]["claimRef"]["name"]
        for one in wizard.admin.items(f"{CORE}/persistentvolumes")
        if one["spec"].get("claimRef", {}).get("namespace") == wizard.namespace
    ]
    made = [*claims, *volumes, *wizard.names("batch/v1", "jobs")]
    return not any("-nfs-" in name or "-probe-" in name for name in made)
