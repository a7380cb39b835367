"""cert-manager and the issuer that the preset names, as far as looking tells."""

from collections.abc import Sequence

from wizard.answers.pki import Acme, Issuer
from wizard.answers.preset import Preset
from wizard.checks.base import Check, Outcome, Subject
from wizard.diagnose.fields import condition, labels
from wizard.diagnose.kinds import DEPLOYMENT
from wizard.diagnose.readiness import readiness
from wizard.errors import KindUnknown
from wizard.ports import Object, Right, World
from wizard.steps.cert_manager import CERTIFICATES, DEFINITION, Installation, installation
from wizard.steps.issuing import IssuerRef
from wizard.steps.vault.reaching import served_authority

OLDEST = (1, 12)
"""The first cert-manager whose Vault issuers log in with a ServiceAccount's short-lived token
(https://cert-manager.io/docs/releases/release-notes/release-notes-1.12/).
"""


async def found(world: World, subject: Subject) -> Outcome:
    """Whether there is a cert-manager, and whether it can be used or installed."""
    there = await installation(world)
    if there.state == "stray":
        return _unseen() if _issuer(subject.preset) else _stray(there)
    if there.state == "absent":
        return _absent(subject.preset)
    if there.state == "ours" or not there.controllers:
        return Outcome("ok", "cert-manager is there.")
    places = sorted({obj["metadata"]["namespace"] for obj in there.controllers})
    if len(places) > 1:
        return Outcome(
            "fail",
            f"cert-manager runs more than once, in the namespaces {' and '.join(places)}.",
            "They undo each other's work: both answer every request.",
            "Remove all but one of them.",
        )
    return _used(there.controllers[0])


def _absent(preset: Preset) -> Outcome:
    if not isinstance(preset.pki, Issuer):
        return Outcome("ok", "cert-manager is not there yet; it will be installed.")
    return Outcome(
        "fail",
        "The API server does not serve cert-manager's kinds.",
        "pki.kind issuer uses a cert-manager that is there; nothing is installed.",
        "Install cert-manager with that issuer first, or choose another pki.kind.",
    )


def _unseen() -> Outcome:
    return Outcome(
        "warn",
        "cert-manager's definitions are there, but no Deployment is labelled as its controller.",
        "Nothing is issued where no controller runs.",
        "Go on if it runs under other labels; else start it again.",
    )


def _stray(there: Installation) -> Outcome:
    owner = f" (of the Helm release {there.owner})" if there.owner else ""
    return Outcome(
        "fail",
        f"cert-manager's definitions are there{owner}, but no controller of it runs.",
        "Helm refuses to take over what another release, or none, has made; without a controller "
        "nothing is issued.",
        "Install that cert-manager again, or delete what is left of it (this deletes all "
        "Certificates and issuers of the cluster): kubectl get crd -o name | grep cert-manager.io",
    )


def _used(controller: Object) -> Outcome:
    metadata = controller["metadata"]
    version = labels(controller).get("app.kubernetes.io/version", "")
    fact = f"cert-manager {version} in {metadata['namespace']} is used as it is.".replace("  ", " ")
    if _numbers(version) < OLDEST:
        return Outcome(
            "warn",
            fact,
            "It is older than 1.12, and this wizard was tested with 1.21.",
            "Upgrade it.",
        )
    if not readiness(controller).ready:
        return Outcome(
            "warn",
            f"{fact} It is not ready: {readiness(controller).reason}.",
            "Nothing is issued while it does not run.",
            f"See `kubectl -n {metadata['namespace']} get pods`.",
        )
    return Outcome("ok", fact)


def _numbers(version: str) -> tuple[int, ...]:
    """The numbers of "v1.21.1"; unknown versions count as new."""
    parts = version.removeprefix("v").split(".")[:2]
    return tuple(int(part) for part in parts) if all(map(str.isdecimal, parts)) else OLDEST


async def issuer(world: World, subject: Subject) -> Outcome:
    """Whether the issuer exists and says that it is ready."""
    preset = subject.preset
    reference = _reference(preset)
    address = reference.address(preset.target.namespace)
    if address is None:
        return Outcome(
            "ok", f"{reference} belongs to {reference.group}; a trial signature will tell."
        )
    try:
        live = await world.objects.get(address)
    except KindUnknown:
        return Outcome("skipped", "The API server does not serve cert-manager's kinds.")
    if live is None:
        return Outcome(
            "fail",
            f"There is no {address}.",
            "Harbor's certificate is asked of it.",
            "Correct pki.name and pki.issuerKind (an Issuer has to be in Harbor's namespace), or "
            "create it.",
        )
    state = readiness(live)
    if state.ready:
        return Outcome("ok", f"{address} is ready.")
    reason = condition(live, "Ready").get("reason")
    return Outcome(
        "fail",
        f"{address} is not ready: {state.reason}{f' ({reason})' if reason else ''}.",
        "It cannot sign anything.",
        f"See `kubectl describe {address.kind.name.lower()} {address.name}`; cert-manager tries "
        "again by itself once it is mended.",
    )


def _reference(preset: Preset) -> IssuerRef:
    assert isinstance(preset.pki, Issuer)
    return IssuerRef(preset.pki.name, preset.pki.issuer_kind, preset.pki.group)


def _issuer(preset: Preset) -> bool:
    return isinstance(preset.pki, Issuer)


def _cert_manager(preset: Preset) -> bool:
    """Whether cert-manager is needed."""
    return isinstance(preset.pki, Issuer | Acme) or served_authority(preset) is not None


def _recognising(preset: Preset) -> Sequence[Right]:
    definition = Right("get", DEFINITION.group, "customresourcedefinitions", "", CERTIFICATES.name)
    return [definition, Right("list", DEPLOYMENT.group, "deployments")]


CHECKS = (
    Check(
        "issuers.cert-manager",
        "cert-manager",
        ("pki", "versions.certManager"),
        found,
        applies=_cert_manager,
        rights=_recognising,
    ),
    Check("issuers.issuer", "Issuer", ("pki", "target"), issuer, applies=_issuer),
)
