"""cert-manager: installed here, or used as somebody else installed it, and answering."""

import re
from base64 import b64encode
from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from typing import Literal

from wizard.certificates import CertificateRequest
from wizard.charts.cert_manager import (
    NAMESPACE,
    PULL_SECRET,
    cert_manager_chart,
    cert_manager_values,
)
from wizard.charts.manifest import plural
from wizard.charts.names import MARK
from wizard.diagnose.kinds import CERTIFICATE_REQUEST, DEPLOYMENT
from wizard.errors import Forbidden, Invalid, KindUnknown, Unreachable, WorldError
from wizard.ports import (
    Charts,
    Kind,
    NeededRight,
    Object,
    Ref,
    Right,
    World,
)
from wizard.steps.base import Reporter, Step
from wizard.steps.gate import Wait, wait_until_ready
from wizard.steps.helm_release import RELEASE, HelmRelease, Values
from wizard.steps.inputs import Inputs
from wizard.steps.namespace import TargetNamespace
from wizard.steps.network import cluster_ranges
from wizard.steps.pull_login import ComponentLogin, pull_login

DEFINITION = Kind("apiextensions.k8s.io/v1", "CustomResourceDefinition")
CERTIFICATES = Ref(DEFINITION, "", "certificates.cert-manager.io")
"""The definition by which an installation is recognised, whoever made it."""

_GATEWAYS = "gateway.networking.k8s.io/v1/HTTPRoute"
_CONTROLLERS = "app.kubernetes.io/name=cert-manager,app.kubernetes.io/component=controller"
_OWN_RELEASE = (NAMESPACE, NAMESPACE)
_LOOK_AGAIN_SECONDS = 1.0


@dataclass(frozen=True, slots=True)
class Installation:
    """What there is of cert-manager.

    `absent`; `ours`: this step looks after it; `foreign`: somebody else installed it, and it is
    used as it is; `stray`: its definitions are there, but nothing that serves them.
    """

    state: Literal["absent", "ours", "foreign", "stray"]
    controllers: tuple[Object, ...] = ()
    owner: str = ""
    """The Helm release that the definitions belong to, as `namespace/name`; empty: none."""


async def installation(world: World) -> Installation:
    """What there is of cert-manager now, whoever installed it."""
    definition = await world.objects.get(CERTIFICATES)
    if definition is None:
        return Installation("absent")
    metadata = definition["metadata"]
    if (metadata.get("labels") or {}).get(MARK) == NAMESPACE:
        return Installation("ours")
    annotations = metadata.get("annotations") or {}
    release = (
        annotations.get("meta.helm.sh/release-namespace", ""),
        annotations.get("meta.helm.sh/release-name", ""),
    )
    owner = "/".join(release) if all(release) else ""
    try:
        found = (await world.objects.list(DEPLOYMENT, labels=_CONTROLLERS)).items
    except Forbidden:
        return Installation("foreign", owner=owner)
    if found:
        return Installation("foreign", tuple(found), owner)
    return Installation("ours" if release == _OWN_RELEASE else "stray", owner=owner)


async def _foreign(world: World) -> bool:
    return (await installation(world)).state == "foreign"


def cert_manager_steps(inputs: Inputs) -> Sequence[Step]:
    """cert-manager with its namespace and the login for its images; the last one's id is
    `pki.cert-manager`, and after it requests for certificates are taken.
    """
    namespace = ComponentNamespace(inputs)
    copied = pull_login(inputs, PULL_SECRET, NAMESPACE)
    if copied is None:
        return namespace, CertManager(inputs, [namespace.id])
    id_, title = "pki.cert-manager.login", "Login for cert-manager's images"
    login = ComponentLogin(id_, title, inputs, copied, _foreign, [namespace.id])
    return namespace, login, CertManager(inputs, [login.id])


class ComponentNamespace(TargetNamespace):
    """The namespace of cert-manager, where it is to be installed here."""

    id = "pki.cert-manager.namespace"
    title = "Namespace of cert-manager"

    def __init__(self, inputs: Inputs) -> None:
        super().__init__(inputs, NAMESPACE)

    async def idle(self, world: World) -> bool:
        """See Step."""
        return await _foreign(world)


