"""The target's namespace: Pod Security, network policies, quotas, limits, OpenShift."""

from typing import Any

import pytest

from tests.unit.checks.conftest import NAMESPACE, Given, claim, deployment, thing
from wizard.ports import Object, Ref, Server
from wizard.steps.inputs import SECRET

CHART_CONTEXT = {
    "privileged": False,
    "allowPrivilegeEscalation": False,
    "seccompProfile": {"type": "RuntimeDefault"},
    "runAsNonRoot": True,
    "capabilities": {"drop": ["ALL"]},
}
"""The chart's default containerSecurityContext (values.yaml, 1.19.2)."""

CORE = deployment(securityContext=CHART_CONTEXT)


async def test_a_missing_namespace_is_normal(given: Given) -> None:
    assert (await given.ask("namespace.exists")).state == "ok"
    assert (await given.ask("namespace.pod-security", manifest=[CORE])).state == "ok"
    assert (await given.ask("namespace.network-policies", manifest=[CORE])).state == "ok"
    assert (await given.ask("quota.quotas", manifest=[CORE])).state == "ok"
    assert (await given.ask("quota.limits", manifest=[CORE])).state == "ok"


async def test_a_namespace_that_is_being_deleted_fails(given: Given) -> None:
    given(thing("v1/Namespace", "harbor", deletionTimestamp="2026-11-23T21:30:00Z"))
    assert (await given.ask("namespace.exists")).state == "fail"


async def test_what_holds_a_namespace_that_is_being_deleted_is_named(given: Given) -> None:
    remaining = "Some content in the namespace has finalizers remaining: example.com/keep in 1 x"
    condition = {"type": "NamespaceFinalizersRemaining", "status": "True", "message": remaining}
    going = thing("v1/Namespace", "harbor", deletionTimestamp="2026-11-23T21:30:00Z")
    going["metadata"]["finalizers"] = ["example.com/own"]
    given(going | {"status": {"phase": "Terminating", "conditions": [condition]}})
    outcome = await given.ask("namespace.exists")
    assert "finalizer example.com/own" in outcome.fact
    assert "example.com/keep in 1 x" in outcome.fact


def secured(level: str) -> Object:
    return thing("v1/Namespace", "harbor", labels={"pod-security.kubernetes.io/enforce": level})


@pytest.mark.parametrize(
    ("level", "spec", "told"),
    [
        ("restricted", {"securityContext": CHART_CONTEXT}, ""),
        ("restricted", {}, "capabilities are not dropped"),
        ("restricted", {"securityContext": CHART_CONTEXT | {"runAsUser": 0}}, "runs as root"),
        ("restricted", {"securityContext": CHART_CONTEXT, "hostNetwork": True}, "hostNetwork"),
        ("baseline", {}, ""),
        ("baseline", {"securityContext": {"privileged": True}}, "privileged"),
        ("baseline", {"volumes": [{"name": "d", "hostPath": {"path": "/d"}}]}, "hostPath volume"),
        ("privileged", {"hostNetwork": True}, ""),
    ],
)
async def test_pod_security(given: Given, level: str, spec: dict[str, Any], told: str) -> None:
    given(secured(level))
    outcome = await given.ask("namespace.pod-security", manifest=[deployment(**spec)])
    assert outcome.state == ("fail" if told else "ok")
    assert told in outcome.fact


def policy(name: str, **spec: Any) -> Object:
    return thing("networking.k8s.io/v1/NetworkPolicy", name, "harbor", spec=spec)


DENY = policy("deny", podSelector={}, policyTypes=["Ingress", "Egress"])
ALLOW = {"podSelector": {"matchLabels": {"app": "harbor"}}, "ingress": [{}], "egress": [{}]}


async def test_default_deny_warns_unless_harbor_is_let_out_and_in(given: Given) -> None:
    given(NAMESPACE, DENY)
    outcome = await given.ask("namespace.network-policies", manifest=[CORE])
    assert outcome.state == "warn"
    assert "Ingress by deny, Egress by deny" in outcome.fact
    given(policy("allow", **ALLOW))
    assert (await given.ask("namespace.network-policies", manifest=[CORE])).state == "ok"


async def test_policies_for_other_pods_do_not_matter(given: Given) -> None:
    given(NAMESPACE, policy("web", podSelector={"matchLabels": {"app": "web"}}))
    assert (await given.ask("namespace.network-policies", manifest=[CORE])).state == "ok"


def quota(used: dict[str, str] | None = None, **hard: str) -> Object:
    named = {name.replace("__", "/").replace("_", "."): amount for name, amount in hard.items()}
    status = {"used": used or {}}
    return thing("v1/ResourceQuota", "team", "harbor", spec={"hard": named}, status=status)


