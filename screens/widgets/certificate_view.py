"""The certificate that Harbor would serve by the answers as they are, at once."""

import asyncio
from collections.abc import Sequence
from typing import TYPE_CHECKING, cast

from textual import work

from screens.models.certificates import served
from screens.models.chain_facts import Fact
from screens.models.desk import Desk
from screens.signs import sign
from screens.widgets.extra import Extra
from screens.widgets.facts import painted
from wizard.errors import WizardError

if TYPE_CHECKING:
    from screens.application import WizardApp

PAUSE = 0.3
"""Seconds without a change before the files are read."""


class CertificateView(Extra):
    """Names, issuers, dates and key of a commercial certificate, and whether they fit."""

    def __init__(self, desk: Desk) -> None:
        super().__init__("", id="certificate", markup=False)
        self._desk = desk
        self._facts: Sequence[Fact] = ()
        self._painted_for = 0

    def on_mount(self) -> None:
        """Look at once."""
        self.answers_changed()

    def answers_changed(self) -> None:
        """Look at the answers anew; a newer change cancels it."""
        commercial = self._desk.draft.get("pki.kind") == "commercial"
        self.display = commercial and bool(self._desk.draft.get("pki.certificate"))
        if self.display:
            self._look()

    @work(group="certificate", exclusive=True)
    async def _look(self) -> None:
        await asyncio.sleep(PAUSE)
        session = cast("WizardApp", self.app).session
        try:
            world = await session.asker.world()
        except WizardError as error:
            self._facts = ()
            self.update(f"{sign('unknown')} no preview: {error.what}")
            return
        draft, environ = self._desk.draft, session.environ()
        self._facts = await asyncio.to_thread(served, draft, environ, world.certificates)
        self._paint()

    def on_resize(self) -> None:
        """Use the room that there is now."""
        if self._facts and self._painted_for != self._room:
            self.call_after_refresh(self._paint)

    @property
    def _room(self) -> int:
        """The columns that there are: those of what is around, as nothing shown has no width."""
        around = self.container_size.width
        return around - self.gutter.width

    def _paint(self) -> None:
        self._painted_for = self._room
        self.update(painted(self._facts, self._room))
