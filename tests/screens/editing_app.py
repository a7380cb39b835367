"""A mini application: some questions of a preset, whose editors and choices can be opened."""

from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from contextlib import asynccontextmanager
from pathlib import Path as FilePath
from typing import Any

from textual import on, work
from textual.app import App, ComposeResult
from textual.pilot import Pilot

from screens.editing import Editing
from screens.models.desk import Desk
from screens.models.row_states import RowStates
from screens.models.session import Session
from screens.theme import DARK
from screens.ways import Ways
from screens.widgets.form import Form
from screens.widgets.rows import QuestionRow
from tests.screens.screen_text import screen_lines
from wizard.answers.draft import Draft
from wizard.answers.network import Network
from wizard.answers.paths import parse_path
from wizard.contexts import Context
from wizard.ports import World

TRIES = 1000

OpenWorld = Callable[[str | None, Network], Any]


@asynccontextmanager
async def simulated(context: str | None, network: Network) -> AsyncIterator[World]:
    """A healthy simulated cluster."""
    from backends.simulated.world import simulated_world

    async with simulated_world("healthy", None, 1000) as world:
        yield world


class EditingApp(App[None]):
    """The questions at some paths, over the real editors."""

    CSS_PATH = FilePath("../../screens/application.tcss")
    BINDINGS = [("f4", "pick", "Choose")]  # noqa: RUF012 - so in Textual

    def __init__(
        self,
        folder: FilePath,
        data: Mapping[str, Any],
        *paths: str,
        open_world: OpenWorld = simulated,
        contexts: Sequence[Context] = (),
        environ: Mapping[str, str] | None = None,
    ) -> None:
        super().__init__()
        ways = Ways(open_world, lambda: contexts, folder / "state", environ=environ or {})
        base = {"schemaVersion": 1, "name": "test", "harbor": {}}
        self.desk = Desk(Draft({**base, **data}, folder=folder))
        self.session = Session(ways, self.desk)
        self.paths = [parse_path(path) for path in paths]
        self.changed: list[str] = []

    def compose(self) -> ComposeResult:
        yield Form(self.desk, self.paths, RowStates(self.desk))

    def on_mount(self) -> None:
        self.register_theme(DARK)
        self.theme = DARK.name
        self.editing = Editing(self, self.session, self.desk)
        self.form.rows[0].focus_control()

    @property
    def form(self) -> Form:
        return self.screen_stack[0].query_one(Form)

    @on(QuestionRow.Pressed)
    def _pressed(self, event: QuestionRow.Pressed) -> None:
        self._choose(event.row)

    def action_pick(self) -> None:
        row = self.form.row_in_front
        if row:
            self._choose(row)

    @work
    async def _choose(self, row: QuestionRow) -> None:
        if await self.editing.choose(row):
            await self.form.edited(row.question.path)

    @on(Form.Changed)
    def _changed(self, event: Form.Changed) -> None:
        self.changed.append(".".join(map(str, event.path)))

    @property
    def seen(self) -> str:
        """What a person would read."""
        return "\n".join(screen_lines(self))


@asynccontextmanager
async def running(app: EditingApp, size: tuple[int, int] = (80, 24)) -> AsyncIterator[Pilot[None]]:
    """The application on a screen of some size."""
    async with app.run_test(size=size) as pilot:
        await pilot.pause()
        yield pilot
    await app.session.close()


async def until(pilot: Pilot[Any], condition: Callable[[], bool]) -> None:
    """Wait until something is so. Raises AssertionError with the screen where it never is."""
    for _ in range(TRIES):
        await pilot.pause(0.01)
        if condition():
            return
    raise AssertionError("\n".join(screen_lines(pilot.app)))


async def sees(pilot: Pilot[Any], *texts: str) -> None:
    """Wait until the person reads all of these."""
    await until(pilot, lambda: all(one in "\n".join(screen_lines(pilot.app)) for one in texts))


async def gone(pilot: Pilot[Any]) -> None:
    """Wait until no window is open any more."""
    await until(pilot, lambda: len(pilot.app.screen_stack) == 1)


async def type_in(pilot: Pilot[Any], text: str) -> None:
    """Type a text, key by key."""
    names = {" ": "space", ".": "full_stop", "/": "slash", ":": "colon", "-": "minus"}
    await pilot.press(*(names.get(one, one) for one in text))
