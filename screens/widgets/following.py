"""Scrolling through rows that grow at the end: the newest stay in sight until one looks up."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, ClassVar

from textual.binding import Binding, BindingType
from textual.geometry import Size
from textual.message import Message
from textual.reactive import reactive
from textual.scroll_view import ScrollView


class FollowingView(ScrollView, can_focus=True):
    """What a live view is built on: it knows how many rows there are, not what they say."""

    DEFAULT_CSS = """
    FollowingView {
        overflow-x: auto;
        overflow-y: scroll;
    }
    """
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding(
            "f", "follow", "Follow", id="log.follow", tooltip="Stay at the newest line, or not"
        ),
        *(
            Binding(key, action, label, show=False, id=f"log.{key}", tooltip=tooltip)
            for key, action, label, tooltip in (
                ("home", "first_row", "First line", "To the oldest line that is kept"),
                ("end", "last_row", "Last line", "To the newest line, and follow"),
                ("pageup", "page_up", "Page up", "A page towards older lines"),
                ("pagedown", "page_down", "Page down", "A page towards newer lines"),
            )
        ),
    ]

    follow: reactive[bool] = reactive(True, init=False, repaint=False)
    """Whether the newest row stays in sight; scrolling up ends that, by key, wheel or bar."""

    @dataclass
    class FollowChanged(Message, namespace="log_view"):
        """The view begins to follow, or ends it."""

        following: bool

    _settling = False

    def settle(self, width: int, rows: int, top: int) -> None:
        """Take over a new extent of the rows; the row for the top is shown where none follows."""
        if not self.is_running:
            self.set_reactive(ScrollView.virtual_size, Size(width, rows))
            return
        with self._moving():
            self._resize_rows(Size(width, rows))
            self.scroll_to(y=self.max_scroll_y if self.follow else top, force=True)
        self.refresh()

    def reveal(self, row: int, start: int, end: int) -> None:
        """Bring these cells of a row into sight; where they are already, nothing moves."""
        self.follow = False
        width, height = self.scrollable_content_region.size
        left, top = self.scroll_offset
        if not top <= row < top + height:
            top = row - height // 2
        if end <= width:
            left = 0
        elif not (left <= start and end <= left + width):
            left = start - width // 3
        with self._moving():
            self.scroll_to(max(0, left), max(0, top), force=True)

    def scroll_to(self, *args: Any, **options: Any) -> None:
        """Scroll at once: rows that glide by cannot be read, and new ones come meanwhile."""
        super().scroll_to(*args, **(options | {"animate": False}))

    def watch_scroll_y(self, old_value: float, new_value: float) -> None:
        """Whoever looks further up no longer follows."""
        super().watch_scroll_y(old_value, new_value)
        if not self._settling and new_value < min(old_value, self.max_scroll_y):
            self.follow = False

    def watch_follow(self, follow: bool) -> None:
        """Go to the end where it is to be followed, and tell."""
        self._stay()
        self.post_message(self.FollowChanged(follow))

    def watch_show_horizontal_scrollbar(self) -> None:
        """The bar takes a row, or gives it back."""
        self._stay()

    def on_resize(self) -> None:
        """Other rows fit now."""
        self._stay()

    def action_follow(self) -> None:
        """Follow, or stop that."""
        self.follow = not self.follow

    def action_first_row(self) -> None:
        """Go to the oldest row."""
        self.scroll_to(0, 0)

    def action_last_row(self) -> None:
        """Go to the newest row and follow."""
        self.follow = True

    def _resize_rows(self, size: Size) -> None:
        """More or fewer rows only move the bar beside them, which is always there.

        So the screen is not laid out anew for them, as it is for another width.
        """
        if size.width == self.virtual_size.width:
            self.set_reactive(ScrollView.virtual_size, size)
            self.vertical_scrollbar.window_virtual_size = size.height
        else:
            self.virtual_size = size

    def _stay(self) -> None:
        """Be at the end where it is followed."""
        if self.follow and self.is_running:
            with self._moving():
                self.scroll_to(y=self.max_scroll_y, force=True)

    @contextmanager
    def _moving(self) -> Iterator[None]:
        """Scroll without being taken for a person who does."""
        self._settling = True
        try:
            yield
        finally:
            self._settling = False
