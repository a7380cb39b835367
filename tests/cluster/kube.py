"""A plain client of the API for the harness and its tests: paths in, JSON out."""

from __future__ import annotations

import json
import ssl
from collections.abc import Callable
from typing import Any

import httpx

from tests.cluster.process import poll

Object = dict[str, Any]

CORE = "/api/v1"
APPS = "/apis/apps/v1"
STORAGE = "/apis/storage.k8s.io/v1"
RBAC = "/apis/rbac.authorization.k8s.io/v1"


class KubeError(Exception):
    """The API refused: `status` is the HTTP code, `reason` the API's word for it."""

    def __init__(self, what: str, response: httpx.Response) -> None:
        super().__init__(f"{what}: {response.status_code} {response.text[:600]}")
        self.status = response.status_code
        self.body = response.text


class Kube:
    """One identity's view of the API: a client certificate or a bearer token."""

    def __init__(
        self,
        server: str,
        ca: str,
        *,
        certificate: tuple[str, str] | None = None,
        token: str | None = None,
    ) -> None:
        self.context = ssl.create_default_context(cafile=ca)
        if certificate is not None:
            self.context.load_cert_chain(*certificate)
        self.http = httpx.Client(
            base_url=server,
            verify=self.context,
            headers={"Authorization": f"Bearer {token}"} if token else {},
            timeout=30,
            trust_env=False,
        )

    def close(self) -> None:
        """Give up its connections."""
        self.http.close()

    def call(
        self,
        method: str,
        path: str,
        body: Object | None = None,
        content_type: str = "application/json",
        **query: str,
    ) -> Object:
        """One request; anything from 400 on is a KubeError."""
        response = self.http.request(
            method,
            path,
            params=query,
            content=None if body is None else json.dumps(body),
            headers={"Content-Type": content_type, "Accept": "application/json"},
        )
        if response.status_code >= 400:
            raise KubeError(f"{method} {path}", response)
        answer: Object = response.json()
        return answer

    def get(self, path: str, **query: str) -> Object:
        """Read an object or a list."""
        return self.call("GET", path, None, "application/json", **query)

    def items(self, path: str, **query: str) -> list[Object]:
        """The items of a list."""
        return self.get(path, **query)["items"] or []  # an empty list may come as null

    def create(self, path: str, body: Object) -> Object:
        """Make an object in the collection."""
        return self.call("POST", path, body)

    def apply(self, path: str, body: Object, manager: str = "harness") -> Object:
        """Server-side apply of the object at its own path."""
        kind = "application/apply-patch+yaml"
        return self.call("PATCH", path, body, kind, fieldManager=manager, force="true")

    def merge(self, path: str, body: Object, **query: str) -> Object:
        """JSON merge patch, of a subresource too (`.../status`)."""
        return self.call("PATCH", path, body, "application/merge-patch+json", **query)

    def delete(self, path: str, **query: str) -> None:
        """Delete it; one that is gone already is as good."""
        try:
            self.call("DELETE", path, None, "application/json", **query)
        except KubeError as refused:
            if refused.status != 404:
                raise

    def exists(self, path: str) -> bool:
        """Whether it is there."""
        try:
            self.get(path)
        except KubeError as refused:
            if refused.status == 404:
                return False
            raise
        return True

    def text(self, path: str, **query: str) -> str:
        """A plain text answer, such as a log."""
        response = self.http.get(path, params=query)
        if response.status_code >= 400:
            raise KubeError(f"GET {path}", response)
        return response.text

    def ready(self) -> bool:
        """Whether the API server says it is ready."""
        try:
            return self.http.get("/readyz", timeout=2).status_code == 200
        except httpx.HTTPError:
            return False

    def wait(
        self, path: str, true_of: Callable[[Object], bool], seconds: float = 30, **query: str
    ) -> Object:
        """Read until it is true of the object or list; the error shows the last one seen."""
        seen: Object = {}

        def holds() -> bool:
            nonlocal seen
            try:
                seen = self.get(path, **query)
            except KubeError as refused:
                if refused.status != 404:
                    raise
                return False
            return true_of(seen)

        try:
            poll(path, holds, seconds, every=0.1)
        except TimeoutError as late:
            raise TimeoutError(f"{late}; last seen: {json.dumps(seen)[:1500]}") from None
        return seen


def condition(of: Object, kind: str) -> str:
    """The status of one condition: True, False, Unknown or nothing."""
    found: list[Object] = of.get("status", {}).get("conditions") or []
    return next((str(one["status"]) for one in found if one["type"] == kind), "")
