"""An action from its preview to its outcome: rights, dry run, lock, journal, as for a run."""

from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

from wizard.actions.base import Act
from wizard.actions.certificates import Renew
from wizard.actions.claims import Grow
from wizard.actions.releases import Forget
from wizard.actions.workloads import DeletePod, Restart
from wizard.diagnose.offer import Offer
from wizard.errors import CheckFailed, NotAccepted, WizardError
from wizard.plan.plan import Plan, Target
from wizard.plan.planning import make_plan
from wizard.ports import Ref, World
from wizard.run.engine import Engine
from wizard.run.events import Event
from wizard.run.holding import holding
from wizard.run.journal import Journal
from wizard.run.lock import LEASE, lease_name
from wizard.run.redaction import Redactor
from wizard.run.rights import lock_rights
from wizard.run.telling import RunTeller


def act_of(offer: Offer, size: str = "") -> Act:
    """The action that is offered; `size` is what a claim is to grow to.

    Raises ValueError for a server that is to be unsealed: that takes more (see `unseal_of`).
    """
    moment = datetime.now(UTC)
    match offer.action:
        case "restart":
            return Restart(offer.object, moment)
        case "delete-pod":
            return DeletePod(offer.object)
        case "renew":
            return Renew(offer.object, moment)
        case "grow":
            return Grow(offer.object, size)
        case "forget":
            return Forget(offer.object)
        case "unseal":
            raise ValueError(offer)


async def preview(world: World, target: Target, act: Act) -> Plan:
    """What the action would change now, tried by the API server. Writes nothing.

    Raises CheckFailed where a right is missing, or there is nothing to do.
    """
    await require_rights(world, target, act)
    plan = await make_plan(world, [act], act.title, target)
    if not plan.changes:
        raise CheckFailed(
            "There is nothing to do",
            why=f"{act.ref} is as the action would have it",
            where=str(act.ref),
            fix="wait: what was asked for before goes on",
        )
    for change in plan.changes:
        if not change.validated:
            raise CheckFailed(
                f"The API server does not take it: {act.title}",
                why=change.reason,
                where=str(change.ref),
                fix="nothing was written",
            )
    return plan


async def carry_out(
    world: World,
    act: Act,
    plan: Plan,
    redactor: Redactor,
    tell: Callable[[Event], None],
    *,
    log_dir: Path | None = None,
    warn: Callable[[WizardError], None],
) -> None:
    """Make the change that was previewed, under the target's lock, and wait until it has worked.

    The journal is that of a run without answers, so nothing ever resumes it. Raises LockHeld
    while a run works there, NotAccepted where the preview does not hold any more, and what the
    action raises.
    """
    journal = Journal.open(plan.target, ("", ""), redactor, warn, log_dir=log_dir)

    def emit(event: Event) -> None:
        journal.event(event)
        tell(event)

    try:
        journal.planned(plan)
        teller = RunTeller(journal.run, emit, redactor)
        with teller.run(plan, f"{act.title}: done"):
            lease = Ref(LEASE, plan.target.namespace, lease_name(plan.target.release))
            async with holding(world.objects, [lease], teller.waiting):
                now = await make_plan(world, [act], act.title, plan.target)
                if now.hash != plan.hash:
                    raise _moved(act)
                engine = Engine(world, teller.step)
                conclusion = await engine.carry_out([act], now.steps)
            if conclusion.error:
                raise conclusion.error
    finally:
        journal.close()


async def require_rights(world: World, target: Target, act: Act) -> None:
    """Raise CheckFailed naming every right that the action takes and this identity lacks."""
    needed = [
        *await act.rights(world.charts),
        *lock_rights(target.namespace, lease_name(target.release)),
    ]
    allowed = await world.access.allowed([one.right for one in needed])
    missing = [one for one in needed if not allowed[one.right]]
    if missing:
        told = "; ".join(f"{one.right} ({one.reason})" for one in missing)
        raise CheckFailed(
            f"You may not do this: {act.title}",
            why=f"these rights are missing: {told}",
            where=str(act.ref),
            fix="ask a cluster administrator for them, or to do it for you",
        )


def _moved(act: Act) -> NotAccepted:
    return NotAccepted(
        f"{act.ref} changed since the preview",
        why="somebody changed or replaced it in the meantime; nothing was written",
        where=str(act.ref),
        fix="choose the action again: it shows what it would do now",
    )
