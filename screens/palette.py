"""The command palette: every action that works now, and every stop of the way."""

from collections.abc import Callable, Iterator
from functools import partial
from typing import TYPE_CHECKING, cast

from textual.binding import Binding
from textual.command import DiscoveryHit, Hit, Hits, Provider

if TYPE_CHECKING:
    from screens.application import WizardApp

Command = tuple[str, str, Callable[[], object]]
"""Its name, what it does, and how to do it."""


class Actions(Provider):
    """What can be done on the screen behind the palette."""

    async def discover(self) -> Hits:
        """All of it."""
        for name, told, do in self._commands():
            yield DiscoveryHit(name, do, help=told)

    async def search(self, query: str) -> Hits:
        """What fits the words."""
        matcher = self.matcher(query)
        for name, told, do in self._commands():
            score = max(matcher.match(name), matcher.match(told))
            if score > 0:
                yield Hit(score, matcher.highlight(name), do, help=told)

    def _commands(self) -> Iterator[Command]:
        app, screen = cast("WizardApp", self.app), self.screen
        seen = set()
        for active in screen.active_bindings.values():
            if active.enabled and active.binding.tooltip and active.binding.action not in seen:
                seen.add(active.binding.action)
                yield self._command(active.binding, active.node)
        for stop in app.stops(""):
            yield f"Go to {stop.title}", f"{stop.state}", partial(app.go, stop.id)
        other = "light" if app.current_theme.dark else "dark"
        yield f"Use {other} colours", "", app.action_change_colours

    def _command(self, binding: Binding, node: object) -> Command:
        key = self.app.get_key_display(binding)
        told = f"{binding.tooltip} ({key})"
        run = partial(self.app.run_action, binding.action, node)  # type: ignore[arg-type]
        return binding.description, told, run
