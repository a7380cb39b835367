"""Harbor's certificate from an ACME server, through issuers that are made here."""

from base64 import b64encode
from collections.abc import Mapping, Sequence
from typing import Any

from wizard.answers.acme import Dns01Solver, Http01Solver
from wizard.answers.exposure import GatewayExposure, IngressExposure, ParentRef
from wizard.answers.paths import format_path
from wizard.answers.pki import Acme
from wizard.diagnose.kinds import ISSUER, PRESET_LABEL
from wizard.ports import Object, World
from wizard.steps.base import Step
from wizard.steps.cert_manager import cert_manager_steps
from wizard.steps.commercial import file_bytes
from wizard.steps.inputs import Inputs
from wizard.steps.issuers import IssuedCertificate, IssuerReady, TrialSignature
from wizard.steps.issuing import Issuance, IssuerRef, Made
from wizard.steps.secrets import Copied, CopySecrets, Entries

ACCOUNT_KEY = "key"
"""The entry with the key of an external account."""


def acme_steps(inputs: Inputs, pki: Acme) -> Sequence[Step]:
    """cert-manager, the issuers of the servers, a trial at the staging one, the certificate.

    Where there is no staging server, the trial is made at the server itself: it counts towards
    the limits of that server once more, but a failed Certificate would rest for an hour.
    """
    installed = cert_manager_steps(inputs)
    secrets = _secrets(inputs, pki)
    ground = (*installed, *secrets)
    needs = [installed[-1].id, *(step.id for step in secrets)]
    issuance = Issuance(inputs, IssuerRef(inputs.names.acme), pki.certificate)
    issuer = IssuerReady(issuance, _made(inputs, pki, inputs.names.acme, pki.server), needs)
    if pki.staging_server is None:
        trial = TrialSignature(issuance)
        return (*ground, issuer, trial, IssuedCertificate(issuance))
    name = inputs.names.acme_staging
    tried = Issuance(inputs, IssuerRef(name), pki.certificate)
    staging = IssuerReady(
        tried,
        _made(inputs, pki, name, pki.staging_server),
        needs,
        id_="pki.issuer.staging",
        title="Issuer for trials",
    )
    trial = TrialSignature(tried, (staging.id,), issuance)
    certificate = IssuedCertificate(issuance, (issuer.id, trial.id))
    return (*ground, staging, issuer, trial, certificate)


def _secrets(inputs: Inputs, pki: Acme) -> Sequence[Step]:
    """The Secrets that the issuers refer to, copied from the answers."""
    copied = []
    if account := pki.external_account:
        path = "pki.externalAccount.key"

        async def read(world: World) -> Entries:
            return {ACCOUNT_KEY: (await inputs.given(world, path, account.key)).encode()}

        copied.append(Copied(inputs.names.acme_external, read, path, account.key))
    solver = pki.solver
    if isinstance(solver, Dns01Solver) and solver.secrets:
        paths = {key: format_path(("pki", "solver", "secrets", key)) for key in solver.secrets}

        async def entries(world: World) -> Entries:
            return {
                key: (await inputs.given(world, paths[key], reference)).encode()
                for key, reference in solver.secrets.items()
            }

        (first, reference), *others = solver.secrets.items()
        also = tuple((paths[key], other) for key, other in others)
        copied.append(Copied(inputs.names.dns01, entries, paths[first], reference, also=also))
    if not copied:
        return ()
    return (CopySecrets("pki.acme.secrets", "Logins for the ACME issuers", inputs, copied),)


def _made(inputs: Inputs, pki: Acme, name: str, server: str) -> Made:
    async def made(world: World | None) -> Sequence[Object]:
        bundle = file_bytes(pki.ca_bundle) if world and pki.ca_bundle else b""
        return [issuer_object(inputs, pki, name, server, bundle)]

    return made


def issuer_object(inputs: Inputs, pki: Acme, name: str, server: str, bundle: bytes) -> Object:
    """The Issuer for one ACME server, whose own certificate `bundle` (PEM) vouches for.

    An external account is known to the server that made it, not to a staging one.
    """
    acme: dict[str, Any] = {
        "server": server,
        "email": pki.email,
        "privateKeySecretRef": {"name": f"{name}-account"},
        "solvers": [_solver(inputs, pki)],
    }
    if bundle:
        acme["caBundle"] = b64encode(bundle).decode()
    if (account := pki.external_account) and server == pki.server:
        key = {"name": inputs.names.acme_external, "key": ACCOUNT_KEY}
        acme["externalAccountBinding"] = {"keyID": account.key_id, "keySecretRef": key}
    return {
        **ISSUER.head,
        "metadata": {
            "name": name,
            "namespace": inputs.namespace,
            "labels": {PRESET_LABEL: inputs.preset.name},
        },
        "spec": {"acme": acme},
    }


def _solver(inputs: Inputs, pki: Acme) -> Mapping[str, Any]:
    if isinstance(pki.solver, Dns01Solver):
        return {"dns01": dict(pki.solver.provider)}
    pods: dict[str, Any] = {}
    if inputs.preset.delivery.pull_secret is not None:
        secrets = [{"name": inputs.names.pull}]
        pods = {"podTemplate": {"spec": {"imagePullSecrets": secrets}}}
    if parents := _parents(inputs, pki.solver):
        return {"http01": {"gatewayHTTPRoute": {"parentRefs": parents, **pods}}}
    class_name = pki.solver.ingress_class or _own_class(inputs)
    chosen = {"ingressClassName": class_name} if class_name else {}
    return {"http01": {"ingress": {**chosen, **pods}}}


def _own_class(inputs: Inputs) -> str | None:
    """The class of Harbor's own ingress; the cluster's default where it names none."""
    exposure = inputs.preset.harbor.expose
    return exposure.class_name if isinstance(exposure, IngressExposure) else None


def _parents(inputs: Inputs, solver: Http01Solver) -> list[Mapping[str, str]]:
    """The Gateways that serve the proof: the one named, else Harbor's own, if it has any."""
    exposure = inputs.preset.harbor.expose
    if solver.gateway is not None:
        return [_parent(solver.gateway)]
    if solver.ingress_class is None and isinstance(exposure, GatewayExposure):
        return [_parent(one) for one in exposure.parent_refs]
    return []


def _parent(reference: ParentRef) -> Mapping[str, str]:
    parts = {
        "name": reference.name,
        "namespace": reference.namespace,
        "sectionName": reference.section_name,
    }
    named = {key: value for key, value in parts.items() if value is not None}
    return {"group": "gateway.networking.k8s.io", "kind": "Gateway", **named}
