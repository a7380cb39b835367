"""Keeps the draft of a session on the disk while it is typed."""

import asyncio
from collections.abc import Callable
from pathlib import Path

from wizard.answers.draft import Draft
from wizard.answers.keeping import KeptDraft, forget, keep
from wizard.errors import WizardError


class Keeper:
    """Writes the draft after every change, in a thread, the newest only.

    `warn` is told once when it cannot be written: the session goes on all the same.
    """

    def __init__(self, folder: Path, kept: KeptDraft, warn: Callable[[WizardError], None]) -> None:
        self._folder = folder
        self._kept = kept
        self._warn = warn
        self._failed = False
        self._waiting: KeptDraft | None = None
        self._writing: asyncio.Task[None] | None = None

    def changed(self, draft: Draft, section: str) -> None:
        """The draft is another one now, or the person is on another page."""
        if draft is self._kept.draft and section == self._kept.section:
            return
        self._kept = self._waiting = self._kept.left_at(section, draft)
        if self._writing is None or self._writing.done():
            self._writing = asyncio.get_running_loop().create_task(self._write())

    async def settled(self) -> None:
        """Wait until what changed last is on the disk."""
        if self._writing:
            await self._writing

    async def forget(self) -> None:
        """The session reached its end: its draft is of no use any more."""
        await self.settled()
        try:
            await asyncio.to_thread(forget, self._folder, self._kept.id)
        except WizardError as error:
            self._told(error)

    async def _write(self) -> None:
        while self._waiting is not None:
            kept, self._waiting = self._waiting, None
            try:
                await asyncio.to_thread(keep, self._folder, kept)
            except WizardError as error:
                self._told(error)

    def _told(self, error: WizardError) -> None:
        if not self._failed:
            self._failed = True
            self._warn(error)
