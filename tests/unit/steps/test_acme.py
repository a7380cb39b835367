"""The issuers of an ACME server, as cert-manager documents them."""

from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

import pytest

from tests.unit.steps.conftest import inputs_for
from wizard.answers.pki import Acme
from wizard.ports import Object, World
from wizard.steps.acme import acme_steps, issuer_object

SERVER = "https://acme.example.com/directory"
INGRESS = {"kind": "ingress", "className": "traefik"}
GATEWAY = {"kind": "gateway", "parentRefs": [{"name": "public", "namespace": "gateways"}]}
PARENT = {
    "group": "gateway.networking.k8s.io",
    "kind": "Gateway",
    "name": "public",
    "namespace": "gateways",
}
NOBODY = cast("World", SimpleNamespace(charts=None))


def issuer(
    tmp_path: Path, solver: Object, expose: Object | None = None, **more: Any
) -> dict[str, Any]:
    pki = {"kind": "acme", "server": SERVER, "email": "ops@example.com", "solver": solver}
    delivery = more.pop("delivery", {})
    harbor = {"expose": expose or INGRESS}
    inputs = inputs_for(NOBODY, tmp_path, pki={**pki, **more}, harbor=harbor, delivery=delivery)
    answers = inputs.preset.pki
    assert isinstance(answers, Acme)
    made: dict[str, Any] = issuer_object(inputs, answers, "harbor-acme", SERVER, b"")["spec"][
        "acme"
    ]
    return made


@pytest.mark.parametrize(
    ("solver", "expose", "expected"),
    [
        ({"ingressClass": "nginx"}, INGRESS, {"ingress": {"ingressClassName": "nginx"}}),
        ({}, INGRESS, {"ingress": {"ingressClassName": "traefik"}}),
        ({}, {"kind": "clusterIP"}, {"ingress": {}}),
        ({"ingressClass": "nginx"}, GATEWAY, {"ingress": {"ingressClassName": "nginx"}}),
        ({}, GATEWAY, {"gatewayHTTPRoute": {"parentRefs": [PARENT]}}),
        (
            {"gateway": {"name": "public", "namespace": "gateways", "sectionName": "http"}},
            INGRESS,
            {"gatewayHTTPRoute": {"parentRefs": [{**PARENT, "sectionName": "http"}]}},
        ),
    ],
)
def test_a_proof_over_http_goes_where_the_answers_say_else_where_harbor_is(
    tmp_path: Path, solver: Object, expose: Object, expected: Object
) -> None:
    made = issuer(tmp_path, {"kind": "http01", **solver}, expose)
    assert made["solvers"] == [{"http01": expected}]


def test_pods_that_serve_a_proof_get_the_login_for_their_image(tmp_path: Path) -> None:
    made = issuer(tmp_path, {"kind": "http01"}, delivery={"pullSecret": {"env": "PULL"}})
    pods = made["solvers"][0]["http01"]["ingress"]["podTemplate"]["spec"]
    assert pods == {"imagePullSecrets": [{"name": "harbor-pull"}]}


def test_a_provider_is_passed_through_and_its_secrets_are_copied(tmp_path: Path) -> None:
    provider = {"cloudflare": {"apiTokenSecretRef": {"name": "harbor-dns01", "key": "token"}}}
    solver = {
        "kind": "dns01",
        "provider": provider,
        "secrets": {"token": {"env": "T"}, "id.json": {"env": "I"}},
    }
    made = issuer(tmp_path, solver)
    assert made["solvers"] == [{"dns01": provider}]
    pki = {"kind": "acme", "server": SERVER, "email": "a@example.com", "solver": solver}
    inputs = inputs_for(NOBODY, tmp_path, pki=pki)
    assert isinstance(inputs.preset.pki, Acme)
    steps = {step.id: step for step in acme_steps(inputs, inputs.preset.pki)}
    assert [ref.name for ref in steps["pki.acme.secrets"].makes] == ["harbor-dns01"]
    assert "pki.acme.secrets" in steps["pki.issuer"].needs


def test_an_external_account_is_shown_to_its_own_server_only(tmp_path: Path) -> None:
    account = {"keyId": "me", "key": {"env": "KEY"}}
    made = issuer(tmp_path, {"kind": "http01"}, externalAccount=account)
    assert made["externalAccountBinding"] == {
        "keyID": "me",
        "keySecretRef": {"name": "harbor-acme-external", "key": "key"},
    }
    pki = {
        "kind": "acme",
        "server": SERVER,
        "stagingServer": "https://staging.example.com/directory",
        "email": "a@example.com",
        "externalAccount": account,
        "solver": {"kind": "http01"},
    }
    inputs = inputs_for(NOBODY, tmp_path, pki=pki)
    answers = inputs.preset.pki
    assert isinstance(answers, Acme)
    assert answers.staging_server
    staging = issuer_object(inputs, answers, "staging", answers.staging_server, b"PEM")
    assert "externalAccountBinding" not in staging["spec"]["acme"]
    assert staging["spec"]["acme"]["caBundle"] == "UEVN"
