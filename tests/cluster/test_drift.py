"""What others changed in the cluster: shown with its owner, taken back only when allowed."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import pytest

from tests.cluster.kube import Object
from tests.cluster.snapshot import APPS
from tests.cluster.wizard import Wizard


@dataclass(frozen=True)
class Drift:
    """A change by someone else, and the field with its owner that the plan should show."""

    make: Callable[[Wizard], object]
    object: str
    field: str
    owner: str


def _other_image(wizard: Wizard) -> None:
    path = wizard.path(APPS, "deployments", "harbor-core")
    container = {"name": "core", "image": "registry.test/core:patched"}
    patch: Object = {
        "apiVersion": "apps/v1",
        "kind": "Deployment",
        "spec": {"template": {"spec": {"containers": [container]}}},
    }
    kind = "application/strategic-merge-patch+json"
    wizard.admin.call("PATCH", path, patch, kind, fieldManager="kubectl-set")


def _scaled(wizard: Wizard) -> None:
    path = wizard.path(APPS, "deployments", "harbor-portal")
    wizard.admin.merge(path, {"spec": {"replicas": 3}}, fieldManager="kubectl-scale")


def _other_authority(wizard: Wizard) -> None:
    path = wizard.path("", "secrets", "harbor-ca")
    wizard.admin.merge(path, {"data": {"ca.crt": "b3RoZXI="}}, fieldManager="kubectl-edit")


def _other_setting(wizard: Wizard) -> None:
    path = wizard.path("", "configmaps", "harbor-core")
    wizard.admin.merge(path, {"data": {"LOG_LEVEL": "debug"}}, fieldManager="kubectl-edit")


DRIFTS = {
    "an image": Drift(
        _other_image,
        "Deployment {}/harbor-core",
        "spec.template.spec.containers[core].image",
        "kubectl-set",
    ),
    "the number of pods": Drift(
        _scaled, "Deployment {}/harbor-portal", "spec.replicas", "kubectl-scale"
    ),
    "a published certificate": Drift(
        _other_authority, "Secret {}/harbor-ca", "data[ca.crt]", "kubectl-edit"
    ),
    "a setting": Drift(
        _other_setting, "ConfigMap {}/harbor-core", "data.LOG_LEVEL", "kubectl-edit"
    ),
}


@pytest.mark.parametrize("drift", DRIFTS.values(), ids=DRIFTS)
def test_a_foreign_change_is_taken_back_only_when_allowed(installed: Wizard, drift: Drift) -> None:
    before = installed.objects()
    drift.make(installed)
    drifted, mark = installed.objects(), installed.control_plane.audit.mark()
    refused = installed.install("--yes").require(4)
    assert "--allow take-fields" in refused.stderr
    assert installed.objects() == drifted
    assert installed.control_plane.audit.writes(installed.identity.user, mark) == []
    (plan,) = [event for event in refused.events if event["event"] == "plan"]
    changes = {c["object"]: c for step in plan["steps"] for c in step["changes"]}
    change = changes[drift.object.format(installed.namespace)]
    owners = {field["path"]: field.get("owner") for field in change["fields"]}
    assert owners[drift.field] == drift.owner

    installed.install("--allow", "take-fields").require(0)
    assert installed.objects() == before
    installed.nothing_to_do()


def test_deleted_objects_are_made_again_without_a_question(installed: Wizard) -> None:
    before = {name: content for name, (_, content) in installed.objects().items()}
    for path in (
        installed.path(APPS, "deployments", "harbor-portal"),
        installed.path("", "configmaps", "harbor-nginx"),
        installed.path("", "secrets", "harbor-tls"),
    ):
        installed.admin.delete(path)
    installed.install().require(0)
    assert installed.objects().keys() == before.keys()
    installed.nothing_to_do()


def test_a_lost_key_is_not_made_anew_but_asked_back(installed: Wizard) -> None:
    """A new key could not decrypt what Harbor stored: whoever has a backup must put it back."""
    path = installed.path("", "secrets", "harbor-encryption-key")
    kept = installed.admin.get(path)
    installed.admin.delete(path)
    refused = installed.install("--yes").require(3)
    assert "has lost: harbor-encryption-key" in refused.stdout
    assert not installed.admin.exists(path)
    meta = {key: kept["metadata"][key] for key in ("name", "labels")}
    restored = {"metadata": meta, "type": kept["type"], "data": kept["data"]}
    installed.admin.create(installed.path("", "secrets"), restored)
    installed.nothing_to_do()


def test_what_others_add_beside_stays(installed: Wizard) -> None:
    """Server-side apply: fields that nobody else wants are theirs, and no reason to act."""
    path = installed.path(APPS, "deployments", "harbor-portal")
    installed.admin.merge(path, {"metadata": {"annotations": {"example.com/seen": "yes"}}})
    installed.nothing_to_do()
    notes = installed.admin.get(path)["metadata"]["annotations"]
    assert notes["example.com/seen"] == "yes"
