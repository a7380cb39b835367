"""What the wizard's own login may do in a server that it installed, as the answers change."""

from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from typing import Any

from wizard.answers.authority import DeployedServer, ServedAuthority
from wizard.errors import Forbidden
from wizard.ports import Charts, NeededRight, World
from wizard.steps.base import FieldChange, ObjectChange, Reporter, Step
from wizard.steps.difference import ABSENT, digest
from wizard.steps.inputs import Inputs
from wizard.steps.vault.deployed import MOUNT, RAFT
from wizard.steps.vault.entries import place
from wizard.steps.vault.policy import needed_capabilities, rule_text
from wizard.steps.vault.sessions import Sessions
from wizard.vaults import VaultReply, VaultSession

POLICY = f"sys/policies/acl/{MOUNT}"
"""Where the policy of the wizard's login stands."""


class OwnRights:
    """The policy of the wizard's login, for these answers.

    It may be widened by that login itself, which is no more than the login could before: it
    writes cert-manager's policy and role, so it could give itself everything by way of these.
    """

    def __init__(self, inputs: Inputs, authority: ServedAuthority) -> None:
        needed = dict(needed_capabilities(inputs.preset, authority))
        server = authority.server
        if isinstance(server, DeployedServer) and server.replicas > 1:
            needed[RAFT] = ("read",)
        needed[POLICY] = ("read", "update")
        self._needed = needed

    @property
    def text(self) -> str:
        """The policy of a new server."""
        return self.added_to("")

    def added_to(self, text: str) -> str:
        """A policy with what is missing there; what else it allows stays, since other answers
        may need it: those of another preset for this server, or the former ones.
        """
        missing = [rule_text(path, self._needed[path]) for path in self.missing_in(text)]
        return "\n".join([*([f"{text.strip()}\n"] if text.strip() else []), *missing])

    def missing_in(self, text: str) -> Mapping[str, Sequence[str]]:
        """The paths that a policy does not name as they are needed, and the capabilities."""
        return {
            path: needed
            for path, needed in self._needed.items()
            if rule_text(path, needed).strip() not in text
        }


class WidenedRights(Step):
    """The wizard's policy names all paths that the answers lead to, also the new ones.

    A new server has that policy from the beginning.
    """

    id = "pki.vault.rights"
    title = "Rights of the wizard in the server"

    def __init__(self, own: OwnRights, sessions: Sessions, needs: Sequence[str]) -> None:
        self.needs = tuple(needs)
        self._own, self._sessions = own, sessions
        self._ref = place("Policy", POLICY)

    async def rights(self, charts: Charts) -> Sequence[NeededRight]:
        """See Step; what it takes in the server is in the policy itself."""
        return ()

    async def check(self, world: World) -> Sequence[ObjectChange]:
        """See Step. A policy that may not be read is one that an earlier wizard wrote, or that
        somebody changed: it counts as it is, and the server refuses what it lacks.
        """
        async with self._sessions(world) as session:
            try:
                found = await session.read(POLICY)
            except Forbidden:
                return ()
        missing = self._own.missing_in(found["policy"]) if found else {}
        if not missing:
            return ()
        fields = (FieldChange(path, ABSENT, ", ".join(may)) for path, may in missing.items())
        content = digest({"metadata": {"name": POLICY}, "missing": {**missing}})
        return [ObjectChange("update", self._ref, tuple(fields), content=content)]

    async def apply(self, world: World, changes: Sequence[ObjectChange], report: Reporter) -> None:
        """See Step."""
        async with self._sessions(world) as session:
            found = await session.read(POLICY) or {"policy": ""}
            await session.write(POLICY, {"policy": self._own.added_to(found["policy"])})


def widening(sessions: Sessions, own: OwnRights) -> Sessions:
    """Sessions in which nothing is found where the login may not look yet.

    So a plan counts what is there as to be made; what is there already is kept all the same.
    """

    @asynccontextmanager
    async def opened(world: World) -> AsyncIterator[VaultSession]:
        async with sessions(world) as session:
            yield _Widening(session, own)

    return opened


class _Widening:
    def __init__(self, session: VaultSession, own: OwnRights) -> None:
        self._session, self._own = session, own

    async def read(self, path: str) -> Mapping[str, Any] | None:
        """See VaultSession."""
        try:
            return await self._session.read(path)
        except Forbidden as error:
            await self._require_narrow(error)
            return None

    async def list(self, path: str) -> Sequence[str]:
        """See VaultSession."""
        try:
            return await self._session.list(path)
        except Forbidden as error:
            await self._require_narrow(error)
            return ()

    async def write(self, path: str, data: Mapping[str, Any]) -> VaultReply:
        """See VaultSession."""
        return await self._session.write(path, data)

    async def delete(self, path: str) -> None:
        """See VaultSession."""
        await self._session.delete(path)

    async def _require_narrow(self, refused: Forbidden) -> None:
        """Raise what was refused, unless the policy is still to be widened."""
        try:
            found = await self._session.read(POLICY)
        except Forbidden:
            raise Forbidden(
                refused.what,
                why="its policy lets the wizard neither do this nor give itself more: an earlier "
                "version, or somebody, wrote it so",
                where=refused.where,
                fix=f"let an administrator of the server allow read and update at {POLICY} in the "
                f"policy {MOUNT}; or keep the mounts, role and names of the first run",
            ) from None
        if found is None or not self._own.missing_in(found["policy"]):
            raise refused
