"""Facts as lines of text: what it is about, what it is, how that stands."""

from collections.abc import Iterable

from textual.content import Content

from screens.models.chain_facts import Fact
from screens.signs import STYLES, sign

_LABEL, _TEXT = 11, 36
"""The columns of the label and of the text, where the state stands in the same line."""


def painted(facts: Iterable[Fact], width: int) -> Content:
    """The facts, one below the other; a state that does not fit stands in a line of its own."""
    return Content("\n").join(_line(fact, width) for fact in facts)


def _line(fact: Fact, width: int) -> Content:
    label = (fact.label.ljust(_LABEL), "$text-muted")
    if fact.state is None or not fact.words:
        signed = f"{sign(fact.state)} " if fact.state else ""
        more = f" ({fact.words})" if fact.words else ""
        return Content.assemble(label, f"{signed}{fact.text}{more}")
    state = (f"{sign(fact.state)} {fact.words}", STYLES[fact.state])
    fits = len(fact.text) < _TEXT and _LABEL + _TEXT + 2 + len(fact.words) <= width
    return Content.assemble(
        label, fact.text.ljust(_TEXT) if fits else f"{fact.text}\n{'':{_LABEL}}", state
    )
