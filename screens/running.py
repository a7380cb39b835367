"""The part of the application that carries runs out, whatever screen is shown."""

from typing import TYPE_CHECKING

from textual.app import App
from textual.screen import Screen

from screens.frame import FrameScreen

if TYPE_CHECKING:
    from screens.run import Run
    from screens.session import Session
    from wizard.run.consent import Consent

INSTALL = "install"


class RunningApp(App[int]):
    """An application with a way of stops, one of which shows its runs."""

    def __init__(self) -> None:
        super().__init__()
        self._session: Session | None = None
        self._trail: list[str] = []

    @property
    def session(self) -> "Session":
        """What is behind the screens; there once the application is `ready`."""
        if self._session is None:
            raise RuntimeError("the application is not ready yet")
        return self._session

    @property
    def installing(self) -> bool:
        """Whether a run goes on."""
        run = self._session.run if self._session else None
        return run is not None and run.running

    def go(self, stop: str) -> None:
        """Go to a stop of the way."""
        raise NotImplementedError

    def start_run(self, consent: "Consent") -> None:
        """Carry out the answers as they are now; where a run goes on already, go to that."""
        if not self.installing:
            self.run_worker(self._carry_out(self.session.begin(consent)), group="run")
        self._refresh_frame()
        self.go(INSTALL)

    async def _carry_out(self, run: "Run") -> None:
        """Carry out a run, and tell of its end wherever the person is."""
        await run.go()
        if self._trail and self._trail[-1] != INSTALL:
            how = run.error.what if run.error else run.summary
            title = "The installation failed" if run.error else "Harbor is installed"
            self.notify(how, title=title, severity="warning" if run.error else "information")
        self._refresh_frame()

    def _refresh_frame(self) -> None:
        if isinstance(self.screen, FrameScreen):
            self.screen.refresh_frame()

    def _screen_at(self, stop: str, focus: tuple[str | int, ...]) -> Screen[None]:
        """The screen of a stop, a new one; but that of runs keeps its logs while one is away."""
        from screens.places import screen_of

        if stop != INSTALL:
            return screen_of(stop, self.session, focus)
        if not self.is_screen_installed(INSTALL):
            self.install_screen(screen_of(stop, self.session, focus), INSTALL)
        return self.get_screen(INSTALL)
