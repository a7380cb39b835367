"""Support bundles over the real API: no secret, the same findings, few rights."""

from __future__ import annotations

import base64
import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.cluster.command import schema
from tests.cluster.control_plane import ControlPlane
from tests.cluster.kube import Object
from tests.cluster.pod_logs import PodLogs
from tests.cluster.wizard import Wizard, site
from tests.unit.diagnose.bundles import files_of
from tests.unit.diagnose.canaries import (
    FORBIDDEN,
    IN_SECRETS,
    OF_THE_WIZARD,
    TEXT,
    objects,
    require_nowhere,
)

PLURALS = {"Secret": "secrets", "ConfigMap": "configmaps", "Event": "events", "Pod": "pods"}
IN_THE_CLUSTER = [one for one in FORBIDDEN if one != OF_THE_WIZARD]
CRASHING = "crash.test/core:1"


@pytest.fixture(scope="module")
def harbor(
    control_plane: ControlPlane, charts: Path, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Wizard]:
    """An installed Harbor among canaries, with a pod of it that crashes and says them."""
    folder = tmp_path_factory.mktemp("logs")
    logs = PodLogs(control_plane.admin, control_plane.fresh_name("bundle"), folder)
    with site(control_plane, charts, tmp_path_factory.mktemp("bundle"), logs.namespace) as wizard:
        wizard.preset()
        wizard.install().require(0)
        logs.write("core", *TEXT.splitlines())
        logs.write("core", *TEXT.splitlines(), previous=True)
        for obj in objects(wizard.namespace):
            if obj["kind"] in PLURALS:
                wizard.admin.create(wizard.path("", PLURALS[obj["kind"]]), _accepted(obj))
        wizard.admin.create(wizard.path("", "pods"), _unpullable())
        wizard.admin.wait(wizard.path("", "pods", "harbor-core-1"), _has_restarted, 60)
        wizard.admin.wait(wizard.path("", "pods", "harbor-core-2"), _waits_for_its_image, 60)
        yield wizard
    logs.remove()


def _accepted(obj: Object) -> Object:
    """The object as a real API server takes it."""
    obj = {key: value for key, value in obj.items() if key != "status"}
    if obj["kind"] == "Pod":
        container = obj["spec"]["containers"][0] | {"image": CRASHING}
        obj["spec"] = {"containers": [container]}
    return obj


def _unpullable() -> Object:
    labels = {"release": "harbor", "component": "core"}
    container = {"name": "core", "image": "untrusted.test/core:1"}
    return {
        "metadata": {"name": "harbor-core-2", "labels": labels},
        "spec": {"containers": [container]},
    }


def _told(pod: Object) -> Object:
    containers: list[Object] = (pod.get("status") or {}).get("containerStatuses") or [{}]
    return containers[0]


def _has_restarted(pod: Object) -> bool:
    return bool(_told(pod).get("restartCount"))


def _waits_for_its_image(pod: Object) -> bool:
    waiting = (_told(pod).get("state") or {}).get("waiting") or {}
    return waiting.get("reason") == "ImagePullBackOff"


@pytest.fixture(scope="module")
def bundle(harbor: Wizard) -> dict[str, str]:
    """The files of a bundle of it, and what the command said, as `said`."""
    file = harbor.folder / "b.tgz"
    mark = harbor.control_plane.audit.mark()
    done = harbor.run("support-bundle", "--namespace", harbor.namespace, "-o", str(file)).require(0)
    assert harbor.control_plane.audit.writes(harbor.identity.user, mark) == []
    return {**files_of(file), "said": done.stdout + done.stderr}


def test_no_canary_stands_in_a_bundle(bundle: dict[str, str]) -> None:
    require_nowhere(bundle, IN_THE_CLUSTER)


def test_no_value_of_any_secret_stands_in_a_bundle(harbor: Wizard, bundle: dict[str, str]) -> None:
    """The values that installing made: passwords, keys, tokens; certificates are no secrets."""
    values = {
        base64.b64decode(value).decode("utf-8", "replace")
        for secret in harbor.admin.items(harbor.path("", "secrets"))
        for key, value in (secret.get("data") or {}).items()
        if not key.endswith((".crt", "USERNAME"))
    }
    secrets = {value for value in values if len(value) >= 8 and "BEGIN CERTIFICATE" not in value}
    assert IN_SECRETS in secrets
    assert len(secrets) > 8
    require_nowhere(bundle, secrets)


def test_it_holds_everything_that_was_planted_around(bundle: dict[str, str]) -> None:
    schema("bundle-manifest.json").validate(json.loads(bundle["manifest.json"]))
    hidden = json.loads(bundle["hidden.json"])["hidden"]
    places = {name for one in hidden for name in one["files"]}
    assert places >= {
        "logs/harbor-core-1/core.log",
        "logs/harbor-core-1/core.previous.log",
        "objects/ConfigMap.json",
        "objects/Event.json",
        "objects/Pod.json",
        "objects/Secret.json",
        "view/tails.jsonl",
    }
    assert json.loads(bundle["helm/release.json"])["status"] == "deployed"
    assert len([name for name in bundle if name.endswith("/journal.jsonl")]) == 1


def test_it_gives_the_findings_of_its_moment(harbor: Wizard, bundle: dict[str, str]) -> None:
    file = str(harbor.folder / "b.tgz")
    opened = harbor.run("troubleshoot", "--once", "--bundle", file, "--output", "json").document
    assert opened == json.loads(bundle["findings.json"])
    live = harbor.run(
        "troubleshoot", "--once", "--namespace", harbor.namespace, "--output", "json"
    ).document
    told = {(one["id"], one["object"]) for one in opened["findings"]}
    assert ("HW-022", f"Pod {harbor.namespace}/harbor-core-2") in told
    assert told <= {(one["id"], one["object"]) for one in live["findings"]}


def test_with_few_rights_it_holds_what_may_be_seen(harbor: Wizard, tmp_path: Path) -> None:
    rules = [
        {"apiGroups": [""], "resources": ["pods", "events"], "verbs": ["list", "watch"]},
        {"apiGroups": [""], "resources": ["namespaces"], "verbs": ["get"]},
    ]
    identity = harbor.control_plane.identity("looker", rules)
    file = tmp_path / "few.tgz"
    done = harbor.run(
        "support-bundle",
        *("--namespace", harbor.namespace, "--output", "json", "-o", str(file)),
        KUBECONFIG=str(identity.kubeconfig),
    ).require(0)
    document = done.document
    schema("support-bundle.json").validate(document)
    missing = {one["what"] for one in document["missing"]}
    assert missing >= {"Secret (v1)", "Node (v1)", "Pod/log (v1)", "the Helm release"}
    files = files_of(file)
    assert {"objects/Pod.json", "objects/Event.json", "objects/Namespace.json"} <= files.keys()
    require_nowhere(files, [one for one in IN_THE_CLUSTER if one != IN_SECRETS])
    opened = harbor.run("troubleshoot", "--once", "--bundle", str(file), "--output", "json")
    assert opened.document == json.loads(files["findings.json"])
