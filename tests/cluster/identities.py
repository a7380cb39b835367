"""Who talks to the API: fresh ServiceAccounts with the rights a test gives them."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import yaml

from tests.cluster.kube import CORE, RBAC, Kube, Object

HOME = "wizard-identities"


@dataclass(frozen=True)
class Identity:
    """A ServiceAccount: its kubeconfig, and `user`, its name in the audit log."""

    name: str
    token: str
    kubeconfig: Path
    server: str
    ca: str
    namespace: str = HOME
    """Where the ServiceAccount lives (not where it works)."""

    @property
    def user(self) -> str:
        """How the audit log and role bindings call it."""
        return f"system:serviceaccount:{self.namespace}:{self.name}"

    @property
    def subject(self) -> Object:
        """It as the subject of a role binding."""
        return {"kind": "ServiceAccount", "name": self.name, "namespace": self.namespace}

    def through(self, server: str) -> Path:
        """A kubeconfig of the same identity that talks to another address."""
        port = server.rsplit(":", 1)[-1]
        path = self.kubeconfig.with_name(f"{self.name}-{port}.kubeconfig")
        return write_kubeconfig(path, server, self.ca, {"token": self.token})

    def kube(self) -> Kube:
        """A client that is this identity."""
        return Kube(self.server, self.ca, token=self.token)


def write_kubeconfig(path: Path, server: str, ca: str, user: Object) -> Path:
    """A kubeconfig with one context, `harness`."""
    content = {
        "apiVersion": "v1",
        "kind": "Config",
        "current-context": "harness",
        "clusters": [
            {"name": "harness", "cluster": {"server": server, "certificate-authority": ca}}
        ],
        "users": [{"name": "harness", "user": user}],
        "contexts": [{"name": "harness", "context": {"cluster": "harness", "user": "harness"}}],
    }
    path.touch(mode=0o600)
    path.write_text(yaml.safe_dump(content))
    return path


def new_identity(
    admin: Kube, name: str, rules: list[Object] | None, server: str, ca: str, folder: Path
) -> Identity:
    """Make a ServiceAccount; `rules` None means cluster-admin, an empty list no right at all."""
    accounts = f"{CORE}/namespaces/{HOME}/serviceaccounts"
    admin.create(accounts, {"metadata": {"name": name}})
    # A token outlives the longest session; its expiry is not what these tests are about.
    spec = {"spec": {"expirationSeconds": 12 * 3600}}
    token = admin.create(f"{accounts}/{name}/token", spec)["status"]["token"]
    path = folder / f"{name}.kubeconfig"
    write_kubeconfig(path, server, ca, {"token": token})
    identity = Identity(name, token, path, server, ca)
    if rules is None:
        _bind(admin, identity, "cluster-admin")
    elif rules:
        role = {"metadata": {"name": f"test-{name}"}, "rules": rules}
        admin.create(f"{RBAC}/clusterroles", role)
        _bind(admin, identity, f"test-{name}")
    return identity


def _bind(admin: Kube, identity: Identity, role: str) -> None:
    binding = {
        "metadata": {"name": f"test-{identity.name}"},
        "roleRef": {"apiGroup": "rbac.authorization.k8s.io", "kind": "ClusterRole", "name": role},
        "subjects": [identity.subject],
    }
    admin.create(f"{RBAC}/clusterrolebindings", binding)
