"""How volumes and object storage arrive in the real chart."""

from typing import Any

import pytest

from tests.unit.charts.conftest import Render, preset_of
from tests.unit.charts.objects import entry, find, names
from wizard.charts.blobs import blob_values
from wizard.errors import UsageError

CLAIM = "PersistentVolumeClaim"
SHARED = {"accessMode": "ReadWriteMany"}


async def test_claims_have_class_size_and_mode(render: Render) -> None:
    storage = {
        "provisioner": {"kind": "existing", "className": "standard"},
        "volumes": {
            "registry": {"size": "200Gi", "accessMode": "ReadWriteMany"},
            "database": {"size": "11Gi", "className": "fast-ssd"},
        },
    }
    objects = await render(preset_of(storage=storage))
    registry = find(objects, CLAIM, "harbor-registry")["spec"]
    assert registry["storageClassName"] == "standard"
    assert registry["accessModes"] == ["ReadWriteMany"]
    assert registry["resources"] == {"requests": {"storage": "200Gi"}}
    (database,) = find(objects, "StatefulSet", "harbor-database")["spec"]["volumeClaimTemplates"]
    assert database["spec"]["storageClassName"] == "fast-ssd"
    assert database["spec"]["resources"] == {"requests": {"storage": "11Gi"}}


async def test_existing_claims_are_used_and_none_is_made(render: Render) -> None:
    volumes = {name: {"existingClaim": f"my-{name.lower()}"} for name in ("registry", "database")}
    objects = await render(preset_of(storage={"volumes": volumes}))
    assert "harbor-registry" not in names(objects, CLAIM)
    registry = find(objects, "Deployment", "harbor-registry")["spec"]["template"]["spec"]
    (data,) = [one for one in registry["volumes"] if one["name"] == "registry-data"]
    assert data["persistentVolumeClaim"] == {"claimName": "my-registry"}
    database = find(objects, "StatefulSet", "harbor-database")["spec"]
    assert "volumeClaimTemplates" not in database


@pytest.mark.parametrize(
    ("storage", "strategy"),
    [
        ({}, "Recreate"),
        ({"volumes": {"registry": SHARED}}, "Recreate"),
        ({"volumes": {"registry": SHARED, "jobLog": SHARED}}, "RollingUpdate"),
        (
            {"volumes": {"jobLog": SHARED}, "blobs": {"kind": "gcs", "bucket": "b"}},
            "RollingUpdate",
        ),
    ],
)
async def test_pods_never_wait_for_each_others_volume(
    render: Render, storage: dict[str, Any], strategy: str
) -> None:
    objects = await render(preset_of(storage=storage))
    for name in ("harbor-registry", "harbor-jobservice"):
        assert find(objects, "Deployment", name)["spec"]["strategy"]["type"] == strategy


@pytest.mark.parametrize(("job_log", "in_files"), [({}, False), (SHARED, True)])
async def test_several_jobservices_keep_logs_where_all_can_write(
    render: Render, job_log: dict[str, Any], in_files: bool
) -> None:
    preset = preset_of({"replicas": {"jobservice": 2}}, storage={"volumes": {"jobLog": job_log}})
    objects = await render(preset)
    assert ("harbor-jobservice" in names(objects, CLAIM)) == in_files
    config = entry(find(objects, "ConfigMap", "harbor-jobservice"), "config.yml")
    assert ('name: "FILE"' in config) == in_files
    assert ('name: "DB"' in config) != in_files


async def test_a_person_may_keep_job_logs_in_the_database(render: Render) -> None:
    values = {"jobservice": {"jobLoggers": ["database"]}}
    storage = {"volumes": {"registry": SHARED}}
    objects = await render(preset_of({"values": values}, storage=storage))
    assert "harbor-jobservice" not in names(objects, CLAIM)
    strategy = find(objects, "Deployment", "harbor-jobservice")["spec"]["strategy"]
    assert strategy["type"] == "RollingUpdate"


async def test_own_s3_endpoint_is_spoken_to_directly(render: Render) -> None:
    blobs = {
        "kind": "s3",
        "bucket": "b",
        "region": "eu-central-1",
        "endpoint": "https://minio.example.com:9000",
        "rootDirectory": "/deep",
        "caBundle": "/ca.pem",
        "accessKey": {"env": "A"},
        "secretKey": {"env": "S"},
    }
    objects = await render(preset_of(storage={"blobs": blobs}))
    config = entry(find(objects, "ConfigMap", "harbor-registry"), "config.yml")
    for line in (
        "regionendpoint: https://minio.example.com:9000",
        "rootdirectory: /deep",
        "region: eu-central-1",
        "disable: true",
    ):
        assert line in config
    volumes = find(objects, "Deployment", "harbor-registry")["spec"]["template"]["spec"]["volumes"]
    assert {"name": "storage-service-ca", "secret": {"secretName": "harbor-blobs-ca"}} in volumes


def test_clients_are_redirected_unless_the_endpoint_is_ones_own() -> None:
    s3 = {"kind": "s3", "bucket": "b", "accessKey": {"env": "A"}, "secretKey": {"env": "S"}}

    def disabled(**more: Any) -> bool:
        answer: bool = blob_values(preset_of(storage={"blobs": {**s3, **more}}))["disableredirect"]
        return answer

    assert not disabled()
    assert disabled(endpoint="https://minio.example.com")
    assert not disabled(endpoint="https://minio.example.com", redirect=True)
    assert disabled(redirect=False)


def test_a_folder_in_azure_is_refused_as_the_chart_would_ignore_it() -> None:
    blobs = {
        "kind": "azure",
        "account": "a",
        "container": "c",
        "accountKey": {"env": "K"},
        "rootDirectory": "/deep",
    }
    with pytest.raises(UsageError) as caught:
        blob_values(preset_of(storage={"blobs": blobs}))
    assert caught.value.where == "storage.blobs.rootDirectory"
