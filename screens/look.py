"""Looks at a Harbor that runs: its components, what is wrong and why. Changes nothing."""

from typing import ClassVar

from textual import work
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import VerticalScroll
from textual.widgets import Static

from screens.frame import FrameScreen
from screens.models.session import Session
from screens.models.telling import Told
from screens.signs import sign
from wizard.answers.target import Target
from wizard.errors import WizardError
from wizard.inspections import troubleshoot
from wizard.ports import Kind, World

DEPLOYMENT = Kind("apps/v1", "Deployment")


async def harbors(session: Session) -> list[tuple[str, str]]:
    """Namespace and release of every Harbor in the cluster, by the labels of its chart.

    Raises WizardError where the cluster cannot be asked.
    """
    world = await session.asker.world()
    found = await world.objects.list(DEPLOYMENT, labels="app=harbor,component=core")
    return sorted(
        (obj["metadata"]["namespace"], obj["metadata"]["labels"].get("release", ""))
        for obj in found.items
    )


class LookScreen(FrameScreen):
    """What troubleshooting says about one release."""

    CSS_PATH = "look.tcss"
    HELP_TEXT = (
        "## A look at a running Harbor\n\nOnly objects, events and logs are read; nothing is "
        "changed. `wizard troubleshoot --once` tells the same."
    )
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("r", "look", "Look again", id="look-again", tooltip="Read everything anew"),
    ]

    def __init__(self, namespace: str, release: str) -> None:
        super().__init__()
        self._target = Target(namespace=namespace, release=release)

    def body(self) -> ComposeResult:
        """The findings."""
        title = f"{self._target.release} in {self._target.namespace}"
        yield Static(title, classes="question-title", markup=False)
        with VerticalScroll():
            yield Static("", id="looked", markup=False)

    def on_mount(self) -> None:
        """Look at once."""
        self.query_one(VerticalScroll).focus()
        self.action_look()

    def action_back(self) -> None:
        """Back to the start."""
        self.app.pop_screen()

    @work(group="look", exclusive=True)
    async def action_look(self) -> None:
        """Read everything anew."""
        shown = self.query_one("#looked", Static)
        shown.update(f"{sign('asking')} reading objects, events and logs")
        told = Told()
        session = self.wizard.session
        try:
            world: World = await session.asker.world()
            await troubleshoot(world, self._target, told.voices(session.redactor))
        except WizardError as error:
            shown.update(f"{sign('wrong')} {error}")
            return
        shown.update("\n".join(session.redactor.redact(line) for line in told.lines))
