"""Kinds to choose from, one a line, the chosen one marked."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar

from textual.binding import Binding, BindingType
from textual.content import Content
from textual.message import Message
from textual.widgets import OptionList
from textual.widgets.option_list import Option

from wizard.answers.form import Option as Kind


def kind_lines(kinds: Sequence[Kind], chosen: object) -> list[Option]:
    """A line for each kind: whether it is chosen, its name, what it brings."""
    width = max((len(kind.label) for kind in kinds), default=0)
    return [
        Option(
            Content.assemble(
                f"({'*' if kind.value == chosen else ' '}) {kind.label.ljust(width + 2)}",
                (kind.help, "$text-muted"),
            ),
            id=str(kind.value),
        )
        for kind in kinds
    ]


def show_kinds(options: OptionList, kinds: Sequence[Kind], chosen: object) -> None:
    """Show the kinds anew; the highlight stays."""
    at = options.highlighted
    options.set_options(kind_lines(kinds, chosen))
    options.highlighted = at


class KindList(OptionList):
    """A list of kinds that begins at the chosen one; Space chooses and stays."""

    BINDINGS: ClassVar[list[BindingType]] = [Binding("space", "mark", show=False)]

    @dataclass
    class Marked(Message):
        """The kind under the cursor is to be the answer."""

        kind: str | None

    def __init__(self, kinds: Sequence[Kind], chosen: object, *, id: str | None = None) -> None:
        super().__init__(*kind_lines(kinds, chosen), compact=True, id=id)
        values = [kind.value for kind in kinds]
        if chosen in values:
            self.highlighted = values.index(chosen)

    def action_mark(self) -> None:
        """Choose the kind under the cursor."""
        if self.highlighted is not None:
            self.post_message(self.Marked(self.get_option_at_index(self.highlighted).id))
