"""Which screen stands at which stop of the way."""

from collections.abc import Callable, Mapping

from screens.done import DoneScreen
from screens.frame import FrameScreen
from screens.install import InstallScreen
from screens.models.session import Session
from screens.page_screen import PageScreen
from screens.pages import all_pages
from screens.review import ReviewScreen

_OTHERS: Mapping[str, Callable[[], FrameScreen]] = {"install": InstallScreen, "done": DoneScreen}


def screen_of(stop: str, session: Session) -> FrameScreen:
    """A new screen for a stop."""
    if stop in _OTHERS:
        return _OTHERS[stop]()
    if stop == ReviewScreen.stop:
        return ReviewScreen(session)
    pages = {page.id: page for page in all_pages()}
    return PageScreen(pages[stop])
