"""The Vault or OpenBao that will sign: whether it answers, lets us in, and signs for the host."""

from base64 import b64decode
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from functools import partial

from wizard.answers.authority import ExistingServer
from wizard.answers.pki import SelfSigned
from wizard.answers.preset import Preset
from wizard.answers.scalars import seconds
from wizard.answers.secret_values import secret_paths
from wizard.answers.secrets import KubernetesSecret, Secret
from wizard.answers.vaultauth import KubernetesAuth
from wizard.certificates import GivenCertificate
from wizard.charts.manifest import plural
from wizard.charts.names import Names
from wizard.checks.base import Check, Outcome, State, Subject
from wizard.checks.references import SECRET
from wizard.diagnose.kinds import CERTIFICATE, ISSUER
from wizard.diagnose.readiness import readiness
from wizard.errors import (
    Forbidden,
    Invalid,
    KindUnknown,
    NotFound,
    SecretMissing,
    Unreachable,
    UsageError,
    WizardError,
    WorldError,
)
from wizard.ports import Ref, Right, World
from wizard.steps.vault.names import IssuerNames
from wizard.steps.vault.policy import needed_capabilities, policy_text
from wizard.steps.vault.reaching import (
    ACCOUNT,
    AUTH,
    address_of,
    existing_server,
    login_of,
    own_token,
    served_authority,
)
from wizard.steps.vault.signing import Signature, go_duration, trial_signature, why_refused
from wizard.vaults import VaultSession

_ANSWERS = ("pki.authority", "pki.certificate", "harbor.url")


async def reached(world: World, subject: Subject) -> Outcome:
    """Whether the server answers, and is open."""
    server = _server(subject.preset)
    try:
        status = await world.vault.status(address_of(server))
    except (UsageError, WorldError) as error:
        return _unreached(error)
    told = f"{server.address} is {status.version or 'of an unknown version'}"
    if status.state in {"sealed", "uninitialised"}:
        opened = f" ({status.entered} of {status.threshold} shares given)" if status.entered else ""
        return Outcome(
            "fail",
            f"{told} and {status.state}{opened}.",
            "Nothing can be signed before somebody opens it.",
            "Unseal it: `bao operator unseal` or `vault operator unseal`, with enough shares."
            if status.state == "sealed"
            else "Initialise it and keep its keys, or let the wizard install one: "
            "pki.authority.server.kind is deploy.",
        )
    return Outcome("ok", f"{told} and {status.state}.")


async def signature(world: World, subject: Subject) -> Outcome:
    """Whether the path signs for Harbor's host, asked exactly as cert-manager will ask."""
    server = _server(subject.preset)
    path = server.sign_path or ""
    if isinstance(server.auth, KubernetesAuth):
        return Outcome(
            "skipped",
            "Only cert-manager can log in with a ServiceAccount, so it makes the trial signature "
            "during the run.",
        )
    if await _signs_already(world, subject.preset, server, path):
        return Outcome("ok", f"cert-manager has Harbor's certificate signed by {path} already.")
    try:
        async with _session(world, subject) as session:
            made = await trial_signature(world, session, path, subject.preset)
    except SecretMissing as error:
        return Outcome("skipped", f"{error.what}.", error.why, error.fix)
    except (UsageError, WorldError) as error:
        return _refused(error, path)
    return _judged(world, made, subject.preset)


async def rights(world: World, subject: Subject) -> Outcome:
    """Whether the login may set up the authority, asked beforehand."""
    authority = served_authority(subject.preset)
    assert authority is not None
    needed = needed_capabilities(subject.preset, authority)
    try:
        async with _session(world, subject) as session:
            asked = {"paths": list(needed)}
            held = (await session.write("sys/capabilities-self", asked)).data
    except SecretMissing as error:
        return Outcome("skipped", f"{error.what}.", error.why, error.fix)
    except (UsageError, WorldError) as error:
        return Outcome("fail", f"{error.what}.", f"{error.why}." if error.why else "", error.fix)
    missing = {
        path: wanted
        for path, wanted in needed.items()
        if "root" not in held.get(path, ()) and not set(wanted) <= set(held.get(path, ()))
    }
    if missing:
        return Outcome(
            "fail",
            f"The login lacks rights at {len(missing)} paths: {', '.join(missing)}.",
            "The authority, its role and cert-manager's login are set up there.",
            "Give it this policy, which `wizard rbac --preset FILE` prints as well:\n"
            f"{policy_text(missing)}",
        )
    return Outcome("ok", f"The login may do all that is needed at {len(needed)} paths.")


async def _signs_already(world: World, preset: Preset, server: ExistingServer, path: str) -> bool:
    """Whether the certificate is there as it is wanted, from an Issuer that asks this path."""
    assert isinstance(preset.pki, SelfSigned)
    namespace, name = preset.target.namespace, IssuerNames.of(preset).issuer
    held = Names(preset.target.release).certificate
    try:
        issuer = await world.objects.get(Ref(ISSUER, namespace, name)) or {}
        certificate = await world.objects.get(Ref(CERTIFICATE, namespace, held))
    except KindUnknown:
        return False
    asked = issuer.get("spec", {}).get("vault", {})
    if certificate is None or not readiness(certificate).ready:
        return False
    spec = certificate["spec"]
    names = (*spec.get("dnsNames", ()), *spec.get("ipAddresses", ()))
    return (
        (asked.get("server"), asked.get("path")) == (address_of(server).url, path)
        and spec["issuerRef"]["name"] == name
        and preset.harbor.host in names
        and spec["duration"] == go_duration(seconds(preset.pki.certificate.duration))
    )


