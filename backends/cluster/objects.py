"""The port Objects over the real API server."""

from collections.abc import AsyncGenerator
from contextlib import aclosing
from functools import partial
from typing import Any

from wizard.errors import Invalid, KindUnknown, NotFound
from wizard.ports import FIELD_MANAGER, Change, Kind, Listing, Object, Ref

from .calls import Calls
from .discovery import Discovery
from .failures import PathUnknown
from .watching import list_all, watch

_APPLY = {"Content-Type": "application/apply-patch+yaml"}  # JSON is YAML


class ClusterObjects:
    """Objects of any kind, at the paths that discovery tells."""

    def __init__(self, calls: Calls, discovery: Discovery) -> None:
        self._calls = calls
        self._discovery = discovery

    async def get(self, ref: Ref) -> Object | None:
        """See wizard.ports.Objects."""
        try:
            return await self._call("GET", ref)
        except KindUnknown:
            raise
        except NotFound:
            return None

    async def list(self, kind: Kind, namespace: str = "", labels: str = "") -> Listing:
        """See wizard.ports.Objects; managedFields are left out."""
        return await self._list(kind, namespace, labels, brief=False)

    async def _list(self, kind: Kind, namespace: str, labels: str, *, brief: bool) -> Listing:
        resource = await self._discovery.resource(kind)
        try:
            return await list_all(self._calls, resource, namespace, labels, brief=brief)
        except PathUnknown:
            await self._rediscover(kind)
            raise

    async def watch(
        self, kind: Kind, namespace: str = "", labels: str = "", *, brief: bool = False
    ) -> AsyncGenerator[Change]:
        """See wizard.ports.Objects; managedFields are left out."""
        resource = await self._discovery.resource(kind)
        list_again = partial(self._list, kind, namespace, labels, brief=brief)
        changes = watch(self._calls, resource, namespace, labels, list_again, brief=brief)
        async with aclosing(changes):
            async for change in changes:
                yield change

    async def apply(
        self,
        obj: Object,
        *,
        manager: str = FIELD_MANAGER,
        dry_run: bool = False,
        force: bool = False,
        subresource: str = "",
    ) -> Object:
        """See wizard.ports.Objects."""
        return await self._write(
            "PATCH",
            obj,
            {"fieldManager": manager, "force": str(force).lower(), **_dry_run(dry_run)},
            headers=_APPLY,
            repeatable=dry_run or "resourceVersion" not in obj["metadata"],
            subresource=subresource,
        )

    async def create(self, obj: Object, *, dry_run: bool = False) -> Object:
        """See wizard.ports.Objects; unknown fields are refused, as apply does by itself."""
        return await self._write(
            "POST",
            obj,
            {"fieldManager": FIELD_MANAGER, "fieldValidation": "Strict", **_dry_run(dry_run)},
            repeatable=dry_run,
        )

    async def delete(self, ref: Ref, *, uid: str = "", dry_run: bool = False) -> None:
        """See wizard.ports.Objects."""
        options: dict[str, Any] = {
            "apiVersion": "v1",
            "kind": "DeleteOptions",
            "propagationPolicy": "Background",
        }
        if uid:
            options["preconditions"] = {"uid": uid}
        if dry_run:
            options["dryRun"] = ["All"]
        try:
            await self._call("DELETE", ref, body=options)
        except NotFound:
            return

    async def _write(
        self,
        method: str,
        obj: Object,
        query: dict[str, str],
        **options: Any,
    ) -> Object:
        ref = Ref.of(obj)
        try:
            return await self._call(method, ref, query=query, body=obj, **options)
        except KindUnknown:
            raise
        except NotFound as missing:
            raise NotFound(
                f"{ref} cannot be written: its namespace does not exist",
                why=missing.why,
                where=str(ref),
            ) from None

    async def _call(
        self, method: str, ref: Ref, *, subresource: str = "", **options: Any
    ) -> Object:
        """One request about one object. Raises KindUnknown where its kind is not served."""
        resource = await self._discovery.resource(ref.kind)
        if resource.namespaced and not ref.namespace:
            raise Invalid(f"{ref} names no namespace", where=str(ref))
        path = resource.path(ref.namespace, "" if method == "POST" else ref.name)
        path += f"/{subresource}" if subresource else ""
        try:
            answer = await self._calls.request(method, path, where=str(ref), **options)
        except PathUnknown:
            await self._rediscover(ref.kind)
            raise
        obj: Object = answer.data
        return obj

    async def _rediscover(self, kind: Kind) -> None:
        """The path has gone: its CRD was removed (then KindUnknown), or serves other versions."""
        self._discovery.forget(kind)
        await self._discovery.resource(kind)


def _dry_run(dry_run: bool) -> dict[str, str]:
    return {"dryRun": "All"} if dry_run else {}
