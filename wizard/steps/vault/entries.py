"""What stands in a Vault or OpenBao, told as changes like those of objects of the cluster."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from wizard.errors import CheckFailed
from wizard.ports import Kind, Ref
from wizard.steps.base import FieldChange, ObjectChange
from wizard.steps.difference import ABSENT, digest
from wizard.vaults import VaultSession

VAULT_API = "vault/v1"
"""Stands for the server among the API versions of a plan's objects."""


def place(kind: str, path: str) -> Ref:
    """The address of what stands at a path, for a plan."""
    return Ref(Kind(VAULT_API, kind), "", path)


@dataclass(frozen=True, slots=True)
class Entry:
    """What should be read at a path, in the form in which the server gives it back: durations in
    seconds, lists in any order. What it has besides is left alone.

    `unseen` is written with it, and never read or shown.
    """

    kind: str
    path: str
    data: Mapping[str, Any]
    unseen: Mapping[str, Any]

    @property
    def ref(self) -> Ref:
        """Its address."""
        return place(self.kind, self.path)

    @property
    def content(self) -> str:
        """A digest of what can be seen of it."""
        return digest({"metadata": {"name": self.path}, "data": dict(self.data)})


def entry(kind: str, path: str, **data: Any) -> Entry:
    """An entry without anything unseen."""
    return Entry(kind, path, data, {})


async def entry_change(session: VaultSession, wanted: Entry) -> ObjectChange | None:
    """The change that writing it would make; None: it is as wanted."""
    found = await session.read(wanted.path)
    if found is None:
        return ObjectChange("create", wanted.ref, content=wanted.content)
    fields = tuple(_differences(found, wanted.data))
    return ObjectChange("update", wanted.ref, fields, content=wanted.content) if fields else None


async def write_entry(session: VaultSession, wanted: Entry) -> None:
    """Write it, with what is unseen."""
    await session.write(wanted.path, {**wanted.data, **wanted.unseen})


async def mount_change(
    session: VaultSession, path: str, type_: str, longest: int
) -> ObjectChange | None:
    """The change that a mount needs: to be there, for leases of `longest` seconds.

    Raises CheckFailed where something else is mounted in its place.
    """
    ref, content = place("Mount", path), digest({"metadata": {}, "type": type_, "max": longest})
    found = await session.read(path)
    if found is None:
        return ObjectChange("create", ref, content=content)
    if found["type"] != type_:
        raise CheckFailed(
            f"Something else is mounted at {path}",
            why=f"it is of type {found['type']}, and {type_} is needed there",
            where=path,
            fix="give another mount below pki.authority",
        )
    now = int(found["config"]["max_lease_ttl"])
    if now >= longest:
        return None
    field = FieldChange("config.max_lease_ttl", _hours(now), _hours(longest))
    return ObjectChange("update", ref, (field,), content=content)


async def make_mount(session: VaultSession, change: ObjectChange, type_: str, longest: int) -> None:
    """Make the planned change of a mount."""
    path, config = change.ref.name, {"max_lease_ttl": _hours(longest)}
    if change.action == "create":
        await session.write(path, {"type": type_, "config": config})
    else:
        await session.write(f"{path}/tune", config)


def _hours(seconds: int) -> str:
    return f"{seconds // 3600}h"


def _differences(found: Mapping[str, Any], wanted: Mapping[str, Any]) -> Iterator[FieldChange]:
    for name, value in wanted.items():
        if _comparable(found.get(name)) != _comparable(value):
            before = ABSENT if found.get(name) is None else _shown(found[name])
            yield FieldChange(name, before, _shown(value))


def _comparable(value: Any) -> Any:
    if isinstance(value, str):
        return value.strip()
    return sorted(map(str, value)) if isinstance(value, list | tuple) else value


def _shown(value: Any) -> str:
    text = ", ".join(map(str, value)) if isinstance(value, list | tuple) else str(value)
    first, *more = text.strip().splitlines() or [""]
    return f"{first} …" if more else first
