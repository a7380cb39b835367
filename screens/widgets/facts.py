"""Facts as lines of text: what it is about, what it is, how that stands."""

from collections.abc import Iterable

from textual.content import Content

from screens.certificates import Fact
from screens.signs import STYLES, sign

_LABEL, _TEXT = 12, 38
"""The columns of the label and of the text, where the state stands in the same line."""


def painted(facts: Iterable[Fact], *, wide: bool = False) -> Content:
    """The facts, one below the other; where it is wide, states stand in the same line."""
    return Content("\n").join(_line(fact, wide=wide) for fact in facts)


def _line(fact: Fact, *, wide: bool) -> Content:
    label = (fact.label.ljust(_LABEL), "$text-muted")
    if fact.state is None or not fact.words:
        signed = f"{sign(fact.state)} " if fact.state else ""
        more = f" ({fact.words})" if fact.words else ""
        return Content.assemble(label, f"{signed}{fact.text}{more}")
    state = (f"{sign(fact.state)} {fact.words}", STYLES[fact.state])
    if wide and len(fact.text) <= _TEXT:
        return Content.assemble(label, fact.text.ljust(_TEXT + 2), state)
    return Content.assemble(label, f"{fact.text}\n{'':{_LABEL if wide else 2}}", state)
