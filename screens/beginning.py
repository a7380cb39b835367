"""How a guided session begins: with which answers, in which world."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from screens.dialogs.files import Files
from screens.dialogs.pick import Choice, Pick
from screens.models.connection import Connection
from screens.models.desk import EMPTY, Desk
from screens.models.session import Session
from screens.models.watching import Watching
from screens.pages import all_pages
from screens.pages.page import Page
from screens.troubleshoot import TroubleshootScreen, harbors
from screens.ways import Ways
from wizard.answers.draft import Draft
from wizard.answers.keeping import KeptDraft, kept_drafts
from wizard.answers.loading import read
from wizard.answers.preset import Preset
from wizard.answers.target import Target
from wizard.errors import WizardError
from wizard.plan.plan import Wanted
from wizard.run.redaction import Redactor

if TYPE_CHECKING:
    from screens.application import WizardApp


def first_session(ways: Ways, connection: Connection, redactor: Redactor) -> Session:
    """The session that the command line asked for, with what was there before it."""
    if ways.draft is None:
        return Session(ways, Desk(_named(ways.watch)), None, connection, redactor)
    opened = ways.presets[0] if ways.presets else None
    whole = len(ways.presets) == 1 and read(ways.presets).data == ways.draft.data
    visited = set() if ways.watch else {page.id for page in all_pages()}
    desk = Desk(ways.draft, opened, opened if whole else None, visited=visited)
    return Session(ways, desk, None, connection, redactor)


def _named(watch: "Wanted | None") -> Draft:
    """What is said already where a release was named: its target. Else nothing."""
    if watch is None:
        return Draft(EMPTY)
    return Draft({"target": {"namespace": watch.namespace, "release": watch.release}})


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


async def _continue(app: "WizardApp") -> str:
    """Go on where a session was left; of several, choose."""
    kept = await _chosen(app, unfinished(app.ways))
    if kept is None:
        return ""
    ids = [page.id for page in all_pages()]
    seen = ids[: ids.index(kept.section) + 1] if kept.section in ids else ids
    desk = Desk(kept.draft, kept.origin, visited=set(seen))
    app.begin(Session(app.ways, desk, kept))
    return kept.section if kept.section in ids else "review"


async def _chosen(app: "WizardApp", drafts: Sequence[KeptDraft]) -> KeptDraft | None:
    if len(drafts) < 2:
        return drafts[0] if drafts else None
    choices = [Choice(one.id, left_words(one)) for one in drafts]
    id_ = await app.push_screen_wait(Pick("Which one?", choices))
    return next((one for one in drafts if one.id == id_), None)


def unfinished(ways: Ways) -> Sequence[KeptDraft]:
    """The drafts of sessions that were not finished, the newest first."""
    with suppress(WizardError):  # drafts that cannot be read are no reason not to begin
        return kept_drafts(ways.drafts)[0]
    return ()


def left_words(kept: KeptDraft) -> str:
    """Which session it was, where and when it was left."""
    titles = {page.id: page.title for page in all_pages()}
    where = titles.get(kept.section, "Review")
    return f'"{kept.name or "without a name"}", left at {where}, {ago(kept.when)}'


def ago(moment: datetime) -> str:
    """How long ago, in words: `2 hours ago`."""
    minutes = int((datetime.now(UTC) - moment).total_seconds() // 60)
    if minutes < 1:
        return "just now"
    for size, word in ((60 * 24, "day"), (60, "hour"), (1, "minute")):
        if minutes >= size:
            count = minutes // size
            return f"{count} {word}{'s' if count > 1 else ''} ago"
    return "just now"


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


async def _look(app: "WizardApp") -> str:
    """Look at a Harbor that is in the cluster; of several, choose."""
    try:
        found = await harbors(app.session)
    except WizardError as error:
        app.notify(str(error), title="The cluster cannot be asked", severity="error", timeout=20)
        return ""
    if not found:
        app.notify("There is no Harbor in this cluster.", severity="warning")
        return ""
    places = {f"{namespace}/{release}": (namespace, release) for namespace, release in found}
    chosen: str | None = next(iter(places))
    if len(places) > 1:
        chosen = await app.push_screen_wait(Pick("Which one?", [Choice(one) for one in places]))
    if chosen:
        namespace, release = places[chosen]
        target = Target(namespace=namespace, release=release)
        preset = _preset_of(app.session, target)
        watching = Watching(app.session.asker.world(), target, preset)
        app.push_screen(TroubleshootScreen(watching, app.session.redactor))
    return ""


def _preset_of(session: Session, target: Target) -> Preset | None:
    """The answers on the desk, where they are whole and for that release."""
    preset, missing = session.desk.draft.tentative()
    place = (preset.target.namespace, preset.target.release)
    return preset if not missing and place == (target.namespace, target.release) else None


BEGINNINGS: Mapping[str, Callable[["WizardApp"], Awaitable[str]]] = {
    "new": _new,
    "continue": _continue,
    "open": _open,
    "rehearse": _rehearse,
    "look": _look,
}
"""What each entry of the first screen does; the result is the stop to go to, or empty."""
