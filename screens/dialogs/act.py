"""Shows what an action would do, does it when the person says so, and tells how it ended."""

from collections.abc import Awaitable, Callable

from textual import on
from textual.app import ComposeResult
from textual.containers import Horizontal, Vertical, VerticalScroll
from textual.widgets import Button, Footer, Static

from screens.dialogs.dialog import Dialog
from screens.signs import sign

LEAVE, DO = "Leave it", "Do it"
Tell = Callable[[str], None]


class ActionDialog(Dialog[None]):
    """A preview with a yes and a no. `work` does it, tells how it goes on, and gives the outcome:
    whether it is good, and its words. Closed meanwhile, it goes on and tells its end all the same.
    """

    def __init__(
        self, title: str, told: str, work: Callable[[Tell], Awaitable[tuple[bool, str]]]
    ) -> None:
        super().__init__()
        self._title = title
        self._told = told
        self._work = work

    def compose(self) -> ComposeResult:
        """What would be done, how it goes, the buttons."""
        with Vertical(classes="window -small"):
            yield Static(f"{self._title}?", classes="window-title", markup=False)
            with VerticalScroll(can_focus=False):
                yield Static(self._told, markup=False)
            yield Static("", id="outcome", markup=False)
            with Horizontal(classes="buttons"):
                yield Button(LEAVE, compact=True, name=LEAVE)
                yield Button(DO, compact=True, name=DO)
        yield Footer(compact=True, show_command_palette=False)

    @on(Button.Pressed)
    def _pressed(self, event: Button.Pressed) -> None:
        if event.button.name != DO:
            self.dismiss(None)
            return
        event.button.remove()
        self.query_one(Button).label = "Close"
        self.app.run_worker(self._carry_out(), group="act")

    async def _carry_out(self) -> None:
        self._say(f"{sign('running')} {self._title}")
        good, text = await self._work(self._goes_on)
        self._say(f"{sign('ok' if good else 'wrong')} {text}")
        if not self.is_attached:
            self.app.notify(
                text,
                title=self._title,
                severity="information" if good else "error",
                markup=False,
            )

    def _goes_on(self, text: str) -> None:
        self._say(f"{sign('running')} {text}")

    def _say(self, text: str) -> None:
        if self.is_attached:
            self.query_one("#outcome", Static).update(text)
