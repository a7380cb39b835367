"""All that is wrong in a run, in full."""

from collections.abc import Iterator, Sequence

from textual.app import ComposeResult
from textual.containers import VerticalScroll
from textual.content import Content
from textual.events import Resize
from textual.widgets import Static

from screens.models.troubles import Trouble
from screens.models.wrapping import wrapped
from screens.signs import sign

NONE = "No problem so far."


class ProblemList(VerticalScroll, can_focus=True):
    """Shows problems one below the other; the arrows scroll."""

    def __init__(self, *, id: str) -> None:
        super().__init__(id=id)
        self._troubles: Sequence[Trouble] = ()

    def compose(self) -> ComposeResult:
        """One text for all."""
        yield Static(NONE, markup=False)

    def show(self, troubles: Sequence[Trouble]) -> None:
        """Show these problems."""
        if troubles != self._troubles:
            before = self.chosen
            self._troubles = troubles
            self.took(before)
            self.tell()

    @property
    def chosen(self) -> Trouble | None:
        """The problem that is chosen; here none ever is."""
        return None

    def took(self, before: Trouble | None) -> None:
        """Other problems came; `before` is what was chosen."""

    def on_resize(self, event: Resize) -> None:
        """Wrap to the new width."""
        if self._troubles:
            self.tell()

    def tell(self) -> None:
        """Draw them."""
        width = self.scrollable_content_region.width
        parts = [told(trouble, width) for trouble in self._troubles]
        self.query_one(Static).update(Content("\n\n").join(parts) if parts else NONE)

    @property
    def text(self) -> str:
        """The problems as plain text."""
        return "\n\n".join("\n  ".join(_lines(one)) for one in self._troubles)


def told(trouble: Trouble, width: int) -> Content:
    """A problem in lines that fit."""
    head, title, *details = _lines(trouble)
    colour = "$text-error" if trouble.state == "wrong" else "$text-warning"
    lines = [Content.styled(head, f"bold {colour}")]
    lines += [Content.styled(part, "bold") for part in wrapped(title, width, "  ")]
    lines += [Content(part) for line in details for part in wrapped(line, width, "  ", " " * 6)]
    return Content("\n").join(lines)


def _lines(trouble: Trouble) -> Iterator[str]:
    words = {"wrong": "problem", "look": "to look at"}
    yield f"{sign(trouble.state)} {words.get(trouble.state, '')}  {trouble.id}".rstrip()
    yield trouble.title
    yield from trouble.lines()
