"""A sealed OpenBao or Vault that the wizard installed, opened by key shares of its holders."""

import asyncio
from collections.abc import Callable, Mapping, Sequence

from wizard.actions.base import Act
from wizard.answers.preset import Preset
from wizard.diagnose.offer import Offer
from wizard.errors import CheckFailed, Invalid, OutOfTime, StepFailed, UsageError
from wizard.ports import Charts, NeededRight, Ref, World
from wizard.steps.base import FieldChange, ObjectChange, Reporter
from wizard.steps.vault.custody import Custody
from wizard.steps.vault.entries import place
from wizard.steps.vault.opening import COMMAND, unsealed
from wizard.steps.vault.replicas import Replicas
from wizard.steps.vault.unsealable import answering, unsealable
from wizard.vaults import VaultStatus

_PAUSE = 0.5


class Unseal(Act):
    """Key shares are given to every replica that is sealed: those of the keys file where it lies
    as the preset says, else those that `take` is given.
    """

    id = "action.unseal"
    reason = "to give it key shares"

    def __init__(self, ref: Ref, replicas: Replicas, custody: Custody) -> None:
        super().__init__(ref)
        self.title = f"Unseal the {ref}"
        self._replicas, self._custody = replicas, custody
        self._shares: list[str] = []

    @property
    def effect(self) -> str:
        """See Act."""
        return (
            "The shares open it in its memory alone, until it starts again; what it stores stays. "
            "Where they are too few, they stay counted until the next holder gives more."
        )

    async def rights(self, charts: Charts) -> Sequence[NeededRight]:
        """See Step: its pods are reached, no object is changed."""
        return self._replicas.rights(self.reason)

    async def questions(self, world: World) -> Sequence[str]:
        """The shares that are to be asked for, in words; empty: the keys file has them, or none is
        needed. Raises CheckFailed where nobody answers.
        """
        kept = await self._custody.kept(world)
        if kept and kept.opens:
            self._shares = [*kept.shares]
            return ()
        sealed = await self._sealed(world)
        if not sealed:
            return ()
        status = min(sealed.values(), key=lambda one: one.entered)
        turns = range(status.entered + 1, status.threshold + 1)
        return [f"Key share {turn} of {status.threshold} for {', '.join(sealed)}" for turn in turns]

    def take(self, share: str) -> None:
        """One more share that somebody typed."""
        self._shares.append(share)

    async def check(self, world: World) -> Sequence[ObjectChange]:
        """See Step. Raises CheckFailed where nobody answers."""
        field = (FieldChange("state", "sealed", "open"),)
        namespace = self.ref.namespace
        return [
            ObjectChange("update", place("Seal", f"{namespace}/{pod}"), field)
            for pod in await self._sealed(world)
        ]

    async def apply(self, world: World, changes: Sequence[ObjectChange], report: Reporter) -> None:
        """See Step. Raises StepFailed: a share is wrong."""
        for pod in await self._sealed(world):
            report.waiting(f"{pod} is given key shares")
            try:
                async with self._replicas.reached(world, pod) as server:
                    await unsealed(world, server, self._shares)
            except Invalid as error:
                raise StepFailed(
                    f"{pod} did not take the shares",
                    why=error.why,
                    where=str(self.ref),
                    fix="choose the action again and give all shares anew: where one of them was "
                    "wrong, none counts any more",
                ) from None

    async def verify(self, world: World, report: Reporter) -> None:
        """See Step: no replica is sealed, and one is in charge."""
        try:
            async with asyncio.timeout(self._seconds):
                while not await self._in_charge(world):
                    report.waiting(f"{self._replicas.title} is unsealed, not in charge yet")
                    await asyncio.sleep(_PAUSE)
        except TimeoutError:
            raise OutOfTime(
                f"{self.ref} is unsealed, but not in charge within {self._seconds:.0f} s",
                why="no replica of it has become the active one",
                where=str(self.ref),
                fix="see the logs of its pods",
            ) from None

    async def _in_charge(self, world: World) -> bool:
        """Whether it works. Raises StepFailed where more shares are needed."""
        states = await answering(world, self._replicas)
        closed = [
            f"{pod}: {status.entered} of {status.threshold} shares given"
            for pod, status in states.items()
            if status.state == "sealed"
        ]
        if closed:
            raise StepFailed(
                f"{self._replicas.title} is not open yet",
                why="; ".join(closed),
                where=str(self.ref),
                fix=f"let the next holder do the same, here or with `{COMMAND}`",
            )
        return "active" in {status.state for status in states.values()}

    async def _sealed(self, world: World) -> Mapping[str, VaultStatus]:
        found = await answering(world, self._replicas)
        return {pod: status for pod, status in found.items() if status.state == "sealed"}


def unseal_of(world: World, offer: Offer, preset: Preset, conceal: Callable[[str], None]) -> Unseal:
    """The action for the server that the preset installed.

    Raises CheckFailed: it is not the preset's, or nobody holds its key.
    """
    try:
        replicas, custody = unsealable(world, preset, conceal)
    except UsageError as error:
        raise _elsewhere(offer, f"{error.what.lower()}: {error.why}") from None
    at = replicas.place
    if (at.namespace, at.engine.name) != (offer.object.namespace, offer.object.name):
        raise _elsewhere(offer, f"the answers at hand install {at.namespace}/{at.engine.name}")
    return Unseal(offer.object, replicas, custody)


def _elsewhere(offer: Offer, why: str) -> CheckFailed:
    return CheckFailed(
        f"The answers that installed the {offer.object} are not at hand",
        why=why,
        where=str(offer.object),
        fix=f"give {COMMAND} with the preset that installed it, or open this view with "
        "wizard troubleshoot --preset FILE",
    )
