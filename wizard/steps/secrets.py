"""Secrets that are made once and kept for ever, and secrets that are copied from a reference."""

import asyncio
import secrets
import string
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass

from wizard.answers.secrets import GENERATE, GeneratedSecret, Secret
from wizard.errors import CheckFailed, Conflict
from wizard.ports import Charts, NeededRight, Object, Ref, World
from wizard.steps.base import ObjectChange, Reporter, Step
from wizard.steps.changes import changes_to, creation_of, make
from wizard.steps.inputs import Inputs, entry_text
from wizard.steps.restarts import restart, restarts

_GROUPS = (string.ascii_lowercase, string.ascii_uppercase, string.digits)

Entries = Mapping[str, bytes]


def random_text(length: int) -> str:
    """A random text of letters and digits from the system's source."""
    return "".join(secrets.choice(string.ascii_letters + string.digits) for _ in range(length))


def random_password() -> str:
    """A password of 24 characters with lower case, upper case and a digit.

    Harbor wants 8 to 128 characters with one of each (its API's description of
    `PUT /users/{user_id}/password`, Harbor 2.15).
    """
    while True:
        password = random_text(24)
        if all(set(password) & set(group) for group in _GROUPS):
            return password


Make = Callable[[World, str], Entries]
"""Makes a Secret's entries from the value of an answer; "" where it is to be generated."""


@dataclass(frozen=True, slots=True)
class Kept:
    """A Secret that is made once.

    `keys` are its entries; the first holds the value that the answer at `path` refers to, if
    there is such an answer.
    """

    name: str
    keys: tuple[str, ...]
    make: Make
    path: str = ""
    reference: Secret = GENERATE
    type: str = "Opaque"

    @property
    def given(self) -> bool:
        """Whether the value comes from a person instead of being made."""
        return not isinstance(self.reference, GeneratedSecret)


class KeepSecrets(Step):
    """Makes Secrets once, by POST, and never changes them: Harbor would not start any more, or
    could not read what it stored.
    """

    def __init__(self, id_: str, title: str, inputs: Inputs, kept: Sequence[Kept]) -> None:
        self.id, self.title = id_, title
        self.needs = ("target.namespace",)
        self._inputs, self._kept = inputs, tuple(kept)

    @property
    def makes(self) -> Sequence[Ref]:
        """See Step."""
        return [self._inputs.secret(one.name) for one in self._kept]

    async def rights(self, charts: Charts) -> Sequence[NeededRight]:
        """See Step."""
        reason = "secrets that Harbor needs are made once"
        read = [
            right
            for one in self._kept
            for right in self._inputs.rights_to_read(one.path, one.reference)
        ]
        return [*self._inputs.rights_in_namespace("secrets", reason, "get", "create"), *read]

    async def check(self, world: World) -> Sequence[ObjectChange]:
        """See Step. Raises CheckFailed where an answer differs from the value that was kept."""
        found = await asyncio.gather(*(self._check(world, one) for one in self._kept))
        return [change for change in found if change]

    async def _check(self, world: World, one: Kept) -> ObjectChange | None:
        entries = await self._inputs.entries(world, one.name)
        if entries:
            await self._compare(world, one, entries)
            return None
        if one.given:
            await self._inputs.given(world, one.path, one.reference)
        unmade = dict.fromkeys(one.keys, b"to be made")
        sample = self._inputs.secret_object(one.name, unmade, one.type)
        return await creation_of(world.objects, sample)

    async def _compare(self, world: World, one: Kept, entries: Entries) -> None:
        place = f"Secret {self._inputs.namespace}/{one.name}"
        kept = entry_text(entries, one.keys[0], f"{self._inputs.namespace}/{one.name}")
        if missing := [key for key in one.keys if not entries.get(key)]:
            raise CheckFailed(
                f"The {place} has no entry `{missing[0]}`",
                why="Harbor needs it, and the Secret was not made by this wizard as it is now",
                where=place,
                fix=f"put the entry back from a backup; delete the {place} only if Harbor never "
                "ran with it",
            )
        if one.given and await self._inputs.given(world, one.path, one.reference) != kept:
            raise CheckFailed(
                f"The answer {one.path} is not the value that Harbor was installed with",
                why=f"Harbor uses the one in the {place} since its first start; another one "
                "would lock it out of its own data",
                where=one.path,
                fix="give the former value, or leave the answer out to keep what is there",
            )

    async def apply(self, world: World, changes: Sequence[ObjectChange], report: Reporter) -> None:
        """See Step."""
        missing = {change.ref.name for change in changes}
        await asyncio.gather(*(self._make(world, one) for one in self._kept if one.name in missing))

    async def _make(self, world: World, one: Kept) -> None:
        value = ""
        if one.given:
            value = await self._inputs.given(world, one.path, one.reference)
        entries = await asyncio.to_thread(one.make, world, value)  # a new key takes seconds
        self._inputs.conceal_entries(entries)
        try:
            await world.objects.create(self._inputs.secret_object(one.name, entries, one.type))
        except Conflict:
            if not (found := await self._inputs.entries(world, one.name)):
                raise  # it is not there: the namespace is being deleted
            await self._compare(world, one, found)


@dataclass(frozen=True, slots=True)
class Copied:
    """A Secret that is kept equal to what `read` gives.

    `path` and `reference` name its source; `also` names further secrets that it is made from.
    `namespace`: of a component, where it is not for Harbor itself.
    """

    name: str
    read: Callable[[World], Awaitable[Entries]]
    path: str
    reference: Secret | None = None
    type: str = "Opaque"
    also: tuple[tuple[str, Secret | None], ...] = ()
    namespace: str = ""


class CopySecrets(Step):
    """Keeps Secrets equal to what the preset refers to."""

    def __init__(self, id_: str, title: str, inputs: Inputs, copied: Sequence[Copied]) -> None:
        self.id, self.title = id_, title
        self.needs = ("target.namespace",)
        self._inputs, self._copied = inputs, tuple(copied)

    @property
    def makes(self) -> Sequence[Ref]:
        """See Step. Those of a component are none of Harbor's."""
        return [self._inputs.secret(one.name) for one in self._copied if not one.namespace]

    async def rights(self, charts: Charts) -> Sequence[NeededRight]:
        """See Step."""
        reason = "secrets that the preset refers to are copied for Harbor"
        places = sorted({one.namespace for one in self._copied})
        return [
            *(
                right
                for place in places
                for right in self._inputs.rights_to_keep_secrets(reason, place)
            ),
            *(
                right
                for one in self._copied
                for path, reference in ((one.path, one.reference), *one.also)
                if reference is not None
                for right in self._inputs.rights_to_read(path, reference)
            ),
        ]

    async def check(self, world: World) -> Sequence[ObjectChange]:
        """See Step. Raises SecretMissing where a reference leads nowhere."""
        changes = await changes_to(world.objects, await self._desired(world))
        return [*changes, *await restarts(world, self._inputs, changes)]

    async def apply(self, world: World, changes: Sequence[ObjectChange], report: Reporter) -> None:
        """See Step."""
        planned = {change.ref: change for change in changes}
        for obj in await self._desired(world):
            if change := planned.get(Ref.of(obj)):
                await make(world.objects, obj, change)
        await restart(world, self._inputs, changes)

    async def _desired(self, world: World) -> list[Object]:
        return [
            self._inputs.secret_object(one.name, await one.read(world), one.type, one.namespace)
            for one in self._copied
        ]
