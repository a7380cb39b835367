"""How clients are told to trust the authority of a registry: what goes where, for each of them."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from urllib.parse import urlsplit

CA_FILE = "harbor-ca.crt"
"""The file that all commands read the authority's certificate from."""
_DEFAULT_PORTS = {"https": 443, "http": 80}
_K3S = "/etc/rancher/k3s"


@dataclass(frozen=True, slots=True)
class Trusting:
    """What makes one kind of client trust the authority: commands that read CA_FILE."""

    client: str
    text: str
    commands: str
    after: str = ""


def registry_of(url: str) -> str:
    """What the names of a registry's images begin with: the host, and a port that is not usual."""
    parts = urlsplit(url)
    host = f"[{parts.hostname}]" if ":" in (parts.hostname or "") else str(parts.hostname)
    usual = parts.port in (None, _DEFAULT_PORTS.get(parts.scheme))
    return host if usual else f"{host}:{parts.port}"


def all_clients(url: str) -> Sequence[Trusting]:
    """Every kind of client, in the order in which most people need them."""
    registry = registry_of(url)
    return [
        docker(registry),
        containerd(registry, url.rstrip("/")),
        _nerdctl(registry),
        _podman(registry),
        _k3s(registry),
        _system(),
    ]


def docker(registry: str) -> Trusting:
    """Docker reads it for every connection."""
    return Trusting(
        "Docker",
        "On every machine with Docker; it need not be restarted:",
        _placed(f"/etc/docker/certs.d/{registry}", "ca.crt"),
        f"Docker Desktop: put it into ~/.docker/certs.d/{registry}/ca.crt and restart it.",
    )


def containerd(registry: str, url: str) -> Trusting:
    """See https://github.com/containerd/containerd/blob/main/docs/hosts.md."""
    folder = f"/etc/containerd/certs.d/{registry}"
    hosts = (
        f'server = "{url}"\n\n[host."{url}"]\n'
        f'  capabilities = ["pull", "resolve", "push"]\n  ca = "{folder}/ca.crt"\n'
    )
    written = f"sudo tee {folder}/hosts.toml > /dev/null <<'EOF'\n{hosts}EOF"
    return Trusting(
        "containerd",
        "On every node; images of this registry are then pulled by Kubernetes:",
        f"{_placed(folder, 'ca.crt')}\n{written}",
        'containerd reads this folder where its config.toml says config_path = "/etc/containerd/'
        'certs.d" for the registry; only a change of that needs a restart.',
    )


def _nerdctl(registry: str) -> Trusting:
    return Trusting(
        "nerdctl",
        "It reads what the step for containerd wrote. Without root it reads from the home "
        "directory instead:",
        f"mkdir -p ~/.config/containerd/certs.d/{registry}\n"
        f"cp {CA_FILE} ~/.config/containerd/certs.d/{registry}/ca.crt",
    )


def _podman(registry: str) -> Trusting:
    return Trusting(
        "Podman",
        "Also for CRI-O, Buildah and Skopeo; nothing need be restarted:",
        _placed(f"/etc/containers/certs.d/{registry}", "ca.crt"),
        f"Without root: ~/.config/containers/certs.d/{registry}/ca.crt",
    )


def _k3s(registry: str) -> Trusting:
    """See https://docs.k3s.io/installation/private-registry."""
    file = f"{_K3S}/registries.yaml"
    lines = f'configs:\n  "{registry}":\n    tls:\n      ca_file: {_K3S}/{CA_FILE}\n'
    return Trusting(
        "k3s, RKE2",
        "On every node, instead of the step for containerd: both write that configuration "
        "themselves, from a file that they read when they start:",
        f"{_placed(_K3S, CA_FILE)}\n"
        f"test -e {file} || sudo tee {file} > /dev/null <<'EOF'\n{lines}EOF\n"
        "sudo systemctl restart k3s",
        f"Where {file} exists, add these lines to it yourself. Agents: restart k3s-agent. RKE2: "
        "/etc/rancher/rke2, and rke2-server or rke2-agent.",
    )


def _system() -> Trusting:
    return Trusting(
        "system",
        "For browsers, curl and Helm. Take the lines of the system:",
        "# Debian, Ubuntu\n"
        f"sudo cp {CA_FILE} /usr/local/share/ca-certificates/{CA_FILE}\n"
        "sudo update-ca-certificates\n"
        "# RHEL, Fedora\n"
        f"sudo cp {CA_FILE} /etc/pki/ca-trust/source/anchors/{CA_FILE}\n"
        "sudo update-ca-trust\n"
        "# macOS\n"
        "sudo security add-trusted-cert -d -r trustRoot "
        f"-k /Library/Keychains/System.keychain {CA_FILE}",
    )


def _placed(folder: str, name: str) -> str:
    """The commands that put the authority into a folder of the system."""
    return f"sudo mkdir -p {folder}\nsudo cp {CA_FILE} {folder}/{name}"


def script(trusting: Trusting, url: str, authority: str) -> Iterator[str]:
    """The lines of a shell script that does all on a machine that has nothing yet."""
    yield "#!/bin/sh"
    yield f"# Lets {trusting.client} trust {url}. {trusting.text.rstrip(':')}."
    yield "set -e"
    yield 'cd "$(mktemp -d)"'
    yield f"cat > {CA_FILE} <<'EOF'"
    yield from authority.strip().splitlines()
    yield "EOF"
    yield from trusting.commands.splitlines()


def config_map(name: str, authority: str) -> Mapping[str, object]:
    """A ConfigMap for pods, in whatever namespace it is applied to."""
    return {
        "apiVersion": "v1",
        "kind": "ConfigMap",
        "metadata": {"name": name},
        "data": {"ca.crt": authority},
    }
