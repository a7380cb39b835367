"""The commands that look at one release, of a cluster or of a support bundle."""

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from wizard import support, troubleshooting
from wizard.errors import ExitCode, UsageError
from wizard.options import Common, require_preset
from wizard.plan.plan import Wanted
from wizard.ports import World
from wizard.run.identity import named
from wizard.terminal import TerminalPerson
from wizard.voices import Voices
from wizard.wiring import open_world

if TYPE_CHECKING:
    from wizard.answers.preset import Preset


async def troubleshoot(
    settings: Common,
    voices: Voices,
    presets: Sequence[Path],
    sets: Sequence[str],
    release: str | None,
    *,
    bundle: Path | None,
) -> ExitCode:
    """Look once. Raises UsageError for options that do not go together."""
    if bundle is None:
        async with _release_of(settings, voices, presets, sets, release) as (world, target, preset):
            return await troubleshooting.troubleshoot(world, target, voices, preset)
    if presets or sets or release or settings.namespace or settings.context:
        raise UsageError(
            "--bundle says already what to look at",
            why="it holds one release of one cluster",
            fix="leave --preset, --set, --release, --namespace and --context out",
        )
    return troubleshooting.troubleshoot_bundle(bundle, voices)


async def support_bundle(
    settings: Common,
    voices: Voices,
    presets: Sequence[Path],
    sets: Sequence[str],
    release: str | None,
    *,
    file: Path | None,
    preview: bool,
) -> ExitCode:
    """Gather a support bundle; on a terminal it is shown and asked for before it is written."""
    if not (file or preview):
        raise UsageError(
            "No file was given",
            why="a support bundle is written where you say",
            fix="name one with -o FILE, or add --preview to see what would be in it",
        )
    person = TerminalPerson()
    asks = person.present and settings.output == "text"

    async def agrees() -> bool:
        return person.agrees()

    async with _release_of(settings, voices, presets, sets, release) as (world, target, preset):
        agreed, file = agrees if asks else None, None if preview else file
        wish = support.BundleWish(file, settings.logs, agreed, preset)
        return await support.support_bundle(world, target, wish, voices)


@asynccontextmanager
async def _release_of(
    settings: Common,
    voices: Voices,
    presets: Sequence[Path],
    sets: Sequence[str],
    release: str | None,
) -> AsyncIterator[tuple[World, Wanted, "Preset | None"]]:
    """The world of a command that only looks, the release that it looks at, and its preset."""
    require_preset(presets, sets)
    target: Wanted | None = None if presets else named(settings.namespace, release)
    preset = None
    if target is None:
        from wizard.answers.loading import load, load_target

        sets = [*settings.sets(sets), *([] if release is None else [f"target.release={release}"])]
        preset = load(presets, sets) if presets else None
        target = preset.target if preset else load_target(sets)
    network = preset.network if preset else None
    async with open_world(settings.site(preset), network, voices.console.note) as world:
        yield world, target, preset
