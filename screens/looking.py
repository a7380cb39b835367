"""What a person may take from a live release: an object as YAML, a support bundle."""

import os
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, ClassVar

from textual import on, work
from textual.app import SuspendNotSupported
from textual.binding import Binding, BindingType

from screens.dialogs.described import Described
from screens.dialogs.pick import Choice, Pick
from screens.dialogs.review_text import ReviewText
from screens.log_screen import LogScreen
from screens.models.described import described, note_of, object_of, objects_of
from screens.widgets.finding_list import FindingList
from screens.widgets.prompt import Prompt
from screens.widgets.watch_panes import WatchPanes
from wizard.diagnose.kinds import OWN, VOLUME_USE
from wizard.errors import WizardError
from wizard.plan.plan import Wanted
from wizard.ports import Ref
from wizard.run.redaction import Redactor

if TYPE_CHECKING:
    from wizard.answers.preset import Preset


class LookingScreen(LogScreen):
    """Keys of a screen that watches a release; changes nothing."""

    panes: WatchPanes
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding(
            "d", "describe", "Describe", show=False, id="watch.describe",
            tooltip="Show the object of the problem or part that is chosen, without secrets",
        ),
        Binding("k", "elsewhere", "k9s", id="watch.k9s", tooltip="Open k9s at the object chosen"),
        Binding(
            "b", "bundle", "Bundle", show=False, id="watch.bundle",
            tooltip="Write a support bundle, after a look at what is in it",
        ),
    ]  # fmt: skip

    def __init__(self, target: Wanted, redactor: Redactor, preset: "Preset | None") -> None:
        super().__init__()
        self._target = target
        self._preset = preset
        self._redactor = redactor
        self._open: Callable[[str, Ref], None] | None = None

    def on_mount(self) -> None:
        """See whether there is a program to go on with."""
        self._open = self.wizard.ways.opener()
        self.refresh_bindings()

    @work(group="describe", exclusive=True)
    async def action_describe(self) -> None:
        """Show an object: that of the problem chosen, or one of the part chosen."""
        picture, ref = self.panes.picture, await self._object()
        found = object_of(picture, ref) if picture and ref else None
        if picture and ref and found is not None:
            text = described(found, self._redactor, note_of(picture, ref))
            await self.app.push_screen_wait(Described(str(ref), text))

    async def _object(self) -> Ref | None:
        """The object of what is chosen; of several the one that the person picks."""
        picture = self.panes.picture
        if picture is None:
            return None
        problems = self.query_one(FindingList)
        problem = problems.chosen if problems.has_focus else None
        refs = {str(ref): ref for ref in objects_of(picture, problem, self.panes.part)}
        if not refs:
            self.notify("Nothing is chosen that has an object to show.")
        if len(refs) < 2:
            return next(iter(refs.values()), None)
        choices = [Choice(one) for one in refs]
        chosen = await self.app.push_screen_wait(Pick("Which object?", choices))
        return refs[chosen] if chosen else None

    @work(group="elsewhere", exclusive=True)
    async def action_elsewhere(self) -> None:
        """Leave the terminal to k9s, at an object, and come back when the person leaves that."""
        if self.wizard.installing:  # it would stand still, and lose its lock
            self.notify("Harbor is being installed. k9s has to wait for that.", severity="warning")
            return
        ref, picture = await self._object(), self.panes.picture
        if ref is None or picture is None or self._open is None:
            return
        if ref.kind in {*OWN, VOLUME_USE}:
            self.notify("This was answered to the wizard; k9s shows objects of Kubernetes alone.")
            return
        told = ""
        try:
            with self.app.suspend():
                try:
                    self._open(picture.target.context, ref)
                except WizardError as error:  # the terminal comes back only behind the context
                    told = self._redactor.redact(str(error))
        except SuspendNotSupported:
            told = "This terminal cannot be left to another program."
        if told:
            self.notify(told, severity="error", markup=False)

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """See LogScreen; k9s is named only where it is there."""
        if action == "elsewhere":
            return self._open is not None
        return super().check_action(action, parameters)

    def action_bundle(self) -> None:
        """Ask where to write it."""
        self.query_one(Prompt).ask("bundle", "Write to ", f"{self._target.release}-support.tgz")

    @on(Prompt.Answered)
    def _file_given(self, event: Prompt.Answered) -> None:
        if event.purpose == "bundle" and event.text:
            self._write_bundle(Path(os.path.abspath(os.path.expanduser(event.text))))

    @work(group="bundle", exclusive=True)
    async def _write_bundle(self, path: Path) -> None:
        """Gather it as `wizard support-bundle` does, show it, and write it where that is agreed."""
        session = await self.wizard.ready()
        from screens.models.telling import Told
        from wizard.support import BundleWish, support_bundle

        told, agreed = Told(), False

        async def agrees() -> bool:
            nonlocal agreed
            shown = ReviewText(f"Write this to {path}?", "\n".join(told.lines), "Write it")
            answer = await self.app.push_screen_wait(shown)
            agreed = answer is True
            return agreed

        self.notify("The support bundle is being gathered.")
        try:
            world = await session.asker.world()
            wish = BundleWish(path, session.ways.log_dir, agrees, self._preset)
            await support_bundle(world, self._target, wish, told.voices(self._redactor))
        except WizardError as error:
            text = self._redactor.redact(str(error))
            self.notify(text, severity="error", markup=False)
            return
        self.notify("\n".join(told.lines) if agreed else "Nothing was written.", markup=False)
