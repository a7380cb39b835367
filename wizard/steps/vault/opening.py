"""A server that is initialised once from outside, opened, and given the wizard's login: by the
shares that people hold, or by its seal; it then gives recovery keys instead of shares.

Only the answer to the initialisation ever holds the shares. So the file for them is made, with
room for them, before the server is asked, and filled before anything else is done. A run that is
killed between that answer and the disk leaves a server that nobody can open and that holds
nothing yet: the next run says so.
"""

import asyncio
from collections.abc import Sequence
from functools import partial

from wizard.answers.authority import ServedAuthority
from wizard.answers.unseal import Holders
from wizard.diagnose.finding import Finding
from wizard.errors import CheckFailed, Invalid, StepFailed, Unauthorized, Unreachable
from wizard.ports import Charts, NeededRight, World
from wizard.steps.base import FieldChange, ObjectChange, PlanMoved, Reporter, Step
from wizard.steps.gate import Wait
from wizard.steps.inputs import Inputs
from wizard.steps.vault.api_server import api_authority
from wizard.steps.vault.custody import Custody
from wizard.steps.vault.deployed import MOUNT, followers, in_charge
from wizard.steps.vault.entries import place
from wizard.steps.vault.keys import Kept
from wizard.steps.vault.replicas import OPEN, Replicas
from wizard.steps.vault.server import AUDIT, ServerRelease, first_requests
from wizard.vaults import VaultLogin, VaultServer, VaultSession, VaultStatus

COMMAND = "wizard unseal --preset FILE"
"""What people give their shares with."""
_PAUSE = 0.5


