"""Taking a new server's key shares into custody: where they go, and whether somebody is there."""

from dataclasses import dataclass

from wizard.answers.unseal import Holders, Recovery
from wizard.charts.openbao import OPENBAO
from wizard.errors import CheckFailed, Invalid, PersonAwaited, StepFailed
from wizard.ports import Ref, World
from wizard.steps.base import FieldChange, ObjectChange, Reporter
from wizard.steps.difference import ABSENT
from wizard.steps.inputs import Inputs
from wizard.steps.namespace import NAMESPACE
from wizard.steps.vault.entries import place
from wizard.steps.vault.keys import Kept, KeysFile
from wizard.steps.vault.pgp import public_keys
from wizard.steps.vault.replicas import Replicas
from wizard.vaults import HeldKeys, Sharing, VaultKeys

_UNKNOWN = "the server does not run yet"


@dataclass(frozen=True, slots=True)
class Custody:
    """The keys file of one server."""

    inputs: Inputs
    holders: Holders
    replicas: Replicas

    @property
    def recovery(self) -> bool:
        """Whether the server opens itself, so that its shares make a root token alone."""
        return isinstance(self.holders, Recovery)

    @property
    def title(self) -> str:
        """What people call the shares."""
        return f"{self.kind} of {self.replicas.title}"

    @property
    def kind(self) -> str:
        """The same, without whose they are."""
        return "recovery keys" if self.recovery else "key shares"

    @property
    def file(self) -> KeysFile:
        """Where the shares are kept."""
        return KeysFile(self.holders.keys_file, self.inputs.conceal)

    async def kept(self, world: World) -> Kept | None:
        """What the file holds of this very server; None: nothing. Raises CheckFailed."""
        kept = self.file.read()
        return kept if kept and kept.server == await self._server(world) else None

    async def _server(self, world: World) -> str:
        """What tells this server from every other, also while it is sealed."""
        found = await world.objects.get(Ref(NAMESPACE, "", self.replicas.place.namespace))
        return str(found["metadata"]["uid"]) if found else ""

    async def require(self, world: World) -> None:
        """Raise CheckFailed where the shares would not be safe, UsageError: not in that place."""
        self.file.require_private()
        found = self.file.read()
        if found and (found.shares or found.server != await self._server(world)):
            raise self.in_the_way("it holds the shares of another server")
        self._sharing()
        if not (self.inputs.attended or self.holders.pgp_keys):
            raise CheckFailed(
                f"{self.replicas.title} is not initialised without a person",
                why=f"whoever keeps the {self.title} has to be there; a machine that runs jobs "
                "would lose them, or show them to others",
                where=self._answers,
                fix="run the command in a terminal; or name the holders' PGP keys in pgpKeys"
                f"{self._by_itself}. If it was initialised before, wait until its pod runs",
            )

    async def initialise(self, world: World, report: Reporter) -> None:
        """Have the server make its key, and keep the shares of it before anything else.

        Raises StepFailed: it refuses. A file without shares then stays, and is used next time.
        """
        sharing, server, file = self._sharing(), await self._server(world), self.file
        file.reserve(server, sharing)
        title = self.replicas.title
        report.waiting(f"{title} makes its key; its shares are written the moment they come")

        def keep(keys: VaultKeys) -> None:
            file.keep(server, sharing, keys)

        async with self.replicas.reached(world, self.replicas.pods[0]) as reached:
            try:
                await world.vault.initialise(reached, sharing, keep)
            except Invalid as error:
                raise _not_initialised(title, error) from None
        report.log(f"The {self.title} are in {file.path}, readable by you alone")

    async def hand_over(self, kept: Kept, report: Reporter) -> None:
        """Show the shares to the person in front, if there is one to show them to.

        Raises PersonAwaited until they are confirmed to be kept; they are in the file meanwhile.
        """
        custodian, names = self.inputs.custodian, self.holders.pgp_keys
        if custodian is None:
            return
        report.waiting(f"the {self.title} are shown once, until you confirm that they are kept")
        encrypted = tuple(one.name for one in names) if kept.encrypted else ()
        shown = HeldKeys(
            self.title, self.file.path, kept.threshold, kept.shares, kept.recovery, encrypted
        )
        if not await custodian.take(shown):
            raise PersonAwaited(
                f"The {self.title} are not confirmed to be kept",
                why=f"nobody gets into the server without them; they are in {self.file.path}",
                where=str(self.file.path),
                fix="give the same command again, or Retry: they are shown again",
            )

    @property
    def creation(self) -> ObjectChange:
        """What a plan tells of it."""
        holders, ref = self.holders, self.ref
        use = "make a root token" if self.recovery else "open it"
        fields = (
            FieldChange("shares", ABSENT, f"{holders.shares}, of which {holders.threshold} {use}"),
            FieldChange("file", ABSENT, str(self.file.path)),
        )
        return ObjectChange("create", ref, fields, validated=False, reason=_UNKNOWN)

    @property
    def ref(self) -> Ref:
        """What stands for the shares in a plan."""
        return place("Keys", f"{self.replicas.place.namespace}/{self.replicas.place.engine.name}")

    def in_the_way(self, why: str) -> CheckFailed:
        """The error of a file that must not be written over."""
        return CheckFailed(
            f"The file for the {self.kind} exists",
            why=f"{why}, and is never written over",
            where=str(self.file.path),
            fix="move it to safety if that server still runs; or name another file in "
            f"{self._answers}.keysFile",
        )

    def _sharing(self) -> Sharing:
        holders = self.holders
        keys = public_keys(holders.pgp_keys, self.inputs.clock())
        return Sharing(holders.shares, holders.threshold, keys, recovery=self.recovery)

    @property
    def _answers(self) -> str:
        """Where the answers about the shares are."""
        return f"pki.authority.server.{'recovery' if self.recovery else 'unseal'}"

    @property
    def _by_itself(self) -> str:
        """The way without shares, where there is one."""
        if self.replicas.place.engine is OPENBAO:
            return "; or let a single replica open itself (kind: static or transit)"
        return ""


def _not_initialised(title: str, error: Invalid) -> StepFailed:
    """What to do about a server that refuses to be initialised."""
    fix = "see why, then give the same command again"
    if "cluster already has state" in error.why:
        fix = "an earlier attempt spoilt its volume: delete the pod and its claim, then try again"
    return StepFailed(
        f"{title} refuses to be initialised", why=error.why, where=error.where, fix=fix
    )
