"""Asks Harbor's URL from this machine what a client of its registry is told: one request each."""

import asyncio
from collections.abc import Callable, Sequence
from contextlib import suppress
from typing import TYPE_CHECKING

from wizard.diagnose.address import place_of
from wizard.diagnose.asked import Place, answered, refused, unknown
from wizard.diagnose.components import ASKED, ComponentState
from wizard.diagnose.view import View
from wizard.errors import WizardError, WorldError
from wizard.plan.plan import Target
from wizard.ports import Endpoint, World

if TYPE_CHECKING:
    from wizard.answers.preset import Preset

SECONDS = 3.0
"""How long an answer is waited for, where nobody waits for it."""
_FIRST = 0.5
"""Seconds after the first picture: the screen that shows it is painted meanwhile."""
_PAUSE = 5.0
"""Seconds between two requests at least."""
_AGAIN, _TROUBLED_AGAIN = 60.0, 15.0
"""Seconds after which it is asked again, as nobody tells what happens on the way: where all was
well, and where something was not."""
_NOWHERE = "no object tells at which URL clients find Harbor: name its preset with --preset"


class UrlAsker:
    """Knows what was answered last, of one release.

    The URL is that of the preset which the release was installed by, with its authority and
    `harbor.resolve`; without a preset the one that the objects of a view tell. `heard` is called
    when something else was answered than before.
    """

    def __init__(
        self,
        world: World,
        target: Target,
        preset: "Preset | None",
        heard: Callable[[], None] = lambda: None,
    ) -> None:
        self._world = world
        self._target = target
        self._preset = preset
        self._heard = heard
        self._asked = unknown("Harbor's URL was not asked yet")
        self._view: View | None = None
        self._before: Sequence[object] = ()
        self._changed = asyncio.Event()
        self._task: asyncio.Task[None] | None = None

    @property
    def takes_objects(self) -> bool:
        """Whether the objects have to be read first."""
        return self._preset is None

    def beside(self, view: View) -> View:
        """The view with what was answered."""
        return self._asked.beside(view)

    def look(self, view: View, states: Sequence[ComponentState]) -> None:
        """Ask by and by, from the first picture on: soon when the state of a component changes,
        else at intervals. Raises what ended that, which nothing should.
        """
        self._view = view
        others = [(one.id, one.state) for one in states if one.id not in ASKED]
        before, self._before = self._before, [*others, self._place(view)]
        if before != self._before:
            self._changed.set()
        if self._task is None:
            self._task = asyncio.create_task(self._go_on())
            self._task.add_done_callback(lambda _: self._heard())
        elif self._task.done():
            self._task.result()

    async def aclose(self) -> None:
        """Ask no more."""
        if self._task is not None:
            self._task.cancel()
            await asyncio.gather(self._task, return_exceptions=True)

    async def _go_on(self) -> None:
        await asyncio.sleep(_FIRST)
        while self._view is not None:
            self._changed.clear()
            before = self._asked
            await self.ask(self._view, SECONDS)
            if not self._asked.like(before):
                self._heard()
            await asyncio.sleep(_PAUSE)
            again = _AGAIN if self._asked.well else _TROUBLED_AGAIN
            with suppress(TimeoutError):
                async with asyncio.timeout(again - _PAUSE):
                    await self._changed.wait()

    async def ask(self, view: View, seconds: float) -> None:
        """Ask once, and wait for so long at most."""
        place = self._place(view)
        if place is None:
            self._asked = unknown(_NOWHERE)
            return
        try:
            answer = await self._world.harbor.registry(await self._endpoint(place), seconds)
            self._asked = answered(place, answer, view.now)
        except WizardError as error:
            self._asked = refused(place, error, view.now)

    def _place(self, view: View) -> Place | None:
        namespace, release = self._target.namespace, self._target.release
        if self._preset is not None:
            return Place(self._preset.harbor.url, "preset", namespace, release)
        return place_of(view, namespace, release)

    async def _endpoint(self, place: Place) -> Endpoint:
        if self._preset is None:
            return Endpoint(place.url)
        from wizard.checks.published import endpoint_of, published_authority  # brings the steps

        authority = b""
        with suppress(WorldError):  # who may not read it may trust it already
            authority = await published_authority(self._world, self._preset)
        return endpoint_of(self._preset, authority)
