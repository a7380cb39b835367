"""The steps from an issuer to Harbor's certificate. `issuing_steps` is how others use them."""

import asyncio
from base64 import b64decode, b64encode
from collections.abc import Sequence
from dataclasses import replace

from wizard.answers.pki import Certificate
from wizard.certificates import GivenCertificate
from wizard.diagnose.kinds import CERTIFICATE, CERTIFICATE_REQUEST
from wizard.diagnose.readiness import readiness
from wizard.errors import KindUnknown, WorldError
from wizard.ports import Charts, NeededRight, Object, Ref, World
from wizard.steps.base import FieldChange, ObjectChange, Reporter, Step
from wizard.steps.changes import change_to, changes_to, make, remove
from wizard.steps.difference import ABSENT, digest
from wizard.steps.gate import wait_until_ready
from wizard.steps.inputs import Inputs
from wizard.steps.issuing import Issuance, IssuerRef, Made, nothing_made, rights_to_make

LOOK_AGAIN = "harbor-wizard/look-again"
"""The annotation whose change makes cert-manager look at an issuer at once, instead of minutes
later: it tries a failed one less and less often.
"""
_LOOK_AGAIN_MANAGER = "harbor-wizard-look-again"


def issuing_steps(
    inputs: Inputs,
    issuer: IssuerRef,
    wanted: Certificate,
    *,
    made: Made = nothing_made,
    needs: Sequence[str] = ("target.namespace",),
) -> Sequence[Step]:
    """An issuer applied (if `made` gives objects) and ready, a trial signature, the certificate.

    `made` gives the issuer with all that it refers to, in the order in which they are applied,
    from what earlier steps left in the world. `needs`: the steps that have to be done before.
    The last step's id is `pki.certificate`; with it done, the TLS Secret holds what was verified.
    """
    issuance = Issuance(inputs, issuer, wanted)
    return (
        IssuerReady(issuance, made, needs),
        TrialSignature(issuance),
        IssuedCertificate(issuance),
    )


class IssuerReady(Step):
    """The issuer is as it should be, if it is ours, and says that it is ready."""

    def __init__(
        self,
        issuance: Issuance,
        made: Made,
        needs: Sequence[str],
        *,
        id_: str = "pki.issuer",
        title: str = "Issuer",
    ) -> None:
        self.id, self.title, self.needs = id_, title, tuple(needs)
        self._issuance, self._made = issuance, made
        self._ref = issuance.issuer.address(issuance.inputs.namespace)
        self._wait = issuance.wait(str(issuance.issuer))

    async def rights(self, charts: Charts) -> Sequence[NeededRight]:
        """See Step."""
        refs = [Ref.of(obj) for obj in await self._made(None)]
        reason = "the issuer of certificates is set up"
        places = sorted({(ref.kind, ref.namespace) for ref in refs})
        making = [right for kind, place in places for right in rights_to_make(kind, place, reason)]
        return [*making, *self._issuance.rights_to_watch()]

    async def check(self, world: World) -> Sequence[ObjectChange]:
        """See Step. An issuer of ours that failed is looked at again."""
        desired = await self._made(world)
        changes = await changes_to(world.objects, desired)
        if self._ref is None or self._ref not in map(Ref.of, desired):
            return changes
        if any(change.ref == self._ref for change in changes):
            return changes
        live = await world.objects.get(self._ref)
        if live is None or (found := readiness(live)).ready:
            return changes
        before = (live["metadata"].get("annotations") or {}).get(LOOK_AGAIN, ABSENT)
        field = FieldChange(f"metadata.annotations[{LOOK_AGAIN}]", before, "now")
        return [*changes, ObjectChange("update", self._ref, (field,), reason=found.reason)]

    async def apply(self, world: World, changes: Sequence[ObjectChange], report: Reporter) -> None:
        """See Step."""
        planned = {change.ref: change for change in changes}
        for obj in await self._made(world):
            if change := planned.get(Ref.of(obj)):
                await make(world.objects, obj, change)
        if self._ref in planned:
            await self._look_again(world, self._ref)

    async def _look_again(self, world: World, ref: Ref) -> None:
        now = self._issuance.inputs.clock().isoformat(timespec="seconds")
        metadata: Object = {"name": ref.name, "annotations": {LOOK_AGAIN: now}}
        if ref.namespace:
            metadata["namespace"] = ref.namespace
        nudge = {**ref.kind.head, "metadata": metadata}
        await world.objects.apply(nudge, manager=_LOOK_AGAIN_MANAGER, force=True)

    async def verify(self, world: World, report: Reporter) -> None:
        """See Step: it is ready, as cert-manager says."""
        if self._ref is not None:
            inputs = self._issuance.inputs
            await wait_until_ready(world, inputs, [self._ref], report, self._wait)


