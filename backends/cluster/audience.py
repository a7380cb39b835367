"""Who is there while a login program of the kubeconfig works."""

from collections.abc import Callable
from dataclasses import dataclass


def _unheard(line: str) -> None:
    pass


@dataclass(frozen=True, slots=True)
class Audience:
    """`tell` is given each line that a login program says, as it comes.

    `present`: somebody can follow what it says, so it may take its time. `terminal`: it may also
    ask on this process's stdin, which is a terminal that nobody else reads.
    """

    tell: Callable[[str], None] = _unheard
    present: bool = False
    terminal: bool = False


NOBODY = Audience()
