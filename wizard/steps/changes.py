"""What applying an object would change now, asked of the API server by a dry run."""

import asyncio
from collections.abc import Sequence
from dataclasses import replace

from wizard.errors import Conflict, Forbidden, Invalid, KindUnknown, NotFound, StepFailed
from wizard.ports import FIELD_MANAGER, Object, Objects, Ref
from wizard.steps.base import FieldChange, ObjectChange
from wizard.steps.difference import differing_declared_fields, differing_fields, digest

_GONE_SECONDS, _LOOK_AGAIN = 60.0, 0.2


async def changes_to(
    objects: Objects, desired: Sequence[Object], manager: str = FIELD_MANAGER
) -> list[ObjectChange]:
    """The changes that applying these objects as `manager` would make, in their order."""
    found = await asyncio.gather(*(change_to(objects, obj, manager) for obj in desired))
    return [change for change in found if change]


async def change_to(
    objects: Objects, desired: Object, manager: str = FIELD_MANAGER
) -> ObjectChange | None:
    """The change that applying one object as `manager` would make; None: it is as desired.

    Fields that belong to other managers are part of the change, with their owners. Where the
    API server cannot try it (no namespace, no CRD, no right), the change is not validated.
    """
    ref = Ref.of(desired)
    content = digest(desired)
    try:
        live = await objects.get(ref)
    except KindUnknown:
        reason = f"the API server does not serve {ref.kind.name} yet"
        return ObjectChange("create", ref, validated=False, reason=reason, content=content)
    try:
        trial, owners = await _trial(objects, desired, manager)
    except NotFound:
        why = no_namespace(ref)
        return ObjectChange("create", ref, validated=False, reason=why, content=content)
    except Forbidden as error:
        return _unvalidated(ref, live, desired, error.what)
    except Invalid as error:
        if live is None or not error.immutable:
            raise
        fields = differing_declared_fields(live, desired)
        return ObjectChange("replace", ref, fields, reason=error.why or error.what, content=content)
    if live is None:
        return ObjectChange("create", ref, content=content)
    fields = _with_owners(differing_fields(live, trial), owners)
    return ObjectChange("update", ref, fields, content=content) if fields else None


async def creation_of(objects: Objects, desired: Object) -> ObjectChange:
    """The creation of an object that is not there, tried by a dry run as far as that goes."""
    ref, content = Ref.of(desired), digest(desired)
    try:
        await objects.create(desired, dry_run=True)
    except (NotFound, Forbidden) as error:
        why = no_namespace(ref) if isinstance(error, NotFound) else error.what
        return ObjectChange("create", ref, validated=False, reason=why, content=content)
    return ObjectChange("create", ref, content=content)


def no_namespace(ref: Ref) -> str:
    """Why an object cannot be tried yet whose namespace is still to be made."""
    return f"the namespace {ref.namespace} does not exist yet"


async def make(objects: Objects, desired: Object, change: ObjectChange) -> None:
    """Make a planned change of one object; fields are taken only as far as the plan said."""
    if change.action == "replace":
        await remove(objects, change.ref)
    await objects.apply(desired, force=bool(change.taken))


async def remove(objects: Objects, ref: Ref) -> None:
    """Delete an object and wait until it is gone. Raises StepFailed where it stays."""
    found = await objects.get(ref)
    if found is None:
        return
    uid = found["metadata"].get("uid", "")
    await objects.delete(ref, uid=uid)
    given_up_at = asyncio.get_running_loop().time() + _GONE_SECONDS
    while (left := await objects.get(ref)) and left["metadata"].get("uid", "") == uid:
        if asyncio.get_running_loop().time() >= given_up_at:
            finalizers = ", ".join(left["metadata"].get("finalizers") or ["none"])
            raise StepFailed(
                f"{ref} was deleted but does not go away",
                why=f"it has these finalizers: {finalizers}",
                where=str(ref),
                fix="see what keeps it, then run the same command again",
            )
        await asyncio.sleep(_LOOK_AGAIN)


async def _trial(
    objects: Objects, desired: Object, manager: str
) -> tuple[Object, Sequence[tuple[str, str]]]:
    """The object as it would be, and the fields (with owners) that would have to be taken.

    Force is used in the dry run only: it shows what would become of the object.
    """
    try:
        return await objects.apply(desired, manager=manager, dry_run=True), ()
    except Conflict as conflict:
        forced = await objects.apply(desired, manager=manager, dry_run=True, force=True)
        return forced, conflict.fields


def _unvalidated(ref: Ref, live: Object | None, desired: Object, why: str) -> ObjectChange | None:
    fields = differing_declared_fields(live, desired) if live else ()
    if live and not fields:
        return None
    action = ObjectChange("update" if live else "create", ref, fields, content=digest(desired))
    return replace(action, validated=False, reason=why)


def _with_owners(
    fields: Sequence[FieldChange], owners: Sequence[tuple[str, str]]
) -> tuple[FieldChange, ...]:
    """The fields with the managers that hold them, as a conflict names both.

    A conflict's path that is none of the fields (a list's element, for instance) is added.
    """
    held = [
        replace(field, owner=owner)
        for field in fields
        if (owner := next((who for path, who in owners if _holds(path, field.path)), ""))
    ]
    rest = [
        FieldChange(path.removeprefix("."), "(theirs)", "(ours)", owner)
        for path, owner in owners
        if not any(_holds(path, field.path) for field in fields)
    ]
    free = [field for field in fields if field.path not in {one.path for one in held}]
    return (*free, *held, *rest)


def _holds(conflict: str, path: str) -> bool:
    """Whether a conflict's path (`.spec.containers[name="core"].image`) is or contains ours."""
    outer, inner = _place(conflict), _place(path)
    return inner == outer or inner.startswith(f"{outer}.")


def _place(path: str) -> str:
    return path.replace('name="', "").translate({34: "", 91: ".", 93: ""}).removeprefix(".")
