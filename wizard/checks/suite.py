"""Asking all checks that apply: concurrently, each outcome told as it comes."""

import asyncio
import time
from collections.abc import Callable, Sequence

from wizard.answers.preset import Preset
from wizard.checks import (
    authority,
    blobs,
    certificates,
    cluster,
    delivery,
    exposure,
    folders,
    gateway,
    issuers,
    kept,
    leftovers,
    namespace,
    nfs,
    nodes,
    openshift,
    ownership,
    quota,
    references,
    services,
    storage,
    trust,
    vault,
)
from wizard.checks.base import Check, Outcome, Result, Subject
from wizard.errors import Forbidden, WorldError
from wizard.ports import NeededRight, World

CHECKS: tuple[Check, ...] = (
    *cluster.CHECKS,
    *delivery.CHECKS,
    *certificates.CHECKS,
    *trust.CHECKS,
    *issuers.CHECKS,
    *references.CHECKS,
    *authority.CHECKS,
    *vault.CHECKS,
    *nodes.CHECKS,
    *storage.CHECKS,
    *folders.CHECKS,
    *nfs.CHECKS,
    *blobs.CHECKS,
    *exposure.CHECKS,
    *gateway.CHECKS,
    *services.CHECKS,
    *namespace.CHECKS,
    *quota.CHECKS,
    *openshift.CHECKS,
    *leftovers.CHECKS,
    *kept.CHECKS,
    *ownership.CHECKS,
)
"""Every check, in the order in which people read them; the first asks whether anybody answers."""

AT_ONCE = 8
DEADLINE = 30.0
"""Seconds that one check may take."""


def applying(preset: Preset) -> list[Check]:
    """The checks that make sense for a preset."""
    return [check for check in CHECKS if check.applies(preset)]


def needed_rights(preset: Preset) -> list[NeededRight]:
    """The rights that the checks of a preset take, for the role that `wizard rbac` prints."""
    return [
        NeededRight(right, f"check: {check.title}")
        for check in applying(preset)
        for right in check.rights(preset)
    ]


async def run_checks(
    world: World, subject: Subject, on_result: Callable[[Result], None]
) -> list[Result]:
    """Ask every check that applies; `on_result` hears of each when it is answered.

    The results come back in the order of `CHECKS`. Where the API server does not answer, only
    checks of this machine are asked; the others are skipped.
    """
    first, *rest = applying(subject.preset)
    reached = await ask(first, world, subject)
    on_result(reached)
    gate = asyncio.Semaphore(AT_ONCE)

    async def settle(check: Check) -> Result:
        if reached.outcome.state == "fail" and not check.offline:
            result = Result(check, Outcome("skipped", "The API server does not answer."), 0.0)
        else:
            async with gate:
                result = await ask(check, world, subject)
        on_result(result)
        return result

    async with asyncio.TaskGroup() as group:
        tasks = [group.create_task(settle(check)) for check in rest]
    return [reached, *(task.result() for task in tasks)]


async def ask(check: Check, world: World, subject: Subject, deadline: float = DEADLINE) -> Result:
    """Ask one check. What the world does not let it see makes it `skipped`, with the reason."""
    started = time.monotonic()
    if check.rendered and not subject.manifest:
        outcome = Outcome("skipped", "The chart could not be rendered, so its objects are unknown.")
    else:
        outcome = await _answer(check, world, subject, deadline)
    return Result(check, outcome, time.monotonic() - started)


async def _answer(check: Check, world: World, subject: Subject, deadline: float) -> Outcome:
    try:
        async with asyncio.timeout(deadline):
            return await check.ask(world, subject)
    except TimeoutError:
        return Outcome("skipped", f"No answer within {deadline:.0f} seconds.")
    except Forbidden as error:
        missing = _missing(check.rights(subject.preset))
        return Outcome(
            "skipped",
            f"A right is missing{missing}: {error.what}",
            fix="Ask for it; `wizard rbac --preset FILE` prints the whole role.",
        )
    except WorldError as error:
        return Outcome("skipped", error.what, error.why, error.fix)


def _missing(rights: Sequence[object]) -> str:
    return f" ({', '.join(map(str, rights))})" if rights else ""
