"""What `wizard unseal` does: gives key shares to every sealed replica of a preset's server."""

import asyncio
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any, Protocol

from wizard.answers.preset import Preset
from wizard.errors import ExitCode, Invalid, StepFailed, UsageError
from wizard.live import reach, require_identity
from wizard.ports import World
from wizard.steps.vault.custody import Custody
from wizard.steps.vault.keys import Kept
from wizard.steps.vault.opening import unsealed
from wizard.steps.vault.replicas import OPEN, Replicas
from wizard.steps.vault.unsealable import answering, unsealable
from wizard.vaults import VaultStatus
from wizard.voices import Voices

_JOINING_SECONDS, _PAUSE = 30, 0.5


class Holder(Protocol):
    """Who gives shares in the terminal."""

    @property
    def present(self) -> bool:
        """Whether there is somebody to ask."""

    def unseen(self, label: str) -> str:
        """Ask for a line that is not shown; empty: there is no more."""


@dataclass(frozen=True, slots=True)
class _Round:
    """One round of giving shares."""

    world: World
    replicas: Replicas
    voices: Voices
    before: dict[str, VaultStatus]
    shares: list[str] = field(default_factory=list, repr=False)
    """What opens a replica that joins the others only now."""

    async def give(self, pod: str, shares: Sequence[str]) -> VaultStatus:
        """Give shares to one replica. Raises Invalid: they do not open it."""
        async with self.replicas.reached(self.world, pod) as server:
            return await unsealed(self.world, server, shares)

    async def ask(self, pods: Sequence[str], holder: Holder) -> None:
        """Ask for share after share, until all these replicas are open or nothing is typed."""
        left = {pod: self.before[pod] for pod in pods}
        while left:
            status = min(left.values(), key=lambda one: one.entered)
            names, turn = ", ".join(left), f"{status.entered + 1} of {status.threshold}"
            share = holder.unseen(f"Key share {turn} for {names}").strip()
            if not share:
                return
            self.voices.redactor.conceal(share)
            self.shares.append(share)
            left = {pod: now for pod in left if (now := await self._take(pod, share))}

    async def follow(self) -> None:
        """Open the replicas that join one that is open now, and wait until one is in charge."""
        until = asyncio.get_running_loop().time() + _JOINING_SECONDS
        joining = {pod for pod in self.replicas.pods if self._joins(pod)}
        while asyncio.get_running_loop().time() < until:
            states = await self.replicas.states(self.world)
            alone = not joining and "active" in states.values()
            if alone or not OPEN & {*states.values()}:
                return
            for pod in [one for one in joining if states[one] == "sealed"]:
                joining.remove(pod)
                with suppress(Invalid):  # that it is still sealed is told in the end
                    await self.give(pod, self.shares)
            await asyncio.sleep(_PAUSE)

    def _joins(self, pod: str) -> bool:
        """Whether a replica belonged to no others yet."""
        return pod not in self.before or self.before[pod].state == "uninitialised"

    async def _take(self, pod: str, share: str) -> VaultStatus | None:
        """The replica's state after one more share; None: it is open."""
        try:
            async with self.replicas.reached(self.world, pod) as server:
                status = await self.world.vault.unseal(server, [share])
        except Invalid as error:
            self.shares.clear()
            self.voices.console.warning(
                StepFailed(
                    f"{pod} did not take that share",
                    why=error.why,
                    fix="give all shares again: where one of them was wrong, none counts any more",
                )
            )
            async with self.replicas.reached(self.world, pod) as server:
                status = await self.world.vault.status(server)
        return None if status.state in OPEN else status


async def unseal(world: World, answers: Preset, voices: Voices, holder: Holder) -> ExitCode:
    """Unseal every replica, with the keys file or by asking.

    Raises UsageError: there is no such server, or nobody to ask; CheckFailed: it does not answer,
    or was never initialised; StepFailed: it is still sealed.
    """
    replicas, custody = unsealable(world, answers, voices.redactor.conceal)
    await reach(world)
    await require_identity(world, answers.target)
    before = await answering(world, replicas)
    sealed = [pod for pod, status in before.items() if status.state == "sealed"]
    if sealed:
        turn = _Round(world, replicas, voices, before)
        await _open(turn, sealed, await custody.kept(world), custody, holder)
        await turn.follow()
    after = await answering(world, replicas)
    document = _document(replicas, before, after)
    voices.report.data(document, lambda _: [_line(one) for one in document["replicas"]])
    if all(status.state in OPEN for status in after.values()) and len(after) == replicas.count:
        return ExitCode.DONE
    raise StepFailed(
        f"{replicas.title} is not open yet",
        why="; ".join(_line(one) for one in document["replicas"]),
        where=f"namespace {replicas.place.namespace}",
        fix="let the next holder give the same command; shares that were given stay counted until "
        "the replica starts again",
    )


async def _open(
    turn: _Round, sealed: Sequence[str], kept: Kept | None, custody: Custody, holder: Holder
) -> None:
    path = custody.file.path
    if kept and kept.opens:
        turn.voices.console.note(f"Unsealing with the shares in {path}")
        turn.shares.extend(kept.shares)
        for pod in sealed:
            try:
                await turn.give(pod, kept.shares)
            except Invalid as error:
                raise StepFailed(
                    f"The shares in the keys file do not open {pod}",
                    why=error.why,
                    where=str(path),
                    fix="move that file away and give the command again: it asks for shares",
                ) from None
        return
    if not holder.present:
        why = "they are encrypted for their holders" if kept else "its shares are not there"
        raise UsageError(
            "Nobody is there to give key shares",
            why=f"there is no terminal, and the keys file opens nothing: {why}",
            where=str(path),
            fix="run it in a terminal, or put the keys file back for the moment",
        )
    await turn.ask(sealed, holder)


def _document(
    replicas: Replicas, before: dict[str, VaultStatus], after: dict[str, VaultStatus]
) -> dict[str, Any]:
    """Every replica, as it was and as it is."""
    return {
        "version": 1,
        "namespace": replicas.place.namespace,
        "replicas": [
            {
                "name": pod,
                "before": before[pod].state if pod in before else "unknown",
                "after": after[pod].state if pod in after else "unknown",
                "entered": after[pod].entered if pod in after else 0,
                "threshold": after[pod].threshold if pod in after else 0,
            }
            for pod in replicas.pods
        ],
    }


def _line(one: dict[str, Any]) -> str:
    """`openbao-0: active, was sealed`, with the shares that are given where it still is."""
    if one["after"] == "sealed":
        return f"{one['name']}: sealed, {one['entered']} of {one['threshold']} shares given"
    changed = f", was {one['before']}" if one["before"] != one["after"] else ""
    return f"{one['name']}: {one['after']}{changed}"
