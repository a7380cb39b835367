"""What all small windows share."""

from typing import ClassVar, Generic, TypeVar

from textual.binding import Binding, BindingType
from textual.screen import ModalScreen

from screens.opening import OpeningScreen

Answer = TypeVar("Answer")


class Dialog(ModalScreen[Answer | None], OpeningScreen[Answer | None], Generic[Answer]):
    """A window that Escape closes without an answer."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape", "cancel", "Close", id="close", tooltip="Close without a change"),
    ]

    def action_cancel(self) -> None:
        """Close without an answer."""
        self.dismiss(None)
