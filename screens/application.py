"""The application: its screens, the answers on the desk, the connection, the run."""

import asyncio
from collections.abc import Sequence
from functools import partial
from pathlib import PurePath
from typing import TYPE_CHECKING, ClassVar

from textual import work
from textual.binding import Binding, BindingType
from textual.filter import LineFilter

from screens.ascii import AsciiFilter
from screens.dialogs.confirm import Confirm
from screens.dialogs.pick import Choice, Pick
from screens.notices import show_notice
from screens.pages import all_pages
from screens.palette import Actions
from screens.running import INSTALL, RunningApp
from screens.signs import State, unicode_shown
from screens.start import StartScreen
from screens.theme import DARK, LIGHT
from screens.ways import Ways
from screens.widgets.step_map import Stop

if TYPE_CHECKING:
    from screens.session import Session

REVIEW = "review"


class WizardApp(RunningApp):
    """The guided installation. It ends with the exit code of the process."""

    TITLE = "Harbor wizard"
    CSS_PATH: ClassVar[list[str | PurePath]] = ["application.tcss", "start.tcss"]
    HORIZONTAL_BREAKPOINTS = [(0, "-narrow"), (120, "-wide")]  # noqa: RUF012 - so in Textual
    COMMANDS = {Actions}  # noqa: RUF012 - so in Textual
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding(
            "ctrl+c",
            "leave",
            "Leave",
            id="leave",
            priority=True,
            show=False,
            tooltip="Leave; answers are kept, a run can be resumed",
        ),
        Binding("ctrl+q", "leave", priority=True, show=False),
    ]

    def __init__(self, ways: Ways) -> None:
        super().__init__()
        self.ways = ways
        self._loading: asyncio.Task[None] | None = None
        self._pages = all_pages()
        self.register_theme(DARK)
        self.register_theme(LIGHT)
        self.theme = DARK.name

    def get_line_filters(self) -> Sequence[LineFilter]:
        """What changes every line on its way to the terminal."""
        filters = super().get_line_filters()
        return filters if unicode_shown() else [*filters, AsciiFilter()]

    def get_default_screen(self) -> StartScreen:
        """The first screen; all others stand on it."""
        return StartScreen()

    def on_mount(self) -> None:
        """Go on from the answers that the command line gave, if it gave any."""
        self.ways.notices.show_by(partial(show_notice, self))
        if self.ways.draft is not None or self.ways.ask:
            self.call_after_refresh(self._begin_with_answers)

    @work(group="start", exclusive=True)
    async def _begin_with_answers(self) -> None:
        """Go on from what the command line said."""
        await self.ready()
        from screens.beginning import asked_pages, first_stop

        self._pages = tuple(asked_pages(self.session))
        self.go(first_stop(self.session))

    async def run_until_left(self) -> int:
        """Run until the person leaves; the exit code. Raises what a bug raised."""
        code = await self.run_async()
        if self._exception is not None:
            raise self._exception
        return code or 0

    def _fatal_error(self) -> None:
        """A bug is told by whoever runs the application, never as a trace on the screen."""
        self._close_messages_no_wait()

    async def ready(self) -> None:
        """Wait until all that takes long to import is there: in a thread, after the first frame."""
        if self._loading is None:
            self._loading = asyncio.create_task(asyncio.to_thread(_import_the_rest))
        await asyncio.shield(self._loading)
        if self._session is None:
            from screens.beginning import first_session

            self._session = first_session(self.ways)

    def title_text(self) -> str:
        """What is installed where, as far as it is known."""
        if self._session is None:
            return ""
        desk = self._session.desk
        place = "/".join(
            str(part)
            for part in (desk.draft.get("target.context"), desk.draft.get("target.namespace"))
            if part
        )
        simulated = f"  (simulated: {self.ways.scenario})" if self.ways.scenario else ""
        return f"{desk.name}  {place or 'harbor'}{simulated}"

    def stops(self, here: str) -> list[Stop]:
        """The way, and how each of its stops stands."""
        titles = [*((page.id, page.title) for page in self._pages), *_LAST_STOPS]
        return [Stop(id_, title, self._state(id_, here)) for id_, title in titles]

    def _state(self, id_: str, here: str) -> State:
        if id_ == here:
            return "here"
        return self._session.state_of(id_) if self._session else "not yet"

    def go(self, stop: str) -> None:
        """Go to a stop of the way."""
        self._show(stop)

    @work(group="go", exclusive=True)
    async def _show(self, stop: str, focus: tuple[str | int, ...] = ()) -> None:
        await self.ready()
        if self._trail and self._trail[-1] == stop:
            return
        self._trail.append(stop)
        self.session.at(stop)
        for error in self.session.told_warnings():
            self.notify(str(error), severity="warning", timeout=15)
        screen = self._screen_at(stop, focus)
        if len(self.screen_stack) > _WITH_START:
            await self.switch_screen(screen)
        else:
            await self.push_screen(screen)

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

    @work(group="start", exclusive=True)
    async def start(self, what: str) -> None:
        """Do what was chosen on the first screen; a run that goes on comes first."""
        if self.installing:
            self.notify("Harbor is being installed. Ctrl+C stops that.", severity="warning")
            self.go(INSTALL)
            return
        from screens.beginning import BEGINNINGS

        stop = await BEGINNINGS[what](self)
        if stop:
            self._trail = []
            self.go(stop)

    def begin(self, session: "Session") -> None:
        """Go on with another session; the former one's connection is closed."""
        former, self._session = self._session, session
        self.ways = session.ways
        if former:
            self.run_worker(former.close(), group="close")

    def action_change_colours(self) -> None:
        """Use light colours instead of dark ones, or the other way round."""
        self.theme = LIGHT.name if self.theme == DARK.name else DARK.name

    def explain(self, text: str) -> None:
        """Show a page of help."""
        from screens.dialogs.explain import Explain

        self.push_screen(Explain(text))

    @work(group="leave", exclusive=True)
    async def action_leave(self) -> None:
        """Leave, after one question; answers are kept, a run can be resumed."""
        if self.installing:
            question = (
                "Harbor is being installed. Stop it? What was done stays done, and the same "
                "command or Retry goes on from there."
            )
            stop = "Stop and leave"
            if await self.push_screen_wait(Confirm(question, ["Go on", stop])) != stop:
                return
        await self.leave()

    def interrupt(self) -> None:
        """Leave at once: the terminal is closed, or the process is to end."""
        self.run_worker(self.leave(_INTERRUPTED), group="leave", exclusive=True)

    async def leave(self, code: int = 0) -> None:
        """Leave, with the exit code of the last run, if there was one."""
        run = self._session.run if self._session else None
        if run is not None:
            await run.stop()
            code = int(run.exit or code)
        if self._session:
            await self._session.close()
        self.exit(code)


_INTERRUPTED = 130
_LAST_STOPS = ((REVIEW, "Review"), (INSTALL, "Install"))
_WITH_START = 1
"""Screens on the stack while only the start is shown."""


def _import_the_rest() -> None:
    from screens import beginning, places  # noqa: F401
