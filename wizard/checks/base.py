"""What a check is: a read-only question to the world, and its answer."""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from typing import Literal

from wizard.answers.preset import Preset
from wizard.ports import NeededRight, Object, World

State = Literal["ok", "warn", "fail", "skipped"]


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a check found.

    `fact` is what was seen, `why` it matters, `fix`: what to do about it. A `skipped` outcome
    could not be had (a missing right, for instance): it is shown, never as good news.
    """

    state: State
    fact: str
    why: str = ""
    fix: str = ""


@dataclass(frozen=True, slots=True)
class Subject:
    """What the checks are about: a preset, the rights its graph takes, the rendered chart."""

    preset: Preset
    rights: Sequence[NeededRight] = ()
    manifest: Sequence[Object] = ()
    """The release's objects as a client-side render gives them; empty where it failed."""
    secrets: dict[str, str] = field(default_factory=dict, repr=False)
    """Resolved secrets by path of the preset."""


Question = Callable[[World, Subject], Awaitable[Outcome]]


@dataclass(frozen=True, slots=True)
class Check:
    """A question with its id, its title for people, and the answers it depends on.

    `reads` holds paths of the preset: a screen asks again when one of them changes. The state
    "fail" of a check cannot be accepted away; "warn" can.
    """

    id: str
    title: str
    reads: tuple[str, ...]
    ask: Question


@dataclass(frozen=True, slots=True)
class Result:
    """A check with its outcome and the seconds it took."""

    check: Check
    outcome: Outcome
    seconds: float
