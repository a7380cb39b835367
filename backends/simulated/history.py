"""A release's history, kept in Secrets as Helm keeps it."""

import base64
import gzip
import json
from dataclasses import asdict, dataclass, field, replace

from backends.simulated.objects import SimulatedObjects
from wizard.ports import Kind, Object, Ref

_SECRET = Kind("v1", "Secret")


@dataclass(frozen=True, slots=True)
class Revision:
    """One revision of a release."""

    name: str
    namespace: str
    number: int
    status: str
    chart: str
    chart_version: str
    app_version: str
    manifest: list[Object]
    labels: dict[str, str] = field(default_factory=dict)

    def ended(self, status: str) -> "Revision":
        """The same with its final status."""
        return replace(self, status=status)

    def again(self, number: int, status: str) -> "Revision":
        """The same content as a newer revision."""
        return replace(self, number=number, status=status)


class History:
    """The Secrets `sh.helm.release.v1.<name>.v<revision>` of a namespace.

    Name, type, labels and packing (JSON, gzip, twice base64) are Helm's; the JSON inside has
    only what the simulated world reads.
    """

    def __init__(self, objects: SimulatedObjects) -> None:
        self._objects = objects

    async def of(self, name: str, namespace: str) -> list[Revision]:
        """All revisions of a release, oldest first."""
        listing = await self._objects.list(_SECRET, namespace, f"owner=helm,name={name}")
        return sorted((_unpacked(secret) for secret in listing.items), key=lambda r: r.number)

    async def keep(self, revision: Revision) -> None:
        """Record a revision, new or as it is now."""
        await self._objects.apply(_packed(revision), manager="helm", force=True)

    async def supersede(self, newer: Revision) -> None:
        """Mark what was deployed before as superseded."""
        for revision in await self.of(newer.name, newer.namespace):
            if revision.status == "deployed" and revision.number != newer.number:
                await self.keep(revision.ended("superseded"))

    async def forget(self, revision: Revision) -> None:
        """Remove the record of a revision."""
        await self._objects.delete(Ref.of(_packed(revision)))


def _packed(revision: Revision) -> Object:
    content = gzip.compress(json.dumps(asdict(revision)).encode(), mtime=0)
    text = base64.b64encode(base64.b64encode(content)).decode()
    labels = {
        "owner": "helm",
        "name": revision.name,
        "status": revision.status,
        "version": str(revision.number),
    }
    return {
        "apiVersion": "v1",
        "kind": "Secret",
        "type": "helm.sh/release.v1",
        "metadata": {
            "name": f"sh.helm.release.v1.{revision.name}.v{revision.number}",
            "namespace": revision.namespace,
            "labels": revision.labels | labels,
        },
        "data": {"release": text},
    }


def _unpacked(secret: Object) -> Revision:
    content = gzip.decompress(base64.b64decode(base64.b64decode(secret["data"]["release"])))
    return Revision(**json.loads(content))
