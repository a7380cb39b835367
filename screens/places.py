"""Which screen stands at which stop of the way."""

from textual.screen import Screen

from screens.page_screen import PageScreen
from screens.pages import all_pages
from screens.review import ReviewScreen
from screens.session import Session


def screen_of(stop: str, session: Session, focus: tuple[str | int, ...]) -> Screen[None]:
    """The screen of a stop; a page's begins at the answer that `focus` leads to."""
    if stop == ReviewScreen.stop:
        return ReviewScreen(session)
    pages = {page.id: page for page in all_pages()}
    return PageScreen(pages[stop], focus)
