"""Differences as people read them: paths by name, secrets masked, bookkeeping left out."""

from wizard.steps.base import FieldChange
from wizard.steps.difference import (
    MASK,
    differing_declared_fields,
    differing_fields,
    digest,
)


def deployment(image: str, **metadata: object) -> dict[str, object]:
    return {
        "kind": "Deployment",
        "metadata": {"name": "core", **metadata},
        "spec": {"containers": [{"name": "core", "image": image}, {"name": "side", "image": "s"}]},
    }


def test_list_entries_are_told_by_their_names() -> None:
    fields = differing_fields(deployment("a:1"), deployment("a:2"))

    assert fields == (FieldChange("spec.containers[core].image", "a:1", "a:2"),)


def test_bookkeeping_and_status_are_no_difference() -> None:
    live = deployment("a:1", resourceVersion="7", uid="u", generation=3, managedFields=[{}])
    live["status"] = {"replicas": 1}

    assert differing_fields(live, deployment("a:1")) == ()


def test_what_comes_and_goes_is_absent_on_one_side() -> None:
    before = deployment("a:1", labels={"app.kubernetes.io/name": "harbor"})

    (field,) = differing_fields(before, deployment("a:1"))

    assert (field.path, field.after) == ("metadata.labels", "(absent)")


def test_values_of_secrets_are_never_shown() -> None:
    live = {"kind": "Secret", "metadata": {"name": "s"}, "data": {"password": "b2xk"}}
    wanted = {"kind": "Secret", "metadata": {"name": "s"}, "data": {"password": "bmV3"}}

    assert differing_fields(live, wanted) == (FieldChange("data.password", MASK, MASK),)


def test_labels_of_secrets_are_shown() -> None:
    live = {"kind": "Secret", "metadata": {"name": "s", "labels": {"a": "1"}}}
    wanted = {"kind": "Secret", "metadata": {"name": "s", "labels": {"a": "2"}}}

    assert differing_fields(live, wanted) == (FieldChange("metadata.labels.a", "1", "2"),)


def test_long_values_are_cut() -> None:
    live = {"kind": "ConfigMap", "metadata": {"name": "c"}, "data": {"text": "a" * 500}}
    wanted = {"kind": "ConfigMap", "metadata": {"name": "c"}, "data": {"text": "b"}}

    (field,) = differing_fields(live, wanted)

    assert field.before.endswith("… (500 characters)")
    assert len(field.before) < 150


def test_without_the_api_server_only_declared_fields_count() -> None:
    live = deployment("a:1", annotations={"defaulted": "by the server"})
    live["spec"]["replicas"] = 3  # type: ignore[index]

    assert differing_declared_fields(live, deployment("a:1")) == ()
    assert len(differing_declared_fields(live, deployment("a:2"))) == 1


def test_a_digest_names_the_content_but_no_secret_value() -> None:
    def secret(value: str, key: str = "k") -> dict[str, object]:
        return {"kind": "Secret", "metadata": {"name": "s"}, "data": {key: value}}

    assert digest(secret("YQ==")) == digest(secret("Yg=="))
    assert digest(secret("YQ==")) != digest(secret("YQ==", "other"))
    assert digest(deployment("a:1")) != digest(deployment("a:2"))
    assert digest(deployment("a:1", resourceVersion="1")) == digest(deployment("a:1"))
