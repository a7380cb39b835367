"""Who else owns what the release would create: another release, nobody, Argo CD or Flux.

Getting the release's own objects is among the rights of the graph.
"""

import asyncio
from collections.abc import Sequence

from wizard.checks.base import Check, Outcome, Subject, getting_namespace
from wizard.checks.choices import NAMESPACE
from wizard.errors import KindUnknown
from wizard.ports import Object, Ref, World
from wizard.text import first_of

RELEASE_NAME = "meta.helm.sh/release-name"
RELEASE_NAMESPACE = "meta.helm.sh/release-namespace"

_MARKS = {
    "argocd.argoproj.io/tracking-id": "Argo CD",
    "argocd.argoproj.io/instance": "Argo CD",
    "kustomize.toolkit.fluxcd.io/name": "Flux",
    "helm.toolkit.fluxcd.io/name": "Flux",
}
"""Labels and annotations of what they apply: Argo CD's "Resource Tracking" and Flux's
"kustomize-controller" and "helm-controller" pages."""

_MANAGED_BY = {"argocd": "Argo CD", "argo-cd": "Argo CD", "flux": "Flux", "fluxcd": "Flux"}
_MANAGERS = {
    "argocd-controller": "Argo CD",
    "argocd-application-controller": "Argo CD",
    "kustomize-controller": "Flux",
    "helm-controller": "Flux",
}
"""Their field managers."""


async def gitops(world: World, subject: Subject) -> Outcome:
    """Whether Argo CD or Flux looks after the namespace or the release."""
    target = subject.preset.target
    namespace = await _live(world, [Ref(NAMESPACE, "", target.namespace)])
    release = await _live(world, [Ref.of(obj) for obj in subject.manifest])
    owned = [(Ref.of(obj), owner) for obj in (*namespace, *release) if (owner := _owner(obj))]
    if not owned:
        return Outcome("ok", "Neither Argo CD nor Flux looks after the namespace or the release.")
    owners = " and ".join(sorted({owner for _, owner in owned}))
    shown = first_of([str(ref) for ref, _ in owned], 3)
    return Outcome(
        "fail",
        f"{owners} looks after {shown}.",
        "What the wizard changes would be reverted.",
        "Give that tool what to apply, with `wizard render`, or take Harbor out of its care first.",
    )


def _owner(obj: Object) -> str:
    """Argo CD or Flux, if one of them applies this object; else nothing."""
    metadata = obj["metadata"]
    labels = metadata.get("labels") or {}
    marks = {**labels, **(metadata.get("annotations") or {})}
    managers = {entry.get("manager") for entry in metadata.get("managedFields") or ()}
    managed_by = labels.get("app.kubernetes.io/managed-by", "").lower()
    signs = [
        *(owner for mark, owner in _MARKS.items() if mark in marks),
        *(owner for manager, owner in _MANAGERS.items() if manager in managers),
        _MANAGED_BY.get(managed_by, ""),
    ]
    return next(filter(None, signs), "")


async def foreign(world: World, subject: Subject) -> Outcome:
    """Whether objects that the release would create exist and belong to something else."""
    target = subject.preset.target
    ours = (target.release, target.namespace)
    live = await _live(world, [Ref.of(obj) for obj in subject.manifest])
    others = {str(Ref.of(obj)): _release_of(obj) for obj in live if _release_of(obj) != ours}
    if not others:
        return Outcome(
            "ok", f"{len(live)} of {len(subject.manifest)} objects exist, none is another's."
        )
    told = [
        f"{ref} ({f'release {namespace}/{name}' if name else 'no release'})"
        for ref, (name, namespace) in others.items()
    ]
    return Outcome(
        "fail",
        f"Objects that the release would create belong elsewhere: {', '.join(told)}.",
        "Helm refuses to take over what another release, another tool or a person made.",
        "Choose another target.release or target.namespace, or delete these objects if nothing "
        "needs them.",
    )


def _release_of(obj: Object) -> tuple[str, str]:
    """Name and namespace of the release that an object says it belongs to."""
    annotations = obj["metadata"].get("annotations") or {}
    return annotations.get(RELEASE_NAME, ""), annotations.get(RELEASE_NAMESPACE, "")


async def _live(world: World, refs: Sequence[Ref]) -> list[Object]:
    """Those of the objects that exist."""

    async def get(ref: Ref) -> Object | None:
        try:
            return await world.objects.get(ref)
        except KindUnknown:
            return None

    return [obj for obj in await asyncio.gather(*map(get, refs)) if obj is not None]


CHECKS = (
    Check("ownership.gitops", "Argo CD and Flux", ("target",), gitops, rights=getting_namespace),
    Check("ownership.objects", "Objects are ours", ("target",), foreign, rendered=True),
)
