"""Kubeconfigs that do not lead to a cluster: what a person is told, and that nothing is written."""

from __future__ import annotations

import base64
import datetime as dt
import json
import time
from collections.abc import Callable
from pathlib import Path

import pytest
import yaml
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature

from tests.cluster.command import Ended
from tests.cluster.identities import write_kubeconfig
from tests.cluster.kube import CORE, Object
from tests.cluster.wizard import Wizard

HOUR = dt.timedelta(hours=1)


def _file(wizard: Wizard, text: str) -> str:
    path = wizard.folder / "given.kubeconfig"
    path.write_text(text)
    return str(path)


def _as(wizard: Wizard, user: Object, **cluster: str) -> str:
    """A kubeconfig for the test cluster with another user, or another way to it."""
    plane = wizard.control_plane
    path = write_kubeconfig(wizard.folder / "given.kubeconfig", plane.server, plane.ca, user)
    content = yaml.safe_load(path.read_text())
    content["clusters"][0]["cluster"] |= cluster
    return _file(wizard, yaml.safe_dump(content))


def _exec(command: str) -> Object:
    version = "client.authentication.k8s.io/v1"
    return {"exec": {"apiVersion": version, "command": command, "interactiveMode": "Never"}}


def _failing_plugin(wizard: Wizard) -> str:
    plugin = wizard.folder / "plugin"
    plugin.write_text("#!/bin/sh\necho 'the session has expired' >&2\nexit 1\n")
    plugin.chmod(0o700)
    return _as(wizard, _exec(str(plugin)))


def _key(wizard: Wizard, name: str) -> ec.EllipticCurvePrivateKey:
    pem = Path(wizard.control_plane.certificates.path(name)).read_bytes()
    key = serialization.load_pem_private_key(pem, None)
    assert isinstance(key, ec.EllipticCurvePrivateKey)
    return key


def _expired_token(wizard: Wizard) -> str:
    """The identity's own token as it would have been an hour ago, for a minute."""
    header, payload, _ = wizard.identity.token.split(".")
    claims = json.loads(base64.urlsafe_b64decode(payload + "=="))
    then = time.time() - 3600
    claims |= {"iat": int(then), "nbf": int(then), "exp": int(then) + 60}
    signed = f"{header}.{_base64(json.dumps(claims).encode())}"
    der = _key(wizard, "service-accounts.key").sign(signed.encode(), ec.ECDSA(hashes.SHA256()))
    raw = b"".join(part.to_bytes(32, "big") for part in decode_dss_signature(der))
    return _as(wizard, {"token": f"{signed}.{_base64(raw)}"})


def _base64(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).decode().rstrip("=")


def _expired_certificate(wizard: Wizard) -> str:
    folder = Path(wizard.control_plane.certificates.folder)
    own = x509.load_pem_x509_certificate((folder / "admin.crt").read_bytes())
    ca = x509.load_pem_x509_certificate((folder / "ca.crt").read_bytes())
    now = dt.datetime.now(dt.UTC)
    builder = x509.CertificateBuilder(
        ca.subject, own.subject, own.public_key(), x509.random_serial_number()
    )
    builder = builder.not_valid_before(now - 2 * HOUR).not_valid_after(now - HOUR)
    pem = builder.sign(_key(wizard, "ca.key"), hashes.SHA256()).public_bytes(
        serialization.Encoding.PEM
    )
    data = {"client-certificate-data": base64.b64encode(pem).decode()}
    return _as(wizard, {**data, "client-key": str(folder / "admin.key")})


def _wrong_authority(wizard: Wizard) -> str:
    """The authority is some other certificate: the one of the administrator."""
    path = wizard.control_plane.certificates.path("admin.crt")
    return _as(wizard, {"token": wizard.identity.token}, **{"certificate-authority": path})


Given = Callable[[Wizard], str]


