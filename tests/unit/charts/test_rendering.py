"""What the real Helm makes of the real chart with the values derived from presets."""

import base64
import json
from typing import Any

import pytest

from tests.unit.charts.conftest import Render, preset_of
from tests.unit.charts.objects import find, names
from wizard.answers.preset import Preset
from wizard.answers.rules_values import CHART_DEFAULTS
from wizard.charts.names import INTERNAL_TLS_COMPONENTS, Names
from wizard.ports import Object

EXPOSURES: dict[str, dict[str, Any]] = {
    "ingress": {"kind": "ingress", "className": "traefik"},
    "gateway": {"kind": "gateway", "parentRefs": [{"name": "public", "namespace": "gateways"}]},
    "nodePort": {"kind": "nodePort", "httpPort": 31080, "httpsPort": 31443},
    "loadBalancer": {"kind": "loadBalancer", "ip": "192.0.2.10", "sourceRanges": ["10.0.0.0/8"]},
    "clusterIP": {"kind": "clusterIP"},
}
CERTIFICATES: dict[str, dict[str, Any]] = {
    "self-signed": {"kind": "self-signed", "authority": {"kind": "local"}},
    "commercial": {"kind": "commercial", "certificate": "/harbor.pem"},
    "commercial-root": {"kind": "commercial", "certificate": "/h.pem", "caBundle": "/root.pem"},
    "secret": {"kind": "secret", "name": "given-tls"},
    "none": {"kind": "none"},
}
SERVICES: dict[str, dict[str, Any]] = {
    "internal": {},
    "external": {
        "database": {
            "kind": "external",
            "host": "postgres.example.com",
            "username": "harbor",
            "password": {"env": "DB"},
        },
        "redis": {
            "kind": "external",
            "addresses": ["redis.example.com:6379"],
            "password": {"env": "REDIS"},
            "tls": True,
        },
    },
}
BLOBS: dict[str, dict[str, Any]] = {
    "s3": {
        "kind": "s3",
        "bucket": "harbor",
        "endpoint": "https://minio.example.com:9000",
        "accessKey": {"env": "A"},
        "secretKey": {"env": "S"},
        "caBundle": "/storage-ca.pem",
        "rootDirectory": "/deep",
    },
    "azure": {"kind": "azure", "account": "a", "container": "c", "accountKey": {"env": "K"}},
    "gcs": {"kind": "gcs", "bucket": "b", "keyData": {"file": "/key.json"}},
    "gcs-identity": {"kind": "gcs", "bucket": "b"},
    "swift": {
        "kind": "swift",
        "authUrl": "https://keystone.example.com/v3",
        "container": "c",
        "username": "u",
        "password": {"env": "P"},
    },
    "oss": {
        "kind": "oss",
        "bucket": "b",
        "region": "oss-eu-central-1",
        "accessKeyId": "id",
        "secretKey": {"env": "K"},
    },
}


@pytest.mark.parametrize("services", SERVICES)
@pytest.mark.parametrize("pki", CERTIFICATES)
@pytest.mark.parametrize("exposure", EXPOSURES)
async def test_second_rendering_is_the_same_and_holds_nothing_of_the_charts_own(
    render: Render, exposure: str, pki: str, services: str
) -> None:
    preset = preset_of(
        {
            "expose": EXPOSURES[exposure],
            "metrics": {"enabled": True},
            "internalTls": pki == "self-signed",
            **SERVICES[services],
        },
        pki=CERTIFICATES[pki],
    )
    objects = await render(preset)
    assert json.dumps(objects) == json.dumps(await render(preset))
    assert_nothing_made_up(objects)
    assert_all_references_lead_somewhere(objects, preset)


@pytest.mark.parametrize("version", ["2.14.4", "2.15.2"])
@pytest.mark.parametrize("blobs", BLOBS)
async def test_object_storage_takes_its_credentials_by_reference(
    render: Render, blobs: str, version: str
) -> None:
    preset = preset_of(versions={"harbor": version}, storage={"blobs": BLOBS[blobs]})
    objects = await render(preset)
    assert objects == await render(preset)
    assert_nothing_made_up(objects)
    assert_all_references_lead_somewhere(objects, preset)
    assert "harbor-registry" not in names(objects, "PersistentVolumeClaim")
    uses = json.dumps(find(objects, "Deployment", "harbor-registry"))
    assert ("harbor-blobs" in uses) == (blobs != "gcs-identity")


def secret_entries(objects: list[Object]) -> dict[str, str]:
    return {
        f"{one['metadata']['name']}/{key}": base64.b64decode(text or "").decode()
        for one in objects
        if one["kind"] == "Secret"
        for key, text in (one.get("data") or {}).items()
    }


def assert_nothing_made_up(objects: list[Object]) -> None:
    """Secrets hold the pinned password and the address of Redis, never a key or a default."""
    entries = secret_entries(objects)
    allowed = {"POSTGRES_PASSWORD", "POSTGRESQL_PASSWORD", "HARBOR_DATABASE_PASSWORD"}
    for place, text in entries.items():
        assert text not in CHART_DEFAULTS, place
        assert "-----BEGIN" not in text, place
        if text and place.rpartition("/")[2] in allowed:
            assert text == "a-pinned-password", place
        elif text:
            assert text.startswith(("redis://", "rediss://")), place
    everything = json.dumps(objects)
    assert not [default for default in CHART_DEFAULTS if default in everything]


def assert_all_references_lead_somewhere(objects: list[Object], preset: Preset) -> None:
    """Every Secret that a pod mounts or reads is in the manifest or one of the wizard's names."""
    ours = Names(preset.target.release)
    own = {
        getattr(ours, name)
        for name in dir(Names)
        if isinstance(getattr(Names, name), property) and name not in {"fullname"}
    }
    own |= {ours.internal_certificate(one) for one in INTERNAL_TLS_COMPONENTS}
    made = {one["metadata"]["name"] for one in objects if one["kind"] == "Secret"}
    assert not made & own, "the chart makes a Secret that the wizard makes too"
    assert referenced(objects) <= made | own | {"given-tls"}


def referenced(value: object, key: str = "") -> set[str]:
    """Names in `secretName`, `secretKeyRef.name`, `secretRef.name`, anywhere."""
    if isinstance(value, list):
        return {name for one in value for name in referenced(one, key)}
    if not isinstance(value, dict):
        return set()
    found = {value["secretName"]} if isinstance(value.get("secretName"), str) else set()
    if key in {"secretKeyRef", "secretRef"}:
        found.add(value["name"])
    return found | {name for k, one in value.items() for name in referenced(one, k)}
