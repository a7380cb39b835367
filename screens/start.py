"""The first screen: what there is to do, and what was found on this machine."""

from typing import ClassVar

from textual import on, work
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.content import Content
from textual.widgets import OptionList, Static
from textual.widgets.option_list import Option

from screens.frame import FrameScreen
from screens.signs import sign

_ENTRIES = (
    ("new", "New installation", "about 12 questions, nothing changes before Review"),
    ("continue", "Continue", "nothing was left unfinished"),
    ("open", "Open a preset…", "answers from a file"),
    ("rehearse", "Rehearse", "the same on a simulated cluster, failures included"),
    ("look", "Look at a running Harbor", "health, what is wrong and why"),
)


def _entry(label: str, text: str) -> Content:
    return Content.assemble(label.ljust(26), (text, "$text-muted"))


class StartScreen(FrameScreen):
    """Where everybody begins. One with the class `-passing` offers nothing until one comes back to
    it: the command line said what is to be shown next.
    """

    BINDINGS: ClassVar[list[BindingType]] = []
    HELP_TEXT = (
        "## Harbor wizard\n\nIt asks for what Harbor needs, shows what it would change, installs "
        "Harbor and proves that it works. Nothing is changed before you say so on Review.\n\n"
        "Enter chooses, Escape goes back, Ctrl+P finds every action."
    )

    def body(self) -> ComposeResult:
        """What there is to do."""
        yield Static("Harbor, a private registry on your Kubernetes", classes="question-title")
        yield Static(f"{sign('asking')} reading the answers", id="reading", markup=False)
        options = OptionList(id="start")
        options.add_options(Option(_entry(label, text), id=id_) for id_, label, text in _ENTRIES)
        options.disable_option("continue")
        yield options
        yield Static("", id="found", markup=False)

    def on_mount(self) -> None:
        """The first entry is in front."""
        self.query_one("#start", OptionList).highlighted = 0

    def on_screen_suspend(self) -> None:
        """What was to be shown is there."""
        self.remove_class("-passing")

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Nothing stands before the first screen."""
        return False if action == "back" else super().check_action(action, parameters)

    def on_screen_resume(self) -> None:
        """Look at the machine once the first frame is there, and at what was left meanwhile."""
        super().on_screen_resume()
        if self.has_class("-passing"):
            return
        self.query_one("#start", OptionList).focus()
        self.set_timer(0.05, self._look_around)  # imports take the interpreter for themselves

    @work(group="look", exclusive=True, exit_on_error=False)
    async def _look_around(self) -> None:
        """Say which cluster and which Helm would be used."""
        found = self.query_one("#found", Static)
        found.update(f"Cluster  {sign('asking')} asking\nHelm     {sign('asking')} asking")
        await self.wizard.ready()
        from screens.beginning import left_words, unfinished
        from screens.models.surroundings import surroundings

        drafts = unfinished(self.wizard.ways)
        options = self.query_one("#start", OptionList)
        if drafts:
            options.replace_option_prompt("continue", _entry("Continue", left_words(drafts[0])))
            options.enable_option("continue")
        async for text in surroundings(self.wizard.session):
            found.update(text)

    @on(OptionList.OptionSelected)
    def _chosen(self, event: OptionList.OptionSelected) -> None:
        self.wizard.start(event.option.id or "")
