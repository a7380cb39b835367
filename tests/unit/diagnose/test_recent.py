"""What changed in the last hour, told from objects; never what is in them."""

from typing import Any

from tests.unit.diagnose import world
from wizard.diagnose.kinds import (
    CERTIFICATE,
    CERTIFICATE_REQUEST,
    CONFIG_MAP,
    REPLICA_SET,
    SECRET,
)
from wizard.diagnose.recent import recent
from wizard.ports import Object

OLD = 90_000.0


def told(*objects: Object) -> list[str]:
    """What changed, without its times."""
    return [f"{one.object}: {one.text}" for one in recent(world.view(*objects))]


def replicas(owner: Object, revision: int, image: str, age: float) -> Object:
    notes = {"annotations": {"deployment.kubernetes.io/revision": str(revision)}}
    spec = {"template": {"spec": {"containers": [{"name": "core", "image": image}]}}}
    made = world.made(REPLICA_SET, f"harbor-core-{revision}", age, spec=spec, metadata=notes)
    return world.owned(made, owner)


def old(obj: Object) -> Object:
    obj["metadata"]["creationTimestamp"] = world.ago(OLD)
    return obj


def test_a_new_revision_names_the_images_that_are_others() -> None:
    core = old(world.deployment("core"))
    first, second = replicas(core, 9, "core:1", OLD), replicas(core, 10, "core:2", 60)
    assert told(core, second, first) == [
        "Deployment harbor/harbor-core: new revision 10: core core:1 → core:2"
    ]


def test_what_is_older_than_an_hour_is_no_news_and_the_oldest_comes_first() -> None:
    claims = [world.claim(name) for name in "abc"]
    for claim, age in zip(claims, (3599, 3700, 10), strict=True):
        claim["metadata"]["creationTimestamp"] = world.ago(age)
    assert told(*reversed(claims)) == [
        "PersistentVolumeClaim harbor/a: made",
        "PersistentVolumeClaim harbor/c: made",
    ]


def brief(kind: Any, called: str, age: float, **labels: str) -> Object:
    """As a brief watch tells it: written a minute ago."""
    managed = [{"manager": "helm", "time": world.ago(60)}]
    return world.made(kind, called, age, metadata={"managedFields": managed, "labels": labels})


def test_secrets_and_config_maps_tell_who_wrote_them() -> None:
    assert told(brief(SECRET, "core", OLD), brief(CONFIG_MAP, "registry", 60)) == [
        "ConfigMap harbor/registry: made by helm",
        "Secret harbor/core: changed by helm",
    ]


def test_a_revision_of_helm_tells_its_state() -> None:
    secret = brief(SECRET, "h.v3", 60, owner="helm", name="harbor", version="3", status="deployed")
    assert told(secret) == ["Secret harbor/h.v3: Helm revision 3 of harbor: deployed"]


def test_a_certificate_is_requested_and_refused() -> None:
    certificate = world.made(CERTIFICATE, "tls", OLD)
    ready = {"type": "Ready", "reason": "Failed", "lastTransitionTime": world.ago(20)}
    status = {"conditions": [ready]}
    request = world.owned(world.made(CERTIFICATE_REQUEST, "tls-2", 60, status=status), certificate)
    assert told(certificate, request) == [
        "CertificateRequest harbor/tls-2: Certificate tls was requested",
        "CertificateRequest harbor/tls-2: Certificate tls was refused",
    ]


def test_a_node_went() -> None:
    gone = {"type": "Ready", "status": "Unknown", "lastTransitionTime": world.ago(50)}
    assert told(old(world.node("a", gone))) == ["Node a: is not ready any more"]
