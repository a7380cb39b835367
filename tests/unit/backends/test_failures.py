"""What the API server says when it refuses (bodies as Kubernetes 1.34 sends them)."""

import json
from typing import Any

import pytest

from backends.cluster.failures import Gone, PathUnknown, failure
from wizard.errors import (
    Conflict,
    Forbidden,
    Invalid,
    NotFound,
    Throttled,
    Unauthorized,
    Unreachable,
    WorldError,
)

WHERE = "Deployment harbor/core"


def refused(status: int, message: str = "", **more: Any) -> WorldError:
    headers = more.pop("headers", {})
    body = {"kind": "Status", "message": message, "code": status, **more}
    return failure(status, json.dumps(body).encode(), headers, WHERE)


@pytest.mark.parametrize(
    ("status", "kind"),
    [
        (400, Invalid),
        (401, Unauthorized),
        (404, NotFound),
        (409, Conflict),
        (410, Gone),
        (413, Invalid),
        (422, Invalid),
        (429, Throttled),
        (500, Unreachable),
        (502, Unreachable),
        (504, Unreachable),
        (405, WorldError),
    ],
)
def test_each_status_has_its_error(status: int, kind: type[WorldError]) -> None:
    error = refused(status, "because", details={"name": "core"})
    assert type(error) is kind
    assert error.why == "because"


def test_a_missing_right_names_verb_resource_and_identity() -> None:
    error = refused(
        403,
        'deployments.apps "core" is forbidden: User "system:serviceaccount:ci:robot" cannot patch '
        'resource "deployments" in API group "apps" in the namespace "harbor"',
        reason="Forbidden",
    )
    assert isinstance(error, Forbidden)
    assert error.what == "Not allowed to patch deployments.apps in namespace harbor"
    assert "system:serviceaccount:ci:robot" in error.why
    assert "wizard rbac" in error.fix


def test_a_missing_right_on_the_cluster_has_no_group_or_namespace() -> None:
    message = 'User "me" cannot list resource "nodes" in API group "" at the cluster scope'
    assert refused(403, message).what == "Not allowed to list nodes"


@pytest.mark.parametrize(
    "message",
    [
        'pods "core" is forbidden: exceeded quota: small, requested: cpu=1, limited: cpu=0',
        'pods "core" is forbidden: violates PodSecurity "restricted:latest": runAsNonRoot != true',
        'admission webhook "policy.test" denied the request: no',
    ],
)
def test_what_admission_refuses_is_no_missing_right(message: str) -> None:
    error = refused(403, message, reason="Forbidden")
    assert isinstance(error, Invalid)
    assert error.why == message
    assert not error.immutable


def test_a_namespace_that_goes_is_a_conflict() -> None:
    causes = [{"reason": "NamespaceTerminating", "message": "namespace harbor is being terminated"}]
    error = refused(403, "unable to create new content", details={"causes": causes})
    assert isinstance(error, Conflict)
    assert "being deleted" in error.what


def test_conflicts_of_fields_name_field_and_owner() -> None:
    causes = [
        {
            "reason": "FieldManagerConflict",
            "message": 'conflict with "kubectl-edit" using apps/v1 at 2026-11-23T20:00:00Z',
            "field": ".spec.replicas",
        },
        {
            "reason": "FieldManagerConflict",
            "message": 'conflict with "helm" with subresource "status" using apps/v1',
            "field": '.spec.template.spec.containers[name="core"].image',
        },
    ]
    error = refused(409, "Apply failed with 2 conflicts", details={"causes": causes})
    assert isinstance(error, Conflict)
    assert error.fields == (
        (".spec.replicas", "kubectl-edit"),
        ('.spec.template.spec.containers[name="core"].image', "helm"),
    )
    assert error.what == "Fields of Deployment harbor/core belong to helm, kubectl-edit"


def test_other_conflicts() -> None:
    assert "exists already" in refused(409, "x", reason="AlreadyExists").what
    assert "meanwhile" in refused(409, "the object has been modified", reason="Conflict").what
    quota = refused(409, "Operation cannot be fulfilled", details={"kind": "resourcequotas"})
    assert isinstance(quota, Throttled)


@pytest.mark.parametrize(
    ("message", "immutable"),
    [
        ("Invalid value: {...}: field is immutable", True),
        (
            "Forbidden: updates to statefulset spec for fields other than 'replicas' are forbidden",
            True,
        ),
        ("Forbidden: spec is immutable after creation except resources.requests", True),
        ("Forbidden: updates to provisioner are forbidden.", True),
        ("Invalid value: RoleRef{}: cannot change roleRef", True),
        ("Required value", False),
    ],
)
def test_what_cannot_be_changed_is_told_as_such(message: str, immutable: bool) -> None:
    causes = [{"reason": "FieldValueForbidden", "message": message, "field": "spec"}]
    error = refused(422, "is invalid", details={"causes": causes})
    assert isinstance(error, Invalid)
    assert error.immutable is immutable


def test_an_unknown_field_in_an_apply_is_invalid_although_it_comes_as_500() -> None:
    message = "failed to create typed patch object: .unheardOf: field not declared in schema"
    assert isinstance(refused(500, message), Invalid)


def test_a_missing_object_is_not_a_missing_path() -> None:
    assert not isinstance(refused(404, details={"name": "core"}), PathUnknown)
    assert isinstance(refused(404, "the server could not find the requested resource"), PathUnknown)
    assert isinstance(failure(404, b"404 page not found\n", {}, WHERE), PathUnknown)


def test_how_long_a_throttled_client_should_wait() -> None:
    for header, seconds in (("7", 7.0), ("", 1.0), ("Wed, 21 Oct 2026", 1.0)):
        error = refused(429, headers={"Retry-After": header})
        assert isinstance(error, Throttled)
        assert error.after == seconds


def test_foreign_text_is_made_plain() -> None:
    error = refused(422, "\x1b[31mred", details={"causes": [{"message": "\x1b]0;x\x07a"}]})
    assert error.why == "red"
    assert failure(502, b"<html>\x1b[2Jbad gateway</html>", {}, WHERE).why.startswith("<html>bad")
