"""Shows a new server's key shares to the person in front of a run, wherever that person is."""

from typing import TYPE_CHECKING

from screens.dialogs.keys_shown import KeysShown
from wizard.vaults import HeldKeys

if TYPE_CHECKING:
    from screens.application import WizardApp


class Ceremony:
    """The port Custodian, over whatever screen is there."""

    def __init__(self, app: "WizardApp") -> None:
        self._app = app

    async def take(self, keys: HeldKeys) -> bool:
        """See wizard.ports.Custodian. Where the run is stopped, the window closes."""
        shown = KeysShown(keys)
        self._app.push_screen(shown)
        try:
            return await shown.until_closed()
        finally:
            if shown.is_active:
                shown.dismiss(None)
