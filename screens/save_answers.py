"""The conversation about saving: where to, then the command that repeats it."""

from typing import TYPE_CHECKING

from screens.dialogs.copyable import Copyable
from screens.dialogs.save import Save
from screens.saving import Saving, needed_before, repeating

if TYPE_CHECKING:
    from screens.application import WizardApp


async def save_answers(app: "WizardApp", saving: Saving) -> bool:
    """Ask where to save, save, and show the command that does the same again; whether it is saved.

    To be called in a worker.
    """
    if not await app.push_screen_wait(Save(saving)):
        return False
    desk = app.session.desk
    command = repeating(app.session)
    lines = [str(desk.saved), "", "The same again, without a question:", f"  {command}"]
    if needed := needed_before(desk.draft):
        lines += ["", "Before that:", *(f"  {one}" for one in needed)]
    await app.push_screen_wait(Copyable("Saved", "\n".join(lines), copied=command))
    return True
