"""What a page of the guided installation is."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from screens.models.desk import Desk


def _nothing(_: "Desk") -> Iterable[Any]:
    return ()


@dataclass(frozen=True, slots=True)
class Page:
    """One page of questions: those at its `paths` of the preset, in that order.

    Pages are asked by ascending `order`. `id` is what `--ask` calls it. `extras` gives widgets
    that stand below the questions.
    """

    order: int
    id: str
    title: str
    question: str
    paths: tuple[str, ...]
    extras: "Callable[[Desk], Iterable[Any]]" = _nothing