def _server(preset: Preset) -> ExistingServer:
    server = existing_server(preset)
    assert server is not None
    return server


def _unreached(error: WizardError) -> Outcome:
    """Not to be reached from here may be normal: it is cert-manager that has to."""
    state: State = "warn" if isinstance(error, Unreachable) else "fail"
    told = "cert-manager may still reach it from the cluster; " if state == "warn" else ""
    return Outcome(state, f"{error.what}: {error.where}.", f"{told}{error.why}.", error.fix)


def _refused(error: WizardError, path: str) -> Outcome:
    if isinstance(error, Unreachable):
        return _unreached(error)
    why, fix = error.why, error.fix
    if isinstance(error, Invalid | NotFound):
        why, fix = why_refused(error.why)
    elif isinstance(error, Forbidden):
        fix = f'give the login a policy with: path "{path}" {{ capabilities = ["update"] }}'
    return Outcome("fail", f"{path} does not sign for Harbor: {error.what}.", f"{why}.", fix)


def _judged(world: World, made: Signature, preset: Preset) -> Outcome:
    """Whether clients will accept what was signed."""
    host = preset.harbor.host
    leaf, *_ = world.certificates.read(made.pair.certificate)
    *_, top = world.certificates.read(made.chain)
    given = GivenCertificate(
        made.pair.certificate, made.pair.key, (made.chain,), made.chain, only_roots=True
    )
    judged = world.certificates.judge(given, host)
    if found := [problem for problem in judged.problems if problem.level == "bad"]:
        return Outcome(
            "fail",
            f"What is signed would not do: {' '.join(one.message for one in found)}",
            f"Clients would refuse Harbor at {host}.",
            " ".join(one.fix for one in found),
        )
    told = f"A trial certificate for {host} was signed by {leaf.issuer}"
    if not top.self_signed:
        return Outcome(
            "warn",
            f"{told}, and the root {top.issuer} does not come with it.",
            "Clients then find an intermediate in ca.crt, which OpenSSL does not trust alone.",
            "Have the root stored with the intermediate (pki/intermediate/set-signed takes both), "
            "or give people the root yourself.",
        )
    return Outcome("ok", f"{told}, under {top.subject}.")


@asynccontextmanager
async def _session(world: World, subject: Subject) -> AsyncIterator[VaultSession]:
    server = _server(subject.preset)
    account_token = partial(own_token, world, subject.preset, subject.conceal)
    login = await login_of(server.auth, partial(_given, world, subject), account_token)
    async with world.vault.session(address_of(server), login) as session:
        yield session


async def _given(world: World, subject: Subject, path: str, reference: Secret) -> str:
    """A secret of the login. Raises SecretMissing where it is not known yet."""
    if path in subject.secrets:
        return subject.secrets[path]
    if isinstance(reference, KubernetesSecret):
        source = reference.secret
        place = source.namespace or subject.preset.target.namespace
        found = await world.objects.get(Ref(SECRET, place, source.name)) or {}
        value = b64decode((found.get("data") or {}).get(source.key, "")).decode(errors="replace")
        subject.conceal(value)
        if value:
            return value
    raise SecretMissing(f"The secret {path} is not known yet")


def _existing(preset: Preset) -> bool:
    return existing_server(preset) is not None


def _signs_only(preset: Preset) -> bool:
    server = existing_server(preset)
    return server is not None and server.sign_path is not None


def _makes(preset: Preset) -> bool:
    return _existing(preset) and not _signs_only(preset)


def _signing(preset: Preset) -> list[Right]:
    """What seeing takes whether a trial is needed, and the login."""
    seen = [(ISSUER, IssuerNames.of(preset).issuer)]
    seen.append((CERTIFICATE, Names(preset.target.release).certificate))
    return [
        *_logging_in(preset),
        *(
            Right("get", kind.group, plural(kind), preset.target.namespace, name)
            for kind, name in seen
        ),
    ]


def _logging_in(preset: Preset) -> list[Right]:
    """What the login takes, where it is in the cluster."""
    if isinstance(_server(preset).auth, KubernetesAuth) and not _signs_only(preset):
        return [Right("create", "", "serviceaccounts/token", preset.target.namespace, ACCOUNT)]
    named = [
        answer.reference.secret
        for answer in secret_paths(preset)
        if answer.path.startswith(AUTH) and isinstance(answer.reference, KubernetesSecret)
    ]
    return [
        Right("get", "", "secrets", one.namespace or preset.target.namespace, one.name)
        for one in named
    ]


CHECKS = (
    Check(
        "vault.reached",
        "Vault or OpenBao",
        ("pki.authority",),
        reached,
        applies=_existing,
        offline=True,
    ),
    Check(
        "vault.rights",
        "Rights in Vault or OpenBao",
        _ANSWERS,
        rights,
        applies=_makes,
        rights=_logging_in,
    ),
    Check(
        "vault.signature",
        "Trial signature",
        _ANSWERS,
        signature,
        applies=_signs_only,
        rights=_signing,
    ),
)
