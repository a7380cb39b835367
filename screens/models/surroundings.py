"""What the first screen tells of this machine: the cluster and Helm that would be used."""

from collections.abc import AsyncIterator, Awaitable, Callable

from screens.models.session import Session
from screens.signs import sign
from wizard.answers.versions import HARBOR_VERSION
from wizard.errors import WizardError
from wizard.ports import Kind, World

NODE = Kind("v1", "Node")


async def surroundings(session: Session) -> AsyncIterator[str]:
    """Lines for people, more of them as they become known."""
    cluster = f"Cluster  {sign('asking')} asking"
    harbor = f"Harbor to install: {HARBOR_VERSION}"
    yield f"{cluster}\nHelm     {sign('asking')} asking        {harbor}"
    try:
        world = await session.asker.world()
    except WizardError as error:
        yield f"Cluster  {sign('wrong')} {error.what}\n         {error.fix}\n{harbor}"
        return
    cluster = await _told(world, _cluster)
    yield f"Cluster  {cluster}\nHelm     {sign('asking')} asking        {harbor}"
    helm = await _told(world, _helm)
    yield f"Cluster  {cluster}\nHelm     {helm}        {harbor}"


async def _told(world: World, ask: Callable[[World], Awaitable[str]]) -> str:
    try:
        return f"{sign('ok')} {await ask(world)}"
    except WizardError as error:
        return f"{sign('wrong')} {error.what}. {error.fix}"


async def _cluster(world: World) -> str:
    server = await world.access.server()
    try:
        number = len((await world.objects.list(NODE)).items)
        nodes = f", {number} node{'' if number == 1 else 's'}"
    except WizardError:
        nodes = ""
    return f"{server.context}: reachable, {server.version}{nodes}"


async def _helm(world: World) -> str:
    return await world.charts.version()
