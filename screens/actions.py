"""Every action of a screen in the command palette, read off its bindings."""

from collections.abc import Iterator

from textual.command import DiscoveryHit, Hit, Hits, Provider
from textual.types import IgnoreReturnCallbackType


class ScreenActions(Provider):
    """The actions that have a name and a tooltip; those that do not work now are left out."""

    async def discover(self) -> Hits:
        """All of them."""
        for name, told, run in self._actions():
            yield DiscoveryHit(name, run, help=told)

    async def search(self, query: str) -> Hits:
        """Those that fit what is typed."""
        matcher = self.matcher(query)
        for name, told, run in self._actions():
            score = matcher.match(f"{name} {told}")
            if score > 0:
                yield Hit(score, matcher.highlight(name), run, help=told)

    def _actions(self) -> Iterator[tuple[str, str, IgnoreReturnCallbackType]]:
        seen = set()
        for active in self.screen.active_bindings.values():
            binding = active.binding
            mine = active.node is self.screen and active.enabled and binding.tooltip
            if mine and binding.action not in seen:
                seen.add(binding.action)
                yield binding.description, binding.tooltip, self._runner(binding.action)

    def _runner(self, action: str) -> IgnoreReturnCallbackType:
        async def run() -> None:
            await self.screen.run_action(action)

        return run
