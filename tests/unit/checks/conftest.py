"""A small simulated world for checks, and short ways to make what they look at."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

import pytest

from backends.simulated.access import Rights, SimulatedAccess
from backends.simulated.buckets import SimulatedBuckets
from backends.simulated.clock import Clock
from backends.simulated.faults import Faults
from backends.simulated.nfs import SimulatedNfs
from backends.simulated.objects import SimulatedObjects
from backends.simulated.resolver import SimulatedResolver
from backends.simulated.store import Store
from backends.simulated.vault import SimulatedVault, VaultContent
from wizard.answers.preset import Preset
from wizard.certificates import (
    CertificateFacts,
    CertificateProblem,
    GivenCertificate,
    Judgement,
)
from wizard.checks.base import Check, Outcome, Subject
from wizard.checks.suite import CHECKS
from wizard.errors import WizardError
from wizard.ports import Object, Release, Right, Server, World


def preset_of(harbor: Mapping[str, Any] | None = None, **sections: Any) -> Preset:
    """A preset with these answers of `harbor` and these sections, written as in a file."""
    answers: dict[str, Any] = {
        "schemaVersion": 1,
        "name": "test",
        "pki": {"kind": "none"},
        "harbor": {"url": "https://harbor.example.com", **(harbor or {})},
        **sections,
    }
    return Preset.model_validate(answers)


def thing(kind: str, name: str, namespace: str = "", **rest: Any) -> Object:
    """An object: `kind` as "apps/v1/Deployment"; labels and annotations go into its metadata."""
    api_version, _, kind_name = kind.rpartition("/")
    metadata: dict[str, Any] = {"name": name}
    if namespace:
        metadata["namespace"] = namespace
    for key in ("labels", "annotations", "uid", "deletionTimestamp", "creationTimestamp"):
        if key in rest:
            metadata[key] = rest.pop(key)
    return {"apiVersion": api_version, "kind": kind_name, "metadata": metadata, **rest}


def node(name: str = "worker", *, arch: str = "amd64", cpu: str = "4", **spec: Any) -> Object:
    status = {
        "conditions": [{"type": "Ready", "status": "True"}],
        "nodeInfo": {"architecture": arch},
        "allocatable": {"cpu": cpu, "memory": "8Gi", "pods": "110"},
        "addresses": [{"type": "InternalIP", "address": "10.0.0.7"}],
    }
    return thing("v1/Node", name, spec=spec, status=status)


def deployment(name: str = "harbor-core", *, replicas: int = 1, **spec: Any) -> Object:
    container: dict[str, Any] = {
        "name": "core",
        "resources": spec.pop("resources", {"requests": {"cpu": "500m", "memory": "1Gi"}}),
    }
    if "securityContext" in spec:
        container["securityContext"] = spec.pop("securityContext")
    template = {
        "metadata": {"labels": {"app": "harbor", "release": "harbor", "component": "core"}},
        "spec": {"containers": [container], **spec},
    }
    return thing(
        "apps/v1/Deployment", name, "harbor", spec={"replicas": replicas, "template": template}
    )


def claim(
    name: str = "harbor-registry", class_name: str | None = "standard", mode: str = "ReadWriteOnce"
) -> Object:
    spec: dict[str, Any] = {
        "accessModes": [mode],
        "resources": {"requests": {"storage": "5Gi"}},
    }
    if class_name is not None:
        spec["storageClassName"] = class_name
    return thing("v1/PersistentVolumeClaim", name, "harbor", spec=spec)


def storage_class(
    name: str = "standard",
    provisioner: str = "ebs.csi.aws.com",
    *,
    default: bool = False,
    expandable: bool = True,
) -> Object:
    marks = {"storageclass.kubernetes.io/is-default-class": "true"} if default else {}
    return thing(
        "storage.k8s.io/v1/StorageClass",
        name,
        annotations=marks,
        provisioner=provisioner,
        allowVolumeExpansion=expandable,
    )


NAMESPACE = thing("v1/Namespace", "harbor")


class Helm:
    """A Helm of which only the version and the release are asked."""

    def __init__(self) -> None:
        self.found: str | WizardError = "4.3.1"
        self.installed: Release | None = None

    async def version(self) -> str:
        if isinstance(self.found, WizardError):
            raise self.found
        return self.found

    async def release(self, name: str, namespace: str) -> Release | None:
        return self.installed


class Certificates:
    """What is wrong with every certificate; what was asked about is kept."""

    def __init__(self) -> None:
        self.wrong: Sequence[CertificateProblem] = ()
        self.asked: list[tuple[GivenCertificate, str]] = []

    def judge(self, given: GivenCertificate, host: str) -> Judgement:
        self.asked.append((given, host))
        return Judgement(tuple(self.wrong), tuple(self.read(given.certificate)))

    def pem(self, data: bytes) -> bytes:
        return data

    def read(self, pem: bytes) -> Sequence[CertificateFacts]:
        start, end = datetime(2026, 1, 1, tzinfo=UTC), datetime(2027, 1, 1, tzinfo=UTC)
        return [
            CertificateFacts("CN=leaf", "CN=ca", ("x",), start, end, False, False, "EC P-256", "1")
        ]


@dataclass
class Given:
    """The world that a test prepares, and the question it asks."""

    store: Store
    helm: Helm = field(default_factory=Helm)
    certificates: Certificates = field(default_factory=Certificates)
    faults: Faults = field(default_factory=Faults)
    denied: set[tuple[str, str]] = field(default_factory=set)
    """Pairs of verb and resource that are refused."""
    asked: set[tuple[str, str]] = field(default_factory=set)
    """Pairs of verb and resource that were used."""
    server: Server | WizardError | None = None
    address: str = "192.0.2.10"
    buckets: SimulatedBuckets = field(default_factory=SimulatedBuckets)
    nfs: SimulatedNfs = field(default_factory=SimulatedNfs)
    vault: VaultContent = field(default_factory=VaultContent)

    def __call__(self, *objects: Object) -> "Given":
        """Put objects into the cluster."""
        for obj in objects:
            self.store.put(obj)
        return self

    @property
    def world(self) -> World:
        rights = Rights(self.store, self._granted)
        access: Any = SimulatedAccess(self.store, rights)
        charts: Any = self.helm
        certificates: Any = self.certificates
        absent: Any = None
        if self.server is not None:
            access.server = self._introduce
        return World(
            objects=SimulatedObjects(self.store, rights, self.faults),
            pods=absent,
            access=access,
            charts=charts,
            harbor=absent,
            certificates=certificates,
            resolver=SimulatedResolver(self.address),
            buckets=self.buckets,
            nfs=self.nfs,
            vault=SimulatedVault(self.vault),
        )

    def _granted(self, right: Right) -> bool:
        self.asked.add((right.verb, right.resource))
        return (right.verb, right.resource) not in self.denied

    async def _introduce(self) -> Server:
        assert self.server is not None
        if isinstance(self.server, WizardError):
            raise self.server
        return self.server

    async def ask(self, id_: str, preset: Preset | None = None, **subject: Any) -> Outcome:
        """The answer of the check of that id; `manifest` and so on go into its subject."""
        question = check_of(id_)
        about = Subject(preset or preset_of(), **subject)
        assert question.applies(about.preset), f"{id_} does not apply to this preset"
        return await question.ask(self.world, about)


def check_of(id_: str) -> Check:
    (found,) = [check for check in CHECKS if check.id == id_]
    return found


@pytest.fixture
def given() -> Given:
    return Given(Store(Clock(speed=0)))