class ServerOpened(Step):
    """The server is initialised, every replica of it is open, and the wizard may log in."""

    id = "pki.vault.opened"

    def __init__(
        self,
        inputs: Inputs,
        authority: ServedAuthority,
        holders: Holders,
        replicas: Replicas,
        release: ServerRelease,
    ) -> None:
        self.title = f"{replicas.title} initialised and open"
        self.needs = (release.id,)
        self.shares = replicas.place.namespace
        self._inputs, self._authority = inputs, authority
        self._replicas, self._release = replicas, release
        self._custody = Custody(inputs, holders, replicas)
        self._file = self._custody.file
        self._login = place("Login", f"sys/auth/{MOUNT}")
        self._server = replicas.title

    async def is_to_be_set_up(self, world: World) -> bool:
        """Whether the wizard's login is still to be made: the root token is there until then."""
        kept = await self._custody.kept(world)
        return bool(kept and kept.root_token)

    async def rights(self, charts: Charts) -> Sequence[NeededRight]:
        """See Step; the way to the pods is among the rights of the release."""
        return ()

    async def check(self, world: World) -> Sequence[ObjectChange]:
        """See Step. Raises CheckFailed where it cannot be opened, or must not be initialised."""
        kept = await self._custody.kept(world)
        states = await self._replicas.states(world)
        first, *_ = states.values()
        if first in {None, "uninitialised"} and not (kept and kept.shares):
            await self._custody.require(world)
            return [self._custody.creation, *map(self._opening, states), self._setting_up]
        if first == "uninitialised":
            raise self._custody.in_the_way("it holds the shares of a server that was here before")
        closed = [pod for pod, state in states.items() if state not in OPEN]
        if (kept and not kept.shares) or (closed and not self._can_open(kept)):
            raise self._closed(kept, CheckFailed)
        changes = [self._opening(pod) for pod in closed]
        return [*changes, self._setting_up] if kept and kept.root_token else changes

    async def apply(self, world: World, changes: Sequence[ObjectChange], report: Reporter) -> None:
        """See Step. Raises StepFailed where it waits for people. The root token is in the file as
        long as the login is not made: until then shares may not have been seen by anybody.
        """
        planned = {change.ref for change in changes}
        first = self._replicas.pods[0]
        status = await self._replicas.status(world, first)
        if status is None:
            raise Unreachable(f"{self._server} does not answer yet", where=f"pod {first}")
        if status.state == "uninitialised":
            if self._custody.ref not in planned:
                raise PlanMoved(
                    f"{self._server} is not initialised any more",
                    why="its volume was made anew since the plan",
                    fix="give the same command again: it plans anew",
                )
            await self._custody.initialise(world, report)
        if (kept := await self._custody.kept(world)) and kept.root_token:
            await self._custody.hand_over(kept, report)
        for pod in self._replicas.pods:
            await self._open(world, pod, report)
        await self._set_up(world, report)

    async def verify(self, world: World, report: Reporter) -> None:
        """See Step. Shares that lie together are told each time, until they do no more."""
        await self._release.wait_until_open(world, report, partial(self._still_closed, world))
        kept = await self._custody.kept(world)
        if kept and kept.together:
            report.finding(_lying_together(self._custody, kept))

    async def _open(self, world: World, pod: str, report: Reporter) -> None:
        """Open one replica, once it has joined the first. Raises StepFailed, OutOfTime."""
        wait = Wait(self._inputs, title=f"{self._server} in {pod}")
        while why := self._not_yet(pod, status := await self._replicas.status(world, pod)):
            report.waiting(why)
            wait.go_on(why)
            await asyncio.sleep(_PAUSE)
        if status is None or status.state in OPEN:
            return
        kept = await self._custody.kept(world)
        if kept is None or not kept.opens:
            raise self._closed(kept, StepFailed)
        report.waiting(f"{pod} is unsealed with the shares in {self._file.path}")
        async with self._replicas.reached(world, pod) as server:
            await unsealed(world, server, kept.shares)

    def _not_yet(self, pod: str, status: VaultStatus | None) -> str:
        """What a replica is waited for; empty: nothing."""
        if status is None:
            return f"{pod} does not answer yet"
        if status.state == "uninitialised":
            return f"{pod} has not joined yet"
        if status.state == "sealed" and self._custody.recovery:
            return f"{pod} is sealed: it has not reached the key that opens it ({status.seal})"
        return ""

    def _can_open(self, kept: Kept | None) -> bool:
        """Whether a sealed replica is opened without people: by the file, or by itself."""
        return self._custody.recovery or bool(kept and kept.opens)

    async def _set_up(self, world: World, report: Reporter) -> None:
        """Make the wizard's login with the root token, which is then revoked and forgotten."""
        kept = await self._custody.kept(world)
        if kept is None or not kept.root_token:
            return
        await self._until_active(world, report)
        requests = first_requests(
            self._inputs, self._authority, self._replicas.place, await api_authority(world)
        )
        login = VaultLogin(token=kept.root_token)
        try:
            async with (
                in_charge(self._replicas, world) as server,
                world.vault.session(server, login) as session,
            ):
                for _, path, data in requests:
                    if not await _made_before(session, path):
                        await session.write(path, data)
                await session.write("auth/token/revoke-self", {})
        except Unauthorized:  # an earlier run revoked it, after all that it was for
            pass
        self._file.without_root_token(kept)

    async def _until_active(self, world: World, report: Reporter) -> None:
        wait = Wait(self._inputs, title=self._server)
        while "active" not in (await self._replicas.states(world)).values():
            report.waiting(f"{self._server} is unsealed, not in charge yet")
            wait.go_on("no replica is in charge")
            await asyncio.sleep(_PAUSE / 10)

    async def _still_closed(self, world: World) -> str:
        """Which replica is not open, or could not take over; empty: all are, and could."""
        states = await self._replicas.states(world)
        closed = [
            f"{pod} {f'is {state}' if state else 'does not answer'}"
            for pod, state in states.items()
            if state not in OPEN
        ]
        if not closed and "active" not in states.values():
            return f"no replica of {self._server} is in charge yet"
        if closed or self._replicas.count == 1:
            return "; ".join(closed)
        return await followers(self._replicas, world)

    def _opening(self, pod: str) -> ObjectChange:
        ref = place("Seal", f"{self._replicas.place.namespace}/{pod}")
        return ObjectChange("update", ref, (FieldChange("state", "sealed", "open"),))

    @property
    def _setting_up(self) -> ObjectChange:
        return ObjectChange("update", self._login)

    def _closed(
        self, kept: Kept | None, error: type[CheckFailed] | type[StepFailed]
    ) -> CheckFailed | StepFailed:
        """The error of a server that only people can open."""
        namespace, name = self._replicas.place.namespace, self._replicas.place.engine.name
        if kept and not kept.shares:
            return error(
                f"{self._server} was initialised, but its {self._custody.kind} never arrived",
                why="an earlier run, or its connection, ended in that very moment; nobody can "
                f"{'log in to' if self._custody.recovery else 'open'} this server any more, and "
                "nothing is stored in it yet",
                where=f"namespace {namespace}",
                fix=f"remove it and let this command install it anew: helm -n {namespace} "
                f"uninstall {name}; kubectl -n {namespace} delete pvc -l "
                f"app.kubernetes.io/instance={name}; rm {self._file.path}",
            )
        why = "every start seals it, and its shares are not in the keys file"
        if kept and kept.encrypted:
            why = "its shares are encrypted for their holders, who have to open it"
        return error(
            f"{self._server} is sealed",
            why=why,
            where=f"namespace {namespace}",
            fix=f"let enough holders give their shares: {COMMAND}; then give the same command "
            f"again (the keys file is {self._file.path})",
        )


async def unsealed(world: World, server: VaultServer, shares: Sequence[str]) -> VaultStatus:
    """Give a server shares until it is open; once more where somebody else's wrong one was among
    those that it counted. Raises Invalid: they do not open it.
    """
    try:
        return await world.vault.unseal(server, shares)
    except Invalid:
        return await world.vault.unseal(server, shares)


async def _made_before(session: VaultSession, path: str) -> bool:
    """Whether what can be made once alone is there: a login or an audit device. An audit device
    cannot be read by itself.
    """
    if path == AUDIT:
        return f"{path.rpartition('/')[2]}/" in (await session.read("sys/audit") or {})
    return path.startswith("sys/auth/") and await session.read(path) is not None


def _lying_together(custody: Custody, kept: Kept) -> Finding:
    opens, again = "opens the server", f"after a restart they are needed again: {COMMAND}"
    if kept.recovery:
        opens, again = "becomes its administrator", "it is not needed to open the server"
    return Finding(
        "HW-213",
        "warn",
        f"File {custody.file.path}",
        f"The {custody.title} lie together on this machine",
        f"whoever reads this file {opens}: {kept.threshold} of its {len(kept.shares)} shares do",
        f"hand the shares out to their holders and move the file to safety; {again}",
    )
