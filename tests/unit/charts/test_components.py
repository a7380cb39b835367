"""How images, replicas, scanner, proxy, database and Redis arrive in the real chart."""

from typing import Any

import pytest

from tests.unit.charts.conftest import Render, preset_of
from tests.unit.charts.objects import containers, entry, environment, find, names
from wizard.charts.services import redis_values
from wizard.errors import UsageError

EVERYTHING = {"expose": {"kind": "nodePort"}, "metrics": {"enabled": True}}
MIRROR = {"imageMirrors": {"docker.io": "registry.corp:5000/hub"}}


@pytest.mark.parametrize(
    ("version", "redis"), [("2.14.4", "redis-photon"), ("2.15.2", "valkey-photon")]
)
async def test_all_ten_images_come_from_the_mirror(
    render: Render, version: str, redis: str
) -> None:
    preset = preset_of(EVERYTHING, delivery=MIRROR, versions={"harbor": version})
    images = {one["image"] for one in containers(await render(preset))}
    repositories = (
        "nginx-photon harbor-portal harbor-core harbor-jobservice registry-photon "
        f"harbor-registryctl trivy-adapter-photon harbor-db {redis} harbor-exporter"
    ).split()
    assert images == {f"registry.corp:5000/hub/goharbor/{name}:v{version}" for name in repositories}


async def test_without_mirrors_images_are_those_of_the_chart(render: Render) -> None:
    images = {one["image"] for one in containers(await render(preset_of(EVERYTHING)))}
    assert len(images) == 10
    assert all(one.startswith("docker.io/goharbor/") and one.endswith(":v2.15.2") for one in images)


async def test_every_pod_gets_the_pull_secret(render: Render) -> None:
    delivery = {**MIRROR, "pullSecret": {"env": "DOCKER"}}
    objects = await render(preset_of(EVERYTHING, delivery=delivery))
    workloads = [one for one in objects if one["kind"] in {"Deployment", "StatefulSet"}]
    assert len(workloads) == 9
    for one in workloads:
        assert one["spec"]["template"]["spec"]["imagePullSecrets"] == [{"name": "harbor-pull"}]


async def test_replicas_and_resources(render: Render) -> None:
    harbor = {
        "replicas": {"core": 3, "trivy": 2},
        "resources": {
            "registryctl": {"requests": {"cpu": "50m"}},
            "database": {"requests": {"memory": "1Gi"}, "limits": {"memory": "2Gi"}},
        },
    }
    objects = await render(preset_of(harbor))
    assert find(objects, "Deployment", "harbor-core")["spec"]["replicas"] == 3
    assert find(objects, "StatefulSet", "harbor-trivy")["spec"]["replicas"] == 2
    resources = {one["name"]: one.get("resources") for one in containers(objects)}
    assert resources["registryctl"] == {"requests": {"cpu": "50m"}}
    memory = {"requests": {"memory": "1Gi"}, "limits": {"memory": "2Gi"}}
    assert resources["database"] == memory
    assert resources["core"] is None


async def test_offline_scanner_fetches_nothing(render: Render) -> None:
    objects = await render(preset_of({"scanner": {"trivy": {"offline": True}}}))
    (trivy,) = [one for one in containers(objects) if one["name"] == "trivy"]
    seen = environment(trivy)
    for name in ("OFFLINE_SCAN", "SKIP_UPDATE", "SKIP_JAVA_DB_UPDATE"):
        assert seen[f"SCANNER_TRIVY_{name}"] == "true"


async def test_scanner_databases_come_from_mirrors_or_where_the_preset_says(
    render: Render,
) -> None:
    delivery = {"imageMirrors": {"ghcr.io": "registry.corp/ghcr"}}
    trivy = {"javaDbRepositories": ["registry.corp/java"]}
    objects = await render(preset_of({"scanner": {"trivy": trivy}}, delivery=delivery))
    (container,) = [one for one in containers(objects) if one["name"] == "trivy"]
    seen = environment(container)
    assert seen["SCANNER_TRIVY_DB_REPOSITORY"] == (
        "mirror.gcr.io/aquasec/trivy-db,registry.corp/ghcr/aquasecurity/trivy-db"
    )
    assert seen["SCANNER_TRIVY_JAVA_DB_REPOSITORY"] == "registry.corp/java"


