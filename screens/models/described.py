"""An object as a person may read it: as YAML, without secrets, as in a support bundle."""

from collections.abc import Iterator, Sequence

import yaml

from screens.models.troubles import Trouble
from wizard.diagnose import kinds
from wizard.diagnose.bundle.shown import shown
from wizard.diagnose.components import component_of
from wizard.diagnose.fields import labels
from wizard.diagnose.volumes import fill_of
from wizard.live import Picture
from wizard.ports import Object, Ref
from wizard.run.hiding import Hiding
from wizard.run.redaction import Redactor
from wizard.text import plain

_OF_A_PART = (
    *kinds.WORKLOADS,
    kinds.POD,
    kinds.CLAIM,
    kinds.SERVICE,
    *kinds.ENTRIES,
    kinds.CERTIFICATE,
    kinds.NODE,
    *kinds.ELSEWHERE,
    *sorted(kinds.OWN),
)


def described(obj: Object, redactor: Redactor, note: str = "") -> str:
    """The object as YAML, with what else is known of it as a comment; values of Secrets and what
    looks like a secret elsewhere are hidden.
    """
    told = shown(obj, Hiding(redactor), str(Ref.of(obj)))
    lines = yaml.safe_dump(told, sort_keys=False, allow_unicode=True, width=1_000_000)
    return "\n".join(plain(line) for line in (f"# {note}\n" * bool(note) + lines).splitlines())


def object_of(picture: Picture, ref: Ref) -> Object | None:
    """The object as it was seen, in Harbor's namespace or elsewhere."""
    kept = (collection.items.get(ref) for collection in picture.view.collections.values())
    return next(filter(None, kept), None)


def note_of(picture: Picture, ref: Ref) -> str:
    """What else is known of an object: how full the volume of a claim is."""
    use = picture.view.get(Ref(kinds.VOLUME_USE, ref.namespace, ref.name))
    return str(fill_of(use)) if use and ref.kind == kinds.CLAIM else ""


def objects_of(picture: Picture, problem: Trouble | None, part: str) -> Sequence[Ref]:
    """The object that a problem is about, or else all that belong to a part."""
    if problem is not None:
        return [*_named(picture, problem.object)]
    return sorted(ref for ref, obj in _watched(picture) if _belongs(picture, obj, part))


def _named(picture: Picture, name: str) -> Iterator[Ref]:
    for collection in picture.view.collections.values():
        yield from (ref for ref in collection.items if str(ref) == name)


def _watched(picture: Picture) -> Iterator[tuple[Ref, Object]]:
    for kind in _OF_A_PART:
        for obj in picture.view.all(kind):
            yield Ref.of(obj), obj


def _belongs(picture: Picture, obj: Object, part: str) -> bool:
    if part == "storage" and obj["kind"] == kinds.CLAIM.name:
        return True
    release = labels(obj).get("release", picture.target.release)
    return release == picture.target.release and component_of(picture.view, obj) == part
