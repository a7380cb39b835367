"""Answers of every kind against the real API: what they plan is accepted by it."""

from __future__ import annotations

import base64
import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from backends.certificates import X509
from tests.cluster.control_plane import ControlPlane
from tests.cluster.kube import Object
from tests.cluster.pod_logs import forward_ports
from tests.cluster.standin import HarborStandIn
from tests.cluster.wizard import Wizard, site
from wizard.certificates import CertificateRequest

HOST = "harbor.test"
NETWORKING = "/apis/networking.k8s.io/v1"

EXTERNAL: Object = {
    "database": {
        "kind": "external",
        "host": "postgres.test",
        "username": "harbor",
        "password": {"env": "DATABASE_WORD"},
    },
    "redis": {
        "kind": "external",
        "addresses": ["redis.test:6379"],
        "username": "harbor",
        "password": {"secret": {"name": "redis-login", "key": "word"}},
        "tls": True,
    },
}
NODE_PORTS: Object = {"kind": "nodePort", "httpPort": 30861, "httpsPort": 30862}
LOAD_BALANCER: Object = {"kind": "loadBalancer", "sourceRanges": ["10.0.0.0/8"]}
INTERNAL: Object = {
    "internalTls": True,
    "metrics": {"enabled": True},
    "scanner": {"trivy": {"enabled": True}},
}
HIGHLY_AVAILABLE: Object = {
    **EXTERNAL,
    "profile": "ha",
    "expose": {"kind": "ingress", "className": "tested"},
    "replicas": {"registry": 1},
}

CASES: dict[str, Object] = {
    "ingress": {"harbor": {"expose": {"kind": "ingress", "className": "tested"}}},
    "node ports": {"harbor": {"url": f"https://{HOST}:30862", "expose": NODE_PORTS}},
    "load balancer": {"harbor": {"expose": LOAD_BALANCER}},
    "a bought certificate": {
        "pki": {
            "kind": "commercial",
            "certificate": "bought.pem",
            "key": {"file": "bought.key"},
            "caBundle": "bought.pem",
        }
    },
    "a Secret with a certificate": {"pki": {"kind": "secret", "name": "given-tls"}},
    "TLS in front": {"pki": {"kind": "none"}},
    "database and Redis outside": {"harbor": EXTERNAL},
    "TLS inside, metrics and scanner": {"harbor": INTERNAL},
    "highly available": {"harbor": HIGHLY_AVAILABLE},
    "claims that exist": {"storage": {"volumes": {"registry": {"existingClaim": "given"}}}},
    "mirrors and a pull secret": {
        "delivery": {
            "imageMirrors": {"docker.io": "mirror.test/hub"},
            "pullSecret": {"file": "pull.json"},
        }
    },
    "another release and raw values": {
        "target": {"release": "registry"},
        "harbor": {"values": {"logLevel": "debug", "core": {"podLabels": {"team": "a"}}}},
    },
}


@pytest.fixture(scope="module")
def ground(
    control_plane: ControlPlane, charts: Path, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Wizard]:
    """A namespace with all that the answers refer to, and nothing installed."""
    with site(control_plane, charts, tmp_path_factory.mktemp("answers")) as wizard:
        prepare(wizard)
        yield wizard


def prepare(wizard: Wizard) -> None:
    """Make what the answers refer to: files, Secrets, a claim, an ingress class."""
    wizard.make_namespace()
    wizard.environment["DATABASE_WORD"] = "Outside-Passw0rd"
    pair = X509().issue(CertificateRequest(HOST, (HOST,), days=90), None)
    (wizard.folder / "bought.pem").write_bytes(pair.certificate)
    (wizard.folder / "bought.key").write_bytes(pair.key)
    (wizard.folder / "pull.json").write_text(json.dumps({"auths": {"mirror.test": {}}}))
    entries = {"tls.crt": pair.certificate, "tls.key": pair.key}
    _secret(wizard, "given-tls", "kubernetes.io/tls", entries)
    _secret(wizard, "redis-login", "Opaque", {"word": b"Redis-Passw0rd"})
    spec = {"accessModes": ["ReadWriteOnce"], "resources": {"requests": {"storage": "5Gi"}}}
    claim = {"metadata": {"name": "given"}, "spec": spec}
    wizard.admin.create(wizard.path("", "persistentvolumeclaims"), claim)
    path = f"{NETWORKING}/ingressclasses/tested"
    if not wizard.admin.exists(path):
        body = {"metadata": {"name": "tested"}, "spec": {"controller": "test.test/ingress"}}
        wizard.admin.create(f"{NETWORKING}/ingressclasses", body)