class TrialSignature(Step):
    """The issuer signs what Harbor will ask for, before the Certificate asks: a Certificate whose
    first request fails is tried again only after an hour
    (https://cert-manager.io/docs/faq/#what-happens-if-issuance-fails-will-it-be-retried).

    Nothing is signed where the Certificate is there already, as it should be.
    """

    id = "pki.trial"
    title = "Trial signature"

    def __init__(
        self,
        issuance: Issuance,
        needs: Sequence[str] = ("pki.issuer",),
        certificate: Issuance | None = None,
    ) -> None:
        """`certificate`: what is to be issued, where that is not by the issuer that is tried."""
        self.needs = tuple(needs)
        self._issuance, self._certificate = issuance, certificate or issuance
        self._wait = issuance.wait("The trial signature")

    async def rights(self, charts: Charts) -> Sequence[NeededRight]:
        """See Step."""
        namespace = self._issuance.inputs.namespace
        return rights_to_make(CERTIFICATE_REQUEST, namespace, "a trial signature is asked for")

    async def check(self, world: World) -> Sequence[ObjectChange]:
        """See Step."""
        if not await certificate_changes(world, self._certificate):
            return ()
        trial = self._issuance.trial(b"")
        ref, content = Ref.of(trial), digest(trial)
        reason = "it is made, signed, judged and removed again"
        return (ObjectChange("create", ref, validated=False, reason=reason, content=content),)

    async def apply(self, world: World, changes: Sequence[ObjectChange], report: Reporter) -> None:
        """See Step. Raises StepFailed where the issuer refuses, or signs what will not do."""
        certificates = world.certificates
        asked = await asyncio.to_thread(certificates.request, self._issuance.signing_request)
        trial = self._issuance.trial(b64encode(asked.request))
        ref = Ref.of(trial)
        await remove(world.objects, ref)
        try:
            await world.objects.create(trial)
            await wait_until_ready(world, self._issuance.inputs, [ref], report, self._wait)
            status = (await world.objects.get(ref) or {}).get("status", {})
            chain, root = (b64decode(status.get(key, "")) for key in ("certificate", "ca"))
            given = GivenCertificate(chain, asked.key, roots=root)
            self._issuance.refuse_bad(world, given, str(ref))
        finally:
            await asyncio.shield(_forget(world, ref))


async def _forget(world: World, ref: Ref) -> None:
    """Remove a trial; the next one removes what could not be removed now."""
    try:
        await world.objects.delete(ref)
    except WorldError:
        return


class IssuedCertificate(Step):
    """The Certificate is as it should be, issued, and its Secret holds what clients look for."""

    id = "pki.certificate"
    title = "Certificate"

    def __init__(self, issuance: Issuance, needs: Sequence[str] = ("pki.trial",)) -> None:
        self.needs = tuple(needs)
        self._issuance = issuance
        self._wait = issuance.wait("The certificate")

    @property
    def makes(self) -> Sequence[Ref]:
        """See Step."""
        return [self._issuance.inputs.secret(self._issuance.inputs.names.certificate)]

    async def rights(self, charts: Charts) -> Sequence[NeededRight]:
        """See Step."""
        inputs, reason = self._issuance.inputs, "the issued certificate is judged"
        return [
            *rights_to_make(CERTIFICATE, inputs.namespace, "cert-manager keeps the certificate"),
            *inputs.rights_in_namespace("secrets", reason, "get"),
        ]

    async def check(self, world: World) -> Sequence[ObjectChange]:
        """See Step."""
        return await certificate_changes(world, self._issuance)

    async def apply(self, world: World, changes: Sequence[ObjectChange], report: Reporter) -> None:
        """See Step. One that failed is made anew, as it would rest for an hour or more."""
        live = await world.objects.get(self._issuance.address)
        if live is not None and readiness(live).state == "failed":
            await remove(world.objects, self._issuance.address)
        for change in changes:
            await make(world.objects, self._issuance.certificate, change)

    async def verify(self, world: World, report: Reporter) -> None:
        """See Step: chain, names, dates and key are those that clients accept for the host."""
        inputs, ref = self._issuance.inputs, self._issuance.address
        await wait_until_ready(world, inputs, [ref], report, self._wait)
        entries = await inputs.entries(world, inputs.names.certificate)
        chain, key, root = (entries.get(key, b"") for key in ("tls.crt", "tls.key", "ca.crt"))
        place = str(inputs.secret(inputs.names.certificate))
        self._issuance.refuse_bad(world, GivenCertificate(chain, key, roots=root), place)


async def certificate_changes(world: World, issuance: Issuance) -> Sequence[ObjectChange]:
    """What would change at the Certificate now; one that failed is to be issued anew."""
    change = await change_to(world.objects, issuance.certificate)
    try:
        live = await world.objects.get(issuance.address)
    except KindUnknown:
        live = None
    found = readiness(live)
    if found.state != "failed":
        return [change] if change else []
    again = FieldChange("status", found.reason, "issued anew")
    if change:
        return [replace(change, fields=(*change.fields, again))]
    content = digest(issuance.certificate)
    return [ObjectChange("update", issuance.address, (again,), content=content)]
