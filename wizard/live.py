"""A release as it is now, for as long as somebody watches: read from objects, events and logs."""

import asyncio
import gc
import time
from collections.abc import AsyncGenerator, AsyncIterator, Callable, Iterator, Sequence
from contextlib import aclosing, asynccontextmanager, contextmanager, suppress
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from wizard.charts.manifest import plural
from wizard.checks.cluster import same_cluster
from wizard.diagnose.components import ComponentState, components
from wizard.diagnose.evaluate import Diagnosis, evaluate
from wizard.diagnose.kinds import (
    CERT_MANAGER,
    CERTIFICATE,
    HTTP_ROUTE,
    ISSUING,
    NAMESPACE,
    VOLUME_USE,
    place_of,
)
from wizard.diagnose.observer import EVERYTHING, WATCHED, Observer, Scope
from wizard.diagnose.view import View
from wizard.errors import CheckFailed, Throttled, Unreachable, WorldError
from wizard.plan.plan import Target, Wanted
from wizard.ports import Kind, LogLine, Ref, Right, Server, World
from wizard.run.identity import identify
from wizard.url_asking import UrlAsker

if TYPE_CHECKING:
    from wizard.answers.preset import Preset

LOOK_AGAIN = 10.0
"""Seconds without a change after which the API server is asked whether it is still there."""
_PAUSE = 0.01
"""Seconds at least between a change and its picture, for what comes with it."""
_PATIENCE = 5.0
"""Seconds within which the API server has to answer."""
_SETTLE_AGAIN = 10.0
"""Seconds after which what has changed is kept from the garbage collector, too."""


@dataclass(frozen=True, slots=True)
class Picture:
    """A release at one moment.

    `behind_since` is since when the API server has not answered: what is shown is of before.
    """

    target: Target
    view: View
    states: Sequence[ComponentState]
    diagnosis: Diagnosis
    behind_since: datetime | None = None


def picture_of(target: Target, view: View, behind_since: datetime | None = None) -> Picture:
    """What a view shows of a release."""
    diagnosis = evaluate(view)
    states = components(view, target.namespace, target.release, diagnosis.findings)
    return Picture(target, view, states, diagnosis, behind_since)


async def reach(world: World) -> Server:
    """The API server. Raises CheckFailed where it does not answer: nothing can be looked at."""
    try:
        return await world.access.server()
    except WorldError as error:
        raise CheckFailed(error.what, why=error.why, fix=error.fix, where=error.where) from error


async def require_identity(world: World, wanted: Wanted) -> None:
    """Raise CheckFailed where another cluster than the preset's answers."""
    if not wanted.cluster_uid:
        return
    with suppress(WorldError):  # what may not be seen is no reason not to look
        outcome = await same_cluster(world, wanted.cluster_uid)
        if outcome.state == "fail":
            raise CheckFailed(
                outcome.fact.rstrip("."),
                why=outcome.why,
                fix="Choose the right context with --context. Where this cluster is meant, add "
                "--set target.clusterUid=null.",
            )


async def all_read(observer: Observer) -> None:
    """Wait until the observer has read everything once."""
    with _unsearched():
        await observer.synced()


@asynccontextmanager
async def observed(
    world: World, wanted: Wanted, on_log: Callable[[LogLine], None] | None = None
) -> AsyncIterator[tuple[Server, Target, Observer]]:
    """The API server, the target, and an observer of it that begins to read. Logs are followed
    where somebody hears them, else read as far as they have come.

    Raises CheckFailed where nobody answers, or another cluster than the preset's.
    """
    server = await reach(world)
    _, target, scope = await asyncio.gather(
        require_identity(world, wanted),
        identify(world, wanted, server),
        _scope(world, server, wanted.namespace),
    )
    place = (target.namespace, {"release": target.release}, on_log)
    scope = replace(scope, follow=on_log is not None)
    async with Observer(
        world.objects,
        world.pods,
        *place,
        clock_skew=server.clock_skew,
        scope=scope,
    ) as observer:
        yield server, target, observer


async def _scope(world: World, server: Server, namespace: str) -> Scope:
    """All kinds that are served, as far as this identity may look at those that a Harbor does not
    need: they are asked for only then.
    """
    beyond = [kind for kind in EVERYTHING if kind not in WATCHED]
    absent = {
        kind
        for kind in (*ISSUING, HTTP_ROUTE)
        if f"{kind.api_version}/{kind.name}" not in server.api_versions
    }
    if CERTIFICATE in absent:
        absent.add(CERT_MANAGER)
    rights = {kind: _to_look_at(kind, namespace) for kind in beyond if kind not in absent}
    allowed = await world.access.allowed(sorted(rights.values()))
    unread = {kind: f"No right to {right}" for kind, right in rights.items() if not allowed[right]}
    looked_at = [kind for kind in (*WATCHED, *rights) if kind not in absent | unread.keys()]
    return Scope(looked_at, unread, frozenset(absent))


def _to_look_at(kind: Kind, namespace: str) -> Right:
    if kind == VOLUME_USE:
        return Right("get", "", "nodes/proxy")
    place = place_of(kind, namespace)
    return Right("watch", place.kind.group, plural(place.kind), place.namespace)


async def pictures(
    world: World,
    wanted: Wanted,
    on_log: Callable[[LogLine], None],
    look_again: float = LOOK_AGAIN,
    preset: "Preset | None" = None,
) -> AsyncGenerator[Picture, None]:
    """A picture at once, and another after every change, by watches alone; Harbor's URL is asked
    behind the first one. `preset` is what the release was installed by, where that is known.

    After `look_again` seconds without one the API server is asked whether it is still there.

    Raises what `observed` raises, and Unauthorized once the login is not taken any more.
    """
    async with (
        observed(world, wanted, on_log) as (_, target, observer),
        aclosing(UrlAsker(world, target, preset, observer.wake)) as asker,
    ):
        await all_read(observer)
        behind: datetime | None = None
        settled = time.monotonic()
        while True:
            begun = time.monotonic()
            if begun - settled >= _SETTLE_AGAIN:
                settled = begun
                with _unsearched():
                    gc.collect()
            picture = picture_of(target, asker.beside(observer.view), behind)
            yield picture
            asker.look(picture.view, picture.states)
            await asyncio.sleep(time.monotonic() - begun)  # however much changes: half the time
            changed = await observer.changed(timeout=look_again, pause=_PAUSE)
            answers = changed or await _answers(world, target.namespace)
            behind = None if answers else behind or datetime.now(UTC)


async def _answers(world: World, namespace: str) -> bool:
    """Whether the API server does: watches come back by themselves and never tell. One request."""
    try:
        async with asyncio.timeout(_PATIENCE):
            await world.objects.get(Ref(NAMESPACE, "", namespace))
    except (TimeoutError, Unreachable, Throttled):
        return False
    except WorldError:  # also who may not look at the namespace was answered
        pass
    return True


@contextmanager
def _unsearched() -> Iterator[None]:
    """Keep the garbage collector from what is read meanwhile, for good: what comes as JSON has no
    cycles, and to search thousands of objects for some would stop everything again and again.
    """
    gc.disable()
    try:
        yield
    finally:
        gc.freeze()
        gc.enable()