def _secret(wizard: Wizard, name: str, type_: str, entries: dict[str, bytes]) -> None:
    data = {key: base64.b64encode(value).decode() for key, value in entries.items()}
    body = {"metadata": {"name": name}, "type": type_, "data": data}
    wizard.admin.create(wizard.path("", "secrets"), body)


def write(wizard: Wizard, answers: Object) -> None:
    """Write a preset with these sections, charts from the folder."""
    sections = {key: value for key, value in answers.items() if key != "harbor"}
    wizard.preset(answers.get("harbor"), **sections)


@pytest.mark.parametrize("answers", CASES.values(), ids=CASES)
def test_the_api_server_accepts_all_that_is_planned(ground: Wizard, answers: Object) -> None:
    write(ground, answers)
    plan = ground.plan("--yes")
    changes = [change for step in plan["steps"] for change in step["changes"]]
    untried = [change["object"] for change in changes if not change["validated"]]
    outside = answers.get("harbor", {}).get("redis") is not None
    release = f"Release {ground.namespace}/harbor"
    assert untried == ([release] if outside else []), "the chart looks up the login of a Redis"
    assert plan["summary"]["create"] == len(changes) > 10


def test_a_second_run_is_empty_where_the_chart_looks_secrets_up(wizard: Wizard) -> None:
    """Values of an external Redis come from a Secret that the first run makes."""
    prepare(wizard)
    write(wizard, CASES["highly available"])
    wizard.install("--yes").require(0)
    password = base64.b64encode(b"Redis-Passw0rd").decode()
    copied = wizard.admin.get(wizard.path("", "secrets", "harbor-external-redis"))
    assert copied["data"]["REDIS_PASSWORD"] == password
    assert wizard.plan("--yes", code=0)["summary"]["update"] == 0
    wizard.nothing_to_do("--yes")

    _secret_changes(wizard)


def _secret_changes(wizard: Wizard) -> None:
    """Another password in the Secret that the preset refers to is taken over everywhere."""
    other = base64.b64encode(b"An0ther-Passw0rd").decode()
    wizard.admin.merge(wizard.path("", "secrets", "redis-login"), {"data": {"word": other}})
    objects = [
        change["object"].partition(" ")[0]
        for step in wizard.plan("--yes")["steps"]
        for change in step["changes"]
    ]
    assert objects == ["Secret", "Release"]
    wizard.install("--yes").require(0)
    copied = wizard.admin.get(wizard.path("", "secrets", "harbor-external-redis"))
    assert copied["data"]["REDIS_PASSWORD"] == other
    wizard.nothing_to_do("--yes")


def test_components_that_talk_tls_are_asked_by_tls_and_a_second_run_is_empty(
    wizard: Wizard,
) -> None:
    prepare(wizard)
    write(wizard, CASES["TLS inside, metrics and scanner"])
    with wizard.begin() as running:
        running.until_event("step.finished", "pki.internal")
        entries = wizard.admin.get(wizard.path("", "secrets", "harbor-core-tls"))["data"]
        pair = wizard.folder / "core.crt", wizard.folder / "core.key"
        for file, key in zip(pair, ("tls.crt", "tls.key"), strict=True):
            file.write_bytes(base64.b64decode(entries[key]))
        standin = HarborStandIn(wizard.standin.state, pair)
        try:
            forward_ports(wizard.admin, wizard.namespace, {8443: standin.port})
            running.wait().require(0)
            assert ("GET", "/api/v2.0/health") in standin.requests
            wizard.nothing_to_do()
        finally:
            standin.stop()
