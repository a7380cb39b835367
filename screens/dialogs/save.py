"""Asks where the answers are saved, and where the references to typed secrets shall lead."""

import asyncio
from typing import TYPE_CHECKING

from textual import on, work
from textual.app import ComposeResult
from textual.containers import Horizontal, Vertical, VerticalScroll
from textual.widgets import Button, Footer, Input, Select, Static

from screens.dialogs.confirm import Confirm
from screens.dialogs.dialog import Dialog
from screens.models.errors import error_lines
from wizard.errors import UsageError

if TYPE_CHECKING:
    from screens.models.saving import Chosen, Saving, TypedSecret

_OVERWRITE = "Overwrite it"


class SecretPlace(Vertical):
    """Where the reference to one typed secret shall lead."""

    def __init__(self, secret: "TypedSecret") -> None:
        super().__init__(classes="secret-place")
        self.secret = secret

    def compose(self) -> ComposeResult:
        """The name, the places to choose from, and the variable or file."""
        places = self.secret.places
        options = [(place.label, place.kind) for place in places]
        yield Static(f"{self.secret.label} ({self.secret.path})", markup=False)
        yield Select(options, value=places[0].kind, allow_blank=False, compact=True)
        yield Input(places[0].target, classes="narrow")

    def on_mount(self) -> None:
        """Show the line only where it is needed."""
        self._show(self.secret.places[0].kind)

    @on(Select.Changed)
    def _chosen(self, event: Select.Changed) -> None:
        self._show(str(event.value))

    def _show(self, kind: str) -> None:
        place = next(place for place in self.secret.places if place.kind == kind)
        line = self.query_one(Input)
        line.display = kind in {"env", "file"}
        line.value = place.target

    @property
    def chosen(self) -> tuple[str, str]:
        """The kind of place, and the variable or file."""
        return str(self.query_one(Select).value), self.query_one(Input).value


class Save(Dialog[bool]):
    """The name of the file and the places of secrets. Gives back True once it is saved."""

    def __init__(self, saving: "Saving") -> None:
        super().__init__()
        self._saving = saving

    def compose(self) -> ComposeResult:
        """The file, then every typed secret."""
        secrets = self._saving.secrets
        with Vertical(classes="window save"):
            yield Static("Save the answers as a preset", classes="window-title", markup=False)
            yield Input(str(self._saving.suggestion), classes="narrow", id="file")
            with VerticalScroll(can_focus=False):
                if secrets:
                    yield Static(
                        "A preset never holds a secret. Where shall it come from next time?",
                        markup=False,
                    )
                yield from (SecretPlace(secret) for secret in secrets)
            yield Static("", id="wrong", markup=False)
            with Horizontal(classes="buttons"):
                yield Button("Save", compact=True, name="save")
                yield Button("Cancel", compact=True, name="cancel")
        yield Footer(compact=True, show_command_palette=False)

    def on_mount(self) -> None:
        """Begin at the name."""
        self.query_one("#file", Input).focus()

    @on(Input.Submitted)
    def _submitted(self) -> None:
        self._save()

    @on(Button.Pressed)
    def _pressed(self, event: Button.Pressed) -> None:
        if event.button.name == "save":
            self._save()
        else:
            self.dismiss(None)

    @work(group="save", exclusive=True)
    async def _save(self) -> None:
        """Save, after a question where a file is there; what goes wrong is told here."""
        chosen: Chosen = {row.secret.path: row.chosen for row in self.query(SecretPlace)}  # type: ignore[misc]
        try:
            path = self._saving.file_of(self.query_one("#file", Input).value)
            if path.exists():
                question = await asyncio.to_thread(self._saving.question, path)
                answers = ["Keep it", _OVERWRITE]
                if await self.app.push_screen_wait(Confirm(question, answers)) != _OVERWRITE:
                    return
            draft = await asyncio.to_thread(self._saving.write, path, chosen)
        except UsageError as error:
            self.query_one("#wrong", Static).update(error_lines(error))
            return
        self._saving.saved(path, draft)
        self.dismiss(True)
