"""How a guided session begins: with which answers, in which world."""

from collections.abc import Awaitable, Callable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from screens.desk import EMPTY, Desk
from screens.dialogs.files import Files
from screens.dialogs.pick import Choice, Pick
from screens.pages import all_pages
from screens.session import Session
from screens.ways import Ways
from wizard.answers.draft import Draft
from wizard.answers.loading import read
from wizard.errors import WizardError

if TYPE_CHECKING:
    from screens.application import WizardApp


def first_session(ways: Ways) -> Session:
    """The session that the command line asked for."""
    draft = ways.draft() if ways.draft else Draft(EMPTY)
    desk = Desk(draft, ways.presets[0] if ways.presets else None)
    if ways.draft:
        desk.visited = {page.id for page in all_pages()}
    return Session(ways, desk)


async def _new(app: "WizardApp") -> str:
    app.begin(Session(app.ways, Desk(Draft(EMPTY))))
    return all_pages()[0].id


async def _open(app: "WizardApp") -> str:
    """Answers from a file; what is wrong in it is shown on its pages."""
    path = await app.push_screen_wait(Files("Which preset?", Path.cwd(), (".yaml", ".yml")))
    if path is None:
        return ""
    try:
        draft = read([path])
    except WizardError as error:
        app.notify(str(error), title="This file is no preset", severity="error", timeout=20)
        return ""
    desk = Desk(draft, path, path, visited={page.id for page in all_pages()})
    app.begin(Session(app.ways, desk))
    return "review"


async def _rehearse(app: "WizardApp") -> str:
    """The same in a simulated world."""
    choices = [Choice(name, text) for name, text in app.ways.scenarios()]
    name = await app.push_screen_wait(Pick("What should happen there?", choices, "healthy"))
    if name is None or app.ways.rehearsal is None:
        return ""
    app.begin(Session(app.ways.rehearsal(name), Desk(Draft(EMPTY))))
    return all_pages()[0].id


BEGINNINGS: Mapping[str, Callable[["WizardApp"], Awaitable[str]]] = {
    "new": _new,
    "open": _open,
    "rehearse": _rehearse,
}
"""What each entry of the first screen does; the result is the stop to go to, or empty."""
