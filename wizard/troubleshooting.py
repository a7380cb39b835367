"""`wizard troubleshoot --once`: one look at a release, of a cluster or of a support bundle."""

import asyncio
from collections.abc import Awaitable
from contextlib import suppress
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from wizard.diagnose.bundle.reading import open_bundle
from wizard.diagnose.observer import Observer
from wizard.diagnose.view import View
from wizard.errors import ExitCode
from wizard.live import Picture, all_read, observed, picture_of
from wizard.plan.plan import Target, Wanted
from wizard.ports import World
from wizard.report_documents import troubleshoot_document
from wizard.report_text import diagnosis_lines
from wizard.url_asking import UrlAsker
from wizard.voices import Voices

if TYPE_CHECKING:
    from wizard.answers.preset import Preset

_LOGS_SECONDS = 5.0
"""A look ends when all logs are read, or at the latest then."""
_URL_SECONDS = 0.5
"""How long somebody who looks once waits for an answer of Harbor's URL."""
_VOLUMES_SECONDS = 1.0
"""Within which kubelets have to say how full volumes are."""


async def troubleshoot(
    world: World, wanted: Wanted, voices: Voices, preset: "Preset | None" = None
) -> ExitCode:
    """Look once at a release, installed by a preset if that is given; FINDINGS where something
    fails.

    Raises CheckFailed where nobody answers, or another cluster than the preset's.
    """
    async with observed(world, wanted) as (_, target, observer):
        asker = UrlAsker(world, target, preset)
        seen = picture_of(target, await settled(observer, asker, _URL_SECONDS))
    return tell(seen, voices, offers=True)


def troubleshoot_bundle(file: Path, voices: Voices) -> ExitCode:
    """Look into a support bundle as `troubleshoot` did at its moment. Raises BundleInvalid."""
    opened = open_bundle(file)
    place = opened.target
    target = Target(place["clusterUid"], place["context"], place["namespace"], place["release"])
    return tell(picture_of(target, opened.view), voices, offers=False)


async def settled(observer: Observer, asker: UrlAsker, url_seconds: float) -> View:
    """The view once everything and the logs are read, kubelets asked, and Harbor's URL, for so long
    at most: at once where that takes no objects.
    """
    reading = asyncio.create_task(all_read(observer))
    if asker.takes_objects:
        await reading
    asking = asyncio.create_task(asker.ask(observer.view, url_seconds))
    await reading
    logs = _within(_LOGS_SECONDS, observer.logs_read())
    await asyncio.gather(logs, _within(_VOLUMES_SECONDS, observer.volumes_read()), asking)
    return asker.beside(observer.view)


async def _within(seconds: float, reading: Awaitable[None]) -> None:
    with suppress(TimeoutError):
        async with asyncio.timeout(seconds):
            await reading


def tell(seen: Picture, voices: Voices, *, offers: bool) -> ExitCode:
    """Say what the rules find, and what may be done where that can be; FINDINGS where something
    fails.
    """
    document = troubleshoot_document(seen.target, seen.states, seen.diagnosis)
    lines = partial(diagnosis_lines, seen.target, seen.states, seen.diagnosis, offers=offers)
    voices.report.data(document, lines)
    failed = any(one.severity == "fail" for one in seen.diagnosis.findings) or any(
        state.state == "failed" for state in seen.states
    )
    return ExitCode.FINDINGS if failed else ExitCode.DONE
