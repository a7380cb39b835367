"""Kinds to choose from, one a line, the chosen one marked."""

from collections.abc import Sequence

from textual.content import Content
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
