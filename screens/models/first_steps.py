"""What one does with a registry that was installed just now: exact commands, for each client."""

import shlex
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from ipaddress import ip_address
from urllib.parse import urlsplit

from wizard.answers.authority import DeployedServer, LocalAuthority, holders_of
from wizard.answers.pki import SelfSigned
from wizard.answers.preset import Preset
from wizard.answers.unseal import Shamir
from wizard.charts.names import Names
from wizard.charts.references import admin_password
from wizard.charts.tls import has_authority
from wizard.steps.vault.reaching import served_authority
from wizard.steps.vault.replicas import ServerPlace
from wizard.trust import CA_FILE, all_clients, registry_of


@dataclass(frozen=True, slots=True)
class FirstStep:
    """One thing to do: why, and the commands for it; `after` says what else belongs to it."""

    title: str
    text: str
    commands: str = ""
    after: str = ""


@dataclass(frozen=True, slots=True)
class Installed:
    """A registry that was installed: its preset, and the kubeconfig context it was done with."""

    preset: Preset
    context: str = ""

    @property
    def url(self) -> str:
        """Its address."""
        return self.preset.harbor.url

    @property
    def registry(self) -> str:
        """What its images' names begin with: the host, and a port that is not the scheme's."""
        return registry_of(self.url)

    @property
    def kubectl(self) -> str:
        """How kubectl is called for its namespace."""
        context = f" --context {shlex.quote(self.context)}" if self.context else ""
        return f"kubectl{context} -n {shlex.quote(self.preset.target.namespace)}"

    def entry(self, secret: str, key: str) -> str:
        """The command that reads an entry of a Secret."""
        path = "{.data." + key.replace(".", r"\.") + "}"
        name = shlex.quote(secret)
        return f"{self.kubectl} get secret {name} -o jsonpath='{path}' | base64 -d"

    @property
    def password_command(self) -> str:
        """The command that shows the admin's first password."""
        reference = admin_password(self.preset)
        return self.entry(reference.name, reference.key)

    @property
    def encrypted(self) -> bool:
        """Whether clients talk TLS to it."""
        return urlsplit(self.url).scheme == "https"


def first_steps(installed: Installed) -> Sequence[FirstStep]:
    """All that is to be done at first, in the order in which one needs it."""
    trust = has_authority(installed.preset)
    return [
        _first_login(installed),
        *_unseal_keys(installed.preset),
        *(_trust(installed) if trust else ()),
        *([] if installed.encrypted else [_plain_http(installed)]),
        *_logins(installed),
        _pull_secret(installed),
        _next(installed),
    ]


def _first_login(installed: Installed) -> FirstStep:
    return FirstStep(
        "First login",
        f"Open {installed.url} and log in as admin. The password is in the cluster; this shows it:",
        installed.password_command,
        f"{_in_dns(installed.preset.harbor.host)}"
        "A password that is changed in Harbor is not changed in the cluster.",
    )


def _unseal_keys(preset: Preset) -> Iterator[FirstStep]:
    """Where the shares are that open the server of the authority, where people hold them."""
    authority = served_authority(preset)
    if authority is None or not isinstance(authority.server, DeployedServer):
        return
    server, holders = authority.server, holders_of(authority, authority.server)
    title = ServerPlace.of(authority, server).engine.title
    if holders is None:
        return
    file = shlex.quote(str(holders.keys_file.expanduser()))
    if isinstance(holders, Shamir):
        yield FirstStep(
            "Unseal keys",
            f"{holders.threshold} of {holders.shares} key shares open {title} after every start of "
            f"its pods. They lie in {file} on this machine, and nowhere else. Hand them out to "
            "their holders, and move the file to safety, for instance onto a medium that is "
            "locked away. This opens it again, with the file or by asking for shares:",
            "wizard unseal --preset FILE",
            "Without enough shares nobody opens it again: no certificate is renewed then.",
        )
        return
    yield FirstStep(
        "Recovery keys",
        f"{title} opens itself. {holders.threshold} of {holders.shares} recovery keys make a new "
        f"root token, should one ever be needed. They lie in {file} on this machine, and nowhere "
        "else. Hand them out to their holders, and move the file to safety.",
        after="They do not open the server: without the key of its seal nobody does.",
    )


def _in_dns(host: str) -> str:
    """What clients need before they can connect; nothing for an address."""
    try:
        ip_address(host.strip("[]"))
    except ValueError:
        return f"Clients need the name {host} in DNS. "
    return ""


def _trust(installed: Installed) -> Iterator[FirstStep]:
    """Where each client looks for the authority of a registry."""
    names = Names(installed.preset.target.release)
    yield FirstStep(
        "Get the CA",
        "Clients do not know the authority behind the certificate. This writes it to a file, "
        "which the steps for each client use:",
        f"{installed.entry(names.authority, 'ca.crt')} > {CA_FILE}",
        "wizard trust export makes scripts for machines that do not have the file.",
    )
    for one in all_clients(installed.url):
        yield FirstStep(f"Trust: {one.client}", one.text, one.commands, one.after)


def _plain_http(installed: Installed) -> FirstStep:
    registry = installed.registry
    return FirstStep(
        "Plain http",
        "Clients refuse a registry without TLS unless they are told. Docker, in "
        "/etc/docker/daemon.json, then restarted:",
        f'{{"insecure-registries": ["{registry}"]}}',
        f"Podman: --tls-verify=false. nerdctl: --insecure-registry. Passwords to {registry} cross "
        "the network in clear.",
    )


def _logins(installed: Installed) -> Iterator[FirstStep]:
    """The same for each client: they ask for the password, so that it stands in no command."""
    registry = installed.registry
    yield FirstStep(
        "Log in and push",
        "With Docker; podman and nerdctl take the same words. It asks for the password:",
        f"docker login --username admin {registry}\n"
        "docker pull docker.io/library/alpine\n"
        f"docker tag alpine {registry}/library/alpine\n"
        f"docker push {registry}/library/alpine",
        "The project library is there from the beginning.",
    )


def _pull_secret(installed: Installed) -> FirstStep:
    context = f" --context {shlex.quote(installed.context)}" if installed.context else ""
    return FirstStep(
        "Kubernetes pulls",
        "Private projects need a pull secret in each namespace that pulls. Make a robot account in "
        "the project, then give its name and secret here:",
        "read -r -p 'Robot account: ' ROBOT; read -rs -p 'Secret: ' TOKEN\n"
        f"kubectl{context} -n default create secret docker-registry harbor-pull \\\n"
        f"  --docker-server={installed.registry} \\\n"
        '  --docker-username="$ROBOT" --docker-password="$TOKEN"',
        "Name it in pods under imagePullSecrets: [{name: harbor-pull}], or in the namespace's "
        "default ServiceAccount. The nodes must trust the certificate, too.",
    )


def _next(installed: Installed) -> FirstStep:
    names, pki = Names(installed.preset.target.release), installed.preset.pki
    made_here = isinstance(pki, SelfSigned) and isinstance(pki.authority, LocalAuthority)
    kept = [names.encryption, *([names.signing_authority] if made_here else [])]
    return FirstStep(
        "What comes next",
        "In Harbor: projects with quotas, robot accounts for CI, rules for scanning and retention."
        "\n\nBack up the volumes, or the database and storage outside of the cluster, and what "
        "this prints. Without it a backup is of no use: credentials in it cannot be read, and "
        "clients have to trust a new authority. Keep it where only you read it:",
        f"{installed.kubectl} get secret {' '.join(kept)} -o yaml",
        "Keep the preset in version control: it holds no secret.",
    )
