"""Root and issuing authority, each in a mount of its own: made once, then left alone."""

from collections.abc import Sequence
from dataclasses import dataclass

from wizard.answers.authority import Issuing, Root
from wizard.certificates import CertificateFacts
from wizard.diagnose.finding import Finding
from wizard.errors import CheckFailed, StepFailed
from wizard.ports import Charts, NeededRight, World
from wizard.steps.base import FieldChange, ObjectChange, Reporter, Step
from wizard.steps.certificates import due
from wizard.steps.difference import ABSENT, digest
from wizard.steps.inputs import Inputs
from wizard.steps.vault.entries import make_mount, mount_change, place
from wizard.steps.vault.sessions import Sessions
from wizard.vaults import VaultReply, VaultSession

_YEAR = 365 * 24 * 3600
_MARGIN = 3600
"""Seconds by which the issuing authority ends before its root at the latest."""
_MOUNT = "sys/mounts/"
PKI = "pki"
"""The type of the mounts."""


@dataclass(frozen=True, slots=True)
class Held:
    """The certificates in a mount: the authority's own, and what stands above it."""

    own: CertificateFacts
    pem: str
    chain: str
    above: Sequence[CertificateFacts]


class VaultAuthorityStep(Step):
    """What both authorities share: a mount, and the certificate in it."""

    answers: str
    """The path of the answers that describe it."""

    def __init__(self, inputs: Inputs, sessions: Sessions, wanted: Root | Issuing) -> None:
        self._inputs, self._sessions, self._wanted = inputs, sessions, wanted
        self._mount = wanted.mount
        self._longest = wanted.years * _YEAR

    async def rights(self, charts: Charts) -> Sequence[NeededRight]:
        """See Step; what it takes in the server is a policy there."""
        return ()

    async def check(self, world: World) -> Sequence[ObjectChange]:
        """See Step. Raises CheckFailed where the mount holds another authority."""
        async with self._sessions(world) as session:
            mount = await mount_change(session, self._path, PKI, self._longest)
            held = await held_by(world, session, self._mount)
            if held is not None:
                self._require_ours(held)
                await self._require_below(world, session, held)
                return [mount] if mount else []
        return [*([mount] if mount else []), self._creation]

    async def apply(self, world: World, changes: Sequence[ObjectChange], report: Reporter) -> None:
        """See Step. What an earlier attempt made is kept."""
        async with self._sessions(world) as session:
            await self._mounted(session, changes)
            if await held_by(world, session, self._mount) is None:
                await self.make(world, session, report)

    async def make(self, world: World, session: VaultSession, report: Reporter) -> None:
        """Make the certificate."""
        raise NotImplementedError

    async def _mounted(self, session: VaultSession, planned: Sequence[ObjectChange]) -> None:
        """Make the planned change of the mount, if there is one."""
        now = await mount_change(session, self._path, PKI, self._longest)
        if now and now.ref in {change.ref for change in planned}:
            await make_mount(session, now, PKI, self._longest)

    async def verify(self, world: World, report: Reporter) -> None:
        """See Step. One that ends soon is told: renewing it is for people to decide."""
        async with self._sessions(world) as session:
            held = await held_by(world, session, self._mount)
        if held is None:
            raise StepFailed(
                f"There is no certificate at {self._mount}",
                why="it was made, and somebody removed it since",
                where=self._mount,
                fix="give the same command again",
            )
        if due(held.own, self._inputs.clock()):
            report.finding(_ends_soon(self._mount, held.own))

    @property
    def _path(self) -> str:
        return f"{_MOUNT}{self._mount}"

    @property
    def _creation(self) -> ObjectChange:
        wanted = self._wanted
        fields = (
            FieldChange("name", ABSENT, wanted.common_name),
            FieldChange("key", ABSENT, wanted.key_type),
            FieldChange("valid for", ABSENT, f"{wanted.years} years"),
        )
        named = {"metadata": {"name": wanted.common_name}, "key": wanted.key_type}
        content = digest(named | {"years": wanted.years})
        return ObjectChange("create", place("Authority", self._mount), fields, content=content)

    def _request(self) -> dict[str, str | int | bool]:
        """Name and key as the server takes them."""
        family, _, size = self._wanted.key_type.partition("-")
        return {
            "common_name": self._wanted.common_name,
            "key_type": family,
            "key_bits": int(size),
            "exclude_cn_from_sans": True,
        }

    def _require_ours(self, held: Held) -> None:
        """Raise CheckFailed where somebody else's authority stands there."""
        if held.own.subject == f"CN={self._wanted.common_name}":
            return
        raise CheckFailed(
            f"The mount {self._mount} holds another authority",
            why=f"it is {held.own.subject}, and {self.answers}.commonName is "
            f"{self._wanted.common_name}; replacing it would make every certificate under it "
            "invalid",
            where=f"{self.answers}.mount",
            fix=f"give another mount, or the name that stands there, in {self.answers}",
        )

    async def _require_below(self, world: World, session: VaultSession, held: Held) -> None:
        """Raise CheckFailed where what stands there is signed by another than is wanted."""


