"""Opens the guided installation on the screen, wired to the real or the simulated world."""

import asyncio
import os
import signal
import sys
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from wizard.environment import state_folder
from wizard.errors import ExitCode, UsageError
from wizard.options import Common, require_preset

if TYPE_CHECKING:
    from screens.application import WizardApp
    from screens.ways import Ways
    from wizard.answers.draft import Draft
    from wizard.answers.network import Network
    from wizard.contexts import Context
    from wizard.ports import Ref, World


MISSING = "missing"
"""What `--ask` calls the pages on which something is wrong or not answered yet."""
_OPENING_SECONDS = 0.5
"""How long the import of screens waits for a world at most: the cluster answers meanwhile."""
_TURN_SECONDS = 0.001
"""How long threads may keep the screens waiting: by default five times as long."""


def require_screen(settings: Common, presets: Sequence[Path]) -> None:
    """Raise UsageError where nobody could answer, or a program was to read the output."""
    if _has_screen(settings):
        return
    why = "the guided installation needs a terminal that can show screens"
    if settings.output != "text":
        why = f"--output {settings.output} is for runs without questions"
    file = presets[0] if presets else "FILE"
    raise UsageError(
        "Nothing can be asked here" if presets else "No answers were given",
        why=why,
        fix=f"give all answers: wizard --preset {file} (examples are in presets/), or rehearse "
        "one: wizard --demo --preset presets/demo.yaml --yes",
    )


def _require_terminal(settings: Common) -> None:
    """Raise UsageError where nobody could watch, or a program was to read the output."""
    if not _has_screen(settings):
        raise UsageError(
            "Nothing can be watched here",
            why="the live view needs a terminal that can show screens",
            fix="look once: add --once, with --output json for programs",
        )


def _has_screen(settings: Common) -> bool:
    dumb = os.environ.get("TERM", "dumb") in {"dumb", "unknown"}
    return os.isatty(0) and os.isatty(1) and not dumb and settings.output == "text"


def require_pages(ask: str | None) -> None:
    """Raise UsageError where the pages to show alone are none."""
    from screens.pages import all_pages

    known = [page.id for page in all_pages()]
    if ask is not None and ask not in {*known, MISSING}:
        raise UsageError(
            f"There is no page {ask!r} to ask for",
            why=f"the pages are {', '.join(known)}",
            fix=f"choose one of them, or {MISSING}: what is wrong or not answered yet",
            where="--ask",
        )


def _require_scenario(settings: Common) -> None:
    """Raise UsageError for a scenario that is none, or without a simulated world."""
    if settings.scenario is None:
        return
    from backends.simulated.scenarios import find

    settings.site()
    find(settings.scenario)


def guided(settings: Common, **given: Any) -> ExitCode:
    """Show the guided installation."""

    def prepared() -> "Ways":
        require_pages(given["ask"])
        require_screen(settings, given["presets"])
        _require_scenario(settings)
        return _guided_ways(settings, **given)

    return _on_screen(settings, prepared)


def watched(
    settings: Common, presets: Sequence[Path], sets: Sequence[str], release: str | None
) -> ExitCode:
    """Show a release as it is, for as long as somebody watches."""

    def prepared() -> "Ways":
        _require_terminal(settings)
        _require_scenario(settings)
        require_preset(presets, sets)
        from wizard.run.identity import named

        ways = _ways(settings)
        if not presets and (wanted := named(settings.namespace, release)):
            return replace(ways, watch=wanted)
        from wizard.answers.loading import load_target, read

        given = settings.sets([*sets, *([] if release is None else [f"target.release={release}"])])
        draft = read(presets, given)
        preset = draft.to_preset() if presets else None
        target = preset.target if preset else load_target(given)
        return replace(ways, draft=draft, watch=target, preset=preset)

    return _on_screen(settings, prepared)