class CertManager(HelmRelease):
    """cert-manager answers: installed by its chart, or as somebody else installed it."""

    id = "pki.cert-manager"
    title = "cert-manager"
    shares = NAMESPACE

    def __init__(self, inputs: Inputs, needs: Sequence[str]) -> None:
        self.needs = ("target.namespace", *needs)
        wait = Wait(
            inputs,
            look_again=_LOOK_AGAIN_SECONDS,
            title="cert-manager",
            namespace=NAMESPACE,
            selector={"app.kubernetes.io/instance": NAMESPACE},
        )
        chart = cert_manager_chart(inputs.preset.versions.cert_manager)
        super().__init__(inputs, chart, Ref(RELEASE, NAMESPACE, NAMESPACE), wait)

    async def rights(self, charts: Charts) -> Sequence[NeededRight]:
        """See Step."""
        recognised = "to see whether cert-manager is there, and who installed it"
        definition = Right("get", DEFINITION.group, plural(DEFINITION), name=CERTIFICATES.name)
        return [
            *await super().rights(charts),
            *self.rights_to_use(),
            NeededRight(definition, recognised),
            NeededRight(Right("list", "apps", "deployments"), recognised),
        ]

    def rights_to_use(self) -> Sequence[NeededRight]:
        """See Step."""
        group, resource = CERTIFICATE_REQUEST.group, plural(CERTIFICATE_REQUEST)
        reason = "to try (by a dry run) whether cert-manager answers"
        return self._inputs.rights_in_namespace(resource, reason, "create", group=group)

    async def idle(self, world: World) -> bool:
        """See Step."""
        return await _foreign(world)

    async def values(self, world: World | None) -> Values:
        """See HelmRelease."""
        preset = self._inputs.preset
        if world is None:
            return cert_manager_values(preset, (), gateways=False)
        ranges = await cluster_ranges(world, preset.network)
        served = (await world.access.server()).api_versions
        return cert_manager_values(preset, ranges, gateways=_GATEWAYS in served)

    async def verify(self, world: World, report: Reporter) -> None:
        """See Step: its objects are ready, if they are ours, and a request is taken."""
        self._wait.meaning = partial(self._silent, world)
        if await self.idle(world):
            await wait_until_ready(world, self._inputs, (), report, self._wait)
        else:
            await super().verify(world, report)

    async def _silent(self, world: World) -> str:
        """Why a request for a certificate would not be taken yet; empty: it would."""
        try:
            taken = await world.objects.create(self._request_of_nobody(world), dry_run=True)
        except (KindUnknown, Invalid, Unreachable) as error:
            return f"cert-manager does not take requests yet: {told(error)}"
        if not taken["spec"].get("username"):
            return "cert-manager's webhook does not note yet who asks for certificates"
        return ""

    def _request_of_nobody(self, world: World) -> Object:
        asked = world.certificates.request(CertificateRequest("", ("example.com",)))
        return {
            **CERTIFICATE_REQUEST.head,
            "metadata": {"name": "harbor-wizard-asks", "namespace": self._inputs.namespace},
            "spec": {
                "request": b64encode(asked.request).decode(),
                "issuerRef": {"name": "nobody", "kind": "Issuer", "group": "cert-manager.io"},
            },
        }


_MEANINGS = (
    (r"service \S+webhook\S* not found", "its webhook's Service is missing"),
    (
        r"x509: certificate signed by unknown authority",
        "its webhook's authority is not known to the API server yet; cainjector brings it",
    ),
    (r"connection refused|no endpoints available", "its webhook does not run yet"),
    (
        r"context deadline exceeded|timeout|i/o timeout|no route to host",
        "the API server does not get through to its webhook; where this lasts, a firewall or "
        "network policy between the control plane and the pods has to let port 10250 pass",
    ),
)
"""What the API server's message means, as cert-manager's own check of its API has it
(cert-manager 1.21, pkg/util/cmapichecker).
"""


def told(error: WorldError) -> str:
    """Why cert-manager does not answer, in few words, with the API server's own."""
    message = " ".join(f"{error.what} {error.why}".split())
    if isinstance(error, KindUnknown):
        return "its kinds are not served yet"
    meaning = next((text for pattern, text in _MEANINGS if re.search(pattern, message)), "")
    return f"{meaning} ({error.why or error.what})" if meaning else error.why or error.what