class VaultRoot(VaultAuthorityStep):
    """The root stands in its mount, where nothing but the issuing authority is signed by it."""

    id = "pki.vault.root"
    title = "Root certificate"
    answers = "pki.authority.root"

    async def make(self, world: World, session: VaultSession, report: Reporter) -> None:
        """See VaultAuthorityStep. A name for the issuer keeps a second attempt from adding one."""
        path = f"{self._mount}/root/generate/internal"
        wanted = self._request() | {
            "ttl": f"{self._longest}s",
            "issuer_name": "harbor-root",
        }
        _tell(await session.write(path, wanted), self._mount, report)


class VaultIssuing(VaultAuthorityStep):
    """The issuing authority stands in its mount, signed by the root and stored with it, so that
    cert-manager puts the root into `ca.crt` (OpenSSL trusts no intermediate alone).
    """

    id = "pki.vault.issuing"
    title = "Issuing certificate"
    needs = ("pki.vault.root",)
    answers = "pki.authority.issuing"

    def __init__(self, inputs: Inputs, sessions: Sessions, wanted: Issuing, root: str) -> None:
        """`root` is the root's mount."""
        super().__init__(inputs, sessions, wanted)
        self._root = root

    async def _require_below(self, world: World, session: VaultSession, held: Held) -> None:
        """See VaultAuthorityStep: else a new root would be made that signs nothing."""
        root = await held_by(world, session, self._root)
        if not held.above or (root and root.own.serial in {one.serial for one in held.above}):
            return
        raise CheckFailed(
            f"The authority in {self._mount} is signed by another root than the one in "
            f"{self._root}",
            why=f"it is below {held.above[-1].subject}, and is never signed anew where it stands: "
            "old and new have to stand side by side until every client trusts both",
            where=f"{self.answers}.mount",
            fix=f"give a new mount for it too, in {self.answers}.mount",
        )

    async def make(self, world: World, session: VaultSession, report: Reporter) -> None:
        """See VaultAuthorityStep."""
        path = f"{self._mount}/intermediate/generate/internal"
        request = (await session.write(path, self._request())).data["csr"]
        root = await held_by(world, session, self._root)
        if root is None:
            raise StepFailed(f"There is no root at {self._root}", why="somebody removed it")
        left = int((root.own.not_after - self._inputs.clock()).total_seconds())
        wanted = {
            "csr": request,
            "common_name": self._wanted.common_name,
            "ttl": f"{min(self._longest, left - _MARGIN)}s",
            "max_path_length": 0,
            "exclude_cn_from_sans": True,
        }
        signed = await session.write(f"{self._root}/root/sign-intermediate", wanted)
        _tell(signed, self._mount, report)
        chain = f"{signed.data['certificate'].strip()}\n{root.pem.strip()}"
        await session.write(f"{self._mount}/intermediate/set-signed", {"certificate": chain})


async def held_by(world: World, session: VaultSession, mount: str) -> Held | None:
    """The authority of a mount, with what stands above it; None: there is none."""
    found = await session.read(f"{mount}/cert/ca")
    if not found or not found.get("certificate"):
        return None
    chain = await session.read(f"{mount}/cert/ca_chain") or found
    whole = chain["certificate"] or found["certificate"]
    own, *above = world.certificates.read(whole.encode())
    return Held(own, found["certificate"], whole, above)


def _tell(reply: VaultReply, mount: str, report: Reporter) -> None:
    """Pass on what the server says; that it made a shorter life of it is a finding."""
    for warning in reply.warnings:
        report.log(f"{mount}: {warning}")
        if "longer than permitted" in warning:
            report.finding(
                Finding(
                    "HW-211",
                    "warn",
                    f"Authority {mount}",
                    "The certificate will end earlier than was asked for",
                    f"the server does not allow more: {warning}",
                    "raise the maximum of the server and of the mount, and make it anew; or leave "
                    "it as it is",
                )
            )


def _ends_soon(mount: str, found: CertificateFacts) -> Finding:
    return Finding(
        "HW-212",
        "warn",
        f"Authority {mount}",
        f"{found.subject} ends on {found.not_after:%Y-%m-%d}",
        "a third of its life or less is left, and nothing that it signed is valid longer",
        "plan its renewal: docs/pki.md says how",
    )
