"""Which cluster and release a run or a look is about."""

from contextlib import suppress

from wizard.checks.cluster import KUBE_SYSTEM
from wizard.errors import WorldError
from wizard.plan.plan import Target, Wanted
from wizard.ports import World


async def identify(world: World, wanted: Wanted) -> Target:
    """The target as far as the cluster lets it be known; the checks tell what is in the way."""
    uid = context = ""
    with suppress(WorldError):
        context = (await world.access.server()).context
        found = await world.objects.get(KUBE_SYSTEM)
        uid = found["metadata"]["uid"] if found else ""
    return Target(uid, context, wanted.namespace, wanted.release)
