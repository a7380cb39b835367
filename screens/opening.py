"""What every screen and window shares: it may go away before it stands."""

from textual.events import Event, Mount, Resize, ScreenResume
from textual.screen import Screen, ScreenResultType


class OpeningScreen(Screen[ScreenResultType]):
    """A screen that can be closed, or the application left, while it opens.

    Textual (8.2.8) lets a screen mount though it composed nothing, or half of it, in that case.
    """

    @property
    def opened(self) -> bool:
        """Whether neither was it closed for good nor the application left by now."""
        stays = self in self.app.screen_stack or self.app.is_screen_installed(self)
        return stays and self.is_attached and self.app.is_running

    async def on_event(self, event: Event) -> None:
        """Take the event, where there is still something to begin with."""
        if self.opened or not isinstance(event, (Mount, ScreenResume, Resize)):
            await super().on_event(event)