@pytest.mark.parametrize(
    ("limits", "told"),
    [
        (quota(pods="2", requests_cpu="1", persistentvolumeclaims="1", requests_storage="5Gi"), ""),
        (quota(pods="1"), "team has 1 of pods left, of which Harbor takes 2"),
        (quota({"pods": "4"}, pods="5"), "team has 1 of pods left"),
        (quota(requests_memory="1Gi"), "requests.memory left, of which Harbor takes 2.0 GiB"),
        (quota(cpu="500m"), "0.5 of cpu left"),
        (quota(requests_storage="4Gi"), "4.0 GiB of requests.storage left"),
        (quota(secrets="1"), "of secrets left, of which Harbor takes 2"),
        (quota(count__deployments_apps="0"), "of count/deployments.apps left"),
        (quota(limits_cpu="10"), "every container must name limits.cpu, but harbor-core do not"),
        (quota(services="0", services_loadbalancers="0"), ""),
    ],
)
async def test_quotas(given: Given, limits: Object, told: str) -> None:
    given(NAMESPACE, limits)
    manifest = [deployment(replicas=2), claim()]
    owned = [Ref(SECRET, "harbor", name) for name in ("one", "two")]
    outcome = await given.ask("quota.quotas", manifest=manifest, owned=owned)
    assert outcome.state == ("fail" if told else "ok"), outcome.fact
    assert told in outcome.fact


async def test_a_limit_range_fills_in_what_a_quota_wants_named(given: Given) -> None:
    defaults = [{"type": "Container", "default": {"cpu": "1"}}]
    given(NAMESPACE, quota(limits_cpu="10"))
    given(thing("v1/LimitRange", "defaults", "harbor", spec={"limits": defaults}))
    assert (await given.ask("quota.quotas", manifest=[CORE])).state == "ok"


async def test_quotas_that_harbor_runs_in_already_or_that_count_some_pods(given: Given) -> None:
    pod = thing("v1/Pod", "core", "harbor", labels={"release": "harbor"}, spec={"containers": []})
    given(NAMESPACE, quota(pods="0"), pod)
    assert (await given.ask("quota.quotas", manifest=[CORE])).state == "ok"


async def test_quotas_by_scope_are_left_alone(given: Given) -> None:
    scoped = quota(pods="0")
    scoped["spec"]["scopes"] = ["BestEffort"]
    given(NAMESPACE, scoped)
    assert (await given.ask("quota.quotas", manifest=[CORE])).state == "ok"


@pytest.mark.parametrize(
    ("limit", "told"),
    [
        ({"type": "Container", "max": {"memory": "2Gi"}}, ""),
        ({"type": "Container", "max": {"memory": "512Mi"}}, "harbor-core/core with 1.0 GiB memory"),
        ({"type": "Container", "min": {"cpu": "1"}}, "at least 1)"),
        ({"type": "Pod", "max": {"cpu": "100m"}}, "harbor-core with 0.5 cpu"),
        ({"type": "PersistentVolumeClaim", "max": {"storage": "1Gi"}}, "claim harbor-registry"),
    ],
)
async def test_limit_ranges(given: Given, limit: dict[str, Any], told: str) -> None:
    given(NAMESPACE, thing("v1/LimitRange", "limits", "harbor", spec={"limits": [limit]}))
    outcome = await given.ask("quota.limits", manifest=[deployment(), claim()])
    assert outcome.state == ("fail" if told else "ok")
    assert told in outcome.fact


def binding(role: str, **subject: str) -> Object:
    return thing(
        "rbac.authorization.k8s.io/v1/RoleBinding",
        "binding",
        "harbor",
        roleRef={"kind": "ClusterRole", "name": role},
        subjects=[subject],
    )


ACCOUNT = {"kind": "ServiceAccount", "name": "default", "namespace": "harbor"}


@pytest.mark.parametrize(
    ("bound", "state"),
    [
        (None, "warn"),
        (binding("system:openshift:scc:anyuid", **ACCOUNT), "ok"),
        (binding("view", **ACCOUNT), "warn"),
        (binding("system:openshift:scc:anyuid", kind="ServiceAccount", name="other"), "warn"),
    ],
)
async def test_openshift(given: Given, bound: Object | None, state: str) -> None:
    apis = frozenset({"security.openshift.io/v1"})
    given.server = Server("test", "https://10.0.0.1", "v1.34.4", 0.0, "jane", apis)
    given(NAMESPACE, *([bound] if bound else ()))
    outcome = await given.ask("openshift.constraints", manifest=[CORE])
    assert outcome.state == state
    assert ("-z default -n harbor" in outcome.fix) == (state == "warn")


async def test_other_clusters_have_no_constraints(given: Given) -> None:
    assert (await given.ask("openshift.constraints", manifest=[CORE])).state == "ok"
