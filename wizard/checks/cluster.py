"""The API server itself: does it answer, which cluster is it, and what may we do there."""

import re
from typing import TYPE_CHECKING

from wizard.checks.base import Check, Outcome, Subject
from wizard.errors import Forbidden, Unauthorized, Unreachable
from wizard.ports import Kind, Ref, Right, World

if TYPE_CHECKING:
    from wizard.answers.preset import Preset

OLDEST = (1, 20)
"""What the chart harbor-1.19.2 asks for in its README."""
TESTED = "1.32 to 1.34"
"""What the chart's makers test it with (CI of harbor-helm); our own tests use 1.34."""

SKEW_ALLOWED = 60.0
"""Seconds. Harbor's own tokens tolerate 60 s (goharbor/harbor, src/common/const.go)."""

KUBE_SYSTEM = Ref(Kind("v1", "Namespace"), "", "kube-system")


async def answers(world: World, subject: Subject) -> Outcome:
    """Whether the API server answers, and in a version that the chart knows."""
    try:
        server = await world.access.server()
    except (Unreachable, Unauthorized) as error:
        return Outcome("fail", error.what, error.why, error.fix)
    known_as = f", which knows this login as {server.user}" if server.user else ""
    fact = f"Kubernetes {server.version} answers at {server.url}{known_as}."
    if _minor(server.version) < OLDEST:
        return Outcome(
            "fail",
            fact,
            "The Harbor chart needs Kubernetes 1.20 or newer.",
            "Upgrade the cluster, or choose another one with --context.",
        )
    return Outcome("ok", fact, f"The chart is tested with Kubernetes {TESTED}.")


def _minor(version: str) -> tuple[int, int]:
    """Major and minor number of versions such as "v1.34.4+k3s1"; unknown ones count as new."""
    found = re.match(r"v?(\d+)\.(\d+)", version)
    return (int(found[1]), int(found[2])) if found else OLDEST


async def identity(world: World, subject: Subject) -> Outcome:
    """Whether this is the cluster that the preset was saved for."""
    return await same_cluster(world, subject.preset.target.cluster_uid)


async def same_cluster(world: World, wanted: str | None) -> Outcome:
    """Whether this is the cluster with that UID, the one that a preset was saved for."""
    try:
        found = await world.objects.get(KUBE_SYSTEM)
    except Forbidden as error:
        if wanted is None:
            raise
        return Outcome(
            "warn",
            f"Whether this is the preset's cluster {wanted} cannot be seen: {error.what}",
            "A preset must not be applied to another cluster by mistake.",
            "Ask for the right to get the namespace kube-system, or check the context yourself.",
        )
    uid = found["metadata"]["uid"] if found else ""
    if wanted is None:
        return Outcome("ok", f"The cluster is {uid}; the preset is not bound to any.")
    if uid != wanted:
        return Outcome(
            "fail",
            f"This is the cluster {uid}, but the preset was saved for {wanted}.",
            "The current context leads somewhere else than when the preset was saved.",
            "Choose the right context with --context. Where this cluster is meant, --retarget lets "
            "one run go there; the preset stays bound until target.clusterUid is changed.",
        )
    return Outcome("ok", f"The cluster is {uid}, the one that the preset was saved for.")


async def rights(world: World, subject: Subject) -> Outcome:
    """Whether this identity may do all that the steps do."""
    reasons = {needed.right: needed.reason for needed in subject.rights}
    required = {needed.right for needed in subject.rights if not needed.optional}
    allowed = await world.access.allowed(list(reasons))
    missing = [right for right in reasons if not allowed.get(right)]
    lines = "\n".join(f"  {right}: {reasons[right]}" for right in missing)
    role = "Give this identity the role that `wizard rbac --preset FILE` prints."
    if required.intersection(missing):
        return Outcome(
            "fail",
            f"{len(missing)} of {len(reasons)} rights are missing:\n{lines}",
            "What they are for would be refused half way.",
            role,
        )
    if missing:
        return Outcome(
            "ok",
            f"All {len(required)} rights that the steps need are there. Missing:\n{lines}",
            "It works without these, but cannot tell as much while it waits.",
            role,
        )
    return Outcome("ok", f"All {len(reasons)} rights that the steps take are there.")


async def kinds(world: World, subject: Subject) -> Outcome:
    """Whether the API server knows every kind of object that the release has."""
    served = (await world.access.server()).api_versions
    wanted = {f"{obj['apiVersion']}/{obj['kind']}" for obj in subject.manifest}
    if not (missing := sorted(wanted - served)):
        return Outcome("ok", f"All {len(wanted)} kinds of objects are served.")
    fixes = [fix for kind, fix in _BRINGING.items() if any(kind in one for one in missing)]
    return Outcome(
        "fail",
        f"The API server does not serve {', '.join(missing)}.",
        "Helm refuses a release with an object that the API server does not know.",
        " ".join(fixes) or "Install what brings these kinds, or use a newer cluster.",
    )


_BRINGING = {
    "/ServiceMonitor": "Install the Prometheus operator, or set harbor.metrics.serviceMonitor to "
    "false.",
    "/HTTPRoute": "Install the Gateway API's standard channel and a controller for it, or choose "
    "another harbor.expose.kind.",
}
"""What brings the kinds of the chart that Kubernetes itself lacks."""


async def clock(world: World, subject: Subject) -> Outcome:
    """Whether this machine and the cluster agree on the time."""
    skew = (await world.access.server()).clock_skew
    if abs(skew) <= SKEW_ALLOWED:
        return Outcome(
            "ok", f"The clocks of this machine and of the cluster agree ({skew:+.0f} s)."
        )
    direction = "ahead of" if skew > 0 else "behind"
    return Outcome(
        "warn",
        f"This machine's clock is {abs(skew):.0f} s {direction} the API server's.",
        "Certificates and login tokens made by one look not yet valid or expired to the other.",
        "Set both clocks by NTP, for instance with chrony or systemd-timesyncd.",
    )


def _get_kube_system(preset: "Preset") -> list[Right]:
    return [Right("get", "", "namespaces", KUBE_SYSTEM.name, KUBE_SYSTEM.name)]


CHECKS = (
    Check("cluster.answers", "Kubernetes answers", ("target.context", "network"), answers),
    Check(
        "cluster.identity",
        "The right cluster",
        ("target.context", "target.clusterUid"),
        identity,
        rights=_get_kube_system,
    ),
    Check("cluster.rights", "Rights", (), rights),
    Check(
        "cluster.kinds",
        "Kinds of objects",
        ("target.context", "harbor.expose", "harbor.metrics", "harbor.values"),
        kinds,
        rendered=True,
    ),
    Check("cluster.clock", "Clocks", ("target.context",), clock),
)
