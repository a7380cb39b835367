"""Shows key shares once, and asks whether they are kept."""

import asyncio
import shlex

from textual import on
from textual.app import ComposeResult
from textual.containers import Horizontal, Vertical, VerticalScroll
from textual.widgets import Button, Footer, Input, Static

from screens.dialogs.dialog import Dialog
from wizard.vaults import HeldKeys

WORD = "kept"
"""What is typed to confirm it."""


class KeysShown(Dialog[bool]):
    """The shares, or where they are for those who alone can read them, and a line for the word.

    They are on this window alone, which is gone when it is closed.
    """

    def __init__(self, keys: HeldKeys) -> None:
        super().__init__()
        self._keys = keys
        self._kept = False
        self._gone = asyncio.Event()

    async def until_closed(self) -> bool:
        """Wait until it is closed; whether the shares are kept."""
        await self._gone.wait()
        return self._kept

    def compose(self) -> ComposeResult:
        """What they are for, the shares themselves, and the line."""
        with Vertical(classes="window -tall"):
            yield Static(f"The {self._keys.title}", classes="window-title", markup=False)
            yield Static(_told(self._keys), markup=False)
            with VerticalScroll():
                yield Static("\n".join(_shown(self._keys)), markup=False)
            yield Static(f"Type {WORD} once they are with their holders.", markup=False)
            yield Input(placeholder="the word", classes="narrow")
            yield Static("", id="wrong", markup=False)
            with Horizontal(classes="buttons"):
                yield Button("They are kept", compact=True, name="kept")
                yield Button("Not now", compact=True, name="cancel")
        yield Footer(compact=True, show_command_palette=False)

    def on_mount(self) -> None:
        """Begin at the line."""
        self.query_one(Input).focus()

    def on_unmount(self) -> None:
        """However it was closed, the run goes on from it."""
        self._gone.set()

    @on(Input.Submitted)
    def _submitted(self) -> None:
        if self.query_one(Input).value.strip().lower() == WORD:
            self._kept = True
            self.dismiss(True)
        else:
            wrong = f"Type {WORD} to go on. Escape leaves the run waiting; they are shown again."
            self.query_one("#wrong", Static).update(wrong)

    @on(Button.Pressed)
    def _pressed(self, event: Button.Pressed) -> None:
        if event.button.name == "kept":
            self._submitted()
        else:
            self.dismiss(None)


def _told(keys: HeldKeys) -> str:
    """What the shares are good for, and where they are."""
    use = "make a new root token" if keys.recovery else "open it after every start"
    return (
        f"{keys.threshold} of {len(keys.shares)} {use}. They are shown this once, and in "
        f"{keys.file}, readable by you alone: give each to another holder, then move that file "
        "to safety."
    )


def _shown(keys: HeldKeys) -> list[str]:
    """The shares; of those that are encrypted, how each holder reads theirs."""
    if not keys.encrypted:
        return [f"{number}  {share}" for number, share in enumerate(keys.shares, 1)]
    named = "recovery_keys_b64" if keys.recovery else "unseal_keys_b64"
    file = shlex.quote(str(keys.file))
    lines = ["Each is encrypted for one holder, who alone can read it:"]
    for number, holder in enumerate(keys.encrypted):
        read = f"jq -r '.{named}[{number}]' {file} | base64 -d | gpg -d"
        lines += [f"{number + 1}  {holder}", f"   {read}"]
    return lines
