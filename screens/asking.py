"""Asks the cluster what depends on an answer, while the person types on."""

import asyncio
from collections.abc import Callable, Sequence
from contextlib import AsyncExitStack
from pathlib import Path as FilePath
from tempfile import TemporaryDirectory

from screens.connection import Connection
from screens.desk import Desk
from wizard.answers.paths import Path, overlap, parse_path
from wizard.answers.preset import Preset
from wizard.answers.problems import PresetInvalid
from wizard.checks.base import Check, Result, Subject
from wizard.checks.offers import Offer, offers
from wizard.checks.suite import applying, ask
from wizard.commands import packages_of
from wizard.plan.graph import build_graph
from wizard.ports import World
from wizard.run.redaction import Redactor
from wizard.run.subject import subject_of
from wizard.steps.inputs import Inputs

AT_ONCE = 6


class Asker:
    """Asks checks about the draft on the desk, over the connection of its answers."""

    def __init__(self, desk: Desk, connection: Connection, redactor: Redactor) -> None:
        self._desk = desk
        self._connection = connection
        self._redactor = redactor

    async def world(self) -> World:
        """The cluster that the answers name. Raises UsageError for one that cannot be used."""
        preset, _ = self._desk.draft.tentative()
        return await self._connection.world(preset.target.context, preset.network)

    async def offers(self, path: Path) -> Sequence[Offer]:
        """What the cluster offers for an answer. Raises WizardError where it cannot be asked."""
        preset, _ = self._desk.draft.tentative()
        return await offers(await self.world(), preset, path)

    async def ask(self, paths: Sequence[Path], took: Callable[[Result], None]) -> None:
        """Ask every check that reads one of these answers and whose other answers are fine.

        Raises UsageError for a cluster that cannot be used.
        """
        preset, unknown = self._desk.draft.tentative()
        checks = [check for check in applying(preset) if _concerns(check, paths, unknown)]
        if not checks:
            return
        world = await self._connection.world(preset.target.context, preset.network)
        async with AsyncExitStack() as opened:
            subject = Subject(preset, secrets=dict(self._desk.typed))
            if any(check.rendered for check in checks):
                folder = opened.enter_context(TemporaryDirectory(prefix="harbor-wizard-charts-"))
                subject = await self._rendered(world, preset, FilePath(folder))
            gate = asyncio.Semaphore(AT_ONCE)

            async def settle(check: Check) -> None:
                async with gate:
                    took(await ask(check, world, subject))

            async with asyncio.TaskGroup() as group:
                for check in checks:
                    group.create_task(settle(check))

    async def _rendered(self, world: World, preset: Preset, folder: FilePath) -> Subject:
        packages = packages_of(preset, world.charts, folder)
        inputs = Inputs(preset, packages, dict(self._desk.typed), self._redactor.conceal)
        try:
            graph = build_graph(inputs)
        except PresetInvalid:  # an answer that no run carries out: told beside its question
            return Subject(preset, secrets=dict(self._desk.typed))
        return await subject_of(world, inputs, graph)


def _concerns(check: Check, paths: Sequence[Path], unknown: Sequence[Path]) -> bool:
    reads = [parse_path(read) for read in check.reads]
    known = not any(overlap(read, path) for read in reads for path in unknown)
    return known and any(overlap(read, path) for read in reads for path in paths)