@pytest.mark.parametrize(
    ("given", "told"),
    [
        (
            lambda wizard: str(wizard.folder / "no-such-file"),
            ["The kubeconfig cannot be read", "No such file", "--kubeconfig", "no-such-file"],
        ),
        (
            lambda wizard: _file(wizard, ""),
            ["The kubeconfig cannot be understood", "it is empty", "kubectl", "given.kubeconfig"],
        ),
        (
            lambda wizard: _file(wizard, "clusters: [}"),
            ["The kubeconfig cannot be understood", "not valid YAML in line 1"],
        ),
        (
            lambda wizard: _as(wizard, _exec("no-such-program")),
            ["The login program", "no-such-program was not found", "log in again", "harness"],
        ),
        (
            _failing_plugin,
            ["The login program", "the session has expired", "by hand", "harness"],
        ),
        (
            lambda wizard: _as(wizard, {}),
            ["The context harness has no user", "is empty", "set-context"],
        ),
    ],
    ids=["missing", "empty", "not YAML", "no plugin", "failing plugin", "no user"],
)
def test_a_kubeconfig_that_cannot_be_used(wizard: Wizard, given: Given, told: list[str]) -> None:
    wizard.preset()
    ended = wizard.run(*_unattended(wizard), KUBECONFIG=given(wizard)).require(2)
    for words in told:
        assert words in ended.stderr
    assert ended.stdout == ""
    _nothing_was_written(wizard)


def _unattended(wizard: Wizard) -> list[str]:
    return ["--preset", str(wizard.folder / "preset.yaml")]


def _nothing_was_written(wizard: Wizard) -> None:
    assert not wizard.admin.exists(f"{CORE}/namespaces/{wizard.namespace}")
    assert wizard.control_plane.audit.writes(wizard.identity.user) == []


def test_a_context_that_does_not_exist_is_guessed(wizard: Wizard) -> None:
    wizard.preset()
    ended = wizard.run(*_unattended(wizard), "--context", "harnes").require(2)
    assert "no context named harnes; did you mean harness?" in ended.stderr
    assert "its contexts are: harness" in ended.stderr
    _nothing_was_written(wizard)


@pytest.mark.parametrize(
    ("given", "told"),
    [
        (_expired_token, "The API server does not accept the login"),
        (lambda wizard: _as(wizard, {"token": "junk"}), "The API server does not accept the login"),
        (_expired_certificate, "The API server does not accept the login"),
        (_wrong_authority, "The API server's certificate is not trusted"),
        (
            lambda wizard: _as(wizard, {"token": "x"}, server="https://127.0.0.1:9"),
            "The API server https://127.0.0.1:9 cannot be reached",
        ),
        (
            lambda wizard: _as(wizard, {"token": "x"}, server="https://cluster.invalid:6443"),
            "The API server https://cluster.invalid:6443 cannot be reached",
        ),
    ],
    ids=[
        "expired token",
        "wrong token",
        "expired certificate",
        "wrong authority",
        "nobody listens",
        "no such host",
    ],
)
def test_a_cluster_that_does_not_let_us_in(wizard: Wizard, given: Given, told: str) -> None:
    wizard.preset()
    begun = time.monotonic()
    ended = wizard.install(KUBECONFIG=given(wizard)).require(3)
    assert time.monotonic() - begun < 20
    [failed] = [event for event in ended.events if event.get("state") == "fail"]
    assert failed["check"] == "cluster.answers"
    assert told in failed["fact"]
    assert failed["why"]
    assert failed["fix"]
    assert "Kubernetes answers" in ended.stderr
    _nothing_was_written(wizard)


def test_people_read_what_why_fix_and_where(wizard: Wizard) -> None:
    wizard.preset()
    ended = _text(wizard, KUBECONFIG=_expired_token(wizard))
    assert "The API server does not accept the login" in ended.stdout
    assert "why: " in ended.stdout
    assert "fix: log in again, or choose another --context" in ended.stdout


def _text(wizard: Wizard, **environment: str) -> Ended:
    return wizard.run(*_unattended(wizard), **environment).require(3)
