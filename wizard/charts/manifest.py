"""What is known of a release's objects without a cluster: how Helm marks them, what they take."""

from collections.abc import Iterable, Sequence

from wizard.ports import Kind, NeededRight, Object, Right

_VERBS = {
    "get": "Helm and the plan compare the release's objects with what is there",
    "create": "Helm creates the release's objects",
    "patch": "Helm changes the release's objects; the plan tries that in a dry run",
    "delete": "Helm removes what a newer revision of the release no longer has",
}
"""What Helm 4.3.1 does with each object, as the API server's audit log shows it. A server-side
apply is a patch, and takes the right to create as well where the object does not exist yet.
"""

_STORE = {
    "get": "Helm reads the revisions of the release, which it keeps in Secrets",
    "list": "Helm looks for revisions of the release",
    "create": "Helm keeps every revision of the release in a Secret",
    "update": "Helm notes in a revision's Secret how it went",
    "delete": "Helm keeps ten revisions of the release and removes older ones",
}


_GIVEN_ON = "the release brings roles for its programs, which may do what this identity may not"


_IN_NAMESPACES = {
    "ConfigMap",
    "Deployment",
    "PersistentVolumeClaim",
    "PodDisruptionBudget",
    "Role",
    "RoleBinding",
    "Secret",
    "Service",
    "ServiceAccount",
}
"""Kinds of which a chart may leave it to Helm to name the namespace."""


def owned(objects: Iterable[Object], release: str, namespace: str) -> list[Object]:
    """The objects with the marks that Helm puts on them on the way to the cluster, and in the
    release's namespace where they name none.

    A revision stores them without (measured with Helm 4.3.1), so anything that is compared with
    the cluster needs them.
    """
    labels = {"app.kubernetes.io/managed-by": "Helm"}
    annotations = {
        "meta.helm.sh/release-name": release,
        "meta.helm.sh/release-namespace": namespace,
    }
    return [_marked(_placed(obj, namespace), labels, annotations) for obj in objects]


def _placed(obj: Object, namespace: str) -> Object:
    if obj["kind"] not in _IN_NAMESPACES or _namespace(obj):
        return obj
    return {**obj, "metadata": {**obj["metadata"], "namespace": namespace}}


def _marked(obj: Object, labels: dict[str, str], annotations: dict[str, str]) -> Object:
    metadata = obj["metadata"]
    marks = {
        "labels": {**(metadata.get("labels") or {}), **labels},
        "annotations": {**(metadata.get("annotations") or {}), **annotations},
    }
    return {**obj, "metadata": {**metadata, **marks}}


def rights(objects: Sequence[Object], namespace: str) -> Sequence[NeededRight]:
    """The rights that installing and upgrading a release takes, with a reason each.

    `namespace` is the release's. An object without a namespace counts as one of the cluster.
    """
    taken = {
        Right(verb, kind.group, plural(kind), place): reason
        for obj in objects
        for kind, place in [(Kind(obj["apiVersion"], obj["kind"]), _namespace(obj))]
        for verb, reason in _VERBS.items()
        if verb != "delete" or not kept(obj)
    }
    taken |= {right: _GIVEN_ON for obj in objects for right in _given_on(obj)}
    for verb, reason in _STORE.items():
        taken.setdefault(Right(verb, "", "secrets", namespace), reason)
    return [NeededRight(right, taken[right]) for right in sorted(taken)]


def _given_on(obj: Object) -> Iterable[Right]:
    """The rights to give others what one need not have oneself: to make roles, and to bind them
    (https://kubernetes.io/docs/reference/access-authn-authz/rbac/#privilege-escalation-prevention-and-bootstrapping).
    """
    group, kind = Kind(obj["apiVersion"], "").group, obj["kind"]
    if group != "rbac.authorization.k8s.io":
        return
    if kind in {"Role", "ClusterRole"}:
        yield Right("escalate", group, plural(Kind("", kind)), _namespace(obj))
    else:
        yield Right("bind", group, plural(Kind("", obj["roleRef"]["kind"])), _namespace(obj))


def _namespace(obj: Object) -> str:
    namespace: str = obj["metadata"].get("namespace", "")
    return namespace


def kept(obj: Object) -> bool:
    """Whether Helm never deletes it, as the claims of registry and jobservice."""
    annotations = obj["metadata"].get("annotations") or {}
    return annotations.get("helm.sh/resource-policy") == "keep"


def plural(kind: Kind) -> str:
    """The resource of a kind, by the rule that Kubernetes itself follows where it has to guess
    (apimachinery's UnsafeGuessKindToResource); true of every kind in the charts in use.
    """
    name = kind.name.lower()
    if name.endswith("s"):
        return f"{name}es"
    if name.endswith("y"):
        return f"{name.removesuffix('y')}ies"
    return f"{name}s"
