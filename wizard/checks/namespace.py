"""What the target's namespace lets pods be and do: Pod Security, network policies."""

from collections.abc import Mapping, Sequence
from typing import Any

from wizard.checks.base import Check, Outcome, Subject, getting_namespace, listing_in_target
from wizard.checks.choices import NAMESPACE
from wizard.checks.labels import selected
from wizard.checks.workloads import containers, workloads
from wizard.ports import Kind, Object, Ref, World
from wizard.text import plain

NETWORK_POLICY = Kind("networking.k8s.io/v1", "NetworkPolicy")
ENFORCED = "pod-security.kubernetes.io/enforce"


async def exists(world: World, subject: Subject) -> Outcome:
    """Whether the namespace is there, or can be made."""
    name = subject.preset.target.namespace
    namespace = await world.objects.get(Ref(NAMESPACE, "", name))
    if namespace is None:
        return Outcome("ok", f"The namespace {name} does not exist yet; it will be created.")
    if namespace["metadata"].get("deletionTimestamp"):
        return Outcome(
            "fail",
            f"The namespace {name} is being deleted{_held(namespace)}.",
            "Nothing can be created in it any more.",
            f"Wait until it is gone. Where it never goes, see what holds it: "
            f"`kubectl get namespace {name} -o jsonpath='{{.status.conditions}}'`.",
        )
    return Outcome("ok", f"The namespace {name} exists.")


def _held(namespace: Object) -> str:
    """What a namespace still waits for before it goes, as its own controller tells it."""
    conditions = (namespace.get("status") or {}).get("conditions") or ()
    told = [one.get("message", "") for one in conditions if one.get("status") == "True"]
    finalizers = namespace["metadata"].get("finalizers") or ()
    held = [*(f"finalizer {one}" for one in finalizers), *(one.rstrip(".") for one in told if one)]
    return plain(f"; it waits for: {'; '.join(held)}") if held else ""


async def enforced_level(world: World, name: str) -> str:
    """The Pod Security level that a namespace enforces; "privileged" forbids nothing."""
    namespace = await world.objects.get(Ref(NAMESPACE, "", name))
    labels = (namespace or {}).get("metadata", {}).get("labels") or {}
    return str(labels.get(ENFORCED, "privileged"))


async def pod_security(world: World, subject: Subject) -> Outcome:
    """Whether the namespace's Pod Security level lets Harbor's pods run."""
    name = subject.preset.target.namespace
    level = await enforced_level(world, name)
    if level not in {"baseline", "restricted"}:
        return Outcome("ok", f"The namespace {name} enforces no Pod Security level.")
    violations = [
        f"{workload.name}: {', '.join(found)}"
        for workload in workloads(subject.manifest)
        if (found := _violations(workload.spec, level))
    ]
    if not violations:
        return Outcome("ok", f"Harbor's pods fit the Pod Security level {level} of {name}.")
    return Outcome(
        "fail",
        f"Pods do not fit the Pod Security level {level} of {name}: {'; '.join(violations)}.",
        "The API server would refuse these pods; their Deployments would stay without any.",
        f"Correct the securityContext in harbor.values, or relax the namespace's label {ENFORCED}.",
    )


def _violations(spec: Mapping[str, Any], level: str) -> list[str]:
    """Where a pod breaks the Pod Security Standards, as far as charts can
    (https://kubernetes.io/docs/concepts/security/pod-security-standards/).
    """
    found = {field for field in ("hostNetwork", "hostPID", "hostIPC") if spec.get(field)}
    if any("hostPath" in volume for volume in spec.get("volumes") or ()):
        found.add("hostPath volume")
    for container in containers(spec):
        context = container.get("securityContext") or {}
        if context.get("privileged"):
            found.add("privileged")
        if any(port.get("hostPort") for port in container.get("ports") or ()):
            found.add("hostPort")
        if level == "restricted":
            found |= _restricted({**(spec.get("securityContext") or {}), **context})
    return sorted(found)


def _restricted(context: Mapping[str, Any]) -> set[str]:
    """What a container lacks for the level restricted; its own context comes before the pod's."""
    seccomp = (context.get("seccompProfile") or {}).get("type")
    wanted = {
        "allowPrivilegeEscalation is not false": context.get("allowPrivilegeEscalation") is False,
        "capabilities are not dropped": "ALL"
        in ((context.get("capabilities") or {}).get("drop") or ()),
        "runAsNonRoot is not true": context.get("runAsNonRoot") is True,
        "runs as root": context.get("runAsUser") != 0,
        "no seccompProfile": seccomp in {"RuntimeDefault", "Localhost"},
    }
    return {text for text, good in wanted.items() if not good}


async def network_policies(world: World, subject: Subject) -> Outcome:
    """Whether policies that deny by default cut Harbor's pods off."""
    name = subject.preset.target.namespace
    policies = (await world.objects.list(NETWORK_POLICY, name)).items
    closed = [
        f"{side} by {policy['metadata']['name']}"
        for side in ("Ingress", "Egress")
        for policy in policies
        if _denies_all(policy, side) and not _opened(policies, side, subject)
    ]
    if not closed:
        return Outcome("ok", f"No network policy in {name} denies Harbor's pods everything.")
    return Outcome(
        "warn",
        f"Network policies in {name} deny by default: {', '.join(closed)}.",
        "Harbor's pods must reach each other, DNS and what is external, and be reached by the "
        "ingress controller.",
        "Add a policy for the pods labelled app=harbor that allows this.",
    )


def _denies_all(policy: Object, side: str) -> bool:
    spec = policy["spec"]
    everyone = not any((spec.get("podSelector") or {}).values())
    sides = spec.get("policyTypes") or ["Ingress", *(["Egress"] if "egress" in spec else ())]
    return everyone and side in sides and not spec.get(side.lower())


def _opened(policies: Sequence[Object], side: str, subject: Subject) -> bool:
    """Whether every pod of Harbor is picked by some policy that allows something."""
    opening = [policy["spec"] for policy in policies if policy["spec"].get(side.lower())]
    pods = [workload.labels for workload in workloads(subject.manifest)]
    return bool(pods) and all(
        any(selected(spec.get("podSelector") or {}, labels) for spec in opening) for labels in pods
    )


CHECKS = (
    Check("namespace.exists", "Namespace", ("target",), exists, rights=getting_namespace),
    Check(
        "namespace.pod-security",
        "Pod Security",
        ("target", "harbor.values"),
        pod_security,
        rights=getting_namespace,
        rendered=True,
    ),
    Check(
        "namespace.network-policies",
        "Network policies",
        ("target",),
        network_policies,
        rights=listing_in_target("networking.k8s.io", "networkpolicies"),
        rendered=True,
    ),
)
