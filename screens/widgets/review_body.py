"""What Review shows: what is about to happen, the panes, and the way on."""

from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal, Vertical
from textual.widgets import Button, Static

from screens.models.another_time import repeating
from screens.models.reviewing import Reviewing
from screens.signs import sign
from screens.widgets.panes import Panes

ANSWERS, PLAN, CHECKS = "answers", "plan", "checks"


class ReviewBody(Vertical):
    """Shows a review; decides nothing."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("tab,right", "next_pane(1)", "Next pane", show=False),
        Binding("shift+tab,left", "next_pane(-1)", "Previous pane", show=False),
        Binding("down,up", "into_pane", "Into the pane", show=False),
    ]

    def compose(self) -> ComposeResult:
        """From top to bottom."""
        yield Static("", id="head", markup=False)
        yield Static("", id="counts", markup=False)
        yield Panes((ANSWERS, PLAN, CHECKS))
        with Horizontal(id="bar"):
            yield Button("Install", compact=True, id="install")
            yield Static("", id="waiting", markup=False)
        yield Static("", id="saved", markup=False)

    @property
    def panes(self) -> Panes:
        """The panes."""
        return self.query_one(Panes)

    @property
    def button(self) -> Button:
        """The way on."""
        return self.query_one("#install", Button)

    def show(self, review: Reviewing) -> None:
        """Show a review as it stands."""
        panes = self.panes
        panes.rows(ANSWERS).show(review.answers)
        panes.name_pane(ANSWERS, "To put right" if review.wrong else "Answers")
        self.show_plan(review)
        self.show_checks(review)
        self.show_words(review)

    def show_plan(self, review: Reviewing) -> None:
        """Show the plan."""
        self.panes.rows(PLAN).show(review.plan)
        self.panes.name_pane(PLAN, "Plan")

    def show_checks(self, review: Reviewing) -> None:
        """Show what there is to decide and to know."""
        self.panes.rows(CHECKS).show(review.checks)
        self.panes.name_pane(CHECKS, review.checks_title)

    def show_words(self, review: Reviewing) -> None:
        """Show only what is told around the panes."""
        self.query_one("#head", Static).update(review.head)
        self.query_one("#counts", Static).update(review.counts)
        waits = review.waiting
        self.button.label = "Verify" if review.nothing_to_do else "Install"
        self.button.set_class(bool(waits), "-waits")
        go_on = "Enter verifies it anyway" if review.nothing_to_do else "Enter begins"
        told = f"{sign('not yet')} not yet: {'; '.join(waits)}" if waits else go_on
        self.query_one("#waiting", Static).update(told)
        command = repeating(review.session)
        saved = self.query_one("#saved", Static)
        saved.update(f"Saved. The same again: {command}" if command else "")
        saved.display = bool(command)

    def action_next_pane(self, step: int) -> None:
        """Go to the next pane, from the last one to the way on, and round again."""
        panes = self.panes
        if self.button.has_focus:
            panes.bring(ANSWERS if step > 0 else CHECKS, focus=True)
        elif (other := panes.neighbour(step)) is not None:
            panes.bring(other, focus=True)
        else:
            self.button.focus()

    def action_into_pane(self) -> None:
        """From the way on into the pane in front."""
        self.panes.bring(self.panes.shown, focus=True)
