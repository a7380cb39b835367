"""Whether the bucket takes, gives back and deletes an object: tried from this machine."""

from collections.abc import Mapping, Sequence
from typing import Any

import yaml

from wizard.answers.blobs import S3Blobs
from wizard.charts.references import blob_answers
from wizard.diagnose.finding import Finding
from wizard.diagnose.kinds import DEPLOYMENT
from wizard.diagnose.readiness import readiness
from wizard.errors import Unreachable
from wizard.ports import Charts, Kind, NeededRight, Ref, World
from wizard.steps.base import ObjectChange, Reporter, Step
from wizard.steps.blobs import bucket_of
from wizard.steps.inputs import Inputs
from wizard.steps.probe import Probe

OBJECT = Kind("s3", "Object")
"""Stands for an object of a bucket among the objects of a plan; Kubernetes knows no such kind."""

CONFIG_MAP = Kind("v1", "ConfigMap")
_NAME = "harbor-wizard-probe"


class BucketProbe(Probe):
    """An object can be written to the bucket, read and deleted with the registry's keys."""

    id = "storage.blobs.probe"
    title = "The bucket can be written"

    def __init__(self, inputs: Inputs, access: Step | None) -> None:
        self.needs = ("target.namespace",)
        self._inputs, self._access = inputs, access
        blobs = inputs.preset.storage.blobs
        assert isinstance(blobs, S3Blobs)
        self._blobs = blobs
        folder = (blobs.root_directory or "").strip("/")
        self._key = f"{folder}/{_NAME}" if folder else _NAME

    async def rights(self, charts: Charts) -> Sequence[NeededRight]:
        """See Step."""
        inputs, reason = self._inputs, "to see whether the registry works with its bucket already"
        return [
            *inputs.rights_in_namespace("configmaps", reason, "get"),
            *inputs.rights_in_namespace("deployments", reason, "get", group="apps"),
            *(
                right
                for path, answer in blob_answers(self._blobs)
                for right in inputs.rights_to_read(path, answer)
            ),
        ]

    async def check(self, world: World) -> Sequence[ObjectChange]:
        """See Step."""
        if await self._works(world):
            return ()
        ref = Ref(OBJECT, "", f"{self._blobs.bucket}/{self._key}")
        reason = "object storage has no dry run"
        return (ObjectChange("create", ref, validated=False, reason=reason),)

    async def apply(self, world: World, changes: Sequence[ObjectChange], report: Reporter) -> None:
        """See Step. Raises what `Buckets` does, all but Unreachable: nodes may still reach it."""
        keys = [await self._inputs.given(world, *answer) for answer in blob_answers(self._blobs)]
        try:
            await world.buckets.try_object(bucket_of(self._blobs, keys[0], keys[1]), self._key)
        except Unreachable as error:
            report.finding(
                Finding(
                    "HW-230",
                    "warn",
                    f"Bucket {self._blobs.bucket}",
                    "The bucket could not be tried from this machine",
                    f"{error.what}: {error.why}",
                    error.fix,
                )
            )

    async def _works(self, world: World) -> bool:
        """Whether a registry is ready that uses this bucket with these keys."""
        if self._access and await self._access.check(world):
            return False
        name, namespace = self._inputs.names.component("registry"), self._inputs.namespace
        deployment = await world.objects.get(Ref(DEPLOYMENT, namespace, name))
        if deployment is None or not readiness(deployment).ready:
            return False
        config = await world.objects.get(Ref(CONFIG_MAP, namespace, name)) or {}
        document = yaml.safe_load((config.get("data") or {}).get("config.yml", "")) or {}
        return self._is_ours((document.get("storage") or {}).get("s3") or {})

    def _is_ours(self, settings: Mapping[str, Any]) -> bool:
        blobs = self._blobs
        wanted = (blobs.bucket, blobs.endpoint, blobs.root_directory)
        keys = ("bucket", "regionendpoint", "rootdirectory")
        found = (settings.get(key) for key in keys)  # a name of digits alone was read as a number
        return tuple(None if one is None else str(one) for one in found) == wanted
