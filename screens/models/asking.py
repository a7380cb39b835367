"""Asks the cluster what depends on an answer, while the person types on."""

import asyncio
from collections.abc import Awaitable, Callable, Iterable, Mapping, Sequence
from pathlib import Path as FilePath
from tempfile import TemporaryDirectory

from screens.models.connection import Connection
from screens.models.desk import Desk
from wizard.answers.paths import Path, overlap, parse_path
from wizard.answers.preset import Preset
from wizard.answers.problems import PresetInvalid
from wizard.answers.secret_values import known
from wizard.charts.package import Packages
from wizard.checks.base import Check, Result, Subject
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

    def __init__(
        self,
        desk: Desk,
        connection: Connection,
        redactor: Redactor,
        environ: Callable[[], Mapping[str, str]],
    ) -> None:
        self._desk = desk
        self._connection = connection
        self._redactor = redactor
        self._environ = environ
        self._folder: TemporaryDirectory[str] | None = None
        self._packages: tuple[object, Packages] | None = None

    async def world(self) -> World:
        """The cluster that the answers name. Raises UsageError for one that cannot be used."""
        preset, _ = self._desk.draft.tentative()
        return await self._connection.world(preset.target.context, preset.network)

    def concerned(self, paths: Sequence[Path]) -> list[Check]:
        """The checks that read one of these answers, and whose other answers are fine."""
        preset, unknown = self._desk.draft.tentative()
        return [check for check in applying(preset) if _concerns(check, paths, unknown)]

    async def ask(self, checks: Sequence[Check], took: Callable[[Result], None]) -> None:
        """Ask some checks about the draft as it is now; those that need no chart come first.

        Raises WizardError for a cluster or a chart that cannot be used, once others are answered.
        """
        preset, _ = self._desk.draft.tentative()
        world = await self._connection.world(preset.target.context, preset.network)
        plain = Subject(preset, secrets=await self._secrets(preset))
        gate = asyncio.Semaphore(AT_ONCE)

        async def settle(check: Check, subject: Subject) -> None:
            async with gate:
                took(await ask(check, world, subject))

        async def settle_charted(checks: Sequence[Check]) -> None:
            subject = await self._charted(world, plain) if checks else plain
            await _all(settle(check, subject) for check in checks)

        charted = [check for check in checks if check.rendered or check.charted]
        uncharted = [check for check in checks if check not in charted]
        await _all([*(settle(check, plain) for check in uncharted), settle_charted(charted)])

    async def _secrets(self, preset: Preset) -> dict[str, str]:
        """The secrets that are known by now: typed, in variables, in files."""
        values = await asyncio.to_thread(known, preset, self._environ())
        for value in values.values():
            self._redactor.conceal(value)
        return dict(values)

    async def _charted(self, world: World, plain: Subject) -> Subject:
        """What checks of the chart are about."""
        packages = self._packages_for(world, plain.preset)
        inputs = Inputs(plain.preset, packages, plain.secrets, self._redactor.conceal)
        try:
            graph = build_graph(inputs)
        except PresetInvalid:  # an answer that no run carries out: told beside its question
            return plain
        return await subject_of(world, inputs, graph)

    def _packages_for(self, world: World, preset: Preset) -> Packages:
        """Chart packages, brought once for the same source."""
        key = (id(world), preset.delivery.charts)
        if self._packages is None or self._packages[0] != key:
            if self._folder:
                self._folder.cleanup()
            self._folder = TemporaryDirectory(prefix="harbor-wizard-charts-")
            packages = packages_of(preset, world.charts, FilePath(self._folder.name))
            self._packages = key, packages
        return self._packages[1]

    def close(self) -> None:
        """Remove the chart packages."""
        if self._folder:
            self._folder.cleanup()
        self._folder = self._packages = None


async def _all(work: Iterable[Awaitable[None]]) -> None:
    """Wait for all, whatever happens to one of them. Raises what was raised first."""
    for outcome in await asyncio.gather(*work, return_exceptions=True):
        if outcome is not None:
            raise outcome


def _concerns(check: Check, paths: Sequence[Path], unknown: Sequence[Path]) -> bool:
    reads = [parse_path(read) for read in check.reads]
    known = not any(overlap(read, path) for read in reads for path in unknown)
    return known and any(overlap(read, path) for read in reads for path in paths)
