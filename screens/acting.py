"""What is done about a problem: shown first as the API server would do it, then agreed to."""

from typing import TYPE_CHECKING

from screens.conversations import ask_shares
from screens.dialogs.act import ActionDialog
from screens.models.acts import Acting, preview_text
from wizard.actions.acting import act_of, preview, require_rights
from wizard.actions.base import Act
from wizard.actions.seals import unseal_of
from wizard.diagnose.offer import Offer
from wizard.plan.plan import Target

if TYPE_CHECKING:
    from screens.application import WizardApp


async def act_on(app: "WizardApp", target: Target, offer: Offer, size: str = "") -> None:
    """Do what is offered; `size` is what a claim is to grow to. To be had in a worker.

    Raises WizardError where it cannot be begun.
    """
    unseals = offer.action == "unseal"
    act = await _unseal(app, target, offer) if unseals else act_of(offer, size)
    if act is not None:
        await _agree(app, target, act)


async def _unseal(app: "WizardApp", target: Target, offer: Offer) -> Act | None:
    """Ask for the key shares that are not in the keys file; None: none was given."""
    session = app.session
    preset, _ = session.desk.draft.tentative()
    world = await session.asker.world()
    opening = unseal_of(world, offer, preset, session.redactor.conceal)
    await require_rights(world, target, opening)
    questions = await opening.questions(world)
    given = not questions or await ask_shares(app, opening, questions)
    return opening if given else None


async def _agree(app: "WizardApp", target: Target, act: Act) -> None:
    """Ask the API server what it would do, then the person whether to do it."""
    session = app.session
    world = await session.asker.world()
    plan = await preview(world, target, act)
    told = session.redactor.redact(preview_text(act, plan))
    work = Acting(session, world, act, plan).go
    await app.push_screen_wait(ActionDialog(act.title, told, work))
