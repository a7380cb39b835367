"""What the core needs of the world. Backends implement these protocols; every method may raise
a `wizard.errors.WorldError`. Texts that come from the world are free of control sequences.
"""

from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any, Literal, Protocol

from wizard.certificates import Certificates
from wizard.servers import Buckets, NfsServers, Resolver
from wizard.vaults import HeldKeys, Vault

Object = dict[str, Any]
"""A Kubernetes object as the API serves it in JSON."""

FIELD_MANAGER = "harbor-wizard"
"""The name under which the wizard owns fields (server-side apply)."""


@dataclass(frozen=True, slots=True, order=True)
class Kind:
    """A kind of objects, by group and version ("v1", "apps/v1") and name ("Deployment")."""

    api_version: str
    name: str

    @property
    def group(self) -> str:
        """The API group; empty for the core group."""
        return self.api_version.rpartition("/")[0]

    @property
    def head(self) -> dict[str, str]:
        """What an object says of its kind: `apiVersion` and `kind`."""
        return {"apiVersion": self.api_version, "kind": self.name}


@dataclass(frozen=True, slots=True, order=True)
class Ref:
    """The address of one object; `namespace` is empty for objects of the cluster."""

    kind: Kind
    namespace: str
    name: str

    @classmethod
    def of(cls, obj: Object) -> "Ref":
        """The address that an object carries in itself."""
        metadata = obj["metadata"]
        kind = Kind(obj["apiVersion"], obj["kind"])
        return cls(kind, metadata.get("namespace", ""), metadata["name"])

    def __str__(self) -> str:
        """As people write it: `Deployment harbor/harbor-core`, `StorageClass standard`."""
        place = f"{self.namespace}/" if self.namespace else ""
        return f"{self.kind.name} {place}{self.name}"


@dataclass(frozen=True, slots=True)
class Listing:
    """All objects of a kind at one moment; a watch goes on from `resource_version`."""

    items: Sequence[Object]
    resource_version: str


@dataclass(frozen=True, slots=True)
class Change:
    """One change seen by a watch. `type` "SYNCED" (with an empty object) marks the end of the
    first listing; afterwards every object is told once per change, also over lost connections.
    """

    type: Literal["ADDED", "MODIFIED", "DELETED", "SYNCED"]
    object: Object


class Objects(Protocol):
    """Objects of any kind."""

    async def get(self, ref: Ref) -> Object | None:
        """The object, or None where it does not exist. Raises KindUnknown for a missing CRD."""

    async def list(self, kind: Kind, namespace: str = "", labels: str = "") -> Listing:
        """All objects of a kind in a namespace (empty: all) that match a label selector."""

    def watch(
        self, kind: Kind, namespace: str = "", labels: str = "", *, brief: bool = False
    ) -> AsyncIterator[Change]:
        """First what exists (ADDED), then SYNCED, then every change, until it is closed.
        It reconnects and lists again by itself; Forbidden, Unauthorized and KindUnknown end it.
        `brief`: of each object its metadata without annotations, and of `managedFields` who wrote
        last and when, and the same of whoever owns `f:data`; what is in the object is not even
        asked for.
        """

    async def apply(
        self,
        obj: Object,
        *,
        manager: str = FIELD_MANAGER,
        dry_run: bool = False,
        force: bool = False,
        subresource: str = "",
    ) -> Object:
        """Server-side apply, of a part such as "status" too; returns the object as it is then.
        A `resourceVersion` in the object makes it conditional. Raises Conflict where fields
        belong to another manager and `force` is false, Invalid, NotFound (missing namespace).
        """

    async def create(self, obj: Object, *, dry_run: bool = False) -> Object:
        """POST: raises Conflict where the object exists already."""

    async def delete(self, ref: Ref, *, uid: str = "", dry_run: bool = False) -> None:
        """Delete in the background; nothing happens where it does not exist.
        With `uid`, only that very object (else Conflict).
        """


