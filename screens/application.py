"""The application: its screens, the answers on the desk, the connection, the run."""

import asyncio
from collections.abc import Sequence
from pathlib import PurePath
from typing import TYPE_CHECKING, ClassVar

from textual import work
from textual.binding import Binding, BindingType
from textual.filter import LineFilter
from textual.screen import Screen

from screens.ascii import AsciiFilter
from screens.dialogs.confirm import Confirm
from screens.frame import FrameScreen
from screens.models.connection import Connection
from screens.models.watching import Watching
from screens.navigation import INSTALL, Navigation
from screens.pages import all_pages
from screens.palette import Actions
from screens.signs import unicode_shown
from screens.start import StartScreen
from screens.theme import DARK, LIGHT
from screens.ways import Ways

if TYPE_CHECKING:
    from screens.models.run import Run
    from screens.models.session import Session
    from wizard.run.consent import Consent


class WizardApp(Navigation):
    """The guided installation. It ends with the exit code of the process."""

    TITLE = "Harbor wizard"
    CSS_PATH: ClassVar[list[str | PurePath]] = ["application.tcss", "start.tcss"]
    HORIZONTAL_BREAKPOINTS: list[tuple[int, str]] = [  # noqa: RUF012 - so in Textual
        (0, "-narrow"),
        (120, "-wide"),
    ]
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

    def __init__(
        self,
        ways: Ways,
        connection: Connection | None = None,
        watching: Watching | None = None,
    ) -> None:
        """`watching`, over the `connection`, is what the command line wants to be shown."""
        super().__init__(ways, connection)
        self._watching = watching
        self.register_theme(DARK)
        self.register_theme(LIGHT)
        self.theme = DARK.name
        self.farewell: Sequence[str] = ()
        """What stays on the terminal when the application is left."""

    def get_line_filters(self) -> Sequence[LineFilter]:
        """What changes every line on its way to the terminal."""
        filters = super().get_line_filters()
        return filters if unicode_shown() else [*filters, AsciiFilter()]

    def get_default_screen(self) -> Screen[None]:
        """The first screen; all others stand on it. What is watched comes at once: on nothing."""
        if self._watching is not None:
            return Screen()
        passing = self.ways.draft is not None or bool(self.ways.ask)
        return StartScreen(classes="-passing" if passing else None)

    def on_mount(self) -> None:
        """Go on from the answers that the command line gave, if it gave any."""
        self.ways.notices.show_by(self._show_notice)
        if self._watching is not None:
            self._watch(self._watching)
        elif self.ways.draft is not None or self.ways.ask:
            self.call_after_refresh(self._begin_with_answers)

    @work(group="start", exclusive=True)
    async def _begin_with_answers(self) -> None:
        """Go on from what the command line said."""
        await self.ready()
        from screens.beginning import asked_pages, first_stop

        self._pages = tuple(asked_pages(self.session))
        self.go(first_stop(self.session))

    @work(group="start", exclusive=True)
    async def _watch(self, watching: Watching) -> None:
        """Show what is watched; the rest is loaded once there is something to see of it."""
        from screens.troubleshoot import TroubleshootScreen

        painted = asyncio.Event()
        self.push_screen(TroubleshootScreen(watching, self._redactor))
        await watching.begun()
        self.call_after_refresh(painted.set)
        await painted.wait()
        await self.ready()
        self._refresh_frame()

    async def run_until_left(self) -> int:
        """Run until the person leaves; the exit code. Raises what a bug raised."""
        self._only_application = True
        code = await self.run_async()
        if self._exception is not None:
            raise self._exception
        return code or 0

    def _fatal_error(self) -> None:
        """A bug is told by whoever runs the application, never as a trace on the screen."""
        self._close_messages_no_wait()

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

    @work(group="start", exclusive=True)
    async def start(self, what: str) -> None:
        """Do what was chosen on the first screen; a run that goes on comes first."""
        if self.installing:
            self.notify("Harbor is being installed. Ctrl+C stops that.", severity="warning")
            self.go(INSTALL)
            return
        await self.ready()
        from screens.beginning import BEGINNINGS

        stop = await BEGINNINGS[what](self)
        if stop:
            self._trail = []
            self.go(stop)

    @property
    def installing(self) -> bool:
        """Whether a run goes on."""
        run = self._session.run if self._session else None
        return run is not None and run.running

    def start_run(self, consent: "Consent") -> None:
        """Carry out the answers as they are now; where a run goes on already, go to that."""
        if not self.installing:
            from screens.ceremony import Ceremony

            run = self.session.begin(consent, Ceremony(self))
            self.run_worker(self._carry_out(run), group="run")
        self._refresh_frame()
        self.go(INSTALL)

    async def _carry_out(self, run: "Run") -> None:
        """Carry out a run, and tell of its end wherever the person is."""
        await run.go()
        if run.error is None:
            await self.session.keeper.forget()
        if self._trail and self._trail[-1] != INSTALL:
            how = run.error.what if run.error else run.summary
            title = "The installation failed" if run.error else "Harbor is installed"
            self.notify(how, title=title, severity="warning" if run.error else "information")
        self._refresh_frame()

    def _refresh_frame(self) -> None:
        if isinstance(self.screen, FrameScreen):
            self.screen.refresh_frame()

    def begin(self, session: "Session") -> None:
        """Go on with another session; the former one's connection is closed."""
        former, self._session = self._session, session
        self.ways = session.ways
        self._pages = all_pages()
        self.forget_screens()
        if former:
            self.run_worker(former.close(), group="close")

    def _show_notice(self, line: str) -> None:
        """Show what a login program says, on whatever screen is there; secrets are hidden."""
        from wizard.run.patterns import redact_patterns

        told = redact_patterns(line)
        self.notify(told, title="The login says", timeout=_NOTICE_SECONDS, markup=False)

    def action_change_colours(self) -> None:
        """Use light colours instead of dark ones, or the other way round."""
        self.theme = LIGHT.name if self.theme == DARK.name else DARK.name

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
            from screens.models.another_time import farewell

            self.farewell = farewell(self._session)
        await (self._session or self._connection).close()
        self.exit(code)


_INTERRUPTED = 130
_NOTICE_SECONDS = 120
"""How long what a login program says stands: somebody has to type it elsewhere."""
