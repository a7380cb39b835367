"""How one goes on after a run that did not reach its goal."""

from typing import TYPE_CHECKING

from screens.dialogs.confirm import Confirm
from screens.models.another_time import resuming
from screens.models.troubles import answer_behind
from screens.navigation import REVIEW
from screens.pages import all_pages
from wizard.errors import WizardError

if TYPE_CHECKING:
    from screens.application import WizardApp


def retry(app: "WizardApp") -> None:
    """A new run that goes on from what is there; other answers have to be reviewed first."""
    if not app.session.same_answers:
        app.notify(
            "The answers were changed since this run: look at what they would change.",
            title="Review first",
            severity="warning",
            timeout=20,
        )
        app.go(REVIEW)
        return
    app.start_run(app.session.consent_to_rest())


def edit(app: "WizardApp") -> None:
    """To the answer that what went wrong is about; to Review where it is about none."""
    run = app.session.run
    topics = [path for page in all_pages() for path in page.paths]
    path = answer_behind(run, topics) if run else ()
    app.notify("Change what is needed; installing again goes on from what is there.", timeout=10)
    if path:
        app.go_to_answer(path)
    else:
        app.go(REVIEW)


def review_again(app: "WizardApp", error: WizardError) -> None:
    """Back to Review: what was agreed to there is not what would be done."""
    told = f"{error.what}. Nothing was changed."
    app.notify(told, title="Review again", severity="warning", timeout=20)
    app.go(REVIEW)


async def keep(app: "WizardApp") -> None:
    """Say how to go on another time, then leave or go to the start."""
    leave, start = "Leave the wizard", "Back to the start"
    text = (
        "What was done stays done. To go on another time, with the answers of this run:\n\n"
        f"    {resuming(app.ways)}"
    )
    answer = await app.push_screen_wait(Confirm(text, [leave, start]))
    if answer == leave:
        await app.leave()
    elif answer == start:
        app.go_to_start()
