"""How a guided session begins: with which answers, in which world."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from screens.desk import EMPTY, Desk
from screens.dialogs.files import Files
from screens.dialogs.pick import Choice, Pick
from screens.pages import all_pages
from screens.pages.page import Page
from screens.session import Session
from screens.ways import Ways
from wizard.answers.draft import Draft
from wizard.answers.loading import read
from wizard.errors import WizardError

if TYPE_CHECKING:
    from screens.application import WizardApp


def first_session(ways: Ways) -> Session:
    """The session that the command line asked for."""
    if ways.draft is None:
        return Session(ways, Desk(Draft(EMPTY)))
    opened = ways.presets[0] if ways.presets else None
    return Session(ways, Desk(ways.draft, opened, visited={page.id for page in all_pages()}))


def first_stop(session: Session) -> str:
    """Where a session with answers from the command line begins; empty: at the start."""
    asked = asked_pages(session)
    if session.ways.draft is None and not session.ways.ask:
        return ""
    return asked[0].id if session.ways.ask and asked else "review"


def asked_pages(session: Session) -> Sequence[Page]:
    """The pages that this session shows."""
    ask = session.ways.ask
    if ask == "missing":
        return [page for page in all_pages() if session.state_of(page.id) == "wrong"]
    return [page for page in all_pages() if ask in {"", page.id}]


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
    desk = Desk(draft, path, visited={page.id for page in all_pages()})
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
