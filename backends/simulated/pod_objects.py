"""The objects that controllers make of a workload: ReplicaSets, pods, claims, and its status."""

import hashlib
import json
from collections.abc import Sequence
from typing import Any

from wizard.ports import Object


def template_hash(workload: Object) -> str:
    """A short hash that changes with the workload's pods."""
    text = json.dumps(workload["spec"]["template"], sort_keys=True)
    return hashlib.sha256(text.encode()).hexdigest()[:10]


def _labels(workload: Object) -> dict[str, str]:
    """The labels of a workload's pods."""
    metadata = workload["spec"]["template"].get("metadata", {})
    labels: dict[str, str] = metadata.get("labels", {})
    return labels


def component(workload: Object) -> str:
    """The component that a workload belongs to by its pods' labels; empty where unknown."""
    labels = _labels(workload)
    return str(labels.get("app.kubernetes.io/component", labels.get("component", "")))


def owned_by(owner: Object) -> list[Object]:
    """The owner reference to a controller."""
    metadata = owner["metadata"]
    reference = {
        "apiVersion": owner["apiVersion"],
        "kind": owner["kind"],
        "name": metadata["name"],
        "uid": metadata["uid"],
        "controller": True,
        "blockOwnerDeletion": True,
    }
    return [reference]


def _part(owner: Object, kind: str, api_version: str, name: str, **rest: Any) -> Object:
    metadata = {
        "name": name,
        "namespace": owner["metadata"]["namespace"],
        "ownerReferences": owned_by(owner),
        "labels": dict(_labels(owner)),
    }
    return {"apiVersion": api_version, "kind": kind, "metadata": metadata, **rest}


def replica_set(deployment: Object) -> Object:
    """The ReplicaSet of a Deployment's present template."""
    digest = template_hash(deployment)
    spec = {name: deployment["spec"][name] for name in ("replicas", "selector", "template")}
    name = f"{deployment['metadata']['name']}-{digest}"
    made = _part(deployment, "ReplicaSet", "apps/v1", name, spec=spec)
    made["metadata"]["labels"]["pod-template-hash"] = digest
    return made


def pods(owner: Object) -> list[Object]:
    """The pods of a ReplicaSet or a StatefulSet, in their order."""
    count = owner["spec"].get("replicas", 1)
    return [_pod(owner, number) for number in range(count)]


def _pod(owner: Object, number: int) -> Object:
    """A pod; one of a StatefulSet mounts the claims of the set's templates."""
    name, digest = owner["metadata"]["name"], template_hash(owner)
    spec = dict(owner["spec"]["template"]["spec"])
    stateful = owner["kind"] == "StatefulSet"
    suffix = hashlib.sha256(f"{name}{digest}{number}".encode()).hexdigest()[:5]
    full = f"{name}-{number if stateful else suffix}"
    if stateful:
        mounted = [
            {"name": volume, "persistentVolumeClaim": {"claimName": f"{volume}-{full}"}}
            for volume in (claim["metadata"]["name"] for claim in _templates(owner))
        ]
        spec["volumes"] = [*spec.get("volumes", []), *mounted]
    pod = _part(owner, "Pod", "v1", full, spec=spec, status={"phase": "Pending"})
    key = "controller-revision-hash" if stateful else "pod-template-hash"
    pod["metadata"]["labels"][key] = _revision(owner) if stateful else digest
    return pod


def _revision(stateful_set: Object) -> str:
    """The name of the ControllerRevision of the present template."""
    return f"{stateful_set['metadata']['name']}-{template_hash(stateful_set)}"


def _templates(owner: Object) -> Sequence[Object]:
    templates: Sequence[Object] = owner["spec"].get("volumeClaimTemplates", [])
    return templates


def claims(stateful_set: Object) -> list[Object]:
    """The claims that a StatefulSet makes for its pods. They belong to nobody."""
    name, made = stateful_set["metadata"]["name"], []
    for number in range(stateful_set["spec"].get("replicas", 1)):
        for template in _templates(stateful_set):
            metadata = {
                "name": f"{template['metadata']['name']}-{name}-{number}",
                "namespace": stateful_set["metadata"]["namespace"],
                "labels": template["metadata"].get("labels", {}),
            }
            claim = {"apiVersion": "v1", "kind": "PersistentVolumeClaim", "metadata": metadata}
            made.append(claim | {"spec": template["spec"], "status": {"phase": "Pending"}})
    return made


def is_ready(pod: Object) -> bool:
    """Whether a pod's condition Ready holds."""
    conditions = pod.get("status", {}).get("conditions", [])
    return any(c["type"] == "Ready" and c["status"] == "True" for c in conditions)


def is_up(workload: Object) -> bool:
    """Whether a workload wants pods and as many as it wants are ready."""
    wanted = workload["spec"].get("replicas", 1)
    ready = workload.get("status", {}).get("readyReplicas", 0)
    return bool(wanted) and ready >= wanted


def status_of(workload: Object, members: Sequence[Object], now: str) -> Object:
    """The status that the workload's controller writes for its pods."""
    wanted = workload["spec"].get("replicas", 1)
    ready = sum(is_ready(pod) for pod in members)
    status: Object = {
        "observedGeneration": workload["metadata"]["generation"],
        "replicas": len(members),
        "readyReplicas": ready,
        "availableReplicas": ready,
        "updatedReplicas": len(members),
    }
    if workload["kind"] == "StatefulSet":
        revision = _revision(workload)
        revisions = {"currentRevision": revision, "updateRevision": revision}
        return status | revisions | {"currentReplicas": len(members)}
    if workload["kind"] == "ReplicaSet":
        status.pop("updatedReplicas")
        return status | {"fullyLabeledReplicas": len(members)}
    up = ready >= wanted
    progress = "NewReplicaSetAvailable" if up else "ReplicaSetUpdated"
    available = "MinimumReplicasAvailable" if up else "MinimumReplicasUnavailable"
    status["unavailableReplicas"] = max(wanted - ready, 0)
    status["conditions"] = [
        {"type": "Progressing", "status": "True", "reason": progress, "lastUpdateTime": now},
        {"type": "Available", "status": str(up), "reason": available, "lastUpdateTime": now},
    ]
    return status
