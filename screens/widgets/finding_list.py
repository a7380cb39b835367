"""What is wrong with a live release; one of the problems is chosen, for what may be done there."""

from dataclasses import dataclass

from textual.content import Content
from textual.message import Message
from textual.widgets import Static

from screens.models.troubles import Trouble
from screens.signs import sign
from screens.widgets.problem_list import NONE, ProblemList, told


class FindingList(ProblemList):
    """The arrows choose a problem, at first the uppermost is; one that is longer than the pane is
    scrolled through first.
    """

    @dataclass
    class Chosen(Message):
        """Another problem is chosen, or another thing may be done about it."""

    def __init__(self, *, id: str) -> None:
        super().__init__(id=id)
        self._at = 0
        self._led = True
        """The first problem is chosen, until the person chooses."""
        self._spans: list[tuple[int, int]] = []
        """The first line of each problem, and the one after its last."""

    @property
    def chosen(self) -> Trouble | None:
        """The problem that is chosen."""
        return self._troubles[self._at] if self._troubles else None

    def action_scroll_down(self) -> None:
        """The next problem, once this one was seen to its end."""
        if self._spans and self._spans[self._at][1] <= self._bottom:
            self._choose(self._at + 1)
        else:
            super().action_scroll_down()

    def action_scroll_up(self) -> None:
        """The problem before, once this one is seen from its beginning."""
        if self._spans and self._spans[self._at][0] >= self.scroll_offset.y:
            self._choose(self._at - 1)
        else:
            super().action_scroll_up()

    def tell(self) -> None:
        """See ProblemList; what was chosen stays so while it is there."""
        width = self.scrollable_content_region.width
        parts = [told(one, width) for one in self._troubles]
        self._spans, line = [], 0
        for part in parts:
            height = part.plain.count("\n") + 1
            self._spans.append((line, line + height))
            line += height + 1
        if parts:
            parts[self._at] = _marked(parts[self._at])
        self.query_one(Static).update(Content("\n\n").join(parts) if parts else NONE)
        self.post_message(self.Chosen())

    def took(self, before: Trouble | None) -> None:
        """See ProblemList."""
        same = (at for at, one in enumerate(self._troubles) if before and _same(one, before))
        self._at = 0 if self._led else next(same, 0)

    def _choose(self, at: int) -> None:
        if not 0 <= at < len(self._troubles):
            return
        self._at, self._led = at, False
        self.tell()
        first, end = self._spans[at]
        height = self.scrollable_content_region.height
        if first < self.scroll_offset.y or end > self._bottom:
            self.scroll_to(y=min(first, max(0, end - height)), animate=False)
            if end - first > height:
                self.scroll_to(y=first, animate=False)

    @property
    def _bottom(self) -> int:
        return self.scroll_offset.y + self.scrollable_content_region.height


def _same(one: Trouble, other: Trouble) -> bool:
    return (one.id, one.title) == (other.id, other.title)


def _marked(part: Content) -> Content:
    """The problem with a sign before its title, the second line."""
    head, title, *rest = part.split("\n")
    title = Content.assemble((f"{sign('here')} ", "bold $text-accent"), title[2:])
    return Content("\n").join([head, title, *rest])