@dataclass(frozen=True, slots=True)
class LogLine:
    """One line of a container's log."""

    time: datetime
    pod: str
    container: str
    text: str


@dataclass(frozen=True, slots=True)
class Address:
    """Where a port-forward listens on this machine."""

    host: str
    port: int


@dataclass(frozen=True, slots=True)
class VolumeUse:
    """How full the volume of a claim is, in bytes and inodes, as the kubelet measures it: what it
    does not tell is None.
    """

    namespace: str
    claim: str
    used: int
    capacity: int
    available: int | None = None
    """What may still be written: less than the rest where some is kept for root, or where the
    volume is a folder of a larger one."""
    inodes_used: int | None = None
    inodes: int | None = None


class Pods(Protocol):
    """What only the kubelet behind a pod can answer."""

    def logs(
        self,
        namespace: str,
        pod: str,
        container: str,
        *,
        follow: bool = False,
        previous: bool = False,
        since: datetime | None = None,
        tail: int | None = None,
    ) -> AsyncIterator[LogLine]:
        """The lines of a container; with `follow` until it ends, over lost connections."""

    def forward(self, namespace: str, pod: str, port: int) -> AbstractAsyncContextManager[Address]:
        """A local port that leads to the pod's, while the context is open."""

    async def volumes(self, node: str) -> Sequence[VolumeUse]:
        """How full the volumes of claims are that pods on a node mount, measured about once a
        minute; nothing of those whose driver does not tell. It takes the right to get nodes/proxy.
        """


@dataclass(frozen=True, slots=True, order=True)
class Right:
    """One right as RBAC knows it. `resource` may name a subresource ("pods/log").
    `namespace` is empty for rights on the whole cluster; `name` narrows it to one object.
    """

    verb: str
    group: str
    resource: str
    namespace: str = ""
    name: str = ""

    def __str__(self) -> str:
        """As `kubectl auth can-i` puts it: `create deployments.apps in harbor`."""
        resource = f"{self.resource}.{self.group}" if self.group else self.resource
        named = f" {self.name}" if self.name else ""
        place = f" in {self.namespace}" if self.namespace else ""
        return f"{self.verb} {resource}{named}{place}"


@dataclass(frozen=True, slots=True)
class NeededRight:
    """A right with the reason why it is taken; without an optional one the run tells less."""

    right: Right
    reason: str
    optional: bool = False


@dataclass(frozen=True, slots=True)
class Server:
    """The API server as it introduces itself."""

    context: str
    url: str
    version: str
    clock_skew: float
    """Seconds that this machine's clock is ahead of the server's."""
    user: str
    api_versions: frozenset[str] = field(default_factory=frozenset)
    """Group and version of all that is served, and `group/version/Kind`, as Helm names them."""


class Access(Protocol):
    """The API server itself and what this identity may do there."""

    async def server(self) -> Server:
        """Who answers, as whom we are known there. Raises Unreachable, Unauthorized."""

    async def allowed(self, rights: Sequence[Right]) -> Mapping[Right, bool]:
        """Which of the rights this identity has (SelfSubjectAccessReview)."""

    async def token(self, namespace: str, account: str, audience: str) -> str:
        """A token of a ServiceAccount for ten minutes. `audience`: whom it is for, if others."""


@dataclass(frozen=True, slots=True)
class ChartSource:
    """Where a chart comes from: a file of this machine, or a repository and a version."""

    name: str
    version: str
    path: Path | None = None
    repository: str = ""


@dataclass(frozen=True, slots=True)
class Release:
    """A Helm release as its newest revision describes it."""

    name: str
    namespace: str
    revision: int
    status: str
    """deployed, failed, pending-install, pending-upgrade, pending-rollback, superseded, …"""
    chart: str
    chart_version: str
    app_version: str
    deployed_revision: int | None = None
    """The newest revision that was once deployed; None where none ever was."""


