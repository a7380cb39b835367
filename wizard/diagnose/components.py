"""The components of a Harbor and what each needs, read from objects alone.

The labels are those of the Harbor chart (`release` and `component` on workloads, pods and
services, 1.13 to 1.19), so a Harbor that Argo CD or hands installed is recognised as well.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cache

from wizard.diagnose import asked, kinds
from wizard.diagnose.cluster_services import cert_manager_health, dns_health, service_of
from wizard.diagnose.fields import created, holds, labels, spec
from wizard.diagnose.finding import Finding
from wizard.diagnose.issuing import issuers_health, issuers_of, lasting, servers_health
from wizard.diagnose.readiness import Health, readiness
from wizard.diagnose.view import View
from wizard.diagnose.volumes import Fill, fill_of
from wizard.ports import Kind, Object


@dataclass(frozen=True, slots=True)
class Component:
    """One part of a Harbor: its title for people and the ids of the parts it cannot do without."""

    id: str
    title: str
    needs: tuple[str, ...] = ()


COMPONENTS = (
    Component("api", "Kubernetes API"),
    Component("nodes", "Nodes", ("api",)),
    Component("dns", "Cluster DNS", ("nodes",)),
    Component("storage", "Volumes", ("nodes",)),
    Component("vault", "Vault or OpenBao", ("api",)),
    Component("cert-manager", "cert-manager", ("nodes",)),
    Component("issuer", "Issuer", ("api", "vault", "cert-manager")),
    Component("certificate", "Certificate", ("api", "cert-manager", "issuer")),
    Component("database", "Database", ("storage",)),
    Component("redis", "Redis", ("storage",)),
    Component("registry", "Registry", ("dns", "storage", "redis")),
    Component("core", "Core", ("dns", "database", "redis")),
    Component("jobservice", "Job service", ("dns", "core", "redis", "storage")),
    Component("portal", "Portal", ("nodes",)),
    Component("trivy", "Trivy scanner", ("dns", "redis", "storage")),
    Component("exporter", "Metrics exporter", ("dns", "core")),
    Component("nginx", "Proxy", ("dns", "core", "portal")),
    Component("entry", "Ingress, route or service", ("nginx", "core", "portal", "registry")),
    Component("url", "URL from here", ("entry",)),
    Component("realm", "Token realm", ("url",)),
)
"""In the order of blame: what others need comes first."""

ASKED = {"url": kinds.URL, "realm": kinds.REALM}
"""What is not looked at in the cluster, but asked from this machine."""

_BY_ID = {component.id: component for component in COMPONENTS}


@dataclass(frozen=True, slots=True)
class ComponentState:
    """A component of one release now. `needs` names only components that this release has."""

    id: str
    title: str
    state: Health
    needs: tuple[str, ...]
    reason: str = ""
    volumes: tuple[Fill, ...] = ()
    """How full the volumes are that its pods mount, as far as that is known."""


@cache
def upstream(id_: str) -> frozenset[str]:
    """The ids of all that a component needs, directly or through others; not its own."""
    component = _BY_ID.get(id_)
    if component is None:
        return frozenset()
    return frozenset(component.needs).union(*(upstream(need) for need in component.needs))


def dragged_down(states: Sequence[ComponentState]) -> Mapping[str, Sequence[str]]:
    """What is to blame for the components that are not well: the titles of what they need and what
    has failed, by their ids; those that need nothing that has failed are not named.
    """
    failed = {state.id: state.title for state in states if state.state == "failed"}
    blamed = {
        state.id: [title for id_, title in failed.items() if id_ in upstream(state.id)]
        for state in states
        if state.state in {"waiting", "failed"} or (state.state == "unknown" and state.id in ASKED)
    }
    return {id_: titles for id_, titles in blamed.items() if titles}


def rank(id_: str) -> int:
    """The component's place in the order of blame; unknown ones come last."""
    return list(_BY_ID).index(id_) if id_ in _BY_ID else len(_BY_ID)


_OF_KIND = {
    kinds.NODE: "nodes",
    kinds.STORAGE_CLASS: "storage",
    **dict.fromkeys(kinds.ENTRIES, "entry"),
    **dict.fromkeys(kinds.ISSUING, "certificate"),
    **dict.fromkeys((kinds.ISSUER, kinds.CLUSTER_ISSUER), "issuer"),
    **{kind: id_ for id_, kind in ASKED.items()},
}


def component_of(view: View, obj: Object) -> str:
    """The id of the component that an object belongs to; empty where it is none of Harbor's.

    A claim belongs to the component whose pods mount it.
    """
    kind = obj["kind"]
    if fixed := _OF_KIND.get(Kind(obj["apiVersion"], kind)):
        return fixed
    if kind == kinds.SERVICE.name:
        named = (spec(obj).get("selector") or {}).get("component", "")
        return "entry" if named == "nginx" else _known(named)
    if kind in {kinds.CLAIM.name, kinds.VOLUME_USE.name}:
        users = view.pods_with_claim(obj)
        return _known(labels(users[0] if users else obj).get("component", "")) or "storage"
    known = _known(labels(obj).get("component", ""))
    return known or (service_of(view, obj) if kind == kinds.DEPLOYMENT.name else "")


_LABELLED = frozenset(
    ("database", "redis", "registry", "core", "jobservice", "portal", "trivy", "exporter", "nginx")
)
"""The components that the chart's label `component` names."""


def _known(id_: str) -> str:
    return id_ if id_ in _LABELLED else ""


