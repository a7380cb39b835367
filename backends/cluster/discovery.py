"""What the API server serves: kinds, their paths, their scope (aggregated discovery)."""

import asyncio
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote

from wizard.errors import Invalid, KindUnknown, WorldError
from wizard.ports import Kind

from .calls import Calls

# Aggregated discovery: v2 since Kubernetes 1.30, v2beta1 since 1.26. Two requests tell all.
_AGGREGATED = {
    "Accept": ",".join(
        f"application/json;g=apidiscovery.k8s.io;v={version};as=APIGroupDiscoveryList"
        for version in ("v2", "v2beta1")
    )
}


@dataclass(frozen=True, slots=True)
class Resource:
    """Where the objects of a kind live."""

    kind: Kind
    plural: str
    namespaced: bool

    def path(self, namespace: str = "", name: str = "") -> str:
        """The path of a collection (namespace empty: all namespaces), or of one object in it."""
        root = "/apis/" if self.kind.group else "/api/"
        place = f"/namespaces/{_segment(namespace)}" if self.namespaced and namespace else ""
        last = f"/{_segment(name)}" if name else ""
        return f"{root}{self.kind.api_version}{place}/{self.plural}{last}"


class Discovery:
    """The kinds of one API server, asked for once and again whenever one is missing."""

    def __init__(self, calls: Calls) -> None:
        self._calls = calls
        self._resources: dict[Kind, Resource] = {}
        self._versions: frozenset[str] = frozenset()
        self._asking = asyncio.Lock()

    async def resource(self, kind: Kind) -> Resource:
        """Where a kind lives. Raises KindUnknown."""
        if kind not in self._resources:
            await self._discover()
        if kind not in self._resources:
            raise KindUnknown(
                f"The cluster does not know the kind {kind.name} of {kind.api_version}",
                why="its CustomResourceDefinition is not installed, or in another version",
                where=f"{kind.api_version} {kind.name}",
            )
        return self._resources[kind]

    async def api_versions(self) -> frozenset[str]:
        """`v1`, `v1/Pod`, `apps/v1`, `apps/v1/Deployment`, …: fresh from the server."""
        await self._discover()
        return self._versions

    def forget(self, kind: Kind) -> None:
        """Ask again for this kind: its path has gone."""
        self._resources.pop(kind, None)

    async def _discover(self) -> None:
        """Callers that come while it is being asked share the answer."""
        before = self._resources
        async with self._asking:
            if self._resources is not before:
                return
            answers = await asyncio.gather(*(self._ask(path) for path in ("/api", "/apis")))
            resources: dict[Kind, Resource] = {}
            versions: set[str] = set()
            for group in (group for answer in answers for group in answer):
                for version in group.get("versions", []):
                    found = _resources(group["metadata"].get("name", ""), version)
                    resources.update(found)
                    if found:
                        api_version = next(iter(found)).api_version
                        versions |= {api_version}
                        versions |= {f"{api_version}/{kind.name}" for kind in found}
            self._resources, self._versions = resources, frozenset(versions)

    async def _ask(self, path: str) -> list[dict[str, Any]]:
        answer = await self._calls.request(
            "GET", path, headers=_AGGREGATED, where="the API's kinds"
        )
        if answer.data.get("kind") != "APIGroupDiscoveryList":
            raise WorldError(
                "The API server is too old",
                why="it does not tell all its kinds at once, as Kubernetes does since 1.26",
                where=self._calls.connection.url,
            )
        items: list[dict[str, Any]] = answer.data["items"]
        return items


def _resources(group: str, version: dict[str, Any]) -> dict[Kind, Resource]:
    api_version = f"{group}/{version['version']}" if group else version["version"]
    found = {}
    for item in version.get("resources", []):
        kind = Kind(api_version, (item.get("responseKind") or {}).get("kind", ""))
        if kind.name:
            found[kind] = Resource(kind, item["resource"], item["scope"] == "Namespaced")
    return found


def _segment(name: str) -> str:
    """One segment of a path; names that would lead elsewhere are refused (as client-go does)."""
    if name in {".", ".."} or "/" in name or "%" in name:
        raise Invalid(f"{name!r} cannot be a name", where=name)
    return quote(name, safe=":")