@dataclass(frozen=True, slots=True)
class ReleaseRequest:
    """What Helm is asked to render or to install: a local chart, its values, its release."""

    name: str
    namespace: str
    chart: Path
    values: Mapping[str, Any]
    labels: Mapping[str, str] = field(default_factory=dict)


class Charts(Protocol):
    """Helm. Its own messages go line by line to `log` while it works."""

    async def version(self) -> str:
        """Helm's version, such as "4.3.1". Raises WizardError: none found, or too old."""

    async def fetch(self, source: ChartSource, folder: Path) -> Path:
        """Bring a chart package into a folder of this machine; returns the file."""

    async def render(
        self, request: ReleaseRequest, server: Server | None, *, lookups: bool = False
    ) -> list[Object]:
        """The objects of a chart, hooks left out.
        With `server` for its version and API versions, but without asking it anything: unless
        the chart's templates depend on what they look up in the cluster (`lookups`).
        """

    async def release(self, name: str, namespace: str) -> Release | None:
        """The newest revision of a release, or None."""

    async def manifest(self, name: str, namespace: str, revision: int) -> list[Object]:
        """The objects as a revision stored them."""

    async def upgrade(
        self, request: ReleaseRequest, *, take_fields: bool, log: Callable[[str], None]
    ) -> Release:
        """Install or upgrade, without waiting for readiness; cancelling it stops Helm."""

    async def rollback(
        self, name: str, namespace: str, revision: int, log: Callable[[str], None]
    ) -> None:
        """Make an older revision the newest one."""

    async def uninstall(self, name: str, namespace: str, log: Callable[[str], None]) -> None:
        """Remove a release and its history; volumes that the chart keeps stay."""


@dataclass(frozen=True, slots=True)
class Component:
    """One component in Harbor's own health report."""

    name: str
    healthy: bool
    error: str = ""


@dataclass(frozen=True, slots=True)
class Endpoint:
    """Where Harbor's API is reached.
    `authority`: PEM of certificate authorities that are trusted besides the system's own.
    `address`: where to connect to instead of asking DNS for the URL's host.
    """

    url: str
    authority: bytes = b""
    address: str = ""


@dataclass(frozen=True, slots=True)
class RegistryAnswer:
    """What is answered to one who asks for a registry (`GET /v2/`) without a login.

    `realm`: where clients are sent for a token. `location`: where a redirect leads. `registry`:
    whether it says that it is one.
    """

    status: int
    realm: str = ""
    location: str = ""
    registry: bool = False


class Harbor(Protocol):
    """Harbor's API."""

    async def registry(self, endpoint: Endpoint, seconds: float) -> RegistryAnswer:
        """What is answered there within so many seconds, whoever answers. Raises Unreachable with
        the reason, CertificateRefused.
        """

    async def health(self, endpoint: Endpoint) -> Sequence[Component]:
        """Every component's health. Raises Unreachable while core does not answer."""

    async def version(self, endpoint: Endpoint, username: str, password: str) -> str:
        """Harbor's own version, such as "v2.15.2-c3b2c9a4". Raises Unauthorized: login refused."""


class Person(Protocol):
    """The person in front, if there is one."""

    @property
    def present(self) -> bool:
        """Whether there is somebody to ask."""

    def secret(self, path: str, label: str) -> str:
        """Ask for a secret, unseen. Raises SecretMissing, naming the variable to use instead."""


class Custodian(Protocol):
    """The person in front, who takes key shares into custody."""

    async def take(self, keys: HeldKeys) -> bool:
        """Show key shares to nobody else, until the person confirms that they are kept; whether
        that is so.
        """


@dataclass(frozen=True, slots=True)
class World:
    """All ports, bound to one cluster."""

    objects: Objects
    pods: Pods
    access: Access
    charts: Charts
    harbor: Harbor
    certificates: Certificates
    resolver: Resolver
    buckets: Buckets
    nfs: NfsServers
    vault: Vault
