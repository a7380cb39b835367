"""Which screen stands at which stop of the way."""

from collections.abc import Callable, Mapping

from textual.screen import Screen

from screens.done import DoneScreen
from screens.install import InstallScreen
from screens.models.session import Session
from screens.page_screen import PageScreen
from screens.pages import all_pages
from screens.review import ReviewScreen

_OTHERS: Mapping[str, Callable[[], Screen[None]]] = {"install": InstallScreen, "done": DoneScreen}


def screen_of(stop: str, session: Session, focus: tuple[str | int, ...]) -> Screen[None]:
    """The screen of a stop; a page's begins at the answer that `focus` leads to."""
    if stop in _OTHERS:
        return _OTHERS[stop]()
    if stop == ReviewScreen.stop:
        return ReviewScreen(session)
    pages = {page.id: page for page in all_pages()}
    return PageScreen(pages[stop], focus)
