"""The port Access over the real API server."""

import asyncio
import email.utils
import time
from collections.abc import Mapping, Sequence

from wizard.errors import Forbidden, NotFound
from wizard.ports import Object, Right, Server
from wizard.text import plain

from .calls import Calls
from .discovery import Discovery

_AUTHENTICATION = "/apis/authentication.k8s.io/v1/selfsubjectreviews"
_AUTHORIZATION = "/apis/authorization.k8s.io/v1/selfsubjectaccessreviews"
_TOKEN_SECONDS = 600


class ClusterAccess:
    """The API server itself and what this login may do there."""

    def __init__(self, calls: Calls, discovery: Discovery) -> None:
        self._calls = calls
        self._discovery = discovery

    async def server(self) -> Server:
        """See wizard.ports.Access."""
        connection = self._calls.connection
        asked = time.time()
        answer = await self._calls.request("GET", "/version", where="the server's version")
        middle = (asked + time.time()) / 2
        user, api_versions = await asyncio.gather(self._user(), self._discovery.api_versions())
        return Server(
            context=connection.kubeconfig.context,
            url=connection.url,
            version=plain(answer.data["gitVersion"]),
            clock_skew=_skew(answer.headers.get("Date", ""), middle),
            user=user,
            api_versions=api_versions,
        )

    async def allowed(self, rights: Sequence[Right]) -> Mapping[Right, bool]:
        """See wizard.ports.Access; all are asked at the same time."""
        answers = await asyncio.gather(*map(self._may, rights))
        return dict(zip(rights, answers, strict=True))

    async def token(self, namespace: str, account: str, audience: str) -> str:
        """See wizard.ports.Access. Nothing is stored; ten minutes are the least there is."""
        path = f"/api/v1/namespaces/{namespace}/serviceaccounts/{account}/token"
        audiences = {"audiences": [audience]} if audience else {}
        spec = {**audiences, "expirationSeconds": _TOKEN_SECONDS}
        body = {"apiVersion": "authentication.k8s.io/v1", "kind": "TokenRequest", "spec": spec}
        where = f"ServiceAccount {namespace}/{account}"
        answer = await self._calls.request("POST", path, body=body, where=where)
        return str(answer.data["status"]["token"])

    async def _may(self, right: Right) -> bool:
        resource, _, subresource = right.resource.partition("/")
        attributes = {
            "verb": right.verb,
            "group": right.group,
            "resource": resource,
            "subresource": subresource,
            "namespace": right.namespace,
            "name": right.name,
        }
        review = await self._review(
            _AUTHORIZATION, "SelfSubjectAccessReview", {"resourceAttributes": attributes}
        )
        return bool(review["status"].get("allowed"))

    async def _user(self) -> str:
        """The name this login has there; empty before Kubernetes 1.28, which does not tell."""
        try:
            review = await self._review(_AUTHENTICATION, "SelfSubjectReview", {})
        except (NotFound, Forbidden):
            return ""
        return plain(str(review["status"]["userInfo"].get("username", "")))

    async def _review(self, path: str, kind: str, spec: Object) -> Object:
        """A review is a POST that writes nothing, and may be repeated."""
        api_version = path.removeprefix("/apis/").rpartition("/")[0]
        body = {"apiVersion": api_version, "kind": kind, **({"spec": spec} if spec else {})}
        answer = await self._calls.request("POST", path, body=body, where=kind)
        review: Object = answer.data
        return review


def _skew(date: str, now: float) -> float:
    """Seconds that `now` is ahead of a Date header; 0 within its resolution of one second."""
    try:
        there = email.utils.parsedate_to_datetime(date).timestamp()
    except ValueError:
        return 0.0
    ahead = now - there  # the header names the second that had begun
    return min(ahead, 0.0) if ahead < 1 else ahead - 1
