"""OpenShift's security context constraints against the user ids of Harbor's pods."""

from collections.abc import Sequence

from wizard.checks.base import Check, Outcome, Subject
from wizard.checks.workloads import workloads
from wizard.errors import Forbidden
from wizard.ports import Kind, Object, World

SERVED = "security.openshift.io/v1"
ROLE_BINDING = Kind("rbac.authorization.k8s.io/v1", "RoleBinding")
FITTING = ("anyuid", "nonroot", "nonroot-v2", "privileged")
"""Constraints that let pods choose a user id outside the namespace's own range."""


async def constraints(world: World, subject: Subject) -> Outcome:
    """Whether Harbor's service accounts may use the user ids 10000 and 999.

    The chart sets both (goharbor/harbor-helm#874, #2380). Bindings are read where they can be:
    no right is asked for, because only OpenShift needs it.
    """
    if SERVED not in (await world.access.server()).api_versions:
        return Outcome("ok", "This is not OpenShift.")
    namespace = subject.preset.target.namespace
    accounts = sorted(
        {one.spec.get("serviceAccountName") or "default" for one in workloads(subject.manifest)}
    )
    try:
        bindings = (await world.objects.list(ROLE_BINDING, namespace)).items
    except Forbidden:
        bindings = ()
    lacking = [name for name in accounts if not _bound(bindings, namespace, name)]
    if not lacking:
        return Outcome("ok", f"Harbor's service accounts in {namespace} may choose user ids.")
    commands = " and ".join(
        f"`oc adm policy add-scc-to-user anyuid -z {name} -n {namespace}`" for name in lacking
    )
    return Outcome(
        "warn",
        f"On OpenShift, no binding in {namespace} lets {', '.join(lacking)} choose user ids.",
        "Harbor's pods run as the users 10000 and 999; the constraint `restricted` refuses them.",
        f"Let an administrator run {commands}.",
    )


def _bound(bindings: Sequence[Object], namespace: str, account: str) -> bool:
    """Whether a binding grants one of the fitting constraints, as `oc adm policy` writes it."""
    roles = {f"system:openshift:scc:{name}" for name in FITTING}
    groups = {"system:serviceaccounts", f"system:serviceaccounts:{namespace}"}
    return any(
        (subject["kind"] == "ServiceAccount" and subject["name"] == account)
        or (subject["kind"] == "Group" and subject["name"] in groups)
        for binding in bindings
        if binding["roleRef"]["name"] in roles
        for subject in binding.get("subjects") or ()
    )


CHECKS = (
    Check(
        "openshift.constraints",
        "OpenShift security constraints",
        ("target", "harbor.values"),
        constraints,
        rendered=True,
    ),
)
