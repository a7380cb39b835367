"""Which cluster and release a run or a look is about."""

import re
from contextlib import suppress

from wizard.checks.cluster import KUBE_SYSTEM
from wizard.errors import WorldError
from wizard.names import LABEL, RELEASE_LENGTH, USUAL
from wizard.plan.plan import Target, Wanted
from wizard.ports import Server, World


async def identify(world: World, wanted: Wanted, server: Server | None = None) -> Target:
    """The target as far as the cluster lets it be known; the checks tell what is in the way. The
    `server` is asked where it is not known already.
    """
    uid = context = ""
    with suppress(WorldError):
        context = (server or await world.access.server()).context
        found = await world.objects.get(KUBE_SYSTEM)
        uid = found["metadata"]["uid"] if found else ""
    return Target(uid, context, wanted.namespace, wanted.release)


def named(namespace: str | None, release: str | None) -> Target | None:
    """The release of these names, or of the usual ones, wherever it is. None: the declarations of
    answers are to say what is wrong with them; they take a fifth of a second to import.
    """
    names = [USUAL if name is None else name for name in (namespace, release)]
    fit = all(re.fullmatch(LABEL, name) for name in names) and len(names[1]) <= RELEASE_LENGTH
    return Target("", "", *names) if fit else None
