"""Certificates that are signed by an authority made here and kept in a Secret."""

import asyncio
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from wizard.certificates import CertificateFacts, CertificateRequest, GivenCertificate, KeyPair
from wizard.errors import UsageError
from wizard.ports import Charts, NeededRight, Object, Ref, World
from wizard.steps.base import FieldChange, ObjectChange, Reporter, Step
from wizard.steps.changes import change_to, make
from wizard.steps.inputs import Inputs
from wizard.steps.restarts import restart, restarts
from wizard.steps.secrets import Entries

TLS_SECRET = "kubernetes.io/tls"  # noqa: S105 - the type of a Secret, not a secret
_UNMADE: Entries = {"tls.crt": b"to be made", "tls.key": b"to be made", "ca.crt": b"to be made"}
"""Stands for what does not exist yet, so that the API server can try the Secret."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """A certificate with its key that a Secret should hold."""

    secret: str
    request: CertificateRequest


@dataclass(frozen=True, slots=True)
class Published:
    """A Secret whose `ca.crt` holds the authority's certificate, after what `more` reads."""

    secret: str
    more: Callable[[], bytes] = bytes


class SignedCertificates(Step):
    """An authority, the certificates that it signs, and the places where it is published.

    All are renewed when a third of their life or less is left; renewing the authority renews
    everything that it signed.
    """

    needs = ("target.namespace",)

    def __init__(
        self,
        id_: str,
        title: str,
        inputs: Inputs,
        *,
        authority: Wanted,
        signed: Sequence[Wanted],
        published: Sequence[Published] = (),
    ) -> None:
        self.id, self.title = id_, title
        self._inputs, self._authority = inputs, authority
        self._signed, self._published = tuple(signed), tuple(published)

    @property
    def makes(self) -> Sequence[Ref]:
        """See Step."""
        held = [wanted.secret for wanted in (self._authority, *self._signed)]
        published = [place.secret for place in self._published]
        return [self._inputs.secret(name) for name in (*held, *published)]

    async def rights(self, charts: Charts) -> Sequence[NeededRight]:
        """See Step."""
        return self._inputs.rights_to_keep_secrets("certificates rest in Secrets")

    async def check(self, world: World) -> Sequence[ObjectChange]:
        """See Step."""
        faults = await self._faults(world)
        unmade = dict.fromkeys(faults, _UNMADE)
        changes = []
        for obj in await self._desired(world, unmade):
            change = await change_to(world.objects, obj)
            if change and (why := faults.get(change.ref.name)) and change.action == "update":
                reason = FieldChange("tls.crt", why, "made anew")
                change = replace(change, fields=(reason, *change.taken))
            changes += [change] if change else []
        return [*changes, *await restarts(world, self._inputs, changes)]

    async def apply(self, world: World, changes: Sequence[ObjectChange], report: Reporter) -> None:
        """See Step."""
        made: dict[str, Entries] = {}
        faults = await self._faults(world)
        if self._authority.secret in faults:
            issue = world.certificates.issue
            pair = await asyncio.to_thread(issue, self._authority.request, None)
            made[self._authority.secret] = self._held(pair)
        else:
            pair = _pair(await self._inputs.entries(world, self._authority.secret))
        for wanted in self._signed:
            if wanted.secret in faults:
                leaf = await asyncio.to_thread(world.certificates.issue, wanted.request, pair)
                made[wanted.secret] = self._held(leaf) | {"ca.crt": pair.certificate}
        planned = {change.ref: change for change in changes}
        for obj in await self._desired(world, made):
            if change := planned.get(Ref.of(obj)):
                await make(world.objects, obj, change)
        await restart(world, self._inputs, changes)

    def _held(self, pair: KeyPair) -> dict[str, bytes]:
        entries = {"tls.crt": pair.certificate, "tls.key": pair.key}
        self._inputs.conceal_entries(entries)
        return entries

    async def _desired(self, world: World, made: Mapping[str, Entries]) -> list[Object]:
        """All Secrets as they should be: what is not newly made stays as it is."""
        objects, authority = [], b""
        for wanted in (self._authority, *self._signed):
            name = wanted.secret
            entries = made.get(name) or await self._inputs.entries(world, name)
            authority = authority or entries["tls.crt"]
            objects.append(self._inputs.secret_object(name, entries, TLS_SECRET))
        for place in self._published:
            entries = {"ca.crt": place.more() + authority}
            objects.append(self._inputs.secret_object(place.secret, entries))
        return objects

    async def _faults(self, world: World) -> dict[str, str]:
        """Why Secrets do not hold what is wanted, by their names; the authority's comes first."""
        entries = await self._inputs.entries(world, self._authority.secret)
        authority = entries.get("tls.crt", b"")
        why = _fault(world, self._authority.request, entries, self._inputs.clock())
        faults = {self._authority.secret: why} if why else {}
        for wanted in self._signed:
            entries = await self._inputs.entries(world, wanted.secret)
            fault = _fault(world, wanted.request, entries, self._inputs.clock())
            if not fault and (why or entries.get("ca.crt") != authority):
                fault = "signed by another authority"
            if fault:
                faults[wanted.secret] = fault
        return faults


def due(certificate: CertificateFacts, now: datetime) -> bool:
    """Whether a third of a certificate's life or less is left."""
    life = certificate.not_after - certificate.not_before
    return now >= certificate.not_after - life / 3


def _pair(entries: Entries) -> KeyPair:
    return KeyPair(entries["tls.crt"], entries["tls.key"])


def _fault(world: World, request: CertificateRequest, entries: Entries, now: datetime) -> str:
    """Why what a Secret holds does not do; empty: it does."""
    if not entries.get("tls.crt") or not entries.get("tls.key"):
        return "missing"
    try:
        found = world.certificates.read(entries["tls.crt"])[0]
    except UsageError as error:
        return f"cannot be read: {error.why}"
    given = GivenCertificate(entries["tls.crt"], entries["tls.key"])
    held = world.certificates.judge(given, "").problems
    if unfit := next((one for one in held if one.code.startswith(("key-", "passphrase-"))), None):
        return unfit.message.rstrip(".")
    if missing := sorted(set(request.names) - set(found.names)):
        return f"does not cover {', '.join(missing)}"
    if due(found, now):
        return f"ends {found.not_after:%Y-%m-%d}: a third of its life or less is left"
    return ""