async def test_without_scanner_there_is_none(render: Render) -> None:
    objects = await render(preset_of({"scanner": {"trivy": {"enabled": False}}}))
    assert "harbor-trivy" not in names(objects, "StatefulSet")


async def test_metrics_bring_exporter_and_monitor(render: Render) -> None:
    objects = await render(preset_of({"metrics": {"enabled": True, "serviceMonitor": True}}))
    assert "harbor-exporter" in names(objects, "Deployment")
    assert names(objects, "ServiceMonitor") == {"harbor"}
    assert not names(await render(preset_of()), "ServiceMonitor")


async def test_proxy_is_not_used_inside_the_cluster(render: Render) -> None:
    network = {"httpsProxy": "http://proxy.corp:3128", "noProxy": ["registry.corp"]}
    objects = await render(preset_of(network=network))
    config = find(objects, "ConfigMap", "harbor-core")["data"]
    assert config["HTTPS_PROXY"] == "http://proxy.corp:3128"
    direct = config["NO_PROXY"].split(",")
    inside = ["harbor-core", "harbor-registry", "harbor-redis", "10.96.0.0/12", "10.244.0.0/16"]
    assert {*inside, ".svc", "localhost", "registry.corp"} <= set(direct)
    (registry,) = [one for one in containers(objects) if one["name"] == "registry"]
    assert "HTTPS_PROXY" not in environment(registry)


async def test_registry_reaches_object_storage_through_the_proxy(render: Render) -> None:
    network = {"httpsProxy": "http://proxy.corp:3128"}
    storage = {"blobs": {"kind": "gcs", "bucket": "b"}}
    objects = await render(preset_of(network=network, storage=storage))
    (registry,) = [one for one in containers(objects) if one["name"] == "registry"]
    assert environment(registry)["HTTPS_PROXY"] == "http://proxy.corp:3128"


async def test_external_database_and_redis(render: Render) -> None:
    harbor: dict[str, Any] = {
        "database": {
            "kind": "external",
            "host": "pg.example.com",
            "port": 6432,
            "name": "harbor",
            "username": "app",
            "password": {"secret": {"name": "pg", "key": "password"}},
        },
        "redis": {
            "kind": "external",
            "addresses": ["a.example.com:26379", "b.example.com:26379"],
            "sentinelMaster": "mymaster",
            "indexes": {"registry": 12},
        },
    }
    objects = await render(preset_of(harbor))
    assert names(objects, "StatefulSet") == {"harbor-trivy"}
    core = find(objects, "ConfigMap", "harbor-core")
    assert entry(core, "POSTGRESQL_HOST") == "pg.example.com"
    assert entry(core, "POSTGRESQL_PORT") == "6432"
    assert entry(core, "POSTGRESQL_DATABASE") == "harbor"
    assert entry(core, "POSTGRESQL_SSLMODE") == "require"
    assert entry(core, "_REDIS_URL_REG") == (
        "redis+sentinel://a.example.com:26379,b.example.com:26379/mymaster/12"
        "?idle_timeout_seconds=30"
    )
    (container,) = [one for one in containers(objects) if one["name"] == "core"]
    (password,) = [one for one in container["env"] if one["name"] == "POSTGRESQL_PASSWORD"]
    assert password["valueFrom"] == {"secretKeyRef": {"name": "pg", "key": "password"}}


def test_sentinels_with_tls_are_refused_as_the_registry_would_not_find_the_master() -> None:
    redis = {"kind": "external", "addresses": ["a:26379"], "sentinelMaster": "m", "tls": True}
    with pytest.raises(UsageError) as caught:
        redis_values(preset_of({"redis": redis}))
    assert caught.value.where == "harbor.redis.tls"