def components(
    view: View, namespace: str, release: str, findings: Iterable[Finding] = ()
) -> Sequence[ComponentState]:
    """The components that a release has, in the order of blame.

    A component is `failed` where one of its objects is, or where a finding that nothing else
    explains says so; `unknown` where its kinds could not be looked at.
    """
    issuers = {str(ref) for ref in issuers_of(objects_of(view, "certificate", namespace, release))}
    blamed = {
        finding.component: finding.title
        for finding in findings
        if finding.severity == "fail"
        and finding.suppressed_by is None
        and (finding.component != "issuer" or finding.object in issuers)
    }
    judged = [
        (component, judgement)
        for component in COMPONENTS
        if (judgement := _judge(view, component.id, namespace, release)) is not None
    ]
    present = {component.id for component, _ in judged}
    volumes = _volumes(view, release)
    return tuple(
        ComponentState(
            id=component.id,
            title=component.title,
            state="failed" if component.id in blamed else state,
            needs=tuple(need for need in component.needs if need in present),
            reason=blamed.get(component.id, reason),
            volumes=tuple(volumes.get(component.id, ())),
        )
        for component, (state, reason) in judged
    )


def _volumes(view: View, release: str) -> Mapping[str, Sequence[Fill]]:
    """How full volumes are, by the component whose pods mount them."""
    found: dict[str, list[Fill]] = {}
    for use in view.all(kinds.VOLUME_USE):
        users = view.pods_with_claim(use)
        if any(labels(pod).get("release") == release for pod in users):
            found.setdefault(component_of(view, use), []).append(fill_of(use))
    return found


_OF_OTHER_KINDS: Mapping[str, Sequence[Kind]] = {
    "storage": (kinds.CLAIM,),
    "certificate": (kinds.CERTIFICATE,),
    "entry": (*kinds.ENTRIES, kinds.SERVICE),
}
"""What components consist of that are no workloads."""


def _judge(view: View, id_: str, namespace: str, release: str) -> tuple[Health, str] | None:
    """State and reason of one component; None where the release has no such component."""
    if id_ == "api":
        read = view.collections.keys() - kinds.OWN - {kinds.VOLUME_USE}
        return ("ok", "") if read else ("unknown", "nothing could be read")
    if id_ in _AROUND:
        return _AROUND[id_](view)
    if id_ in ASKED:
        return asked.health(view, ASKED[id_])
    if id_ in {"vault", "issuer"}:
        issuers = issuers_of(objects_of(view, "certificate", namespace, release))
        return (issuers_health if id_ == "issuer" else servers_health)(view, issuers)
    objects = objects_of(view, id_, namespace, release)
    if objects:
        judged = _worst(objects)
        return lasting(view, objects) if (id_, judged[0]) == ("certificate", "ok") else judged
    unread = view.not_checked.keys() - view.unserved
    unseen = [view.not_checked[kind] for kind in _kinds(id_) if kind in unread]
    return ("unknown", unseen[0]) if unseen else None


def _kinds(id_: str) -> Sequence[Kind]:
    return _OF_OTHER_KINDS.get(id_, kinds.WORKLOADS)


def objects_of(view: View, id_: str, namespace: str, release: str) -> list[Object]:
    """What a component of a release consists of."""
    objects: list[Object] = []
    for kind in _kinds(id_):
        if id_ in _OF_OTHER_KINDS:
            here = (o for o in view.all(kind) if o["metadata"].get("namespace") == namespace)
            objects += (obj for obj in here if _belongs(view, obj, id_, release))
        else:
            objects += view.of_component(kind, namespace, release, id_)
    return objects


def _belongs(view: View, obj: Object, id_: str, release: str) -> bool:
    """The chart labels everything but routes with its release."""
    told = labels(obj).get("release")
    if told != release and not (told is None and obj["kind"] == kinds.HTTP_ROUTE.name):
        return False
    return id_ == "storage" or component_of(view, obj) == id_


def _worst(objects: Iterable[Object]) -> tuple[Health, str]:
    pending = [(obj, found) for obj in objects if not (found := readiness(obj)).ready]
    if not pending:
        return "ok", ""
    obj, found = min(pending, key=lambda one: one[1].state != "failed")
    told = f"{obj['kind']} {obj['metadata']['name']}: {found.reason}"
    return ("failed" if found.state == "failed" else "waiting"), told


def _nodes(view: View) -> tuple[Health, str]:
    nodes = list(view.all(kinds.NODE))
    if not nodes:
        return "unknown", view.not_checked.get(kinds.NODE, "nodes were not looked at")
    ready = sum(holds(node, "Ready") for node in nodes)
    told = f"{ready} of {len(nodes)} nodes ready"
    return ("ok" if ready == len(nodes) else "waiting" if ready else "failed"), told


_AROUND: Mapping[str, Callable[[View], tuple[Health, str] | None]] = {
    "nodes": _nodes,
    "dns": dns_health,
    "cert-manager": cert_manager_health,
}
"""What is judged by itself, whatever the release."""


def needs_ready_since(view: View, pod: Object) -> datetime | None:
    """Since when all components have been ready that the pod's component needs directly.

    None while one of them is not ready. Components that the release does not have (an external
    database, for instance) do not count; where none counts, it is the pod's creation.
    """
    namespace = pod["metadata"].get("namespace", "")
    release = labels(pod).get("release", "")
    component = _BY_ID.get(labels(pod).get("component", ""))
    latest = created(pod)
    for need in component.needs if component else ():
        if not view.of_component(kinds.POD, namespace, release, need):
            continue
        since = view.ready_since(namespace, release, need)
        if since is None:
            return None
        latest = max(latest, since) if latest else since
    return latest
