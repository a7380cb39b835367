"""What a namespace holds, before and after a run, in the words of a plan."""

from __future__ import annotations

import json
from collections.abc import Mapping

from tests.cluster.kube import CORE, Kube, Object

APPS = "apps/v1"

KINDS = {
    "": {
        "configmaps": "ConfigMap",
        "persistentvolumeclaims": "PersistentVolumeClaim",
        "secrets": "Secret",
        "services": "Service",
    },
    APPS: {"deployments": "Deployment", "statefulsets": "StatefulSet"},
    "networking.k8s.io/v1": {"ingresses": "Ingress"},
}


def _counts(obj: Object) -> bool:
    labels = obj["metadata"].get("labels") or {}
    return obj.get("type") != "helm.sh/release.v1" and (
        "harbor-wizard/preset" in labels or labels.get("app.kubernetes.io/managed-by") == "Helm"
    )


def _content(obj: Object) -> str:
    kept = {key: value for key, value in obj.items() if key not in ("metadata", "status")}
    meta = obj["metadata"]
    notes = {
        key: text
        for key, text in (meta.get("annotations") or {}).items()
        if key != "deployment.kubernetes.io/revision"
    }
    return json.dumps([kept, notes, meta.get("labels")], sort_keys=True)


Snapshot = Mapping[str, tuple[str, str]]
"""{"Deployment NAMESPACE/NAME": (UID, content)}"""


def snapshot(admin: Kube, namespace: str) -> Snapshot:
    """What a namespace holds.

    Left out: what controllers made, revisions of Helm, and all that is not desired state.
    """
    found = {}
    for group, resources in KINDS.items():
        root = f"/apis/{group}" if group else CORE
        for resource, kind in resources.items():
            for one in admin.items(f"{root}/namespaces/{namespace}/{resource}"):
                if _counts(one):
                    name = f"{kind} {namespace}/{one['metadata']['name']}"
                    found[name] = (one["metadata"]["uid"], _content(one))
    return found


def differences(before: Snapshot, after: Snapshot) -> set[tuple[str, str]]:
    """What became of objects, in a plan's words: {("update", "Deployment NAMESPACE/NAME")}."""
    gone = {("delete", name) for name in before if name not in after}
    new = {("create", name) for name in after if name not in before}
    kept = [name for name in after if name in before and after[name] != before[name]]
    replaced = {n: "update" if after[n][0] == before[n][0] else "replace" for n in kept}
    return gone | new | {(action, name) for name, action in replaced.items()}


def planned(plan: Object) -> set[tuple[str, str]]:
    """What a plan says becomes of objects; Helm's release is none of the API server's."""
    return {
        (change["action"], change["object"])
        for step in plan["steps"]
        for change in step["changes"]
        if not change["object"].startswith("Release ")
    }
