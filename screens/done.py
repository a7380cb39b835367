"""The screen after success: the registry's address, and what to do with it at first."""

from collections.abc import Sequence
from typing import ClassVar

from textual import on, work
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal, Vertical, VerticalScroll
from textual.content import Content
from textual.widgets import OptionList, Static
from textual.widgets.option_list import Option

from screens.conversations import save_answers
from screens.frame import FrameScreen
from screens.models.another_time import repeating
from screens.models.first_steps import FirstStep, Installed, first_steps
from screens.models.run import Run
from screens.models.run_rows import clock
from screens.models.saving import Saving
from screens.signs import sign
from wizard.answers.overrides import overridden
from wizard.run.rendering import duration


class DoneScreen(FrameScreen):
    """Tells how to use what was installed; every command can be copied by a key."""

    CSS_PATH = "done.tcss"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("c", "copy", "Copy", id="done.copy", tooltip="Copy the commands that are shown"),
        Binding(
            "s", "save", "Save preset", tooltip="Save the answers, to repeat this by a command"
        ),
        Binding(
            "q", "wizard_leave", "Leave", id="done.leave", tooltip="Leave the wizard; Harbor stays"
        ),
    ]
    stop = "done"
    HELP_TEXT = (
        "## Done\n\nHarbor is installed and was found healthy. The list at the left leads to what "
        "is to be done at first; `c` copies the commands at the right, `s` saves the answers as a "
        "preset, with which one command repeats all of this. `q` leaves the wizard."
    )

    def body(self) -> ComposeResult:
        """The address, the list of steps, and the step that is chosen."""
        self._steps = self._all_steps()
        with Vertical(id="ready"):
            yield Static(self._ready(), id="address", markup=False)
            yield Static("", id="repeat", markup=False)
        with Horizontal(id="first-steps"):
            yield OptionList(*(Option(step.title) for step in self._steps), id="titles")
            with VerticalScroll(id="step"):
                yield Static("", id="text", markup=False)
                yield Static("", id="commands", markup=False)
                yield Static("", id="after", markup=False)

    def on_mount(self) -> None:
        """Begin at the first step."""
        self.query_one("#titles").focus()

    def show_now(self) -> None:
        """Show the frame, and the command that repeats the installation, as they are now."""
        super().show_now()
        session = self.wizard.session
        command = repeating(session) if session.same_answers else ""
        told = (
            f"Repeat it with  {command}" if command else "The answers are not saved: s saves them"
        )
        self.query_one("#repeat", Static).update(told)

    def _all_steps(self) -> Sequence[FirstStep]:
        session, run = self.wizard.session, self.wizard.session.run
        if run is None:
            return ()
        preset = overridden(run.draft.to_preset(), session.environ())
        context = run.told.target.context if run.told.target else ""
        return [
            *first_steps(Installed(preset, context)),
            FirstStep("What was verified", _verified(run)),
        ]

    def _ready(self) -> str:
        run = self.wizard.session.run
        if run is None or run.exit:
            return "Harbor is not installed yet."
        address = run.draft.get("harbor.url")
        return f"{sign('ok')} Harbor is ready: {address}   after {clock(run.seconds)}"

    @on(OptionList.OptionHighlighted, "#titles")
    def _highlighted(self, event: OptionList.OptionHighlighted) -> None:
        step = self._steps[event.option_index]
        self.query_one("#text", Static).update(step.text)
        self.query_one("#commands", Static).update(Content(step.commands))
        self.query_one("#commands").display = bool(step.commands)
        self.query_one("#after", Static).update(step.after)
        self.query_one("#step").scroll_home(animate=False)

    def action_copy(self) -> None:
        """Copy the commands of the chosen step."""
        at = self.query_one("#titles", OptionList).highlighted
        step = self._steps[at] if at is not None else None
        if step is None or not step.commands:
            self.notify("There is no command here.")
            return
        self.app.copy_to_clipboard(step.commands)
        self.notify(f"{step.title}: copied, where the terminal allows it.")

    @work(group="save", exclusive=True)
    async def action_save(self) -> None:
        """Save the answers; saying where secrets come from does not make them others."""
        session = self.wizard.session
        run, same = session.run, session.same_answers
        target = run.told.target if run else None
        await save_answers(self.wizard, Saving(session, target.cluster_uid if target else ""))
        if run is not None and same:
            run.draft = session.desk.draft
        self.refresh_frame()

    def action_wizard_leave(self) -> None:
        """Leave."""
        self.run_worker(self.wizard.leave(), group="leave", exclusive=True)


def _verified(run: Run) -> str:
    """What every step made sure of, and how long that took."""
    lines = [
        f"{sign('ok')} {step.title.ljust(34)} {duration(step.seconds)}"
        for step in run.steps.values()
        if step.state in {"done", "unchanged"}
    ]
    return "\n".join(["Every step ends only once what it stands for works:", "", *lines])
