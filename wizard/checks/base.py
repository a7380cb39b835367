"""What a check is: a read-only question to the world, and its answer."""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Literal

from wizard.errors import WizardError
from wizard.ports import NeededRight, Object, Ref, Right, World

if TYPE_CHECKING:
    from wizard.answers.preset import Preset
    from wizard.charts.package import Package

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

    preset: "Preset"
    rights: Sequence[NeededRight] = ()
    manifest: Sequence[Object] = ()
    """The release's objects as a client-side render gives them; empty where it failed."""
    owned: Sequence[Ref] = ()
    """The Secrets that the graph's own steps make and keep: passwords, keys, certificates."""
    chart: "Package | None" = None
    """The chart package that plan and run use; None where it could not be had."""
    problem: WizardError | None = None
    """Why there is no chart package, or no manifest."""
    secrets: dict[str, str] = field(default_factory=dict, repr=False)
    """Resolved secrets by path of the preset."""
    conceal: Callable[[str], None] = field(default=lambda _: None, repr=False)
    """Told every secret that a check reads, before it could be shown anywhere."""


Question = Callable[[World, Subject], Awaitable[Outcome]]


def _always(preset: "Preset") -> bool:
    return True


def _none(preset: "Preset") -> Sequence[Right]:
    return ()


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
    applies: "Callable[[Preset], bool]" = _always
    """Whether the question makes sense for these answers; if not, it is not asked at all."""
    rights: "Callable[[Preset], Sequence[Right]]" = _none
    """What asking takes beyond the rights of the graph; without them the check is skipped."""
    rendered: bool = False
    """It asks about the rendered chart, and is skipped where that could not be had."""
    charted: bool = False
    """It asks about the chart package itself, be it there or not."""
    offline: bool = False
    """It asks this machine only, and is asked even when the API server does not answer."""


@dataclass(frozen=True, slots=True)
class Result:
    """A check with its outcome and the seconds it took."""

    check: Check
    outcome: Outcome
    seconds: float


def getting_namespace(preset: "Preset") -> Sequence[Right]:
    """The right to get the target's Namespace; a Role inside it grants that too."""
    name = preset.target.namespace
    return [Right("get", "", "namespaces", name, name)]


def listing(group: str, *resources: str) -> "Callable[[Preset], Sequence[Right]]":
    """Rights to list these resources in the whole cluster."""
    return lambda preset: [Right("list", group, resource) for resource in resources]


def listing_in_target(group: str, *resources: str) -> "Callable[[Preset], Sequence[Right]]":
    """Rights to list these resources in the target's namespace."""
    return lambda preset: [
        Right("list", group, resource, preset.target.namespace) for resource in resources
    ]
