"""Images in S3: a real S3 server, the real chart, and the command that tries the bucket first."""

from __future__ import annotations

import base64
from typing import Any

import pytest

from tests.cluster.kube import Object
from tests.cluster.wizard import Wizard
from tests.s3.server import ACCESS_KEY, REGION, SECRET_KEY, S3Server


def answers(server: S3Server, **other: Any) -> Object:
    blobs = {
        "kind": "s3",
        "bucket": "harbor",
        "endpoint": server.url,
        "region": REGION,
        "rootDirectory": "/images",
        "accessKey": {"env": "S3_ACCESS"},
        "secretKey": {"env": "S3_SECRET"},
    }
    return {"blobs": {**blobs, **other}}


@pytest.fixture
def with_keys(wizard: Wizard) -> Wizard:
    wizard.environment |= {"S3_ACCESS": ACCESS_KEY, "S3_SECRET": SECRET_KEY}
    return wizard


def files(server: S3Server) -> list[str]:
    return [str(one) for one in (server.files / "harbor").rglob("*") if one.is_file()]


def test_the_registry_gets_its_keys_and_a_second_run_writes_nothing(
    with_keys: Wizard, s3_server: S3Server
) -> None:
    wizard = with_keys
    wizard.preset(storage=answers(s3_server))
    plan = wizard.plan()
    steps = {step["id"]: step["changes"] for step in plan["steps"]}
    assert [one["object"] for one in steps["storage.blobs.probe"]] == [
        "Object harbor/images/harbor-wizard-probe"
    ]
    wizard.install().require(0)

    secret = wizard.admin.get(wizard.path("", "secrets", "harbor-blobs"))["data"]
    kept = {key: base64.b64decode(text).decode() for key, text in secret.items()}
    assert kept == {
        "REGISTRY_STORAGE_S3_ACCESSKEY": ACCESS_KEY,
        "REGISTRY_STORAGE_S3_SECRETKEY": SECRET_KEY,
    }
    assert "harbor-registry" not in wizard.names("", "persistentvolumeclaims")
    assert files(s3_server) == []
    wizard.nothing_to_do()


def test_wrong_keys_fail_the_check_before_anything_is_written(
    with_keys: Wizard, s3_server: S3Server
) -> None:
    wizard = with_keys
    wizard.environment["S3_SECRET"] = "Wrong-Secret-4711"
    wizard.preset(storage=answers(s3_server))
    refused = wizard.install().require(3)
    (bucket,) = [e for e in refused.events if e.get("check") == "blobs.bucket"]
    assert bucket["state"] == "fail"
    assert "secret key is not the one" in bucket["fact"]
    assert "Wrong-Secret-4711" not in refused.stdout + refused.stderr


def test_new_keys_are_tried_again_and_restart_the_registry(
    with_keys: Wizard, s3_server: S3Server
) -> None:
    """The server knows one pair: an access key of a person's own Secret stands for a new one."""
    wizard = with_keys
    wizard.preset(storage=answers(s3_server))
    wizard.install().require(0)
    data = {"id": ACCESS_KEY, "key": SECRET_KEY}
    encoded = {key: base64.b64encode(text.encode()).decode() for key, text in data.items()}
    wizard.admin.apply(
        wizard.path("", "secrets", "harbor-blobs"),
        {
            "apiVersion": "v1",
            "kind": "Secret",
            "metadata": {"name": "harbor-blobs"},
            "data": {
                "REGISTRY_STORAGE_S3_ACCESSKEY": encoded["id"],
                "REGISTRY_STORAGE_S3_SECRETKEY": base64.b64encode(b"stale").decode(),
            },
        },
    )
    plan = wizard.plan()
    steps = {step["id"]: [one["object"] for one in step["changes"]] for step in plan["steps"]}
    assert f"Deployment {wizard.namespace}/harbor-registry" in steps["storage.blobs"]
    assert steps["storage.blobs.probe"]


def test_leaving_the_volume_is_warned_of(with_keys: Wizard, s3_server: S3Server) -> None:
    wizard = with_keys
    wizard.preset()
    wizard.install().require(0)
    wizard.preset(storage=answers(s3_server))
    refused = wizard.install().require(4)
    assert "are to rest in s3 harbor" in refused.stdout
    claims = wizard.names("", "persistentvolumeclaims")
    wizard.install("--yes", "--allow", "replace", "--allow", "delete").require(0)
    assert "harbor-registry" in claims & wizard.names("", "persistentvolumeclaims")
