"""Conversations: about secrets that are missing, key shares, losses, saving.

Each is to be had in a worker.
"""

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from screens.dialogs.ask_secret import AskSecret
from screens.dialogs.copyable import Copyable
from screens.dialogs.save import Save
from screens.dialogs.type_name import TypeName
from screens.models.another_time import repeating
from screens.models.saving import Saving, needed_before
from wizard.plan.plan import Plan
from wizard.run.consent import Loss

if TYPE_CHECKING:
    from screens.application import WizardApp
    from wizard.actions.seals import Unseal

_HOLDERS = "The keys file is not where the preset says. Escape stops here: what was given is shown."
_KEPT_NOWHERE = "It goes to the server alone, and is kept nowhere."

_PURPOSES: Mapping[str, str] = {
    "replace": "delete this {} and make it anew",
    "delete": "delete this {} for good",
    "take-fields": "take over fields of this {} from whoever set them",
}


async def ask_secrets(app: "WizardApp") -> list[str]:
    """Ask for every secret that has to be typed; what is still missing, in words."""
    session = app.session
    while missing := session.missing_secrets():
        secret, error = missing[0]
        kept = (
            "Kept for this session only, in no file. At the next start the variable "
            f"{secret.variable} gives it without a question."
        )
        dialog = AskSecret(secret.label, f"{secret.path}: {error.why}", kept)
        value = await app.push_screen_wait(dialog)
        if value is None:
            return [f"{one.label} ({one.path}), {why.why}" for one, why in missing]
        session.desk.typed[secret.path] = value
        session.redactor.conceal(value)
    return []


async def ask_shares(app: "WizardApp", act: "Unseal", questions: Sequence[str]) -> bool:
    """Ask for key shares until one is not given; whether any was."""
    given = False
    for question in questions:
        typed = await app.push_screen_wait(AskSecret(question, _HOLDERS, _KEPT_NOWHERE))
        share = (typed or "").strip()
        if not share:
            break
        app.session.redactor.conceal(share)
        act.take(share)
        given = True
    return given


async def decide(app: "WizardApp", loss: Loss, plan: Plan) -> None:
    """Have the name typed before something is lost; or take the permission back."""
    session, ref = app.session, loss.change.ref
    if session.agreement.allowed(loss, plan.hash):
        session.agreement.forbid(loss, plan.hash)
        return
    purpose = _PURPOSES[loss.permission].format(ref.kind.name)
    told = session.redactor.redact(f"{ref}: {loss.told}")
    if await app.push_screen_wait(TypeName(ref.name, purpose, told)):
        session.agreement.allow(loss, plan.hash)


async def save_answers(app: "WizardApp", saving: Saving) -> None:
    """Ask where to save, save, and show the command that does the same again."""
    if not await app.push_screen_wait(Save(saving)):
        return
    desk = app.session.desk
    command = repeating(app.session)
    lines = [str(desk.saved), "", "The same again, without a question:", f"  {command}"]
    if needed := needed_before(desk.draft):
        lines += ["", "Before that:", *(f"  {one}" for one in needed)]
    await app.push_screen_wait(Copyable("Saved", "\n".join(lines), copied=command))
