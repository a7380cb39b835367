"""The commands that one is given after an installation: exact for each client."""

from typing import Any

import pytest

from screens.models.first_steps import FirstStep, Installed, first_steps
from wizard.answers.draft import Draft

SELF_SIGNED = {"kind": "self-signed", "authority": {"kind": "local"}}


def installed(
    url: str = "https://harbor.example.com", context: str = "prod", **answers: Any
) -> Installed:
    expose = {"kind": "ingress"}
    harbor = {"url": url, "expose": expose, **answers.pop("harbor", {})}
    raw = {"schemaVersion": 1, "name": "demo", "pki": SELF_SIGNED, **answers, "harbor": harbor}
    return Installed(Draft(raw).to_preset(), context)


def steps(of: Installed) -> dict[str, FirstStep]:
    return {step.title: step for step in first_steps(of)}


def test_the_password_is_read_by_a_command_and_never_told() -> None:
    login = steps(installed())["First login"]
    assert login.commands == (
        "kubectl --context prod -n harbor get secret harbor-admin-password "
        "-o jsonpath='{.data.HARBOR_ADMIN_PASSWORD}' | base64 -d"
    )
    assert "https://harbor.example.com" in login.text
    assert "admin" in login.text


def test_a_password_of_ones_own_secret_is_read_from_there_with_a_dot_in_its_key() -> None:
    secret = {"secret": {"name": "mine", "key": "admin.password"}}
    told = steps(installed(context="", harbor={"adminPassword": secret}))["First login"]
    assert told.commands == (
        "kubectl -n harbor get secret mine -o jsonpath='{.data.admin\\.password}' | base64 -d"
    )


def test_odd_names_of_contexts_are_quoted() -> None:
    assert (
        "--context 'my cluster; x'"
        in steps(installed(context="my cluster; x"))["First login"].commands
    )


def test_the_ca_is_read_from_its_secret() -> None:
    target = {"namespace": "registry", "release": "hub"}
    assert steps(installed(target=target))["Get the CA"].commands == (
        "kubectl --context prod -n registry get secret hub-harbor-ca "
        "-o jsonpath='{.data.ca\\.crt}' | base64 -d > harbor-ca.crt"
    )


def test_whoever_holds_key_shares_is_told_where_they_lie() -> None:
    unseal = {"kind": "shamir", "keysFile": "/safe/my keys.json"}
    server = {"kind": "deploy", "unseal": unseal}
    pki = {"kind": "self-signed", "authority": {"kind": "openbao", "server": server}}
    told = steps(installed(pki=pki))["Unseal keys"]
    assert "'/safe/my keys.json'" in told.text
    assert "3 of 5" in told.text
    assert told.commands == "wizard unseal --preset FILE"
    assert "Unseal keys" not in steps(installed())


def test_whoever_holds_recovery_keys_is_told_what_they_are_for() -> None:
    unseal = {"kind": "awskms", "region": "eu-central-1", "kmsKeyId": "alias/harbor"}
    server = {"kind": "deploy", "unseal": unseal, "recovery": {"keysFile": "/safe/my keys.json"}}
    told = steps(
        installed(
            pki={"kind": "self-signed", "authority": {"kind": "vault", "server": server}},
        )
    )
    assert "'/safe/my keys.json'" in told["Recovery keys"].text
    assert told["Recovery keys"].text.startswith("Vault opens itself. 3 of 5 recovery keys")
    assert "Unseal keys" not in told


@pytest.mark.parametrize(
    ("url", "registry"),
    [
        ("https://harbor.example.com", "harbor.example.com"),
        ("https://harbor.example.com:443", "harbor.example.com"),
        ("https://harbor.example.com:30003", "harbor.example.com:30003"),
    ],
)
def test_each_client_finds_the_ca_where_it_looks(url: str, registry: str) -> None:
    told = steps(installed(url))
    assert told["Trust: Docker"].commands == (
        f"sudo mkdir -p /etc/docker/certs.d/{registry}\n"
        f"sudo cp harbor-ca.crt /etc/docker/certs.d/{registry}/ca.crt"
    )
    assert told["Trust: Podman"].commands == (
        f"sudo mkdir -p /etc/containers/certs.d/{registry}\n"
        f"sudo cp harbor-ca.crt /etc/containers/certs.d/{registry}/ca.crt"
    )
    assert told["Trust: nerdctl"].commands.endswith(f"certs.d/{registry}/ca.crt")
    assert f"docker login --username admin {registry}" in told["Log in and push"].commands
    assert f"--docker-server={registry} " in told["Kubernetes pulls"].commands


def test_containerd_gets_a_hosts_file() -> None:
    commands = steps(installed("https://hub.corp:8443"))["Trust: containerd"].commands
    assert commands == (
        "sudo mkdir -p /etc/containerd/certs.d/hub.corp:8443\n"
        "sudo cp harbor-ca.crt /etc/containerd/certs.d/hub.corp:8443/ca.crt\n"
        "sudo tee /etc/containerd/certs.d/hub.corp:8443/hosts.toml > /dev/null <<'EOF'\n"
        'server = "https://hub.corp:8443"\n'
        "\n"
        '[host."https://hub.corp:8443"]\n'
        '  capabilities = ["pull", "resolve", "push"]\n'
        '  ca = "/etc/containerd/certs.d/hub.corp:8443/ca.crt"\n'
        "EOF"
    )


def test_k3s_gets_its_own_file_which_is_not_written_over() -> None:
    told = steps(installed("https://hub.corp:8443"))["Trust: k3s, RKE2"]
    assert told.commands == (
        "sudo mkdir -p /etc/rancher/k3s\n"
        "sudo cp harbor-ca.crt /etc/rancher/k3s/harbor-ca.crt\n"
        "test -e /etc/rancher/k3s/registries.yaml || "
        "sudo tee /etc/rancher/k3s/registries.yaml > /dev/null <<'EOF'\n"
        "configs:\n"
        '  "hub.corp:8443":\n'
        "    tls:\n"
        "      ca_file: /etc/rancher/k3s/harbor-ca.crt\n"
        "EOF\n"
        "sudo systemctl restart k3s"
    )
    assert "/etc/rancher/rke2" in told.after


@pytest.mark.parametrize(
    ("pki", "private"),
    [
        (SELF_SIGNED, True),
        ({"kind": "commercial", "certificate": "c.pem", "caBundle": "root.pem"}, True),
        ({"kind": "commercial", "certificate": "c.pem"}, False),
        ({"kind": "secret", "name": "harbor-tls"}, False),
        ({"kind": "none"}, False),
    ],
)
def test_trust_is_told_only_where_the_ca_is_private(pki: dict[str, Any], private: bool) -> None:
    titles = steps(installed(pki=pki))
    assert ("Trust: Docker" in titles) == ("Get the CA" in titles) == private
    assert "Plain http" not in titles


def test_plain_http_says_what_clients_need() -> None:
    pki = {"kind": "none", "plainHttpReason": "lab"}
    told = steps(installed("http://harbor.lab:8080", pki=pki))
    assert told["Plain http"].commands == '{"insecure-registries": ["harbor.lab:8080"]}'
    assert "Trust: Docker" not in told


def test_the_backup_names_the_secrets_that_cannot_be_made_again() -> None:
    own = steps(installed())["What comes next"].commands
    assert own.endswith("get secret harbor-encryption-key harbor-ca-key -o yaml")
    bought = steps(installed(pki={"kind": "none"}))["What comes next"].commands
    assert bought.endswith("get secret harbor-encryption-key -o yaml")
