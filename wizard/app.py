"""Opens the guided installation on the screen, wired to the real or the simulated world."""

import os
from collections.abc import Sequence
from contextlib import AbstractAsyncContextManager
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from wizard.errors import ExitCode
from wizard.options import Common
from wizard.run.records import state_folder

if TYPE_CHECKING:
    from screens.ways import Ways
    from wizard.answers.draft import Draft
    from wizard.answers.network import Network
    from wizard.contexts import Context
    from wizard.ports import World


async def guide(
    settings: Common, presets: Sequence[Path], sets: Sequence[str], *, ask: str, retarget: bool
) -> ExitCode:
    """Show the screens until the person leaves; the exit code of what was done there."""
    from screens.application import WizardApp

    app = WizardApp(_ways(settings, tuple(presets), tuple(sets), ask, retarget))
    return ExitCode(await app.run_until_left())


def _ways(
    settings: Common, presets: tuple[Path, ...], sets: tuple[str, ...], ask: str, retarget: bool
) -> "Ways":
    from dataclasses import replace

    from screens.ways import Ways
    from wizard.wiring import number_of

    def draft() -> "Draft":
        from wizard.answers.loading import read

        return read(presets, settings.sets(sets))

    def rehearsal(scenario: str) -> "Ways":
        return _ways(replace(settings, demo=True, scenario=scenario), (), (), "", False)

    return Ways(
        open_world=partial(_open, settings),
        contexts=partial(_contexts, settings),
        state=state_folder() / "demo" if settings.demo else state_folder(),
        log_dir=settings.logs,
        scenario=settings.scenario if settings.demo else "",
        scenarios=_scenarios,
        rehearsal=rehearsal,
        draft=draft if presets or sets else None,
        presets=presets,
        ask=ask,
        retarget=retarget,
        gate_seconds=number_of("WIZARD_GATE_SECONDS", 3600),
        environ=os.environ,
    )


def _open(
    settings: Common, context: str | None, network: "Network"
) -> "AbstractAsyncContextManager[World]":
    from dataclasses import replace

    from wizard.wiring import open_world

    site = settings.site()
    return open_world(replace(site, context=site.context or context), network)


def _contexts(settings: Common) -> "Sequence[Context]":
    from wizard.wiring import contexts

    return contexts(settings.site())


def _scenarios() -> Sequence[tuple[str, str]]:
    from backends.simulated.scenarios import SCENARIOS

    return [(one.name, one.summary) for one in SCENARIOS.values()]
