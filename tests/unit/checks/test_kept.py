"""Volumes whose claims are gone, and images that would be left behind."""

from typing import Any

import pytest

from tests.unit.checks.conftest import NAMESPACE, Given, claim, thing
from wizard.ports import Object

DATABASE = "database-data-harbor-database-0"


def volume(phase: str, namespace: str = "harbor", name: str = DATABASE) -> Object:
    reference = {"namespace": namespace, "name": name}
    return thing(
        "v1/PersistentVolume", "pv-1", spec={"claimRef": reference}, status={"phase": phase}
    )


@pytest.mark.parametrize(
    ("there", "state"),
    [
        (volume("Released"), "warn"),
        (volume("Bound"), "ok"),
        (volume("Released", namespace="other"), "ok"),
        (volume("Released", name="data-of-others"), "ok"),
        (thing("v1/PersistentVolume", "free", spec={}, status={"phase": "Available"}), "ok"),
    ],
    ids=["of Harbor", "in use", "another namespace", "another claim", "nobody's"],
)
async def test_volumes_that_are_kept_are_told(given: Given, there: Object, state: str) -> None:
    given(NAMESPACE, there)
    outcome = await given.ask("kept.volumes", manifest=[claim(DATABASE)])
    assert outcome.state == state
    assert (f"pv-1 (of {DATABASE})" in outcome.fact) == (state == "warn")


def registry(storage: str) -> Object:
    data = {"config.yml": f"version: 0.1\nstorage:\n  {storage}\n  cache:\n    layerinfo: redis\n"}
    return thing("v1/ConfigMap", "harbor-registry", "harbor", data=data)


VOLUME = "filesystem: {rootdirectory: /storage}"
S3 = "s3: {region: eu, bucket: one, regionendpoint: 'https://minio.corp'}"


@pytest.mark.parametrize(
    ("before", "after", "told"),
    [
        (VOLUME, VOLUME, ""),
        (S3, S3.replace("eu", "us"), ""),
        (VOLUME, S3, "in a volume now, and are to rest in s3 one https://minio.corp"),
        (S3, S3.replace("one", "two"), "s3 two"),
        (S3, S3.replace("one,", "one, rootdirectory: /deep,"), "/deep"),
    ],
    ids=["the same", "another name of the region", "off the volume", "another bucket", "a folder"],
)
async def test_images_that_would_be_left_behind_are_told(
    given: Given, before: str, after: str, told: str
) -> None:
    given(NAMESPACE, registry(before))
    outcome = await given.ask("kept.images", manifest=[registry(after)])
    assert outcome.state == ("warn" if told else "ok")
    assert told in outcome.fact


async def test_a_first_installation_leaves_nothing_behind(given: Given) -> None:
    given(NAMESPACE)
    about: dict[str, Any] = {"manifest": [registry(S3)]}
    assert (await given.ask("kept.images", **about)).state == "ok"
