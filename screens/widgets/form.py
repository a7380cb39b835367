"""A form over some paths of the preset, made of the model's declarations."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from textual import on
from textual.app import ComposeResult
from textual.containers import VerticalScroll
from textual.content import Content
from textual.message import Message
from textual.widget import Widget
from textual.widgets import Button, Label

from screens.models.desk import Desk
from screens.models.form_items import Asked, Heading, Item, Topic, layout, topic_of
from screens.models.row_states import RowStates
from screens.widgets.rows import (
    ChoiceRow,
    EditorRow,
    FlagRow,
    KindRow,
    QuestionRow,
    SectionRow,
    TextRow,
)
from screens.widgets.secret_row import SecretRow
from wizard.answers.form import Control, Question
from wizard.answers.paths import Path

_ROWS: Mapping[Control, Callable[[Question, Any], QuestionRow]] = {
    "text": TextRow,
    "number": TextRow,
    "file": TextRow,
    "choice": ChoiceRow,
    "flag": FlagRow,
    "section": SectionRow,
    "list": EditorRow,
    "map": EditorRow,
    "yaml": EditorRow,
    "secret": SecretRow,
}


class TopicButton(Button):
    """Shows or hides the answers of one topic that most installations do not need."""

    def __init__(self, topic: str) -> None:
        super().__init__("", compact=True, classes="topic")
        self.topic = topic

    def count(self, total: int, given: int, *, opened: bool) -> None:
        """Show how many answers there are, and how many of them are given."""
        told = f"{total} more answer{'' if total == 1 else 's'}" + (
            f", {given} given" if given else ""
        )
        self.label = Content(f"{'-' if opened else '+'} {self.topic}: {told}")


class Form(VerticalScroll, can_focus=False):
    """The questions at some paths; it grows and shrinks with the answers.

    With `all_in_front` none of them is put away under a topic.
    """

    @dataclass
    class Changed(Message):
        """An answer changed."""

        path: Path

    def __init__(
        self, desk: Desk, paths: Sequence[Path], states: RowStates, *, all_in_front: bool = False
    ) -> None:
        super().__init__(classes="form")
        self._desk = desk
        self._paths = paths
        self._states = states
        self._all_in_front = all_in_front
        self._items: dict[str, Widget] = {}
        self._open: set[str] = set()

    def compose(self) -> ComposeResult:
        """The rows for the answers as they are."""
        for item in self._wanted():
            self._items[item.key] = self._make(item)
            yield self._items[item.key]

    def on_mount(self) -> None:
        """Show what is known."""
        self.call_after_refresh(self.refresh_states)

    @property
    def rows(self) -> list[QuestionRow]:
        """The rows in their order."""
        return [item for item in self._items.values() if isinstance(item, QuestionRow)]

    @property
    def row_in_front(self) -> QuestionRow | None:
        """The row that has the focus."""
        return next((row for row in self.rows if row.has_focus_within), None)

    def focus_next(self) -> bool:
        """Go to the row after the one that has the focus; whether there is one."""
        rows, here = self.rows, self.row_in_front
        following = rows[rows.index(here) + 1 :] if here else []
        for row in following[:1]:
            row.focus_control()
        return bool(following)

    def row_at(self, path: Path) -> QuestionRow | None:
        """The row of a path, or the nearest one that holds it."""
        for length in range(len(path), 0, -1):
            for row in self.rows:
                if row.question.path == path[:length]:
                    return row
        return None

    async def reveal(self, path: Path) -> None:
        """Show and focus the question at a path, be it among those that are put away."""
        asked = self._asked()
        self._open |= {topic_of(one) for one in asked if one.path == path and not one.front}
        await self.sync()
        row = self.row_at(path)
        if row:
            row.focus_control()

    def refresh_states(self) -> None:
        """Show anew what is known of every answer."""
        for row in self.rows:
            row.tell(self._states.of(row.question, row.left))

    def on_resize(self) -> None:
        """Less may be in view now."""
        self._keep_in_view()

    def watch_virtual_size(self) -> None:
        """Something grew: it may have pushed what has the focus out of view."""
        self.call_after_refresh(self._keep_in_view)

    def _keep_in_view(self) -> None:
        row = self.row_in_front
        if row:
            self.scroll_to_widget(row, animate=False)

    async def sync(self) -> None:
        """Bring the rows to the answers as they are now; rows that stay keep their focus."""
        wanted = self._wanted()
        keys = {item.key for item in wanted}
        await self.remove_children([w for key, w in self._items.items() if key not in keys])
        before: Widget | None = None
        kept, self._items = self._items, {}
        for item in wanted:
            widget = kept.get(item.key)
            if widget is None:
                widget = self._make(item)
                await self.mount(widget, after=before) if before else await self._mount_first(
                    widget
                )
            elif isinstance(widget, QuestionRow) and isinstance(item, Asked):
                widget.show(self._shown(item.question))
            before = self._items[item.key] = widget
        self._count()
        self.refresh_states()

    def move_to(self, path: Path) -> None:
        """Ask the same of another path from now on: that of the item, whose key was changed."""
        (former,) = self._paths
        self._paths = [path]
        for row in self.rows:
            inside = row.question.path[len(former) :]
            row.question = replace(row.question, path=(*path, *inside))
        keys = [item.key for item in self._wanted()]
        self._items = dict(zip(keys, self._items.values(), strict=True))

    async def edited(self, path: Path) -> None:
        """An answer was changed in a window of its own: show it, and tell of it."""
        await self.sync()
        self.post_message(self.Changed(path))

    async def _mount_first(self, widget: Widget) -> None:
        await self.mount(widget, before=0 if self.children else None)

    def _wanted(self) -> list[Item]:
        return list(layout(self._asked(), self._open))

    def _asked(self) -> list[Question]:
        asked = self._desk.questions(self._paths)
        return [replace(one, front=True) for one in asked] if self._all_in_front else asked

    def _make(self, item: Item) -> Widget:
        match item:
            case Heading():
                return Label(item.text, classes="heading", markup=False)
            case Topic():
                button = TopicButton(item.name)
                self._tally(button)
                return button
            case Asked():
                return self._row(item.question)

    def _row(self, question: Question) -> QuestionRow:
        value = self._shown(question)
        if question.control == "kind":
            many = len(question.path) <= _BIG and len(question.options) > 2
            return (KindRow if many else ChoiceRow)(question, value)
        row = _ROWS[question.control](question, value)
        if isinstance(row, SecretRow):
            row.session = self._desk
        return row

    def _shown(self, question: Question) -> Any:
        """The answer as its row shows it."""
        raw = self._desk.value(question.path)
        if question.control != "kind":
            return raw
        return raw.get("kind") if isinstance(raw, Mapping) else None

    def _count(self) -> None:
        for item in self._items.values():
            if isinstance(item, TopicButton):
                self._tally(item)

    def _tally(self, button: TopicButton) -> None:
        away = [
            question
            for question in self._asked()
            if not question.front and topic_of(question) == button.topic
        ]
        given = sum(self._desk.value(question.path) is not None for question in away)
        button.count(len(away), given, opened=button.topic in self._open)

    @on(Button.Pressed, ".topic")
    async def _toggled(self, event: Button.Pressed) -> None:
        event.stop()
        if isinstance(event.button, TopicButton):
            self._open ^= {event.button.topic}
            await self.sync()
            event.button.focus()

    @on(QuestionRow.Answered)
    async def _answered(self, event: QuestionRow.Answered) -> None:
        event.stop()
        question = event.row.question
        if question.control == "kind" and event.value is not None:
            self._desk.choose(question.path, event.value)
        else:
            self._desk.answer(question.path, event.value)
        if question.control in {"kind", "section", "list", "map"}:
            await self.sync()
        else:
            self._count()
            self.refresh_states()
        self.post_message(self.Changed(question.path))

    @on(QuestionRow.Left)
    def _left(self, event: QuestionRow.Left) -> None:
        event.row.tell(self._states.of(event.row.question, True))


_BIG = 2
"""Kinds at paths of at most that many parts are shown all at once."""
