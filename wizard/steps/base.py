"""What a step is, and the words in which it speaks of changes and of waiting."""

from abc import ABC, abstractmethod
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal, Protocol

from wizard.diagnose.finding import Finding
from wizard.errors import StepFailed
from wizard.ports import Charts, LogLine, NeededRight, Ref, World

Action = Literal["create", "update", "replace", "delete"]


@dataclass(frozen=True, slots=True)
class FieldChange:
    """One field of an object; `before` and `after` are texts for people, secrets masked."""

    path: str
    before: str
    after: str
    owner: str = ""
    """The field manager from whom the field would have to be taken; empty: nobody."""


@dataclass(frozen=True, slots=True)
class ObjectChange:
    """What a step would do to one object now."""

    action: Action
    ref: Ref
    fields: tuple[FieldChange, ...] = ()
    validated: bool = True
    """Whether the API server tried it in a dry run; `reason` says why it could not."""
    reason: str = ""
    content: str = ""
    """A digest of the object as it will be, secrets left out: the same for the same content."""

    @property
    def taken(self) -> tuple[FieldChange, ...]:
        """The fields that belong to another manager."""
        return tuple(field for field in self.fields if field.owner)


class Reporter(Protocol):
    """Where a step tells what it does; the engine makes events of it."""

    def waiting(self, text: str) -> None:
        """What is waited for, and why; told once until the text changes."""

    def progress(self, done: int, total: int) -> None:
        """How far the step has come."""

    def log(self, text: str, source: str = "wizard") -> None:
        """A line of the wizard itself, or of the tool that the step drives."""

    def pod_log(self, line: LogLine) -> None:
        """A line of a container's log."""

    def finding(self, finding: Finding) -> None:
        """A diagnosis made while working or waiting."""


class PlanMoved(StepFailed):
    """Someone changed what the plan was made from; the step has to be looked at again."""


class Step(ABC):
    """One piece of desired state. What it needs from an earlier step it reads from the world."""

    id: str
    title: str
    needs: tuple[str, ...] = ()
    shares: str = ""
    """The namespace of a component that other presets may use too: changes take its lock."""

    silent = False
    """Whether it is left out of plans in which it changes nothing: it is about former answers."""

    @property
    def makes(self) -> Sequence[Ref]:
        """The Secrets that the step makes and keeps, known without a cluster."""
        return ()

    @abstractmethod
    async def rights(self, charts: Charts) -> Sequence[NeededRight]:
        """The rights that checking, applying and verifying take; needs no cluster."""

    def rights_to_use(self) -> Sequence[NeededRight]:
        """The rights that are left where the step is idle."""
        return ()

    async def idle(self, world: World) -> bool:
        """Whether somebody else brought already what the step would bring: it changes nothing."""
        return False

    async def look(self, world: World) -> Sequence[ObjectChange]:
        """What the step would change now: what `check` finds, nothing where it is idle."""
        return () if await self.idle(world) else await self.check(world)

    @abstractmethod
    async def check(self, world: World) -> Sequence[ObjectChange]:
        """What differs from the desired state; empty where it is reached. Writes nothing."""

    @abstractmethod
    async def apply(self, world: World, changes: Sequence[ObjectChange], report: Reporter) -> None:
        """Make the changes that `check` found; can be repeated after any interruption."""

    async def verify(self, world: World, report: Reporter) -> None:  # noqa: B027 - optional
        """Wait until the step's result works.

        Raises StepFailed with cause and fix when it never will, OutOfTime when it took too long.
        """
