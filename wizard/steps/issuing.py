"""From an issuer of cert-manager to Harbor's certificate: what is applied, and what it is called.

The steps made of it stand in `issuers.py`: the issuer is ready, it signs a trial, the certificate
is issued and holds what clients will look for.
"""

import ipaddress
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, replace

from wizard.answers.pki import Certificate
from wizard.answers.scalars import seconds
from wizard.certificates import CertificateRequest, GivenCertificate
from wizard.charts.manifest import plural
from wizard.diagnose.kinds import (
    CERTIFICATE,
    CERTIFICATE_REQUEST,
    CHALLENGE,
    CLUSTER_ISSUER,
    ISSUER,
    ORDER,
    PRESET_LABEL,
)
from wizard.errors import StepFailed
from wizard.ports import Kind, NeededRight, Object, Ref, Right, World
from wizard.steps.gate import Wait
from wizard.steps.inputs import Inputs

CERT_MANAGER_GROUP = "cert-manager.io"
_DAY = 24 * 3600
_RSA = {"rsa-2048": 2048, "rsa-3072": 3072, "rsa-4096": 4096}
_EC = {"ec-256": 256, "ec-384": 384}
USAGES = ("digital signature", "key encipherment", "server auth")

_OF_TRUST = {"trust-unknown", "untrusted", "chain-incomplete", "self-signed"}
"""The codes of problems with whom clients trust, not with what was issued."""

Made = Callable[[World | None], Awaitable[Sequence[Object]]]
"""Gives objects as they should be; without a world, with stand-ins for what is read from it."""


async def nothing_made(_: World | None) -> Sequence[Object]:
    """For an issuer that somebody else made."""
    return ()


@dataclass(frozen=True, slots=True)
class IssuerRef:
    """An issuer as certificates refer to it; `kind` is Issuer or ClusterIssuer.

    Issuers of another `group` are signers outside cert-manager, of which nothing more is known.
    """

    name: str
    kind: str = "Issuer"
    group: str = CERT_MANAGER_GROUP

    def __str__(self) -> str:
        return f"{self.kind} {self.name}"

    @property
    def document(self) -> Object:
        """As it stands in `issuerRef`."""
        return {"name": self.name, "kind": self.kind, "group": self.group}

    def address(self, namespace: str) -> Ref | None:
        """Where it is; `namespace` is the certificate's. None for one of another group."""
        if self.group != CERT_MANAGER_GROUP:
            return None
        of_cluster = self.kind == CLUSTER_ISSUER.name
        return Ref(
            CLUSTER_ISSUER if of_cluster else ISSUER, "" if of_cluster else namespace, self.name
        )

    @property
    def watched(self) -> Sequence[Kind]:
        """The kinds in which it shows why it does not sign."""
        cluster = self.kind == CLUSTER_ISSUER.name
        own = (CLUSTER_ISSUER if cluster else ISSUER,) if self.group == CERT_MANAGER_GROUP else ()
        return (CERTIFICATE, CERTIFICATE_REQUEST, *own, ORDER, CHALLENGE)


@dataclass(frozen=True, slots=True)
class Issuance:
    """Harbor's certificate from one issuer."""

    inputs: Inputs
    issuer: IssuerRef
    wanted: Certificate

    @property
    def address(self) -> Ref:
        """Where the Certificate is."""
        return Ref(CERTIFICATE, self.inputs.namespace, self.inputs.names.certificate)

    @property
    def certificate(self) -> Object:
        """The Certificate as it should be: it names the host, and no common name, which clients
        have not looked at for years (RFC 9525).
        """
        return self._object(self.address) | {
            "spec": {
                "secretName": self.inputs.names.certificate,
                "secretTemplate": {"labels": {PRESET_LABEL: self.inputs.preset.name}},
                "issuerRef": self.issuer.document,
                "duration": _as_go_prints(self.wanted.duration),
                "renewBefore": _as_go_prints(self.wanted.renew_before),
                "privateKey": {**_key(self.wanted.key_type), "rotationPolicy": "Always"},
                "usages": list(USAGES),
                **self._names,
            }
        }

    def trial(self, request: bytes) -> Object:
        """A request for the same certificate, as cert-manager itself makes one; `request` is PEM
        in base64.
        """
        ref = Ref(CERTIFICATE_REQUEST, self.inputs.namespace, f"{self.address.name}-trial")
        return self._object(ref) | {
            "spec": {
                "request": request.decode(),
                "issuerRef": self.issuer.document,
                "duration": _as_go_prints(self.wanted.duration),
                "usages": list(USAGES),
            }
        }

    @property
    def signing_request(self) -> CertificateRequest:
        """What the trial asks for."""
        days = max(1, seconds(self.wanted.duration) // _DAY)
        host = self.inputs.preset.harbor.host
        return CertificateRequest("", (host,), days, self.wanted.key_type)

    def wait(self, title: str) -> Wait:
        """Waits for objects of this issuance."""
        return Wait(self.inputs, title=title, kinds=self.issuer.watched)

    def rights_to_watch(self) -> Sequence[NeededRight]:
        """What waiting reads: without the optional ones it can tell less."""
        reason = "to see whether certificates are issued, and why not"
        rights = []
        for kind in self.issuer.watched:
            place = "" if kind == CLUSTER_ISSUER else self.inputs.namespace
            optional = kind in {ORDER, CHALLENGE}
            rights += [
                NeededRight(Right(verb, kind.group, plural(kind), place), reason, optional)
                for verb in ("get", "list", "watch")
            ]
        return rights

    def refuse_bad(self, world: World, given: GivenCertificate, place: str) -> None:
        """Raise StepFailed where clients would refuse a certificate that was issued.

        Whether they know its root is theirs to say; that nobody here does is no fault of it.
        """
        found = world.certificates.judge(given, self.inputs.preset.harbor.host).problems
        bad = [one for one in found if one.level == "bad" and one.code not in _OF_TRUST]
        if bad:
            raise StepFailed(
                "The issuer signs, but clients would refuse the certificate",
                why=" ".join(problem.message for problem in bad).rstrip("."),
                where=place,
                fix=" ".join(dict.fromkeys(problem.fix for problem in bad)).rstrip("."),
            )

    @property
    def _names(self) -> Object:
        host = self.inputs.preset.harbor.host.strip("[]")
        try:
            ipaddress.ip_address(host)
        except ValueError:
            return {"dnsNames": [host]}
        return {"ipAddresses": [host]}

    def _object(self, ref: Ref) -> Object:
        preset = self.inputs.preset
        labels = {PRESET_LABEL: preset.name, "release": preset.target.release}
        metadata = {"name": ref.name, "namespace": ref.namespace, "labels": labels}
        return {**ref.kind.head, "metadata": metadata}


def rights_to_make(kind: Kind, namespace: str, reason: str) -> Sequence[NeededRight]:
    """What applying objects of a kind takes, replacing them included."""
    verbs = ("get", "create", "patch", "delete")
    right = Right("", kind.group, plural(kind), namespace)
    return [NeededRight(replace(right, verb=verb), reason) for verb in verbs]


def _key(kind: str) -> Object:
    if kind in _RSA:
        return {"algorithm": "RSA", "size": _RSA[kind]}
    return {"algorithm": "ECDSA", "size": _EC[kind]}


def _as_go_prints(duration: str) -> str:
    """A duration as cert-manager's own tools write it: 2160h0m0s."""
    minutes, rest = divmod(seconds(duration), 60)
    return f"{minutes // 60}h{minutes % 60}m{rest}s"
