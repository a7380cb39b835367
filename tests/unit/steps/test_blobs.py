"""Credentials and authority of the object storage, in Secrets for the registry."""

from pathlib import Path
from typing import Any

import pytest

from backends.simulated.world import SimulatedWorld
from tests.unit.steps.conftest import Heard, inputs_for
from wizard.charts.references import blobs_secret
from wizard.steps.blobs import blob_secrets
from wizard.steps.inputs import Inputs
from wizard.steps.secrets import CopySecrets

S3 = {"kind": "s3", "bucket": "b", "accessKey": {"env": "A"}, "secretKey": {"env": "S"}}

ONE_KEY: dict[str, tuple[dict[str, Any], str, str]] = {
    "azure": (
        {"account": "a", "container": "c", "accountKey": {"env": "K"}},
        "accountKey",
        "AZURE_STORAGE_ACCESS_KEY",
    ),
    "gcs": ({"bucket": "b", "keyData": {"env": "K"}}, "keyData", "GCS_KEY_DATA"),
    "swift": (
        {
            "authUrl": "https://keystone.example.com/v3",
            "container": "c",
            "username": "u",
            "password": {"env": "K"},
        },
        "password",
        "REGISTRY_STORAGE_SWIFT_PASSWORD",
    ),
    "oss": (
        {"bucket": "b", "region": "r", "accessKeyId": "id", "secretKey": {"env": "K"}},
        "secretKey",
        "REGISTRY_STORAGE_OSS_ACCESSKEYSECRET",
    ),
}


def reference(name: str, key: str) -> dict[str, Any]:
    return {"secret": {"name": name, "key": key}}


def step_of(inputs: Inputs) -> CopySecrets:
    step = blob_secrets(inputs)
    assert step is not None
    return step


async def applied(world: SimulatedWorld, inputs: Inputs) -> None:
    step = step_of(inputs)
    await step.apply(world, await step.check(world), Heard())
    assert await step.check(world) == []


@pytest.mark.parametrize("kind", ONE_KEY)
async def test_a_credential_stands_under_the_name_that_the_registry_reads(
    world: SimulatedWorld, tmp_path: Path, kind: str
) -> None:
    answers, answer, key = ONE_KEY[kind]
    inputs = inputs_for(
        world,
        tmp_path,
        secrets={f"storage.blobs.{answer}": "the-key"},
        storage={"blobs": {"kind": kind, **answers}},
    )
    await applied(world, inputs)
    assert await inputs.entries(world, "harbor-blobs") == {key: b"the-key"}


async def test_both_keys_of_s3_and_the_authority(world: SimulatedWorld, tmp_path: Path) -> None:
    bundle = tmp_path / "ca.pem"
    bundle.write_text("of the storage\n")
    inputs = inputs_for(
        world,
        tmp_path,
        secrets={"storage.blobs.accessKey": "id", "storage.blobs.secretKey": "secret-key"},
        storage={"blobs": {**S3, "caBundle": str(bundle)}},
    )
    await applied(world, inputs)
    assert await inputs.entries(world, "harbor-blobs") == {
        "REGISTRY_STORAGE_S3_ACCESSKEY": b"id",
        "REGISTRY_STORAGE_S3_SECRETKEY": b"secret-key",
    }
    assert await inputs.entries(world, "harbor-blobs-ca") == {"ca.crt": b"of the storage\n"}


@pytest.mark.parametrize(
    ("access", "secret", "used"),
    [
        (
            reference("s3", "REGISTRY_STORAGE_S3_ACCESSKEY"),
            reference("s3", "REGISTRY_STORAGE_S3_SECRETKEY"),
            "s3",
        ),
        (reference("s3", "id"), reference("s3", "secret"), "harbor-blobs"),
        (
            reference("s3", "REGISTRY_STORAGE_S3_ACCESSKEY"),
            reference("other", "REGISTRY_STORAGE_S3_SECRETKEY"),
            "harbor-blobs",
        ),
    ],
    ids=["as the registry reads them", "other entries", "two Secrets"],
)
async def test_keys_in_a_secret_are_used_in_place_where_the_registry_can_read_them(
    world: SimulatedWorld, tmp_path: Path, access: Any, secret: Any, used: str
) -> None:
    blobs = {**S3, "accessKey": access, "secretKey": secret}
    inputs = inputs_for(world, tmp_path, storage={"blobs": blobs})
    place = blobs_secret(inputs.preset)
    assert place is not None
    assert place.name == used
    assert (blob_secrets(inputs) is not None) == place.own
    if place.own:
        rights = [str(one.right) for one in await step_of(inputs).rights(world.charts)]
        named = {access["secret"]["name"], secret["secret"]["name"]}
        assert {f"get secrets {name} in harbor" for name in named} <= set(rights)


@pytest.mark.parametrize("blobs", [{"kind": "volume"}, {"kind": "gcs", "bucket": "b"}])
async def test_a_volume_and_an_identity_need_no_secret(
    world: SimulatedWorld, tmp_path: Path, blobs: dict[str, Any]
) -> None:
    assert blob_secrets(inputs_for(world, tmp_path, storage={"blobs": blobs})) is None


async def test_new_keys_restart_the_registry_alone(world: SimulatedWorld, tmp_path: Path) -> None:
    keys = {"storage.blobs.accessKey": "id", "storage.blobs.secretKey": "secret-key"}
    await applied(world, inputs_for(world, tmp_path, secrets=keys, storage={"blobs": S3}))
    for name in ("registry", "core"):
        await world.stage.objects.create(
            {
                "apiVersion": "apps/v1",
                "kind": "Deployment",
                "metadata": {"name": f"harbor-{name}", "namespace": "harbor"},
                "spec": {
                    "replicas": 0,
                    "selector": {"matchLabels": {"component": name}},
                    "template": {"metadata": {"labels": {"component": name}}, "spec": {}},
                },
            }
        )
    keys |= {"storage.blobs.secretKey": "another-key"}
    step = step_of(inputs_for(world, tmp_path, secrets=keys, storage={"blobs": S3}))

    changes = await step.check(world)

    assert [str(change.ref) for change in changes] == [
        "Secret harbor/harbor-blobs",
        "Deployment harbor/harbor-registry",
    ]
    assert "another-key" not in str(changes)
