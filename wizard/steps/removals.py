"""Objects that a release has and its next revision lacks: Helm deletes them."""

from collections.abc import Sequence

from wizard.charts.manifest import kept, plural
from wizard.errors import CheckFailed, KindUnknown
from wizard.ports import Object, Ref, Right, World
from wizard.steps.base import ObjectChange


async def removals(
    world: World, stored: Sequence[Object], manifest: Sequence[Object]
) -> list[ObjectChange]:
    """The deletions that Helm will make: of what is stored, not wanted any more, and there.

    Raises CheckFailed where a right is missing to look at one of them, or to delete it.
    """
    wanted = {Ref.of(obj) for obj in manifest}
    gone = [ref for obj in stored if (ref := Ref.of(obj)) not in wanted and not kept(obj)]
    await _require_rights(world, gone)
    return [ObjectChange("delete", ref) for ref in gone if await _exists(world, ref)]


async def _require_rights(world: World, refs: Sequence[Ref]) -> None:
    """The role of a preset knows nothing of kinds that only an earlier preset had."""
    rights = {
        Right(verb, ref.kind.group, plural(ref.kind), ref.namespace)
        for ref in refs
        for verb in ("get", "delete")
    }
    allowed = await world.access.allowed(sorted(rights)) if rights else {}
    if missing := [str(right) for right in sorted(rights) if not allowed.get(right)]:
        raise CheckFailed(
            f"Rights are missing to remove what is no longer wanted: {', '.join(missing)}",
            why=f"the release has {', '.join(map(str, refs))}, and these answers do not",
            fix="grant them for this run: `wizard rbac --preset FILE` with the former answers "
            "prints the role that has them",
        )


async def _exists(world: World, ref: Ref) -> bool:
    try:
        return await world.objects.get(ref) is not None
    except KindUnknown:
        return False
