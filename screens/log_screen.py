"""A screen with logs: their keys, whatever has the focus there."""

import os
from pathlib import Path
from typing import ClassVar

from textual import on, work
from textual.app import ComposeResult
from textual.binding import Binding, BindingType

from screens.dialogs.pick_several import PickSeveral
from screens.frame import FrameScreen
from screens.widgets.live_panes import LivePanes
from screens.widgets.logs_pane import LogsPane
from screens.widgets.prompt import Prompt

MOST_COPIED = 100_000
"""Characters that are copied at once: terminals take no more from a program."""

_KEYS = (
    ("slash", "search", "Search", "Search the logs"),
    ("f", "follow", "Follow", "Stay at the newest line of the logs, or not"),
    ("c", "copy", "Copy", "Copy what the pane in front shows"),
    ("x", "export", "Export", "Write the logs to a file"),
)
"""Keys that the footer names where there is room, and that work in any case."""


class LogScreen(FrameScreen):
    """Subclasses give their panes, with a LogsPane among them."""

    panes: LivePanes

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("l", "pods", "Logs", id="logs.pods", tooltip="Show logs; again: choose whose"),
        *(
            Binding(key, f"shown('{name}')", label, id=f"logs.{name}", tooltip=told)
            for key, name, label, told in _KEYS
        ),
        *(
            Binding(key, f"log_{name}", label, show=False, id=f"logs.{name}.quietly", tooltip=told)
            for key, name, label, told in _KEYS
        ),
        *(
            Binding(key, action, label, show=False, id=id_, tooltip=told)
            for key, action, label, id_, told in (
                ("n", "match(1)", "Next match", "logs.next", "Next match of the search"),
                ("N", "match(-1)", "Match before", "logs.before", "Match before this one"),
                ("v", "severity", "Graver", "logs.graver", "Show only graver lines, or all"),
                ("t", "text", "Filter", "logs.filter", "Show only lines with a text"),
            )
        ),
    ]

    def body(self) -> ComposeResult:
        """The panes, and the line that asks."""
        yield self.panes
        yield Prompt()

    @property
    def logs(self) -> LogsPane:
        """The logs."""
        return self.query_one(LogsPane)

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Keys are named in the footer as long as it has room for them."""
        return self.footer_has_room() if action == "shown" else True

    async def action_shown(self, name: str) -> None:
        """Do what a key in the footer stands for."""
        await self.run_action(f"log_{name}")

    def footer_has_room(self) -> bool:
        """Whether the footer can name all keys."""
        return True

    def bring_logs(self) -> bool:
        """Bring the logs to the front where they are not in sight; whether they were not."""
        hidden = not self.logs.is_on_screen
        if hidden:
            self.action_pane("logs")
        return hidden

    def copied(self) -> str:
        """The text that is copied now: what the pane that has the keyboard shows."""
        text = self.panes.copied()
        return self.logs.view.copy_text() if text is None else text

    def action_pane(self, pane: str) -> None:
        """Bring a pane to the front, and the keyboard to it."""
        self.panes.bring(pane)

    @work(group="pods", exclusive=True)
    async def action_pods(self) -> None:
        """Choose whose logs are shown; where they are not in sight, first show them."""
        if self.bring_logs():
            return
        logs = self.logs
        if not logs.sources:
            self.notify("No pod has logged a line yet.")
            return
        picked = await self.app.push_screen_wait(
            PickSeveral("Whose logs?", logs.sources, logs.shown_sources)
        )
        if picked is not None:
            logs.show(None if len(picked) == len(logs.sources) else picked)

    def action_log_search(self) -> None:
        """Ask what to search for."""
        self.bring_logs()
        self.query_one(Prompt).ask("search", "Search ", self.logs.searched)

    def action_text(self) -> None:
        """Ask which text lines must have."""
        self.bring_logs()
        self.query_one(Prompt).ask("filter", "Only lines with ", self.logs.filtered_by)

    def action_log_export(self) -> None:
        """Ask for the file to write."""
        self.bring_logs()
        name = self.wizard.preset_name or "harbor"
        self.query_one(Prompt).ask("export", "Write to ", f"{name}-install.log")

    def action_match(self, by: int) -> None:
        """Go to the next match, or the one before."""
        if self.logs.searched:
            self.logs.view.action_match(by)
        else:
            self.action_log_search()

    def action_log_follow(self) -> None:
        """Follow the end, or stop that."""
        self.logs.view.action_follow()

    def action_severity(self) -> None:
        """Show only graver lines."""
        self.bring_logs()
        self.logs.next_severity()

    def action_log_copy(self) -> None:
        """Copy the newest of what is shown."""
        text = self.copied()
        taken = text if len(text) <= MOST_COPIED else text[-MOST_COPIED:].partition("\n")[2]
        if not text:
            self.notify("There is nothing to copy here.")
            return
        self.app.copy_to_clipboard(taken)
        lines, of = len(taken.splitlines()), len(text.splitlines())
        told = f"{lines} lines copied" if lines == of else f"the newest {lines} of {of} copied"
        self.notify(f"{told}, where the terminal allows it.")

    @on(Prompt.Answered)
    async def _answered(self, event: Prompt.Answered) -> None:
        if event.purpose == "search":
            self.logs.search(event.text)
            self.logs.view.focus()
        elif event.purpose == "filter":
            self.logs.filter_text(event.text)
        elif event.purpose == "export" and event.text:
            await self._export(event.text)

    async def _export(self, name: str) -> None:
        path = Path(os.path.abspath(os.path.expanduser(name)))  # noqa: ASYNC240 - asks no disk
        try:
            await self.logs.view.export(path)
        except FileExistsError:
            self.notify(f"There is a file {path} already: take another name.", severity="error")
        except OSError as error:
            why = (error.strerror or "unknown reason").lower()
            self.notify(f"{path} cannot be written: {why}", severity="error")
        else:
            self.notify(f"Written to {path}")
