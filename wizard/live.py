"""A release as it is now, for as long as somebody watches: read from objects, events and logs."""

from collections.abc import AsyncGenerator, AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from datetime import UTC, datetime

from wizard.answers.target import Target as Wanted
from wizard.charts.manifest import plural
from wizard.checks.cluster import same_cluster
from wizard.commands import identify
from wizard.diagnose.components import ComponentState, components
from wizard.diagnose.evaluate import Diagnosis, evaluate
from wizard.diagnose.kinds import ISSUING, OF_THE_CLUSTER
from wizard.diagnose.observer import WATCHED, Observer
from wizard.diagnose.view import View
from wizard.errors import CheckFailed, WorldError
from wizard.plan.plan import Target
from wizard.ports import Kind, LogLine, Right, Server, World

LOOK_AGAIN = 10.0
"""Seconds without a change after which the API server is asked whether it is still there."""


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
    with suppress(WorldError):  # what may not be seen is no reason not to look
        outcome = await same_cluster(world, wanted.cluster_uid)
        if outcome.state == "fail":
            raise CheckFailed(
                outcome.fact.rstrip("."),
                why=outcome.why,
                fix="Choose the right context with --context. Where this cluster is meant, add "
                "--set target.clusterUid=null.",
            )


@asynccontextmanager
async def watched(
    world: World, wanted: Wanted, on_log: Callable[[LogLine], None] | None = None
) -> AsyncIterator[tuple[Target, Observer]]:
    """The target, and an observer of it that has read everything once.

    Raises CheckFailed where nobody answers, or another cluster than the preset's.
    """
    server = await reach(world)
    await require_identity(world, wanted)
    target = await identify(world, wanted)
    place = (target.namespace, {"release": target.release}, on_log)
    kinds = (*WATCHED, *await _issuing(world, server, target.namespace))
    async with Observer(
        world.objects, world.pods, *place, clock_skew=server.clock_skew, watched=kinds
    ) as observer:
        await observer.synced()
        yield target, observer


async def _issuing(world: World, server: Server, namespace: str) -> Sequence[Kind]:
    """The kinds of cert-manager that are served, as far as this identity may look at them: a
    Harbor without it needs no right to.
    """
    rights = {
        kind: Right("watch", kind.group, plural(kind), "" if kind in OF_THE_CLUSTER else namespace)
        for kind in ISSUING
        if f"{kind.api_version}/{kind.name}" in server.api_versions
    }
    allowed = await world.access.allowed(sorted(rights.values())) if rights else {}
    return [kind for kind, right in rights.items() if allowed.get(right)]


async def pictures(
    world: World,
    wanted: Wanted,
    on_log: Callable[[LogLine], None],
    look_again: float = LOOK_AGAIN,
) -> AsyncGenerator[Picture, None]:
    """A picture at once, and another after every change, by watches alone.

    After `look_again` seconds without one the API server is asked whether it is still there.

    Raises what `watched` raises, and Unauthorized once the login is not taken any more.
    """
    async with watched(world, wanted, on_log) as (target, observer):
        behind: datetime | None = None
        while True:
            yield picture_of(target, observer.view, behind)
            changed = await observer.changed(timeout=look_again)
            behind = None if changed else await _behind(world, behind)


async def _behind(world: World, before: datetime | None) -> datetime | None:
    """Since when the API server does not answer: watches come back by themselves and never tell."""
    try:
        await world.access.server()
    except WorldError:
        return before or datetime.now(UTC)
    return None
