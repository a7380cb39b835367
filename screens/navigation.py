"""The way through the application: its stops, and how one gets from one to another."""

import asyncio
import gc
import sys
from collections.abc import Sequence
from typing import TYPE_CHECKING, cast

from textual import work
from textual.app import App

from screens.dialogs.pick import Choice, Pick
from screens.models.connection import Connection
from screens.pages import all_pages
from screens.pages.page import Page
from screens.signs import State
from screens.start import StartScreen
from screens.ways import Ways
from screens.widgets.step_map import Stop
from wizard.run.redaction import Redactor

if TYPE_CHECKING:
    from screens.frame import FrameScreen
    from screens.models.session import Session

REVIEW, INSTALL = "review", "install"
_LAST_STOPS = ((REVIEW, "Review"), (INSTALL, "Install"))


class Navigation(App[int]):
    """An application over a session, with a way of stops."""

    def __init__(self, ways: Ways, connection: Connection | None = None) -> None:
        """`connection`: one of these ways that is there already."""
        super().__init__()
        self.ways = ways
        self._loading: asyncio.Task[None] | None = None
        self._connection = connection or Connection(ways.open_world)
        """That of the first session, as its redactor is: what is shown before needs them."""
        self._redactor = Redactor()
        self._session: Session | None = None
        self._only_application = False
        """Whether the process lives for this application alone."""
        self._trail: list[str] = []
        """The ids of the stops that one came by, the present one last."""
        self._pages: tuple[Page, ...] = all_pages()

    async def ready(self) -> "Session":
        """Wait until all that takes long to import is there: in a thread, after the first frame.

        The pages are not waited for where a release is to be watched.
        """
        if self._loading is None:
            load = _import_sessions if self.ways.watch else _import_the_rest
            self._loading = asyncio.create_task(asyncio.to_thread(load))
        await asyncio.shield(self._loading)
        if self._session is None:
            if self._only_application:
                gc.freeze()  # what is loaded stays: to look through it would hold up the keyboard
            from screens.beginning import first_session

            self._session = first_session(self.ways, self._connection, self._redactor)
        return self._session

    @property
    def session(self) -> "Session":
        """What is behind the screens; there once the application is `ready`."""
        if self._session is None:
            raise RuntimeError("the application is not ready yet")
        return self._session

    @property
    def preset_name(self) -> str:
        """What the answers are called; empty where they have no name, or none are there yet."""
        return self._session.desk.name if self._session else ""

    def stops(self, here: str) -> list[Stop]:
        """The way, and how each of its stops stands."""
        titles = [*((page.id, page.title) for page in self._pages), *_LAST_STOPS]
        return [Stop(id_, title, self._state(id_, here)) for id_, title in titles]

    def _state(self, id_: str, here: str) -> State:
        if id_ == here:
            return "here"
        return self._session.state_of(id_) if self._session else "not yet"

    @property
    def viewed_at_once(self) -> bool:
        """Whether a view is shown that the command line opened, with no first screen under it."""
        stack = self.screen_stack
        return not any(isinstance(screen, StartScreen) for screen in stack)

    def go(self, stop: str) -> None:
        """Go to a stop of the way."""
        self._show(stop)

    @work(group="go", exclusive=True)
    async def _show(self, stop: str, focus: tuple[str | int, ...] = ()) -> None:
        await self.ready()
        if "screens.places" not in sys.modules:
            await asyncio.to_thread(_import_the_rest)
        if self._trail and self._trail[-1] == stop:
            return
        self._trail.append(stop)
        self.session.at(stop)
        for error in self.session.told_warnings():
            self.notify(str(error), severity="warning", timeout=15)
        screen = self._screen_at(stop)
        with self.batch_update():  # who sees a screen can type at once: its focus is there
            if self.viewed_at_once:
                await self.switch_screen(StartScreen())
            if not isinstance(self.screen, StartScreen):
                await self.switch_screen(screen)
            else:
                await self.push_screen(screen)
            await screen.arrive(focus)
        screen.refresh()  # what a batch held back is painted at the next message only

    def go_to_answer(self, path: tuple[str | int, ...]) -> None:
        """Go to the question of an answer."""
        for page in all_pages():
            if any(str(path[0]) == one for one in page.paths):
                self._show(page.id, path)

    def go_next(self, stop: str) -> None:
        """Go to the stop after this one."""
        ids = [one.id for one in self.stops("")]
        self.go(ids[ids.index(stop) + 1])

    def go_back(self) -> None:
        """Go to the stop that one came from, at last to the start."""
        if not self._trail:
            return
        self._trail.pop()
        if self._trail:
            self._show(self._trail.pop())
        else:
            self.pop_screen()

    def go_to_start(self) -> None:
        """Go to the first screen."""
        if self._trail:
            self._trail = []
            self.pop_screen()

    @work(group="jump", exclusive=True)
    async def jump(self) -> None:
        """Choose a stop to go to."""
        stops = self.stops(self._trail[-1] if self._trail else "")
        choices = [Choice(stop.title, stop.state) for stop in stops]
        chosen = await self.push_screen_wait(Pick("Where to?", choices))
        for stop in stops:
            if stop.title == chosen:
                self.go(stop.id)

    def _screen_at(self, stop: str) -> "FrameScreen":
        """The screen of a stop. Most stay while one is away: they are there again at once, as they
        were left.
        """
        from screens.places import screen_of

        if stop not in self._staying:
            return screen_of(stop, self.session)
        if not self.is_screen_installed(stop):
            self.install_screen(screen_of(stop, self.session), stop)
        return cast("FrameScreen", self.get_screen(stop))

    @property
    def _staying(self) -> Sequence[str]:
        return [REVIEW, INSTALL, *(page.id for page in all_pages())]

    def forget_screens(self) -> None:
        """Let screens go that show the answers and the run of a session which is over."""
        for stop in self._staying:
            if self.is_screen_installed(stop):
                screen = self.get_screen(stop)
                self.uninstall_screen(stop)
                screen.remove()


def _import_sessions() -> None:
    from screens import acting, beginning  # noqa: F401
    from wizard import support  # noqa: F401


def _import_the_rest() -> None:
    from screens import beginning, places  # noqa: F401
