"""The frame around every screen: title, map of the way, one screen, keys that work now."""

from typing import TYPE_CHECKING, ClassVar, cast

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal, Vertical
from textual.events import Event, Resize, ScreenResume
from textual.widget import Widget
from textual.widgets import Static

from screens.opening import OpeningScreen
from screens.widgets.key_footer import KeyFooter
from screens.widgets.step_map import StepMap

if TYPE_CHECKING:
    from screens.application import WizardApp

SMALLEST = (80, 24)
"""Columns and rows in which every screen is complete."""


class FrameScreen(OpeningScreen[None]):
    """A screen in the frame. Subclasses give the body and say where on the map they are."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape", "back", "Back", id="back", tooltip="Back to where you came from"),
        Binding(
            "f1,question_mark",
            "help",
            "Help",
            key_display="f1",
            id="help",
            tooltip="More about what is in front of you",
        ),
        Binding("ctrl+g", "jump", "Jump", id="jump", tooltip="Go to any step of the way"),
    ]
    stop: str = ""
    """The id of the stop on the map that this screen is."""
    HELP_TEXT: ClassVar[str] = ""
    """What F1 says about the screen as a whole, in Markdown."""

    _styled_by: tuple[str, bool, int] | None = None
    """Theme, focus of the terminal and number of rules by which all in it has its styles."""

    @property
    def wizard(self) -> "WizardApp":
        """The application."""
        return cast("WizardApp", self.app)

    def compose(self) -> ComposeResult:
        """The frame around the body, drawn for its width from the beginning."""
        width = self.wizard.size.width
        self.add_class(max(one for one in self.wizard.HORIZONTAL_BREAKPOINTS if one[0] <= width)[1])
        with Horizontal(id="title"):
            yield Static("Harbor wizard", id="title-left", markup=False)
            yield Static("", id="title-right", markup=False)
        with Vertical(id="main"):
            yield StepMap(self.wizard.stops(self.stop))
            with Vertical(id="body"):
                yield from self.body()
        yield KeyFooter(compact=True)
        yield Static("", id="too-small", markup=False)

    def body(self) -> ComposeResult:
        """What stands in the frame."""
        yield Widget()

    async def arrive(self, focus: tuple[str | int, ...]) -> None:
        """The person came here by the way; `focus` is the path of the answer to show, if any."""

    async def on_event(self, event: Event) -> None:
        """Keep the styles of a screen that one comes back to, where no other rules hold now."""
        if isinstance(event, ScreenResume):
            rules = (self.app.theme, self.app.app_focus, len(self.app.stylesheet.rules))
            event.refresh_styles = rules != self._styled_by
            self._styled_by = rules
        await super().on_event(event)

    def on_screen_resume(self) -> None:
        """Show title and map as they are now."""
        self.refresh_frame()

    @property
    def stands(self) -> bool:
        """Whether all of it can be drawn: not before it is composed, nor while it is removed or the
        application ends, the innermost widgets first.
        """
        return self.is_mounted and self.display and self.opened

    def refresh_frame(self) -> None:
        """Show the screen as it is now, where it stands; once it does, it is shown in any case."""
        if self.stands:
            self.show_now()

    def show_now(self) -> None:
        """Show the installation's name and target, and the map, as they are now."""
        self.query_one("#title-right", Static).update(self.wizard.title_text())
        self.query_one(StepMap).show(self.wizard.stops(self.stop))

    def on_resize(self, event: Resize) -> None:
        """Say so where the window is too small; nothing is lost meanwhile."""
        small = event.size.width < SMALLEST[0] or event.size.height < SMALLEST[1]
        self.set_class(small, "-too-small")
        if small:
            self.query_one("#too-small", Static).update(
                f"This window has {event.size.width} columns and {event.size.height} rows.\n"
                f"The wizard needs {SMALLEST[0]} x {SMALLEST[1]}: make it larger.\n"
                "Nothing is lost meanwhile."
            )

    def on_step_map_chosen(self, event: StepMap.Chosen) -> None:
        """Go there."""
        self.wizard.go(event.id)

    def action_back(self) -> None:
        """Go back; nothing typed is lost."""
        self.wizard.go_back()

    def action_jump(self) -> None:
        """Choose where to go."""
        self.wizard.jump()

    def action_help(self) -> None:
        """Explain what is in front of the person, and the keys that work here."""
        from screens.dialogs.explain import Explain

        self.app.push_screen(Explain(f"{self.help_text()}\n\n## Keys\n\n{self._keys()}"))

    def _keys(self) -> str:
        rows = {
            active.binding.description: (
                self.app.get_key_display(active.binding),
                active.binding.tooltip or active.binding.description,
            )
            for active in self.active_bindings.values()
            if active.binding.id and active.binding.description
        }
        rows["Palette"] = ("^p", "Every action that works now")
        return "\n".join(f"- `{key}` {told}" for key, told in rows.values())

    def help_text(self) -> str:
        """What F1 says now, in Markdown."""
        return self.HELP_TEXT