def _on_screen(settings: Common, prepared: Callable[[], "Ways"]) -> ExitCode:
    """Show the screens; whatever ends them otherwise is told as by every command.

    Nothing heavy is imported before the first frame, hence no `execute` around it.
    """
    sys.setswitchinterval(_TURN_SECONDS)
    try:
        return asyncio.run(_show(prepared()))
    except (Exception, asyncio.CancelledError) as error:
        ended = error

    async def raised(_: object) -> ExitCode:
        raise ended

    from wizard.execute import execute

    return execute(settings.output, raised)


async def _show(ways: "Ways") -> ExitCode:
    """Show the screens until the person leaves; the exit code of what was done there."""
    loop, task = asyncio.get_running_loop(), asyncio.current_task()
    for number in (signal.SIGTERM, signal.SIGHUP):
        loop.add_signal_handler(number, task.cancel if task else sys.exit)
    async with application(ways) as app:
        for number in (signal.SIGTERM, signal.SIGHUP):
            loop.add_signal_handler(number, app.interrupt)
        code = ExitCode(await app.run_until_left())
    if app.farewell:
        from wizard.execute import tell

        tell(app.farewell)
    return code


@asynccontextmanager
async def application(ways: "Ways") -> AsyncIterator["WizardApp"]:
    """The application of these ways; what it is to watch is read while screens are imported."""
    from screens.models.connection import Connection

    connection, watching = Connection(ways.open_world), None
    if ways.watch is not None:
        from screens.models.watching import Watching

        network = ways.preset.network if ways.preset else None
        world = connection.world(ways.watch.context, network)
        watching = Watching(world, ways.watch, ways.preset)
    try:
        if watching is not None:
            await asyncio.wait([watching.opened], timeout=_OPENING_SECONDS)
            await asyncio.to_thread(_import_watching)
        from screens.application import WizardApp

        yield WizardApp(ways, connection, watching)
    finally:
        if watching is not None:
            await watching.close()
        await connection.close()


def _import_watching() -> None:
    from screens import application, troubleshoot  # noqa: F401


def _guided_ways(
    settings: Common, presets: Sequence[Path], sets: Sequence[str], ask: str | None, retarget: bool
) -> "Ways":
    """The ways of a guided installation. Raises PresetInvalid for files that mean nothing."""
    return replace(
        _ways(settings),
        draft=_draft(settings, presets, sets),
        presets=tuple(presets),
        ask=ask or "",
        retarget=retarget,
    )


def _draft(settings: Common, presets: Sequence[Path], sets: Sequence[str]) -> "Draft | None":
    """The answers that the command line gave, if it gave any."""
    given = settings.sets(sets)
    if not presets and not given:
        return None
    from wizard.answers.loading import read

    return read(presets, given)


def _ways(settings: Common) -> "Ways":
    from screens.models.notices import Notices
    from screens.ways import Ways
    from wizard.environment import number_of

    notices = Notices()
    return Ways(
        open_world=partial(_open, settings, notices),
        notices=notices,
        contexts=partial(_contexts, settings),
        opener=partial(_opener, settings),
        state=state_folder() / "demo" if settings.demo else state_folder(),
        log_dir=settings.logs,
        scenario=(settings.scenario or "healthy") if settings.demo else "",
        scenarios=_scenarios,
        rehearsal=lambda scenario: _ways(settings._replace(demo=True, scenario=scenario)),
        gate_seconds=number_of("WIZARD_GATE_SECONDS", 3600),
        environ=os.environ,
    )


def _open(
    settings: Common, notice: Callable[[str], None], context: str | None, network: "Network"
) -> "AbstractAsyncContextManager[World]":
    from wizard.wiring import open_world

    site = settings.site()
    site = replace(site, context=site.context or context)
    return open_world(site, network, notice, screens=True)


def _contexts(settings: Common) -> "Sequence[Context]":
    from wizard.wiring import contexts

    found, wanted = contexts(settings.site()), settings.context
    return [replace(one, current=one.name == wanted) if wanted else one for one in found]


def _opener(settings: Common) -> "Callable[[str, Ref], None] | None":
    from wizard.wiring import opener

    return opener(settings.site())


def _scenarios() -> Sequence[tuple[str, str]]:
    from backends.simulated.scenarios import SCENARIOS

    return [(one.name, one.summary) for one in SCENARIOS.values()]
