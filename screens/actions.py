"""Every action of a screen in the command palette."""

from collections.abc import Iterator
from functools import partial

from textual.binding import Binding
from textual.command import DiscoveryHit, Hit, Hits, Provider
from textual.types import IgnoreReturnCallbackType


class Actions(Provider):
    """Finds what the keys of the screen do, whatever has the focus."""

    async def discover(self) -> Hits:
        """All actions."""
        for binding, run in self._actions():
            yield DiscoveryHit(_title(binding), run, help=binding.tooltip)

    async def search(self, query: str) -> Hits:
        """The actions whose words match."""
        matcher = self.matcher(query)
        for binding, run in self._actions():
            if (score := matcher.match(_title(binding))) > 0:
                yield Hit(score, matcher.highlight(_title(binding)), run, help=binding.tooltip)

    def _actions(self) -> Iterator[tuple[Binding, IgnoreReturnCallbackType]]:
        """What can be done now, each thing once."""
        seen = set()
        for node, binding, enabled, _ in self.screen.active_bindings.values():
            if enabled and binding.tooltip and binding.action not in seen:
                seen.add(binding.action)
                yield binding, partial(self.app.run_action, binding.action, node)


def _title(binding: Binding) -> str:
    return f"{binding.description} ({binding.key})"
