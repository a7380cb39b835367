"""The keys that work now, at the foot of a screen."""

from textual.app import ComposeResult
from textual.screen import Screen
from textual.widgets import Footer


class KeyFooter(Footer):
    """A footer that is made anew only where it names other keys than before.

    Textual's own is made anew at every change of the focus (measured with 8.2.8: five times
    while one screen follows another).
    """

    _named: tuple[tuple[str, str, bool], ...] | None = None

    def compose(self) -> ComposeResult:
        """A widget for each key."""
        self._named = _keys(self.screen) if self._bindings_ready else None
        yield from super().compose()

    def bindings_changed(self, screen: Screen[object]) -> None:
        """Show the keys of the screen, if they are others."""
        if screen is not self.screen or (named := _keys(screen)) == self._named:
            return
        if self.is_attached and self.app.app_focus:
            self._named = named
        super().bindings_changed(screen)


def _keys(screen: Screen[object]) -> tuple[tuple[str, str, bool], ...]:
    return tuple(
        (active.binding.key, active.binding.description, active.enabled)
        for active in screen.active_bindings.values()
        if active.binding.show
    )
